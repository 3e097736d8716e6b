"""The demonstration's settings, the yardstick's page, and one trusted proxy: each client has an address of its own."""

from portail.settings.base import RACINE, TEMPLATES
from portail.settings.demo import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"] = [RACINE / "templates", RACINE / "bench" / "gabarits"]
PROXYS_DE_CONFIANCE = 1
