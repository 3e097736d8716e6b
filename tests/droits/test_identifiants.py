"""Identifiers of one house replayed by another: in the address, in its query, in what is posted.

The answer is always the one of an object that does not exist, and nothing is written.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib import admin
from django.db import models
from django.forms import ModelChoiceField
from django.test import Client
from django.urls import reverse

from socle.admin import PorteeAdmin
from tests.droits import regles as r
from tests.droits.canaris import trouves
from tests.droits.formulaires import lire
from tests.droits.monde import CIBLES, Monde, sans_suite
from tests.droits.politique import POLITIQUE
from tests.droits.test_matrice import chemin

ABSENT = 987654321
PERSONNE = r.RESPONSABLE
# The rows of the staff's pages that an identifier names.
FICHES = sorted(
    cle
    for cle, regle in POLITIQUE.items()
    if regle.genre == "equipe" and regle.cible and not regle.simple and regle.cible not in ("application",)
)


@pytest.fixture(autouse=True)
def vraies_pages_d_erreur(monde: Monde) -> Any:
    """Here the page of a refusal counts."""
    from portail import urls

    brefs = {nom: urls.__dict__.pop(nom) for nom in ("handler403", "handler404")}
    yield
    urls.__dict__.update(brefs)


def absente(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """As an address would name a row that is not there."""
    return tuple(uuid4() if isinstance(a, UUID) else ABSENT if isinstance(a, int) else a for a in arguments)


def corps(reponse: Any, *identifiants: Any) -> str:
    """The page without what a form is protected by, and without the identifiers that were asked for."""
    page = reponse.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    for identifiant in sorted({str(i) for i in identifiants}, key=len, reverse=True):
        page = re.sub(rf"(?<![\w]){re.escape(identifiant)}(?![\w])", "N", page)
    return page


@pytest.mark.parametrize("cle", FICHES)
def test_in_the_address(monde: Monde, cle: str) -> None:
    regle = POLITIQUE[cle]
    for cible in monde.cibles(regle.cible):
        if cible.roles_de(PERSONNE) or cible.place not in ("a2", "b2"):
            continue
        ailleurs = r.Cible("absente", absente(cible.arguments), {})
        for methode in (r.GET, r.POST):
            reponses = []
            for demandee in (cible, ailleurs):
                reponse, ecrits = monde.demander(PERSONNE, methode, chemin(cle, demandee, ""), {"post": "yes"})
                assert not ecrits or methode == r.GET, (cible.libelle, methode)
                reponses.append((reponse.status_code, corps(reponse, *demandee.arguments)))
            assert reponses[0] == reponses[1], (cible.libelle, methode)


def test_a_row_of_ones_own_with_a_part_of_another(monde: Monde) -> None:
    """The session is the person's, the booking or the count within it is not."""
    ici, voisine = monde.ici, monde.foyers["a2"]
    for nom, partie in (("pointer", "inscription"), ("passage_retirer", "passage")):
        for pk in (voisine[partie].pk, ABSENT):
            adresse = reverse(f"admin:ateliers_seance_{nom}", args=[ici["seance"].pk, pk])
            reponse, ecrits = monde.demander(PERSONNE, r.POST, adresse, {"presence": "presente"})
            assert (reponse.status_code, ecrits) == (404, 0), (nom, pk)


LISTES = {modele._meta.label: modele for modele in admin.site._registry}


@pytest.mark.parametrize("liste", sorted(LISTES))
def test_in_the_query_of_a_list(monde: Monde, liste: str) -> None:
    """Every filter that a list offers, asked for the house next door and for none."""
    modele = LISTES[liste]
    adresse = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
    page, _ecrits = monde.demander(PERSONNE, r.GET, adresse)
    if page.status_code != 200:
        return
    offerts = set(re.findall(r"[?;&]([a-z_]+__(?:id|pk|slug|code)__exact)=", page.content.decode()))
    connus = {"seance__id__exact", "serie__id__exact", "famille", "atelier", "etape__tournee__id__exact"}
    for parametre in offerts | connus:
        reponses = []
        for valeur in (_du_voisin(monde, parametre), ABSENT):
            reponse, _ecrits = monde.demander(PERSONNE, r.GET, adresse, {parametre: valeur})
            assert not trouves(reponse) - monde.lisibles(PERSONNE, "equipe", None), parametre
            reponses.append((reponse.status_code, corps(reponse, valeur)))
        assert reponses[0] == reponses[1], parametre


def _du_voisin(monde: Monde, parametre: str) -> Any:
    nom = parametre.removesuffix("__exact").removesuffix("__id").split("__")[-1]
    objet = monde.foyers["a2"].objets.get(nom)
    return objet.pk if objet is not None else ABSENT + 1


# Pages with forms of one's own house; those that only show are left out by having no choice of rows.
AVEC_FORMULAIRE = sorted(cle for cle in POLITIQUE if cle.startswith("admin:"))


@pytest.mark.parametrize("cle", AVEC_FORMULAIRE)
def test_in_what_is_posted(monde: Monde, cle: str) -> None:
    """Each choice of a row in each form, the hidden numbers of a formset's rows included."""
    regle = POLITIQUE[cle]
    cibles = [c for c in monde.cibles(regle.cible) if c.place in ("", "a1")] if regle.cible else [None]
    if not cibles:
        return
    adresse = chemin(cle, cibles[0], regle.requete)
    client = Client(headers={"cookie": f"sessionid={monde.sessions[PERSONNE]}"})
    with sans_suite():
        page = client.get(adresse)
    if page.status_code != 200 or page.context is None or page.streaming:
        return
    donnees, _noms = lire(page.content.decode())
    for nom, modele in _choix(page.context):
        etranger = _ailleurs(monde, modele)
        if etranger is None:
            continue
        reponses = []
        for valeur in (etranger, _absent_pour(modele)):
            envoi = {**donnees, nom: [str(valeur)], "post": "yes"}
            if nom.endswith("-id"):
                # One row more than there is, said to be a known one.
                envoi[nom.rsplit("-", 2)[0] + "-INITIAL_FORMS"] = ["1"]
            reponse, ecrits = monde.demander(PERSONNE, r.POST, adresse, envoi)
            assert ecrits == 0, (nom, valeur)
            assert reponse.status_code in (200, 404, 422), (nom, valeur, reponse.status_code)
            assert not trouves(reponse) - monde.lisibles(PERSONNE, "equipe", None), nom
            reponses.append((reponse.status_code, corps(reponse, valeur)))
        assert reponses[0] == reponses[1], nom


def _choix(contexte: Any) -> list[tuple[str, type[models.Model]]]:
    """(name in what is posted, model) of every choice of a row that a page's forms offer."""
    formulaires = [contexte[nom] for nom in ("form",) if nom in contexte and hasattr(contexte[nom], "fields")]
    if "adminform" in contexte:
        formulaires.append(contexte["adminform"].form)
    for inline in contexte.get("inline_admin_formsets") or []:
        formulaires += inline.formset.forms
    return [
        (formulaire.add_prefix(nom), champ.queryset.model)
        for formulaire in formulaires
        for nom, champ in formulaire.fields.items()
        if isinstance(champ, ModelChoiceField) and not champ.disabled
    ]


def _ailleurs(monde: Monde, modele: type[models.Model]) -> Any:
    """A row of the house next door, of this model; None for reference data, which is everybody's."""
    if modele._meta.model_name in monde.references:
        return None
    return next((o.pk for o in monde.foyers["a2"].objets.values() if isinstance(o, modele)), None)


def _absent_pour(modele: type[models.Model]) -> Any:
    return ABSENT if isinstance(modele._meta.pk, (models.AutoField, models.BigAutoField)) else "zz"


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
                assert reponse.status_code in (200, 403), (modele, champ.name, personne)
                assert not trouves(reponse) - monde.lisibles(personne, "equipe", None), (modele, champ.name, personne)


def test_actions_on_rows_of_others_do_nothing(monde: Monde) -> None:
    """Every action of every list, with the rows of the house next door ticked."""
    for modele, page in admin.site._registry.items():
        siennes = [str(o.pk) for o in monde.foyers["a2"].objets.values() if isinstance(o, modele)]
        actions = [nom if isinstance(nom, str) else nom.__name__ for nom in page.actions or ()]
        for action in [*actions, "delete_selected"] if siennes else []:
            adresse = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
            envoi = {"action": action, "_selected_action": siennes, "index": "0", "post": "yes"}
            for personne in (r.ANIMATEUR, r.RESPONSABLE, r.PARTENAIRE):
                reponse, ecrits = monde.demander(personne, r.POST, adresse, envoi)
                assert ecrits == 0, (modele, action, personne)
                assert not trouves(reponse) - monde.lisibles(personne, "equipe", None), (modele, action, personne)
