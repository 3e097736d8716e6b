"""Whose data: from a family, an account or a proven contact to all that is one person's, and nothing of another's."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from familles.enums import GenreAcces
from familles.models import AccesFamille, DemandeRappel, Famille, InvitationCoparent, ProfilParent
from familles.silence import contacts_de
from maisons.models import Suivi
from socle.enums import Canal
from socle.models import Opposition, Utilisateur
from socle.registre import Personne

# Models with a family, an e-mail and a number of their own: upper rooms add theirs.
_PORTEURS: list[type[models.Model]] = []

Contact = tuple[str, str]


def enregistrer_porteur(modele: type[models.Model]) -> None:
    """Say that rows of a model (`famille`, `email`, `telephone`) know contacts of a family beside its own."""
    _PORTEURS.append(modele)


def avec_absorbees(fiches: Iterable[int]) -> frozenset[int]:
    """These records, what they were merged into, and what was merged into it: one family, as a team said."""
    connues = set(fiches)
    restees = Famille.objects.filter(pk__in=connues, fusionnee_dans__isnull=False).values_list(
        "fusionnee_dans", flat=True
    )
    connues |= {pk for pk in restees if pk is not None}
    return frozenset(connues | set(Famille.objects.filter(fusionnee_dans__in=connues).values_list("pk", flat=True)))


def entieres(fiches: Set[int]) -> frozenset[int]:
    """Those of these records that are merged with none but these."""
    ensembles: dict[int, set[int]] = {}
    toutes = Famille.objects.filter(pk__in=avec_absorbees(fiches)).values_list("pk", "fusionnee_dans")
    for pk, restee in toutes:
        ensembles.setdefault(restee or pk, set()).add(pk)
    return frozenset(pk for ensemble in ensembles.values() if ensemble <= fiches for pk in ensemble)


def portees(personne: Personne, prefixe: str = "") -> Q:
    """The rows of a model told to `enregistrer_porteur` that are a person's: those of their records, and those made
    with a contact of theirs, whichever record they hang on since a merge.

    With an address beside it, a number is not what a row was made with.
    """
    adresses = {forme for adresse in personne.destinataires(Canal.EMAIL) for forme in (adresse, adresse.lower())}
    return (
        Q(**{f"{prefixe}famille__in": personne.fiches})
        | Q(**{f"{prefixe}email__in": adresses})
        | Q(**{f"{prefixe}email": "", f"{prefixe}telephone__in": personne.destinataires(Canal.SMS)})
    )


def fiches_du_contact(contact: Contact) -> frozenset[int]:
    """The records that are known by a contact; what they were merged with is another matter.

    A family with an address is known by it alone: a number written beside it in a form proves nothing about it.
    """
    canal, destinataire = contact
    if canal == Canal.EMAIL:
        connues = Famille.objects.filter(email__iexact=destinataire)
    else:
        connues = Famille.objects.filter(email="", telephone=destinataire)
    return frozenset(connues.values_list("pk", flat=True))


def contact_principal(porteur: object) -> Contact | None:
    """The contact that a record or a booking is known by, where a proof of identity is sent; None without one."""
    contacts = dict(contacts_de(porteur))
    for canal in (Canal.EMAIL.value, Canal.SMS.value):
        if canal in contacts:
            return canal, contacts[canal]
    return None


def personne_du_contact(contact: Contact) -> Personne:
    """All that belongs to whoever has shown that a contact is theirs."""
    canal, destinataire = contact
    comptes: Iterable[int] = ()
    if canal == Canal.EMAIL:
        comptes = Utilisateur.objects.filter(email__iexact=destinataire, is_staff=False).values_list("pk", flat=True)
    return _qui_a_prouve({contact}, frozenset(comptes))


def personne_du_compte(utilisateur: Utilisateur) -> Personne:
    """All that belongs to whoever is signed in: the account, its own family, and what its proved contacts know.

    The family that somebody shared with it stays that person's.
    """
    return _qui_a_prouve(set(), frozenset({utilisateur.pk}))


def _qui_a_prouve(contacts: set[Contact], comptes: frozenset[int]) -> Personne:
    """A team may have merged the records of two people: nobody reads or erases the other's on the strength of it.

    Records that were merged are all of a person's only when that person proved the contact of each; else they have of
    them what was made with their contacts, and the house does the rest.
    """
    prouves = contacts | _contacts_des_comptes(comptes)
    siennes = set(
        AccesFamille.objects.filter(utilisateur__in=comptes, genre=GenreAcces.TITULAIRE).values_list(
            "famille", flat=True
        )
    )
    for contact in prouves:
        siennes |= fiches_du_contact(contact)
    fiches = entieres(siennes)
    return Personne(
        fiches=fiches,
        reunies=frozenset(siennes - fiches),
        comptes=comptes,
        contacts=_siens(prouves, fiches, comptes),
    )


def personne_de(*, fiches: Iterable[int] = (), comptes: Iterable[int] = ()) -> Personne:
    """The person whose records and accounts these are, for who answers for it: a team at their word, a rule of
    retention. What was merged goes together."""
    return personne_des_numeros(fiches=avec_absorbees(fiches), comptes=comptes)


def personne_de_la_famille(famille: Famille) -> Personne:
    """All of a family that asks its house: with the accounts that are its own, by their tie or by its address, and
    what these would open alone.

    An account it was shared with stays, and so does a team member's.
    """
    fiches = avec_absorbees([famille.pk])
    adresses = Famille.objects.filter(pk__in=fiches).exclude(email="").values_list(Lower("email"), flat=True)
    titulaires = AccesFamille.objects.filter(famille__in=fiches, genre=GenreAcces.TITULAIRE).values("utilisateur")
    siens = Utilisateur.objects.filter(Q(pk__in=titulaires) | Q(email__in=list(adresses)), is_staff=False)
    seule = _qui_a_prouve(set(), frozenset(siens.values_list("pk", flat=True)))
    return replace(
        personne_des_numeros(fiches=fiches | seule.fiches, comptes=seule.comptes), reunies=seule.reunies - fiches
    )


def personne_des_numeros(*, fiches: Iterable[int], comptes: Iterable[int]) -> Personne:
    """The same, of exactly these records: a request that was noted doesn't grow by what was merged since."""
    fiches, comptes = frozenset(fiches), frozenset(comptes)
    return Personne(fiches=fiches, comptes=comptes, contacts=_siens(_contacts_des_comptes(comptes), fiches, comptes))


def _contacts_des_comptes(comptes: frozenset[int]) -> set[Contact]:
    """What accounts proved: their address, and the number whose code was typed."""
    adresses = Utilisateur.objects.filter(pk__in=comptes).values_list("email", flat=True)
    profils = ProfilParent.objects.filter(utilisateur__in=comptes).exclude(telephone="")
    return {(Canal.EMAIL.value, adresse) for adresse in adresses} | {
        (Canal.SMS.value, str(profil.telephone.as_e164)) for profil in profils
    }


def _siens(prouves: set[Contact], fiches: frozenset[int], comptes: frozenset[int]) -> frozenset[Contact]:
    """What was proved, always; and what the records are known by, unless somebody else has it too.

    Never the number beside an address: anybody may have typed anybody's.
    """
    connus = {contact_principal(famille) for famille in Famille.objects.filter(pk__in=fiches)}
    return frozenset(
        prouves
        | {contact for contact in connus if contact is not None and not _est_d_autrui(contact, fiches, comptes)}
    )


def _est_d_autrui(contact: Contact, fiches: frozenset[int], comptes: frozenset[int]) -> bool:
    canal, destinataire = contact
    if canal == Canal.EMAIL:
        par_contact = Q(email__iexact=destinataire)
        autres = Utilisateur.objects.filter(par_contact).exclude(pk__in=comptes).exists()
    else:
        par_contact = Q(telephone=destinataire)
        autres = ProfilParent.objects.filter(par_contact).exclude(utilisateur__in=comptes).exists()
    return (
        autres
        or Famille.objects.filter(par_contact).exclude(pk__in=fiches).exists()
        or any(
            modele._default_manager.filter(par_contact, famille__isnull=False).exclude(famille__in=fiches).exists()
            for modele in _PORTEURS
        )
    )


def est_connu(contact: Contact) -> bool:
    """Whether anything at all is held under a contact."""
    canal, destinataire = contact
    seul = Personne(contacts=frozenset({contact}))
    return (
        bool(fiches_du_contact(contact))
        or any(modele._default_manager.filter(portees(seul)).exists() for modele in _PORTEURS)
        or Suivi.objects.filter(canal=canal, destinataire__iexact=destinataire).exists()
        or (canal == Canal.SMS and DemandeRappel.objects.filter(telephone=destinataire).exists())
        or (canal == Canal.EMAIL and Utilisateur.objects.filter(email__iexact=destinataire, is_staff=False).exists())
        # All that is left of some: that they want to hear nothing.
        or Opposition.objects.filter(canal=canal, destinataire__iexact=destinataire).exists()
    )


def sans_personne(oppositions: models.QuerySet[Opposition]) -> models.QuerySet[Opposition]:
    """Of these wishes for silence, those of contacts that nobody the portal knows has any more."""
    adresse, numero = Q(canal=Canal.EMAIL), Q(canal=Canal.SMS)
    par_adresse: list[type[models.Model]] = [Famille, Utilisateur, InvitationCoparent, *_PORTEURS]
    par_numero: list[type[models.Model]] = [Famille, ProfilParent, DemandeRappel, *_PORTEURS]
    for modele in par_adresse:
        tenues = modele._default_manager.alias(basse=Lower("email")).filter(basse=Lower(OuterRef("destinataire")))
        oppositions = oppositions.exclude(adresse & Exists(tenues))
    for modele in par_numero:
        oppositions = oppositions.exclude(
            numero & Exists(modele._default_manager.filter(telephone=OuterRef("destinataire")))
        )
    suivis = Suivi.objects.alias(basse=Lower("destinataire")).filter(basse=Lower(OuterRef("destinataire")))
    return oppositions.exclude(Exists(suivis.filter(canal=OuterRef("canal"))))
