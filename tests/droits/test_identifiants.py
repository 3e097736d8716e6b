"""Identifiers of one house replayed by another: parts of a row, signed links of another use, rows ticked in a list.

The answer is the one of an object that does not exist, and nothing is written.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse

from socle.admin import PorteeAdmin
from tests.droits import regles as r
from tests.droits.canaris import trouves
from tests.droits.monde import CIBLES, Monde
from tests.droits.politique import POLITIQUE

ABSENT = 987654321
PERSONNE = r.RESPONSABLE


@pytest.fixture(autouse=True)
def vraies_pages_d_erreur(monde: Monde) -> Any:
    """Here the page of a refusal counts."""
    from portail import urls

    brefs = {nom: urls.__dict__.pop(nom) for nom in ("handler403", "handler404")}
    yield
    urls.__dict__.update(brefs)


def test_a_row_of_ones_own_with_a_part_of_another(monde: Monde) -> None:
    """The session is the person's, the booking or the count within it is not."""
    ici, voisine = monde.ici, monde.foyers["a2"]
    for nom, partie in (("pointer", "inscription"), ("passage_retirer", "passage")):
        for pk in (voisine[partie].pk, ABSENT):
            adresse = reverse(f"admin:ateliers_seance_{nom}", args=[ici["seance"].pk, pk])
            reponse, ecrits = monde.demander(PERSONNE, r.POST, adresse, {"presence": "presente"})
            assert (reponse.status_code, ecrits) == (404, 0), (nom, pk)


JETONS = [nom for nom in CIBLES if nom.startswith("jeton_") and "_et_" not in nom]


@pytest.mark.parametrize("cle", sorted(c for c, regle in POLITIQUE.items() if regle.cible in JETONS))
def test_a_signed_link_serves_one_use(monde: Monde, cle: str) -> None:
    """The link of a door, of a booking, of an invitation opens nothing else; one letter less opens nothing."""
    siens = POLITIQUE[cle].cible
    jeton = CIBLES[siens](monde.ici)[0]
    meme_usage = [nom for nom in JETONS if nom == siens or {nom, siens} == {"jeton_inscription", "jeton_proposition"}]
    autres = [CIBLES[nom](monde.ici)[0] for nom in JETONS if nom not in meme_usage]
    for essai in [*autres, jeton[:-1], jeton.replace(".", ".0"), f"1.{jeton}"]:
        for methode in (r.GET, r.POST):
            reponse, ecrits = monde.demander(r.ANONYME, methode, reverse(cle, args=[essai]))
            assert reponse.status_code in (404, 405, 410), essai
            assert ecrits == 0
            assert not trouves(reponse)


def test_choices_by_autocompletion_are_ones_own(monde: Monde) -> None:
    """Every field of every registered model, whoever asks."""
    adresse = reverse("admin:autocomplete")
    for modele, page in admin.site._registry.items():
        assert isinstance(page, PorteeAdmin), modele
        for champ in modele._meta.get_fields():
            if not (isinstance(champ, (models.ForeignKey, models.ManyToManyField))):
                continue
            demande = {
                "app_label": modele._meta.app_label,
                "model_name": modele._meta.model_name,
                "field_name": champ.name,
                "term": "",
            }
            for personne in (r.RESPONSABLE, r.PARTENAIRE, r.REDACTEUR):
                reponse, _ecrits = monde.demander(personne, r.GET, adresse, demande)
                assert reponse.status_code in (200, 403, 404), (modele, champ.name, personne)
                assert not trouves(reponse) - monde.lisibles(personne, "equipe", None), (modele, champ.name, personne)


def test_actions_on_rows_of_others_do_nothing(monde: Monde) -> None:
    """Every action of every list, with the rows of the house next door ticked; the directory is everybody's."""
    for modele, page in admin.site._registry.items():
        if modele._meta.model_name == "partenaire":
            continue
        siennes = [str(o.pk) for o in monde.foyers["a2"].objets.values() if isinstance(o, modele)]
        actions = [nom if isinstance(nom, str) else nom.__name__ for nom in page.actions or ()]
        for action in [*actions, "delete_selected"] if siennes else []:
            adresse = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
            envoi = {"action": action, "_selected_action": siennes, "index": "0", "post": "yes"}
            for personne in (r.ANIMATEUR, r.RESPONSABLE, r.PARTENAIRE):
                reponse, ecrits = monde.demander(personne, r.POST, adresse, envoi)
                assert ecrits == 0, (modele, action, personne)
                assert not trouves(reponse) - monde.lisibles(personne, "equipe", None), (modele, action, personne)
