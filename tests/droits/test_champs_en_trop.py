"""Names that no form declares, added to every public POST: what is written is what is written without them.

The names are those of every field of every model, so that none reaches a row by way of a form or of `request.POST`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import override_settings

from partenaires import views as partenaires_vues
from partenaires.forms import FicheForm
from partenaires.models import Partenaire
from tests.droits import regles as r
from tests.droits.formulaires import lire
from tests.droits.monde import Monde, Navigateur, sans_suite
from tests.droits.politique import POLITIQUE
from tests.droits.test_matrice import chemin

NOTRES = ("socle", "maisons", "familles", "partenaires", "ateliers", "enquetes", "portail")
EN_TROP = {
    nom
    for modele in apps.get_models()
    for champ in modele._meta.get_fields()
    for nom in (champ.name, getattr(champ, "attname", champ.name))
} | {"pk", "user", "utilisateur", "next_url", "_method", "csrf", "is_staff", "is_superuser"}

CLE = str(uuid.UUID(int=7))
PHRASE = "le chat dort au soleil"
# What a person types over what the page's form already holds, so that something is written.
SAISIES: dict[str, dict[str, str]] = {
    "ateliers:seance_inscription": {
        "prenom": "Zoé",
        "email": "zoe@exemple.fr",
        "adultes": "1",
        "enfants": "1",
        "cle": CLE,
    },
    "ateliers:mes_reservations": {"contact": "zoe@exemple.fr"},
    "ateliers:reservation_nombre": {"adultes": "2", "enfants": "0"},
    "ateliers:reservation_sms": {"sms": "arreter"},
    "ateliers:reservation_langue": {"langue": "en"},
    "ateliers:reservation_avis": {"avis": "oui"},
    "ateliers:groupe_prenom": {"visible": "oui"},
    "ateliers:groupe_themes": {"texte": "Le sommeil"},
    "ateliers:groupe_langue": {"langue": "en"},
    "maisons:invitation": {"prenom": "Nour", "nom": "Petit", "mot_de_passe": PHRASE, "confirmation": PHRASE},
    "maisons:suivre": {"contact": "zoe@exemple.fr", "rayon_km": "10"},
    "account_reset_password": {"email": "zoe@exemple.fr"},
    "account_request_login_code": {"email": "zoe@exemple.fr"},
    "account_login": {"login": "zoe@exemple.fr", "password": "faux"},
}
# Where the form of an address that only takes a POST stands.
PAGES = {"reservation_": "ateliers:ma_reservation", "groupe_": "ateliers:mon_groupe"}
# Told apart at each run: random keys.
_SAUF = frozenset({"message_id", "cle_unique", "empreinte", "password", "pgh_context_id"})

ENVOIS = sorted(
    cle
    for cle, regle in POLITIQUE.items()
    if regle.genre != "equipe" and regle.attendu(r.ANONYME, None, "POST", r.AUCUN) not in (404, 405, 410)
)
# What writes with what its page's forms hold and SAISIES: surplus names are tried on a request that counts.
ECRIVENT = {"ateliers:porte", "compagnon:etre_rappele"} | {
    cle for cle in SAISIES if not cle.startswith("account_")
} - {"ateliers:mes_reservations"}
Ecrit = tuple[int, dict[str, list[str]]]


@pytest.mark.parametrize("cle", ENVOIS)
def test_surplus_names_change_nothing(monde: Monde, cle: str) -> None:
    assert not differences(monde, cle)


def test_a_form_that_writes_a_surplus_name_is_found(monde: Monde, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ouverte(FicheForm):
        def clean(self) -> None:
            super().clean()
            if contact := self.data.get("courriel_contact"):
                Partenaire.objects.filter(pk=self.instance.pk).update(courriel_contact=contact)

    monkeypatch.setattr(partenaires_vues, "FicheForm", Ouverte)
    assert any("partenaires.Partenaire" in ecart for ecart in differences(monde, "partenaires:fiche"))


def _de_ce_monde(monde: Monde) -> dict[str, dict[str, str]]:
    """What is typed that names a row."""
    maison, inscription = monde.ici["maison"], monde.ici["inscription"]
    rappel = {"prenom": "Zoé", "telephone": "06 70 00 00 07", "maison": str(maison.pk), "accord": "on", "cle": CLE}
    return {"ateliers:porte": {"contact": inscription.email}, "compagnon:etre_rappele": rappel}


def differences(monde: Monde, cle: str) -> list[str]:
    """What surplus names change of an answer and of the rows, in words."""
    regle = POLITIQUE[cle]
    cible = next((c for c in monde.cibles(regle.cible) if c.place in ("", "a1")), None) if regle.cible else None
    adresse = chemin(cle, cible, "")
    personne = r.PARENT if regle.genre == "compte" and "login" not in cle and "reset" not in cle else r.ANONYME
    donnees, declares = _formulaire(monde, personne, cle, adresse, cible)
    donnees |= SAISIES.get(cle, {}) | _de_ce_monde(monde).get(cle, {})
    trop = sorted(EN_TROP - declares - set(donnees))
    assert len(trop) > 500
    statut, sans = _ecrit(monde, personne, adresse, donnees)
    ecarts = [] if sans or cle not in ECRIVENT else [f"wrote nothing, answered {statut}"]
    # More of them than Django takes at once.
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=None):
        obtenu, avec = _ecrit(monde, personne, adresse, {**donnees, **dict.fromkeys(trop, "1")})
    if obtenu != statut:
        ecarts.append(f"{obtenu} instead of {statut}")
    for table in sans.keys() | avec.keys():
        ecarts += [f"{table}: {ligne}" for ligne in sorted(set(avec.get(table, [])) ^ set(sans.get(table, [])))]
    return ecarts


def _formulaire(
    monde: Monde, personne: str, cle: str, adresse: str, cible: r.Cible | None
) -> tuple[dict[str, Any], set[str]]:
    """What the page's own forms would send as they stand, and the names that they may send."""
    adresses = [adresse]
    nom = cle.partition(":")[2]
    for debut, page in PAGES.items():
        if nom.startswith(debut) and cible is not None:
            adresses.append(chemin(page, r.Cible("", cible.arguments[:1], {}), ""))
    donnees: dict[str, Any] = {}
    noms: set[str] = set()
    for une in adresses:
        reponse: Any = monde.demander(personne, r.GET, une)[0]
        siennes, siens = lire(reponse.content.decode())
        # On a page of several forms a name may stand twice: SAISIES says what the one that counts sends.
        donnees |= siennes if une == adresse else {}
        noms |= siens
    return donnees, noms


def _ecrit(monde: Monde, personne: str, adresse: str, donnees: Mapping[str, Any]) -> Ecrit:
    """The status, and every row of our tables afterwards as text; no table where nothing was written."""
    navigateur = Navigateur()
    if personne in monde.sessions:
        navigateur.cookies["sessionid"] = monde.sessions[personne]
    compteurs = _compteurs()
    avant = monde.ecritures()
    with sans_suite():
        reponse: Any = navigateur.post(adresse, donnees)
        tables = _tables() if monde.ecritures() > avant else {}
    # A sequence keeps its steps when a transaction is undone: both runs give a row the same number.
    with connection.cursor() as curseur:
        for nom, valeur in _compteurs().items():
            if nom not in compteurs:
                curseur.execute(f'ALTER SEQUENCE "{nom}" RESTART')
            elif compteurs[nom] != valeur:
                curseur.execute("SELECT setval(%s, %s)", [nom, compteurs[nom]])
    return reponse.status_code, tables


def _compteurs() -> dict[str, int]:
    with connection.cursor() as curseur:
        curseur.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        return dict(curseur.fetchall())


def _tables() -> dict[str, list[str]]:
    tables = {}
    with connection.cursor() as curseur:
        for modele in apps.get_models():
            if modele._meta.app_label not in NOTRES or not modele._meta.managed or modele._meta.proxy:
                continue
            colonnes = [
                f'"{champ.column}"'
                for champ in modele._meta.concrete_fields
                if champ.name not in _SAUF
                and champ.get_internal_type() not in ("DateTimeField", "UUIDField", "JSONField")
            ]
            curseur.execute(f'SELECT ROW({", ".join(colonnes)})::text FROM "{modele._meta.db_table}"')
            tables[modele._meta.label] = [ligne for (ligne,) in curseur.fetchall()]
    return tables
