"""The door of these pages, and what they share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from familles.calendrier import OuJenSuis, ou_j_en_suis
from familles.entretiens import ENTRETIENS, reperes_de
from familles.models import Enfant, RappelEntretien, VersionJalon
from familles.mots_calendrier import ou_j_en_suis as en_mots
from maisons.forms import RAYON_PAR_DEFAUT_KM, Proximite
from maisons.models import Suivi
from portail.compagnon.lignes import Ligne, Parties, lignes, parties
from socle.comptes.equipe import est_equipe
from socle.enums import Canal
from socle.models import Utilisateur

INVALIDE = 422
TROP = 429


def avec_espace(vue: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the parent who is signed in. Teams have their own site: a shared computer is no family's place.

    Nothing of these pages is kept by a cache, nor their address told to another site.
    """

    @wraps(vue)
    def enveloppe(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        utilisateur = request.user
        if not isinstance(utilisateur, Utilisateur):
            suite = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("espace:accueil")
            reponse: HttpResponse = redirect(f"{reverse('account_request_login_code')}?{urlencode({'next': suite})}")
        elif est_equipe(utilisateur, le=timezone.localdate()):
            reponse = redirect("mon_compte")
        else:
            reponse = vue(request, utilisateur, *args, **options)
        reponse["Cache-Control"] = "private, no-store"
        reponse["X-Robots-Tag"] = "noindex, nofollow"
        reponse["Referrer-Policy"] = "same-origin"
        return reponse

    return enveloppe


class FicheEnfant:
    """A child on the page: where one is, what matters now, which reminders were asked for."""

    def __init__(self, enfant: Enfant, versions: list[VersionJalon], demandes: set[str], *, le: date) -> None:
        self.enfant = enfant
        self.reperes = reperes_de(enfant)
        self.ou: OuJenSuis = ou_j_en_suis(self.reperes, le=le)
        self.en_mots = en_mots(self.ou)
        self.lignes = lignes(versions, self.reperes, le=le) if enfant.suivi else []
        self.parties: Parties = parties(self.lignes, le=le)
        self.demandes = demandes

    @property
    def entretiens(self) -> list[tuple[Ligne, bool]]:
        """The interviews still ahead, and whether a reminder was asked for."""
        return [(ligne, ligne.version.jalon.code in self.demandes) for ligne in self.parties.entretiens]

    @property
    def maintenant(self) -> list[Ligne]:
        return self.parties.en_ce_moment[:3]


def fiches(enfants: list[Enfant], utilisateur: Utilisateur, *, le: date) -> list[FicheEnfant]:
    """A fixed number of queries, whatever the number of children."""
    versions = list(VersionJalon.objects.publiees()) if any(enfant.suivi for enfant in enfants) else []
    demandes: dict[int, set[str]] = {}
    for enfant, code in RappelEntretien.objects.filter(
        utilisateur=utilisateur, jalon__code__in=ENTRETIENS
    ).values_list("enfant", "jalon__code"):
        demandes.setdefault(enfant, set()).add(code)
    return [FicheEnfant(enfant, versions, demandes.get(enfant.pk, set()), le=le) for enfant in enfants]


def communes_suivies(utilisateur: Utilisateur) -> list[Suivi]:
    """Those followed with the account's own address, once its owner said yes: anybody may have typed it."""
    return list(
        Suivi.objects.confirmes()
        .filter(canal=Canal.EMAIL, destinataire=utilisateur.email)
        .select_related("commune__departement")
        .order_by("commune__nom_recherche", "pk")
    )


def proximite_de(suivis: list[Suivi]) -> Proximite | None:
    """Around the first commune followed."""
    if not suivis:
        return None
    commune = suivis[0].commune
    return Proximite(
        libelle=commune.nom,
        latitude=commune.latitude,
        longitude=commune.longitude,
        rayon_km=RAYON_PAR_DEFAUT_KM,
        code_insee=commune.code_insee,
    )
