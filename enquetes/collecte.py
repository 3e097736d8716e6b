"""Answering: a form in progress, sealed by its own code, then an answer that keeps nothing of it but the ticks.

The code is the only key. The database has its print and the sealed content; whoever reads the database reads neither
the answers in progress nor, afterwards, which of the answers was that form. It is drawn at random, but for a personal
invitation, where it follows from the invitation's secret: the same link opens the same form again.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from enquetes import plan
from enquetes.enums import CanalEnquete, TypeQuestion
from enquetes.models import Acces, JetonUtilise, Reponse, ReponseEnCours, TexteLibre, lundi
from enquetes.plan import Plan, PlanQuestion
from socle import conservation, liens

# A tablet that someone left in the middle: long enough to think, too short for the next visitor.
GARDEE_BORNE = timedelta(minutes=5)
# Without 0, O, 1, I, L, U: read aloud and copied by hand.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_LONGUEUR = 16
_PORTE = "~"


class CollecteRefusee(Exception):
    """A form can't be opened or sent."""


class CodeInconnu(CollecteRefusee):
    """No form in progress has this code: mistyped, sent, or past its term."""


class EnqueteFermee(CollecteRefusee):
    """The campaign or this door to it is closed."""


class InvitationInvalide(CollecteRefusee):
    """This portal did not make this invitation for this door."""


class DejaRepondu(CollecteRefusee):
    """This invitation was used."""


class ReponseIrrecevable(CollecteRefusee):
    """A value that the form would not have taken."""


@dataclass(frozen=True)
class Formulaire:
    """A form in progress, opened by its code."""

    code: str
    acces: Acces
    langue: str
    plan: Plan
    valeurs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def posees(self) -> list[PlanQuestion]:
        return self.plan.posees(self.valeurs)

    @property
    def est_borne(self) -> bool:
        return self.acces.canal == CanalEnquete.BORNE

    @property
    def cle(self) -> str:
        return cle_de(self.acces, self.code)


# Codes


def lisible(code: str) -> str:
    """In groups of four, to be copied by hand."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def normaliser_code(tape: str) -> str:
    return "".join(c for c in tape.upper() if c in _ALPHABET)[: _LONGUEUR + 1]


def cle_de(acces: Acces, code: str) -> str:
    """A form in an address. A tablet's names its door too, to find the first screen once the form is gone."""
    return f"{acces.code}{_PORTE}{code}" if acces.canal == CanalEnquete.BORNE else code


def lire_cle(cle: str) -> tuple[str, str]:
    """The code of a form and, on a tablet, the code of its door."""
    porte, _tilde, code = cle.rpartition(_PORTE)
    return normaliser_code(code), porte if porte.isascii() and porte.isalnum() else ""


def _empreinte(code: str) -> str:
    return hashlib.blake2b(code.encode(), digest_size=32, person=b"enquetes.cle").hexdigest()


def _coffre(code: str) -> Fernet:
    cle = hashlib.blake2b(code.encode(), digest_size=32, person=b"enquetes.coffre").digest()
    return Fernet(base64.urlsafe_b64encode(cle))


def _sceller(code: str, contenu: Mapping[str, Any]) -> bytes:
    # A sealed text bears the time it was made at, which nobody needs.
    return _coffre(code).encrypt_at_time(json.dumps(contenu).encode(), current_time=0)


def _duree(acces: Acces) -> timedelta:
    if acces.canal == CanalEnquete.BORNE:
        return GARDEE_BORNE
    return timedelta(days=conservation.regle_de("reponses_en_cours").jours)


def _terme(acces: Acces, maintenant: datetime) -> datetime:
    """When a form goes; but for a tablet's, at the end of a day, so that it does not tell when it was begun."""
    terme = maintenant + _duree(acces)
    if acces.canal == CanalEnquete.BORNE:
        return terme
    return timezone.localtime(terme).replace(hour=23, minute=59, second=59, microsecond=0)


# Invitations: signed, used once, in no table before they are opened.


def _usage(acces: Acces) -> str:
    return f"enquetes.invitation.{acces.code}"


def nouveau_jeton(acces: Acces) -> str:
    secret = secrets.token_urlsafe(12)
    return f"{secret}.{liens.sceau(_usage(acces), secret)}"


def _verifier_jeton(acces: Acces, jeton: str) -> str:
    secret, point, sceau = jeton.partition(".")
    if not point or not liens.est_scelle(_usage(acces), secret, sceau):
        raise InvitationInvalide
    return secret


def _code_du_jeton(acces: Acces, secret: str) -> str:
    condense = hashlib.blake2b(f"{acces.code}.{secret}".encode(), digest_size=32, person=b"enquetes.jeton").digest()
    return "".join(_ALPHABET[octet % len(_ALPHABET)] for octet in condense[:_LONGUEUR])


# Opening


def _commencer(acces: Acces, *, code: str, langue: str, maintenant: datetime) -> str:
    ReponseEnCours.objects.create(
        cle=_empreinte(code),
        campagne_id=acces.campagne_id,
        contenu=_sceller(code, {"acces": acces.pk, "langue": langue, "valeurs": {}}),
        expire_le=_terme(acces, maintenant),
    )
    return code


def commencer(*, acces: Acces, langue: str, maintenant: datetime) -> str:
    """Open a form; its code."""
    _verifier_ouvert(acces, maintenant)
    if acces.canal == CanalEnquete.INVITATION:
        raise InvitationInvalide
    return _commencer(acces, code=get_random_string(_LONGUEUR, _ALPHABET), langue=langue, maintenant=maintenant)


@transaction.atomic
def commencer_invite(*, acces: Acces, jeton: str, langue: str, maintenant: datetime) -> str:
    """Open the form of an invitation, or open it again; its code.

    Raises InvitationInvalide for a link we did not make, DejaRepondu once its form was sent (or let go to its term).
    """
    _verifier_ouvert(acces, maintenant)
    secret = _verifier_jeton(acces, jeton)
    code = _code_du_jeton(acces, secret)
    # The print of the code's print: the table of used invitations can't be matched with the forms in progress.
    empreinte = hashlib.blake2b(_empreinte(code).encode(), digest_size=32, person=b"enquetes.utilise").hexdigest()
    _, nouveau = JetonUtilise.objects.get_or_create(empreinte=empreinte, defaults={"campagne_id": acces.campagne_id})
    if nouveau:
        return _commencer(acces, code=code, langue=langue, maintenant=maintenant)
    if not ReponseEnCours.objects.filter(cle=_empreinte(code), expire_le__gt=maintenant).exists():
        raise DejaRepondu
    return code


def _verifier_ouvert(acces: Acces, maintenant: datetime) -> None:
    if not acces.actif or not acces.campagne.est_ouverte(le=timezone.localdate(maintenant)):
        raise EnqueteFermee


# Filling in


def _ouvrir(code: str, rangee: ReponseEnCours | None, maintenant: datetime) -> Formulaire:
    if rangee is None or rangee.expire_le <= maintenant:
        raise CodeInconnu
    try:
        contenu = json.loads(_coffre(code).decrypt(bytes(rangee.contenu)))
    except InvalidToken:
        raise CodeInconnu from None
    acces = Acces.objects.select_related("campagne__version", "maison").get(pk=contenu["acces"])
    return Formulaire(
        code=code,
        acces=acces,
        langue=contenu["langue"],
        plan=plan.lire(acces.campagne.version),
        valeurs=contenu["valeurs"],
    )


def lire(*, code: str, maintenant: datetime) -> Formulaire:
    """The form that a code opens. Raises CodeInconnu."""
    return _ouvrir(code, ReponseEnCours.objects.filter(cle=_empreinte(code)).first(), maintenant)


def _verrouiller(code: str, maintenant: datetime) -> Formulaire:
    rangee = ReponseEnCours.objects.select_for_update(no_key=True).filter(cle=_empreinte(code)).first()
    return _ouvrir(code, rangee, maintenant)


@transaction.atomic
def repondre(*, code: str, question: str, valeur: Any, maintenant: datetime) -> Formulaire:
    """Keep the answer to one question; an empty one takes it back.

    Raises CodeInconnu, and ReponseIrrecevable for a value the question does not have.
    """
    formulaire = _verrouiller(code, maintenant)
    posee = formulaire.plan.par_code.get(question)
    if posee is None:
        raise ReponseIrrecevable
    valeurs = {nom: v for nom, v in formulaire.valeurs.items() if nom != question}
    if not plan.est_vide(valeur):
        if not plan.est_recevable(posee, valeur):
            raise ReponseIrrecevable
        valeurs[question] = valeur
    return _garder(replace(formulaire, valeurs=valeurs), maintenant)


def _garder(formulaire: Formulaire, maintenant: datetime) -> Formulaire:
    contenu = {"acces": formulaire.acces.pk, "langue": formulaire.langue, "valeurs": dict(formulaire.valeurs)}
    ReponseEnCours.objects.filter(cle=_empreinte(formulaire.code)).update(
        contenu=_sceller(formulaire.code, contenu), expire_le=_terme(formulaire.acces, maintenant)
    )
    return formulaire


def oublier(*, code: str) -> None:
    """Let go of a form, answers and all."""
    ReponseEnCours.objects.filter(cle=_empreinte(code)).delete()


@transaction.atomic
def envoyer(*, code: str, maintenant: datetime) -> Acces:
    """Turn a form into an answer, once; what was in progress goes with its code.

    Raises CodeInconnu (a second click finds nothing any more), EnqueteFermee, and ReponseIrrecevable while a question
    that must be answered is not.
    """
    formulaire = _verrouiller(code, maintenant)
    acces = formulaire.acces
    _verifier_ouvert(acces, maintenant)
    posees = formulaire.posees
    if any(q.obligatoire and plan.est_vide(formulaire.valeurs.get(q.code)) for q in posees):
        raise ReponseIrrecevable
    oublier(code=code)
    deposer_reponse(
        acces=acces,
        posees=posees,
        valeurs=formulaire.valeurs,
        langue=formulaire.langue,
        semaine=lundi(timezone.localdate(maintenant)),
    )
    return acces


def deposer_reponse(
    *, acces: Acces, posees: list[PlanQuestion], valeurs: Mapping[str, Any], langue: str, semaine: date
) -> None:
    """Write an answer, and apart from it, without a link, the words in it."""
    reponse, textes = preparer_reponse(
        campagne=acces.campagne_id,
        maison=acces.maison_id,
        moment=acces.moment,
        posees=posees,
        valeurs=valeurs,
        langue=langue,
        semaine=semaine,
    )
    reponse.save(force_insert=True)
    TexteLibre.objects.bulk_create(textes)


def preparer_reponse(
    *,
    campagne: int,
    maison: int | None,
    moment: str,
    posees: list[PlanQuestion],
    valeurs: Mapping[str, Any],
    langue: str,
    semaine: date,
) -> tuple[Reponse, list[TexteLibre]]:
    donnees = {q.code: valeurs[q.code] for q in posees if not plan.est_vide(valeurs.get(q.code))}
    textes = {q: donnees.pop(q.code) for q in posees if q.type == TypeQuestion.TEXTE and q.code in donnees}
    reponse = Reponse(
        campagne_id=campagne,
        maison_id=maison,
        moment=moment,
        semaine=semaine,
        valeurs=donnees,
    )
    ecrits = [
        TexteLibre(
            campagne_id=campagne,
            question_id=q.pk,
            maison_id=maison,
            semaine=semaine,
            langue=langue,
            texte=texte,
        )
        for q, texte in textes.items()
    ]
    return reponse, ecrits


def purger(*, maintenant: datetime) -> int:
    """Forget the forms past their term; how many."""
    supprimees, _ = ReponseEnCours.objects.filter(expire_le__lte=maintenant).delete()
    return supprimees
