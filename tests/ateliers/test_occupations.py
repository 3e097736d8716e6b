"""Leaders and rooms: one session at a time, said before, held by PostgreSQL; who leads reads who comes."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers import occupations, seances
from ateliers.enums import Etendue, StatutSeance
from ateliers.models import Inscription, Seance
from ateliers.occupations import Occupation, Occupations, SeanceRefusee
from ateliers.seances import creer_seance, creer_serie, prevoir_modification, prevoir_projet
from maisons.enums import Frequence, Role
from maisons.models import Lieu, Maison
from socle.models import Message, Utilisateur
from tests.acces import animer
from tests.ateliers.test_courses import ensemble
from tests.ateliers.test_seances import MAINTENANT, a_paris, creer, modifier, projet
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    SalleFactory,
    SeanceFactory,
    dans,
)


def animatrice(maison: Maison, **personne: Any) -> Utilisateur:
    utilisateur: Utilisateur = AffectationFactory(
        maison=maison, role=Role.ANIMATEUR, **{f"utilisateur__{nom}": valeur for nom, valeur in personne.items()}
    ).utilisateur
    return utilisateur


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory(nom="La Maison")
    return lieu


@pytest.fixture
def agathe(lieu: Lieu) -> Utilisateur:
    return animatrice(lieu.maison, prenom="Agathe", nom="Petit")


MARDI = date(2026, 3, 10)


def mardi(heure: int, minute: int = 0) -> datetime:
    return a_paris(MARDI.year, MARDI.month, MARDI.day, heure, minute)


@pytest.mark.django_db
class TestContraintes:
    def test_a_leader_is_at_one_session_at_a_time(self, agathe: Utilisateur, lieu: Lieu) -> None:
        SeanceFactory(animateur=agathe, debut=mardi(14), fin=mardi(15))
        SeanceFactory(animateur=agathe, debut=mardi(15), fin=mardi(16))  # one after the other
        SeanceFactory(animateur=agathe, debut=mardi(16), fin=mardi(17), annulee=True)
        SeanceFactory(animateur=agathe, debut=mardi(16), fin=mardi(17))
        with pytest.raises(IntegrityError, match="seance_animateur_libre"), transaction.atomic():
            SeanceFactory(animateur=agathe, debut=mardi(14, 59), fin=mardi(15, 1), brouillon=True)

    def test_a_room_holds_one_session_at_a_time(self, lieu: Lieu) -> None:
        salle = SalleFactory(lieu=lieu)
        SeanceFactory(lieu=lieu, salle=salle, debut=mardi(14), fin=mardi(15))
        SeanceFactory(lieu=lieu, debut=mardi(14), fin=mardi(15))
        with pytest.raises(IntegrityError, match="seance_salle_libre"), transaction.atomic():
            SeanceFactory(lieu=lieu, salle=salle, debut=mardi(14, 30), fin=mardi(16))


@pytest.mark.django_db
class TestDire:
    def genes(self, voulue: Occupation) -> occupations.Genes:
        return Occupations([voulue]).genes(voulue)

    def test_names_the_session_of_the_same_house(self, agathe: Utilisateur, lieu: Lieu) -> None:
        SeanceFactory(lieu=lieu, titre="Café", animateur=agathe, debut=mardi(14), fin=mardi(15))
        genes = self.genes(Occupation(debut=mardi(14), fin=mardi(16), lieu=lieu, animateur=agathe))
        ((champ, phrase),) = genes.empechements
        assert champ == "animateur"
        assert phrase.startswith("Agathe Petit anime déjà : Café (")
        assert genes.avis == ()

    def test_elsewhere_somebody_is_just_not_free(self, agathe: Utilisateur, lieu: Lieu) -> None:
        SeanceFactory(titre="Entretien confidentiel", animateur=agathe, debut=mardi(14), fin=mardi(15))
        (phrase,) = self.genes(Occupation(debut=mardi(14), fin=mardi(16), lieu=lieu, animateur=agathe)).phrases
        assert phrase == "Agathe Petit n'est pas libre à cette heure."

    def test_two_rooms_of_a_place_are_two_places(self, lieu: Lieu) -> None:
        bleue, verte = SalleFactory(lieu=lieu, nom="Bleue"), SalleFactory(lieu=lieu, nom="Verte")
        SeanceFactory(lieu=lieu, salle=bleue, debut=mardi(14), fin=mardi(15))
        commun = {"debut": mardi(14), "fin": mardi(15), "lieu": lieu}
        assert self.genes(Occupation(**commun, salle=verte)) == occupations.Genes()
        assert self.genes(Occupation(**commun, salle=bleue)).empechements[0][0] == "salle"
        assert len(self.genes(Occupation(**commun)).avis) == 1

    def test_cancelled_sessions_take_nobody(self, agathe: Utilisateur, lieu: Lieu) -> None:
        SeanceFactory(lieu=lieu, animateur=agathe, annulee=True, debut=mardi(14))
        voulue = Occupation(debut=mardi(14), fin=mardi(15), lieu=lieu, animateur=agathe)
        assert self.genes(voulue) == occupations.Genes()

    def test_flat_whatever_the_number_of_dates(self, agathe: Utilisateur, lieu: Lieu) -> None:
        def compter(nombre: int) -> int:
            for n in range(nombre):
                SeanceFactory(lieu=lieu, debut=mardi(14) + timedelta(weeks=n))
            p = projet(lieu=lieu, animateur=agathe, regle={"nombre": nombre})
            with CaptureQueriesContext(connection) as faites:
                prevoir_projet(projet=p, maintenant=MAINTENANT)
            return len(faites)

        assert compter(2) == compter(20)


@pytest.mark.django_db
class TestPlanifier:
    def test_clashing_dates_are_said_and_not_created(self, agathe: Utilisateur, lieu: Lieu) -> None:
        SeanceFactory(titre="Café", lieu=lieu, animateur=agathe, debut=mardi(13), fin=mardi(14, 30))
        p = projet(lieu=lieu, animateur=agathe, regle={"nombre": 3})
        prevus = prevoir_projet(projet=p, maintenant=MAINTENANT)
        assert [prevu.jour for prevu in prevus if prevu.empechements] == [MARDI]
        serie = creer(p)
        assert sorted(serie.seances.values_list("jour_serie", flat=True)) == [date(2026, 3, 3), date(2026, 3, 17)]
        assert serie.exceptions == [MARDI]
        assert set(serie.seances.values_list("animateur", flat=True)) == {agathe.pk}

    def test_a_series_with_no_date_left_is_refused_in_words(self, agathe: Utilisateur, lieu: Lieu) -> None:
        p = projet(lieu=lieu, animateur=agathe, regle={"frequence": Frequence.UNIQUE, "premier_jour": MARDI})
        SeanceFactory(lieu=lieu, animateur=agathe, debut=mardi(14))
        with pytest.raises(SeanceRefusee, match="Agathe Petit anime déjà"):
            creer_seance(projet=p, jours={MARDI}, cle=uuid.uuid4(), maintenant=MAINTENANT)
        assert Seance.objects.count() == 1

    def test_who_and_which_rooms_are_free_instead(self, agathe: Utilisateur, lieu: Lieu) -> None:
        nour = animatrice(lieu.maison, prenom="Nour")
        ailleurs, parti = animatrice(LieuFactory().maison), animatrice(lieu.maison)
        parti.affectations.update(du=date(2025, 1, 1), au=date(2026, 1, 1))
        bleue, verte = SalleFactory(lieu=lieu, nom="Bleue"), SalleFactory(lieu=lieu, nom="Verte")
        SalleFactory(lieu=lieu, nom="Fermée", active=False)
        SeanceFactory(lieu=lieu, salle=bleue, animateur=agathe, debut=mardi(14))
        p = projet(lieu=lieu, animateur=agathe, salle=bleue, regle={"nombre": 3})
        prevus = prevoir_projet(projet=p, maintenant=MAINTENANT)
        libres = seances.libres_pour(projet=p, prevus=prevus, le=date(2026, 3, 1))
        assert (libres.animateurs, libres.salles) == ((nour,), (verte,))
        assert ailleurs not in libres.animateurs


@pytest.mark.django_db
class TestDeplacer:
    def test_a_series_passes_through_its_own_slots(self, agathe: Utilisateur, lieu: Lieu) -> None:
        salle = SalleFactory(lieu=lieu)
        serie = creer(projet(lieu=lieu, animateur=agathe, salle=salle))
        premiere = serie.seances.order_by("jour_serie")[0]
        modifier(premiere, Etendue.TOUTES, debut=premiere.debut + timedelta(weeks=1))
        assert serie.seances.order_by("debut")[0].debut == premiere.debut + timedelta(weeks=1)

    def test_to_a_busy_leader_is_refused_whole(self, agathe: Utilisateur, lieu: Lieu) -> None:
        prise = SeanceFactory(lieu=lieu, animateur=agathe, debut=mardi(14))
        libre = SeanceFactory(lieu=lieu, debut=mardi(14))
        InscriptionFactory(seance=libre)
        with pytest.raises(SeanceRefusee, match="anime déjà") as refus:
            modifier(libre, animateur=agathe)
        assert refus.value.champ == "animateur"
        libre.refresh_from_db()
        assert libre.animateur is None
        assert not Message.objects.exists()
        modifier(libre, animateur=agathe, debut=prise.fin)

    def test_seen_before_with_who_is_free(self, agathe: Utilisateur, lieu: Lieu) -> None:
        nour = animatrice(lieu.maison, prenom="Nour")
        SeanceFactory(lieu=lieu, titre="Café", animateur=agathe, debut=mardi(14))
        seance = Seance.objects.with_cadre().get(pk=SeanceFactory(lieu=lieu, debut=mardi(14)).pk)
        bilan = prevoir_modification(
            seance=seance,
            changements=replace(seances.Changements.de(seance), animateur=agathe),
            etendue=Etendue.SEULE,
            maintenant=MAINTENANT,
        )
        assert bilan.est_empeche
        assert "Café" in bilan.changees[0].empechements[0]
        assert bilan.alternatives.animateurs == (nour,)

    def test_a_room_stays_behind_and_families_are_told_once(self, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, salle=SalleFactory(lieu=lieu), debut=mardi(14))
        InscriptionFactory(seance=seance)
        ailleurs = LieuFactory(maison=lieu.maison)
        modifier(seance, lieu=ailleurs)
        seance.refresh_from_db()
        assert (seance.lieu, seance.salle) == (ailleurs, None)
        assert Message.objects.filter(modele="seance_modifiee").count() == 1

    def test_a_room_of_another_place_is_refused(self, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, debut=mardi(14))
        with pytest.raises(SeanceRefusee, match="pas de ce lieu"):
            modifier(seance, salle=SalleFactory())

    def test_a_new_leader_alone_is_no_news_for_families(self, agathe: Utilisateur, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, debut=mardi(14))
        InscriptionFactory(seance=seance)
        modifier(seance, animateur=agathe)
        seance.refresh_from_db()
        assert seance.animateur == agathe
        assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.course
class TestCourses:
    FILS = 8

    @pytest.fixture
    def sans_contrainte(self) -> Iterator[None]:
        contraintes = [
            c for c in Seance._meta.constraints if c.name in ("seance_animateur_libre", "seance_salle_libre")
        ]
        with connection.schema_editor() as schema:
            for contrainte in contraintes:
                schema.remove_constraint(Seance, contrainte)
        yield
        Seance.objects.all().delete()
        with connection.schema_editor() as schema:
            for contrainte in contraintes:
                schema.add_constraint(Seance, contrainte)

    def planifier(self, personne: Utilisateur) -> Callable[[], str]:
        lieu = LieuFactory()
        p = projet(lieu=lieu, animateur=personne, regle={"frequence": Frequence.UNIQUE, "premier_jour": MARDI})

        def tache() -> str:
            try:
                creer_seance(projet=p, jours={MARDI}, cle=uuid.uuid4(), maintenant=MAINTENANT)
            except SeanceRefusee:
                return "refusée"
            return "créée"

        return tache

    def test_eight_houses_plan_one_leader_and_one_has_her(self) -> None:
        agathe = animatrice(LieuFactory().maison)
        resultats = Counter(ensemble([self.planifier(agathe) for _ in range(self.FILS)]))
        assert resultats == {"créée": 1, "refusée": self.FILS - 1}
        assert Seance.objects.filter(animateur=agathe).count() == 1

    def test_control_without_lock_and_constraint_she_is_everywhere(
        self, monkeypatch: pytest.MonkeyPatch, sans_contrainte: None
    ) -> None:
        agathe = animatrice(LieuFactory().maison)
        attente = threading.Barrier(self.FILS)
        lire = Occupations.__init__

        def lire_puis_attendre(self: Occupations, *args: Any, **options: Any) -> None:
            lire(self, *args, **options)
            attente.wait(timeout=60)

        monkeypatch.setattr(seances, "reserver", lambda **_: None)
        monkeypatch.setattr(seances, "une_seance_a_la_fois", transaction.atomic)
        monkeypatch.setattr(Occupations, "__init__", lire_puis_attendre)
        ensemble([self.planifier(agathe) for _ in range(self.FILS)])
        assert Seance.objects.filter(animateur=agathe).count() == self.FILS

    def test_the_constraint_alone_still_keeps_her_to_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        agathe = animatrice(LieuFactory().maison)
        monkeypatch.setattr(seances, "reserver", lambda **_: None)
        ensemble([self.planifier(agathe) for _ in range(self.FILS)])
        assert Seance.objects.filter(animateur=agathe).count() == 1


@pytest.mark.django_db
class TestQuiLitQui:
    """An animateur reads the families of the sessions they lead, and registers at any of the house."""

    @pytest.fixture
    def seance(self, lieu: Lieu) -> Seance:
        seance: Seance = SeanceFactory(lieu=lieu)
        InscriptionFactory(seance=seance, famille__prenom="Zélie", famille__email="zelie@exemple.fr")
        return seance

    def pages(self, seance: Seance) -> list[str]:
        fiche = [reverse(f"admin:ateliers_seance_{page}", args=[seance.pk]) for page in ("change", "presences")]
        return [
            *fiche,
            reverse("admin:ateliers_seance_changelist"),
            reverse("admin:ateliers_inscription_changelist"),
            f"{reverse('admin:ateliers_inscription_changelist')}?q=zelie",
            reverse("admin:familles_famille_changelist"),
            "/equipe/",
        ]

    def vue(self, client: Client, seance: Seance) -> bool:
        pages = [client.get(page) for page in self.pages(seance)]
        assert {page.status_code for page in pages} == {200}
        vus = {"Zélie" in page.content.decode() or "zelie@" in page.content.decode() for page in pages[:2]}
        ailleurs = any("zelie@exemple.fr" in page.content.decode() for page in pages[2:4])
        assert len(vus) == 1
        assert ailleurs in vus
        return vus.pop()

    def test_the_one_who_leads_reads_and_a_colleague_does_not(self, client: Client, seance: Seance) -> None:
        collegue = animatrice(seance.lieu.maison)
        assert not self.vue(entrer(client, collegue), seance)
        assert self.vue(entrer(client, animer(seance)), seance)
        responsable = AffectationFactory(maison=seance.lieu.maison, role=Role.RESPONSABLE).utilisateur
        assert self.vue(entrer(client, responsable), seance)

    def test_leading_without_a_running_role_gives_nothing(self, client: Client, seance: Seance) -> None:
        agathe = animer(seance)
        agathe.affectations.update(au=dans(days=-1).date())
        agathe = Utilisateur.objects.get(pk=agathe.pk)
        AffectationFactory(utilisateur=agathe, role=Role.ANIMATEUR)  # at another house
        reponse = entrer(client, agathe).get(reverse("admin:ateliers_seance_change", args=[seance.pk]))
        assert reponse.status_code == 404
        assert not Inscription.objects.visibles_par(agathe, le=dans().date()).exists()

    def test_a_groups_facilitator_leads_its_meetings(self, lieu: Lieu) -> None:
        groupe = GroupePairsFactory(maison=lieu.maison, lieu=lieu)
        rencontre = SeanceFactory(lieu=lieu, atelier=None, groupe=groupe)
        inscription = InscriptionFactory(seance=rencontre)
        agathe = animatrice(lieu.maison)
        assert not Inscription.objects.visibles_par(agathe, le=dans().date()).exists()
        groupe.facilitateurs.add(agathe)
        assert list(Inscription.objects.visibles_par(agathe, le=dans().date())) == [inscription]

    def test_a_colleagues_caller_is_registered_without_reading_the_list(self, client: Client, seance: Seance) -> None:
        collegue = entrer(client, animatrice(seance.lieu.maison))
        page = reverse("admin:ateliers_seance_inscrire", args=[seance.pk])
        envoi = {
            "prenom": "Moussa",
            "contact": "moussa@exemple.fr",
            "adultes": 1,
            "enfants": 0,
            "canal": "telephone",
            "langue": "fr",
            "cle": str(uuid.uuid4()),
            "etape": "inscrire",
        }
        reponse = collegue.post(page, envoi, follow=True)
        assert seance.inscriptions.count() == 2
        assert "Moussa a sa place" in reponse.content.decode()
        assert "zelie@" not in reponse.content.decode()
        encore = collegue.post(page, {**envoi, "contact": "zelie@exemple.fr", "cle": str(uuid.uuid4())})
        assert encore.status_code == 422
        assert reverse("admin:ateliers_inscription_change", args=[seance.inscriptions.first().pk]) not in (
            encore.content.decode()
        )

    def test_acts_on_names_are_refused_to_a_colleague(self, client: Client, seance: Seance) -> None:
        collegue = entrer(client, animatrice(seance.lieu.maison))
        inscription = seance.inscriptions.get()
        for page in ("change", "annuler", "accepter"):
            adresse = reverse(f"admin:ateliers_inscription_{page}", args=[inscription.pk])
            assert collegue.get(adresse).status_code == 404
            assert collegue.post(adresse).status_code == 404
        for page in ("ecrire", "feuille"):
            assert collegue.get(reverse(f"admin:ateliers_seance_{page}", args=[seance.pk])).status_code == 403

    def envoyer(self, client: Client, seance: Seance, **champs: Any) -> Any:
        page = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        form = client.get(page).context["form"]
        envoi = {nom: "" if form[nom].value() is None else form[nom].value() for nom in form.fields}
        return client.post(page, {**envoi, **champs, "etape": "confirmer"})

    def test_nobody_makes_themselves_the_leader_to_read_names(self, client: Client, seance: Seance) -> None:
        curieuse = animatrice(seance.lieu.maison)
        self.envoyer(entrer(client, curieuse), seance, animateur=curieuse.pk)
        seance.refresh_from_db()
        assert seance.animateur is None
        responsable = AffectationFactory(maison=seance.lieu.maison, role=Role.RESPONSABLE).utilisateur
        assert self.envoyer(entrer(client, responsable), seance, animateur=curieuse.pk).status_code == 302
        seance.refresh_from_db()
        assert seance.animateur == curieuse

    def test_nor_by_way_of_a_series(self, client: Client, lieu: Lieu) -> None:
        serie = creer_serie(
            projet=projet(lieu=lieu, regle={"premier_jour": dans(days=7).date(), "nombre": 3}),
            jours={dans(days=7 * n).date() for n in range(1, 4)},
            cle=uuid.uuid4(),
            maintenant=dans(),
        )
        premiere, suivante, _derniere = serie.seances.order_by("debut")
        InscriptionFactory(seance=suivante)
        curieuse = animatrice(lieu.maison)
        navigateur = entrer(client, curieuse)
        assert self.envoyer(navigateur, premiere, animateur=curieuse.pk, etendue="toutes").status_code == 422
        assert not Seance.objects.filter(animateur=curieuse).exists()
        assert self.envoyer(navigateur, premiere, animateur=curieuse.pk, etendue="seule").status_code == 302

    def test_who_leads_hands_over(self, client: Client, seance: Seance) -> None:
        agathe, nour = animer(seance), animatrice(seance.lieu.maison)
        assert self.envoyer(entrer(client, agathe), seance, animateur=nour.pk).status_code == 302
        seance.refresh_from_db()
        assert seance.animateur == nour

    def test_a_leader_from_another_house_is_no_choice(self, client: Client, seance: Seance) -> None:
        ailleurs = animatrice(LieuFactory().maison)
        responsable = AffectationFactory(maison=seance.lieu.maison, role=Role.RESPONSABLE).utilisateur
        assert self.envoyer(entrer(client, responsable), seance, animateur=ailleurs.pk).status_code == 422

    def test_my_day_begins_with_ones_own(self, client: Client, lieu: Lieu) -> None:
        tot = SeanceFactory(lieu=lieu, debut=dans(minutes=20), titre="Tôt")
        mienne = SeanceFactory(lieu=lieu, debut=tot.debut + timedelta(seconds=1), titre="La mienne")
        agathe = animer(mienne)
        (_gabarit, contenu), *_ = entrer(client, agathe).get("/equipe/").context["panneaux"]
        montrees = [seance for _cle, _titre, jour in contenu["jours"] for seance in jour]
        assert [(seance.titre, seance.peut_pointer) for seance in montrees] == [("La mienne", True), ("Tôt", False)]

    def test_the_list_of_a_leader(self, client: Client, seance: Seance) -> None:
        SeanceFactory(lieu=seance.lieu, titre="À personne")
        agathe = animer(seance)
        navigateur = entrer(client, agathe)
        liste = reverse("admin:ateliers_seance_changelist")
        page = navigateur.get(f"{liste}?animee={agathe.pk}").content.decode()
        assert (seance.titre in page, "À personne" in page) == (True, False)
        assert "À personne" in navigateur.get(f"{liste}?animee=personne").content.decode()
        assert navigateur.get(f"{liste}?animee=abc").status_code == 200
        assert navigateur.get(f"{liste}?animateur__password__startswith=a").status_code == 400


@pytest.mark.django_db
def test_planning_page_names_clashes_and_offers_others(client: Client, lieu: Lieu, agathe: Utilisateur) -> None:
    from tests.ateliers.test_admin_seances import formulaire
    from tests.ateliers.test_admin_seances import mardi as mardi_dans

    debut = datetime.combine(mardi_dans(2), time(14), tzinfo=lieu.zone)
    SeanceFactory(lieu=lieu, titre="Café", animateur=agathe, debut=debut, fin=debut + timedelta(hours=1))
    SeanceFactory(titre="Ailleurs", animateur=agathe, debut=debut + timedelta(weeks=1))
    nour = animatrice(lieu.maison, prenom="Nour", nom="Klein")
    responsable = entrer(client, AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur)
    envoi = formulaire(lieu, animateur=agathe.pk)
    page = responsable.post("/equipe/ateliers/serie/add/", envoi)
    texte = page.content.decode()
    assert page.context["empeches"] == 2
    assert "Agathe Petit anime déjà : Café" in texte
    assert "Agathe Petit n&#x27;est pas libre à cette heure." in texte
    assert "Ailleurs" not in texte
    assert str(nour) in texte
    jours = [prevu.jour.isoformat() for prevu in page.context["retenus"]]
    reponse = responsable.post(
        "/equipe/ateliers/serie/add/", {**envoi, "etape": "creer", "garder": jours}, follow=True
    )
    assert Seance.objects.filter(animateur=agathe, serie__isnull=False, statut=StatutSeance.PUBLIEE).count() == 2
    assert "Pas créées" in reponse.content.decode()
