"""The plain way, to compare with: each time the site that helps most."""

from __future__ import annotations

import numpy as np

from maisons.implantation.probleme import Objectif, Plan, Probleme, evaluer


def choisir(probleme: Probleme) -> Plan:
    """Must-haves first, then one site after the other; the equity floor is not looked at."""
    probleme.verifier()
    km = probleme.km_existants.copy()
    restants = list(range(len(probleme.ouvrables)))
    choisis: list[int] = []

    def prendre(index: int) -> None:
        nonlocal km
        km = np.minimum(km, probleme.km_candidats[:, index])
        choisis.append(index)
        restants.remove(index)

    for index, site in enumerate(probleme.ouvrables):
        if site.code in probleme.obligatoires:
            prendre(index)
    while len(choisis) < probleme.sites:
        apres = np.minimum(km[:, None], probleme.km_candidats[:, restants])
        if probleme.objectif == Objectif.COUVERTURE:
            gains = probleme.poids @ (apres <= probleme.rayon_km)
        else:
            gains = -(probleme.poids @ apres)
        prendre(restants[int(np.argmax(gains))])
    return evaluer(probleme, [probleme.ouvrables[index].code for index in choisis])
