"""Names that no form declares, added to every public POST: what is written is what is written without them.

The names are those of every field of every model, so that none reaches a row by way of a form or of `request.POST`.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.droits import regles as r
from tests.droits.formulaires import lire
from tests.droits.monde import Monde, Navigateur, sans_suite
from tests.droits.politique import POLITIQUE
from tests.droits.test_matrice import chemin

NOTRES = ("socle", "maisons", "familles", "partenaires", "ateliers", "enquetes")
EN_TROP = {
    nom
    for modele in apps.get_models()
    for champ in modele._meta.get_fields()
    for nom in (champ.name, getattr(champ, "attname", champ.name))
} | {"pk", "user", "utilisateur", "next_url", "_method", "csrf", "is_staff", "is_superuser"}

# Fewer than what Django refuses at once (DATA_UPLOAD_MAX_NUMBER_FIELDS).
LOT = 450
CLE = str(uuid.UUID(int=7))
PHRASE = "le chat dort au soleil"
# What each page asks for, so that something is written; a page without a line is sent its surplus alone.
VALIDES: dict[str, dict[str, str]] = {
    "ateliers:seance_inscription": {
        "prenom": "Zoé",
        "email": "zoe@exemple.fr",
        "adultes": "1",
        "enfants": "0",
        "cle": CLE,
    },
    "ateliers:mes_reservations": {"contact": "zoe@exemple.fr"},
    "ateliers:reservation_nombre": {"adultes": "2", "enfants": "0"},
    "ateliers:reservation_sms": {"sms": "arreter"},
    "ateliers:reservation_langue": {"langue": "en"},
    "ateliers:reservation_avis": {"avis": "oui"},
    "ateliers:porte": {"contact": "zoe@exemple.fr"},
    "ateliers:groupe_repondre": {"reponse": "non"},
    "ateliers:groupe_prenom": {"partage": "on"},
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
# Told apart at each run: instants, random keys.
_SAUF = frozenset({"message_id", "cle_unique", "password", "pgh_context_id"})


ENVOIS = sorted(
    cle
    for cle, regle in POLITIQUE.items()
    if regle.genre != "equipe" and regle.attendu(r.ANONYME, None, "POST", r.AUCUN) not in (404, 405, 410)
)


@pytest.mark.parametrize("cle", ENVOIS)
def test_surplus_names_change_nothing(monde: Monde, cle: str) -> None:
    regle = POLITIQUE[cle]
    cible = next((c for c in monde.cibles(regle.cible) if c.place in ("", "a1")), None) if regle.cible else None
    adresse = chemin(cle, cible, "")
    personne = r.PARENT if regle.genre == "compte" and "login" not in cle and "reset" not in cle else r.ANONYME
    declares = set(VALIDES.get(cle, {})) | _declares(monde, personne, cle, adresse, cible)
    trop = sorted(EN_TROP - declares)
    assert len(trop) > LOT
    sans = _ecrit(monde, personne, adresse, VALIDES.get(cle, {}))
    for debut in range(0, len(trop), LOT):
        lot = dict.fromkeys(trop[debut : debut + LOT], "1")
        assert _ecrit(monde, personne, adresse, {**VALIDES.get(cle, {}), **lot}) == sans


def _declares(monde: Monde, personne: str, cle: str, adresse: str, cible: r.Cible | None) -> set[str]:
    """The names that the page's own forms may send."""
    adresses = [adresse]
    nom = cle.partition(":")[2]
    for debut, page in PAGES.items():
        if nom.startswith(debut) and cible is not None:
            adresses.append(chemin(page, r.Cible("", cible.arguments[:1], {}), ""))
    noms: set[str] = set()
    for une in adresses:
        reponse, _ecrits = monde.demander(personne, r.GET, une)
        noms |= lire(reponse.content.decode())[1]  # type: ignore[attr-defined]
    return noms


def _ecrit(monde: Monde, personne: str, adresse: str, donnees: dict[str, str]) -> tuple[int, dict[str, list[str]]]:
    """The status, and every row of our tables afterwards as text."""
    navigateur = Navigateur()
    if personne in monde.sessions:
        navigateur.cookies["sessionid"] = monde.sessions[personne]
    with connection.cursor() as curseur:
        curseur.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        compteurs = curseur.fetchall()
    with sans_suite():
        reponse: Any = navigateur.post(adresse, donnees)
        tables = _tables()
    with connection.cursor() as curseur:
        # A sequence keeps its steps when a transaction is undone: both runs give a row the same number.
        for nom, valeur in compteurs:
            curseur.execute("SELECT setval(%s, %s)", [nom, valeur])
    return reponse.status_code, tables


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
            curseur.execute(f'SELECT ROW({", ".join(colonnes)})::text FROM "{modele._meta.db_table}" ORDER BY 1')
            tables[modele._meta.label] = [ligne for (ligne,) in curseur.fetchall()]
    return tables
