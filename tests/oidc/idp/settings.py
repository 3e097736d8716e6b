"""A real OpenID Connect provider for the tests: allauth's own, in a process of its own, shaped like ProConnect."""

import os

SECRET_KEY = "fournisseur-d-essai"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "tests.oidc.idp.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
]
SITE_ID = 1
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["IDP_BASE"]}}
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
IDP_OIDC_PRIVATE_KEY = open(os.environ["IDP_CLE"]).read()
# Like ProConnect, it does not ask again whether one really wants to leave.
IDP_OIDC_RP_INITIATED_LOGOUT_ASKS_FOR_OP_LOGOUT = False
IDP_OIDC_ADAPTER = "tests.oidc.idp.adapter.Fournisseur"
IDP_OIDC_USERINFO_ENDPOINT = f"http://127.0.0.1:{os.environ['IDP_PORT']}/userinfo"
# A file whose word tells what the provider does wrong in its next answers.
FAUTE = os.environ["IDP_FAUTE"]
LOGIN_URL = "account_login"
