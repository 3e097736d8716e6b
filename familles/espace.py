"""The family of an account: how the two are tied, whose contacts it may read, and the children.

What ties them is proof: an account's address was proved by a code sent to it. The family that is known by that very
address is its own; what was booked with another address is not, were it on the same record (decision 0038).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from familles import accords
from familles.enums import GenreAcces, ObjetAccord
from familles.models import AccesFamille, Enfant, Famille, ProfilParent
from socle.models import Utilisateur


@dataclass(frozen=True)
class ContactProuve:
    """A way to reach somebody of whom the account knows that it is theirs; `depuis` for the other parent's."""

    email: str
    telephone: str
    depuis: datetime | None = None


def familles_de(utilisateur: Utilisateur) -> QuerySet[Famille]:
    """The family known by the account's own address, and those that were shared with it.

    A record that was merged into another is not followed: that would open the other one's children on a guess.
    """
    return Famille.objects.filter(fusionnee_dans=None).filter(
        Q(acces__in=AccesFamille.objects.filter(utilisateur=utilisateur).values("pk"))
        | Q(email__iexact=utilisateur.email)
    )


def enfants_de(utilisateur: Utilisateur) -> QuerySet[Enfant]:
    return Enfant.objects.filter(famille__in=familles_de(utilisateur).values("pk"))


@transaction.atomic
def ouvrir(utilisateur: Utilisateur, *, maintenant: datetime) -> Famille:
    """The account's own family, made where it lacks, and its tie to it; the family's row is locked."""
    acces = AccesFamille.objects.filter(utilisateur=utilisateur, genre=GenreAcces.TITULAIRE).first()
    if acces is None:
        acces = _rattacher(utilisateur, maintenant)
    return Famille.objects.select_for_update(of=("self",), no_key=True).get(pk=acces.famille_id)


def _rattacher(utilisateur: Utilisateur, maintenant: datetime) -> AccesFamille:
    valeurs = {"prenom": utilisateur.prenom or "–", "langue": "fr", "cree_le": maintenant}
    famille, _creee = Famille.objects.get_or_create(
        email__iexact=utilisateur.email, defaults={**valeurs, "email": utilisateur.email}
    )
    if famille.fusionnee_dans_id is not None:
        # The address is that of a record which the team merged into another: a family of its own, known by no contact.
        famille = Famille.objects.create(**valeurs)
    try:
        with transaction.atomic():
            return AccesFamille.objects.create(
                utilisateur=utilisateur, famille=famille, genre=GenreAcces.TITULAIRE, depuis=maintenant
            )
    except IntegrityError:
        # Twice at the same moment.
        return AccesFamille.objects.get(utilisateur=utilisateur, genre=GenreAcces.TITULAIRE)


def comptes_de(famille: Famille) -> QuerySet[Utilisateur]:
    """The accounts whose own family it is; not those it is shared with."""
    siens = Q(pk__in=AccesFamille.objects.filter(famille=famille, genre=GenreAcces.TITULAIRE).values("utilisateur"))
    if famille.email:
        siens |= Q(email__iexact=famille.email)
    return Utilisateur.objects.filter(siens)


def contacts_de(utilisateur: Utilisateur) -> list[ContactProuve]:
    """Whose bookings an account sees: its own proven contacts, and those of the accounts it shares a family with.

    That is its own guests and the owner of a family it is a guest of: two guests of one family agreed to nothing
    between them. Of the others it sees what is of use since they share: `depuis`, the later of the two beginnings.
    """
    siens = list(AccesFamille.objects.filter(utilisateur=utilisateur))
    depuis: dict[int, datetime] = {}
    mes_debuts = {acces.famille_id: acces.depuis for acces in siens}
    sienne = [acces.famille_id for acces in siens if acces.genre == GenreAcces.TITULAIRE]
    autres = AccesFamille.objects.filter(
        Q(famille__in=sienne) | Q(famille__in=mes_debuts, genre=GenreAcces.TITULAIRE)
    ).exclude(utilisateur=utilisateur)
    for acces in autres:
        debut = max(acces.depuis, mes_debuts[acces.famille_id])
        depuis[acces.utilisateur_id] = min(debut, depuis.get(acces.utilisateur_id, debut))
    comptes = Utilisateur.objects.filter(pk__in=[utilisateur.pk, *depuis]).select_related("profil_parent")
    return [
        ContactProuve(compte.email, telephone_de(compte), depuis.get(compte.pk)) for compte in comptes.order_by("pk")
    ]


def profil_de(utilisateur: Utilisateur) -> ProfilParent:
    """Her wishes, or those of who said nothing yet (not saved)."""
    return ProfilParent.objects.filter(utilisateur=utilisateur).first() or ProfilParent(utilisateur=utilisateur)


def telephone_de(compte: Utilisateur) -> str:
    """The proven number of an account whose wishes are loaded; "" without one."""
    profil = getattr(compte, "profil_parent", None)
    return str(profil.telephone.as_e164) if profil is not None and profil.telephone else ""


# Children


@transaction.atomic
def ajouter_enfant(
    *,
    utilisateur: Utilisateur,
    prenom: str,
    naissance: date | None,
    terme_prevu: date | None,
    maintenant: datetime,
) -> Enfant:
    return Enfant.objects.create(
        famille=ouvrir(utilisateur, maintenant=maintenant),
        prenom=prenom,
        naissance=naissance,
        terme_prevu=terme_prevu,
    )


def changer_enfant(
    *, enfant: Enfant, prenom: str, naissance: date | None, terme_prevu: date | None, suivi: bool
) -> Enfant:
    """What the parent says of a child now."""
    enfant.prenom, enfant.naissance, enfant.terme_prevu, enfant.suivi = prenom, naissance, terme_prevu, suivi
    enfant.save(update_fields=["prenom", "naissance", "terme_prevu", "suivi"])
    return enfant


@transaction.atomic
def retirer_enfant(*, enfant: Enfant, maintenant: datetime) -> None:
    """Forget a child: bookings keep their number of seats, reminders go and the consents to them end."""
    accords.clore(objet=ObjetAccord.RAPPELS_ENTRETIENS, cibles=enfant.rappels.all(), maintenant=maintenant)
    enfant.delete()
