"""Who leads the sessions of the demonstration, and in which room: nobody is in two places at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ateliers.enums import StatutSeance
from ateliers.models import Seance
from maisons.enums import Portee
from maisons.models import Lieu, Salle
from maisons.perms import MAISON
from portail.demo.comptes import COMPTES
from portail.demo.personnes import NOM
from portail.demo.reseau import Reseau
from socle.models import Utilisateur

SALLES = ("Grande salle", "Petite salle")


def charger_salles(reseau: Reseau) -> dict[int, list[Salle]]:
    """Two rooms at each place of the network, made once."""
    lieux = [lieu for de_la_maison in reseau.lieux.values() for lieu in de_la_maison]
    Salle.objects.bulk_create([Salle(lieu=lieu, nom=nom) for lieu in lieux for nom in SALLES], ignore_conflicts=True)
    salles: dict[int, list[Salle]] = {}
    for salle in Salle.objects.actives().filter(lieu__in=[lieu.pk for lieu in lieux]).order_by("pk"):
        salles.setdefault(salle.lieu_id, []).append(salle)
    return salles


def charger_animateurs(reseau: Reseau) -> dict[int, list[Utilisateur]]:
    """The people of the demonstration's accounts who work at a house; password and role come with it."""
    animateurs: dict[int, list[Utilisateur]] = {}
    for compte in COMPTES:
        maison = reseau.maisons.get(compte.ou)
        if compte.role not in MAISON or compte.portee != Portee.MAISON or maison is None:
            continue
        personne = Utilisateur.objects.filter(email=compte.email).first()
        if personne is None:
            personne = Utilisateur.objects.create_user(compte.email, prenom=compte.prenom, nom=NOM, is_staff=True)
        animateurs.setdefault(maison.pk, []).append(personne)
    return animateurs


class Repartition:
    """Gives each new session a leader of its house and a room of its place that are free; none when none is."""

    def __init__(self, reseau: Reseau, nouvelles: Iterable[Seance]) -> None:
        self._salles, self._animateurs = charger_salles(reseau), charger_animateurs(reseau)
        self._pris: dict[tuple[str, int], list[tuple[datetime, datetime]]] = {}
        debuts = [seance.debut for seance in nouvelles]
        if debuts:
            deja = Seance.objects.filter(fin__gt=min(debuts)).exclude(statut=StatutSeance.ANNULEE)
            for seance in deja.filter(animateur__isnull=False) | deja.filter(salle__isnull=False):
                self._prendre(seance)

    def placer(self, seance: Seance, lieu: Lieu) -> None:
        personnes = self._animateurs.get(lieu.maison_id, [])
        # A workshop keeps its leader from week to week.
        rang = sum(map(ord, seance.titre)) % len(personnes) if personnes else 0
        for personne in personnes[rang:] + personnes[:rang]:
            if self._libre("animateur", personne.pk, seance):
                seance.animateur = personne
                break
        for salle in self._salles.get(lieu.pk, []):
            if self._libre("salle", salle.pk, seance):
                seance.salle = salle
                break
        self._prendre(seance)

    def _libre(self, quoi: str, pk: int, seance: Seance) -> bool:
        return all(fin <= seance.debut or seance.fin <= debut for debut, fin in self._pris.get((quoi, pk), []))

    def _prendre(self, seance: Seance) -> None:
        for quoi, pk in (("animateur", seance.animateur_id), ("salle", seance.salle_id)):
            if pk is not None:
                self._pris.setdefault((quoi, pk), []).append((seance.debut, seance.fin))
