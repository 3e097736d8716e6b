"""The team notes the request of a parent who phones or drops in."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ateliers.enums import CanalDemande
from ateliers.models import DemandeGroupe
from maisons.models import Lieu
from socle.models import Message
from tests.acces import QUI, personne
from tests.equipe import entrer
from tests.factories import CommuneFactory, DemandeGroupeFactory, LieuFactory

pytestmark = pytest.mark.django_db

ADRESSE = "/equipe/ateliers/demandegroupe/add/"
LISTE = "/equipe/ateliers/demandegroupe/"


@pytest.fixture
def lieu() -> Lieu:
    CommuneFactory()
    lieu: Lieu = LieuFactory()
    return lieu


@pytest.fixture
def animatrice(client: Client, lieu: Lieu) -> Client:
    qui = personne("animateur", lieu.maison)
    assert qui is not None
    return entrer(client, qui)


def saisie(lieu: Lieu, **champs: Any) -> dict[str, Any]:
    return {
        "canal": "telephone",
        "maison": lieu.maison_id,
        "prenom": "Inès",
        "email": "ines@exemple.fr",
        "jour": f"{timezone.localdate() + timedelta(days=100):%d/%m/%Y}",
        "lieu": "Rethel",
        "cle": str(uuid.uuid4()),
        **champs,
    }


@pytest.mark.parametrize("qui", QUI)
def test_who_may_note_one_here(client: Client, lieu: Lieu, qui: str) -> None:
    utilisateur = personne(qui, lieu.maison)
    client = client if utilisateur is None else entrer(client, utilisateur)
    vu, fait = client.get(ADRESSE).status_code, client.post(ADRESSE, saisie(lieu)).status_code
    match qui:
        case "animatrice de la séance" | "animateur" | "responsable":
            assert (vu, fait) == (200, 302)
        case "animateur d'ailleurs":
            # Opens it for her own house; this one is no choice.
            assert (vu, fait) == (200, 422)
        case _:
            assert vu in (302, 403)
            assert fait == vu
    assert DemandeGroupe.objects.exists() is (qui in {"animatrice de la séance", "animateur", "responsable"})


@pytest.mark.parametrize("canal", ["telephone", "sur_place"])
def test_is_kept_at_the_house_and_the_parent_gets_the_link(animatrice: Client, lieu: Lieu, canal: str) -> None:
    reponse = animatrice.post(ADRESSE, saisie(lieu, canal=canal, bebes="2", a_deja_un_enfant="on"), follow=True)

    assert "C&#x27;est noté. Le parent reçoit le lien" in reponse.content.decode()
    assert "Inès" in reponse.content.decode()
    demande = DemandeGroupe.objects.get()
    assert (demande.canal, demande.maison, demande.bebes, demande.a_deja_un_enfant) == (canal, lieu.maison, 2, True)
    assert (demande.prescripteur, demande.accord_le) == ("", None)
    assert Message.objects.get().modele == "groupe_demande"


def test_without_address_or_mobile_it_is_kept_and_the_team_told_to_speak(animatrice: Client, lieu: Lieu) -> None:
    reponse = animatrice.post(ADRESSE, saisie(lieu, email="", canal="sur_place"), follow=True)

    assert "à vous de prévenir ce parent" in reponse.content.decode()
    assert not Message.objects.exists()
    fiche = animatrice.get(reverse("admin:ateliers_demandegroupe_change", args=[DemandeGroupe.objects.get().pk]))
    assert "aucun : à prévenir de vive voix" in fiche.content.decode()


def test_the_other_channels_are_no_choice(animatrice: Client, lieu: Lieu) -> None:
    for canal in (CanalDemande.EN_LIGNE, CanalDemande.PRESCRIPTEUR, ""):
        assert animatrice.post(ADRESSE, saisie(lieu, canal=canal)).status_code == 422
    assert not DemandeGroupe.objects.exists()


def test_sent_twice_is_one_request(animatrice: Client, lieu: Lieu) -> None:
    donnees = saisie(lieu, email="")
    animatrice.post(ADRESSE, donnees)
    animatrice.post(ADRESSE, {**donnees, "email": "ines@exemple.fr"})
    assert DemandeGroupe.objects.count() == 1


def test_a_request_open_already_is_shown(animatrice: Client, lieu: Lieu) -> None:
    deja = DemandeGroupeFactory(famille__email="ines@exemple.fr", maison=lieu.maison)
    reponse = animatrice.post(ADRESSE, saisie(lieu))
    assert reponse.headers["Location"] == reverse("admin:ateliers_demandegroupe_change", args=[deja.pk])


def test_one_open_at_another_house_is_not_told(animatrice: Client, lieu: Lieu) -> None:
    DemandeGroupeFactory(famille__email="ines@exemple.fr", prenom="Oksana")
    reponse = animatrice.post(ADRESSE, saisie(lieu), follow=True)
    assert reponse.redirect_chain == [(LISTE, 302)]
    assert "Oksana" not in reponse.content.decode()
    assert "déjà en cours" not in reponse.content.decode()
    assert Message.objects.get().modele == "groupe_lien"


def test_limit_per_account(animatrice: Client, lieu: Lieu, monkeypatch: pytest.MonkeyPatch) -> None:
    from ateliers.admin import demandes

    monkeypatch.setattr(demandes, "DEMANDES_PAR_HEURE", 1)
    animatrice.post(ADRESSE, saisie(lieu, email="a@exemple.fr"))
    assert animatrice.post(ADRESSE, saisie(lieu, email="b@exemple.fr")).status_code == 429
