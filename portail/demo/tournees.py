"""The stops of the houses that travel: made from the hours of their places, which are fictional and say so.

Places open on the same days of the same weeks are one tour; a new one is planned when the last is nearly over.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from maisons.arrets import annoncer_retard, annuler_arrets
from maisons.enums import Commodite, Frequence, GenreEquipage, GenreLieu, MotifArret, ServiceABord, TypeMaison
from maisons.models import Arret, ComptageArret, Equipage, Lieu, Maison, PlageOuverture
from maisons.recurrence import Regle
from maisons.tournees import EtapeVoulue, Projet, TourneeRefusee, creer_tournee, prevoir_tournee
from portail.demo.agenda import reference
from portail.demo.reseau import Reseau

PASSE = timedelta(weeks=8)
DUREE = timedelta(weeks=30)
RESTE_MIN = timedelta(weeks=10)
SERVICES_VEHICULE = (ServiceABord.ECOUTE, ServiceABord.PESEE, ServiceABord.JEU, ServiceABord.INFORMATIONS)
SERVICES_EQUIPE = (ServiceABord.ECOUTE, ServiceABord.JEU, ServiceABord.LIVRES, ServiceABord.DEMARCHES)

Rythme = tuple[int, str]


def charger_tournees(reseau: Reseau, *, maintenant: datetime) -> int:
    """Plan what is missing of the next months for each house that travels; the number of stops added."""
    avant = Arret.objects.count()
    for maison in reseau.maisons.values():
        if maison.type in (TypeMaison.ITINERANTE, TypeMaison.VEHICULE) and reseau.lieux[maison.slug]:
            _charger(maison, reseau.lieux[maison.slug], maintenant=maintenant)
    return Arret.objects.count() - avant


def _charger(maison: Maison, lieux: list[Lieu], *, maintenant: datetime) -> None:
    vehicule = maison.type == TypeMaison.VEHICULE
    equipage, cree = Equipage.objects.get_or_create(
        maison=maison,
        nom="La Bulle (démonstration)" if vehicule else "L'équipe (démonstration)",
        defaults={
            "genre": GenreEquipage.VEHICULE if vehicule else GenreEquipage.EQUIPE,
            "services": [service.value for service in (SERVICES_VEHICULE if vehicule else SERVICES_EQUIPE)],
        },
    )
    if cree:
        _equiper(lieux, GenreLieu.STATIONNEMENT if vehicule else GenreLieu.SALLE)
    tours: dict[Rythme, list[tuple[Lieu, PlageOuverture]]] = {}
    for lieu in lieux:
        for plage in lieu.plages.all():
            tours.setdefault((plage.jour, plage.semaines), []).append((lieu, plage))
    nouvelles = False
    for rythme, passages in sorted(tours.items(), key=lambda paire: paire[0]):
        nouvelles |= _planifier(equipage, rythme, passages, maintenant=maintenant)
    if cree and nouvelles:
        _vecu(equipage, maintenant=maintenant)


def _equiper(lieux: Iterable[Lieu], genre: GenreLieu) -> None:
    sur_place = {
        GenreLieu.STATIONNEMENT: [Commodite.ELECTRICITE, Commodite.PARKING],
        GenreLieu.SALLE: [Commodite.TOILETTES, Commodite.ELECTRICITE, Commodite.CHAUFFAGE, Commodite.TABLE_LANGER],
    }[genre]
    for lieu in lieux:
        lieu.genre, lieu.commodites = genre, [commodite.value for commodite in sur_place]
        lieu.save(update_fields=["genre", "commodites"])


def _planifier(
    equipage: Equipage, rythme: Rythme, passages: list[tuple[Lieu, PlageOuverture]], *, maintenant: datetime
) -> bool:
    jour, semaines = rythme
    nom = f"{PlageOuverture(jour=jour).get_jour_display()}s, {PlageOuverture.Semaines(semaines).label}".capitalize()
    dernier = Arret.objects.filter(etape__tournee__equipage=equipage, etape__tournee__nom=nom).order_by("jour").last()
    aujourd_hui = maintenant.date()
    if dernier is not None and dernier.jour > aujourd_hui + RESTE_MIN:
        return False
    premier = (dernier.jour + timedelta(days=1)) if dernier else aujourd_hui - PASSE
    while premier.weekday() != jour or (
        semaines != PlageOuverture.Semaines.TOUTES
        and (premier.isocalendar().week % 2 == 0) != (semaines == PlageOuverture.Semaines.PAIRES)
    ):
        premier += timedelta(days=1)
    hebdomadaire = semaines == PlageOuverture.Semaines.TOUTES
    etapes = [
        EtapeVoulue(lieu=lieu, heure=plage.debut, duree_minutes=_minutes(plage.fin) - _minutes(plage.debut))
        for lieu, plage in sorted(passages, key=lambda passage: passage[1].debut)
    ]
    # One team at a time: places open at the same hours alternate.
    if any(_minutes(b.heure) < _minutes(a.heure) + a.duree_minutes for a, b in zip(etapes, etapes[1:], strict=False)):
        etapes = etapes[:1]
    projet = Projet(
        equipage=equipage,
        nom=nom,
        etapes=etapes,
        regle=Regle(
            frequence=Frequence.SEMAINE if hebdomadaire else Frequence.QUINZAINE,
            premier_jour=premier,
            heure=etapes[0].heure,
            duree_minutes=etapes[0].duree_minutes,
            jusqu_au=max(premier, aujourd_hui) + DUREE,
        ),
    )
    # As it was planned then: what is past is there too.
    alors = maintenant if dernier else maintenant - PASSE - timedelta(days=1)
    cle = reference("tournee", equipage.maison.slug, nom, premier)
    try:
        jours = {journee.jour for journee in prevoir_tournee(projet=projet, maintenant=alors)}
        creer_tournee(projet=projet, jours=jours, cle=cle, maintenant=alors)
    except TourneeRefusee:
        return False
    return True


def _minutes(heure: time) -> int:
    return heure.hour * 60 + heure.minute


def _vecu(equipage: Equipage, *, maintenant: datetime) -> None:
    """Who came to past stops, in numbers; one stop late and one cancelled, among those to come."""
    hasard = random.Random(equipage.maison.slug)  # noqa: S311 (made-up figures)
    passes = Arret.objects.prevus().filter(equipage=equipage, fin__lte=maintenant).order_by("debut", "pk")
    ComptageArret.objects.bulk_create(
        ComptageArret(
            arret=arret,
            adultes=hasard.choice((1, 1, 1, 2)),
            enfants=hasard.choice((0, 1, 1, 2)),
            premiere_visite=hasard.random() < 0.3,
            cle=reference("comptage", arret.reference, n),
            compte_le=arret.fin,
        )
        for arret in passes
        for n in range(hasard.randint(1, 7))
    )
    a_venir = list(Arret.objects.prevus().filter(equipage=equipage, debut__gt=maintenant).order_by("debut", "pk")[:4])
    if equipage.genre == GenreEquipage.VEHICULE and len(a_venir) == 4:
        annoncer_retard(arret=a_venir[0], minutes=20, maintenant=maintenant)
        annuler_arrets(arrets=[a_venir[3]], motif=MotifArret.METEO, maintenant=maintenant)
