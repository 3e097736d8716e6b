from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.admin.commun import noter_lecture
from ateliers.models import Inscription
from maisons.perms import MAISON, roles_en_cours
from socle.admin import PorteeAdmin
from socle.enums import Canal
from socle.models import Message
from socle.portee import utilisateur_de, visibles


@admin.register(Message)
class MessageAdmin(PorteeAdmin):
    """What the portal told people. Read only, and never its content: it holds the key of someone's booking."""

    list_display = ("cree_le", "canal", "modele", "a_qui", "statut", "envoye_le", "quelle_erreur")
    list_filter = ("statut", "canal", "modele")
    ordering = ("-cree_le", "-pk")
    fields = (
        "canal",
        "a_qui",
        "langue",
        "modele",
        "statut",
        "cree_le",
        "du_le",
        "pas_apres",
        "envoye_le",
        "tentatives",
        "quelle_erreur",
    )
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> Any:
        return self._champs(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self._champs(request, self.fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With whether the person reads to whom each went: of the bookings of their own houses, as on any page."""
        de_ses_maisons = visibles(
            Message.objects.all(), utilisateur_de(request), le=timezone.localdate(), roles=MAISON
        )
        messages: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(est_lisible=Case(When(pk__in=de_ses_maisons.values("pk"), then=True), default=False))
        )
        return messages

    def noter_lecture(self, request: HttpRequest, objets: Sequence[Any]) -> None:
        """To whom a message went is read of the booking it is about."""
        type_inscription = ContentType.objects.get_for_model(Inscription)
        pks = {
            message.objet_id
            for message in objets
            if message.est_lisible and message.objet_id is not None and message.objet_type_id == type_inscription.pk
        }
        if pks:
            noter_lecture(request, Inscription.objects.select_related("seance__lieu").filter(pk__in=pks))

    def _champs(self, request: HttpRequest, champs: Any) -> list[str]:
        """The network alone sees that messages leave, not to whom; somebody of a team too sees it of theirs."""
        utilisateur = utilisateur_de(request)
        du_reseau = not utilisateur.is_superuser and not (
            roles_en_cours(utilisateur, le=timezone.localdate()) & MAISON
        )
        return [champ for champ in champs if not (du_reseau and champ in ("a_qui", "quelle_erreur"))]

    @admin.display(description=_("à"))
    def a_qui(self, message: Any) -> str:
        if not message.est_lisible:
            return "–"
        if message.canal == Canal.EMAIL:
            nom, _arobase, domaine = message.destinataire.partition("@")
            return f"{nom[:2]}…@{domaine}"
        return f"{message.destinataire[:4]}…{message.destinataire[-2:]}"

    @admin.display(description=_("erreur"))
    def quelle_erreur(self, message: Any) -> str:
        """What a mail server answers may repeat the address."""
        return message.erreur if message.est_lisible else "–"
