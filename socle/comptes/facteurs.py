"""Codes of a second factor: each serves once, under a lock in PostgreSQL, not in a cache."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext, override

from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal
from socle.models import Utilisateur

# Of a TOTP's row: the last time step whose code was taken. RFC 6238 §5.2: a code is accepted once.
DERNIER_PAS = "dernier_pas"


def pas_du_code(secret: str, code: str) -> int | None:
    """The time step that this code of an application belongs to, among those accepted now; None when to none."""
    for pas in yield_hotp_counters_from_time():
        if secrets.compare_digest(format_hotp_value(hotp_value(secret, pas)).encode(), code.encode()):
            return int(pas)
    return None


@transaction.atomic
def prendre_code(*, utilisateur: Utilisateur, code: str) -> Authenticator | None:
    """The factor whose code this is, which cannot be given again afterwards; None for a wrong or used one."""
    code = "".join(code.split()).replace("-", "")
    authentificateurs = Authenticator.objects.select_for_update(of=("self",)).filter(
        user=utilisateur, type__in=[Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    )
    for authentificateur in authentificateurs.order_by("pk"):
        if authentificateur.type == Authenticator.Type.TOTP:
            pas = pas_du_code(secret, code) if (secret := _lisible(authentificateur.data["secret"])) else None
            if pas is None or pas <= authentificateur.data.get(DERNIER_PAS, 0):
                continue
            noter_pas(authentificateur, pas)
        elif not _lisible(authentificateur.data["seed"]) or not authentificateur.wrap().validate_code(code):
            continue
        # Asked of the database again, as a recovery code is crossed out on a copy of its row.
        pris: Authenticator = Authenticator.objects.get(pk=authentificateur.pk)
        pris.user = utilisateur
        return pris
    return None


def noter_pas(authentificateur: Authenticator, pas: int) -> None:
    authentificateur.data[DERNIER_PAS] = pas
    authentificateur.save(update_fields=["data"])


def codes_restants(authentificateur: Authenticator) -> int:
    """How many recovery codes were not used yet."""
    lisible = _lisible(authentificateur.data["seed"]) is not None
    return len(authentificateur.wrap().get_unused_codes()) if lisible else 0


def _lisible(chiffre: str) -> str | None:
    """The secret, or None when it was encrypted with a key that was since thrown away."""
    try:
        return str(decrypt(chiffre))
    except InvalidToken:
        return None


@transaction.atomic
def rechiffrer(authentificateurs: QuerySet[Authenticator]) -> tuple[int, int]:
    """Encrypt codes' secrets with the present SECRET_KEY; how many were, and how many no key opens any more."""
    faits = perdus = 0
    for authentificateur in authentificateurs.select_for_update(of=("self",)).order_by("pk"):
        champ = "secret" if authentificateur.type == Authenticator.Type.TOTP else "seed"
        secret = _lisible(authentificateur.data[champ])
        if secret is None:
            perdus += 1
            continue
        authentificateur.data[champ] = encrypt(secret)
        authentificateur.save(update_fields=["data"])
        faits += 1
    return faits, perdus


@transaction.atomic
def retirer_tous(*, utilisateur: Utilisateur, maintenant: datetime) -> int:
    """Take every factor away from somebody who lost them, end their sessions, and tell them."""
    nombre, _detail = Authenticator.objects.filter(user=utilisateur).delete()
    Utilisateur.objects.filter(pk=utilisateur.pk).update(version_sessions=F("version_sessions") + 1)
    with override(settings.LANGUAGE_CODE):
        objet = gettext("Seconds facteurs retirés")
        texte = gettext(
            "Les seconds facteurs de votre compte ont été retirés à votre demande. À la prochaine connexion, votre "
            "mot de passe suffira pour en choisir un nouveau. Ce n'était pas vous ? Parlez-en tout de suite à la "
            "personne responsable de votre maison."
        )
    deposer(
        [
            Envoi(
                canal=Canal.EMAIL,
                destinataire=utilisateur.email,
                langue=settings.LANGUAGE_CODE,
                modele="compte",
                contexte={"objet": objet, "texte": texte},
                cle_unique=f"compte:{uuid.uuid4()}",
            )
        ],
        maintenant=maintenant,
    )
    return int(nombre)
