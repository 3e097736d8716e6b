"""Everybody who may come to a page of a house's session: the table that its tests walk."""

from __future__ import annotations

from django.test import Client

from ateliers.models import Seance
from maisons.enums import Portee, Role
from maisons.models import Maison
from socle.models import Utilisateur
from tests.equipe import entrer
from tests.factories import AffectationFactory, PartenaireFactory, PermanenceFactory, UtilisateurFactory

ANONYME = "anonyme"
PARENT = "parent"
# Of the house itself (who leads this session, a colleague, the responsable), of another one, of a former house; and
# those who read figures.
QUI = (
    ANONYME,
    PARENT,
    "animatrice de la séance",
    "animateur",
    "responsable",
    "animateur d'ailleurs",
    "parti",
    "pilote",
    "pilote d'ailleurs",
    "réseau",
    "partenaire",
)


def personne(qui: str, maison: Maison) -> Utilisateur | None:
    if qui == ANONYME:
        return None
    if qui == PARENT:
        parent: Utilisateur = UtilisateurFactory()
        return parent
    affectation = {
        "animatrice de la séance": {"role": Role.ANIMATEUR, "maison": maison},
        "animateur": {"role": Role.ANIMATEUR, "maison": maison},
        "responsable": {"role": Role.RESPONSABLE, "maison": maison},
        "animateur d'ailleurs": {"role": Role.ANIMATEUR},
        "parti": {"role": Role.ANIMATEUR, "maison": maison, "finie": True},
        "pilote": {"departemental": True, "departement": maison.departement},
        "pilote d'ailleurs": {"departemental": True, "departement__code": "67", "departement__nom": "Bas-Rhin"},
        "réseau": {"reseau": True},
        "partenaire": {
            "role": Role.PARTENAIRE,
            "portee": Portee.ORGANISATION,
            "maison": None,
            "organisation": maison.organisation,
        },
    }[qui]
    utilisateur: Utilisateur = AffectationFactory(**affectation).utilisateur
    return utilisateur


# Who reads who comes, ticks them and writes to them.
LISENT_LES_INSCRITS = ("animatrice de la séance", "responsable")


def animer(seance: Seance) -> Utilisateur:
    """Someone of the house's team who leads this session."""
    animatrice: Utilisateur = AffectationFactory(maison=seance.lieu.maison, role=Role.ANIMATEUR).utilisateur
    seance.animateur = animatrice
    seance.save(update_fields=["animateur"])
    return animatrice


def client_de(qui: str, seance: Seance, client: Client) -> Client:
    """The browser of one of them; the partner holds the permanence that the session is of."""
    qui_est_la = personne(qui, seance.lieu.maison)
    if qui == "animatrice de la séance":
        seance.animateur = qui_est_la
        seance.save(update_fields=["animateur"])
    return client if qui_est_la is None else entrer(client, qui_est_la)


def permanence_du_partenaire(seance: Seance) -> None:
    """Make a session one of the partner's own."""
    organisation = seance.lieu.maison.organisation
    seance.permanence = PermanenceFactory(lieu=seance.lieu, partenaire=PartenaireFactory(organisation=organisation))
    seance.atelier = None
    seance.save()
