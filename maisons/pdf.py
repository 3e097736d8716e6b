"""Dossiers and reports as pages: made of their kept content alone, so that equal contents are equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from maisons.enums import NatureEdition
from maisons.models import Edition
from socle.cartes import Carte, Disque, Signe, Trace
from socle.graphiques import Barre, Serie

# Documents of a page or two: no cover, no table of contents.
COURTS = frozenset({NatureEdition.FICHE})


def rendre_edition(edition: Edition) -> tuple[bytes, int]:
    """The PDF of an edition whose content is written, and how many pages it has."""
    # WeasyPrint takes a third of a second and Pango to import: only who prints pays for it.
    from socle.pdf import rendre_compte

    contenu = edition.contenu or {}
    le = parse_date(contenu["le"])
    # The language and the zone of the pages are those of the document, not of whoever makes them.
    with override("fr"), timezone.override("Europe/Paris"):
        contexte = {
            "langue": "fr",
            "contenu": contenu,
            "parties": _parties(contenu),
            "brouillon": edition.est_brouillon,
            "depose": _depose(edition),
            "court": edition.nature in COURTS,
            "empreinte": edition.empreinte,
            "cree_le": f"{contenu['le']}T00:00:00Z",
            "le": date_format(le, "j F Y") if le else contenu["le"],
        }
        return rendre_compte("pdf/edition.html", contexte)


def _depose(edition: Edition) -> str:
    if edition.deposee_le is None:
        return ""
    return _("Dossier déposé le %s.") % date_format(timezone.localtime(edition.deposee_le), "j F Y")


def _parties(contenu: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts with their numbers and anchors, their blocks as what the template draws."""
    numero, parties = 0, []
    for rang, partie in enumerate(contenu["parties"], start=1):
        premiere = partie["niveau"] == 1
        numero += premiere
        parties.append(
            {
                **partie,
                "ancre": f"partie-{rang}",
                "numero": numero if premiere else None,
                "blocs": [_bloc(bloc) for bloc in partie["blocs"]],
            }
        )
    return parties


def _bloc(bloc: Mapping[str, Any]) -> dict[str, Any]:
    if bloc["genre"] == "barres":
        return {
            **bloc,
            "barres": [Barre(libelle, valeurs) for libelle, valeurs in bloc["lignes"]],
            "series_dessin": [Serie(nom) for nom in bloc["series"]],
        }
    if bloc["genre"] == "carte":
        return {**bloc, "carte": _carte(bloc["carte"])}
    if bloc["genre"] == "tableau":
        nombres = set(bloc["nombres"])
        colonnes = [
            {"libelle": libelle, "source": source, "est_nombre": rang in nombres}
            for rang, (libelle, source) in enumerate(zip(bloc["entetes"], bloc["sources"], strict=True))
        ]
        total = bloc["total"]
        return {
            **bloc,
            "colonnes": colonnes,
            "rangees": [_rangee(ligne, nombres) for ligne in bloc["lignes"]],
            "total_rangee": _rangee(total, nombres) if total else None,
        }
    return dict(bloc)


def _rangee(ligne: list[str], nombres: set[int]) -> list[dict[str, Any]]:
    return [_case(texte, est_nombre=rang in nombres) for rang, texte in enumerate(ligne)]


def _case(texte: str, *, est_nombre: bool) -> dict[str, Any]:
    """A cell may end with the number of its own definition, as `avec_source` writes it."""
    mots, separateur, source = texte.partition("\x1f")
    return {"texte": mots, "source": source if separateur else "", "est_nombre": est_nombre}


def _carte(valeurs: Mapping[str, Any]) -> Carte:
    return Carte(
        **{
            **valeurs,
            "traces": [Trace(**trace) for trace in valeurs["traces"]],
            "signes": [Signe(**{**signe, "disque": Disque(**signe["disque"])}) for signe in valeurs["signes"]],
        }
    )
