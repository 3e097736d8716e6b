"""A house as search engines read it: a schema.org Organization in JSON-LD."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from maisons.models import Lieu, Maison

JOURS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def organisation(maison: Maison, lieux: list[Lieu]) -> dict[str, Any]:
    """The public facts of a house and of its places with their weekly hours; all of it must be loaded."""
    donnees: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": maison.nom,
        "url": settings.URL_PUBLIQUE.rstrip("/") + maison.get_absolute_url(),
        "description": maison.presentation,
        "telephone": maison.telephone.as_international if maison.telephone else "",
        "email": maison.courriel,
        "knowsLanguage": maison.langues,
        "parentOrganization": {"@type": "Organization", "name": maison.organisation.nom},
        "location": [_lieu(lieu) for lieu in lieux],
    }
    return {cle: valeur for cle, valeur in donnees.items() if valeur}


def _lieu(lieu: Lieu) -> dict[str, Any]:
    commune = {"@type": "PostalAddress", "addressLocality": lieu.commune.nom, "addressCountry": "FR"}
    place = {"@type": "CivicStructure", "name": lieu.nom, "isAccessibleForFree": True, "publicAccess": True}
    if lieu.demonstration:
        # A program does not read the notice that stands beside a fictional address on the page.
        return {**place, "address": commune}
    adresse = {**commune, "streetAddress": lieu.adresse, "postalCode": lieu.code_postal}
    return {
        **place,
        "address": {cle: valeur for cle, valeur in adresse.items() if valeur},
        "geo": {"@type": "GeoCoordinates", "latitude": lieu.latitude, "longitude": lieu.longitude},
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": f"https://schema.org/{JOURS[plage.jour]}",
                "opens": f"{plage.debut:%H:%M}",
                "closes": f"{plage.fin:%H:%M}",
                **({"validFrom": plage.du.isoformat()} if plage.du else {}),
                **({"validThrough": plage.au.isoformat()} if plage.au else {}),
            }
            for plage in lieu.plages.all()
            # schema.org has no word for "every other week".
            if plage.semaines == plage.Semaines.TOUTES
        ],
    }
