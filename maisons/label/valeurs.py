"""Kept values as people read them: rounded, hidden when too few people are behind, beside their threshold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from maisons.label.indicateurs import Indicateur, Mesure, Periode, Unite, trouver
from maisons.models import Critere, ValeurIndicateur


def periode_courante(le: date) -> Periode:
    """The twelve whole months before a day: what is kept every month, and what a criterion is compared with."""
    debut_du_mois = le.replace(day=1)
    return Periode(debut_du_mois.replace(year=debut_du_mois.year - 1), debut_du_mois - timedelta(days=1))


@dataclass(frozen=True)
class Lue:
    """A figure ready to be shown, with what says where it comes from."""

    indicateur: Indicateur
    mesure: Mesure
    du: date
    au: date
    arretee_le: date
    definition: int

    @property
    def est_masquee(self) -> bool:
        return self.indicateur.est_masque(self.mesure)

    @property
    def valeur(self) -> float | None:
        """None when it is hidden, or when there is nothing to divide by."""
        return None if self.est_masquee else self.indicateur.valeur(self.mesure)

    @property
    def texte(self) -> str:
        if self.est_masquee:
            return _("moins de %d") % self.indicateur.effectif_min
        if self.valeur is None:
            return _("sans objet")
        return en_clair(self.valeur, self.indicateur.unite)

    @property
    def est_ancienne_definition(self) -> bool:
        return self.definition != self.indicateur.version

    def atteint(self, critere: Critere) -> bool | None:
        """Whether the value is within the criterion's bounds; None when it can't be told."""
        if self.valeur is None or (critere.indicateur_min is None and critere.indicateur_max is None):
            return None
        return (critere.indicateur_min is None or self.valeur >= critere.indicateur_min) and (
            critere.indicateur_max is None or self.valeur <= critere.indicateur_max
        )


def en_clair(valeur: float, unite: Unite) -> str:
    """The figure with its unit: 82 %, 1,4 jour."""
    if unite in (Unite.POURCENT, Unite.NOMBRE) or valeur == int(valeur):
        chiffre = number_format(round(valeur), force_grouping=True)
    else:
        chiffre = number_format(round(valeur, 1) + 0.0, force_grouping=True)
    suffixe = {
        Unite.NOMBRE: "",
        Unite.POURCENT: "\u00a0%",
        Unite.HEURES: "\u00a0h",
        Unite.JOURS: "\u00a0j",
        Unite.POINTS: _("\u00a0pt"),
    }
    return f"{chiffre}{suffixe[unite]}"


def seuil(critere: Critere) -> str:
    """The bounds of a criterion in words; empty without any."""
    indicateur = trouver(critere.indicateur)
    unite = indicateur.unite if indicateur else Unite.NOMBRE
    morceaux = []
    if critere.indicateur_min is not None:
        morceaux.append(_("au moins %s") % en_clair(critere.indicateur_min, unite))
    if critere.indicateur_max is not None:
        morceaux.append(_("au plus %s") % en_clair(critere.indicateur_max, unite))
    return ", ".join(morceaux)


def lire(valeur: ValeurIndicateur) -> Lue | None:
    """None for an indicator that is not registered any more."""
    indicateur = trouver(valeur.indicateur)
    if indicateur is None:
        return None
    return Lue(
        indicateur=indicateur,
        mesure=Mesure(valeur.numerateur, valeur.denominateur, valeur.effectif),
        du=valeur.du,
        au=valeur.au,
        arretee_le=valeur.arretee_le,
        definition=valeur.definition,
    )


def dernieres(maisons: Iterable[int], codes: Iterable[str] | None = None) -> dict[tuple[int, str], Lue]:
    """The newest kept value of each house and indicator: one query, whatever their number."""
    rangees = ValeurIndicateur.objects.filter(maison__in=list(maisons))
    if codes is not None:
        rangees = rangees.filter(indicateur__in=list(codes))
    rangees = rangees.order_by("maison", "indicateur", "-au", "-arretee_le", "-definition").distinct(
        "maison", "indicateur"
    )
    return {(rangee.maison_id, rangee.indicateur): lue for rangee in rangees if (lue := lire(rangee)) is not None}


def ensemble(valeurs: Sequence[Lue]) -> Lue | None:
    """Several houses' values of one indicator as one.

    None when they are not of the same period and definition, or when it would tell a value that is hidden.
    """
    if not valeurs or len({(lue.du, lue.au, lue.definition) for lue in valeurs}) > 1:
        return None
    premiere = valeurs[0]
    total = premiere.indicateur.total(lue.mesure for lue in valeurs)
    if total is None:
        return None
    return Lue(
        indicateur=premiere.indicateur,
        mesure=total,
        du=premiere.du,
        au=premiere.au,
        arretee_le=min(lue.arretee_le for lue in valeurs),
        definition=premiere.definition,
    )
