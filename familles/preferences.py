"""How an account holder wants to be told: language, channels, and a mobile number that was proved by a code."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from familles import accords, messages
from familles.enums import ChoixCanal, ObjetAccord
from familles.espace import profil_de
from familles.models import Consentement, ProfilParent
from socle.models import Utilisateur
from socle.quotas import consommer

CHIFFRES = 6
CODES_PAR_COMPTE, CODES_PAR_NUMERO = 5, 3


class CodeRefuse(Exception):
    """No code was sent, or it wasn't the right one; the message is for the person on screen."""


def changer(
    *, utilisateur: Utilisateur, langue: str, canal_seances: str, canal_entretiens: str, maintenant: datetime
) -> ProfilParent:
    profil = profil_de(utilisateur)
    profil.langue, profil.canal_seances, profil.canal_entretiens = langue, canal_seances, canal_entretiens
    profil.save()
    return profil


def profils_des_adresses(emails: Iterable[str]) -> dict[str, ProfilParent]:
    """The wishes of those who opened an account with one of these addresses, by address."""
    profils = ProfilParent.objects.filter(utilisateur__email__in={email for email in emails if email})
    return {profil.utilisateur.email: profil for profil in profils.select_related("utilisateur")}


# A number


def envoyer_code(*, utilisateur: Utilisateur, telephone: str, langue: str, maintenant: datetime) -> str:
    """Send a code to a number, and return what the browser's session keeps to know it again. Raises CodeRefuse."""
    for usage, origine, limite in (
        ("code_sms_compte", str(utilisateur.pk), CODES_PAR_COMPTE),
        ("code_sms_numero", telephone, CODES_PAR_NUMERO),
    ):
        if not consommer(usage=usage, origine=origine, limite=limite, maintenant=maintenant):
            raise CodeRefuse(_("Plusieurs codes viennent d'être envoyés. Recommencez dans une heure."))
    code = f"{secrets.randbelow(10**CHIFFRES):0{CHIFFRES}d}"
    messages.code_telephone(telephone=telephone, code=code, langue=langue, maintenant=maintenant)
    return empreinte(telephone, code)


def empreinte(telephone: str, code: str) -> str:
    chiffres = "".join(c for c in code if c.isdigit())
    return salted_hmac("familles.telephone", f"{telephone}:{chiffres}", algorithm="sha256").hexdigest()


@transaction.atomic
def prouver_telephone(*, utilisateur: Utilisateur, telephone: str, maintenant: datetime) -> ProfilParent:
    """The number is hers: the code was typed. The one before it is forgotten."""
    accords.clore(objet=ObjetAccord.SMS, utilisateur=utilisateur, maintenant=maintenant)
    profil = profil_de(utilisateur)
    profil.telephone, profil.telephone_prouve_le = telephone, maintenant
    profil.save()
    accords.donner(objet=ObjetAccord.SMS, utilisateur=utilisateur, cible=profil, maintenant=maintenant)
    return profil


@transaction.atomic
def oublier_telephone(*, utilisateur: Utilisateur, maintenant: datetime) -> None:
    """Nothing by SMS any more: what came that way comes by e-mail."""
    accords.clore(objet=ObjetAccord.SMS, utilisateur=utilisateur, maintenant=maintenant)
    _oublier(utilisateur)


def _oublier(utilisateur: Utilisateur) -> None:
    profil = profil_de(utilisateur)
    if profil.pk is None:
        return
    profil.telephone, profil.telephone_prouve_le = "", None
    if profil.canal_seances != ChoixCanal.AUCUN:
        profil.canal_seances = ChoixCanal.EMAIL
    if profil.canal_entretiens != ChoixCanal.AUCUN:
        profil.canal_entretiens = ChoixCanal.EMAIL
    profil.save()


@accords.au_retrait(ObjetAccord.SMS)
def _au_retrait(consentement: Consentement, maintenant: datetime) -> None:
    if consentement.utilisateur is not None:
        _oublier(consentement.utilisateur)
