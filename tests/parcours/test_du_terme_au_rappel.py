"""From "I am due soon" to the second meeting's reminder, on a phone: once with JavaScript, once without."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from ateliers.enums import OrigineMembre, Particularite
from ateliers.groupes import cohortes, places, vie
from ateliers.models import DemandeGroupe, GroupePairs, MembreGroupe
from ateliers.rappels import deposer_rappels
from maisons.models import Lieu
from socle.envoi import envoyer_messages_dus
from tests.factories import CommuneFactory, DemandeGroupeFactory, LieuFactory

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[True, False], ids=["avec JavaScript", "sans JavaScript"])
def telephone_avec_js(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def telephone(
    telephone_avec_js: bool, ouvrir_contexte: Callable[..., BrowserContext], live_server: Any, settings: Any
) -> Page:
    settings.URL_PUBLIQUE = live_server.url
    contexte = ouvrir_contexte(viewport={"width": 360, "height": 740}, java_script_enabled=telephone_avec_js)
    return contexte.new_page()


@pytest.fixture
def lieu() -> Lieu:
    CommuneFactory()
    lieu: Lieu = LieuFactory(maison__nom="Maison de Rethel", nom="Salle des parents")
    return lieu


def distribuer(le: datetime | None = None) -> list[EmailMessage]:
    """The sender's round; what it delivered."""
    avant = len(mail.outbox)
    envoyer_messages_dus(maintenant=le or timezone.now())
    return list(mail.outbox[avant:])


def lien(message: EmailMessage, sorte: str = "g") -> str:
    trouve = re.search(rf"https?://\S+/{sorte}/[\w.\-]+/", str(message.body))
    assert trouve, message.body
    return trouve.group()


def composer(lieu: Lieu, demande: DemandeGroupe) -> GroupePairs:
    """What the facilitator does meanwhile: a group, its meetings, another member, an invitation."""
    maintenant, jour = timezone.now(), timezone.localdate()
    groupe = cohortes.creer_groupe(
        cohorte=cohortes.Cohorte(
            lieu=lieu,
            nom="Les petits du printemps",
            naissances_du=jour - timedelta(days=20),
            naissances_au=jour + timedelta(days=35),
            particularites=[Particularite.COPARENTS],
        ),
        maintenant=maintenant,
    )
    premier = jour + timedelta(days=14)
    premier += timedelta(days=2 if premier.weekday() == 5 else 0)
    projet = cohortes.projet(
        groupe=groupe, premier_jour=premier, heure=time(14), jusqu_au=premier + timedelta(days=60)
    )
    cohortes.planifier_rencontres(
        groupe=groupe,
        projet=projet,
        jours=[prevu.jour for prevu in cohortes.prevoir_rencontres(projet=projet, maintenant=maintenant)],
        cle=uuid4(),
        maintenant=maintenant,
    )
    autre = DemandeGroupeFactory(prenom="Malik", famille__email="malik@exemple.fr", repere=jour, maison=lieu.maison)
    malik = places.ajouter_membre(groupe=groupe, demande=autre, origine=OrigineMembre.EQUIPE, maintenant=maintenant)
    vie.montrer_prenom(membre=malik, visible=True)
    with transaction.atomic():
        places.inviter(
            groupe=places.verrouiller_groupe(groupe.pk),
            demande=places.verrouiller_demande(demande.pk),
            origine=OrigineMembre.COMPOSITION,
            repondre_avant=maintenant + timedelta(days=7),
            maintenant=maintenant,
            raisons=[{"code": "age", "jours": 3}],
        )
    return groupe


def test_from_the_due_date_to_the_second_meetings_reminder(
    telephone: Page, telephone_avec_js: bool, live_server: Any, lieu: Lieu, axe: Callable[[Page], None]
) -> None:
    page = telephone
    # axe needs scripts; the pages are the same without them.
    verifier = axe if telephone_avec_js else lambda _page: None
    terme = timezone.localdate() + timedelta(days=10)

    # From the home page she says when she is due, and where she lives. No group yet: she leaves a request.
    page.goto(live_server.url)
    page.get_by_role("link", name="D'autres parents").click()
    page.get_by_label("est attendu").check()
    page.get_by_label("Date prévue d'accouchement, ou date de naissance").fill(f"{terme:%d/%m/%Y}")
    page.locator(".recherche-groupe").get_by_label("Votre commune ou votre code postal").fill("08300")
    verifier(page)
    page.get_by_role("button", name="Voir les groupes").click()
    page.get_by_role("heading", name="Pas encore de groupe de cet âge").wait_for()
    assert str(terme.year) not in page.url
    verifier(page)
    assert not DemandeGroupe.objects.exists()
    page.get_by_role("button", name="Prévenez-moi").click()
    page.get_by_label("Votre prénom").fill("Inès")
    page.get_by_label("E-mail").fill("ines@exemple.fr")
    page.get_by_label("L'autre parent viendra aussi").check()
    verifier(page)
    page.get_by_role("button", name="Prévenez-moi").click()
    page.get_by_role("heading", name="Nous vous écrivons dès qu'un groupe se forme").wait_for()
    verifier(page)
    (recue,) = distribuer()
    assert recue.to == ["ines@exemple.fr"]

    # The house composes a group. She is asked, opens the message, and says yes in one tap.
    composer(lieu, DemandeGroupe.objects.get(prenom="Inès"))
    invitation = next(m for m in distribuer() if m.to == ["ines@exemple.fr"])
    page.goto(lien(invitation))
    assert page.get_by_text("Les bébés du groupe ont l'âge du vôtre.").is_visible()
    verifier(page)
    assert MembreGroupe.objects.get(demande__prenom="Inès").statut == "invite"  # a GET changed nothing
    page.get_by_role("button", name="Oui, je viens").click()
    page.get_by_role("heading", name="Prochaine rencontre").wait_for()
    verifier(page)

    # The baby is born: one question. She shows her first name, and sees that of who shows his.
    page.locator("#naissance").get_by_label("Date de naissance").fill(f"{timezone.localdate():%d/%m/%Y}")
    page.get_by_role("button", name="Enregistrer la naissance").click()
    page.get_by_text("Bienvenue à votre bébé").wait_for()
    assert not page.get_by_text("Malik").count()
    page.get_by_role("button", name="Montrer mon prénom").click()
    page.get_by_text("Malik").wait_for()
    page.get_by_label("Proposer un autre thème").fill("Le sommeil")
    page.get_by_role("button", name="Je propose").click()
    page.get_by_role("button", name=re.compile("Le sommeil")).wait_for()

    # She won't come to the first meeting: one tap, and her place stays hers.
    page.get_by_role("button", name="Je ne viendrai pas").first.click()
    page.get_by_text("Votre place dans le groupe reste la vôtre").wait_for()
    verifier(page)
    distribuer()

    # So she is not reminded of the first meeting, but of the second: two days and three hours before, never after.
    membre = MembreGroupe.objects.get(demande__prenom="Inès")
    premiere, deuxieme, *_suite = vie.prochaines_rencontres(membre=membre, maintenant=timezone.now())
    rappels = []
    for seance in (premiere.seance, deuxieme.seance):
        for avant in (timedelta(hours=49), timedelta(hours=47), timedelta(hours=2), timedelta(0)):
            le = seance.debut - avant
            deposer_rappels(maintenant=le)
            rappels += [(seance.pk, avant, m) for m in distribuer(le) if m.to == ["ines@exemple.fr"]]
    assert [(pk, avant) for pk, avant, _m in rappels] == [
        (deuxieme.seance_id, timedelta(hours=47)),
        (deuxieme.seance_id, timedelta(hours=2)),
    ]
    rappel = rappels[0][2]
    assert not any(mot in str(rappel.subject).lower() for mot in ("groupe", "parent", "bébé", "printemps"))

    # Its link leads to her page.
    page.goto(lien(rappel, "r"))
    page.get_by_role("heading", name="Les petits du printemps").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 if telephone_avec_js else True

    # One discreet action stops everything, without a reason asked.
    page.get_by_role("link", name="Ne plus rien recevoir").click()
    verifier(page)
    page.get_by_role("button", name="Tout arrêter").click()
    page.get_by_role("heading", name="Tout est arrêté").wait_for()
    verifier(page)
    le = deuxieme.seance.debut + timedelta(days=12)
    deposer_rappels(maintenant=le)
    assert not [m for m in distribuer(le) if m.to == ["ines@exemple.fr"]]
