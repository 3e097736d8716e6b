"""Loads the demonstration: `charger_demo` for its data, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from maisons.models import Commune
from portail.demo.agenda import charger_agenda
from portail.demo.articles import publier_articles
from portail.demo.bien_etre import charger_bien_etre
from portail.demo.catalogue import charger_catalogue
from portail.demo.conservation import charger_conservation
from portail.demo.enquetes import charger_enquetes
from portail.demo.espace import charger_espace
from portail.demo.groupes import charger_groupes
from portail.demo.label import charger_label
from portail.demo.pilotage import charger_pilotage
from portail.demo.reseau import charger_fermetures, charger_reseau
from portail.demo.reservations import reserver
from portail.demo.tournees import charger_tournees
from portail.donnees_ouvertes import rafraichir


class ReferenceAbsente(Exception):
    """The communes are not loaded; the message is written for the person at the terminal."""


@dataclass(frozen=True)
class Bilan:
    maisons: int
    maisons_creees: int
    seances_creees: int
    seances_a_venir: int
    inscriptions: int


@transaction.atomic
def charger_demo(*, maintenant: datetime, annoncer: Callable[[str], None] = lambda ligne: None) -> Bilan:
    """Complete the demonstration: the network, its workshops, sessions around `maintenant` and their bookings.

    What is there is never changed: neither what a visitor booked nor what staff edited. Raises ReferenceAbsente
    when there are no communes to put houses in.
    """
    if not Commune.objects.exists():
        raise ReferenceAbsente("Les communes manquent : lancez d'abord « manage.py charger_reference ».")
    depart = time.monotonic()
    reseau = charger_reseau()
    charger_fermetures(reseau, aujourd_hui=maintenant.date())
    annoncer(f"Réseau : {len(reseau.maisons)} maisons, dont {reseau.creees} nouvelles.")
    ateliers = charger_catalogue(reseau)
    arrets = charger_tournees(reseau, maintenant=maintenant)
    annoncer(f"Tournées : {arrets} arrêts ajoutés.")
    agenda = charger_agenda(reseau, ateliers, maintenant=maintenant)
    annoncer(f"Agenda : {len(agenda.nouvelles)} séances ajoutées, {agenda.a_venir} à venir.")
    rafraichir(maintenant=maintenant)
    inscriptions = reserver(agenda.nouvelles, maintenant=maintenant)
    demandes = charger_groupes(reseau, agenda.nouvelles, maintenant=maintenant)
    annoncer(f"Groupes de parents : {demandes} demandes ajoutées.")
    annoncer(f"Réservations : {inscriptions} ajoutées, en {time.monotonic() - depart:.1f} s.")
    reponses = charger_enquetes(maintenant=maintenant)
    annoncer(f"Enquêtes : {reponses} réponses ajoutées.")
    charger_bien_etre(maintenant=maintenant)
    publier_articles(maintenant=maintenant)
    candidatures = charger_label(maintenant=maintenant)
    annoncer(f"Label : {candidatures} candidatures ajoutées.")
    charger_espace(maintenant=maintenant)
    charger_pilotage(maintenant=maintenant)
    charger_conservation(maintenant=maintenant)
    return Bilan(len(reseau.maisons), reseau.creees, len(agenda.nouvelles), agenda.a_venir, inscriptions)
