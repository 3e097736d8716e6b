"""What partners say of houses: who is really there, who was directed to them and whether a contact followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from maisons.label.indicateurs import EFFECTIF_MIN, Indicateur, Mesure, Periode, Unite, enregistrer
from partenaires.enums import SuiteOrientation
from partenaires.models import VERIFIE_PENDANT, Orientation, Permanence


def _partenaires_verifies(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    fin = datetime.combine(periode.au + timedelta(days=1), time(), UTC)
    lignes = dict(
        Permanence.objects.filter(
            active=True,
            lieu__maison__in=maisons,
            partenaire__publie=True,
            # Only the last check is known: one made since the period ended must not undo those before it.
            partenaire__verifie_le__gt=fin - VERIFIE_PENDANT,
        )
        .values("lieu__maison")
        .annotate(n=Count("partenaire", distinct=True))
        .order_by()
        .values_list("lieu__maison", "n")
    )
    return {maison: Mesure(lignes.get(maison, 0)) for maison in maisons}


enregistrer(
    Indicateur(
        code="partenaires-verifies",
        nom=_("Partenaires dont la permanence est vérifiée"),
        definition=_(
            "Partenaires qui tiennent une permanence en cours dans un lieu de la maison, le jour du calcul, et dont "
            "la fiche a été vérifiée en dernier dans les six mois qui précèdent la fin de la période, ou depuis."
        ),
        unite=Unite.NOMBRE,
        mesurer=_partenaires_verifies,
        est_comparable=True,
    )
)


def _orientations(maisons: list[int], periode: Periode) -> dict[int, tuple[int, int, int]]:
    """Of each house: how many, how many led to a contact, of how many the outcome is known."""
    comptes = (
        Orientation.objects.filter(maison__in=maisons, le__range=(periode.du, periode.au))
        .order_by()
        .values("maison")
        .annotate(
            nombre=Count("pk"),
            contacts=Count("pk", filter=Q(suite=SuiteOrientation.CONTACT_PRIS)),
            sues=Count("pk", filter=~Q(suite=SuiteOrientation.INCONNUE)),
        )
        .values_list("maison", "nombre", "contacts", "sues")
    )
    par_maison = {maison: (nombre, contacts, sues) for maison, nombre, contacts, sues in comptes}
    return {maison: par_maison.get(maison, (0, 0, 0)) for maison in maisons}


def _nombre(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    return {
        maison: Mesure(nombre, effectif=nombre) for maison, (nombre, _c, _s) in _orientations(maisons, periode).items()
    }


def _contacts(maisons: list[int], periode: Periode) -> Mapping[int, Mesure]:
    return {
        maison: Mesure(contacts, sues, effectif=sues)
        for maison, (_nombre_total, contacts, sues) in _orientations(maisons, periode).items()
    }


enregistrer(
    Indicateur(
        code="orientations",
        nom=_("Orientations vers un partenaire"),
        definition=_("Familles adressées à un partenaire avec leur accord pendant la période, telles que notées."),
        unite=Unite.NOMBRE,
        mesurer=_nombre,
        effectif_min=EFFECTIF_MIN,
    )
)
enregistrer(
    Indicateur(
        code="orientations-contact",
        nom=_("Orientations suivies d'un contact"),
        definition=_(
            "Part des orientations de la période suivies d'un contact, parmi celles dont la suite est connue."
        ),
        unite=Unite.POURCENT,
        mesurer=_contacts,
        effectif_min=EFFECTIF_MIN,
        est_comparable=True,
    )
)
