"""Words found nowhere else, one in every text field of every row: whoever reads a foreign one has found a leak.

A canary is `qz7`, a class and a place: `qz7fa1` is a family's word of the house a1. Telephone numbers bear the place
in their digits. Classes say who may read a word where they have a role; PLACES says where a row belongs.
"""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpResponseBase
from phonenumber_field.modelfields import PhoneNumberField

NOM = "n"  # the name of a house, of a place, of an organisation: on public pages
PUBLIC = "v"  # what the public pages tell of a house and its activities
ANNUAIRE = "d"  # the directory of partners: public, and shared by the teams of the network
EQUIPE = "e"  # drafts, reasons, who works there
FAMILLE = "f"  # families: names, contacts, what was told to them
DEMANDE = "g"  # families in groups of parents, or who ask for one

PLACES = ("a1", "a2", "b1", "b2", "p0")

# Of a telephone number.
_GENRES = (FAMILLE, PUBLIC, DEMANDE, ANNUAIRE)
# What is no free text, or what the program reads back.
_TECHNIQUES = frozenset(
    "password langue fuseau rrule code_postal cle_unique message_id modele code_insee code cle reference key "
    "codes_postaux_texte nom_recherche action_flag session_key telephone_recherche".split()
)

_MOT = re.compile(r"qz7([nvdefg])(a1|a2|b1|b2|p0)")
_NUMERO = re.compile(r"6[\s.\u00a0]?70[\s.\u00a0]?([0123])7[\s.\u00a0]?0([0-4])")


def mot(classe: str, place: str) -> str:
    return f"qz7{classe}{place}"


def telephone(classe: str, place: str, rang: int) -> str:
    return f"+33670{_GENRES.index(classe if classe in _GENRES else PUBLIC)}70{PLACES.index(place)}{rang % 100:02d}"


def marquer(objet: models.Model, classe: str, place: str, /, **autres: str) -> Any:
    """Put a canary in every free text field of a row; `autres` gives single fields another class."""
    valeurs: dict[str, Any] = {}
    for champ in objet._meta.concrete_fields:
        if champ.name in _TECHNIQUES or champ.choices or champ.primary_key or champ.remote_field:
            continue
        canari = mot(autres.get(champ.name, classe), place)
        if isinstance(champ, PhoneNumberField):
            valeurs[champ.name] = telephone(autres.get(champ.name, classe), place, objet.pk)
        elif isinstance(champ, models.JSONField):
            valeurs[champ.name] = {"prenom": f"Json {canari}"}
        elif isinstance(champ, models.EmailField) or champ.name == "destinataire":
            valeurs[champ.name] = f"{canari}-{objet._meta.model_name}{objet.pk}@canari.invalid"
        elif isinstance(champ, models.URLField):
            valeurs[champ.name] = f"https://{canari}.invalid/"
        elif isinstance(champ, models.SlugField):
            valeurs[champ.name] = f"{canari}-{objet.pk}"
        elif isinstance(champ, (models.CharField, models.TextField)) and not isinstance(champ, ArrayField):
            texte = f"{canari} {champ.name} {objet.pk}"
            valeurs[champ.name] = texte[: champ.max_length] if champ.max_length else texte
    if valeurs:
        type(objet)._default_manager.filter(pk=objet.pk).update(**valeurs)
        objet.refresh_from_db()
    return objet


def trouves(reponse: HttpResponseBase) -> set[tuple[str, str]]:
    """The (class, place) of every canary in a response: status line, headers, cookies, body, printed or zipped."""
    texte = "\n".join(
        [*(f"{nom}: {valeur}" for nom, valeur in reponse.items()), reponse.cookies.output(), lire(reponse)]
    )
    vus = {(classe, place) for classe, place in _MOT.findall(texte.lower())}
    return vus | {(_GENRES[int(genre)], PLACES[int(rang)]) for genre, rang in _NUMERO.findall(texte)}


def lire(reponse: HttpResponseBase) -> str:
    """The body as a person would read it."""
    contenu = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content  # type: ignore[attr-defined]
    genre = reponse.get("Content-Type", "")
    if genre.startswith("application/pdf"):
        return subprocess.run(["pdftotext", "-", "-"], input=contenu, capture_output=True, check=True).stdout.decode()
    if contenu[:4] == b"PK\x03\x04":  # xlsx, ods
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            return "\n".join(archive.read(nom).decode("utf-8", "replace") for nom in archive.namelist())
    texte = contenu.decode("utf-8", "replace")
    # Long lines of a calendar are folded (RFC 5545, 3.1).
    return re.sub(r"\r?\n[ \t]", "", texte) if genre.startswith("text/calendar") else texte
