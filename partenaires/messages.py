"""What partners are told about their own entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partenaires.models import DELAI_APRES_RELANCE, Partenaire
from socle import liens
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal

USAGE_FICHE = "partenaire"


def lien_fiche(partenaire: Partenaire) -> str:
    """The page where the owner reads, corrects and confirms the entry, without an account."""
    chemin = reverse("partenaires:fiche", args=[liens.signer(USAGE_FICHE, partenaire.pk)])
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}"


def relance(partenaire: Partenaire, destinataires: Sequence[str], *, maintenant: datetime) -> int:
    deposer(
        [
            Envoi(
                canal=Canal.EMAIL,
                destinataire=destinataire,
                modele="partenaire_relance",
                contexte={
                    "nom": partenaire.nom,
                    "verifie_le": f"{timezone.localdate(partenaire.verifie_le):%d/%m/%Y}",
                    "cache_le": f"{timezone.localdate(maintenant + DELAI_APRES_RELANCE):%d/%m/%Y}",
                    "lien": lien_fiche(partenaire),
                },
                cle_unique=f"partenaire_relance:{partenaire.pk}:{maintenant:%Y%m%d}:{destinataire}"[:200],
            )
            for destinataire in destinataires
        ],
        maintenant=maintenant,
    )
    return len(destinataires)
