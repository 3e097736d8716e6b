"""Many sessions over many houses, to measure the portal under load. Never on a database in use."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import connection, transaction

from ateliers.enums import Audience, Format, StatutSeance
from ateliers.models import Atelier, Seance, Theme
from maisons.enums import Langue, TypeMaison, TypeOrganisation
from maisons.models import Commune, Lieu, Maison, Organisation
from portail.demo.catalogue import MODELES, THEMES
from portail.demo.chargement import ReferenceAbsente

ATELIERS_PAR_MAISON = 10
LIEUX_PAR_MAISON = 2
# Sessions lie between a month ago and a year ahead.
DEPUIS, JUSQU_A = timedelta(days=30), timedelta(days=365)
_COLONNES = (
    "reference",
    "atelier_id",
    "lieu_id",
    "debut",
    "fin",
    "titre",
    "format",
    "langues",
    "audience",
    "accueille_grossesse",
    "age_min_mois",
    "age_max_mois",
    "capacite_adultes",
    "capacite_enfants",
    "adultes_pris",
    "enfants_pris",
    "rappels_heures",
    "statut",
)


@transaction.atomic
def charger_charge(
    *,
    seances: int,
    maisons: int,
    maintenant: datetime,
    annoncer: Callable[[str], None] = lambda ligne: None,
) -> int:
    """Add sessions over houses of the largest communes; how many.

    Raises ReferenceAbsente when there are no communes.
    """
    # The same load each time on an empty database; more on top of it when there is some.
    hasard = random.Random(Seance.objects.count())  # noqa: S311
    communes = list(Commune.objects.select_related("departement").order_by("-population", "code_insee")[:maisons])
    if not communes:
        raise ReferenceAbsente("Les communes manquent : lancez d'abord « manage.py charger_reference ».")
    organisation, _ = Organisation.objects.get_or_create(
        slug="charge", defaults={"nom": "Mesures de charge", "type": TypeOrganisation.RESEAU}
    )
    existantes = Maison.objects.filter(slug__startswith="charge-").count()
    creees = Maison.objects.bulk_create(
        Maison(
            slug=f"charge-{n}",
            nom=f"Maison de mesure {n}",
            type=TypeMaison.FIXE,
            organisation=organisation,
            departement=communes[n % len(communes)].departement,
            langues=[Langue.FR.value],
            demonstration=True,
        )
        for n in range(existantes, maisons)
    )
    Lieu.objects.bulk_create(
        Lieu(
            maison=maison,
            nom=f"Salle {salle + 1}",
            commune=commune,
            latitude=commune.latitude + salle / 100,
            longitude=commune.longitude,
            fuseau=commune.departement.fuseau,
            demonstration=True,
        )
        for n, maison in enumerate(creees, start=existantes)
        for commune in [communes[n % len(communes)]]
        for salle in range(LIEUX_PAR_MAISON)
    )
    _ateliers(creees, hasard)
    annoncer(f"Maisons : {len(creees)} créées.")

    depart = (maintenant - DEPUIS).replace(minute=0, second=0, microsecond=0)
    lieux: dict[int, list[int]] = {}
    for maison_id, lieu_id in Lieu.objects.filter(maison__slug__startswith="charge-").values_list("maison_id", "pk"):
        lieux.setdefault(maison_id, []).append(lieu_id)
    ateliers = list(Atelier.objects.filter(maison__in=lieux).order_by("pk"))
    colonnes = ", ".join(_COLONNES)
    table = connection.ops.quote_name(Seance._meta.db_table)
    with connection.cursor() as curseur:
        # What the model fills and the copy does not: the columns' own default values, given once for all rows.
        curseur.execute(f"CREATE TEMPORARY TABLE charge (LIKE {table}) ON COMMIT DROP")
        curseur.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'charge' AND is_nullable = 'NO'"
        )
        for (colonne,) in curseur.fetchall():
            curseur.execute(f"ALTER TABLE charge ALTER COLUMN {connection.ops.quote_name(colonne)} DROP NOT NULL")
        with curseur.copy(f"COPY charge ({colonnes}) FROM STDIN") as copie:
            for ligne in _seances(seances, ateliers, lieux, depart, hasard):
                copie.write_row(ligne)
        autres = {
            str(champ.column): champ.get_db_prep_save(champ.get_default(), connection)
            for champ in Seance._meta.concrete_fields
            if champ.column not in _COLONNES and not champ.primary_key and not champ.null
        }
        toutes = ", ".join([*_COLONNES, *autres])
        valeurs = ", ".join([*_COLONNES, *["%s"] * len(autres)])
        curseur.execute(f"INSERT INTO {table} ({toutes}) SELECT {valeurs} FROM charge", list(autres.values()))  # noqa: S608
        curseur.execute("DROP TABLE charge")
        curseur.execute(f"ANALYZE {table}")
    annoncer(f"Séances : {seances} créées.")
    return seances


def _ateliers(maisons: list[Maison], hasard: random.Random) -> None:
    themes = {theme.slug: theme for theme in Theme.objects.all()}
    manquants = [Theme(slug=slug, nom=nom) for slug, nom in THEMES.items() if slug not in themes]
    themes.update({theme.slug: theme for theme in Theme.objects.bulk_create(manquants)})
    modeles = [modele for nom, modele in MODELES.items() if nom != "pros"]
    choisis = [(maison, modele) for maison in maisons for modele in hasard.sample(modeles, ATELIERS_PAR_MAISON)]
    ateliers = Atelier.objects.bulk_create(
        Atelier(
            maison=maison,
            titre=modele.titre,
            format=modele.format,
            duree_minutes=modele.duree,
            capacite_adultes=modele.adultes,
            capacite_enfants=modele.enfants,
            accueille_grossesse=modele.grossesse,
            age_min_mois=modele.age_min,
            age_max_mois=modele.age_max,
        )
        for maison, modele in choisis
    )
    Atelier.themes.through.objects.bulk_create(
        Atelier.themes.through(atelier=atelier, theme=themes[slug])
        for atelier, (_, modele) in zip(ateliers, choisis, strict=True)
        for slug in modele.themes
    )


def _seances(
    nombre: int, ateliers: list[Atelier], lieux: dict[int, list[int]], depart: datetime, hasard: random.Random
) -> Iterator[tuple[object, ...]]:
    """Rows in the order of _COLONNES; no query here, a COPY holds the connection."""
    heures = int((DEPUIS + JUSQU_A).total_seconds() // 3600)
    for _ in range(nombre):
        atelier = hasard.choice(ateliers)
        # Between 8 and 18 o'clock UTC.
        heure = depart + timedelta(hours=hasard.randrange(heures))
        debut = heure.replace(hour=8 + heure.hour % 11)
        yield (
            uuid.UUID(int=hasard.getrandbits(128), version=4),
            atelier.pk,
            hasard.choice(lieux[atelier.maison_id]),
            debut,
            debut + timedelta(minutes=atelier.duree_minutes),
            atelier.titre,
            Format(atelier.format).value,
            [Langue.FR.value] if hasard.random() < 0.8 else [Langue.FR.value, hasard.choice(list(Langue)).value],
            Audience.TOUS.value,
            atelier.accueille_grossesse,
            atelier.age_min_mois,
            atelier.age_max_mois,
            atelier.capacite_adultes,
            atelier.capacite_enfants,
            # One in ten is full.
            atelier.capacite_adultes if hasard.random() < 0.1 else hasard.randrange(atelier.capacite_adultes),
            0,
            list(atelier.rappels_heures),
            StatutSeance.PUBLIEE.value,
        )
