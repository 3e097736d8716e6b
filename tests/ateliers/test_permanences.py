"""Permanences as sessions: free or by appointment, one family a slot, cancelled by the partner."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ateliers import permanences
from ateliers.enums import AccueilSeance, CanalInscription, StatutInscription, StatutSeance
from ateliers.inscriptions import DemandeInscription, InscriptionRefusee, inscrire_famille
from ateliers.models import Inscription, Seance
from maisons.enums import Frequence, Portee, Role
from maisons.recurrence import Regle
from partenaires.enums import ModePermanence
from socle.models import Message
from tests.acces import QUI, personne
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    InscriptionFactory,
    OrganisationFactory,
    PartenaireFactory,
    PermanenceFactory,
    SeanceFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db

LUNDI = datetime(2026, 3, 16, 8, tzinfo=UTC)


def projet(permanence: Any, **regle: Any) -> permanences.Projet:
    return permanences.Projet(
        permanence=permanence,
        regle=Regle(
            **{
                "frequence": Frequence.SEMAINE,
                "premier_jour": date(2026, 3, 26),
                "heure": time(9),
                "duree_minutes": 120,
                "nombre": 2,
                **regle,
            }
        ),
    )


def planifier(voulu: permanences.Projet, **options: Any) -> list[Seance]:
    jours = {prevu.jour for prevu in permanences.prevoir_permanence(projet=voulu, maintenant=LUNDI)}
    return permanences.planifier_permanence(
        **{"projet": voulu, "jours": jours, "cle": uuid.uuid4(), "maintenant": LUNDI, **options}
    )


@pytest.fixture
def rendez_vous() -> Any:
    return PermanenceFactory(mode=ModePermanence.RENDEZ_VOUS, creneau_minutes=30)


def creneau(**options: Any) -> Any:
    return SeanceFactory(
        **{
            "permanence": PermanenceFactory(mode=ModePermanence.RENDEZ_VOUS, creneau_minutes=30),
            "atelier": None,
            "accueil": AccueilSeance.FAMILLE,
            "capacite_adultes": 4,
            "capacite_enfants": 6,
            **options,
        }
    )


def demande(email: str, **options: Any) -> DemandeInscription:
    return DemandeInscription(
        **{"prenom": "Inès", "email": email, "adultes": 1, "enfants": 1, "cle_idempotence": uuid.uuid4(), **options}
    )


class TestPlanifier:
    def test_by_appointment_gives_a_slot_for_each_length_over_the_change_of_time(self, rendez_vous: Any) -> None:
        creees = planifier(projet(rendez_vous))
        assert len(creees) == 8
        heures = [seance.debut.astimezone(rendez_vous.lieu.zone).strftime("%d %H:%M") for seance in creees]
        assert heures[:5] == ["26 09:00", "26 09:30", "26 10:00", "26 10:30", "02 09:00"]
        assert {seance.accueil for seance in creees} == {AccueilSeance.FAMILLE}

    def test_freely_gives_one_session_a_day_that_nobody_books(self) -> None:
        (premiere, _seconde) = planifier(projet(PermanenceFactory()))
        assert premiere.fin - premiere.debut == timedelta(hours=2)
        assert not premiere.est_ouverte_aux_inscriptions(maintenant=LUNDI)
        with pytest.raises(IntegrityError, match="seance_"), transaction.atomic():
            Seance.objects.filter(pk=premiere.pk).update(adultes_pris=1, capacite_adultes=5)

    def test_the_same_key_and_the_same_day_are_planned_once(self, rendez_vous: Any) -> None:
        voulu, cle = projet(rendez_vous), uuid.uuid4()
        planifier(voulu, cle=cle)
        planifier(voulu, cle=cle)
        with pytest.raises(permanences.PermanenceRefusee):
            planifier(voulu)
        assert Seance.objects.count() == 8

    def test_a_length_that_fits_no_slot_is_refused(self, rendez_vous: Any) -> None:
        with pytest.raises(permanences.PermanenceRefusee, match="0 rendez-vous"):
            planifier(projet(rendez_vous, duree_minutes=20))


class TestUneFamille:
    def test_the_second_family_finds_the_slot_taken(self) -> None:
        seance = creneau()
        inscrire_famille(seance=seance, demande=demande("a@exemple.fr"), maintenant=maintenant())
        with pytest.raises(InscriptionRefusee):
            inscrire_famille(seance=seance, demande=demande("b@exemple.fr"), maintenant=maintenant())
        assert Inscription.objects.get().statut == StatutInscription.CONFIRMEE

    def test_the_desk_cannot_double_it_either(self) -> None:
        seance = creneau()
        inscrire_famille(seance=seance, demande=demande("a@exemple.fr"), maintenant=maintenant())
        with pytest.raises(InscriptionRefusee):
            inscrire_famille(
                seance=seance,
                demande=demande("b@exemple.fr", canal=CanalInscription.TELEPHONE),
                maintenant=maintenant(),
            )

    def test_the_agenda_shows_the_first_free_slot_of_a_day_and_its_page_the_others(self, client: Client) -> None:
        debut = dans(days=3).replace(hour=9, minute=0)
        premier = creneau(debut=debut, fin=debut + timedelta(minutes=30), adultes_pris=1)
        autres = [
            creneau(
                permanence=premier.permanence,
                lieu=premier.lieu,
                debut=debut + timedelta(minutes=30 * n),
                fin=debut + timedelta(minutes=30 * (n + 1)),
            )
            for n in (1, 2)
        ]
        contexte = client.get(reverse("ateliers:agenda")).context
        assert [seance for jour in contexte["jours"] for seance in jour.seances] == autres[:1]
        page = client.get(autres[0].get_absolute_url())
        assert page.context["creneaux"] == autres[1:]

    def test_one_comes_freely_where_there_is_nothing_to_book(self, client: Client) -> None:
        libre = SeanceFactory(
            permanence=PermanenceFactory(),
            atelier=None,
            accueil=AccueilSeance.LIBRE,
            capacite_adultes=0,
            capacite_enfants=0,
        )
        contenu = client.get(libre.get_absolute_url()).content.decode()
        assert "Sans rendez-vous" in contenu
        assert "Je réserve" not in contenu
        assert client.get(reverse("ateliers:seance_inscription", args=[libre.reference])).status_code != 200


class TestPages:
    def partenaire(self, client: Client) -> tuple[Client, Any]:
        organisation = OrganisationFactory()
        permanence = PermanenceFactory(partenaire=PartenaireFactory(organisation=organisation))
        affectation = AffectationFactory(
            role=Role.PARTENAIRE, portee=Portee.ORGANISATION, maison=None, organisation=organisation
        )
        return entrer(client, affectation.utilisateur), permanence

    def test_the_partner_calls_off_a_day_of_its_own_and_families_are_told_once(self, client: Client) -> None:
        client, permanence = self.partenaire(client)
        debut = dans(days=3)
        for n in range(2):
            seance = creneau(
                permanence=permanence,
                lieu=permanence.lieu,
                debut=debut + timedelta(minutes=30 * n),
                fin=debut + timedelta(minutes=30 * n + 30),
            )
            InscriptionFactory(seance=seance, email=f"famille{n}@exemple.fr", telephone="")
        adresse = reverse("admin:partenaires_permanence_jours", args=[permanence.pk])
        jour = debut.astimezone(permanence.lieu.zone).date()
        donnees = {"jour": jour.isoformat(), "motif": "Formation"}
        assert client.post(adresse, {**donnees, "motif": " "}).status_code == 422
        assert client.post(adresse, donnees).status_code == 302
        assert client.post(adresse, donnees).status_code == 422
        assert set(Seance.objects.values_list("statut", flat=True)) == {StatutSeance.ANNULEE}
        assert Message.objects.filter(modele="seance_annulee").count() == 2

    def test_another_partner_s_does_not_exist_and_planning_is_not_a_partner_s(self, client: Client) -> None:
        client, permanence = self.partenaire(client)
        autre = PermanenceFactory()
        assert client.get(reverse("admin:partenaires_permanence_jours", args=[autre.pk])).status_code == 404
        assert client.get(reverse("admin:partenaires_permanence_planifier", args=[permanence.pk])).status_code == 403
        fiche = client.get(reverse("admin:partenaires_permanence_change", args=[permanence.pk]))
        assert fiche["Location"] == reverse("admin:partenaires_permanence_jours", args=[permanence.pk])

    @pytest.mark.parametrize("qui", QUI)
    def test_who_may_plan(self, client: Client, qui: str) -> None:
        permanence = PermanenceFactory()
        utilisateur = personne(qui, permanence.lieu.maison)
        client = client if utilisateur is None else entrer(client, utilisateur)
        code = client.get(reverse("admin:partenaires_permanence_planifier", args=[permanence.pk])).status_code
        attendus = {
            "animatrice de la séance": {200},
            "animateur": {200},
            "responsable": {200},
            "pilote": {403},
            "réseau": {403},
            "animateur d'ailleurs": {404},
            "pilote d'ailleurs": {404},
            "partenaire": {404},
        }
        assert code in attendus.get(qui, {302, 403})

    def test_goes_from_form_to_preview_to_sessions(self, client: Client) -> None:
        permanence = PermanenceFactory(mode=ModePermanence.RENDEZ_VOUS, creneau_minutes=30)
        client = entrer(client, AffectationFactory(maison=permanence.lieu.maison).utilisateur)
        adresse = reverse("admin:partenaires_permanence_planifier", args=[permanence.pk])
        donnees = {
            "premier_jour": dans(days=5).date().isoformat(),
            "heure": "14:00",
            "duree_minutes": "60",
            "frequence": Frequence.SEMAINE.value,
            "nombre": "3",
            "cle": str(uuid.uuid4()),
        }
        apercu = client.post(adresse, {**donnees, "etape": "apercu"})
        jours = [prevu.jour.isoformat() for prevu in apercu.context["retenus"]]
        assert client.post(adresse, {**donnees, "etape": "creer", "garder": jours}).status_code == 302
        assert Seance.objects.count() == 2 * len(jours)
        page = client.get(reverse("admin:partenaires_permanence_jours", args=[permanence.pk]))
        assert "0 rendez-vous pris sur 2" in page.content.decode()
