"""The way one would compose by hand: first come, first served, one group after the other. To compare with."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from ateliers.groupes.composition.modele import (
    Attente,
    Endroit,
    GroupePropose,
    Proposition,
    Reglages,
    raisons_de,
)
from ateliers.groupes.regles import Cadre, distance, obstacles


def proposer(
    *, attentes: Sequence[Attente], endroits: Sequence[Endroit], reglages: Reglages | None = None
) -> Proposition:
    """Take who has waited longest, go to the nearest house, fill a group of that age in order of arrival."""
    reglages = reglages or Reglages()
    depart = time.monotonic()
    libres = sorted(attentes, key=lambda a: (-a.attente_jours, a.cle))
    ouverts: Counter[int] = Counter()
    groupes: list[GroupePropose] = []
    essayees: set[int] = set()
    while premiere := next((attente for attente in libres if attente.cle not in essayees), None):
        essayees.add(premiere.cle)
        groupe = _autour(premiere, libres, endroits, ouverts, reglages)
        if groupe is None:
            continue
        groupes.append(groupe)
        ouverts[groupe.endroit.maison] += 1
        libres = [attente for attente in libres if attente.cle not in groupe.membres]
    return Proposition(
        groupes=groupes, restantes={attente.cle: [] for attente in libres}, secondes=time.monotonic() - depart
    )


def _autour(
    premiere: Attente,
    libres: Sequence[Attente],
    endroits: Sequence[Endroit],
    ouverts: Counter[int],
    reglages: Reglages,
) -> GroupePropose | None:
    """A group around one family, at the nearest house that can still lead one; None when too few fit."""
    du = premiere.profil.repere - timedelta(days=reglages.fenetre_jours // 2)
    langue = next(iter(premiere.profil.langues))
    cadres = [
        (
            endroit,
            Cadre(
                naissances_du=du,
                naissances_au=du + timedelta(days=reglages.fenetre_jours - 1),
                langue=langue,
                latitude=endroit.latitude,
                longitude=endroit.longitude,
            ),
        )
        for endroit in endroits
        if ouverts[endroit.maison] < endroit.groupes_max
    ]
    if not cadres:
        return None
    endroit, cadre = min(cadres, key=lambda paire: distance(premiere.profil, paire[1]))
    binomes, choisies = 0, []
    for attente in libres:
        if binomes + attente.profil.bebes <= reglages.taille_max and not obstacles(attente.profil, cadre):
            choisies.append(attente)
            binomes += attente.profil.bebes
    if binomes < reglages.taille_min:
        return None
    return GroupePropose(
        endroit=endroit,
        cadre=cadre,
        membres={
            attente.cle: raisons_de(attente, cadre, distance(attente.profil, cadre), autres=0) for attente in choisies
        },
    )
