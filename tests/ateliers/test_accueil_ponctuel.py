"""Drop-in childcare: seats by age, the parent's authorisation, whom to call, and nothing kept too long."""

from __future__ import annotations

import subprocess
import uuid
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ateliers import accueils, inscriptions, presences
from ateliers.accueils import DemandeAccueil
from ateliers.depassements import Derogation
from ateliers.enums import AnnuleePar, CanalInscription, Etendue, Presence, RaisonAccueil, StatutInscription
from ateliers.inscriptions import AgeEnfant, DemandeInscription, InscriptionRefusee
from ateliers.messages import USAGE_LIEN
from ateliers.models import FicheAccueil, Inscription, Seance
from ateliers.seances import Projet, annuler_seances, creer_seance
from maisons.enums import Frequence
from maisons.recurrence import Regle
from socle import conservation, liens
from tests.acces import animer
from tests.equipe import entrer
from tests.factories import AtelierFactory, LieuFactory, SeanceFactory, UtilisateurFactory, dans, maintenant

pytestmark = pytest.mark.django_db

FICHE = DemandeAccueil(
    urgence_nom="Samira, ma sœur",
    urgence_telephone="+33639980001",
    raison=RaisonAccueil.EMPLOI,
    autorisation=True,
)


@pytest.fixture
def seance() -> Seance:
    seance: Seance = SeanceFactory(accueil_ponctuel=True, titre="Accueil du matin")
    return seance


def ne_depuis(seance: Seance, mois: int) -> AgeEnfant:
    return AgeEnfant(naissance=seance.debut_local.date() - relativedelta(months=mois))


def confier(seance: Seance, *mois: int, **champs: Any) -> Inscription:
    numero = uuid.uuid4().hex[:8]
    demande = DemandeInscription(
        **{
            "prenom": "Inès",
            "email": f"parent{numero}@exemple.fr",
            "ages": tuple(ne_depuis(seance, n) for n in mois),
            "cle_idempotence": uuid.uuid4(),
            "accueil": FICHE,
            **champs,
        }
    )
    return inscriptions.inscrire_famille(seance=seance, demande=demande, maintenant=maintenant())


class TestPlacesParAge:
    def test_seats_of_one_age_do_not_serve_the_other(self, seance: Seance) -> None:
        confier(seance, 6)
        confier(seance, 17)

        with pytest.raises(InscriptionRefusee, match="0 place avant 18 mois, 4 places à partir de 18 mois"):
            confier(seance, 5)

        assert confier(seance, 18, 30).statut == StatutInscription.CONFIRMEE
        seance.refresh_from_db()
        assert (seance.enfants_pris, seance.petits_pris) == (4, 2)

    def test_siblings_who_could_never_fit_do_not_wait(self, seance: Seance) -> None:
        with pytest.raises(InscriptionRefusee, match="en tout 2 places avant 18 mois"):
            confier(seance, 3, 3, 3, accepte_attente=True)

    def test_the_database_refuses_one_too_many_of_an_age(self, seance: Seance) -> None:
        with pytest.raises(IntegrityError, match="seance_places_petits"), transaction.atomic():
            Seance.objects.filter(pk=seance.pk).update(enfants_pris=3, petits_pris=3, adultes_pris=3)
        with pytest.raises(IntegrityError, match="seance_places_petits"), transaction.atomic():
            Seance.objects.filter(pk=seance.pk).update(enfants_pris=5, petits_pris=0, adultes_pris=5)

    def test_a_freed_seat_goes_to_the_first_of_its_age(self, seance: Seance) -> None:
        premiere = confier(seance, 6)
        confier(seance, 8)
        for _ in range(4):
            confier(seance, 24)
        grand = confier(seance, 30, accepte_attente=True)
        petit = confier(seance, 9, accepte_attente=True)

        inscriptions.annuler_inscription(inscription=premiere, par=AnnuleePar.FAMILLE, maintenant=maintenant())

        petit.refresh_from_db()
        grand.refresh_from_db()
        assert (petit.statut, grand.statut) == (StatutInscription.PROPOSEE, StatutInscription.EN_ATTENTE)

    def test_taking_a_child_off_frees_a_seat_of_its_age(self, seance: Seance) -> None:
        inscription = confier(seance, 30, 6)

        inscriptions.modifier_inscription(inscription=inscription, adultes=1, enfants=1, maintenant=maintenant())

        seance.refresh_from_db()
        assert (seance.enfants_pris, seance.petits_pris) == (1, 0)

    @pytest.mark.parametrize(
        ("places", "ages", "restent"), [((3, 3), (6, 6, 6), (2, 2)), ((6, 2), (30, 30, 30, 30, 6, 6), (5, 1))]
    )
    def test_a_child_is_taken_off_where_all_seats_of_an_age_are_the_family_s(
        self, seance: Seance, places: tuple[int, int], ages: tuple[int, ...], restent: tuple[int, int]
    ) -> None:
        Seance.objects.filter(pk=seance.pk).update(capacite_enfants=places[0], capacite_petits=places[1])
        inscription = confier(seance, *ages)

        inscriptions.modifier_inscription(
            inscription=inscription, adultes=1, enfants=len(ages) - 1, maintenant=maintenant()
        )

        seance.refresh_from_db()
        assert (seance.enfants_pris, seance.petits_pris) == restent

    def test_a_seat_added_at_the_desk_is_of_the_child_s_age(self, seance: Seance) -> None:
        confier(seance, 6, 6)

        inscriptions.inscrire_famille(
            seance=seance,
            demande=DemandeInscription(
                prenom="Léa",
                telephone="+33639980002",
                ages=(ne_depuis(seance, 7),),
                cle_idempotence=uuid.uuid4(),
                canal=CanalInscription.TELEPHONE,
                accueil=FICHE,
            ),
            maintenant=maintenant(),
            derogation=Derogation(par=UtilisateurFactory(), motif="une éducatrice de plus"),
        )

        seance.refresh_from_db()
        assert (seance.capacite_enfants, seance.capacite_petits, seance.petits_pris) == (7, 3, 3)

    def test_a_cancelled_session_holds_nobody_any_more(self, seance: Seance) -> None:
        confier(seance, 6, 30)
        annuler_seances(seance=seance, etendue=Etendue.SEULE, motif="Neige", maintenant=maintenant())
        seance.refresh_from_db()
        assert (seance.enfants_pris, seance.petits_pris) == (0, 0)

    def test_sessions_take_the_seats_by_age_of_their_workshop(self) -> None:
        lieu = LieuFactory()
        atelier = AtelierFactory(
            maison=lieu.maison,
            format="accueil_ponctuel",
            capacite_adultes=2,
            capacite_enfants=8,
            petits_avant_mois=18,
            capacite_petits=3,
        )
        jour = date.today() + timedelta(days=9)  # noqa: DTZ011 - any day to come

        creee = creer_seance(
            projet=Projet(
                atelier=atelier,
                lieu=lieu,
                regle=Regle(frequence=Frequence.UNIQUE, premier_jour=jour, heure=time(7, 30), duree_minutes=720),
                capacite_adultes=2,
                capacite_enfants=8,
            ),
            jours={jour},
            cle=uuid.uuid4(),
            maintenant=maintenant(),
        )

        assert creee.confie_les_enfants
        assert (creee.capacite_enfants, creee.capacite_petits, creee.capacite_adultes) == (8, 3, 8)


class TestConfier:
    @pytest.mark.parametrize(
        ("fiche", "phrase"),
        [
            (None, "autorisation"),
            (DemandeAccueil(urgence_nom="S", urgence_telephone="+33639980001", raison=RaisonAccueil.AUTRE,
                            autorisation=False), "autorisation"),
            (DemandeAccueil(urgence_nom="S", urgence_telephone="", raison=RaisonAccueil.AUTRE, autorisation=True),
             "numéro"),
        ],
    )  # fmt: skip
    def test_nothing_is_written_without_a_yes_and_a_number(self, seance: Seance, fiche: Any, phrase: str) -> None:
        with pytest.raises(InscriptionRefusee, match=phrase):
            confier(seance, 20, accueil=fiche)
        assert not Inscription.objects.exists()

    def test_the_database_refuses_a_record_without_authorisation(self, seance: Seance) -> None:
        inscription = confier(seance, 20)
        with pytest.raises(IntegrityError, match="fiche_accueil_autorisation"), transaction.atomic():
            FicheAccueil.objects.filter(inscription=inscription).update(autorisation=False)

    def test_the_contact_goes_a_week_later_and_the_reason_stays(self, seance: Seance) -> None:
        confier(seance, 20)
        for jours, contact in ((6, True), (8, False)):
            quand = seance.fin + timedelta(days=jours)
            conservation.passer(horloge=lambda quand=quand: quand, codes=["contacts_urgence"])
            assert bool(FicheAccueil.objects.get().urgence_nom) is contact

        fiche = FicheAccueil.objects.get()
        assert (fiche.urgence_nom, str(fiche.urgence_telephone), fiche.raison) == ("", "", RaisonAccueil.EMPLOI)
        assert accueils.urgence(fiche.inscription) is None


def saisie(seance: Seance, **champs: Any) -> dict[str, Any]:
    return {
        "prenom": "Inès",
        "email": "ines@exemple.fr",
        "telephone": "",
        "enfant_0": f"{ne_depuis(seance, 20).naissance:%d/%m/%Y}",
        "urgence_nom": "Samira, ma sœur",
        "urgence_telephone": "03 24 00 00 00",
        "raison": "emploi",
        "autorisation": "on",
        "cle": str(uuid.uuid4()),
        "site": "",
        **champs,
    }


class TestFormulaire:
    """A parent's form, without JavaScript."""

    def test_a_parent_leaves_a_child(self, client: Client, seance: Seance) -> None:
        url = reverse("ateliers:seance_inscription", args=[seance.reference])
        page = client.get(url).content.decode()
        assert "Combien d'adultes" not in page
        assert "autorité parentale" in page

        assert client.post(url, saisie(seance)).status_code == 302

        inscription = Inscription.objects.get()
        assert (inscription.adultes, inscription.enfants, inscription.petits) == (1, 1, 0)
        assert inscription.fiche_accueil.urgence_nom == "Samira, ma sœur"

    @pytest.mark.parametrize(
        ("champ", "valeur", "phrase"),
        [
            ("autorisation", "", "Sans votre autorisation"),
            ("urgence_telephone", "12", "Ce n&#x27;est pas un numéro"),
            ("raison", "grippe", "Choisissez parmi les réponses"),
        ],
    )
    def test_what_lacks_is_said_and_nothing_is_lost(
        self, client: Client, seance: Seance, champ: str, valeur: str, phrase: str
    ) -> None:
        reponse = client.post(
            reverse("ateliers:seance_inscription", args=[seance.reference]), saisie(seance, **{champ: valeur})
        )
        page = reponse.content.decode()
        assert reponse.status_code == 422
        assert phrase in page
        assert 'value="Inès"' in page
        assert not Inscription.objects.exists()

    def test_which_child_is_taken_off_is_said_beside_the_number(self, client: Client, seance: Seance) -> None:
        phrase = "le dernier que vous avez indiqué"
        for ages, dit in (((30, 6), True), ((30,), False)):
            jeton = liens.signer(USAGE_LIEN, confier(seance, *ages).pk)
            page = client.get(reverse("ateliers:ma_reservation", args=[jeton])).content.decode()
            assert (phrase in page) is dit

    def test_it_is_full_when_the_children_s_seats_are(self, seance: Seance) -> None:
        assert Seance.objects.with_places().filter(pk=seance.pk).exists()
        Seance.objects.filter(pk=seance.pk).update(adultes_pris=3, enfants_pris=6, petits_pris=2)
        assert not Seance.objects.with_places().filter(pk=seance.pk).exists()
        seance.refresh_from_db()
        assert seance.est_complete


class TestEquipe:
    def test_the_list_and_the_sheet_say_whom_to_call(self, client: Client, seance: Seance) -> None:
        confier(seance, 20)
        equipe = entrer(client, animer(seance))
        page = equipe.get(reverse("admin:ateliers_seance_presences", args=[seance.pk])).content.decode()
        assert "Samira, ma sœur" in page
        assert 'href="tel:+33639980001"' in page
        feuille = equipe.get(reverse("admin:ateliers_seance_feuille", args=[seance.pk]))
        texte = subprocess.run(["pdftotext", "-", "-"], input=feuille.content, capture_output=True, check=True).stdout
        assert "Samira" in texte.decode()

    def test_the_parent_who_leaves_is_not_counted_among_those_who_came(self, client: Client, seance: Seance) -> None:
        inscription = confier(seance, 20)
        Seance.objects.filter(pk=seance.pk).update(debut=dans(minutes=10), fin=dans(hours=2))
        presences.pointer(inscription=inscription, presence=Presence.PRESENTE, maintenant=maintenant())
        equipe = entrer(client, animer(seance))
        page = equipe.get(reverse("admin:ateliers_seance_presences", args=[seance.pk]))
        assert (page.context["totaux"].adultes, page.context["totaux"].enfants) == (0, 1)
        assert "Un enfant de plus" in page.content.decode()
        assert "Un adulte de plus" not in page.content.decode()
        for table, venus in (("presences", "0;1"), ("inscriptions", ";1")):
            modele = "inscription" if table == "inscriptions" else "seance"
            url = reverse(f"admin:ateliers_{modele}_exporter")
            fichier = equipe.post(url, {"table": table, "format": "csv"}).content.decode("utf-8-sig")
            entetes, ligne = (rang.split(";") for rang in fichier.splitlines()[:2])
            ici = entetes.index("Adultes venus")
            assert ";".join(ligne[ici : ici + 2]) == venus

    def test_reasons_are_taken_out_as_figures_without_small_ones(self, client: Client, seance: Seance) -> None:
        Seance.objects.filter(pk=seance.pk).update(capacite_enfants=9, capacite_adultes=9)
        for _ in range(5):
            confier(seance, 24)
        confier(seance, 24, accueil=replace(FICHE, raison=RaisonAccueil.FORMATION))
        equipe = entrer(client, animer(seance))
        url = reverse("admin:ateliers_seance_exporter")
        fichier = equipe.post(url, {"table": "accueils", "format": "csv"}).content.decode("utf-8-sig")
        lignes = [ligne.split(";")[1:] for ligne in fichier.splitlines()[1:]]
        assert lignes == [
            ["travail ou recherche d'emploi", "5", "5"],
            ["formation ou études", "masqué", "masqué"],
        ]

    def test_the_desk_registers_a_caller_with_the_same_questions(self, client: Client, seance: Seance) -> None:
        equipe = entrer(client, animer(seance))
        url = reverse("admin:ateliers_seance_inscrire", args=[seance.pk])
        donnees = {**saisie(seance), "contact": "", "canal": "telephone", "langue": "fr", "etape": "inscrire"}
        assert equipe.post(url, {**donnees, "autorisation": ""}).status_code == 422
        assert equipe.post(url, donnees).status_code == 302
        assert Inscription.objects.get().fiche_accueil.raison == RaisonAccueil.EMPLOI


def test_the_public_page_leads_to_the_next_slots(client: Client, seance: Seance) -> None:
    SeanceFactory(titre="Café des parents")
    page = client.get(reverse("portail:accueil_ponctuel")).content.decode()
    assert seance.titre in page
    assert "2 places avant 18 mois" in page
    assert "Café des parents" not in page
