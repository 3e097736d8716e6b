"""A network of the size to come, filled by COPY: houses all over France and 100,000 sessions over a year."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.db import connection, models, transaction

from ateliers.enums import Format
from ateliers.models import Atelier, Seance, Theme
from maisons.enums import Langue, TypeOrganisation
from maisons.models import Commune, Lieu, Maison, Organisation

MAISONS = 400
ATELIERS_PAR_MAISON = 3
SEMAINES_PASSEES, SEMAINES = 8, 52
# For the bookings that are measured: these are never full. One in two asks for the child's age.
SEANCES_OUVERTES = 200
CAPACITE_OUVERTE = 5_000
THEMES = ("Sommeil", "Alimentation", "Massage", "Langage", "Naissance", "Éveil", "Écrans", "Reprise du travail")
# The same network at each run.
_HASARD = 1000


@transaction.atomic
def remplir(*, maintenant: datetime, seances: int) -> None:
    """Fill an empty, migrated database that holds the communes."""
    hasard = random.Random(_HASARD)
    ateliers = _catalogue(hasard)
    copier(Seance, _seances(ateliers, hasard, maintenant, seances))
    copier(Seance, _ouvertes(ateliers, maintenant))


def analyser() -> None:
    """Give the planner its statistics, as autovacuum would have by the next day."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _catalogue(hasard: random.Random) -> list[tuple[Atelier, Lieu]]:
    organisation = Organisation.objects.create(nom="Réseau", slug="reseau", type=TypeOrganisation.RESEAU)
    communes = list(Commune.objects.order_by("-population", "code_insee")[: MAISONS * 10])
    choisies = communes[: MAISONS // 2] + hasard.sample(communes[MAISONS // 2 :], MAISONS - MAISONS // 2)
    maisons = Maison.objects.bulk_create(
        Maison(
            nom=f"Maison de {commune.nom}",
            slug=f"maison-{n}",
            organisation=organisation,
            departement_id=commune.departement_id,
        )
        for n, commune in enumerate(choisies)
    )
    lieux = Lieu.objects.bulk_create(
        Lieu(
            maison=maison,
            nom=maison.nom,
            adresse="1 rue de la Paix",
            commune=commune,
            code_postal=commune.codes_postaux[0] if commune.codes_postaux else "",
            latitude=commune.latitude,
            longitude=commune.longitude,
        )
        for maison, commune in zip(maisons, choisies, strict=True)
    )
    themes = Theme.objects.bulk_create(Theme(nom=nom, slug=f"theme-{n}") for n, nom in enumerate(THEMES))
    formats = [f for f in Format if f not in (Format.GROUPE, Format.PERMANENCE)]
    ateliers = Atelier.objects.bulk_create(
        Atelier(
            maison=maison,
            titre=f"{hasard.choice(THEMES)} : en parler ensemble",
            format=hasard.choice(formats),
            description="On échange, on essaie, on repart avec des idées. " * 4,
        )
        for maison in maisons
        for _ in range(ATELIERS_PAR_MAISON)
    )
    lien = Atelier.themes.through
    lien.objects.bulk_create(
        lien(atelier=atelier, theme=theme) for atelier in ateliers for theme in hasard.sample(themes, 2)
    )
    return [(atelier, lieux[n // ATELIERS_PAR_MAISON]) for n, atelier in enumerate(ateliers)]


def _seances(
    ateliers: list[tuple[Atelier, Lieu]], hasard: random.Random, maintenant: datetime, nombre: int
) -> Iterable[Seance]:
    lundi = maintenant.date() - timedelta(days=maintenant.weekday(), weeks=SEMAINES_PASSEES)
    for n in range(nombre):
        atelier, lieu = ateliers[n % len(ateliers)]
        jour = lundi + timedelta(weeks=n * SEMAINES // nombre, days=hasard.choices(range(7), (5, 5, 6, 5, 5, 4, 1))[0])
        heure = time(hasard.choice((9, 10, 14, 15, 16, 18)), hasard.choice((0, 30)))
        debut = datetime.combine(jour, heure, tzinfo=lieu.zone)
        capacite = hasard.randint(6, 14)
        petits = hasard.random() < 0.5
        yield Seance(
            atelier=atelier,
            lieu=lieu,
            debut=debut,
            fin=debut + timedelta(minutes=90),
            titre=atelier.titre,
            format=atelier.format,
            langues=[Langue.FR] if hasard.random() < 0.9 else [Langue.FR, Langue.EN],
            age_min_mois=hasard.choice((0, 3, 6)) if petits else None,
            age_max_mois=hasard.choice((9, 12, 24)) if petits else None,
            capacite_adultes=capacite,
            capacite_enfants=capacite,
            adultes_pris=(pris := min(capacite, int(hasard.triangular(0, capacite + 3, capacite)))),
            enfants_pris=pris,
        )


def _ouvertes(ateliers: list[tuple[Atelier, Lieu]], maintenant: datetime) -> Iterable[Seance]:
    for n in range(SEANCES_OUVERTES):
        atelier, lieu = ateliers[n % len(ateliers)]
        debut = maintenant.replace(minute=0, second=0, microsecond=0) + timedelta(days=21, hours=n % 24)
        yield Seance(
            atelier=atelier,
            lieu=lieu,
            debut=debut,
            fin=debut + timedelta(minutes=90),
            titre=atelier.titre,
            format=atelier.format,
            langues=[Langue.FR],
            age_min_mois=0 if n % 2 else None,
            age_max_mois=24 if n % 2 else None,
            capacite_adultes=CAPACITE_OUVERTE,
            capacite_enfants=CAPACITE_OUVERTE,
            precisions=OUVERTE,
        )


# How the measure finds them again.
OUVERTE = "Séance du banc de mesure."


def creer_seance_convoitee(*, places: int, maintenant: datetime) -> Seance:
    """A session with few seats, for the rush."""
    modele = Seance.objects.filter(precisions=OUVERTE, age_min_mois__isnull=True).order_by("pk")[0]
    return Seance.objects.create(
        atelier=modele.atelier,
        lieu=modele.lieu,
        debut=maintenant + timedelta(days=10),
        fin=maintenant + timedelta(days=10, hours=1),
        titre=modele.titre,
        format=modele.format,
        capacite_adultes=places,
        capacite_enfants=places,
    )


def copier(modele: type[models.Model], objets: Iterable[models.Model]) -> None:
    """Insert by COPY: some twenty times faster than INSERT."""
    champs = [champ for champ in modele._meta.concrete_fields if not champ.primary_key]
    colonnes = ", ".join(connection.ops.quote_name(str(champ.column)) for champ in champs)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {connection.ops.quote_name(modele._meta.db_table)} ({colonnes}) FROM STDIN") as copie,
    ):
        for objet in objets:
            copie.write_row([champ.get_prep_value(champ.pre_save(objet, True)) for champ in champs])
