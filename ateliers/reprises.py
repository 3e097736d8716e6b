"""What bookings and requests for a group do when two records of a family are merged."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers.enums import DEMANDES_OUVERTES, AnnuleePar, StatutInscription
from ateliers.liste_attente import prendre, proposer_places, rendre_de
from ateliers.models import (
    ADULTES_PAR_INSCRIPTION_MAX,
    ENFANTS_PAR_INSCRIPTION_MAX,
    DemandeGroupe,
    EnfantInscrit,
    Inscription,
    Seance,
)
from ateliers.perms import seances_aux_inscrits_visibles
from familles.fusions import Conflit, Contexte, FusionRefusee, Reprise, enregistrer_reprise
from familles.models import Famille
from socle import dates
from socle.models import Utilisateur

ENSEMBLE = "ensemble"


def _actives(famille: Famille) -> dict[int, Inscription]:
    inscriptions = Inscription.objects.with_cadre().actives().filter(famille=famille)
    return {inscription.seance_id: inscription for inscription in inscriptions}


def _a_trancher(seances: QuerySet[Seance], par: Utilisateur, maintenant: datetime) -> QuerySet[Seance]:
    """Sessions to come of which the person reads who comes: of no other is anything asked, or told."""
    visibles = seances_aux_inscrits_visibles(par, le=timezone.localdate(maintenant))
    return seances.filter(debut__gt=maintenant, pk__in=visibles.values("pk"))


def conflits(premiere: Famille, seconde: Famille, par: Utilisateur, maintenant: datetime) -> list[Conflit]:
    """Two active bookings of one session to come: one stays, or both become one."""
    unes, autres = _actives(premiere), _actives(seconde)
    communes = _a_trancher(Seance.objects.filter(pk__in=unes.keys() & autres.keys()), par, maintenant)
    trouves = []
    for seance in communes.with_cadre().order_by("debut", "pk"):  # type: ignore[attr-defined]
        une, autre = unes[seance.pk], autres[seance.pk]
        reponses = [(str(inscription.pk), _("Garder : %s") % _decrire(inscription)) for inscription in (une, autre)]
        if peut_reunir(une, autre):
            reponses.append((ENSEMBLE, _("Garder toutes les places : %s") % _nombres(une, autre)))
        trouves.append(
            Conflit(
                cle=f"seance-{seance.pk}",
                libelle=f"{seance.titre}, {dates.date_longue(seance.debut, seance.zone)}",
                reponses=reponses,
            )
        )
    return trouves


def _decrire(inscription: Inscription) -> str:
    return f"{inscription.prenom}, {_nombres(inscription)}, {inscription.get_statut_display()}"


def _nombres(*inscriptions: Inscription) -> str:
    adultes = sum(inscription.adultes for inscription in inscriptions)
    enfants = sum(inscription.enfants for inscription in inscriptions)
    return ", ".join(
        [
            ngettext("%d adulte", "%d adultes", adultes) % adultes,
            ngettext("%d enfant", "%d enfants", enfants) % enfants,
        ]
    )


def peut_reunir(une: Inscription, autre: Inscription) -> bool:
    """Whether two bookings can be one with the seats of both."""
    return (
        une.statut == autre.statut == StatutInscription.CONFIRMEE
        and not une.seance.confie_les_enfants
        and une.adultes + autre.adultes <= ADULTES_PAR_INSCRIPTION_MAX
        and une.enfants + autre.enfants <= ENFANTS_PAR_INSCRIPTION_MAX
    )


def reprendre_inscriptions(contexte: Contexte) -> dict[str, list[int]]:
    """Give the bookings to the record that stays, under their sessions' locks, without losing or adding a seat.

    Where both have an active one, the answer given says which stays. In a session that has begun, or that the person
    doesn't see, both stay as they are: the second remains of the record that went, and nobody is told of it.
    """
    de, vers, maintenant = contexte.de, contexte.vers, contexte.maintenant
    concernees = Inscription.objects.filter(famille=de).values("seance")
    # Sessions after families, in the order of their numbers, like whoever else locks several.
    seances = {
        seance.pk: seance
        for seance in Seance.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=concernees)
        .order_by("pk")
    }
    a_trancher = set(
        _a_trancher(Seance.objects.filter(pk__in=seances), contexte.par, maintenant).values_list("pk", flat=True)
    )
    gardees = {i.seance_id: i for i in Inscription.objects.actives().filter(famille=vers, seance__in=seances)}
    deplacees: list[int] = []
    restees: list[int] = []
    for inscription in Inscription.objects.filter(famille=de).order_by("seance", "pk"):
        inscription.seance = seances[inscription.seance_id]
        autre = gardees.get(inscription.seance_id) if inscription.est_active else None
        if autre is not None:
            if inscription.seance_id not in a_trancher:
                restees.append(inscription.pk)
                continue
            autre.seance = inscription.seance
            _trancher(inscription, autre, contexte)
        deplacees.append(inscription.pk)
    Inscription.objects.filter(pk__in=deplacees).update(famille=vers)
    _reprendre_enfants(EnfantInscrit.objects.all(), "inscription", contexte)
    for pk in sorted(a_trancher):
        proposer_places(seance=Seance.objects.with_cadre().get(pk=pk), maintenant=maintenant)
    return {"ateliers.inscription": deplacees, "ateliers.inscription_restee": restees}


def _trancher(une: Inscription, autre: Inscription, contexte: Contexte) -> None:
    reponse = contexte.reponses.get(f"seance-{une.seance_id}")
    if reponse == ENSEMBLE:
        if not peut_reunir(une, autre):
            raise FusionRefusee(_("Ces deux réservations ne peuvent pas n'en faire qu'une : gardez l'une ou l'autre."))
        _clore(une, contexte.maintenant)
        prendre(une.seance, adultes=une.adultes, enfants=une.enfants, petits=une.petits, canal=autre.canal)
        autre.adultes += une.adultes
        autre.enfants += une.enfants
        autre.petits += une.petits
        autre.save(update_fields=["adultes", "enfants", "petits"])
        EnfantInscrit.objects.filter(inscription=une).update(inscription=autre)
    elif reponse == str(une.pk):
        _clore(autre, contexte.maintenant)
    elif reponse == str(autre.pk):
        _clore(une, contexte.maintenant)
    else:
        raise FusionRefusee(
            _("Les deux fiches ont une réservation pour la même séance : dites laquelle reste (%s).")
            % une.seance.titre
        )


def _clore(inscription: Inscription, maintenant: datetime) -> None:
    """End a booking that was there twice; its seats are let go, and the family, which still comes, is told nothing."""
    tenait = inscription.tient_une_place
    inscription.statut = StatutInscription.ANNULEE
    inscription.annulee_le = maintenant
    inscription.annulee_par = AnnuleePar.MAISON
    inscription.proposee_le = inscription.proposee_jusqu_au = None
    inscription.presence = ""
    inscription.pointee_le = inscription.adultes_presents = inscription.enfants_presents = None
    inscription.save()
    if tenait:
        rendre_de(inscription)


def _reprendre_enfants(liens: QuerySet[Any], porteur: str, contexte: Contexte) -> None:
    """Links to a child that is the same as another lead to that one, once."""
    for lien in list(liens.filter(enfant__in=contexte.enfants)):
        garde = contexte.enfants[lien.enfant_id]
        if liens.filter(**{f"{porteur}_id": getattr(lien, f"{porteur}_id"), "enfant_id": garde}).exists():
            lien.delete()
        else:
            liens.filter(pk=lien.pk).update(enfant_id=garde)


def reprendre_demandes(contexte: Contexte) -> dict[str, list[int]]:
    """Give the requests for a group to the record that stays; an open one stays where both have one."""
    demandes = DemandeGroupe.objects.select_for_update(of=("self",), no_key=True).filter(famille=contexte.de)
    une_ouverte = DemandeGroupe.objects.filter(famille=contexte.vers, statut__in=DEMANDES_OUVERTES).exists()
    deplacees: list[int] = []
    restees: list[int] = []
    for demande in demandes.order_by("pk"):
        (restees if une_ouverte and demande.est_ouverte else deplacees).append(demande.pk)
    DemandeGroupe.objects.filter(pk__in=deplacees).update(famille=contexte.vers)
    _reprendre_enfants(DemandeGroupe.enfants.through.objects.all(), "demandegroupe", contexte)
    return {"ateliers.demandegroupe": deplacees, "ateliers.demandegroupe_restee": restees}


def resume(familles: list[int], par: Utilisateur, maintenant: datetime) -> dict[int, str]:
    """How many bookings each family has where the person reads who comes, and the last of them."""
    visibles = seances_aux_inscrits_visibles(par, le=timezone.localdate(maintenant))
    comptes = (
        Inscription.objects.filter(famille__in=familles, seance__in=visibles.values("pk"))
        .order_by()
        .values("famille")
        .annotate(nombre=Count("pk"), derniere=Max("seance__debut"))
    )
    return {
        compte["famille"]: ngettext(
            "%(n)d inscription, séance du %(jour)s",
            "%(n)d inscriptions, la dernière pour le %(jour)s",
            compte["nombre"],
        )
        % {"n": compte["nombre"], "jour": date_format(timezone.localtime(compte["derniere"]), "j F Y")}
        for compte in comptes
    }


# Requests first: their locks come before those of sessions.
enregistrer_reprise(Reprise(modeles=(DemandeGroupe, DemandeGroupe.enfants.through), reprendre=reprendre_demandes))
enregistrer_reprise(
    Reprise(modeles=(Inscription, EnfantInscrit), reprendre=reprendre_inscriptions, conflits=conflits, resume=resume)
)
