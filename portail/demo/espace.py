"""A fictional parent who opened « Mon espace »: bookings, a child, a house and a commune that are followed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count

from ateliers.models import Inscription
from familles import entretiens, espace
from familles.enums import GenreAcces
from familles.models import AccesFamille, Jalon, MaisonSuivie
from maisons.suivis import demander_suivi
from portail.demo.personnes import DOMAINE
from socle.enums import Canal
from socle.models import Utilisateur


def parent_de_demonstration() -> Utilisateur | None:
    acces = AccesFamille.objects.filter(genre=GenreAcces.TITULAIRE, utilisateur__email__endswith=f"@{DOMAINE}")
    premier = acces.select_related("utilisateur").order_by("pk").first()
    return premier.utilisateur if premier else None


def charger_espace(*, maintenant: datetime) -> None:
    """The account of the family with most bookings to come and a child; nothing when there is one already."""
    if parent_de_demonstration() is not None:
        return
    a_venir = (
        Inscription.objects.confirmees()
        .filter(
            email__endswith=f"@{DOMAINE}",
            seance__debut__gt=maintenant,
            seance__groupe=None,
            famille__enfants__isnull=False,
            langue="fr",
        )
        .exclude(email__contains=" ")
    )
    choisie = a_venir.values("email", "prenom").annotate(n=Count("pk", distinct=True)).order_by("-n", "email").first()
    if choisie is None:
        return
    compte = Utilisateur.objects.create_user(choisie["email"], prenom=choisie["prenom"].split()[0])
    espace.ouvrir(compte, maintenant=maintenant)
    inscription = a_venir.filter(email=compte.email).select_related("seance__lieu__maison", "seance__lieu__commune")
    lieu = inscription.order_by("seance__debut", "pk")[0].seance.lieu
    MaisonSuivie.objects.create(utilisateur=compte, maison=lieu.maison, depuis=maintenant)
    demander_suivi(
        commune=lieu.commune,
        canal=Canal.EMAIL,
        destinataire=compte.email,
        rayon_km=10,
        langue="fr",
        maintenant=maintenant,
        prouve=True,
    )
    jalon = Jalon.objects.filter(code="epnp_1").first()
    if jalon is None:
        return
    for enfant in espace.enfants_de(compte):
        if not enfant.est_ne:
            entretiens.demander(utilisateur=compte, enfant=enfant, jalon=jalon, maintenant=maintenant)
