"""What this room tells people: one function per message, each putting its rows in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from familles.models import DemandeRappel
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal
from socle.models import Utilisateur

# Later than this, the team has seen it on its pages, or the person has found help elsewhere.
UTILE_PENDANT = timedelta(days=2)


def demande_rappel(demande: DemandeRappel, *, equipe: Iterable[Utilisateur], maintenant: datetime) -> None:
    """Tell a house's team that somebody is waiting. Not who, nor at which number: those stay on the team's pages."""
    chemin = reverse("admin:familles_demanderappel_changelist")
    deposer(
        [
            Envoi(
                canal=Canal.EMAIL,
                destinataire=membre.email,
                modele="demande_rappel",
                contexte={
                    "maison": demande.maison.nom,
                    "lien": f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}?statut__exact=a_rappeler",
                },
                cle_unique=f"demande_rappel:{demande.pk}:{membre.pk}",
                pas_apres=maintenant + UTILE_PENDANT,
                objet=demande,
            )
            for membre in equipe
        ],
        maintenant=maintenant,
    )
