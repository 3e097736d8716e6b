from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.admin.commun import noter_lecture
from ateliers.models import Inscription
from maisons.perms import MAISON, roles_en_cours
from socle.admin import PorteeAdmin
from socle.enums import Canal
from socle.models import Message
from socle.portee import utilisateur_de


@admin.register(Message)
class MessageAdmin(PorteeAdmin):
    """What the portal told people. Read only, and never its content: it holds the key of someone's booking."""

    list_display = ("cree_le", "canal", "modele", "a_qui", "statut", "envoye_le", "erreur")
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
        "erreur",
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

    def noter_lecture(self, request: HttpRequest, objets: Sequence[Message]) -> None:
        """To whom a message went is read of the booking it is about."""
        if self._du_reseau(request):
            return
        type_inscription = ContentType.objects.get_for_model(Inscription)
        pks = {m.objet_id for m in objets if m.objet_id is not None and m.objet_type_id == type_inscription.pk}
        noter_lecture(request, Inscription.objects.select_related("seance__lieu").filter(pk__in=pks))

    def _du_reseau(self, request: HttpRequest) -> bool:
        utilisateur = utilisateur_de(request)
        return not utilisateur.is_superuser and not (roles_en_cours(utilisateur, le=timezone.localdate()) & MAISON)

    def _champs(self, request: HttpRequest, champs: Any) -> list[str]:
        """The network sees that messages leave, not to whom."""
        du_reseau = self._du_reseau(request)
        return [champ for champ in champs if not (du_reseau and champ in ("a_qui", "erreur"))]

    @admin.display(description=_("à"))
    def a_qui(self, message: Message) -> str:
        if message.canal == Canal.EMAIL:
            nom, _arobase, domaine = message.destinataire.partition("@")
            return f"{nom[:2]}…@{domaine}"
        return f"{message.destinataire[:4]}…{message.destinataire[-2:]}"
