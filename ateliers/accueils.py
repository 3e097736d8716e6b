"""Drop-in childcare: whom to call and the parent's authorisation go with a booking, and go away after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers.enums import AccueilSeance, Format, RaisonAccueil
from ateliers.models import Atelier, FicheAccueil, Inscription, Seance


@dataclass(frozen=True, kw_only=True)
class DemandeAccueil:
    """What a parent says when leaving children: whom to call, why among choices, and yes."""

    urgence_nom: str
    urgence_telephone: str
    raison: RaisonAccueil
    autorisation: bool


def places_de(
    atelier: Atelier, *, adultes: int, enfants: int, adultes_gardes: int, enfants_gardes: int
) -> dict[str, object]:
    """How people come to a session of a workshop and the seats it has, as fields of Seance.

    Where children stay alone the adults' seats follow theirs: one adult brings at least one child. A smaller room
    keeps fewer seats for the desk than its workshop does.
    """
    confies = atelier.format == Format.ACCUEIL_PONCTUEL
    enfants = max(enfants, 1) if confies else enfants
    petits = atelier.capacite_petits
    return {
        "accueil": AccueilSeance.ENFANTS if confies else AccueilSeance.PLACES,
        "capacite_adultes": max(adultes, enfants) if confies else adultes,
        "capacite_enfants": enfants,
        "petits_avant_mois": atelier.petits_avant_mois,
        "capacite_petits": None if petits is None else min(petits, enfants),
        "adultes_gardes": 0 if confies else min(adultes_gardes, adultes),
        "enfants_gardes": min(enfants_gardes, enfants),
    }


def noter(inscription: Inscription, demande: DemandeAccueil, *, maintenant: datetime) -> FicheAccueil:
    return FicheAccueil.objects.create(
        inscription=inscription,
        urgence_nom=demande.urgence_nom,
        urgence_telephone=demande.urgence_telephone,
        raison=demande.raison,
        autorisation=demande.autorisation,
        autorisee_le=maintenant,
    )


def places_par_age(seance: Seance, *, en_tout: bool = False) -> tuple[str, str]:
    """The seats of each age in words, free ones or `en_tout`; the session must count them by age."""
    if seance.capacite_petits is None or seance.petits_avant_mois is None:
        raise ValueError("This session does not count seats by age.")
    petits = seance.capacite_petits if en_tout else seance.places_petits
    grands = seance.capacite_enfants - seance.capacite_petits if en_tout else seance.places_grands
    mois = seance.petits_avant_mois
    return (
        ngettext("%(n)d place avant %(mois)d mois", "%(n)d places avant %(mois)d mois", petits)
        % {"n": petits, "mois": mois},
        ngettext("%(n)d place à partir de %(mois)d mois", "%(n)d places à partir de %(mois)d mois", grands)
        % {"n": grands, "mois": mois},
    )


def urgence(inscription: Inscription) -> dict[str, str] | None:
    """Whom to call for the children of a booking; None where nobody was named, or not any more."""
    fiche = getattr(inscription, "fiche_accueil", None)
    if fiche is None or not fiche.urgence_telephone:
        return None
    return {
        "nom": fiche.urgence_nom,
        "telephone": fiche.urgence_telephone.as_national,
        "appel": fiche.urgence_telephone.as_e164,
    }


def motif_du_refus(demande: DemandeAccueil | None) -> tuple[str, str] | None:
    """(field, sentence) of what lacks to leave a child; None when all is there."""
    if demande is None or not demande.autorisation:
        return "autorisation", _("Sans votre autorisation, nous ne pouvons pas accueillir votre enfant.")
    if not demande.urgence_nom:
        return "urgence_nom", _("Indiquez qui prévenir : un prénom suffit.")
    if not demande.urgence_telephone:
        return "urgence_telephone", _("Indiquez un numéro qui répond pendant l'accueil.")
    return None
