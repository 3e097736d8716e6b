""" "Why this group": the reasons kept with a place, in words for whoever reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers.enums import Moment, Obstacle, Particularite
from maisons.enums import Langue


def phrases(raisons: Iterable[dict[str, Any]]) -> list[str]:
    """One short sentence per reason; codes of a later version are left out."""
    return [phrase for raison in raisons if (phrase := _phrase(raison))]


def _phrase(raison: dict[str, Any]) -> str:
    return str(_mots(raison))


def _mots(raison: dict[str, Any]) -> Any:
    match raison:
        case {"code": "age", "jours": int(jours)}:
            if jours == 0:
                return _("naissance au milieu de la période du groupe")
            return (
                ngettext("naissance à %d jour du milieu du groupe", "naissance à %d jours du milieu du groupe", jours)
                % jours
            )
        case {"code": "distance", "km": km}:
            return _("à %s km de la commune") % number_format(km, decimal_pos=0 if km >= 10 else 1)
        case {"code": "reserve", "public": Particularite.MULTIPLES.value}:
            return _("groupe entre parents de jumeaux ou plus : assez de demandes pour en faire un")
        case {"code": "reserve", "public": Particularite.FRATRIE.value}:
            return _("groupe entre parents qui ont déjà un enfant : assez de demandes pour en faire un")
        case {"code": "langue", "langue": str(langue)}:
            return _("langue parlée : %s") % Langue(langue).label
        case {"code": "moment", "moment": str(moment)}:
            return _("peut venir %s") % Moment(moment).label
        case {"code": "multiples", "binomes": int(binomes)}:
            return _("%d bébés, donc autant de places") % binomes
        case {"code": "attente", "jours": int(jours)}:
            if jours == 0:
                return _("a fait sa demande aujourd'hui")
            return ngettext("attend depuis %d jour", "attend depuis %d jours", jours) % jours
        case {"code": "seule"}:
            return _("seul groupe proposé qui convienne")
        case {"code": "choix", "nombre": int(nombre)}:
            return ngettext("%d autre groupe conviendrait", "%d autres groupes conviendraient", nombre) % nombre
        case {"code": "places_prises"}:
            return _("les groupes de cet âge sont pleins, ou pas assez nombreux pour un de plus")
        case {"code": "trop_loin", "km": km}:
            return _("aucune maison à moins de %d km") % km
        case {"code": "trop_peu", "familles": int(familles), "minimum": int(minimum)}:
            return ngettext(
                "%(familles)d binôme de cet âge autour, il en faut %(minimum)d",
                "%(familles)d binômes de cet âge autour, il en faut %(minimum)d",
                familles,
            ) % {
                "familles": familles,
                "minimum": minimum,
            }
        case {"code": "a_la_main"}:
            return _("placée à la main")
        case {"code": "obstacle", "obstacle": str(obstacle)}:
            return _("attention : %s") % Obstacle(obstacle).label
    return ""


def pour_la_famille(raisons: Iterable[dict[str, Any]]) -> list[str]:
    """What a family is told of why it is asked: about itself alone, never how it was weighed against others."""
    return [phrase for raison in raisons if (phrase := _phrase_famille(raison))]


def _phrase_famille(raison: dict[str, Any]) -> str:
    match raison:
        case {"code": "age"}:
            return _("Les bébés du groupe ont l'âge du vôtre.")
        case {"code": "distance", "km": km}:
            return _("C'est à %s km de chez vous.") % number_format(km, decimal_pos=0 if km >= 10 else 1)
        case {"code": "reserve", "public": Particularite.MULTIPLES.value}:
            return _("Les autres parents attendent aussi des jumeaux ou plus, ou viennent d'en avoir.")
        case {"code": "reserve", "public": Particularite.FRATRIE.value}:
            return _("Les autres parents ont aussi déjà un enfant.")
        case {"code": "langue", "langue": str(langue)}:
            return _("On y parle une de vos langues : %s.") % Langue(langue).label
        case {"code": "moment", "moment": str(moment)}:
            return _("C'est quand vous pouvez venir : %s.") % Moment(moment).label
    return ""
