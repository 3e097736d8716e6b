"""The tests: as production where it matters, with messages kept in memory."""

import os

# Enough for what needs no server (mypy, makemigrations, translations); the tests' plugin sets the real addresses.
os.environ.setdefault("DATABASE_URL", "postgresql://portail@/portail?host=/aucun-serveur")
os.environ.setdefault("REDIS_URL", "redis+socket:///aucun-serveur")
os.environ.setdefault("SECRET_KEY", "cle-des-tests-sans-valeur-ailleurs-que-dans-les-tests")

from portail.settings.base import *  # noqa: F403
from portail.settings.base import CACHES, STORAGES, TEMPLATES

DEMO = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SMS_BACKEND = "socle.sms.LocmemBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "exports": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "preuves": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "editions": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = ""
# Static files are read where they lie: tests need no collectstatic.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# No fragment of one test's page shows in another's.
CACHES = {**CACHES, "template_fragments": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
