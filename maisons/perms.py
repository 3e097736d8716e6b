"""What each role may do with houses and people, and the authentication backend that answers for the whole portal.

| role                     | houses, places, rooms, hours | who works where               | organisations |
|--------------------------|------------------------------|-------------------------------|---------------|
| animateur                | see                          | –                             | see           |
| responsable de maison    | see, change                  | see, give and end (own level) | see           |
| partenaire               | –                            | –                             | see its own   |
| pilote départemental     | see, change, add             | see, give and end (own level) | see           |
| administrateur du réseau | see, change, add             | see, give and end             | see, change   |
| médecin de PMI, rédaction | –                            | –                             | –             |

The label: those who manage read a candidature, its evidence, its actions and the indicators; the house assesses
itself, pilots and administrators give their opinion, visit and open candidatures; who takes which step is data
(maisons/models/label.py, Transition). Référentiels are the network's: the administrator writes them.

Tours and their stops: an animateur and a responsable plan, move, announce and count; those who manage (responsable,
pilote, administrateur) set up the vehicles and teams; pilots and administrators see stops, and change none. Nobody
sees who follows a commune.

Where the next houses could open and how many should bear the label is the business of those who steer: pilote and
administrateur, for the départements they act for. Dossiers, reports and budgets are those of DIRECTION: responsable,
pilote, administrateur; what tells of a whole département is the steerers' alone.

Always within the scope of the assignment that carries the role: a responsable of one house who is an animateur of
another changes the first and only sees the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from maisons.enums import Portee, Role
from maisons.models import (
    ActionPrevue,
    Affectation,
    Arret,
    Axe,
    Candidature,
    Commune,
    Critere,
    Departement,
    Edition,
    Equipage,
    Etape,
    Evaluation,
    Fermeture,
    Formation,
    Franchissement,
    Invitation,
    Lieu,
    LigneBudget,
    Maison,
    NoteVisite,
    ObjectifLabel,
    Organisation,
    PlageOuverture,
    Preuve,
    Referentiel,
    Salle,
    ScenarioImplantation,
    TauxNatalite,
    Territoire,
    Tournee,
    Transition,
    ValeurIndicateur,
    VersionReferentiel,
)
from maisons.models.tenues import tenues
from socle.comptes.equipe import enregistrer_appartenance
from socle.models import Export, Message, Utilisateur
from socle.portee import (
    PERMISSION_EQUIPE,
    Roles,
    declarer,
    declarer_permission,
    enregistrer_portee,
    permissions_declarees,
    roles_autorises,
    visibles,
)

# Those who write or validate what the public reads: nothing of the houses, of people or of bookings is theirs.
REDACTION = frozenset({Role.REDACTEUR})
MEDECINE = frozenset({Role.MEDECIN})
TOUS = frozenset(Role) - REDACTION - MEDECINE
MAISON = frozenset({Role.ANIMATEUR, Role.RESPONSABLE})
DIRECTION = frozenset({Role.RESPONSABLE, Role.PILOTE, Role.ADMINISTRATEUR})
PILOTAGE = frozenset({Role.PILOTE, Role.ADMINISTRATEUR})
EQUIPES = MAISON | PILOTAGE
ADMINISTRATION = frozenset({Role.ADMINISTRATEUR})
RESPONSABLES = frozenset({Role.RESPONSABLE})

declarer_permission(PERMISSION_EQUIPE, TOUS | REDACTION | MEDECINE)
declarer(Departement, view=TOUS)
declarer(Commune, view=TOUS)
declarer(Territoire, view=EQUIPES, add=PILOTAGE, change=PILOTAGE)
declarer(Organisation, view=TOUS, add=ADMINISTRATION, change=ADMINISTRATION)
declarer(Maison, view=EQUIPES, add=PILOTAGE, change=DIRECTION, piloter=PILOTAGE)
declarer(Lieu, view=EQUIPES, add=DIRECTION, change=DIRECTION)
declarer(Salle, view=EQUIPES, add=DIRECTION, change=DIRECTION)
declarer(PlageOuverture, view=EQUIPES, add=DIRECTION, change=DIRECTION, delete=DIRECTION)
declarer(Fermeture, view=EQUIPES, add=DIRECTION, change=DIRECTION, delete=DIRECTION)
declarer(Equipage, view=EQUIPES, add=DIRECTION, change=DIRECTION)
declarer(Tournee, view=EQUIPES, add=MAISON, change=MAISON)
declarer(Arret, view=EQUIPES, change=MAISON)
declarer(Referentiel, view=DIRECTION)
declarer(VersionReferentiel, view=DIRECTION, add=ADMINISTRATION, change=ADMINISTRATION)
declarer(Axe, view=DIRECTION)
declarer(Critere, view=DIRECTION)
declarer(Etape, view=DIRECTION)
declarer(Transition, view=DIRECTION)
declarer(
    Candidature,
    view=DIRECTION,
    add=PILOTAGE,
    # Planning its days; every step asks besides for the roles its référentiel names.
    change=PILOTAGE,
    franchir=DIRECTION,
    evaluer=RESPONSABLES,
    prouver=DIRECTION,
    aviser=PILOTAGE,
)
declarer(Evaluation, view=DIRECTION)
declarer(Franchissement, view=DIRECTION)
declarer(Preuve, view=DIRECTION)
declarer(ActionPrevue, view=DIRECTION)
declarer(ValeurIndicateur, view=DIRECTION, arreter=DIRECTION)
declarer(NoteVisite, view=PILOTAGE)
declarer(Affectation, view=DIRECTION, add=DIRECTION, change=DIRECTION)
declarer(Formation, view=DIRECTION, add=DIRECTION, change=DIRECTION, delete=DIRECTION)
declarer(Invitation, view=DIRECTION, add=DIRECTION, retirer=DIRECTION)
declarer(Utilisateur, view=DIRECTION, change=ADMINISTRATION)
declarer(ObjectifLabel, view=PILOTAGE, add=PILOTAGE, change=PILOTAGE, delete=PILOTAGE)
declarer(TauxNatalite, view=PILOTAGE, add=PILOTAGE, change=PILOTAGE, delete=PILOTAGE)
declarer(LigneBudget, view=DIRECTION, add=DIRECTION, change=DIRECTION, delete=DIRECTION)
declarer(Edition, view=DIRECTION, add=DIRECTION, deposer=DIRECTION)
declarer(ScenarioImplantation, view=PILOTAGE, add=PILOTAGE, change=PILOTAGE, delete=PILOTAGE)
declarer(Message, view=EQUIPES - {Role.PILOTE})
# One's own files, nobody else's.
declarer(Export, view=TOUS)

# From the least to the most: nobody gives a role above their own.
_RANGS = {role: rang for rang, role in enumerate([Role.PARTENAIRE, *(r for r in Role if r != Role.PARTENAIRE)])}


def _utilisateurs_visibles(
    queryset: models.QuerySet[Any], utilisateur: Utilisateur, le: date, roles: Roles | None
) -> models.QuerySet[Any]:
    """The people who have, had or will have a role where this person has one, and oneself."""
    affectations = Affectation.objects.visibles_par(utilisateur, le=le, roles=roles)
    return queryset.filter(is_superuser=False, pk__in=affectations.values("utilisateur"))


enregistrer_portee(Utilisateur, _utilisateurs_visibles)


def roles_en_cours(utilisateur: Utilisateur, *, le: date) -> frozenset[str]:
    """The roles a person holds somewhere on a day; read once per request."""
    return tenues(utilisateur, le=le).roles


def _a_une_affectation(utilisateur: Utilisateur, le: date) -> bool:
    return Affectation.objects.for_utilisateur(utilisateur, le=le).exists()


enregistrer_appartenance(_a_une_affectation)


class AffectationBackend(ModelBackend):
    """Django's permissions, from running assignments: nothing to grant by hand, nothing to take back at the end.

    `user.has_perm("ateliers.change_seance")` asks "somewhere?", with an object it asks "there?". It signs nobody in.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # type: ignore[override]
        return None

    def has_perm(self, user_obj: AbstractBaseUser | AnonymousUser, perm: str, obj: Any = None) -> bool:
        if not isinstance(user_obj, Utilisateur) or not (user_obj.is_active and user_obj.is_staff):
            return False
        le = timezone.localdate()
        roles = roles_autorises(perm) & roles_en_cours(user_obj, le=le)
        if not roles or obj is None:
            return bool(roles)
        # A page asks the same question a dozen times.
        reponses: dict[tuple[str, Any], bool] = user_obj.__dict__.setdefault("_reponses_portee", {})
        cle = (perm, obj.pk)
        if cle not in reponses:
            rangees = type(obj)._default_manager.filter(pk=obj.pk)
            reponses[cle] = visibles(rangees, user_obj, le=le, roles=roles).exists()
        return reponses[cle]

    def has_module_perms(self, user_obj: Utilisateur | AnonymousUser, app_label: str) -> bool:
        return any(
            self.has_perm(user_obj, permission)
            for permission in permissions_declarees()
            if permission.startswith(f"{app_label}.")
        )

    def get_all_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: Any = None) -> set[str]:
        return {permission for permission in permissions_declarees() if self.has_perm(user_obj, permission, obj)}


# Who may lead


def equipes(maisons: models.QuerySet[Maison], *, le: date, deja_la: bool = False) -> models.QuerySet[Utilisateur]:
    """The people who lead sessions at these houses, from a day on: their animateurs and responsables.

    `deja_la`: those at work on that very day, who may answer families.
    """
    tenues = _tenues(le=le, deja_la=deja_la)
    return Utilisateur.objects.filter(
        is_active=True,
        pk__in=tenues.filter(
            models.Q(maison__in=maisons) | models.Q(organisation__in=maisons.values("organisation"))
        ).values("utilisateur"),
    ).order_by("prenom", "nom", "pk")


def avec_equipe(maisons: models.QuerySet[Maison], *, le: date) -> models.QuerySet[Maison]:
    """Those of these houses where somebody is at work on a day."""
    la = _tenues(le=le, deja_la=True).filter(utilisateur__is_active=True, utilisateur__is_staff=True)
    return maisons.filter(
        models.Q(models.Exists(la.filter(maison=models.OuterRef("pk"))))
        | models.Q(models.Exists(la.filter(organisation=models.OuterRef("organisation"))))
    )


def _tenues(*, le: date, deja_la: bool) -> models.QuerySet[Affectation]:
    if deja_la:
        return Affectation.objects.en_cours(le=le).filter(role__in=MAISON)
    return Affectation.objects.filter(role__in=MAISON).filter(models.Q(au__isnull=True) | models.Q(au__gte=le))


# Giving roles


def can_donner(
    auteur: Utilisateur,
    *,
    role: Role,
    portee: Portee,
    maison: Maison | None,
    organisation: Organisation | None,
    departement: Departement | None,
    le: date,
) -> bool:
    """Whether a person may give (or end) this role there: theirs is at least as high, on a scope that contains it.

    A partner's organisation is within a scope when everything it does with houses is (organisations_partenaires).
    """
    if auteur.is_superuser:
        return True
    if any(
        _RANGS[Role(tenue.role)] >= _RANGS[role]
        and tenue.role in DIRECTION
        and _contient(tenue, portee, maison, organisation, departement)
        for tenue in Affectation.objects.for_utilisateur(auteur, le=le)
    ):
        return True
    if role != Role.PARTENAIRE or organisation is None:
        return False
    return organisations_partenaires(auteur, le=le).filter(pk=organisation.pk).exists()


# organisations → where each works as a partner: (organisation, house) pairs, told by the room that knows partners.
Partenariats = Callable[[], models.QuerySet[Any, Any]]
_PARTENARIATS: list[Partenariats] = []


def enregistrer_partenariats(fonction: Partenariats) -> None:
    _PARTENARIATS.append(fonction)


def organisations_partenaires(
    auteur: Utilisateur, *, le: date, roles: Roles = DIRECTION
) -> models.QuerySet[Organisation]:
    """The organisations a person may give the role of partner on: they work with that person's houses and no other.

    So whoever gets the role sees no permanence that its giver does not.
    """
    siennes = Maison.objects.visibles_par(auteur, le=le, roles=roles & DIRECTION).values("pk")
    dedans = models.Q(pk__in=[])
    for fonction in _PARTENARIATS:
        ici = fonction().filter(maison__in=siennes).values("organisation")
        ailleurs = fonction().filter(organisation=models.OuterRef("pk")).exclude(maison__in=siennes)
        dedans |= models.Q(models.Q(pk__in=ici), ~models.Exists(ailleurs))
    return Organisation.objects.filter(dedans)


def _with_partenaires(
    queryset: models.QuerySet[Any], utilisateur: Utilisateur, le: date, roles: Roles | None
) -> models.QuerySet[Any]:
    """Roles given and offered where this person has one, those of their houses' partners included."""
    siens = queryset.model._default_manager.visibles_par(utilisateur, le=le, roles=roles)
    partenaires = organisations_partenaires(utilisateur, le=le, roles=DIRECTION if roles is None else roles)
    return queryset.filter(
        models.Q(pk__in=siens.values("pk")) | models.Q(role=Role.PARTENAIRE, organisation__in=partenaires.values("pk"))
    )


enregistrer_portee(Affectation, _with_partenaires)
enregistrer_portee(Invitation, _with_partenaires)


def roles_a_donner(auteur: Utilisateur, *, le: date) -> list[Role]:
    """The roles a person may give somewhere, from the least to the most."""
    if auteur.is_superuser:
        return list(_RANGS)
    plus_haut = max(
        (_RANGS[Role(role)] for role in roles_en_cours(auteur, le=le) if role in DIRECTION),
        default=-1,
    )
    return [role for role, rang in _RANGS.items() if rang <= plus_haut]


def _contient(
    tenue: Affectation,
    portee: Portee,
    maison: Maison | None,
    organisation: Organisation | None,
    departement: Departement | None,
) -> bool:
    if tenue.portee == Portee.RESEAU:
        return True
    if portee == Portee.MAISON and maison is not None:
        return {
            Portee.MAISON.value: tenue.maison_id == maison.pk,
            Portee.ORGANISATION.value: tenue.organisation_id == maison.organisation_id,
            Portee.DEPARTEMENT.value: tenue.departement_id == maison.departement_id,
        }[tenue.portee]
    if portee == Portee.ORGANISATION and organisation is not None:
        if tenue.portee == Portee.ORGANISATION:
            return tenue.organisation_id == organisation.pk
        return tenue.portee == Portee.DEPARTEMENT and _tout_entiere_dans(organisation, tenue.departement_id)
    if portee == Portee.DEPARTEMENT and departement is not None:
        return tenue.portee == Portee.DEPARTEMENT and tenue.departement_id == departement.pk
    return False


def _tout_entiere_dans(organisation: Organisation, departement: str | None) -> bool:
    """A pilot speaks for an organisation of the département, unless it also runs houses elsewhere."""
    return (
        organisation.departement_id == departement
        and not organisation.maisons.exclude(departement=departement).exists()
    )


def champs_de_portee(portee: str) -> Iterable[str]:
    """The columns that must be filled and empty for a kind of scope: the filled one, if any, first."""
    colonnes = [Portee.MAISON, Portee.ORGANISATION, Portee.DEPARTEMENT]
    return sorted((colonne.value for colonne in colonnes), key=lambda nom: nom != portee)
