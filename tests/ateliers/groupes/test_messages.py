"""What families are told about groups: every message, on each channel, in each language, by the real functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage as Mime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from ateliers.groupes import messages
from ateliers.models import MembreGroupe
from ateliers.rappels import deposer_rappels
from socle import gsm7
from socle.composition import composer_courriel, composer_sms
from socle.enums import Canal
from socle.models import Message
from tests.factories import GroupePairsFactory, InscriptionFactory, LieuFactory, MembreGroupeFactory, SeanceFactory

pytestmark = pytest.mark.django_db

DOSSIER = Path(settings.RACINE) / "templates" / "messages"
MAINTENANT = timezone.now()
SECRETS = ["Léa", "bébé", "enfant", "grossesse", "parents", "parentalité", "PMI", "Les poussins"]
ENVOIS: dict[str, Callable[[MembreGroupe], None]] = {
    "groupe_demande": lambda m: messages.demande_recue(m.demande, maintenant=MAINTENANT),
    "groupe_lien": lambda m: messages.lien_renvoye(m.demande, maintenant=MAINTENANT),
    "groupe_invitation": lambda m: messages.invitation(m, maintenant=MAINTENANT),
    "groupe_invitation_expiree": lambda m: messages.invitation_expiree(m, maintenant=MAINTENANT),
    "groupe_bienvenue": lambda m: messages.bienvenue(m, maintenant=MAINTENANT),
    "groupe_rencontres": lambda m: messages.rencontres_planifiees(
        m, debut=MAINTENANT + timedelta(days=9), nombre=12, maintenant=MAINTENANT
    ),
    "groupe_sortie": lambda m: messages.sortie(m, maintenant=MAINTENANT),
    "groupe_bilan": lambda m: messages.bilan(m, moment="apres", maintenant=MAINTENANT),
    "groupe_termine": lambda m: messages.groupe_termine(m, maintenant=MAINTENANT),
}


def test_who_comes_later_reads_the_next_meeting_not_the_first() -> None:
    groupe = GroupePairsFactory(premiere_rencontre=(MAINTENANT - timedelta(days=9)).date(), heure="10:00")
    groupe.refresh_from_db()
    suivante = SeanceFactory(
        lieu=groupe.lieu, atelier=None, groupe=groupe, membres=True, debut=MAINTENANT + timedelta(days=5)
    )
    messages.bienvenue(MembreGroupeFactory(groupe=groupe), maintenant=MAINTENANT)
    contexte = Message.objects.get(modele="groupe_bienvenue").contexte
    assert (contexte["premiere"], contexte["commence"]) == (suivante.debut.isoformat(), True)


@pytest.fixture(params=["fr", "en"])
def membre(request: pytest.FixtureRequest) -> MembreGroupe:
    lieu = LieuFactory(nom="PMI de Rethel & environs")
    groupe = GroupePairsFactory(
        lieu=lieu, maison=lieu.maison, nom="Les poussins <b>", premiere_rencontre="2026-12-08", heure="14:30"
    )
    groupe.refresh_from_db()
    membre: MembreGroupe = MembreGroupeFactory(
        groupe=groupe,
        invite=True,
        demande__prenom="Léa",
        demande__langue=request.param,
        demande__telephone="+33612345678",
        demande__groupe_souhaite=groupe,
    )
    return membre


def deposer(modele: str, membre: MembreGroupe) -> Message:
    Message.objects.all().delete()
    ENVOIS[modele](membre)
    return Message.objects.get(modele=modele, canal=Canal.EMAIL)


def mime(message: Message) -> Mime:
    octets = composer_courriel(message).message().as_bytes(linesep="\r\n")
    return message_from_bytes(octets, _class=Mime, policy=policy.default)


def test_every_folder_is_here() -> None:
    assert {d.name for d in DOSSIER.glob("groupe_*")} == set(ENVOIS)


@pytest.mark.parametrize("modele", ENVOIS)
class TestTous:
    def test_both_parts_give_the_link_and_the_way_out(self, membre: MembreGroupe, modele: str) -> None:
        message = deposer(modele, membre)
        courriel = mime(message)
        for partie in ("plain", "html"):
            corps = courriel.get_body((partie,)).get_content()  # type: ignore[union-attr]
            assert message.contexte["lien"] in corps
            assert f"{message.contexte['lien']}arreter/" in corps
            for reste in ("{%", "{{", "None", "\n\n\n\n"):
                assert reste not in corps
            assert "<b>" not in corps or partie == "plain"

    def test_subject_and_sms_say_nothing_a_relative_may_not_read(self, membre: MembreGroupe, modele: str) -> None:
        message = deposer(modele, membre)
        sms = composer_sms(message).texte
        objet = str(mime(message)["Subject"])
        for secret in SECRETS:
            assert secret.lower() not in sms.lower()
            assert secret.lower() not in objet.lower()
        assert gsm7.est_gsm7(sms)
        assert gsm7.segments(sms) == 1, (gsm7.longueur(sms), sms)

    def test_nothing_is_fetched_from_anywhere(self, membre: MembreGroupe, modele: str) -> None:
        html = mime(deposer(modele, membre)).get_body(("html",)).get_content()  # type: ignore[union-attr]
        for tiers in ("<img", "<script", "<link", "url(", "@import", "src="):
            assert tiers not in html


def test_the_meeting_is_on_the_clock_of_its_place() -> None:
    lieu = LieuFactory(reunion=True)
    groupe = GroupePairsFactory(lieu=lieu, maison=lieu.maison, premiere_rencontre="2026-12-08", heure="14:30")
    groupe.refresh_from_db()
    message = deposer("groupe_bienvenue", MembreGroupeFactory(groupe=groupe))
    texte = str(mime(message).get_body(("plain",)).get_content()).replace("\u00a0", " ")  # type: ignore[union-attr]
    assert "Un mardi sur deux, à 14 h 30" in texte


def test_a_reminder_of_a_meeting_promises_the_seat_to_nobody_else() -> None:
    groupe = GroupePairsFactory()
    seance = SeanceFactory(lieu=groupe.lieu, atelier=None, groupe=groupe, membres=True)
    InscriptionFactory(seance=seance, confirmee_le=seance.debut - timedelta(days=10))
    ordinaire = SeanceFactory(debut=seance.debut)
    InscriptionFactory(seance=ordinaire, confirmee_le=seance.debut - timedelta(days=10))

    deposer_rappels(maintenant=seance.debut - timedelta(hours=47))

    de_groupe, autre = Message.objects.filter(modele="rappel", canal=Canal.EMAIL).order_by("pk")
    if not de_groupe.contexte["groupe"]:
        de_groupe, autre = autre, de_groupe
    textes = [str(mime(m).get_body(("plain",)).get_content()) for m in (de_groupe, autre)]  # type: ignore[union-attr]
    assert "Votre place dans le groupe reste la vôtre" in textes[0]
    assert "une autre famille aura la place" not in textes[0]
    assert "une autre famille aura la place" in textes[1]
