"""Production: everything secret comes from the environment or from files it names; a missing one stops the start."""

from portail.settings.base import *  # noqa: F403
from portail.settings.base import env

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
URL_PUBLIQUE = env.str("URL_PUBLIQUE")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
# The container's own health check, and whoever watches beside it, speak plain HTTP on the loopback.
SECURE_REDIRECT_EXEMPT = [r"^sante/(conservation/)?$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
PROXYS_DE_CONFIANCE = env.int("PROXYS_DE_CONFIANCE", 1)

vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL")
SMS_BACKEND = env.str("SMS_BACKEND", default="socle.sms.OvhBackend")
OVH_SMS = {
    "url": env.str("OVH_SMS_URL", default="https://eu.api.ovh.com/1.0"),
    "service": env.str("OVH_SMS_SERVICE", default=""),
    "application_key": env.str("OVH_SMS_APPLICATION_KEY", default=""),
    "application_secret": env.str("OVH_SMS_APPLICATION_SECRET", default=""),
    "consumer_key": env.str("OVH_SMS_CONSUMER_KEY", default=""),
}
