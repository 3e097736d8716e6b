"""What people are told about sessions and bookings: one function per message, each putting its rows in the outbox.

E-mail goes to whoever gave an address; SMS to those who gave only a number, and beside the e-mail when the message
can't wait. Subjects and SMS name no theme, no first name, no child: a phone is often read by others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from ateliers.models import Inscription, Seance
from familles.messages import canaux_voulus
from familles.models import ProfilParent
from maisons.models import Arret
from socle import liens
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal

USAGE_LIEN = "reservation"


def lien_reservation(inscription: Inscription) -> str:
    """The address of a booking's own page: the same in every message."""
    with override(inscription.langue):
        return _absolu(reverse("ateliers:ma_reservation", args=[liens.signer(USAGE_LIEN, inscription.pk)]))


def _absolu(chemin: str) -> str:
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}"


def _cadre(seance: Seance) -> dict[str, Any]:
    lieu = seance.lieu
    return {
        "titre": seance.titre,
        # A meeting of a group is said in other words: its seat is nobody else's.
        "groupe": seance.groupe_id is not None,
        "debut": seance.debut.isoformat(),
        "fin": seance.fin.isoformat(),
        "fuseau": lieu.fuseau,
        "lieu": lieu.nom,
        "adresse": lieu.adresse_complete,
        "commune": lieu.commune.nom,
        "maison": lieu.maison.nom,
        "maison_telephone": lieu.maison.telephone.as_national if lieu.maison.telephone else "",
    }


def _evenement(inscription: Inscription, *, methode: str) -> dict[str, Any]:
    seance = inscription.seance
    return {
        "uid": f"{seance.reference}@seance",
        "sequence": seance.revision,
        "methode": methode,
        "debut": seance.debut.isoformat(),
        "fin": seance.fin.isoformat(),
        "fuseau": seance.lieu.fuseau,
        "titre": seance.titre,
        "lieu": f"{seance.lieu.nom}, {seance.lieu.adresse_complete}",
        "url": lien_reservation(inscription),
    }


def _deposer(
    inscription: Inscription,
    modele: str,
    *,
    cle: str,
    maintenant: datetime,
    presse: bool = False,
    pas_apres: datetime | None = None,
    canaux: list[tuple[Canal, str]] | None = None,
    **contexte: Any,
) -> None:
    """One row per channel of this booking; `presse` sends an SMS beside the e-mail. `canaux` are wishes instead."""
    if canaux is None:
        canaux = []
        if inscription.email:
            canaux.append((Canal.EMAIL, inscription.email))
        if inscription.telephone and (presse or not inscription.email):
            canaux.append((Canal.SMS, inscription.telephone.as_e164))
    corps = {
        **_cadre(inscription.seance),
        "prenom": inscription.prenom,
        # Where children stay alone, their parents are not counted.
        "adultes": 0 if inscription.seance.confie_les_enfants else inscription.adultes,
        "enfants": inscription.enfants,
        "lien": lien_reservation(inscription),
        **contexte,
    }
    deposer(
        [
            Envoi(
                canal=canal,
                destinataire=destinataire,
                langue=inscription.langue,
                modele=modele,
                contexte=corps,
                cle_unique=f"{cle}:{canal}",
                pas_apres=pas_apres,
                objet=inscription,
            )
            for canal, destinataire in canaux
        ],
        maintenant=maintenant,
    )


def confirmation(inscription: Inscription, *, maintenant: datetime) -> None:
    _deposer(
        inscription,
        "confirmation",
        cle=f"confirmation:{inscription.pk}",
        maintenant=maintenant,
        pas_apres=inscription.seance.fin,
        evenement=_evenement(inscription, methode="PUBLISH"),
    )


def attente(inscription: Inscription, *, rang: int, maintenant: datetime) -> None:
    _deposer(
        inscription,
        "attente",
        cle=f"attente:{inscription.pk}",
        maintenant=maintenant,
        pas_apres=inscription.seance.debut,
        rang=rang,
    )


def modification(inscription: Inscription, *, maintenant: datetime) -> None:
    """The family changed its own numbers: the new ones, in writing."""
    _deposer(
        inscription,
        "modification",
        cle=f"modification:{inscription.pk}:{maintenant.isoformat()}",
        maintenant=maintenant,
        pas_apres=inscription.seance.fin,
    )


def proposition(inscription: Inscription, *, maintenant: datetime) -> None:
    """A seat is held for this family until `proposee_jusqu_au`; told on every channel, useless afterwards."""
    expire = inscription.proposee_jusqu_au
    if expire is None:
        raise ValueError("Only an offer can be told as one.")
    _deposer(
        inscription,
        "proposition",
        cle=f"proposition:{inscription.pk}",
        maintenant=maintenant,
        presse=True,
        pas_apres=expire,
        expire_le=expire.isoformat(),
    )


def proposition_expiree(inscription: Inscription, *, maintenant: datetime) -> None:
    _deposer(
        inscription,
        "proposition_expiree",
        cle=f"proposition_expiree:{inscription.pk}",
        maintenant=maintenant,
        pas_apres=inscription.seance.debut,
        lien_seance=_absolu(inscription.seance.get_absolute_url()),
    )


def place_libre(inscription: Inscription, *, maintenant: datetime) -> None:
    """Near the start nothing is held any more: the first to answer has the seat."""
    _deposer(
        inscription,
        "place_libre",
        cle=f"place_libre:{inscription.pk}",
        maintenant=maintenant,
        presse=True,
        pas_apres=inscription.seance.debut,
    )


def annulation(inscription: Inscription, *, maintenant: datetime) -> None:
    """The family cancelled: a written trace, so that nobody wonders."""
    _deposer(
        inscription,
        "annulation",
        cle=f"annulation:{inscription.pk}",
        maintenant=maintenant,
        pas_apres=inscription.seance.fin,
        evenement=_evenement(inscription, methode="CANCEL"),
        lien_seance=_absolu(inscription.seance.get_absolute_url()),
    )


def lien_renvoye(inscription: Inscription, *, maintenant: datetime) -> None:
    """The link of a booking someone made already, at most once an hour."""
    _deposer(
        inscription,
        "lien_renvoye",
        cle=f"lien:{inscription.pk}:{maintenant:%Y%m%d%H}",
        maintenant=maintenant,
        pas_apres=inscription.seance.fin,
    )


def seance_modifiee(inscription: Inscription, *, avant: Mapping[str, Any], maintenant: datetime) -> None:
    """Time or place changed. `avant` holds the former `debut` (ISO 8601) and `lieu`; once per revision."""
    seance = inscription.seance
    _deposer(
        inscription,
        "seance_modifiee",
        cle=f"seance_modifiee:{inscription.pk}:{seance.revision}",
        maintenant=maintenant,
        presse=True,
        pas_apres=seance.fin,
        avant=dict(avant),
        evenement=_evenement(inscription, methode="PUBLISH"),
    )


def seance_annulee(inscription: Inscription, *, maintenant: datetime) -> None:
    seance = inscription.seance
    _deposer(
        inscription,
        "seance_annulee",
        cle=f"seance_annulee:{inscription.pk}",
        maintenant=maintenant,
        presse=True,
        pas_apres=seance.fin,
        motif=seance.motif_annulation,
        evenement=_evenement(inscription, methode="CANCEL"),
    )


def arret_retard(inscription: Inscription, *, arret: Arret, maintenant: datetime) -> None:
    """The team is late at the stop where this session is (0: on time after all); once per change of the stop."""
    _deposer(
        inscription,
        "arret_retard",
        cle=f"arret_retard:{arret.pk}:{arret.revision}:{inscription.pk}",
        maintenant=maintenant,
        presse=True,
        pas_apres=arret.fin,
        retard=arret.retard_minutes,
    )


def rappel(
    inscription: Inscription,
    *,
    cle_rappel: str,
    pas_apres: datetime,
    maintenant: datetime,
    profil: ProfilParent | None = None,
) -> None:
    """A reminder; the key tells which one, so that a moved session is reminded anew and a repeated run is not.

    `profil`: the wishes of the account that proved this booking's address.
    """
    canaux = None
    if profil is not None:
        telephone = profil.telephone.as_e164 if profil.telephone else ""
        canaux = canaux_voulus(profil.canal_seances, email=inscription.email, telephone=telephone)
    _deposer(
        inscription,
        "rappel",
        cle=f"rappel:{inscription.pk}:{cle_rappel}",
        maintenant=maintenant,
        presse=True,
        pas_apres=pas_apres,
        canaux=canaux,
    )


def cle_mot(inscription: Inscription, empreinte: str) -> str:
    """What makes a text told once to each: the booking and the text."""
    return f"mot:{inscription.pk}:{empreinte}"


def mot_de_la_maison(inscription: Inscription, *, texte: str, empreinte: str, maintenant: datetime) -> None:
    """A team's own words. An SMS holds none of them: it leads to the booking's page, which does."""
    _deposer(
        inscription,
        "mot_de_la_maison",
        cle=cle_mot(inscription, empreinte),
        maintenant=maintenant,
        pas_apres=inscription.seance.fin,
        mot=texte,
    )


def liens_reservations(
    inscriptions: Iterable[Inscription], *, canal: Canal, destinataire: str, langue: str, maintenant: datetime
) -> None:
    """The links of someone's coming bookings, to the very contact they were made with, at most once an hour."""
    reservations = [{**_cadre(i.seance), "lien": lien_reservation(i)} for i in inscriptions]
    if not reservations:
        return
    deposer(
        [
            Envoi(
                canal=canal,
                destinataire=destinataire,
                langue=langue,
                modele="liens_reservations",
                contexte={"reservations": reservations},
                cle_unique=f"liens:{canal}:{destinataire}:{maintenant:%Y%m%d%H}",
            )
        ],
        maintenant=maintenant,
    )
