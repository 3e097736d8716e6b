"""Reading and leading are two scopes: a house reads its département's surveys, and changes only its own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from enquetes.models import Campagne, Etiquette, Question, Questionnaire, Section, Version
from socle.admin import PorteeAdmin, PorteeStacked
from socle.portee import nom_permission, roles_autorises, utilisateur_de

_LECTURES = frozenset({"view", "resultats"})


def mene(request: HttpRequest, objet: models.Model, roles: frozenset[str]) -> bool:
    """Whether a person leads what this belongs to: the campaign, or the questionnaire."""
    utilisateur, le = utilisateur_de(request), timezone.localdate()
    if isinstance(objet, Etiquette):
        objet = objet.campagne
    if isinstance(objet, Campagne):
        return Campagne.objects.menees_par(utilisateur, le=le, roles=roles).filter(pk=objet.pk).exists()
    if isinstance(objet, (Section, Question)):
        objet = objet.version
    if isinstance(objet, Version):
        objet = objet.questionnaire
    if isinstance(objet, Questionnaire):
        return Questionnaire.objects.menes_par(utilisateur, le=le, roles=roles).filter(pk=objet.pk).exists()
    return True


class MeneAdmin(PorteeAdmin):
    def _peut(self, request: HttpRequest, acte: str, obj: models.Model | None = None) -> bool:
        if not super()._peut(request, acte, obj):
            return False
        if obj is None or acte in _LECTURES:
            return True
        return mene(request, obj, roles_autorises(nom_permission(self.model, acte)))


class MeneStacked(PorteeStacked):
    def _peut(self, request: HttpRequest, acte: str, parent: models.Model | None) -> bool:
        # Django asks the same for every row of every part of a page.
        reponses: dict[Any, bool] = request.__dict__.setdefault("_mene", {})
        cle = (self.model, acte, parent and (type(parent), parent.pk))
        if cle not in reponses:
            reponses[cle] = self._peut_vraiment(request, acte, parent)
        return reponses[cle]

    def _peut_vraiment(self, request: HttpRequest, acte: str, parent: models.Model | None) -> bool:
        if not super()._peut(request, acte, parent):
            return False
        if parent is None or acte in _LECTURES:
            return True
        fige = isinstance(parent, Question) and not parent.version.est_brouillon
        return not fige and mene(request, parent, roles_autorises(nom_permission(self.model, acte)))
