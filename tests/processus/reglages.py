"""The settings of the workers under test: the tests' own, a beat that ticks twice a second, messages in files."""

from portail.settings.test import *  # noqa: F403
from portail.settings.test import CELERY_BEAT_SCHEDULE, env

MESSAGES_DEMO = env.str("MESSAGES_DEMO")
EMAIL_BACKEND = "tests.processus.pannes.CourrielQuiAttend"
SMS_BACKEND = "socle.demo.SmsDemoBackend"
CELERY_BEAT_SCHEDULE = {
    nom: {**entree, "schedule": 0.5, "options": {"expires": 5}} for nom, entree in CELERY_BEAT_SCHEDULE.items()
}
