"""The way through the staff's site: what the person's roles open, each once, and where one is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maisons.enums import Role
from tests.equipe import entrer
from tests.factories import AffectationFactory, LieuFactory, SeanceFactory

pytestmark = pytest.mark.django_db


def navigation(page: str) -> tuple[str, str]:
    """(the line, what is under « Plus ») of a page."""
    trouvee = re.search(r'<nav class="nav-equipe".*?</nav>', page, re.S)
    assert trouvee is not None
    ligne, _summary, plus = trouvee[0].partition("<details")
    return ligne, plus


def adresses(html: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', html)


def page_de(client: Client, role: Role, adresse: str = "/equipe/", **cadre: Any) -> str:
    entrer(client, AffectationFactory(role=role, **cadre).utilisateur)
    reponse = client.get(adresse)
    assert reponse.status_code == 200
    return reponse.content.decode()


@pytest.mark.parametrize("role", [Role.RESPONSABLE, Role.ANIMATEUR])
def test_every_page_that_the_roles_open_has_its_place_and_opens(client: Client, role: Role) -> None:
    page = page_de(client, role, maison=LieuFactory().maison)
    ligne, plus = navigation(page)
    proposees = {*adresses(ligne), *adresses(plus)} - {reverse("admin:index")}
    liste = page.partition('class="liste-modeles"')[2]
    ouvertes = set(re.findall(r'href="(/equipe/\w+/\w+/)"', liste))
    assert ouvertes
    assert proposees == ouvertes
    for adresse in sorted(proposees):
        assert client.get(adresse).status_code == 200, adresse


def test_what_the_roles_do_not_open_is_not_proposed(client: Client) -> None:
    ligne, plus = navigation(page_de(client, Role.ANIMATEUR, maison=LieuFactory().maison))
    assert reverse("admin:maisons_affectation_changelist") not in adresses(ligne + plus)


def test_the_line_is_in_the_day_s_order_and_plus_repeats_only_what_a_phone_leaves_out(client: Client) -> None:
    ligne, plus = navigation(page_de(client, Role.RESPONSABLE, maison=LieuFactory().maison))
    assert re.findall(r">([^<>\n]+)</a>", ligne)[:4] == ["Ma journée", "Séances", "Familles", "Groupes"]
    doubles = [adresse for adresse in adresses(plus) if adresse in adresses(ligne)]
    assert doubles == adresses(ligne)[3:]
    assert len(set(adresses(plus))) == len(adresses(plus))


def test_the_page_and_what_is_within_it_are_marked(client: Client) -> None:
    seance = SeanceFactory()
    liste = reverse("admin:ateliers_seance_changelist")
    ligne, _plus = navigation(page_de(client, Role.RESPONSABLE, liste, maison=seance.lieu.maison))
    assert f'<a href="{liste}" aria-current="page">' in ligne
    ligne, _plus = navigation(client.get(f"{liste}{seance.pk}/change/").content.decode())
    assert f'<a href="{liste}" aria-current="true">' in ligne
    assert ligne.count("aria-current") == 1


def test_plus_says_that_one_is_in_it(client: Client) -> None:
    liste = reverse("admin:ateliers_inscription_changelist")
    page = page_de(client, Role.RESPONSABLE, liste, maison=LieuFactory().maison)
    assert "nav-equipe__plus--ici" in navigation(page)[1]
    assert "nav-equipe__plus--ici" not in navigation(client.get("/equipe/").content.decode())[1]
