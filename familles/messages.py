"""What this room tells people: one function per message, each putting its rows in the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from familles.enums import ChoixCanal
from familles.models import AccesDonnees, DemandeRappel, InvitationCoparent, ProfilParent, RappelEntretien
from socle import liens
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal
from socle.models import Utilisateur

# Later than this, the team has seen it on its pages, or the person has found help elsewhere.
UTILE_PENDANT = timedelta(days=2)
CODE_UTILE_PENDANT = timedelta(minutes=15)
USAGE_COPARENT = "coparent"
USAGE_AGENDA = "agenda"


def absolu(chemin: str) -> str:
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}"


def canaux_voulus(choix: str, *, email: str, telephone: str) -> list[tuple[Canal, str]]:
    """The rows that a wish asks for, as far as there is somewhere to send them."""
    voulus = []
    if choix in (ChoixCanal.EMAIL, ChoixCanal.LES_DEUX) and email:
        voulus.append((Canal.EMAIL, email))
    if choix in (ChoixCanal.SMS, ChoixCanal.LES_DEUX) and telephone:
        voulus.append((Canal.SMS, telephone))
    return voulus


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
                    "lien": f"{absolu(chemin)}?statut__exact=a_rappeler",
                },
                cle_unique=f"demande_rappel:{demande.pk}:{membre.pk}",
                pas_apres=maintenant + UTILE_PENDANT,
                objet=demande,
            )
            for membre in equipe
        ],
        maintenant=maintenant,
    )


def conservation_retard(equipe: Iterable[Utilisateur], *, jour: date, maintenant: datetime) -> None:
    """Tell who answers for the data that rules or erasures are late: once a day, without a figure."""
    chemin = reverse("admin:socle_conservation")
    deposer(
        [
            Envoi(
                canal=Canal.EMAIL,
                destinataire=membre.email,
                modele="conservation_retard",
                contexte={"lien": absolu(chemin)},
                cle_unique=f"conservation_retard:{jour:%Y%m%d}:{membre.pk}",
                pas_apres=maintenant + UTILE_PENDANT,
            )
            for membre in equipe
        ],
        maintenant=maintenant,
    )


def invitation_coparent(invitation: InvitationCoparent, *, langue: str, maintenant: datetime) -> None:
    """The link to share a family; who invites is named by the first name, nobody else."""
    with override(langue):
        lien = absolu(reverse("espace:invitation", args=[liens.signer(USAGE_COPARENT, invitation.pk)]))
    deposer(
        [
            Envoi(
                canal=Canal.EMAIL,
                destinataire=invitation.email,
                langue=langue,
                modele="invitation_coparent",
                contexte={
                    "de": invitation.par.prenom,
                    "lien": lien,
                    "expire_le": invitation.expire_le.isoformat(),
                    "fuseau": settings.TIME_ZONE,
                },
                cle_unique=f"coparent:{invitation.pk}",
                pas_apres=invitation.expire_le,
            )
        ],
        maintenant=maintenant,
    )


def cle_entretien(rappel: RappelEntretien) -> str:
    """One reminder is told once on each channel, whatever its dates become."""
    return f"entretien:{rappel.pk}:"


def rappel_entretien(
    rappel: RappelEntretien, *, profil: ProfilParent, pas_apres: datetime, maintenant: datetime
) -> int:
    """That something asked for can be done now: neither what, nor for whom; the parent's own page says it.

    How many rows: none for somebody who wants no message.
    """
    compte = rappel.utilisateur
    telephone = profil.telephone.as_e164 if profil.telephone else ""
    with override(profil.langue):
        lien = absolu(reverse("espace:accueil"))
    envois = [
        Envoi(
            canal=canal,
            destinataire=destinataire,
            langue=profil.langue,
            modele="rappel_entretien",
            contexte={"lien": lien},
            cle_unique=f"{cle_entretien(rappel)}{canal}",
            pas_apres=pas_apres,
        )
        for canal, destinataire in canaux_voulus(profil.canal_entretiens, email=compte.email, telephone=telephone)
    ]
    deposer(envois, maintenant=maintenant)
    return len(envois)


def code_telephone(*, telephone: str, code: str, langue: str, maintenant: datetime) -> None:
    """The code that proves whose a number is."""
    deposer(
        [
            Envoi(
                canal=Canal.SMS,
                destinataire=telephone,
                langue=langue,
                modele="code_telephone",
                contexte={"code": code},
                cle_unique=f"code_telephone:{uuid.uuid4()}",
                pas_apres=maintenant + CODE_UTILE_PENDANT,
                secret=True,
            )
        ],
        maintenant=maintenant,
    )


def acces_donnees(acces: AccesDonnees, *, cle: str, langue: str, maintenant: datetime) -> None:
    """The link that opens one's own data: for its owner's eyes, and forgotten as soon as it is sent."""
    with override(langue):
        lien = absolu(reverse("donnees:acces", args=[cle]))
    deposer(
        [
            Envoi(
                canal=Canal(acces.canal),
                destinataire=acces.destinataire,
                langue=langue,
                modele="acces_donnees",
                contexte={"lien": lien},
                secret=True,
                cle_unique=f"acces_donnees:{acces.pk}",
                pas_apres=acces.expire_le,
            )
        ],
        maintenant=maintenant,
    )
