"""What each role may do with workshops, sessions and bookings.

| role                   | workshops, sessions                   | registrations (first name, contact)  | messages |
|------------------------|---------------------------------------|--------------------------------------|----------|
| animateur              | see, plan, change                     | register: any session of the house;  | see, of  |
|                        |                                       | see, cancel, tick, write: those they | those    |
|                        |                                       | lead                                 |          |
| responsable            | see, plan, change, delete, confier    | see, register, cancel, tick, write   | see      |
| partenaire             | see its own permanences', in figures  | –                                    | –        |
| pilote départemental   | see, in figures                       | –                                    | –        |
| administrateur         | see, in figures                       | –                                    | see, no  |
|                        |                                       |                                      | content  |

A partner (maternity, midwife) may pass on a parent's request for a group, with the parent's agreement, and sees
nothing of it afterwards.

Who leads a session reads who comes; who may say who leads it: `can_confier`, and docs/decisions/0016.

People at the département and in the network read figures, not families. A partner is told of a family only with that
family's consent, which is another road. The log of reads is open to a house's responsable, and to the network without
names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q

from ateliers.models import (
    Atelier,
    Composition,
    DemandeGroupe,
    EntreeJournal,
    GroupePairs,
    Inscription,
    MembreGroupe,
    Seance,
    Serie,
    Theme,
    ThemePropose,
)
from familles import lectures
from familles.models import Famille
from maisons.enums import Role
from maisons.models import Maison
from maisons.models.tenues import tenues
from maisons.perms import ADMINISTRATION, EQUIPES, MAISON, TOUS
from socle.models import Lecture, Message, Utilisateur
from socle.portee import Roles, declarer, enregistrer_portee, nom_permission, roles_autorises, visibles

declarer(Theme, view=TOUS, add=ADMINISTRATION, change=ADMINISTRATION)
declarer(Atelier, view=EQUIPES, add=MAISON, change=MAISON)
declarer(GroupePairs, view=EQUIPES, add=MAISON, change=MAISON)
declarer(DemandeGroupe, view=MAISON, add=MAISON, change=MAISON, transmettre={*MAISON, Role.PARTENAIRE})
declarer(MembreGroupe, view=MAISON, change=MAISON)
declarer(Composition, view=MAISON, add=MAISON, change=MAISON)
declarer(ThemePropose, view=MAISON, add=MAISON, change=MAISON)
declarer(EntreeJournal, view=MAISON, add=MAISON)
declarer(Serie, view=EQUIPES, add=MAISON, change=MAISON)
declarer(Seance, view=TOUS, add=MAISON, change=MAISON, delete={Role.RESPONSABLE}, confier={Role.RESPONSABLE})
declarer(Inscription, view=MAISON, change=MAISON, accueillir=MAISON)
declarer(Famille, view=MAISON, fusionner={Role.RESPONSABLE}, effacer={Role.RESPONSABLE})
declarer(Lecture, view={Role.RESPONSABLE, Role.ADMINISTRATEUR})


def _familles_visibles(
    queryset: models.QuerySet[Any], utilisateur: Utilisateur, le: date, roles: Roles | None
) -> models.QuerySet[Any]:
    """The families of the bookings, the requests for a group and the groups a person sees."""
    inscriptions = Inscription.objects.visibles_par(utilisateur, le=le, roles=roles)
    demandes = DemandeGroupe.objects.visibles_par(utilisateur, le=le, roles=roles)
    return queryset.filter(Q(pk__in=inscriptions.values("famille")) | Q(pk__in=demandes.values("famille")))


def _messages_visibles(
    queryset: models.QuerySet[Any], utilisateur: Utilisateur, le: date, roles: Roles | None
) -> models.QuerySet[Any]:
    """What was told about the bookings a person sees; everything, without its content, for the network."""
    if tenues(utilisateur, le=le, roles=roles).reseau:
        return queryset
    maison = (roles or MAISON) & MAISON
    inscriptions = Inscription.objects.visibles_par(utilisateur, le=le, roles=maison)
    demandes = DemandeGroupe.objects.visibles_par(utilisateur, le=le, roles=maison)
    membres = MembreGroupe.objects.visibles_par(utilisateur, le=le, roles=maison)
    return queryset.filter(
        Q(objet_type=ContentType.objects.get_for_model(Inscription), objet_id__in=inscriptions.values("pk"))
        | Q(objet_type=ContentType.objects.get_for_model(DemandeGroupe), objet_id__in=demandes.values("pk"))
        | Q(objet_type=ContentType.objects.get_for_model(MembreGroupe), objet_id__in=membres.values("pk"))
    )


def _lectures_visibles(
    queryset: models.QuerySet[Any], utilisateur: Utilisateur, le: date, roles: Roles | None
) -> models.QuerySet[Any]:
    """What was read on behalf of the houses a person is responsable of; everything, in figures, for the network."""
    permis = roles_autorises(nom_permission(Lecture, "view")) & (roles or TOUS)
    if tenues(utilisateur, le=le, roles=permis).reseau:
        return queryset
    maisons = Maison.objects.visibles_par(utilisateur, le=le, roles=permis & MAISON)
    return queryset.filter(cadres__overlap=maisons.values("pk"))


def _maisons_des_familles(utilisateur: Utilisateur, familles: list[int], le: date) -> Iterable[int]:
    """The houses of the bookings, and of the requests for a group, through which a person sees these families."""
    roles = roles_autorises(nom_permission(Famille, "view"))
    inscriptions = visibles(Inscription.objects.filter(famille__in=familles), utilisateur, le=le, roles=roles)
    demandes = visibles(DemandeGroupe.objects.filter(famille__in=familles), utilisateur, le=le, roles=roles)
    return (
        inscriptions.order_by()
        .values_list("seance__lieu__maison", flat=True)
        .union(demandes.order_by().values_list("maison", flat=True))
    )


enregistrer_portee(Famille, _familles_visibles)
enregistrer_portee(Lecture, _lectures_visibles)
lectures.enregistrer_maisons(_maisons_des_familles)
enregistrer_portee(Message, _messages_visibles)


def can_voir_les_inscrits(utilisateur: Utilisateur, seance: Seance, *, le: date) -> bool:
    """Whether a person may read who comes to a session, and not only how many.

    | who                    | sessions                                              |
    |------------------------|-------------------------------------------------------|
    | responsable de maison  | those of the house                                    |
    | animateur              | those of the house that they lead                     |
    | all others             | none                                                  |
    """
    return seances_aux_inscrits_visibles(utilisateur, le=le).filter(pk=seance.pk).exists()


def seances_aux_inscrits_visibles(utilisateur: Utilisateur, *, le: date) -> models.QuerySet[Seance]:
    """The sessions of which a person may read who comes."""
    roles = roles_autorises(nom_permission(Inscription, "view"))
    return Seance.objects.inscrits_visibles_par(utilisateur, le=le, roles=roles)


def can_confier(utilisateur: Utilisateur, seances: Collection[int], *, le: date) -> bool:
    """Whether a person may say who leads these sessions: it decides who reads the families that come.

    | who                    | sessions                                                                 |
    |------------------------|--------------------------------------------------------------------------|
    | responsable de maison  | those of the house                                                       |
    | animateur              | of the house: those they lead themselves, and those nobody ever booked   |

    Someone who may not change a session at all is refused before this is asked.
    """
    voulues = Seance.objects.filter(pk__in=seances)
    a_elle = Q(
        pk__in=visibles(
            Seance.objects.all(), utilisateur, le=le, roles=roles_autorises(nom_permission(Seance, "confier"))
        ).values("pk")
    )
    vide = ~Exists(Inscription.objects.filter(seance=OuterRef("pk")))
    return not voulues.exclude(a_elle | Q(animateur=utilisateur) | vide).exists()
