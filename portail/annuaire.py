"""The directory of partners: who can help, where, in which languages, and when someone last confirmed it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ateliers.models import Seance
from maisons.distance import distance_sql
from maisons.forms import ProximiteForm
from maisons.models import Maison
from partenaires.enums import TypePartenaire
from partenaires.models import Partenaire, Permanence
from portail.cache import page_publique

MINUTE = 60
PARTENAIRES_PAR_PAGE = 30


class FiltreAnnuaireForm(ProximiteForm):
    type = forms.ChoiceField(
        label=_("Que cherchez-vous ?"),
        choices=lambda: [("", _("Tous les partenaires")), *((v, capfirst(n)) for v, n in TypePartenaire.choices)],
        required=False,
    )

    field_order = ("type", "lieu", "rayon")

    def appliquer(self, partenaires: QuerySet[Partenaire]) -> QuerySet[Partenaire]:
        """By kind then name; nearest first when a place is given. A filter in error narrows nothing."""
        if genre := self.cleaned_data.get("type"):
            partenaires = partenaires.filter(type=genre)
        if self.proximite is None:
            return partenaires.order_by("type", "nom", "pk")
        km = distance_sql(
            self.proximite.latitude,
            self.proximite.longitude,
            champ_lat="commune__latitude",
            champ_lon="commune__longitude",
        )
        proches = partenaires.annotate(distance_km=km)
        if self.proximite.rayon_km is not None:
            proches = proches.filter(distance_km__lte=self.proximite.rayon_km)
        return proches.order_by(F("distance_km").asc(nulls_last=True), "nom", "pk")


@require_safe
@page_publique(MINUTE)
def annuaire(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    form = FiltreAnnuaireForm(request.GET)
    form.is_valid()
    trouves = form.appliquer(Partenaire.objects.publics(maintenant=maintenant)).select_related("commune")
    page = Paginator(trouves, PARTENAIRES_PAR_PAGE).get_page(request.GET.get("page"))
    fiches = list(page.object_list)
    permanences: dict[int, list[Permanence]] = {}
    for permanence in _permanences(maintenant).filter(partenaire__in=[fiche.pk for fiche in fiches]):
        permanences.setdefault(permanence.partenaire_id, []).append(permanence)
    contexte: dict[str, Any] = {
        "form": form,
        "page": page,
        "fiches": [
            {
                "partenaire": fiche,
                "distance_km": getattr(fiche, "distance_km", None),
                "a_verifier": fiche.est_a_verifier(maintenant=maintenant),
                "permanences": permanences.get(fiche.pk, []),
            }
            for fiche in fiches
        ],
        "proximite": form.proximite,
    }
    return render(request, "portail/annuaire.html", contexte)


def _permanences(maintenant: datetime) -> QuerySet[Permanence]:
    publiques: QuerySet[Permanence] = Permanence.objects.publiques(maintenant=maintenant)
    return publiques.select_related("partenaire", "lieu__commune", "lieu__maison").order_by("intitule", "pk")


def permanences_de(maison: Maison, *, maintenant: datetime) -> list[Permanence]:
    """The permanences of a house, each with its next session as `prochaine`, in two queries."""
    siennes = list(_permanences(maintenant).filter(lieu__maison=maison))
    if not siennes:
        return []
    suivantes = {
        seance.permanence_id: seance
        for seance in Seance.objects.publiques()
        .publiees()
        .a_venir(maintenant=maintenant)
        .filter(permanence__in=siennes)
        .order_by("permanence_id", "debut", "pk")
        .distinct("permanence_id")
    }
    for permanence in siennes:
        permanence.prochaine = suivantes.get(permanence.pk)  # type: ignore[attr-defined]
    return siennes
