"""The session card of the long lists, rendered once for each thing it can say."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from ateliers.models import Seance
from socle.templatetags.composants import etat_seance

CARTES_GARDEES = 2048
GABARIT = "composants/carte_seance.html"

_cartes: OrderedDict[tuple[Any, ...], SafeString] = OrderedDict()
_verrou = Lock()


def carte(seance: Seance, *, maintenant: datetime, **options: Any) -> SafeString:
    """The card's HTML; `options` are those of the component. The place, commune and house must be loaded.

    Twenty cards cost more than the rest of a page together, and visitors look at the same ones. The key holds all that
    the card shows, so that a kept card is never out of date.
    """
    lieu = seance.lieu
    cle = (
        get_language(),
        maintenant.year,
        etat_seance({"maintenant": maintenant}, seance),  # type: ignore[arg-type]
        seance.reference,
        seance.titre,
        seance.debut,
        seance.fin,
        seance.format,
        seance.accueil,
        seance.accueille_grossesse,
        seance.age_min_mois,
        seance.age_max_mois,
        seance.places_adultes,
        seance.places_enfants,
        seance.capacite_enfants,
        seance.capacite_petits,
        seance.libres_petits,
        seance.inscriptions_du,
        tuple(seance.langues),
        lieu.nom,
        lieu.fuseau,
        lieu.demonstration,
        lieu.commune.nom,
        lieu.maison.nom,
        getattr(seance, "distance_km", None),
        tuple(sorted(options.items())),
    )
    with _verrou:
        html = _cartes.get(cle)
        if html is not None:
            _cartes.move_to_end(cle)
            return html
    html = mark_safe(get_template(GABARIT).render({"seance": seance, "maintenant": maintenant, **options}))  # noqa: S308
    with _verrou:
        _cartes[cle] = html
        if len(_cartes) > CARTES_GARDEES:
            _cartes.popitem(last=False)
    return html
