"""Bookings of fictional families, made through the same engine as anybody's."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import F

from ateliers.accueils import DemandeAccueil
from ateliers.enums import (
    AnnuleePar,
    Audience,
    Besoin,
    CanalInscription,
    Etendue,
    RaisonAccueil,
    StatutInscription,
)
from ateliers.inscriptions import DemandeInscription, InscriptionRefusee, annuler_inscription, inscrire_famille
from ateliers.models import Inscription, Seance
from ateliers.rappels import deposer_rappels
from ateliers.seances import annuler_seances
from familles.ages import age_en_mois
from portail.demo.passe import Venue, inscrire_au_passe
from portail.demo.personnes import FamilleDemo, familles
from socle.enums import StatutMessage
from socle.models import Message

# Messages of the last bookings that the demonstration's worker really sends at its first minute.
MESSAGES_A_LIRE = 6
# One small session in so many is full; one session in so many is cancelled.
UNE_COMPLETE_SUR = 3
UNE_ANNULEE_SUR = 60
# Only small sessions are filled to the last seat: a full house takes many bookings to make up.
COMPLETE_MAX = 6
ATTENTE = 3
PART_A_DEUX = 0.25


def reserver(nouvelles: list[Seance], *, maintenant: datetime) -> int:
    """Book the sessions a load created: some full with a waiting list, past ones with those who came. How many."""
    tirage = _familles_a_tour_de_role(maintenant.date())
    inscriptions: list[Inscription] = []
    venues: list[Venue] = []
    for seance in nouvelles:
        # A group's meetings are its members' (portail/demo/groupes.py).
        if seance.audience in (Audience.PROFESSIONNELS, Audience.MEMBRES):
            continue
        if seance.debut <= maintenant:
            venues += _venues(seance, tirage)
        else:
            inscriptions += _remplir(seance, tirage, maintenant)
    inscrire_au_passe(venues, maintenant=maintenant)
    _annuler_quelques_seances(nouvelles, maintenant=maintenant)
    _liberer_une_place(inscriptions, maintenant=maintenant)
    inscriptions += _appels_de_familles_connues(inscriptions, maintenant=maintenant)
    # Written now rather than by the first tick of the minute, to be counted as sent with the rest.
    deposer_rappels(maintenant=maintenant)
    _ranger_les_messages(inscriptions)
    return len(inscriptions) + len(venues)


def _hasard(seance: Seance) -> random.Random:
    """The same for a session at every load."""
    return random.Random(seance.reference.int)  # noqa: S311 - nothing to keep secret


class _Tirage:
    """Hands families out in turn, so that no one has more bookings than the portal allows."""

    def __init__(self, pool: list[FamilleDemo], aujourd_hui: date) -> None:
        self._pool = pool
        self._suivante = 0
        self.aujourd_hui = aujourd_hui

    def pour(self, seance: Seance) -> Iterator[FamilleDemo]:
        """Each family that the session is for, at most once, from where the last session left off."""
        jour = seance.debut.date()
        for _ in range(len(self._pool)):
            famille = self._pool[self._suivante % len(self._pool)]
            self._suivante += 1
            if _convient(famille, seance, jour):
                yield famille


def _familles_a_tour_de_role(aujourd_hui: date) -> _Tirage:
    pool = familles(aujourd_hui=aujourd_hui)
    random.Random(aujourd_hui.toordinal()).shuffle(pool)  # noqa: S311
    return _Tirage(pool, aujourd_hui)


def _convient(famille: FamilleDemo, seance: Seance, jour: date) -> bool:
    if famille.repere > jour:
        return seance.accueille_grossesse
    mois = age_en_mois(famille.repere, jour)
    return (seance.age_min_mois or 0) <= mois <= (seance.age_max_mois if seance.age_max_mois is not None else 30)


def _venues(seance: Seance, tirage: _Tirage) -> list[Venue]:
    """Three to eight families in the seats of a past session."""
    hasard = _hasard(seance)
    cible = hasard.randint(3, 8)
    adultes_libres, enfants_libres = seance.capacite_adultes, seance.capacite_enfants
    petits_libres = seance.capacite_petits
    venues: list[Venue] = []
    for famille in tirage.pour(seance):
        if len(venues) == cible or adultes_libres == 0:
            break
        adultes = 2 if adultes_libres >= 2 and hasard.random() < PART_A_DEUX else 1
        adultes = 1 if seance.confie_les_enfants else adultes
        enfants = _enfants(famille, seance)
        if enfants > enfants_libres:
            break
        petits = 0
        if petits_libres is not None:
            petits = enfants if _est_petit(famille, seance) else 0
            if petits > petits_libres or enfants - petits > enfants_libres - petits_libres:
                continue
            petits_libres -= petits
        adultes_libres, enfants_libres = adultes_libres - adultes, enfants_libres - enfants
        venues.append(Venue(seance, famille, adultes, enfants, petits))
    return venues


def _est_petit(famille: FamilleDemo, seance: Seance) -> bool:
    return age_en_mois(famille.repere, seance.debut.date()) < (seance.petits_avant_mois or 0)


def _enfants(famille: FamilleDemo, seance: Seance) -> int:
    """The seats a family's child takes: none before its birth, nor where there is no room for children."""
    return 1 if famille.repere <= seance.debut.date() and seance.capacite_enfants else 0


def _remplir(seance: Seance, tirage: _Tirage, maintenant: datetime) -> list[Inscription]:
    hasard = _hasard(seance)
    complete = (
        seance.audience == Audience.TOUS
        and seance.capacite_adultes <= COMPLETE_MAX
        and hasard.randrange(UNE_COMPLETE_SUR) == 0
    )
    # The further away, the fewer have booked.
    semaines = (seance.debut - maintenant).days // 7
    cible = seance.capacite_adultes + ATTENTE if complete else hasard.randint(0, max(2, 4 - semaines // 2))
    # In order of arrival, each booking a little after the one before.
    moment = maintenant - timedelta(days=hasard.randint(1, 6), hours=hasard.randint(1, 9))
    inscriptions: list[Inscription] = []
    libres = seance.capacite_adultes
    for famille in tirage.pour(seance):
        if len(inscriptions) >= cible:
            break
        moment = min(moment + timedelta(minutes=hasard.randint(3, 90)), maintenant)
        # Who waits comes alone: a larger family would wait beside seats it can't use.
        adultes = 2 if libres >= 2 and not seance.confie_les_enfants and hasard.random() < PART_A_DEUX else 1
        demande = _demande(famille, seance, adultes, hasard, tirage.aujourd_hui)
        try:
            inscription = inscrire_famille(seance=seance, demande=demande, maintenant=moment)
        except InscriptionRefusee:
            # Too many bookings already: the next family.
            continue
        libres -= adultes if inscription.statut == StatutInscription.CONFIRMEE else 0
        inscriptions.append(inscription)
    return inscriptions


def _demande(
    famille: FamilleDemo, seance: Seance, adultes: int, hasard: random.Random, aujourd_hui: date
) -> DemandeInscription:
    besoins = [hasard.choice(list(Besoin)).value] if hasard.random() < 0.15 else []
    return DemandeInscription(
        prenom=famille.prenom,
        email=famille.email,
        telephone=famille.telephone,
        langue=famille.langue,
        adultes=adultes,
        enfants=_enfants(famille, seance),
        ages=(famille.enfant(aujourd_hui=aujourd_hui),) if seance.a_regle_age else (),
        besoins=besoins,
        cle_idempotence=uuid.uuid5(seance.reference, str(famille.numero)),
        accepte_attente=True,
        canal=CanalInscription.TELEPHONE if not famille.email else CanalInscription.EN_LIGNE,
        accueil=DemandeAccueil(
            urgence_nom=hasard.choice(("Grand-mère", "Mon frère", "Une voisine")),
            # A number of the range kept for fiction (Arcep).
            urgence_telephone=f"+3363998{hasard.randrange(10_000):04}",
            raison=hasard.choice(list(RaisonAccueil)),
            autorisation=True,
        )
        if seance.confie_les_enfants
        else None,
    )


def _annuler_quelques_seances(nouvelles: list[Seance], *, maintenant: datetime) -> None:
    """One or two sessions to come are cancelled, with their reason."""
    for seance in nouvelles:
        if (
            seance.debut > maintenant + timedelta(days=2)
            and seance.audience == Audience.TOUS
            and _hasard(seance).randrange(UNE_ANNULEE_SUR) == 1
        ):
            annuler_seances(
                seance=seance,
                etendue=Etendue.SEULE,
                motif="L'animatrice est absente. Une autre date sera proposée.",
                maintenant=maintenant,
            )


def _liberer_une_place(inscriptions: list[Inscription], *, maintenant: datetime) -> None:
    """Somebody gives up a seat of a full session, so that an offer is running when the demonstration opens."""
    attendues = {i.seance_id for i in inscriptions if i.statut == StatutInscription.EN_ATTENTE}
    for inscription in inscriptions:
        if (
            inscription.seance_id in attendues
            and inscription.statut == StatutInscription.CONFIRMEE
            and inscription.seance.debut > maintenant + timedelta(days=3)
        ):
            annuler_inscription(inscription=inscription, par=AnnuleePar.FAMILLE, maintenant=maintenant)
            return


def _appels_de_familles_connues(inscriptions: list[Inscription], *, maintenant: datetime) -> list[Inscription]:
    """In each house someone who booked online phones for another session, by number alone: a second record."""
    par_maison: dict[int, list[Inscription]] = {}
    for inscription in inscriptions:
        par_maison.setdefault(inscription.seance.lieu.maison_id, []).append(inscription)
    appels: list[Inscription] = []
    for connues in par_maison.values():
        deux_contacts = [i for i in connues if i.email and i.telephone and i.statut == StatutInscription.CONFIRMEE]
        autres = [i.seance for i in connues if not i.seance.a_regle_age and i.seance.audience == Audience.TOUS]
        paire = next(((i, s) for i in deux_contacts for s in autres if s.pk != i.seance_id), None)
        if paire is None:
            continue
        connue, seance = paire
        demande = DemandeInscription(
            prenom=connue.prenom,
            telephone=connue.telephone.as_e164,
            cle_idempotence=uuid.uuid5(seance.reference, f"appel {connue.famille_id}"),
            accepte_attente=True,
            canal=CanalInscription.TELEPHONE,
        )
        try:
            appels.append(inscrire_famille(seance=seance, demande=demande, maintenant=maintenant))
        except InscriptionRefusee:
            # The session was cancelled a moment ago.
            continue
    return appels


def _ranger_les_messages(inscriptions: list[Inscription]) -> None:
    """Count what was told to fictional families as sent at its time, save the last few, which the worker will send."""
    messages = Message.objects.filter(
        objet_type=ContentType.objects.get_for_model(Inscription),
        objet_id__in=[inscription.pk for inscription in inscriptions],
        statut=StatutMessage.A_ENVOYER,
    )
    gardes: list[int] = []
    for modele in ("proposition", "seance_annulee", "rappel", "attente", "confirmation"):
        recents = messages.filter(modele=modele).order_by("-du_le", "-pk").values_list("pk", flat=True)
        gardes += list(recents[: MESSAGES_A_LIRE if modele == "confirmation" else 2])
    gardes = gardes[: 2 * MESSAGES_A_LIRE]
    messages.exclude(pk__in=gardes).update(statut=StatutMessage.ENVOYE, envoye_le=F("du_le"))
