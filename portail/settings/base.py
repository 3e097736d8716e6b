"""What is true everywhere. Only settings modules read the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from environ.fileaware_mapping import FileAwareMapping
from whitenoise.compress import Compressor

RACINE = Path(__file__).resolve().parent.parent.parent


class SecretFiles(FileAwareMapping):
    """Reads NAME from the file that NAME_FILE names (container secrets), without the line end editors add."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).rstrip("\r\n")


class Environment(environ.Env):
    """The environment, where any option NAME may also be given as NAME_FILE."""

    ENVIRON = SecretFiles()


env = Environment()

DEBUG = False
DEMO = False
# Accounts at this address sign in without a second factor, in the demonstration alone.
DOMAINE_DEMO = ""

INSTALLED_APPS = [
    "portail.apps.LeafletConfig",  # before the admin: keeps leaflet.admin, which needs GDAL, from being imported
    "portail.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_filters",
    "django_htmx",
    "pghistory",
    "pgtrigger",
    "phonenumber_field",
    "socle",
    "socle.oidc",
    "maisons",
    "familles",
    "partenaires",
    "ateliers",
    "enquetes",
    "portail.apps.PortailConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "socle.middleware.EntetesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "socle.middleware.HistoriqueMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "socle.middleware.SessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "portail.urls"
WSGI_APPLICATION = "portail.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "portail.context_processors.portail",
            ],
        },
    },
]
FORM_RENDERER = "socle.rendu.RenduFormulaires"

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")

_EN_MEMOIRE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {
    "default": {**_EN_MEMOIRE, "LOCATION": "portail"},
    # Of {% cache %}: always in the process, so that no page waits for a server, or falls with it.
    "template_fragments": {**_EN_MEMOIRE, "LOCATION": "fragments"},
}

SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# Accounts
AUTH_USER_MODEL = "socle.Utilisateur"
AUTHENTICATION_BACKENDS = [
    "maisons.perms.AffectationBackend",
    "socle.comptes.authentification.MotDePasseBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "mon_compte"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody signs up alone (AdaptateurComptes); naming the password is what makes allauth ask for it at sign-in.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# An address is proved by the mail that lets its owner choose a password.
ACCOUNT_EMAIL_VERIFICATION = "none"
# Teams share computers: the session ends with the browser.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Where a parent lands after signing in.
ACCUEIL_DES_COMPTES = "espace:accueil"
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_ADAPTER = "socle.comptes.adaptateur.AdaptateurComptes"
ACCOUNT_PREVENT_ENUMERATION = True
# An unknown address gets a row of the outbox like a known one, which is never sent (AdaptateurComptes.send_mail).
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
# Owners hear of every change to what opens their account.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Ours are counted in PostgreSQL (socle/comptes/debits.py); allauth's need a cache that is up, and are not atomic.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "socle.comptes.formulaires.ConnexionForm",
    "request_login_code": "socle.comptes.formulaires.DemandeCodeForm",
    "confirm_login_code": "socle.comptes.formulaires.CodeConnexionForm",
    "reset_password": "socle.comptes.formulaires.MotDePasseOublieForm",
    "reset_password_from_key": "socle.comptes.formulaires.ChoixForm",
    "change_password": "socle.comptes.formulaires.ChangementForm",
}
# Parents: a code by e-mail instead of a password.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
# Teams: a second factor, without which nothing of /equipe/ opens (SessionsMiddleware).
MFA_ADAPTER = "socle.comptes.adaptateur.AdaptateurFacteurs"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# An account's address was proved by the mail of its invitation.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "socle.comptes.formulaires.SecondFacteurForm",
    "reauthenticate": "socle.comptes.formulaires.ConfirmationForm",
    "activate_totp": "socle.comptes.formulaires.ActivationForm",
    "add_webauthn": "socle.comptes.formulaires.CleForm",
}
# Seconds. A team's session ends after this long without a click, and at the end of a working day.
SESSION_EQUIPE_INACTIVITE = env.int("SESSION_EQUIPE_INACTIVITE", 30 * 60)
SESSION_EQUIPE_MAXIMUM = env.int("SESSION_EQUIPE_MAXIMUM", 12 * 3600)
SESSION_FAMILLE_INACTIVITE = env.int("SESSION_FAMILLE_INACTIVITE", 14 * 24 * 3600)
INVITATION_DUREE_JOURS = env.int("INVITATION_DUREE_JOURS", 7)
# Sign-in by the State's identity providers: ProConnect for the teams, FranceConnect for parents. Off until configured.
SOCIALACCOUNT_ADAPTER = "socle.oidc.liaison.AdaptateurIdentites"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
IDENTITES = [
    {
        "provider_id": nom,
        "name": libelle,
        "client_id": env.str(f"{nom.upper()}_CLIENT_ID", default=""),
        "secret": env.str(f"{nom.upper()}_CLIENT_SECRET", default=""),
        "settings": {
            "server_url": serveur,
            "scope": portees,
            "acr_values": acr,
            "acr_acceptes": acceptes,
            # Families' provider: an identity that opens no account yet may open one, once an address is proved.
            "familles": nom == "franceconnect",
        },
    }
    for nom, libelle, portees, acr, acceptes in [
        ("proconnect", "ProConnect", ["openid", "given_name", "usual_name", "email"], "eidas1", []),
        (
            "franceconnect",
            "FranceConnect",
            ["openid", "given_name", "family_name", "email"],
            "eidas1",
            ["eidas1", "eidas2", "eidas3"],
        ),
    ]
    if (serveur := env.str(f"{nom.upper()}_URL", default=""))
]
ORIGINES_IDENTITES = ["/".join(identite["settings"]["server_url"].split("/")[:3]) for identite in IDENTITES]
SOCIALACCOUNT_PROVIDERS = {"identite_publique": {"APPS": IDENTITES}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# History (socle/suivi.py): its tables are read by one object at a time, and have no other index to keep up.
PGHISTORY_FIELD = pghistory.Field(db_index=False)
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# Language, time
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais"))]
LOCALE_PATHS = [RACINE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
PHONENUMBER_DEFAULT_REGION = "FR"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "NATIONAL"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(RACINE / "staticfiles"))
STATIC_ROOT = str(STATIC_ROOT)
STATICFILES_DIRS = [RACINE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Files of lists, each for one person and a few hours: no address serves them. The web and the workers share it.
    "exports": {
        "BACKEND": env.str("EXPORTS_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("EXPORTS_STORAGE_OPTIONS", default={"location": str(RACINE / "exports")}),
    },
    # Evidence handed in for the label: streamed by a page to those entitled, under no address either.
    "preuves": {
        "BACKEND": env.str("PREUVES_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("PREUVES_STORAGE_OPTIONS", default={"location": str(RACINE / "preuves")}),
    },
    # Dossiers and reports, handed over by pages that ask who it is; kept as long as their rows.
    "editions": {
        "BACKEND": env.str("EDITIONS_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("EDITIONS_STORAGE_OPTIONS", default={"location": str(RACINE / "editions")}),
    },
}
# A list with more rows is made into a file by a worker.
EXPORT_DIRECT_MAX = 2000
# Only what pages name is compressed and served; nobody downloads source maps.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(RACINE / "media"))

# Security headers: nothing comes from anywhere else, nothing runs inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        # A sign-in or sign-out form is sent on to its provider.
        "form-action": [SELF, *ORIGINES_IDENTITES],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Links to a booking carry their key in the path: no other site may read it from the Referer.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Background work: beat ticks, workers claim rows; nothing in a web request talks to the broker.
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 5, "socket_timeout": 30, "visibility_timeout": 600}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A tick that waited longer than the next one is of no use: the next finds the same rows.
CELERY_BEAT_SCHEDULE = {
    "envoyer_messages": {"task": "socle.tasks.envoyer_messages", "schedule": 60.0, "options": {"expires": 55}},
    "purger_sessions": {"task": "socle.tasks.purger_sessions", "schedule": 3600.0, "options": {"expires": 1800}},
    "deposer_rappels": {"task": "ateliers.tasks.deposer_rappels", "schedule": 60.0, "options": {"expires": 55}},
    "rappeler_entretiens": {
        "task": "portail.tasks.rappeler_entretiens",
        "schedule": 600.0,
        "options": {"expires": 540},
    },
    "tenir_listes_attente": {
        "task": "ateliers.tasks.tenir_listes_attente",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "tenir_groupes": {"task": "ateliers.tasks.tenir_groupes", "schedule": 60.0, "options": {"expires": 55}},
    "tenir_enquetes": {"task": "enquetes.tasks.tenir_enquetes", "schedule": 60.0, "options": {"expires": 55}},
    "publier_resultats": {
        "task": "enquetes.tasks.publier_resultats",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "rafraichir_donnees_ouvertes": {
        "task": "portail.tasks.rafraichir_donnees_ouvertes",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "relancer_partenaires": {
        "task": "partenaires.tasks.relancer_partenaires",
        "schedule": 86400.0,
        "options": {"expires": 3600},
    },
    "purger_preuves": {"task": "maisons.tasks.purger_preuves", "schedule": 86400.0, "options": {"expires": 3600}},
    # Once a day each rule, by its own count (socle/conservation.py): every hour, what is left of it.
    "appliquer_conservation": {
        "task": "socle.tasks.appliquer_conservation",
        "schedule": 3600.0,
        "options": {"expires": 3000},
    },
    "prevenir_retards": {"task": "familles.tasks.prevenir_retards", "schedule": 3600.0, "options": {"expires": 3000}},
    "finir_effacements": {"task": "familles.tasks.finir_effacements", "schedule": 60.0, "options": {"expires": 55}},
    "tenir_scenarios": {"task": "maisons.tasks.tenir_scenarios", "schedule": 60.0, "options": {"expires": 55}},
    "rappeler_label": {"task": "maisons.tasks.rappeler_label", "schedule": 3600.0, "options": {"expires": 3000}},
    # The month's values are kept once, whichever day of it the task first runs.
    "arreter_indicateurs": {
        "task": "maisons.tasks.arreter_indicateurs",
        "schedule": 86400.0,
        "options": {"expires": 3600},
    },
    # Somebody watches the page meanwhile.
    "tenir_editions": {"task": "maisons.tasks.tenir_editions", "schedule": 10.0, "options": {"expires": 9}},
    "tenir_exports": {"task": "socle.tasks.tenir_exports", "schedule": 60.0, "options": {"expires": 55}},
    "purger_quotas": {"task": "socle.tasks.purger_quotas", "schedule": 3600.0, "options": {"expires": 3000}},
}

# What the portal tells people
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Maisons des 1000 premiers jours <ne-pas-repondre@exemple.fr>"
)
URL_PUBLIQUE = env.str("URL_PUBLIQUE", default="http://localhost:8000")

# Who publishes the site, as its legal pages say it.
EDITEUR = {
    "nom": env.str("EDITEUR_NOM", default=""),
    "adresse": env.str("EDITEUR_ADRESSE", default=""),
    "directeur": env.str("EDITEUR_DIRECTEUR", default=""),
    "contact": env.str("EDITEUR_CONTACT", default=""),
    "dpo": env.str("EDITEUR_DPO", default=""),
    "hebergeur": env.str("EDITEUR_HEBERGEUR", default=""),
}

# Who works on the data for the publisher, as the privacy page lists them: [{"nom": "…", "role": "…"}].
SOUS_TRAITANTS: list[dict[str, str]] = env.json("SOUS_TRAITANTS", default=[])

# Where "Quitter vite" leads from the well-being pages; empty: the home page.
SORTIE_RAPIDE_URL = env.str("SORTIE_RAPIDE_URL", default="")

SMS_BACKEND = "socle.sms.ConsoleBackend"
SMS_EXPEDITEUR = env.str("SMS_EXPEDITEUR", default="1000JOURS")
SMS_MAX_PAR_JOUR = 3
SMS_DOSSIER = env.str("SMS_DOSSIER", default="")
OVH_SMS: dict[str, str] = {}
MESSAGES_DEMO = ""

# Booking rules (docs/decisions/)
INSCRIPTIONS_A_VENIR_MAX = env.int("INSCRIPTIONS_A_VENIR_MAX", 5)
INSCRIPTIONS_PAR_ADRESSE_ET_HEURE = env.int("INSCRIPTIONS_PAR_ADRESSE_ET_HEURE", 30)
ENQUETES_PAR_ADRESSE_ET_HEURE = env.int("ENQUETES_PAR_ADRESSE_ET_HEURE", 30)
PROPOSITION_DUREE_HEURES = env.int("PROPOSITION_DUREE_HEURES", 12)
PROPOSITION_ARRET_HEURES = env.int("PROPOSITION_ARRET_HEURES", 2)
# Groups of parents: for how many weeks after its first meeting a freed place is offered, and the time to answer.
GROUPES_JEUNE_SEMAINES = env.int("GROUPES_JEUNE_SEMAINES", 6)
GROUPES_REPONSE_JOURS = env.int("GROUPES_REPONSE_JOURS", 7)
GROUPES_PLACE_LIBEREE_JOURS = env.int("GROUPES_PLACE_LIBEREE_JOURS", 3)
# How far from its commune a request without a group looks for a house.
GROUPES_MAISON_MAX_KM = env.int("GROUPES_MAISON_MAX_KM", 80)
# Number of trusted proxies in front: the client's address is that many entries from the right of X-Forwarded-For.
PROXYS_DE_CONFIANCE = env.int("PROXYS_DE_CONFIANCE", 0)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"ligne": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ligne"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # "Not Found: /ma-reservation/<key>/" would put a booking's key in the log.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []
