"""A professional passes on a parent's request, with the parent's agreement, and sees nothing of it afterwards."""

from __future__ import annotations

import subprocess
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pdfua import validate
from pdfua.model import Severity

from ateliers import pdf
from ateliers.enums import CanalDemande
from ateliers.models import DemandeGroupe
from maisons.models import Lieu, Maison
from socle.models import Message
from tests.acces import QUI, personne
from tests.equipe import entrer
from tests.factories import (
    CommuneFactory,
    DemandeGroupeFactory,
    GroupePairsFactory,
    LieuFactory,
    MaisonFactory,
)

pytestmark = pytest.mark.django_db

OUVERT = {"animatrice de la séance", "animateur", "responsable", "animateur d'ailleurs", "partenaire"}


@pytest.fixture
def lieu() -> Lieu:
    CommuneFactory()
    lieu: Lieu = LieuFactory(maison__nom="Maison de Rethel", maison__slug="rethel")
    return lieu


@pytest.fixture
def sage_femme(client: Client, lieu: Lieu) -> Client:
    qui = personne("partenaire", lieu.maison)
    assert qui is not None
    return entrer(client, qui)


def saisie(**champs: Any) -> dict[str, Any]:
    terme = timezone.localdate() + timedelta(days=100)
    return {
        "prenom": "Inès",
        "email": "ines@exemple.fr",
        "jour": f"{terme:%d/%m/%Y}",
        "lieu": "Rethel",
        "service": "Maternité de Rethel",
        "accord": "on",
        "cle": str(uuid.uuid4()),
        **champs,
    }


ADRESSE = "/equipe/groupes/transmettre/"


@pytest.mark.parametrize("qui", QUI)
def test_who_may_open_it(client: Client, lieu: Lieu, qui: str) -> None:
    utilisateur = personne(qui, lieu.maison)
    client = client if utilisateur is None else entrer(client, utilisateur)
    groupe = GroupePairsFactory(lieu=lieu, maison=lieu.maison)
    for adresse in (
        ADRESSE,
        f"{reverse('admin:ateliers_depliant_maison')}?maison=rethel",
        reverse("admin:ateliers_depliant_groupe", args=[groupe.pk]),
    ):
        statut = client.get(adresse).status_code
        assert statut == (200 if qui in OUVERT else 403 if statut == 403 else 302), (qui, adresse)
    if qui not in OUVERT:
        assert client.post(ADRESSE, saisie()).status_code in (302, 403)
        assert not DemandeGroupe.objects.exists()


def test_is_kept_with_the_service_and_the_agreement(sage_femme: Client, lieu: Lieu) -> None:
    reponse = sage_femme.post(ADRESSE, saisie(bebes="2"), follow=True)

    assert "C&#x27;est transmis" in reponse.content.decode()
    demande = DemandeGroupe.objects.get()
    assert demande.canal == CanalDemande.PRESCRIPTEUR
    assert (demande.prescripteur, demande.bebes, demande.maison) == ("Maternité de Rethel", 2, lieu.maison)
    assert demande.accord_le is not None
    assert Message.objects.get().contexte["prescripteur"] == "Maternité de Rethel"


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"accord": ""}, "Demandez-lui son accord"),
        ({"service": ""}, "Dites de quel service"),
        ({"email": ""}, "Indiquez une adresse e-mail ou un mobile"),
        ({"jour": "x"}, "Écrivez la date"),
        ({"lieu": ""}, "Indiquez votre commune"),
    ],
    ids=lambda valeur: str(valeur)[:24],
)
def test_without_it_nothing_is_kept(sage_femme: Client, champs: dict[str, str], phrase: str) -> None:
    reponse = sage_femme.post(ADRESSE, saisie(**champs))

    assert reponse.status_code == 422
    assert phrase in reponse.content.decode()
    assert not DemandeGroupe.objects.exists()


def test_a_known_contact_is_answered_as_an_unknown_one(sage_femme: Client, lieu: Lieu) -> None:
    DemandeGroupeFactory(famille__email="connue@exemple.fr", maison=lieu.maison)

    connue, inconnue = (
        sage_femme.post(ADRESSE, saisie(email=email), follow=True) for email in ("connue@exemple.fr", "x@exemple.fr")
    )

    def sans_jetons(reponse: Any) -> list[str]:
        return [ligne for ligne in reponse.content.decode().splitlines() if "csrfmiddlewaretoken" not in ligne]

    assert connue.redirect_chain == inconnue.redirect_chain
    assert len(sans_jetons(connue)) == len(sans_jetons(inconnue))


def test_a_partner_sees_no_request(sage_femme: Client) -> None:
    sage_femme.post(ADRESSE, saisie())

    page = sage_femme.get(reverse("admin:index")).content.decode()
    assert "Proposer un groupe à un parent" in page
    assert "Inès" not in page


def test_limit_per_account(sage_femme: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from ateliers.admin import prescription

    monkeypatch.setattr(prescription, "DEMANDES_PAR_HEURE", 1)
    sage_femme.post(ADRESSE, saisie(email="a@exemple.fr"))

    assert sage_femme.post(ADRESSE, saisie(email="b@exemple.fr")).status_code == 429


@pytest.mark.parametrize("grand", [False, True])
@pytest.mark.parametrize("de_groupe", [False, True])
def test_leaflet_is_one_accessible_page_with_its_address(
    lieu: Lieu, tmp_path: Path, grand: bool, de_groupe: bool
) -> None:
    groupe = GroupePairsFactory(lieu=lieu, maison=lieu.maison, premiere_rencontre="2026-12-08", heure="14:30")
    groupe.refresh_from_db()
    fichier = tmp_path / "depliant.pdf"
    fichier.write_bytes(pdf.depliant_groupes(lieu.maison, groupe=groupe if de_groupe else None, grand=grand))

    assert [c.message for c in validate(str(fichier)).findings if c.severity >= Severity.ERROR] == []
    texte = subprocess.run(["pdftotext", "-layout", fichier, "-"], capture_output=True, check=True).stdout.decode()
    assert texte.count("\f") == 1
    assert "/groupes/" in texte.replace("\n", "").replace(" ", "")
    assert pdf.adresse_groupes(lieu.maison).endswith("/groupes/?maison=rethel")
    assert (groupe.nom in texte) is de_groupe


@pytest.mark.parametrize("cas", ["cachée", "fermée", "inconnue"])
def test_leaflet_of_a_house_parents_do_not_see_is_not_found(sage_femme: Client, cas: str) -> None:
    maison: Maison = MaisonFactory(**{"cachée": {"cachee": True}, "fermée": {"ouverte": False}, "inconnue": {}}[cas])
    slug = "ailleurs" if cas == "inconnue" else maison.slug

    assert sage_femme.get(reverse("admin:ateliers_depliant_maison"), {"maison": slug}).status_code == 404


def test_leaflet_of_a_group_parents_do_not_see_is_not_found(sage_femme: Client) -> None:
    cache = GroupePairsFactory(accepte_demandes=False)

    assert sage_femme.get(reverse("admin:ateliers_depliant_groupe", args=[cache.pk])).status_code == 404


def test_who_comes_by_a_leaflet_waits_at_its_house(client: Client, lieu: Lieu) -> None:
    loin = LieuFactory(latitude=49.6)
    page = client.get("/groupes/", {"maison": loin.maison.slug}).content.decode()
    assert f'name="maison" value="{loin.maison.slug}"' in page

    donnees = {**saisie(maison=loin.maison.slug), "envoyer": "1"}
    client.post("/groupes/demande/", donnees)

    assert DemandeGroupe.objects.get().maison == loin.maison
