"""From a row of the outbox to what is sent: subject, text, HTML, attachment, or the text of an SMS.

The templates of a message lie in templates/messages/<modele>/: objet.txt, corps.txt, corps.html, sms.txt. They are
rendered in the message's language; instants of the context (ISO 8601) reach them as datetimes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template import Context, Engine
from django.utils.translation import override

from socle import gsm7, ical
from socle.models import Message
from socle.sms import Sms

_INSTANTS = frozenset({"debut", "fin", "expire_le", "premiere"})
# Messages one may want less of; the others answer what the person does.
_AVEC_DESABONNEMENT = frozenset({"rappel", "arrets_prevus", "arret_change"})


def composer_courriel(message: Message, *, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The e-mail of a message. Its Message-ID is the row's, so that sending it again is the same e-mail."""
    contexte = _contexte(message)
    with override(message.langue):
        objet = " ".join(_rendre(message, "objet.txt", contexte, autoescape=False).split())
        texte = _aerer(_rendre(message, "corps.txt", contexte, autoescape=False))
        html = _rendre(message, "corps.html", {**contexte, "objet_message": objet}, autoescape=True)
    headers = {
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": message.langue,
    }
    if message.modele in _AVEC_DESABONNEMENT and contexte.get("lien"):
        headers["List-Unsubscribe"] = f"<{contexte['lien']}>"
    courriel = EmailMultiAlternatives(
        subject=objet, body=texte, to=[message.destinataire], headers=headers, connection=connection
    )
    courriel.attach_alternative(html.strip() + "\n", "text/html")
    if contexte.get("evenement"):
        methode = contexte["evenement"].get("methode", ical.PUBLISH)
        courriel.attach("seance.ics", _ics(message, contexte, methode).decode(), f"text/calendar; method={methode}")
    return courriel


def composer_sms(message: Message) -> Sms:
    with override(message.langue):
        texte = " ".join(_rendre(message, "sms.txt", _contexte(message), autoescape=False).split())
    return Sms(
        destinataire=message.destinataire,
        texte=gsm7.vers_gsm7(texte),
        reference=reference(message),
        deja_tente=message.tentatives > 1,
    )


def reference(message: Message) -> str:
    """The part of the Message-ID before the @: what a provider is given to recognise the message by."""
    return message.message_id.strip("<>").partition("@")[0]


def _rendre(message: Message, fichier: str, contexte: dict[str, Any], *, autoescape: bool) -> str:
    gabarit = Engine.get_default().get_template(f"messages/{message.modele}/{fichier}")
    return gabarit.render(Context(contexte, autoescape=autoescape))


def _contexte(message: Message) -> dict[str, Any]:
    contexte: dict[str, Any] = _avec_instants(message.contexte)
    return {"url_portail": settings.URL_PUBLIQUE, "langue": message.langue, **contexte}


def _avec_instants(valeur: Any, cle: str = "") -> Any:
    if isinstance(valeur, dict):
        return {nom: _avec_instants(contenu, nom) for nom, contenu in valeur.items()}
    if isinstance(valeur, list):
        return [_avec_instants(contenu) for contenu in valeur]
    if cle in _INSTANTS and isinstance(valeur, str):
        instant = datetime.fromisoformat(valeur)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return valeur


def _aerer(texte: str) -> str:
    """Without the blanks that template tags leave behind."""
    texte = "\n".join(ligne.rstrip() for ligne in texte.splitlines())
    return re.sub(r"\n{3,}", "\n\n", texte).strip() + "\n"


def _ics(message: Message, contexte: dict[str, Any], methode: str) -> bytes:
    evenement = contexte["evenement"]
    return ical.calendrier(
        [
            ical.EvenementICal(
                uid=evenement["uid"],
                sequence=evenement.get("sequence", 0),
                debut=evenement["debut"],
                fin=evenement["fin"],
                fuseau=evenement["fuseau"],
                titre=evenement["titre"],
                lieu=evenement.get("lieu", ""),
                url=evenement.get("url", ""),
                horodatage=message.cree_le,
                prive=True,
            )
        ],
        methode=methode,
        organisateur=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    )
