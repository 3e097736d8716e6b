"""How families go two years after they were last heard of, and what was asked without a follow-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Lower

from familles.acces_donnees import purger as purger_acces
from familles.effacement import effacer_tout
from familles.enums import GenreAcces, StatutRappel
from familles.mes_donnees import personne_de, sans_personne
from familles.models import AccesFamille, DemandeRappel, Famille, InvitationCoparent
from maisons.models import Suivi
from socle.conservation import purge
from socle.models import Opposition, Utilisateur

# (since when) → the condition under which a family was heard of since; upper rooms add theirs.
Activite = Callable[[datetime], Exists]
_ACTIVITES: list[Activite] = []


def enregistrer_activite(activite: Activite) -> Activite:
    """Decorator: a sign of life of a family, as a condition on `OuterRef("pk")`."""
    _ACTIVITES.append(activite)
    return activite


@enregistrer_activite
def _fiche_reunie(depuis: datetime) -> Exists:
    """Another contact of the same family, made since."""
    return Exists(Famille.objects.filter(fusionnee_dans=OuterRef("pk"), cree_le__gte=depuis))


@enregistrer_activite
def _compte_ouvert(depuis: datetime) -> Exists:
    return Exists(Utilisateur.objects.filter(email=Lower(OuterRef("email")), last_login__gte=depuis))


@enregistrer_activite
def _compte_rattache(depuis: datetime) -> Exists:
    """An account that opens it, were it known by another address or shared."""
    return Exists(AccesFamille.objects.filter(famille=OuterRef("pk"), utilisateur__last_login__gte=depuis))


def _de_la_famille() -> QuerySet[Famille]:
    """The record itself, and those that were merged into it: each has a contact of its own.

    By one equality: the database compares two lists, not each family with every other.
    """
    return Famille.objects.alias(reste=Coalesce("fusionnee_dans", "pk")).filter(reste=OuterRef("pk"))


@enregistrer_activite
def rappel_demande(depuis: datetime) -> Exists:
    """A call that was asked for since, or that she still waits for: it has a rule of its own, and it is hers."""
    demandes = DemandeRappel.objects.filter(Q(demandee_le__gte=depuis) | Q(statut=StatutRappel.A_RAPPELER))
    return Exists(_de_la_famille().filter(telephone__in=demandes.order_by().values("telephone")))


@enregistrer_activite
def suivi_confirme(depuis: datetime) -> Exists:
    """A commune she follows: what she confirmed ends by its own rule, or by her own word."""
    suivis = Suivi.objects.confirmes().order_by().values("destinataire")
    siennes = _de_la_famille().alias(adresse=Lower("email"))
    return Exists(siennes.filter(Q(adresse__in=suivis) | Q(telephone__in=suivis)))


def inactives(*, avant: datetime) -> Q:
    """Families of which nothing was heard since then."""
    condition = Q(cree_le__lt=avant, fusionnee_dans__isnull=True)
    for activite in _ACTIVITES:
        condition &= ~Q(activite(avant))
    return condition


@purge("familles", lot=50)
def familles(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = list(Famille.objects.filter(inactives(avant=avant)).order_by("pk").values_list("pk", flat=True)[:nombre])
    for pk in lot:
        effacer_tout(personne_de(fiches=[pk]), maintenant=maintenant)
    return len(lot)


@purge("demandes_rappel")
def demandes_rappel(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = DemandeRappel.objects.filter(demandee_le__lt=avant).order_by("pk")[:nombre]
    supprimees, _detail = DemandeRappel.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimees


@purge("invitations_coparent")
def invitations_coparent(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """Somebody else's address, which a family typed.

    One that was accepted stays while the family is shared: the consent to share names it, and ends the sharing.
    """
    partages = AccesFamille.objects.filter(
        famille=OuterRef("famille"), utilisateur__email=OuterRef("email"), genre=GenreAcces.COPARENT
    )
    lot = InvitationCoparent.objects.filter(~Exists(partages), expire_le__lt=avant).order_by("pk")[:nombre]
    supprimees, _detail = InvitationCoparent.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimees


@purge("acces_donnees")
def acces_donnees(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """The minute's round has taken most: this one catches what it may have left."""
    return purger_acces(maintenant=maintenant)


@purge("oppositions")
def oppositions(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """A wish for silence is kept as long as somebody is known here who could be written to."""
    lot = sans_personne(Opposition.objects.filter(depuis__lt=avant)).order_by("pk")[:nombre]
    supprimees, _detail = Opposition.objects.filter(pk__in=list(lot.values_list("pk", flat=True))).delete()
    return supprimees
