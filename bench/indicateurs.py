"""`python -m bench.indicateurs`: every indicator of a département's year of 200,000 bookings, in an empty database.

Time, memory, and the ratio to a yardstick of the same run: one query that joins the same bookings to their sessions
and houses and adds up the people who came. Memory is measured for a fifth of the bookings and of the families, and for
all. Each family has a child, half of the sessions have people who came without a booking, some families are referred.
"""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

RESULTATS = Path(__file__).with_name("indicateurs.json")
INSCRIPTIONS = 200_000
MAISONS, FAMILLES_PAR_MAISON = 7, 1_500
PLACES = 20
DU, AU = date(2025, 1, 1), date(2025, 12, 31)


def main() -> None:
    # The tests' own server and their migrated database: it reads the environment before Django does.
    from tests.greffons.embarque import _services

    with _services:
        import django

        django.setup()
        from tests.greffons import base_modele

        copie = base_modele.use_copy(afresh=False)
        try:
            RESULTATS.write_text(json.dumps(_mesures(), ensure_ascii=False, indent=2) + "\n")
        finally:
            base_modele.drop_copy(copie)


def _mesures() -> dict[str, float]:
    from bench.donnees import analyser
    from maisons.label.indicateurs import Periode, tous
    from maisons.label.mesures import mesurer
    from maisons.models import Maison

    hasard = random.Random(1000)
    periode = Periode(DU, AU)
    lieux = _lieux()
    toutes = list(Maison.objects.all())
    nombres = {"un cinquième": INSCRIPTIONS // 5, "tout": INSCRIPTIONS - INSCRIPTIONS // 5}
    pics: dict[str, float] = {}
    print(f"Indicateurs : {MAISONS} maisons, un an, {INSCRIPTIONS} réservations, {len(tous())} indicateurs")
    for titre, nombre in nombres.items():
        _remplir(lieux, nombre, hasard)
        analyser()
        pics[titre] = _memoire(lambda: mesurer(toutes, periode))
        print(f"  mémoire, {titre:<12} {pics[titre]:8.1f} Mio")
    etalon = min(_duree(_additionner) for _ in range(3))
    duree = min(_duree(lambda: mesurer(toutes, periode)) for _ in range(3))
    print(f"  une seule requête qui les additionne {etalon:8.2f} s")
    print(f"  tous les indicateurs                 {duree:8.2f} s, soit {duree / etalon:.1f} fois")
    return {
        "inscriptions": INSCRIPTIONS,
        "secondes": round(duree, 2),
        "etalon_secondes": round(etalon, 3),
        "rapport": round(duree / etalon, 1),
        "mio_un_cinquieme": round(pics["un cinquième"], 1),
        "mio_tout": round(pics["tout"], 1),
    }


def _duree(acte: Callable[[], Any]) -> float:
    debut = time.perf_counter()
    acte()
    return time.perf_counter() - debut


def _memoire(acte: Callable[[], Any]) -> float:
    """The peak of what an act allocates, in MiB."""
    tracemalloc.start()
    acte()
    pic = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return pic


def _additionner() -> None:
    from django.db.models import Count, Sum

    from ateliers.models import Inscription

    list(
        Inscription.objects.values("seance__lieu__maison")
        .annotate(n=Count("pk"), venus=Sum("adultes_presents"))
        .order_by()
    )


def _lieux() -> list[Any]:
    """The place of each house."""
    from tests.factories import DepartementFactory, LieuFactory, MaisonFactory

    departement = DepartementFactory()
    return [LieuFactory(maison=MaisonFactory(departement=departement)) for _ in range(MAISONS)]


def _remplir(lieux: list[Any], nombre: int, hasard: random.Random) -> None:
    """So many bookings more, with sessions, families, children, walk-ins and referrals in proportion."""
    from ateliers.enums import Presence, StatutInscription
    from ateliers.models import EnfantInscrit, Inscription, Passage, Seance
    from bench.donnees import copier
    from partenaires.enums import SuiteOrientation, TypePartenaire
    from partenaires.models import Orientation
    from tests.factories import AtelierFactory

    ateliers = {lieu.pk: AtelierFactory(maison=lieu.maison) for lieu in lieux}
    enfants = {lieu.pk: _enfants(FAMILLES_PAR_MAISON * nombre // INSCRIPTIONS, hasard) for lieu in lieux}
    deja = Seance.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def seances() -> Iterator[Any]:
        for n in range(nombre // PLACES):
            lieu = lieux[n % len(lieux)]
            debut = datetime(2025, 1, 1, 9, tzinfo=UTC) + timedelta(days=n % 365, minutes=hasard.randrange(600))
            yield Seance(
                atelier=ateliers[lieu.pk],
                lieu=lieu,
                titre="Essai",
                format=ateliers[lieu.pk].format,
                debut=debut,
                fin=debut + timedelta(hours=1),
                capacite_adultes=PLACES * 2,
                capacite_enfants=PLACES * 2,
                statut="publiee",
            )

    copier(Seance, seances())
    # Read before: nothing else goes through the connection while it copies.
    nouvelles = list(Seance.objects.filter(pk__gt=deja).values_list("pk", "lieu", "debut"))

    def inscriptions() -> Iterator[Any]:
        for pk, lieu, debut in nouvelles:
            for enfant in hasard.sample(enfants[lieu], PLACES):
                venue = hasard.random() < 0.85
                attendu = hasard.random() < 0.1
                yield Inscription(
                    seance_id=pk,
                    famille_id=enfant.famille_id,
                    prenom="Essai",
                    email="essai@exemple.invalid",
                    statut=StatutInscription.CONFIRMEE,
                    adultes=1,
                    enfants=1,
                    attente_depuis=debut - timedelta(days=6) if attendu else None,
                    confirmee_le=debut - timedelta(days=4),
                    presence=Presence.PRESENTE if venue else Presence.ABSENTE,
                    adultes_presents=1 + (hasard.random() < 0.2) if venue else None,
                    enfants_presents=1 if venue else None,
                    pointee_le=debut,
                )

    copier(Inscription, inscriptions())
    enfant_de = {enfant.famille_id: enfant.pk for siens in enfants.values() for enfant in siens}
    venues = list(Inscription.objects.filter(seance__gt=deja).values_list("pk", "famille"))
    copier(EnfantInscrit, (EnfantInscrit(inscription_id=pk, enfant_id=enfant_de[f]) for pk, f in venues))
    copier(
        Passage,
        (
            Passage(seance_id=pk, adultes=1 + hasard.randrange(3), enfants=hasard.randrange(3))
            for pk, _lieu, _debut in nouvelles
            if hasard.random() < 0.5
        ),
    )
    copier(
        Orientation,
        (
            Orientation(
                maison_id=hasard.choice(lieux).maison_id,
                type=hasard.choice(TypePartenaire.values),
                le=DU + timedelta(days=hasard.randrange(365)),
                accord=True,
                suite=hasard.choice(SuiteOrientation.values),
            )
            for _ in range(nombre // 100)
        ),
    )


def _enfants(nombre: int, hasard: random.Random) -> list[Any]:
    """So many families, each with a child born in the last two years."""
    from familles.models import Enfant, Famille

    familles = Famille.objects.bulk_create(Famille(prenom="Essai") for _ in range(nombre))
    return Enfant.objects.bulk_create(
        Enfant(famille=famille, naissance=AU - timedelta(days=hasard.randrange(730))) for famille in familles
    )


if __name__ == "__main__":
    main()
