"""Admin pages of what lives by versions: one button per step open from where the record stands, each a POST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from socle.admin import PorteeAdmin


class EtapeRefusee(Exception):
    """The step was not taken; the message is for the person on screen."""


@dataclass(frozen=True)
class Etape:
    """A step: the act it needs, its button, and what is said once it is taken."""

    code: str
    acte: str
    libelle: str | Promise
    fait: str | Promise
    principale: bool = False
    danger: bool = False
    # Signed: only what was on the screen is, not what somebody changed meanwhile.
    signee: bool = False


class VersionsAdmin(PorteeAdmin):
    """Says which steps are open (`etapes`) and takes them (`franchir`); what is no draft is only read."""

    change_form_template = "admin/equipe/versions.html"

    def etapes(self, request: HttpRequest, objet: Any) -> Sequence[Etape]:
        raise NotImplementedError

    def franchir(self, request: HttpRequest, objet: Any, etape: Etape) -> models.Model:
        """Take a step; the record to show next. Raises EtapeRefusee."""
        raise NotImplementedError

    def _ouvertes(self, request: HttpRequest, objet: Any) -> list[Etape]:
        return [etape for etape in self.etapes(request, objet) if self._peut(request, etape.acte, objet)]

    def get_urls(self) -> list[URLPattern]:
        nom = f"{self.opts.app_label}_{self.opts.model_name}_etape"
        vue = self.admin_site.admin_view(partial(_etape, self))
        return [path("<path:object_id>/etape/<slug:code>/", vue, name=nom), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        objet = self.get_object(request, object_id)
        etapes = []
        if objet is not None:
            nom = f"admin:{self.opts.app_label}_{self.opts.model_name}_etape"
            etapes = [
                (etape, reverse(nom, args=[objet.pk, etape.code]), empreinte(objet) if etape.signee else "")
                for etape in self._ouvertes(request, objet)
            ]
        return super().change_view(request, object_id, form_url, {"etapes": etapes, **(extra_context or {})})


def empreinte(objet: models.Model) -> str:
    """What a record says, in a few letters: the same as long as nothing of it changes."""
    valeurs = [f"{champ.attname}={champ.value_to_string(objet)}" for champ in objet._meta.concrete_fields]
    return sha256("\x1f".join(valeurs).encode()).hexdigest()[:32]


@transaction.atomic
def _etape(model_admin: VersionsAdmin, request: HttpRequest, object_id: str, code: str) -> HttpResponse:
    objet = model_admin.objet_ou_404(request, object_id)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    # From here to the step nobody changes it.
    objet = type(objet)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=objet.pk)
    etape = next((une for une in model_admin._ouvertes(request, objet) if une.code == code), None)
    if etape is None:
        raise PermissionDenied
    if etape.signee and request.POST.get("vu") != empreinte(objet):
        messages.error(request, _("Ce texte a changé depuis que vous l'avez ouvert. Relisez-le, puis signez."))
        return HttpResponseRedirect(_fiche(model_admin, objet))
    try:
        suivant = model_admin.franchir(request, objet, etape)
    except EtapeRefusee as refus:
        messages.error(request, str(refus))
        suivant = objet
    else:
        messages.success(request, str(etape.fait))
    return HttpResponseRedirect(_fiche(model_admin, suivant))


def _fiche(model_admin: VersionsAdmin, objet: models.Model) -> str:
    return reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_change", args=[objet.pk])
