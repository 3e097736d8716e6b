"""The demonstration: real database, broker, worker and browser pages; messages are kept to be read on a page."""

from portail.settings.base import *  # noqa: F403
from portail.settings.base import INSTALLED_APPS, env

DEMO = True
# The printed accounts do without a second factor; everybody else needs one, here too.
DOMAINE_DEMO = "demo.invalid"
# http://localhost is not https://: passkeys may be tried all the same.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
EMAIL_BACKEND = "socle.demo.CourrielDemoBackend"
SMS_BACKEND = "socle.demo.SmsDemoBackend"
MESSAGES_DEMO = env.str("MESSAGES_DEMO", default="")
INSTALLED_APPS = [*INSTALLED_APPS]
