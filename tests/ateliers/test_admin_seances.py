"""The staff's own pages: nothing is done before it is shown, nothing twice, and lists cost the same at any length."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ateliers.enums import AnnuleePar, StatutInscription, StatutSeance
from ateliers.models import Atelier, Inscription, Seance, Serie
from familles.models import Famille
from maisons.enums import Frequence, Role
from maisons.models import Affectation, Lieu, Maison
from socle.models import Message, Utilisateur
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    AtelierFactory,
    CommuneFactory,
    FermetureFactory,
    InscriptionFactory,
    LieuFactory,
    MaisonFactory,
    MessageFactory,
    SeanceFactory,
    SerieFactory,
    dans,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def maison() -> Maison:
    return MaisonFactory(nom="Maison de Rethel")


@pytest.fixture
def lieu(maison: Maison) -> Lieu:
    return LieuFactory(maison=maison, nom="La salle bleue")


@pytest.fixture
def equipe(client: Client, maison: Maison) -> Client:
    """Someone who directs the house."""
    return entrer(client, AffectationFactory(maison=maison, role=Role.RESPONSABLE).utilisateur)


def mardi(semaines: int) -> date:
    """A Tuesday some weeks from now."""
    aujourd_hui = timezone.localdate()
    return aujourd_hui + timedelta(days=(1 - aujourd_hui.weekday()) % 7 + 7 * semaines)


def formulaire(lieu: Lieu, **champs: Any) -> dict[str, Any]:
    return {
        "atelier": AtelierFactory(maison=lieu.maison, titre="Portage", intervenants="Nadia").pk,
        "lieu": lieu.pk,
        "premier_jour": mardi(2).isoformat(),
        "heure": "14:00",
        "frequence": Frequence.SEMAINE.value,
        "nombre": 4,
        "publier": "on",
        "cle": str(uuid.uuid4()),
        "etape": "apercu",
        **champs,
    }


PLANIFIER = "/equipe/ateliers/serie/add/"


class TestPlanifier:
    def test_the_page_starts_from_the_workshop_one_came_from(self, equipe: Client, lieu: Lieu) -> None:
        atelier = AtelierFactory(maison=lieu.maison, intervenants="Nadia", duree_minutes=75)
        form = equipe.get(f"{PLANIFIER}?atelier={atelier.pk}").context["form"]
        assert (form["atelier"].value(), form["lieu"].value()) == (atelier.pk, lieu.pk)
        assert (form["intervenants"].value(), form["duree_minutes"].value()) == ("Nadia", 75)
        assert form["sauf_feries"].value() is True

    def test_shows_every_date_and_creates_nothing(self, equipe: Client, lieu: Lieu) -> None:
        FermetureFactory(maison=lieu.maison, du=mardi(3), au=mardi(3), motif="Travaux")
        SeanceFactory(lieu=lieu, titre="Café", debut=dans(days=1))
        page = equipe.post(PLANIFIER, formulaire(lieu))
        assert page.status_code == 200
        assert [prevu.jour for prevu in page.context["retenus"]] == [mardi(2), mardi(4), mardi(5)]
        assert "maison fermée : Travaux" in page.content.decode()
        assert not Serie.objects.exists()

    def test_creates_the_ticked_dates_once(self, equipe: Client, lieu: Lieu) -> None:
        donnees = formulaire(lieu, etape="creer", garder=[mardi(2).isoformat(), mardi(4).isoformat(), "pas-une-date"])
        for _tour in range(2):
            reponse = equipe.post(PLANIFIER, donnees)
            assert reponse.status_code == 302
        serie = Serie.objects.get()
        assert reponse["Location"] == f"{reverse('admin:ateliers_seance_changelist')}?serie__id__exact={serie.pk}"
        assert list(serie.seances.order_by("debut").values_list("jour_serie", flat=True)) == [mardi(2), mardi(4)]
        assert serie.seances.filter(titre="Portage", intervenants="Nadia", statut=StatutSeance.PUBLIEE).count() == 2

    def test_the_typed_values_survive_the_preview(self, equipe: Client, lieu: Lieu) -> None:
        donnees = formulaire(lieu, jours=["1", "3"], sauf_feries="on", capacite_adultes=3)
        page = equipe.post(PLANIFIER, donnees).content.decode()
        caches = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
        assert {("jours", "1"), ("jours", "3"), ("capacite_adultes", "3"), ("lieu", str(lieu.pk))} <= set(caches)
        retour = equipe.post(PLANIFIER, {**donnees, "etape": "formulaire"})
        assert retour.status_code == 200
        assert retour.context["form"]["capacite_adultes"].value() == "3"

    def test_a_single_session(self, equipe: Client, lieu: Lieu) -> None:
        donnees = formulaire(lieu, frequence="unique", etape="creer", garder=mardi(2).isoformat(), publier="")
        del donnees["nombre"]
        for _tour in range(2):
            equipe.post(PLANIFIER, donnees)
        seance = Seance.objects.get()
        assert (seance.serie, seance.statut, str(seance.reference)) == (None, StatutSeance.BROUILLON, donnees["cle"])

    @pytest.mark.parametrize(
        ("champs", "champ"),
        [
            ({"premier_jour": "2026-02-31"}, "premier_jour"),
            ({"premier_jour": "1999-01-01"}, "premier_jour"),
            ({"heure": "25:00"}, "heure"),
            ({"nombre": ""}, "jusqu_au"),
            ({"nombre": 201}, "nombre"),
            ({"nombre": 100}, "nombre"),
            ({"jusqu_au": "2099-01-01", "nombre": ""}, "jusqu_au"),
            ({"frequence": "dates", "dates": "31/02/2027"}, "dates"),
            ({"frequence": "dates", "dates": ""}, "dates"),
            ({"atelier": "999999999"}, "atelier"),
            ({"cle": "rien"}, "cle"),
            ({"capacite_adultes": "-1"}, "capacite_adultes"),
        ],
    )
    def test_what_cannot_be_is_said_at_its_field(
        self, equipe: Client, lieu: Lieu, champs: dict[str, Any], champ: str
    ) -> None:
        reponse = equipe.post(PLANIFIER, formulaire(lieu, **champs))
        assert reponse.status_code == 422
        assert champ in reponse.context["form"].errors
        assert not Seance.objects.exists()

    def test_nothing_ticked_is_refused(self, equipe: Client, lieu: Lieu) -> None:
        reponse = equipe.post(PLANIFIER, formulaire(lieu, etape="creer"))
        assert reponse.status_code == 422
        assert not Serie.objects.exists()

    def test_a_place_of_another_of_ones_houses_is_refused(self, equipe: Client, lieu: Lieu) -> None:
        autre = LieuFactory()
        Affectation.objects.create(
            utilisateur=Utilisateur.objects.get(affectations__maison=lieu.maison),
            role=Role.RESPONSABLE,
            portee="maison",
            maison=autre.maison,
            du=timezone.localdate(),
        )
        reponse = equipe.post(PLANIFIER, {**formulaire(lieu), "lieu": autre.pk})
        assert "lieu" in reponse.context["form"].errors


def modification(equipe: Client, seance: Seance, **champs: Any) -> dict[str, Any]:
    """What the form would send, with some fields changed."""
    form = equipe.get(reverse("admin:ateliers_seance_modifier", args=[seance.pk])).context["form"]
    valeurs = {nom: form[nom].value() for nom in form.fields}
    valeurs["heure"] = f"{valeurs['heure']:%H:%M}"
    valeurs["accueille_grossesse"] = "on" if valeurs["accueille_grossesse"] else ""
    return {**{nom: "" if valeur is None else valeur for nom, valeur in valeurs.items()}, **champs}


class TestModifier:
    def test_shows_who_will_be_told_then_does_it_once(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, debut=dans(days=5))
        InscriptionFactory(seance=seance)
        url = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        donnees = modification(equipe, seance, jour=(timezone.localdate() + timedelta(days=9)).isoformat())
        page = equipe.post(url, {**donnees, "etape": "apercu"})
        assert "<b>1 famille</b> sera prévenue" in page.content.decode()
        seance.refresh_from_db()
        assert seance.revision == 0
        for _tour in range(2):
            equipe.post(url, {**donnees, "etape": "confirmer"})
        seance.refresh_from_db()
        assert seance.revision == 1
        assert Message.objects.filter(modele="seance_modifiee").count() == 1

    def test_untouched_it_says_so(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, debut=dans(days=5, seconds=17))
        url = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        reponse = equipe.post(url, {**modification(equipe, seance), "etape": "apercu"})
        assert reponse.status_code == 422
        assert "Rien n'a changé" in reponse.content.decode().replace("&#x27;", "'").replace("’", "'")

    def test_someone_elses_change_in_between_is_shown_not_lost(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu)
        url = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        donnees = modification(equipe, seance, titre="Le mien")
        Seance.objects.filter(pk=seance.pk).update(titre="Le sien", modifiee_le=dans(seconds=1))
        reponse = equipe.post(url, {**donnees, "etape": "confirmer"}, follow=True)
        assert "d'autre a modifié cette séance" in reponse.content.decode().replace("&#x27;", "'")
        seance.refresh_from_db()
        assert seance.titre == "Le sien"

    @pytest.mark.parametrize(
        ("champs", "champ"),
        [
            ({"capacite_adultes": 1}, "capacite_adultes"),
            ({"jour": "2027-03-28", "heure": "02:30"}, "heure"),
            ({"jour": "2020-01-01"}, "jour"),
            ({"age_min_mois": 9, "age_max_mois": 3}, "age_max_mois"),
            ({"version": "hier"}, "version"),
            ({"lieu": 999999999}, "lieu"),
        ],
    )
    def test_refusals_are_at_their_field(self, equipe: Client, lieu: Lieu, champs: dict[str, Any], champ: str) -> None:
        seance = SeanceFactory(lieu=lieu)
        InscriptionFactory(seance=seance, adultes=2)
        url = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        reponse = equipe.post(url, {**modification(equipe, seance, **champs), "etape": "confirmer"})
        assert reponse.status_code == 422
        assert champ in reponse.context["form"].errors


class TestAnnulerEtSupprimer:
    def test_a_session_is_cancelled_with_its_reason(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu)
        inscription = InscriptionFactory(seance=seance)
        url = reverse("admin:ateliers_seance_annuler", args=[seance.pk])
        assert equipe.post(url, {"motif": "", "etape": "apercu"}).status_code == 422
        page = equipe.post(url, {"motif": "Animatrice absente", "etape": "apercu"})
        assert "Animatrice absente" in page.content.decode()
        for _tour in range(2):
            equipe.post(url, {"motif": "Animatrice absente", "etape": "confirmer"})
        seance.refresh_from_db()
        inscription.refresh_from_db()
        assert (seance.statut, inscription.annulee_par) == (StatutSeance.ANNULEE, AnnuleePar.MAISON)
        assert Message.objects.filter(modele="seance_annulee").count() == 1

    def test_deleting_a_booked_session_is_refused_with_the_way_out(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu)
        InscriptionFactory(seance=seance, annulee=True)
        url = reverse("admin:ateliers_seance_delete", args=[seance.pk])
        assert reverse("admin:ateliers_seance_annuler", args=[seance.pk]) in equipe.get(url).content.decode()
        equipe.post(url, {"post": "yes"})
        assert Seance.objects.filter(pk=seance.pk).exists()

    def test_an_empty_one_goes(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu)
        equipe.post(reverse("admin:ateliers_seance_delete", args=[seance.pk]))
        assert not Seance.objects.exists()

    def test_a_booking_ends_through_the_engine(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, capacite_adultes=1, capacite_enfants=1)
        inscription = InscriptionFactory(seance=seance)
        attente = InscriptionFactory(seance=seance, attente=True)
        url = reverse("admin:ateliers_inscription_annuler", args=[inscription.pk])
        assert equipe.get(url).status_code == 200
        inscription.refresh_from_db()
        assert inscription.est_active  # looking changes nothing
        equipe.post(url)
        inscription.refresh_from_db()
        attente.refresh_from_db()
        assert inscription.annulee_par == AnnuleePar.MAISON
        assert attente.statut == StatutInscription.PROPOSEE

    def test_bookings_are_neither_typed_nor_deleted(self, equipe: Client, lieu: Lieu) -> None:
        inscription = InscriptionFactory(seance__lieu=lieu)
        assert equipe.get(reverse("admin:ateliers_inscription_add")).status_code == 403
        assert equipe.post(reverse("admin:ateliers_inscription_delete", args=[inscription.pk])).status_code == 403
        assert equipe.post(
            reverse("admin:ateliers_inscription_change", args=[inscription.pk]), {"prenom": "Autre"}
        ).status_code in (200, 405)
        inscription.refresh_from_db()
        assert inscription.prenom == "Inès"


class TestPages:
    def test_the_sheet_of_a_session_says_who_comes(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu)
        InscriptionFactory(seance=seance, famille__prenom="Zoé", telephone="+33612345678")
        page = equipe.get(reverse("admin:ateliers_seance_change", args=[seance.pk])).content.decode()
        assert "Zoé" in page
        assert "06 12 34 56 78" in page

    def test_my_day(self, equipe: Client, lieu: Lieu) -> None:
        midi = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
        aujourd_hui = SeanceFactory(lieu=lieu, debut=midi, titre="Aujourd'hui même")
        SeanceFactory(lieu=lieu, debut=midi + timedelta(days=1), titre="Le lendemain")
        SeanceFactory(lieu=lieu, debut=midi + timedelta(days=2), titre="Après-demain")
        SeanceFactory(debut=midi, titre="Chez les autres")
        InscriptionFactory(seance=aujourd_hui, adultes=2, enfants=1, besoins=["poussette"])
        InscriptionFactory(seance=aujourd_hui, attente=True)
        panneau = equipe.get("/equipe/").context["panneaux"][0][1]
        assert [[s.titre for s in jour[-1]] for jour in panneau["jours"]] == [
            ["Aujourd'hui même"],
            ["Le lendemain"],
        ]
        assert (panneau["adultes_attendus"], panneau["enfants_attendus"], panneau["en_attente"]) == (2, 1, 1)
        assert panneau["jours"][0][-1][0].besoins_annonces == [("place pour une poussette", 1)]

    def test_a_workshop_is_written_in_the_catalogue(self, equipe: Client, maison: Maison) -> None:
        url = reverse("admin:ateliers_atelier_add")
        page = equipe.get(url)
        assert "deux jours puis trois heures avant" in page.content.decode()
        form = page.context["adminform"].form
        saisie = {
            **{nom: form[nom].value() for nom in form.fields if form[nom].value() is not None},
            "maison": maison.pk,
            "titre": "Portage",
            "format": "pratique",
            "langues": ["fr", "ar"],
            "accueille_grossesse": "on",
            "duree_minutes": 90,
            "capacite_adultes": 8,
            "capacite_enfants": 8,
            "rappels_heures": "48,3",
            "actif": "on",
        }
        for moitie in ({"petits_avant_mois": 18}, {"capacite_petits": 3}):
            refusee = equipe.post(url, saisie | moitie)
            assert "Les places des petits vont avec leur âge" in str(refusee.context["adminform"].form.errors)

        reponse = equipe.post(url, saisie)

        assert reponse.status_code == 302, reponse.context["adminform"].form.errors
        atelier = Atelier.objects.get()
        assert (atelier.langues, atelier.rappels_heures) == (["fr", "ar"], [48, 3])

    def test_a_place_stands_in_its_commune_and_on_its_clock(self, equipe: Client, maison: Maison) -> None:
        CommuneFactory()
        donnees = {
            "maison": maison.pk,
            "nom": "La Ferme",
            "commune": "08300",
            "actif": "on",
            "salles-TOTAL_FORMS": 1,
            "salles-INITIAL_FORMS": 0,
            "salles-0-nom": "La salle verte",
            "salles-0-active": "on",
            "plages-TOTAL_FORMS": 1,
            "plages-INITIAL_FORMS": 0,
            "plages-0-jour": "1",
            "plages-0-debut": "09:00",
            "plages-0-fin": "12:00",
            "plages-0-semaines": "toutes",
        }
        url = reverse("admin:maisons_lieu_add")
        inconnue = equipe.post(url, {**donnees, "commune": "Nullepart"})
        assert "commune" in inconnue.context["adminform"].form.errors
        reponse = equipe.post(url, donnees)
        assert reponse.status_code == 302, reponse.context["adminform"].form.errors
        lieu = Lieu.objects.get()
        assert (lieu.commune_id, lieu.latitude, lieu.code_postal, lieu.fuseau) == (
            "08362",
            49.51,
            "08300",
            "Europe/Paris",
        )
        assert lieu.plages.count() == 1


@contextmanager
def compter() -> Iterator[Callable[[], int]]:
    with CaptureQueriesContext(connection) as requetes:
        yield lambda: len(requetes)


class TestRequetes:
    """Lists cost the same with one row and with a hundred."""

    def _remplir(self, lieu: Lieu, nombre: int) -> None:
        maison = lieu.maison
        for _n in range(nombre):
            serie = SerieFactory(atelier=AtelierFactory(maison=maison), lieu=LieuFactory(maison=maison))
            seance = SeanceFactory(
                lieu=serie.lieu, atelier=serie.atelier, serie=serie, jour_serie=serie.premier_jour, debut=dans(hours=3)
            )
            MessageFactory(objet=InscriptionFactory(seance=seance, besoins=["poussette"]))
            AffectationFactory(maison=maison, role=Role.ANIMATEUR)

    @pytest.mark.parametrize(
        "modele", [Seance, Inscription, Serie, Atelier, Lieu, Maison, Message, Affectation, Utilisateur, Famille, None]
    )
    def test_flat_from_one_row_to_a_hundred(self, equipe: Client, lieu: Lieu, modele: type[Model] | None) -> None:
        url = (
            "/equipe/"
            if modele is None
            else reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
        )
        self._remplir(lieu, 1)
        equipe.get(url)
        with compter() as fait:
            assert equipe.get(url).status_code == 200
            avec_une = fait()
        self._remplir(lieu, 99 if modele is Seance else 12)
        with compter() as fait:
            equipe.get(url)
            avec_beaucoup = fait()
        # One page of a list, one query for its number of pages at most.
        assert avec_beaucoup <= avec_une
        assert avec_une <= 20

    def test_the_sheet_of_a_session(self, equipe: Client, lieu: Lieu) -> None:
        seance = SeanceFactory(lieu=lieu, capacite_adultes=200, capacite_enfants=200)
        url = reverse("admin:ateliers_seance_change", args=[seance.pk])
        comptes = []
        for nombre in (1, 99):
            InscriptionFactory.create_batch(nombre, seance=seance)
            equipe.get(url)
            with compter() as fait:
                equipe.get(url)
                comptes.append(fait())
        assert comptes[0] == comptes[1]
