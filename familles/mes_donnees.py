"""Whose data: from a family, an account or a proven contact to all that is one person's, and nothing of another's."""

from __future__ import annotations

from collections.abc import Iterable

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
    """These records, what they were merged into, and what was merged into it: one family."""
    connues = set(fiches)
    restees = Famille.objects.filter(pk__in=connues, fusionnee_dans__isnull=False).values_list(
        "fusionnee_dans", flat=True
    )
    connues |= {pk for pk in restees if pk is not None}
    return frozenset(connues | set(Famille.objects.filter(fusionnee_dans__in=connues).values_list("pk", flat=True)))


def fiches_du_contact(contact: Contact) -> frozenset[int]:
    """The records that are known by a contact.

    A family with an address is known by it alone: a number written beside it in a form proves nothing about it.
    """
    canal, destinataire = contact
    if canal == Canal.EMAIL:
        connues = Famille.objects.filter(email__iexact=destinataire)
    else:
        connues = Famille.objects.filter(email="", telephone=destinataire)
    return avec_absorbees(connues.values_list("pk", flat=True))


def contact_principal(famille: Famille) -> Contact | None:
    """The contact a family is known by, where a proof of identity is sent; None for one that has none."""
    if famille.fusionnee_dans is not None:
        famille = famille.fusionnee_dans
    contacts = dict(contacts_de(famille))
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
    return personne_de(fiches=fiches_du_contact(contact), comptes=comptes, contacts=[contact])


def personne_du_compte(utilisateur: Utilisateur) -> Personne:
    """All that belongs to whoever is signed in: the account, its own family, and what its proved contacts know.

    The family that somebody shared with it stays that person's.
    """
    contacts: list[Contact] = [(Canal.EMAIL.value, utilisateur.email)]
    profil = ProfilParent.objects.filter(utilisateur=utilisateur).exclude(telephone="").first()
    if profil is not None:
        contacts.append((Canal.SMS.value, str(profil.telephone.as_e164)))
    fiches = set(
        AccesFamille.objects.filter(utilisateur=utilisateur, genre=GenreAcces.TITULAIRE).values_list(
            "famille", flat=True
        )
    )
    for contact in contacts:
        fiches |= fiches_du_contact(contact)
    return personne_de(fiches=fiches, comptes=[utilisateur.pk], contacts=contacts)


def personne_de(
    *, fiches: Iterable[int] = (), comptes: Iterable[int] = (), contacts: Iterable[Contact] = ()
) -> Personne:
    """A person, with the contacts that are theirs alone: one that another family has too stays that family's."""
    fiches, comptes = avec_absorbees(fiches), frozenset(comptes)
    connus = set(contacts)
    for famille in Famille.objects.filter(pk__in=fiches):
        connus |= contacts_de(famille)
    for modele in _PORTEURS:
        for ligne in modele._default_manager.filter(famille__in=fiches).only("email", "telephone"):
            connus |= contacts_de(ligne)
    adresses = Utilisateur.objects.filter(pk__in=comptes).values_list("email", flat=True)
    connus |= {(Canal.EMAIL.value, adresse) for adresse in adresses}
    siens = frozenset(contact for contact in connus if not _est_d_autrui(contact, fiches, comptes))
    return Personne(fiches=fiches, comptes=comptes, contacts=siens)


def _est_d_autrui(contact: Contact, fiches: frozenset[int], comptes: frozenset[int]) -> bool:
    canal, destinataire = contact
    par_contact = Q(email__iexact=destinataire) if canal == Canal.EMAIL else Q(telephone=destinataire)
    if Famille.objects.filter(par_contact).exclude(pk__in=fiches).exists():
        return True
    if (
        canal == Canal.EMAIL
        and Utilisateur.objects.filter(email__iexact=destinataire).exclude(pk__in=comptes).exists()
    ):
        return True
    return any(
        modele._default_manager.filter(par_contact, famille__isnull=False).exclude(famille__in=fiches).exists()
        for modele in _PORTEURS
    )


def est_connu(contact: Contact) -> bool:
    """Whether anything at all is held under a contact."""
    canal, destinataire = contact
    return (
        bool(fiches_du_contact(contact))
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
