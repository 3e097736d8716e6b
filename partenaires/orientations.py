"""What orientations add up to, house by house: small numbers are never told."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from maisons.label.indicateurs import EFFECTIF_MIN
from partenaires.enums import SuiteOrientation, TypePartenaire
from partenaires.models import Orientation
from socle.admin_exports import Colonne, Table

SUITES = {
    "contacts": SuiteOrientation.CONTACT_PRIS,
    "sans": SuiteOrientation.SANS_CONTACT,
    "inconnus": SuiteOrientation.INCONNUE,
}
MASQUE: Promise = _("masqué")


def par_maison_et_genre(orientations: QuerySet[Orientation]) -> QuerySet[Any]:
    """One row a house and kind of partner: how many, and what became of them."""
    return _compter(orientations, "maison__nom", "type")


def par_genre(orientations: QuerySet[Orientation]) -> list[dict[str, Any]]:
    """One row a kind of partner, as it may be read: small numbers hidden as in the file."""
    return [
        {
            "libelle": TypePartenaire(ligne["type"]).label,
            **{champ: lire(ligne, champ) for champ in ("nombre", *SUITES)},
        }
        for ligne in _compter(orientations, "type")
    ]


def _compter(orientations: QuerySet[Orientation], *par: str) -> QuerySet[Any]:
    lignes: QuerySet[Any] = (
        orientations.order_by()
        .values(*par)
        .annotate(
            nombre=Count("pk"),
            **{nom: Count("pk", filter=Q(suite=suite)) for nom, suite in SUITES.items()},
        )
        .order_by(*par)
    )
    return lignes


def lire(ligne: dict[str, Any], champ: str) -> int | str:
    """A figure of a row, or that it is hidden.

    Fewer than EFFECTIF_MIN families are not counted out; and one hidden part hides all parts of its row, since the
    total would tell it.
    """
    nombre: int = ligne[champ]
    if champ == "nombre":
        return str(MASQUE) if 0 < nombre < EFFECTIF_MIN else nombre
    petits = any(0 < ligne[nom] < EFFECTIF_MIN for nom in SUITES)
    return str(MASQUE) if petits else nombre


def _colonne(libelle: Any, champ: str) -> Colonne:
    return libelle, lambda ligne: lire(ligne, champ)


CHIFFRES = Table(
    titre=_("Les orientations, en chiffres"),
    aide=_("une ligne par maison et genre de partenaire ; sous cinq familles, le nombre est masqué"),
    colonnes=(
        (_("Maison"), lambda ligne: ligne["maison__nom"]),
        (_("Vers"), lambda ligne: str(TypePartenaire(ligne["type"]).label)),
        _colonne(_("Orientations"), "nombre"),
        _colonne(_("Contact pris"), "contacts"),
        _colonne(_("Pas de contact"), "sans"),
        _colonne(_("Pas encore su"), "inconnus"),
    ),
    preparer=par_maison_et_genre,
)
