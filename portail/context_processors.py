from django.conf import settings
from django.http import HttpRequest


def portail(request: HttpRequest) -> dict[str, object]:
    """What every page knows of the installation: whether it is a demonstration."""
    return {"DEMO": settings.DEMO}
