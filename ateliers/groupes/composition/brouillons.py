"""A composition as a draft: proposed by the portal, moved by hand, validated once, by one facilitator at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers.enums import (
    OrigineMembre,
    Particularite,
    StatutComposition,
    StatutDemande,
)
from ateliers.groupes import cohortes, places, regles
from ateliers.groupes.composition import optimisation
from ateliers.groupes.composition.modele import Attente, Endroit, GroupePropose, Proposition, Reglages
from ateliers.models import (
    CAPACITE_PAR_DEFAUT,
    CohorteProposee,
    Composition,
    DemandeGroupe,
    GroupePairs,
    PlaceProposee,
)
from maisons.models import Lieu, Maison
from socle.models import Utilisateur


class CompositionRefusee(Exception):
    """A change to a draft was refused and nothing was written; the message is for the person on screen."""


class CompositionChangee(CompositionRefusee):
    """Someone else changed or validated the draft after this page was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("Quelqu'un d'autre a modifié cette composition entre-temps. La voici comme elle est maintenant.")
        )


class FamillesParties(CompositionRefusee):
    """Families of the draft no longer wait: invited elsewhere, or gone. They were taken out of it."""

    def __init__(self, prenoms: Sequence[str]) -> None:
        super().__init__(
            ngettext(
                "%(nombre)d famille n'attend plus (%(prenoms)s) : elle est sortie du brouillon. "
                "Rien n'est envoyé : relisez, puis validez.",
                "%(nombre)d familles n'attendent plus (%(prenoms)s) : elles sont sorties du brouillon. "
                "Rien n'est envoyé : relisez, puis validez.",
                len(prenoms),
            )
            % {"nombre": len(prenoms), "prenoms": ", ".join(prenoms)}
        )


# ── Proposing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def attentes_de(maisons: Collection[Maison], *, maintenant: datetime) -> list[Attente]:
    """The families that wait at some houses, as the optimisation wants them."""
    demandes = DemandeGroupe.objects.en_attente().filter(maison__in=maisons).select_related("commune")
    return [
        Attente(
            cle=demande.pk,
            profil=regles.Profil.de(demande),
            attente_jours=max(0, (maintenant - demande.en_attente_depuis).days),
        )
        for demande in demandes
    ]


def endroits_de(maisons: Collection[Maison], *, groupes_max: int) -> list[Endroit]:
    return [
        Endroit(
            cle=lieu.pk,
            latitude=lieu.latitude,
            longitude=lieu.longitude,
            maison=lieu.maison_id,
            groupes_max=groupes_max,
        )
        for lieu in Lieu.objects.actifs().filter(maison__in=maisons).order_by("pk")
    ]


def proposer(
    *,
    maisons: Collection[Maison],
    par: Utilisateur,
    reglages: Reglages,
    groupes_max: int,
    maintenant: datetime,
) -> Composition:
    """Compose groups from those who wait at some houses, and keep the draft. Nobody is told anything yet.

    Raises CompositionRefusee when nobody waits, or the houses have no place.
    """
    attentes = attentes_de(maisons, maintenant=maintenant)
    if not attentes:
        raise CompositionRefusee(_("Aucune famille n'attend un groupe dans ces maisons."))
    endroits = endroits_de(maisons, groupes_max=groupes_max)
    if not endroits:
        raise CompositionRefusee(_("Ces maisons n'ont pas encore de lieu où se réunir."))
    proposition = optimisation.proposer(attentes=attentes, endroits=endroits, reglages=reglages)
    return _garder(maisons, par, reglages, groupes_max, attentes, proposition, maintenant)


@transaction.atomic
def _garder(
    maisons: Collection[Maison],
    par: Utilisateur,
    reglages: Reglages,
    groupes_max: int,
    attentes: Sequence[Attente],
    proposition: Proposition,
    maintenant: datetime,
) -> Composition:
    composition = Composition.objects.create(
        par=par,
        cree_le=maintenant,
        reglages={
            **asdict(reglages),
            "groupes_max": groupes_max,
            "familles": len(attentes),
            "placees": proposition.placees,
            "duree": round(proposition.secondes, 1),
            "ecart": round(proposition.ecart, 4),
            "interrompue": proposition.interrompue,
        },
    )
    composition.maisons.set(maisons)
    profils = {attente.cle: attente.profil for attente in attentes}
    lignes: list[PlaceProposee] = []
    for groupe in proposition.groupes:
        cohorte = CohorteProposee.objects.create(composition=composition, **_champs(groupe, profils))
        lignes += [
            PlaceProposee(composition=composition, cohorte=cohorte, demande_id=cle, raisons=raisons)
            for cle, raisons in groupe.membres.items()
        ]
    lignes += [
        PlaceProposee(composition=composition, demande_id=cle, raisons=raisons)
        for cle, raisons in proposition.restantes.items()
    ]
    PlaceProposee.objects.bulk_create(lignes)
    return composition


def _champs(groupe: GroupePropose, profils: dict[int, regles.Profil]) -> dict[str, Any]:
    membres = [profils[cle] for cle in groupe.membres]
    particularites = list(groupe.cadre.particularites)
    if any(membre.coparent for membre in membres):
        particularites.append(Particularite.COPARENTS.value)
    return {
        "lieu_id": groupe.endroit.cle,
        "nom": nom_de_cohorte(groupe.cadre.naissances_du, groupe.cadre.naissances_au),
        "naissances_du": groupe.cadre.naissances_du,
        "naissances_au": groupe.cadre.naissances_au,
        "capacite": max(CAPACITE_PAR_DEFAUT, sum(membre.bebes for membre in membres)),
        "langue": groupe.cadre.langue,
        "particularites": particularites,
    }


def nom_de_cohorte(du: date, au: date) -> str:
    """How a group is called until somebody finds better: "Bébés de mars et avril 2027"."""
    # Avril, août, octobre.
    elision = du.month in (4, 8, 10)
    if (du.year, du.month) == (au.year, au.month):
        return (_("Bébés d'%s") if elision else _("Bébés de %s")) % date_format(du, "F Y")
    noms = {"debut": date_format(du, "F" if du.year == au.year else "F Y"), "fin": date_format(au, "F Y")}
    return (_("Bébés d'%(debut)s à %(fin)s") if elision else _("Bébés de %(debut)s à %(fin)s")) % noms


# ── Moving by hand ────────────────────────────────────────────────────────────────────────────────────────────────


def _verrouiller(composition: Composition, version: int) -> Composition:
    composition = Composition.objects.select_for_update(of=("self",), no_key=True).get(pk=composition.pk)
    if composition.version != version or composition.statut != StatutComposition.BROUILLON:
        raise CompositionChangee
    return composition


def _avancer(composition: Composition) -> None:
    composition.version += 1
    composition.save(update_fields=["version"])


@transaction.atomic
def deplacer(
    *, composition: Composition, demandes: Iterable[int], vers: CohorteProposee | None, version: int
) -> Composition:
    """Put families of a draft into one of its groups, or back among those who stay first in line.

    What does not suit is said with the place, not forbidden: the facilitator knows the families. Raises
    CompositionRefusee beyond the group's places, CompositionChangee when the draft changed meanwhile.
    """
    composition = _verrouiller(composition, version)
    lignes = list(composition.places.filter(demande__in=list(demandes)).select_related("demande__commune"))
    if not lignes:
        raise CompositionRefusee(_("Cochez au moins une famille."))
    if vers is not None:
        if vers.composition_id != composition.pk:
            raise CompositionRefusee(_("Ce groupe n'est pas de cette composition."))
        _verifier_taille(vers, lignes)
    for ligne in lignes:
        ligne.cohorte = vers
        ligne.deplacee = True
        ligne.raisons = _raisons_a_la_main(ligne.demande, vers)
    PlaceProposee.objects.bulk_update(lignes, ["cohorte", "deplacee", "raisons"])
    _avancer(composition)
    return composition


def _verifier_taille(vers: CohorteProposee, lignes: Sequence[PlaceProposee]) -> None:
    deja = vers.places.exclude(pk__in=[ligne.pk for ligne in lignes]).aggregate(n=Sum("demande__bebes", default=0))[
        "n"
    ]
    voulus = deja + sum(ligne.demande.binomes for ligne in lignes)
    if voulus > vers.capacite:
        raise CompositionRefusee(
            _("« %(nom)s » a %(capacite)d places : il en faudrait %(voulus)d. Augmentez-les, ou déplacez quelqu'un.")
            % {"nom": vers.nom, "capacite": vers.capacite, "voulus": voulus}
        )


def _raisons_a_la_main(demande: DemandeGroupe, vers: CohorteProposee | None) -> list[dict[str, Any]]:
    raisons: list[dict[str, Any]] = [{"code": "a_la_main"}]
    if vers is not None:
        profil, cadre = regles.Profil.de(demande), regles.Cadre.de(vers)
        km = regles.distance(profil, cadre)
        raisons += [{"code": "obstacle", "obstacle": str(o)} for o in regles.obstacles(profil, cadre, km=km)]
        raisons.append({"code": "distance", "km": round(km, 1)})
    return raisons


@transaction.atomic
def regler_cohorte(*, cohorte: CohorteProposee, nom: str, capacite: int, rythme: str, version: int) -> CohorteProposee:
    """Name a proposed group, change its places or rhythm. Raises CompositionRefusee below the families in it."""
    composition = _verrouiller(cohorte.composition, version)
    binomes = cohorte.places.aggregate(n=Sum("demande__bebes", default=0))["n"]
    if capacite < binomes:
        raise CompositionRefusee(
            ngettext(
                "%d place est occupée : gardez-en au moins autant.",
                "%d places sont occupées : gardez-en au moins autant.",
                binomes,
            )
            % binomes
        )
    cohorte.nom, cohorte.capacite, cohorte.rythme = nom, capacite, rythme
    cohorte.save(update_fields=["nom", "capacite", "rythme"])
    _avancer(composition)
    return cohorte


@transaction.atomic
def retirer_cohorte(*, cohorte: CohorteProposee, version: int) -> Composition:
    """Give up a proposed group: its families stay first in line."""
    composition = _verrouiller(cohorte.composition, version)
    cohorte.places.update(cohorte=None, deplacee=True, raisons=[{"code": "a_la_main"}])
    cohorte.delete()
    _avancer(composition)
    return composition


@transaction.atomic
def abandonner(*, composition: Composition, version: int, maintenant: datetime) -> Composition:
    """Give up a draft: nothing was told to anybody, nothing changes for those who wait."""
    composition = _verrouiller(composition, version)
    composition.statut = StatutComposition.ABANDONNEE
    composition.finie_le = maintenant
    composition.save(update_fields=["statut", "finie_le"])
    return composition


# ── Validating ────────────────────────────────────────────────────────────────────────────────────────────────────


def valider(
    *, composition: Composition, par: Utilisateur, version: int, repondre_avant: datetime, maintenant: datetime
) -> list[GroupePairs]:
    """Make the groups of a draft and invite their families, all or nothing. The others stay first in line.

    Two drafts may hold the same family: requests are locked, and only one that still waits is invited, so the second
    validation is refused whole. Raises CompositionChangee, FamillesParties (those gone are then out of the draft), or
    CompositionRefusee for a draft without a group or a date to answer that is past.
    """
    try:
        with transaction.atomic():
            return _valider(composition, par, version, repondre_avant, maintenant)
    except FamillesParties:
        retirer_les_parties(composition=composition)
        raise


def _valider(
    composition: Composition, par: Utilisateur, version: int, repondre_avant: datetime, maintenant: datetime
) -> list[GroupePairs]:
    composition = _verrouiller(composition, version)
    if repondre_avant <= maintenant:
        raise CompositionRefusee(_("La date de réponse doit être à venir."))
    proposees = list(
        composition.cohortes.annotate(nombre=Count("places"))
        .filter(nombre__gt=0)
        .select_related("lieu__commune", "lieu__maison")
        .order_by("pk")
    )
    if not proposees:
        raise CompositionRefusee(_("Ce brouillon n'a aucun groupe à créer."))
    lignes = list(composition.places.filter(cohorte__isnull=False).order_by("demande"))
    # One after the other in the order everyone locks them in: overlapping drafts wait here for each other.
    demandes = {
        demande.pk: demande
        for demande in DemandeGroupe.objects.filter(pk__in=[ligne.demande_id for ligne in lignes])
        .select_related("famille", "commune")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    }
    parties = [d.prenom for d in demandes.values() if d.statut != StatutDemande.EN_ATTENTE]
    if parties:
        raise FamillesParties(parties)
    groupes = []
    for proposee in proposees:
        groupe = _creer(proposee, par, maintenant)
        for ligne in lignes:
            if ligne.cohorte_id == proposee.pk:
                places.inviter(
                    groupe=groupe,
                    demande=demandes[ligne.demande_id],
                    origine=OrigineMembre.COMPOSITION,
                    repondre_avant=repondre_avant,
                    maintenant=maintenant,
                    raisons=ligne.raisons,
                )
        groupes.append(groupe)
    composition.statut = StatutComposition.VALIDEE
    composition.finie_le = maintenant
    composition.save(update_fields=["statut", "finie_le"])
    return groupes


def _creer(proposee: Any, par: Utilisateur, maintenant: datetime) -> GroupePairs:
    groupe = cohortes.creer_groupe(
        cohorte=cohortes.Cohorte(
            lieu=proposee.lieu,
            nom=proposee.nom,
            naissances_du=proposee.naissances_du,
            naissances_au=proposee.naissances_au,
            capacite=proposee.capacite,
            rythme=proposee.rythme,
            langue=proposee.langue,
            particularites=proposee.particularites,
            facilitateurs=(par,),
        ),
        maintenant=maintenant,
    )
    proposee.groupe = groupe
    CohorteProposee.objects.filter(pk=proposee.pk).update(groupe=groupe)
    return groupe


@transaction.atomic
def retirer_les_parties(*, composition: Composition) -> int:
    """Take out of a draft the families that no longer wait; the number."""
    composition = Composition.objects.select_for_update(of=("self",), no_key=True).get(pk=composition.pk)
    if composition.statut != StatutComposition.BROUILLON:
        return 0
    nombre, _lignes = composition.places.exclude(demande__statut=StatutDemande.EN_ATTENTE).delete()
    if nombre:
        _avancer(composition)
    return nombre
