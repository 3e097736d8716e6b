"""A session as search engines read it: a schema.org Event in JSON-LD."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from ateliers.models import Seance

_SCHEMA = "https://schema.org"
# Inside <script>, these could end the element or open a comment.
_ECHAPPEMENTS = str.maketrans(
    {"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def evenement(seance: Seance) -> dict[str, Any]:
    """The public facts of a session; its place, commune and house must be loaded."""
    lieu, racine = seance.lieu, settings.URL_PUBLIQUE.rstrip("/")
    url = racine + seance.get_absolute_url()
    adresse = {
        "@type": "PostalAddress",
        "streetAddress": lieu.adresse,
        "postalCode": lieu.code_postal,
        "addressLocality": lieu.commune.nom,
        "addressCountry": "FR",
    }
    donnees: dict[str, Any] = {
        "@context": _SCHEMA,
        "@type": "Event",
        "name": seance.titre,
        "url": url,
        "startDate": seance.debut_local.isoformat(),
        "endDate": seance.fin_locale.isoformat(),
        "eventStatus": f"{_SCHEMA}/{'EventCancelled' if seance.est_annulee else 'EventScheduled'}",
        "eventAttendanceMode": f"{_SCHEMA}/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "inLanguage": list(seance.langues),
        "maximumAttendeeCapacity": seance.capacite_adultes + seance.capacite_enfants,
        "location": {
            "@type": "Place",
            "name": lieu.nom,
            "address": {cle: valeur for cle, valeur in adresse.items() if valeur},
            "geo": {"@type": "GeoCoordinates", "latitude": lieu.latitude, "longitude": lieu.longitude},
        },
        "organizer": {
            "@type": "Organization",
            "name": lieu.maison.nom,
            "url": racine + lieu.maison.get_absolute_url(),
        },
        "offers": {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": "EUR",
            "url": url,
            "availability": f"{_SCHEMA}/{'SoldOut' if seance.est_complete else 'InStock'}",
        },
    }
    if seance.atelier is not None and seance.atelier.description:
        donnees["description"] = seance.atelier.description
    return donnees


def json_ld(donnees: dict[str, Any]) -> SafeString:
    """Text for the inside of a <script type="application/ld+json">, where no data can end the element."""
    texte = json.dumps(donnees, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(texte.translate(_ECHAPPEMENTS))  # noqa: S308 (escaped on this line)
