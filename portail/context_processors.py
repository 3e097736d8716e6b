from django.conf import settings
from django.http import HttpRequest

from portail.accessibilite import DECLARATION


def portail(request: HttpRequest) -> dict[str, object]:
    """What every page knows of the installation: whether it is a demonstration, and what its foot must say."""
    return {"DEMO": settings.DEMO, "etat_accessibilite": DECLARATION.libelle}
