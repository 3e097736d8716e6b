"""The children: added, corrected, born, and what their dates lead to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ateliers.espace import apres_naissance
from ateliers.groupes.demandes import groupes_proches
from ateliers.groupes.regles import Profil
from familles import entretiens, espace
from familles.accords import FORMULATIONS
from familles.enums import AideProche, ChoixCanal, ObjetAccord
from familles.forms import EnfantForm, NaissanceForm
from familles.models import Enfant, Jalon
from maisons.forms import Proximite
from portail.compagnon.proches import proches
from portail.espace.commun import INVALIDE, FicheEnfant, avec_espace, communes_suivies, fiches, proximite_de
from portail.numeros import numeros_verifies
from socle.models import Utilisateur

GROUPES_MAX = 3


def _sien(utilisateur: Utilisateur, pk: int) -> Enfant:
    """A child of her families; another family's is a 404."""
    return get_object_or_404(espace.enfants_de(utilisateur), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def enfant_ajouter(request: HttpRequest, utilisateur: Utilisateur) -> HttpResponse:
    maintenant = timezone.now()
    form = EnfantForm(request.POST if request.method == "POST" else None, aujourd_hui=timezone.localdate(maintenant))
    del form.fields["suivi"]
    if request.method == "POST" and form.is_valid():
        enfant = espace.ajouter_enfant(
            utilisateur=utilisateur,
            prenom=form.cleaned_data["prenom"],
            naissance=form.cleaned_data["naissance"],
            terme_prevu=form.cleaned_data["terme"],
            maintenant=maintenant,
        )
        return redirect("espace:enfant", pk=enfant.pk)
    statut = INVALIDE if form.errors else 200
    return render(request, "espace/enfant_ajouter.html", {"form": form}, status=statut)


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def enfant(request: HttpRequest, utilisateur: Utilisateur, pk: int) -> HttpResponse:
    """Where one is, what is open and what comes, who is near; a POST is the one question of a birth."""
    maintenant = timezone.now()
    le = timezone.localdate(maintenant)
    sien = _sien(utilisateur, pk)
    naissance = NaissanceForm(
        request.POST if request.method == "POST" else None, terme=sien.terme_prevu, aujourd_hui=le
    )
    if request.method == "POST" and naissance.is_valid():
        _changer(
            sien,
            prenom=sien.prenom,
            naissance=naissance.cleaned_data["naissance"],
            # Kept: a premature child's age is counted from both.
            terme_prevu=sien.terme_prevu,
            suivi=sien.suivi,
            maintenant=maintenant,
        )
        messages.success(request, _("C'est noté. Les dates sont recalculées depuis ce jour-là."))
        return redirect("espace:enfant", pk=sien.pk)
    (fiche,) = fiches([sien], utilisateur, le=le)
    proximite = proximite_de(communes_suivies(utilisateur))
    contexte: dict[str, Any] = {
        "fiche": fiche,
        "enfant": sien,
        "naissance_form": None if sien.est_ne else naissance,
        "sans_message": espace.profil_de(utilisateur).canal_entretiens == ChoixCanal.AUCUN,
        "accord": FORMULATIONS[ObjetAccord.RAPPELS_ENTRETIENS].texte,
        "proximite": proximite,
        "aujourd_hui": le,
        "maintenant": maintenant,
        "numeros": numeros_verifies(),
        **(_pres_de_chez_soi(fiche, proximite, maintenant=maintenant) if proximite and sien.suivi else {}),
    }
    statut = INVALIDE if naissance.is_bound and naissance.errors else 200
    return render(request, "espace/enfant.html", contexte, status=statut)


@transaction.atomic
def _changer(
    enfant: Enfant,
    *,
    prenom: str,
    naissance: date | None,
    terme_prevu: date | None,
    suivi: bool,
    maintenant: datetime,
) -> None:
    """What the account says of a child, and what its group counts from."""
    espace.changer_enfant(enfant=enfant, prenom=prenom, naissance=naissance, terme_prevu=terme_prevu, suivi=suivi)
    apres_naissance(enfant=enfant, maintenant=maintenant)


def _pres_de_chez_soi(fiche: FicheEnfant, proximite: Proximite, *, maintenant: datetime) -> dict[str, Any]:
    """Groups of this age, and who holds the interviews, around the commune that is followed."""
    profil = Profil(
        repere=fiche.enfant.date_repere,
        latitude=proximite.latitude,
        longitude=proximite.longitude,
        rayon_km=float(proximite.rayon_km or 0),
    )
    contexte: dict[str, Any] = {"groupes": [g for g in groupes_proches(profil=profil) if g.convient][:GROUPES_MAX]}
    if fiche.parties.entretiens:
        contexte["proches"] = proches(AideProche.ENTRETIEN, proximite, maintenant=maintenant)
    return contexte


@require_http_methods(["GET", "HEAD", "POST"])
@avec_espace
def enfant_modifier(request: HttpRequest, utilisateur: Utilisateur, pk: int) -> HttpResponse:
    maintenant = timezone.now()
    sien = _sien(utilisateur, pk)
    form = EnfantForm(
        request.POST if request.method == "POST" else None,
        aujourd_hui=timezone.localdate(maintenant),
        initial={
            "prenom": sien.prenom,
            "naissance": f"{sien.naissance:%d/%m/%Y}" if sien.naissance else "",
            "terme": f"{sien.terme_prevu:%d/%m/%Y}" if sien.terme_prevu else "",
            "suivi": sien.suivi,
        },
    )
    if request.method == "POST" and form.is_valid():
        donnees = form.cleaned_data
        _changer(
            sien,
            prenom=donnees["prenom"],
            naissance=donnees["naissance"],
            terme_prevu=donnees["terme"],
            suivi=donnees["suivi"],
            maintenant=maintenant,
        )
        return redirect("espace:enfant", pk=sien.pk)
    statut = INVALIDE if form.errors else 200
    return render(request, "espace/enfant_modifier.html", {"form": form, "enfant": sien}, status=statut)


@require_POST
@avec_espace
def enfant_retirer(request: HttpRequest, utilisateur: Utilisateur, pk: int) -> HttpResponse:
    espace.retirer_enfant(enfant=_sien(utilisateur, pk), maintenant=timezone.now())
    return redirect("espace:accueil")


@require_POST
@avec_espace
def rappel(request: HttpRequest, utilisateur: Utilisateur, pk: int, code: str) -> HttpResponse:
    """Ask to be told when the window of an interview opens, or no longer."""
    sien = _sien(utilisateur, pk)
    jalon = get_object_or_404(Jalon.objects.filter(code__in=entretiens.ENTRETIENS), code=code)
    maintenant = timezone.now()
    if request.POST.get("acte") == "arreter":
        entretiens.ne_plus_demander(utilisateur=utilisateur, enfant=sien, jalon=jalon, maintenant=maintenant)
    else:
        entretiens.demander(utilisateur=utilisateur, enfant=sien, jalon=jalon, maintenant=maintenant)
    return redirect("espace:enfant", pk=sien.pk)
