"""The first page: bookings, children, groups, houses and communes; and the bookings that are over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from ateliers.espace import demandes_de, est_sienne, inscriptions_de
from ateliers.groupes.messages import jeton as jeton_groupe
from ateliers.messages import USAGE_LIEN
from ateliers.models import DemandeGroupe, Inscription
from familles.espace import enfants_de
from familles.models import MaisonSuivie
from maisons.forms import ProximiteForm
from maisons.models import Commune, Maison
from maisons.suivis import arreter_suivi, demander_suivi
from portail.espace.commun import INVALIDE, avec_espace, communes_suivies, fiches
from portail.numeros import numeros_verifies
from portail.presentation import maisons_proches, seances_libres
from socle import liens, oppositions
from socle.enums import Canal
from socle.models import Utilisateur

PASSEES_MAX = 50
SEANCES_DES_MAISONS = 4
RAYON_SUIVI_KM = 10


@dataclass(frozen=True)
class MaReservation:
    inscription: Inscription
    # The page of whoever holds its link: never given for the other parent's, nor once the session is over.
    adresse: str
    de_l_autre: bool


def _reservations(inscriptions: Any, utilisateur: Utilisateur, *, liees: bool) -> list[MaReservation]:
    sienne = est_sienne(utilisateur)
    return [
        MaReservation(
            inscription=inscription,
            adresse=reverse("ateliers:ma_reservation", args=[liens.signer(USAGE_LIEN, inscription.pk)])
            if liees and sienne(inscription)
            else "",
            de_l_autre=not sienne(inscription),
        )
        for inscription in inscriptions
    ]


def _groupes(demandes: list[DemandeGroupe], utilisateur: Utilisateur) -> list[tuple[DemandeGroupe, str]]:
    """Each with its page; "" for the other parent's."""
    sienne = est_sienne(utilisateur)
    return [
        (
            demande,
            reverse("ateliers:mon_groupe", args=[jeton_groupe(demande)]) if sienne(demande) else "",
        )
        for demande in demandes
    ]


@require_safe
@avec_espace
def accueil(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    maintenant = timezone.now()
    a_venir = (
        inscriptions_de(utilisateur)
        .actives()
        # A group's meetings are on its own page.
        .filter(seance__fin__gt=maintenant, seance__groupe=None)
        .order_by("seance__debut", "pk")
    )
    suivies = list(MaisonSuivie.objects.filter(utilisateur=utilisateur).select_related("maison").order_by("pk"))
    contexte = {
        "reservations": _reservations(a_venir, utilisateur, liees=True),
        "fiches": fiches(list(enfants_de(utilisateur).order_by("pk")), utilisateur, le=timezone.localdate(maintenant)),
        "groupes": _groupes(demandes_de(utilisateur), utilisateur),
        "communes": communes_suivies(utilisateur),
        "maisons": suivies,
        "seances": list(
            seances_libres(maintenant=maintenant).filter(lieu__maison__in=[s.maison_id for s in suivies])[
                :SEANCES_DES_MAISONS
            ]
        )
        if suivies
        else [],
        "silence": oppositions.est_oppose(canal=Canal.EMAIL, destinataire=utilisateur.email),
        "maintenant": maintenant,
        "numeros": numeros_verifies(),
        "fait": request.GET.get("fait", ""),
    }
    return render(request, "espace/accueil.html", contexte)


@require_safe
@avec_espace
def passees(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """Sessions that are over, and bookings that were cancelled: what was, without a link."""
    inscriptions = (
        inscriptions_de(utilisateur).filter(seance__fin__lte=timezone.now()).order_by("-seance__debut", "-pk")
    )
    contexte = {"reservations": _reservations(inscriptions[:PASSEES_MAX], utilisateur, liees=False)}
    return render(request, "espace/passees.html", contexte)


@require_safe
@avec_espace
def lieux(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    """Look for a commune or a house to follow: a place in the address, and nothing else."""
    form = ProximiteForm(request.GET if any(request.GET.get(champ) for champ in ("lieu", "commune")) else None)
    form.is_valid()
    maisons: list[Maison] = []
    commune = None
    if form.proximite is not None:
        maisons = maisons_proches(form.proximite, Maison.objects.publiees().filter(ouverte=True), maximum=6)
        commune = Commune.objects.filter(pk=form.proximite.code_insee).first()
    contexte = {
        "form": form,
        "commune": commune,
        "maisons": maisons,
        "suivies": set(MaisonSuivie.objects.filter(utilisateur=utilisateur).values_list("maison", flat=True)),
        "communes": {suivi.commune_id for suivi in communes_suivies(utilisateur)},
    }
    statut = INVALIDE if form.is_bound and form.errors else 200
    return render(request, "espace/lieux.html", contexte, status=statut)


@require_POST
@avec_espace
def suivre_maison(request: HttpRequest, utilisateur: Utilisateur, slug: str) -> HttpResponse:
    """Follow a house, or no longer."""
    maison = get_object_or_404(Maison.objects.publiees(), slug=slug)
    siennes = MaisonSuivie.objects.filter(utilisateur=utilisateur, maison=maison)
    if request.POST.get("acte") == "arreter":
        siennes.delete()
    else:
        siennes.get_or_create(utilisateur=utilisateur, maison=maison, defaults={"depuis": timezone.now()})
    return redirect(f"{reverse('espace:accueil')}#suivis")


@require_POST
@avec_espace
def suivre_commune(request: HttpRequest, utilisateur: Utilisateur, code_insee: str) -> HttpResponse:
    """Follow the stops around a commune, or no longer. The address is proved: no second yes is asked by e-mail."""
    commune = get_object_or_404(Commune, pk=code_insee)
    siens = [suivi for suivi in communes_suivies(utilisateur) if suivi.commune_id == commune.pk]
    if request.POST.get("acte") == "arreter":
        for suivi in siens:
            arreter_suivi(suivi=suivi)
    else:
        demander_suivi(
            commune=commune,
            canal=Canal.EMAIL,
            destinataire=utilisateur.email,
            rayon_km=siens[0].rayon_km if siens else RAYON_SUIVI_KM,
            langue=get_language() or "fr",
            maintenant=timezone.now(),
            prouve=True,
        )
    return redirect(f"{reverse('espace:accueil')}#suivis")
