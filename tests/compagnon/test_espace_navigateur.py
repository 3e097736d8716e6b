"""Mon espace and what the editors keep, in a browser: axe on each state, nothing wider than a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from familles.chargement import charger_calendrier
from familles.models import Famille, VersionJalon
from portail.demo.articles import publier_articles
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    CommuneFactory,
    EnfantFactory,
    FamilleFactory,
    InscriptionFactory,
    ProfilParentFactory,
    UtilisateurFactory,
    maintenant,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

EMAIL = "camille@exemple.fr"


@pytest.mark.django_db(transaction=True)
def test_axe_finds_nothing_and_nothing_overflows(
    page: Page, axe: Callable[[Page], None], live_server: Any, client: Client
) -> None:
    """One walk: children, wishes, sharing, consents; then an article, and the editor's preview of a milestone."""
    charger_calendrier(maintenant=maintenant())
    publier_articles(maintenant=maintenant())
    commune = CommuneFactory()
    camille = UtilisateurFactory(email=EMAIL)
    ProfilParentFactory(utilisateur=camille, mobile=True)
    InscriptionFactory(famille=FamilleFactory(email=EMAIL), email=EMAIL)
    enfant = EnfantFactory(
        famille=Famille.objects.get(email=EMAIL), naissance=None, terme_prevu=timezone.localdate() + timedelta(days=40)
    )
    client.force_login(camille)
    for adresse, donnees in (
        (f"/mon-espace/suivis/communes/{commune.pk}/", {}),
        (f"/mon-espace/enfants/{enfant.pk}/rappels/epnp_1/", {}),
        ("/mon-espace/reglages/agenda/", {}),
        ("/mon-espace/partage/", {"email": "alex@exemple.fr"}),
    ):
        assert client.post(adresse, donnees).status_code == 302
    editrice = entrer(Client(), AffectationFactory(redaction=True).utilisateur)
    jalon = VersionJalon.objects.publiees().get(jalon__code="epnp_1")
    editrice.post(f"/equipe/familles/versionjalon/{jalon.pk}/etape/version/")
    brouillon = VersionJalon.objects.get(jalon=jalon.jalon_id, statut="brouillon")

    page.set_viewport_size({"width": 360, "height": 740})
    for qui, adresses in (
        (
            client,
            (
                "/mon-espace/",
                f"/mon-espace/enfants/{enfant.pk}/",
                f"/mon-espace/enfants/{enfant.pk}/modifier/",
                "/mon-espace/reglages/",
                "/mon-espace/partage/",
                "/mon-espace/accords/",
                "/mon-espace/suivis/?lieu=Rethel",
                "/ressources/entretien-prenatal/",
                "/mon-espace/donnees/",
                "/mon-espace/donnees/effacer/",
                "/mes-donnees/",
                "/mes-donnees/effacees/",
            ),
        ),
        (editrice, (f"/equipe/familles/versionjalon/{brouillon.pk}/change/",)),
    ):
        page.context.clear_cookies()
        page.context.add_cookies(
            [{"name": "sessionid", "value": qui.cookies["sessionid"].value, "url": live_server.url}]
        )
        for adresse in adresses:
            reponse = page.goto(f"{live_server.url}{adresse}")
            assert reponse is not None
            assert reponse.status == 200, adresse
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, adresse
            axe(page)
