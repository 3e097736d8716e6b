"""What a group lives: themes and votes, the facilitator's log, what members say before and after."""

from __future__ import annotations

import uuid
from datetime import date

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.enums import MomentBilan
from ateliers.models.demandes import MembreGroupe
from ateliers.models.groupes import GroupePairs
from ateliers.models.seances import Seance
from socle.models import Utilisateur


class ThemeProposeQuerySet(models.QuerySet["ThemePropose"]):
    def ouverts(self) -> ThemeProposeQuerySet:
        """Those one may still vote for."""
        return self.filter(seance__isnull=True, retire_le__isnull=True)

    def with_votes(self) -> ThemeProposeQuerySet:
        """With `nombre_votes`, the most wanted first."""
        return self.annotate(nombre_votes=models.Count("votes")).order_by("-nombre_votes", "cree_le", "pk")

    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> ThemeProposeQuerySet:
        return self.filter(groupe__in=GroupePairs.objects.familles_visibles_par(utilisateur, le=le, roles=roles))


class ThemePropose(models.Model):
    """A theme that a member, or the facilitator, would like the group to talk about. Who proposed it is not shown."""

    groupe = models.ForeignKey(
        GroupePairs, verbose_name=_("groupe"), on_delete=models.PROTECT, related_name="themes_proposes"
    )
    texte = models.CharField(_("thème"), max_length=80)
    propose_par = models.ForeignKey(
        MembreGroupe,
        verbose_name=_("proposé par"),
        # SET_NULL: the theme belongs to the group, also when the member who wrote it is erased.
        on_delete=models.SET_NULL,
        related_name="themes_proposes",
        null=True,
        blank=True,
    )
    # The meeting it was chosen for.
    seance = models.ForeignKey(
        Seance,
        verbose_name=_("retenu pour la rencontre"),
        on_delete=models.SET_NULL,
        related_name="themes_de_groupe",
        null=True,
        blank=True,
    )  # SET_NULL: a meeting nobody came to may be deleted, its theme is then open again.
    retire_le = models.DateTimeField(_("retiré le"), null=True, blank=True)
    cree_le = models.DateTimeField(_("proposé le"), default=timezone.now)

    objects = ThemeProposeQuerySet.as_manager()

    class Meta:
        verbose_name = _("thème proposé")
        verbose_name_plural = _("thèmes proposés")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("texte"),
                "groupe",
                name="theme_propose_unique",
                condition=Q(retire_le__isnull=True),
                violation_error_message=_("Ce thème est déjà proposé."),
            ),
            models.CheckConstraint(name="theme_propose_texte", condition=~Q(texte="")),
        ]

    def __str__(self) -> str:
        return self.texte


class VoteTheme(models.Model):
    propose = models.ForeignKey(
        ThemePropose, verbose_name=_("thème proposé"), on_delete=models.CASCADE, related_name="votes"
    )
    membre = models.ForeignKey(MembreGroupe, verbose_name=_("membre"), on_delete=models.CASCADE, related_name="votes")
    # CASCADE both ways: a vote means nothing without its theme, and goes with the person who gave it.

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.UniqueConstraint(name="vote_theme_unique", fields=["propose", "membre"]),
        ]

    def __str__(self) -> str:
        return str(self.propose_id)


class EntreeJournalQuerySet(models.QuerySet["EntreeJournal"]):
    def visibles_par(
        self, utilisateur: Utilisateur, *, le: date, roles: frozenset[str] | None = None
    ) -> EntreeJournalQuerySet:
        return self.filter(groupe__in=GroupePairs.objects.familles_visibles_par(utilisateur, le=le, roles=roles))


class EntreeJournal(models.Model):
    """The facilitator's log: what the group did and will need. It speaks of the group, never of a person."""

    groupe = models.ForeignKey(GroupePairs, verbose_name=_("groupe"), on_delete=models.PROTECT, related_name="journal")
    seance = models.ForeignKey(
        Seance,
        verbose_name=_("rencontre"),
        on_delete=models.SET_NULL,
        related_name="journal",
        null=True,
        blank=True,
    )  # SET_NULL: what was noted stays true of the group when a meeting is deleted.
    texte = models.TextField(_("ce que le groupe a fait"), max_length=2000)
    a_preparer = models.CharField(_("à préparer pour la suite"), max_length=200, blank=True)
    par = models.ForeignKey(Utilisateur, verbose_name=_("écrit par"), on_delete=models.PROTECT, related_name="+")
    le = models.DateTimeField(_("le"), default=timezone.now)

    objects = EntreeJournalQuerySet.as_manager()

    class Meta:
        verbose_name = _("note du journal")
        verbose_name_plural = _("journal du groupe")
        constraints = [models.CheckConstraint(name="journal_texte", condition=~Q(texte=""))]

    def __str__(self) -> str:
        return self.texte[:60]


class ReponseBilan(models.Model):
    """One anonymous sheet of answers. It leads to no person: a random key, no hour, no link to a member.

    Not even by the transaction that wrote it: see ateliers/groupes/bilans.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    groupe = models.ForeignKey(
        GroupePairs, verbose_name=_("groupe"), on_delete=models.PROTECT, related_name="reponses_bilan"
    )
    moment = models.CharField(_("moment"), max_length=6, choices=MomentBilan)
    # {ItemBilan: 1…5}; an item left out is one not answered.
    reponses = models.JSONField(_("réponses"))

    class Meta:
        verbose_name = _("réponse au bilan")
        verbose_name_plural = _("réponses au bilan")
        triggers = [pgtrigger.Protect(name="reponse_bilan_ecrite_une_fois", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.get_moment_display())
