"""Identifiers of one house replayed by another: parts of a row, what a form sends, links of another use, rows ticked.

The answer is the one of an object that does not exist, and nothing is written.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import IntegrityError, models
from django.forms import ModelChoiceField
from django.test import Client
from django.urls import reverse

from socle.admin import PorteeAdmin, RangeesDuParent, _Portee
from tests.droits import regles as r
from tests.droits.canaris import trouves
from tests.droits.formulaires import lire
from tests.droits.monde import CIBLES, Monde, sans_suite
from tests.droits.politique import POLITIQUE
from tests.droits.test_matrice import chemin

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


# Pages of the staff's site that may hold a form about rows; lists, histories and deletions hold none.
FORMULAIRES = sorted(
    cle
    for cle in POLITIQUE
    if cle.startswith("admin:") and not cle.endswith(("_changelist", "_history", "_delete", "autocomplete", "jsi18n"))
)


@pytest.mark.parametrize("cle", FORMULAIRES)
def test_what_a_form_sends(monde: Monde, cle: str) -> None:
    """Every choice of a row, and the numbers of a formset's rows: as those that are not there."""
    assert ecarts_postes(monde, cle) == []


def test_a_choice_of_anybodys_rows_is_found(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    def tout(_page: Any, _db: Any, champ: Any, _request: Any) -> models.QuerySet[Any]:
        return champ.related_model._default_manager.all()

    monkeypatch.setattr(_Portee, "get_field_queryset", tout)
    assert "choices" in " ".join(ecarts_postes(monde, "admin:ateliers_atelier_change"))


def test_a_row_of_another_parent_is_found(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(RangeesDuParent, "_existing_object")
    monkeypatch.delattr(RangeesDuParent, "add_fields")
    monkeypatch.setattr(RangeesDuParent, "get_queryset", lambda lignes: lignes.model._default_manager.all())
    # The neighbour's place would be saved as one of this house, where its name is taken.
    with pytest.raises(IntegrityError):
        ecarts_postes(monde, "admin:maisons_maison_change")


def ecarts_postes(monde: Monde, cle: str) -> list[str]:
    """How answers to the neighbour's identifiers differ from those to absent ones, all of a form sent at once."""
    regle = POLITIQUE[cle]
    cible = next((c for c in monde.cibles(regle.cible) if c.place in ("", "a1")), None) if regle.cible else None
    if regle.cible and cible is None or regle.attendu(PERSONNE, cible, r.GET, monde.roles(PERSONNE)) != 200:
        return []
    adresse = chemin(cle, cible, regle.requete)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = monde.sessions[PERSONNE]
    with sans_suite():
        page: Any = client.get(adresse)
    assert page.status_code == 200
    if page.context is None or not page["Content-Type"].startswith("text/html"):
        return []
    donnees, _noms = lire(page.content.decode())
    ecarts = []
    for quoi, champs in (("choices", _choix(page.context)), ("rows", _rangees(page.context))):
        etrangers = {nom: pk for nom, modele in champs.items() if (pk := _chez_le_voisin(monde, modele)) is not None}
        if not etrangers:
            continue
        reponses = []
        absents = {nom: _absent_pour(champs[nom]) for nom in etrangers}
        for valeurs in (etrangers, absents):
            envoi = {**donnees, "post": "yes", **_envoyer(valeurs)}
            reponse, ecrits = monde.demander(PERSONNE, r.POST, adresse, envoi)
            if ecrits:
                ecarts.append(f"{quoi}: answered {reponse.status_code}, wrote {ecrits} rows")
            if trouves(reponse) - monde.lisibles(PERSONNE, "equipe", None):
                ecarts.append(f"{quoi}: shows foreign words")
            identifiants = [ABSENT, "zz", *etrangers.values()]
            reponses.append((reponse.status_code, _sans(reponse.content.decode(), identifiants)))
        if reponses[0] != reponses[1]:
            ecarts.append(f"{quoi}: {reponses[0][0]} for the neighbour's, {reponses[1][0]} for absent ones")
    return ecarts


def _envoyer(valeurs: dict[str, Any]) -> dict[str, Any]:
    envoi: dict[str, Any] = {}
    for nom, valeur in valeurs.items():
        envoi[nom] = [str(valeur)]
        if nom.endswith("-0-id"):
            # Said to be a row that is known.
            prefixe = nom.removesuffix("-0-id")
            envoi |= {f"{prefixe}-INITIAL_FORMS": ["1"], f"{prefixe}-TOTAL_FORMS": ["1"]}
    return envoi


def _choix(contexte: Any) -> dict[str, type[models.Model]]:
    """Each choice of a row that a page's forms offer, and of which model."""
    formulaires = [contexte["form"]] if "form" in contexte and hasattr(contexte["form"], "fields") else []
    if "adminform" in contexte:
        formulaires.append(contexte["adminform"].form)
    return {
        formulaire.add_prefix(nom): champ.queryset.model
        for formulaire in formulaires
        for nom, champ in formulaire.fields.items()
        if isinstance(champ, ModelChoiceField) and not champ.disabled
    }


def _rangees(contexte: Any) -> dict[str, type[models.Model]]:
    """The hidden number of the first row of each formset."""
    lignes = contexte["inline_admin_formsets"] if "inline_admin_formsets" in contexte else []
    return {f"{ligne.formset.prefix}-0-id": ligne.formset.model for ligne in lignes if ligne.has_change_permission}


def _chez_le_voisin(monde: Monde, modele: type[models.Model]) -> Any:
    """A row of the house next door; None for what is everybody's: reference data, the directory."""
    if modele._meta.model_name in {*monde.references, "partenaire"}:
        return None
    return next((o.pk for o in monde.foyers["a2"].objets.values() if isinstance(o, modele)), None)


def _absent_pour(modele: type[models.Model]) -> Any:
    return ABSENT if isinstance(modele._meta.pk, (models.AutoField, models.BigAutoField)) else "zz"


def _sans(page: str, identifiants: list[Any]) -> str:
    """The page without what protects its form, and without the identifiers that were sent."""
    page = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page)
    tous = "|".join(sorted({re.escape(str(i)) for i in identifiants}, key=len, reverse=True))
    return re.sub(rf"(?:(?<!\w)|(?<=%3D))(?:{tous})(?!\w)", "N", page)


JETONS = [nom for nom in CIBLES if nom.startswith("jeton_") and "_et_" not in nom]


@pytest.mark.parametrize("cle", sorted(c for c, regle in POLITIQUE.items() if regle.cible in JETONS))
def test_a_signed_link_serves_one_use(monde: Monde, cle: str) -> None:
    """The link of a door, of a booking, of an invitation opens nothing else; one letter less opens nothing."""
    siens = POLITIQUE[cle].cible
    # Where one is asked to sign in first, somebody who is.
    personne = r.PARENT if POLITIQUE[cle].genre == "compte" else r.ANONYME
    jeton = CIBLES[siens](monde.ici)[0]
    meme_usage = [nom for nom in JETONS if nom == siens or {nom, siens} == {"jeton_inscription", "jeton_proposition"}]
    autres = [CIBLES[nom](monde.ici)[0] for nom in JETONS if nom not in meme_usage]
    for essai in [*autres, jeton[:-1], jeton.replace(".", ".0"), f"1.{jeton}"]:
        for methode in (r.GET, r.POST):
            reponse, ecrits = monde.demander(personne, methode, reverse(cle, args=[essai]))
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
