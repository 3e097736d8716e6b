"""What a team writes to the people coming to a session: typed once, previewed, sent to each of them once.

The text is data from beginning to end: placeholders of a fixed table are replaced in one pass, anything else is
refused or stays as typed, and no template ever reads it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ateliers import messages
from ateliers.enums import StatutSeance
from ateliers.liste_attente import verrouiller
from ateliers.models import Inscription, MotDeLaMaison, Seance
from socle import dates
from socle.enums import Canal
from socle.models import Message, Utilisateur

MODELE = "mot_de_la_maison"
TEXTE_MAX = 1000
REPERES = ("prenom", "jour", "heure", "lieu", "lien")
_REPERE = re.compile(r"\{([^{}\n]{0,30})\}")
# Overrides of the reading direction could make a text show as another.
_SENS_FORCE = re.compile("[\u202a-\u202e\u2066-\u2069]")


class MotRefuse(Exception):
    """Nothing was sent; the message is for the person on screen."""


@dataclass(frozen=True, kw_only=True)
class Destinataires:
    """Who would receive a text now."""

    courriels: int
    sms: int
    sans_contact: int
    deja: int

    @property
    def total(self) -> int:
        return self.courriels + self.sms


def nettoyer(texte: str) -> str:
    """The text on plain lines: no control character, no override of direction, no more than one blank line in a row.

    Raises MotRefuse when nothing is left, for a text too long, or for a placeholder that is not in the table.
    """
    texte = _SENS_FORCE.sub("", texte.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"))
    texte = "".join(c for c in texte if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Zl", "Zp"))
    texte = re.sub(r"\n{3,}", "\n\n", "\n".join(ligne.strip() for ligne in texte.split("\n"))).strip()
    if not texte:
        raise MotRefuse(_("Écrivez le message."))
    if len(texte) > TEXTE_MAX:
        raise MotRefuse(_("C'est trop long : %d caractères au plus.") % TEXTE_MAX)
    inconnus = [repere for repere in _REPERE.findall(texte) if repere not in REPERES]
    if inconnus:
        raise MotRefuse(
            _("« {%(inconnu)s} » ne se remplace pas. Vous pouvez écrire : %(connus)s.")
            % {"inconnu": inconnus[0], "connus": ", ".join(f"{{{repere}}}" for repere in REPERES)}
        )
    return texte


def remplir(texte: str, inscription: Inscription, *, lien: str = "") -> str:
    """The text for one family. One pass: what a value holds is never replaced again."""
    seance = inscription.seance
    valeurs = {
        "prenom": inscription.prenom,
        "jour": dates.jour(seance.debut, seance.zone),
        "heure": dates.heure(seance.debut, seance.zone),
        "lieu": seance.lieu.nom,
        "lien": lien or messages.lien_reservation(inscription),
    }
    return _REPERE.sub(lambda trouve: valeurs.get(trouve[1], trouve[0]), texte)


@dataclass(frozen=True, kw_only=True)
class Apercu:
    """A text as the first family would read it, and who would receive it."""

    premiere: Inscription
    texte: str
    destinataires: Destinataires

    @property
    def prenom(self) -> str:
        return self.premiere.prenom


def apercu(*, seance: Seance, texte: str, maintenant: datetime) -> Apercu:
    """What would be sent, writing nothing. Raises MotRefuse as `envoyer` does."""
    texte = nettoyer(texte)
    _verifier(seance, maintenant)
    inscriptions = _inscriptions(seance)
    destinataires = _compter(inscriptions, texte)
    if not destinataires.total:
        raise MotRefuse(_personne(destinataires))
    joignable = next(i for i in inscriptions if i.email or i.telephone)
    # Not their link itself: it opens their booking.
    lu = remplir(texte, joignable, lien="https://…/r/…/")
    return Apercu(premiere=joignable, texte=lu, destinataires=destinataires)


@transaction.atomic
def envoyer(*, seance: Seance, texte: str, par: Utilisateur, maintenant: datetime) -> MotDeLaMaison:
    """Put the text in the outbox for each family with a confirmed place that has not had it; who and when is kept.

    Raises MotRefuse, and sends nothing, for a text that can't be sent, a session cancelled or over, or when nobody is
    left to tell.
    """
    texte = nettoyer(texte)
    # Two people who press the button together: the second finds everybody told.
    seance = verrouiller(seance.pk)
    _verifier(seance, maintenant)
    inscriptions = _inscriptions(seance)
    destinataires = _compter(inscriptions, texte)
    if not destinataires.total:
        raise MotRefuse(_personne(destinataires))
    empreinte = _empreinte(texte)
    for inscription in inscriptions:
        messages.mot_de_la_maison(
            inscription, texte=remplir(texte, inscription), empreinte=empreinte, maintenant=maintenant
        )
    return MotDeLaMaison.objects.create(
        seance=seance, texte=texte, destinataires=destinataires.total, par=par, le=maintenant
    )


def recus(inscriptions: QuerySet[Inscription]) -> list[dict[str, Any]]:
    """What the team wrote to a family about these bookings, newest first: for its page, since an SMS says no word.

    Told once, whether it went by e-mail, by SMS or by both.
    """
    envoyes = Message.objects.filter(
        objet_type=ContentType.objects.get_for_model(Inscription),
        objet_id__in=inscriptions.values("pk"),
        modele=MODELE,
    ).order_by("-cree_le", "-pk")
    textes = {message.contexte.get("mot", ""): message.cree_le for message in reversed(list(envoyes[:10]))}
    return [{"texte": texte, "le": le} for texte, le in reversed(textes.items())][:5]


def _verifier(seance: Seance, maintenant: datetime) -> None:
    if seance.statut == StatutSeance.ANNULEE:
        raise MotRefuse(_("Cette séance est annulée : les familles ont été prévenues."))
    if seance.fin <= maintenant:
        raise MotRefuse(_("Cette séance est finie : les liens des familles ne s'ouvrent plus."))


def _inscriptions(seance: Seance) -> list[Inscription]:
    inscriptions = list(seance.inscriptions.confirmees().order_by("pk"))
    for inscription in inscriptions:
        inscription.seance = seance
    return inscriptions


def _empreinte(texte: str) -> str:
    return hashlib.sha256(texte.encode()).hexdigest()[:20]


def _compter(inscriptions: list[Inscription], texte: str) -> Destinataires:
    empreinte = _empreinte(texte)
    cles = {
        f"{messages.cle_mot(i, empreinte)}:{Canal.EMAIL if i.email else Canal.SMS}": i
        for i in inscriptions
        if i.email or i.telephone
    }
    deja = set(Message.objects.filter(cle_unique__in=cles).values_list("cle_unique", flat=True))
    nouveaux = [inscription for cle, inscription in cles.items() if cle not in deja]
    courriels = sum(1 for inscription in nouveaux if inscription.email)
    return Destinataires(
        courriels=courriels,
        sms=len(nouveaux) - courriels,
        sans_contact=len(inscriptions) - len(cles),
        deja=len(deja),
    )


def _personne(destinataires: Destinataires) -> str:
    if destinataires.deja:
        return _("Tout le monde a déjà reçu ce message.")
    if destinataires.sans_contact:
        return _("Aucune famille n'a laissé d'e-mail ni de mobile : prévenez-les de vive voix.")
    return _("Personne n'a de place confirmée à cette séance.")
