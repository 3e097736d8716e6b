"""What members and the facilitator do in a group: first names, themes, votes, absences, the log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ateliers import presences
from ateliers.enums import Presence, StatutMembre, StatutSeance
from ateliers.groupes import places
from ateliers.models import (
    EntreeJournal,
    GroupePairs,
    Inscription,
    MembreGroupe,
    Seance,
    ThemePropose,
    VoteTheme,
)
from socle.models import Utilisateur
from socle.texte import normaliser

THEMES_PAR_MEMBRE_MAX = 5


class ActeRefuse(Exception):
    """Something was not done; the message is for the person on screen, `champ` its field."""

    def __init__(self, message: str, *, champ: str | None = None) -> None:
        super().__init__(message)
        self.champ = champ


# ── First names ───────────────────────────────────────────────────────────────────────────────────────────────────


def montrer_prenom(*, membre: MembreGroupe, visible: bool) -> MembreGroupe:
    """Show one's first name to the members who show theirs, or stop showing it. Nothing more once she has left."""
    if MembreGroupe.objects.filter(pk=membre.pk, statut=StatutMembre.MEMBRE).update(prenom_visible=visible):
        membre.prenom_visible = visible
    return membre


@dataclass(frozen=True)
class Compagnie:
    """The other members as one of them may see them: the first names of some, the number of the rest."""

    prenoms: Sequence[str]
    autres: int


def compagnie(*, membre: MembreGroupe) -> Compagnie:
    """Who else is in the group. A first name is there only if both agreed: the one who looks, and the one seen."""
    autres = MembreGroupe.objects.membres().filter(groupe=membre.groupe_id).exclude(pk=membre.pk)
    if membre.statut != StatutMembre.MEMBRE or not membre.prenom_visible:
        return Compagnie((), autres.count())
    prenoms = list(
        autres.filter(prenom_visible=True).order_by("demande__prenom", "pk").values_list("demande__prenom", flat=True)
    )
    return Compagnie(prenoms, autres.count() - len(prenoms))


# ── Meetings ──────────────────────────────────────────────────────────────────────────────────────────────────────


def prochaines_rencontres(*, membre: MembreGroupe, maintenant: datetime) -> list[Inscription]:
    """A member's bookings of the meetings to come, the next first, with place and house."""
    return list(
        places.inscriptions_de(membre)
        .confirmees()
        .filter(seance__fin__gt=maintenant, seance__statut=StatutSeance.PUBLIEE)
        .with_cadre()
        .order_by("seance__debut", "pk")
    )


def excuser(*, membre: MembreGroupe, seance: Seance, maintenant: datetime) -> Inscription:
    """ "Je ne viendrai pas" for one meeting: the place in the group stays. Raises ActeRefuse once it has begun."""
    return _absence(membre, seance, presences.excuser, maintenant)


def venir_finalement(*, membre: MembreGroupe, seance: Seance, maintenant: datetime) -> Inscription:
    return _absence(membre, seance, presences.ne_plus_excuser, maintenant)


def _absence(membre: MembreGroupe, seance: Seance, acte: object, maintenant: datetime) -> Inscription:
    inscription = places.inscriptions_de(membre).confirmees().filter(seance=seance).first()
    if inscription is None:
        raise ActeRefuse(_("Vous n'avez pas de place à cette rencontre."))
    try:
        resultat: Inscription = acte(inscription=inscription, maintenant=maintenant)  # type: ignore[operator]
    except presences.PointageRefuse as refus:
        raise ActeRefuse(str(refus)) from refus
    return resultat


def est_excusee(inscription: Inscription) -> bool:
    return inscription.presence == Presence.EXCUSEE


# ── Themes ────────────────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def proposer_theme(
    *, groupe: GroupePairs, texte: str, membre: MembreGroupe | None = None, maintenant: datetime
) -> ThemePropose:
    """Propose a theme to the group; who proposes it votes for it. Nobody sees who it was.

    Raises ActeRefuse for what is already proposed, or for too many from one member.
    """
    texte = " ".join(texte.split())
    if not texte:
        raise ActeRefuse(_("Écrivez un thème, en quelques mots."), champ="texte")
    if membre is not None:
        siens = ThemePropose.objects.ouverts().filter(propose_par=membre)
        if siens.count() >= THEMES_PAR_MEMBRE_MAX:
            raise ActeRefuse(
                _("Vous avez déjà proposé %d thèmes : votez aussi pour ceux des autres.") % THEMES_PAR_MEMBRE_MAX,
                champ="texte",
            )
    try:
        with transaction.atomic():
            propose = ThemePropose.objects.create(
                groupe=groupe, texte=texte[:80], propose_par=membre, cree_le=maintenant
            )
    except IntegrityError:
        raise ActeRefuse(_("Ce thème est déjà proposé : votez pour lui."), champ="texte") from None
    if membre is not None:
        VoteTheme.objects.create(propose=propose, membre=membre)
    return propose


def voter(*, membre: MembreGroupe, propose: ThemePropose, pour: bool) -> None:
    """Vote for a theme of one's group, or take the vote back. Twice changes nothing."""
    if propose.groupe_id != membre.groupe_id or membre.statut != StatutMembre.MEMBRE:
        raise ActeRefuse(_("Ce thème n'est pas de votre groupe."))
    if pour:
        VoteTheme.objects.get_or_create(propose=propose, membre=membre)
    else:
        VoteTheme.objects.filter(propose=propose, membre=membre).delete()


def retenir_theme(*, propose: ThemePropose, seance: Seance | None) -> ThemePropose:
    """The facilitator chooses the meeting a theme is for, or opens it to votes again."""
    if seance is not None and seance.groupe_id != propose.groupe_id:
        raise ActeRefuse(_("Cette rencontre n'est pas de ce groupe."))
    propose.seance = seance
    propose.save(update_fields=["seance"])
    return propose


def retirer_theme(*, propose: ThemePropose, maintenant: datetime) -> ThemePropose:
    """A theme that names somebody, or is no theme, is taken off."""
    propose.retire_le = maintenant
    propose.save(update_fields=["retire_le"])
    return propose


# ── The log ───────────────────────────────────────────────────────────────────────────────────────────────────────


def ecrire_au_journal(
    *,
    groupe: GroupePairs,
    par: Utilisateur,
    texte: str,
    a_preparer: str = "",
    seance: Seance | None = None,
    maintenant: datetime,
) -> EntreeJournal:
    """Note what the group did. Raises ActeRefuse when a member is named: the log judges nobody."""
    texte = texte.strip()
    if not texte:
        raise ActeRefuse(_("Écrivez ce que le groupe a fait."), champ="texte")
    if seance is not None and seance.groupe_id != groupe.pk:
        raise ActeRefuse(_("Cette rencontre n'est pas de ce groupe."), champ="seance")
    nommes = _membres_nommes(groupe, f"{texte} {a_preparer}")
    if nommes:
        raise ActeRefuse(
            _(
                "Le journal parle du groupe, jamais d'une personne : retirez « %s ». "
                "Ce qui concerne une famille se dit de vive voix, ou dans son dossier."
            )
            % ", ".join(nommes),
            champ="texte",
        )
    return EntreeJournal.objects.create(
        groupe=groupe, seance=seance, texte=texte, a_preparer=a_preparer.strip(), par=par, le=maintenant
    )


def _membres_nommes(groupe: GroupePairs, texte: str) -> list[str]:
    """Members' first names found in a text as whole words, with a capital: "Rose" is a name, "rose" a colour."""
    prenoms = MembreGroupe.objects.filter(groupe=groupe).values_list("demande__prenom", flat=True)
    majuscules = {normaliser(mot) for mot in re.findall(r"\b[^\W\d_a-zà-ÿ][\w'-]*", texte)}
    return sorted({prenom for prenom in prenoms if normaliser(prenom.split()[0]) in majuscules})
