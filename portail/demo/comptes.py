"""One account per role, with a password of this demonstration's own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from ateliers.models import EntreeJournal, GroupePairs
from maisons.enums import Portee, Role
from maisons.models import Affectation, Maison, Organisation
from portail.demo.catalogue import METZ, RETHEL
from portail.demo.personnes import DOMAINE, NOM
from socle.models import Utilisateur


class HorsDemonstration(Exception):
    """Accounts with a printed password are for demonstration settings only."""


class DonneesAbsentes(Exception):
    """The houses that the accounts work for are not loaded."""


@dataclass(frozen=True)
class CompteDemo:
    identifiant: str
    prenom: str
    role: Role
    portee: Portee
    # Slug of the house or organisation, code of the département.
    ou: str
    description: str

    @property
    def email(self) -> str:
        return f"{self.identifiant}@{DOMAINE}"


COMPTES = (
    CompteDemo("animatrice.rethel", "Agathe", Role.ANIMATEUR, Portee.MAISON, RETHEL, "animatrice à Rethel"),
    CompteDemo(
        "equipe.bulle", "Blandine", Role.ANIMATEUR, Portee.MAISON, "bulle-parentale", "équipe de la Bulle parentale"
    ),
    CompteDemo("responsable.rethel", "Rose", Role.RESPONSABLE, Portee.MAISON, RETHEL, "responsable de Rethel"),
    CompteDemo("responsable.metz", "Malik", Role.RESPONSABLE, Portee.MAISON, METZ, "responsable de Metz (Moselle)"),
    CompteDemo(
        "partenaire",
        "Perrine",
        Role.PARTENAIRE,
        Portee.ORGANISATION,
        "les-petits-pas-demonstration",
        "partenaire (association Les Petits Pas)",
    ),
    CompteDemo("medecin.ardennes", "Maud", Role.MEDECIN, Portee.DEPARTEMENT, "08", "médecin de PMI des Ardennes"),
    CompteDemo("redaction", "Rémi", Role.REDACTEUR, Portee.RESEAU, "", "rédaction du réseau"),
    CompteDemo("pilote.ardennes", "Pascal", Role.PILOTE, Portee.DEPARTEMENT, "08", "pilote des Ardennes"),
    CompteDemo("reseau", "Nour", Role.ADMINISTRATEUR, Portee.RESEAU, "", "administratrice du réseau"),
)


def mot_de_passe() -> str:
    """The same at every start of one demonstration, another in the next one: it follows from the secret key."""
    condense = salted_hmac("portail.demo.comptes", "comptes", algorithm="sha256").digest()
    return f"maison-{base64.b32encode(condense[:5]).decode().lower()}"


@transaction.atomic
def preparer_comptes(*, aujourd_hui: date) -> str:
    """Make sure each account exists with its role and the returned password.

    Raises HorsDemonstration outside demonstration settings, DonneesAbsentes when the houses are not there.
    """
    if not settings.DEMO:
        raise HorsDemonstration("Les comptes de démonstration n'existent que sous les réglages de démonstration.")
    secret = mot_de_passe()
    for compte in COMPTES:
        utilisateur = Utilisateur.objects.filter(email=compte.email).first()
        if utilisateur is None:
            utilisateur = Utilisateur.objects.create_user(
                compte.email, secret, prenom=compte.prenom, nom=NOM, is_staff=True
            )
        elif not utilisateur.check_password(secret):
            utilisateur.set_password(secret)
            utilisateur.save(update_fields=["password"])
        EmailAddress.objects.get_or_create(
            user=utilisateur, email=compte.email, defaults={"verified": True, "primary": True}
        )
        cible = _cible(compte)
        en_cours = Affectation.objects.en_cours(le=aujourd_hui)
        if not en_cours.filter(utilisateur=utilisateur, role=compte.role, **cible).exists():
            Affectation.objects.create(
                utilisateur=utilisateur, role=compte.role, portee=compte.portee, du=aujourd_hui, **cible
            )
    _mener_le_groupe(Utilisateur.objects.get(email=COMPTES[0].email), aujourd_hui=aujourd_hui)
    return secret


def _mener_le_groupe(animatrice: Utilisateur, *, aujourd_hui: date) -> None:
    """The group of Rethel has its facilitator, and a first note in its log."""
    for groupe in GroupePairs.objects.ouverts().filter(maison__slug=RETHEL, facilitateurs=None):
        groupe.facilitateurs.add(animatrice)
        EntreeJournal.objects.create(
            groupe=groupe,
            texte="Tour de présentation, puis échange sur les nuits. Le groupe a demandé à parler du portage.",
            a_preparer="Apporter deux écharpes de portage.",
            par=animatrice,
        )


def _cible(compte: CompteDemo) -> dict[str, Maison | Organisation | str]:
    try:
        match compte.portee:
            case Portee.MAISON:
                return {"maison": Maison.objects.get(slug=compte.ou)}
            case Portee.ORGANISATION:
                return {"organisation": Organisation.objects.get(slug=compte.ou)}
            case Portee.DEPARTEMENT:
                return {"departement_id": compte.ou}
            case Portee.RESEAU:
                return {}
    except (Maison.DoesNotExist, Organisation.DoesNotExist) as erreur:
        raise DonneesAbsentes("Les maisons manquent : lancez d'abord « manage.py charger_demo ».") from erreur
