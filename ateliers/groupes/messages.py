"""What families are told about groups: one function per message, each putting its rows in the outbox.

As for bookings (ateliers/messages.py): subjects and SMS name no topic, no person, no child. Every message leads to the
family's own page, whose link stays the same from the request to the end of the group.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import override

from ateliers.enums import StatutSeance
from ateliers.models import DemandeGroupe, GroupePairs, MembreGroupe, Seance
from socle import liens
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal

USAGE_LIEN = "groupe"


def jeton(demande: DemandeGroupe) -> str:
    return liens.signer(USAGE_LIEN, demande.pk)


def lien_groupe(demande: DemandeGroupe) -> str:
    """The address of a family's own page about its group: the same in every message."""
    with override(demande.langue):
        chemin = reverse("ateliers:mon_groupe", args=[jeton(demande)])
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}"


def _cadre(groupe: GroupePairs, maintenant: datetime) -> dict[str, Any]:
    """When and where a group meets: its first meeting, or the next one once it has begun."""
    lieu, premiere = groupe.lieu, groupe.debut_premiere
    commence = premiere is not None and premiere <= maintenant
    if commence:
        premiere = (
            Seance.objects.filter(groupe=groupe, statut=StatutSeance.PUBLIEE, debut__gt=maintenant)
            .order_by("debut")
            .values_list("debut", flat=True)
            .first()
        )
    return {
        "groupe": groupe.nom,
        "fuseau": lieu.fuseau,
        "lieu": lieu.nom,
        "adresse": lieu.adresse_complete,
        "commune": lieu.commune.nom,
        "maison": groupe.maison.nom,
        "maison_telephone": groupe.maison.telephone.as_national if groupe.maison.telephone else "",
        "rythme": groupe.rythme,
        "premiere": premiere.isoformat() if premiere else "",
        "commence": commence,
    }


def _deposer(
    demande: DemandeGroupe,
    modele: str,
    *,
    cle: str,
    maintenant: datetime,
    objet: models.Model | None = None,
    presse: bool = False,
    pas_apres: datetime | None = None,
    **contexte: Any,
) -> None:
    """One row per channel of this request; `presse` sends an SMS beside the e-mail."""
    canaux: list[tuple[Canal, str]] = []
    if demande.email:
        canaux.append((Canal.EMAIL, demande.email))
    if demande.telephone and (presse or not demande.email):
        canaux.append((Canal.SMS, demande.telephone.as_e164))
    corps = {"prenom": demande.prenom, "lien": lien_groupe(demande), **contexte}
    deposer(
        [
            Envoi(
                canal=canal,
                destinataire=destinataire,
                langue=demande.langue,
                modele=modele,
                contexte=corps,
                cle_unique=f"{cle}:{canal}",
                pas_apres=pas_apres,
                objet=objet or demande,
            )
            for canal, destinataire in canaux
        ],
        maintenant=maintenant,
    )


def demande_recue(demande: DemandeGroupe, *, maintenant: datetime) -> None:
    """The request is kept: the link to follow it, and who passed it on when a professional did."""
    _deposer(
        demande,
        "groupe_demande",
        cle=f"groupe_demande:{demande.pk}",
        maintenant=maintenant,
        maison=demande.maison.nom,
        prescripteur=demande.prescripteur,
        groupe=demande.groupe_souhaite.nom if demande.groupe_souhaite else "",
    )


def lien_renvoye(demande: DemandeGroupe, *, maintenant: datetime) -> None:
    """The link of a request made already, at most once an hour."""
    _deposer(
        demande,
        "groupe_lien",
        cle=f"groupe_lien:{demande.pk}:{maintenant:%Y%m%d%H}",
        maintenant=maintenant,
        maison=demande.maison.nom,
    )


def invitation(membre: MembreGroupe, *, maintenant: datetime) -> None:
    """A place is held until `repondre_avant`; told on every channel, useless afterwards."""
    if membre.repondre_avant is None:
        raise ValueError("Only an offer can be told as one.")
    _deposer(
        membre.demande,
        "groupe_invitation",
        cle=f"groupe_invitation:{membre.pk}",
        maintenant=maintenant,
        objet=membre,
        presse=True,
        pas_apres=membre.repondre_avant,
        expire_le=membre.repondre_avant.isoformat(),
        **_cadre(membre.groupe, maintenant),
    )


def invitation_expiree(membre: MembreGroupe, *, maintenant: datetime) -> None:
    _deposer(
        membre.demande,
        "groupe_invitation_expiree",
        cle=f"groupe_invitation_expiree:{membre.pk}",
        maintenant=maintenant,
        objet=membre,
        **_cadre(membre.groupe, maintenant),
    )


def bienvenue(membre: MembreGroupe, *, maintenant: datetime) -> None:
    """She is a member: when and where, and her own page."""
    _deposer(
        membre.demande,
        "groupe_bienvenue",
        cle=f"groupe_bienvenue:{membre.pk}",
        maintenant=maintenant,
        objet=membre,
        **_cadre(membre.groupe, maintenant),
    )


def rencontres_planifiees(membre: MembreGroupe, *, debut: datetime, nombre: int, maintenant: datetime) -> None:
    """The meetings have their dates; told once per planning."""
    _deposer(
        membre.demande,
        "groupe_rencontres",
        cle=f"groupe_rencontres:{membre.pk}:{int(debut.timestamp())}",
        maintenant=maintenant,
        objet=membre,
        debut=debut.isoformat(),
        nombre=nombre,
        **_cadre(membre.groupe, maintenant),
    )


def sortie(membre: MembreGroupe, *, maintenant: datetime) -> None:
    """She left: a written trace, so that nobody wonders."""
    _deposer(
        membre.demande,
        "groupe_sortie",
        cle=f"groupe_sortie:{membre.pk}",
        maintenant=maintenant,
        objet=membre,
        **_cadre(membre.groupe, maintenant),
    )


def bilan(membre: MembreGroupe, *, moment: str, maintenant: datetime, pas_apres: datetime | None = None) -> None:
    """A few anonymous questions, before or after. The key holds neither answer nor hour."""
    _deposer(
        membre.demande,
        "groupe_bilan",
        cle=f"groupe_bilan:{membre.pk}:{moment}",
        maintenant=maintenant,
        objet=membre,
        pas_apres=pas_apres,
        moment=moment,
        **_cadre(membre.groupe, maintenant),
    )


def groupe_termine(membre: MembreGroupe, *, maintenant: datetime) -> None:
    _deposer(
        membre.demande,
        "groupe_termine",
        cle=f"groupe_termine:{membre.pk}",
        maintenant=maintenant,
        objet=membre,
        **_cadre(membre.groupe, maintenant),
    )
