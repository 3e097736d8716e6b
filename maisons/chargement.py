"""Départements and communes from the files of maisons/donnees/, brought up to date in one transaction."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, models, transaction

from maisons.models import Commune, Departement
from socle.texte import normaliser

DONNEES = Path(__file__).resolve().parent / "donnees"

_COLONNES = (
    "code_insee",
    "nom",
    "nom_recherche",
    "departement_id",
    "epci",
    "codes_postaux",
    "codes_postaux_texte",
    "population",
    "latitude",
    "longitude",
)

# What a run says while it works: one finished line at a time.
Annoncer = Callable[[str], None]


@dataclass(frozen=True)
class Bilan:
    """What a load found and did, in communes except for the first."""

    departements: int
    lues: int
    creees: int
    modifiees: int
    supprimees: int
    # No longer in the file, kept because something of ours is there.
    conservees: int


@transaction.atomic
def charger_reference(*, annoncer: Annoncer = lambda ligne: None) -> Bilan:
    """Bring départements and communes to what the files say; running it again changes nothing.

    A commune that vanished from the file is deleted, unless a row of ours (a place, a territory…) refers to it.
    """
    debut = time.monotonic()
    departements = _charger_departements()
    annoncer(f"Départements : {departements} à jour.")

    with connection.cursor() as curseur:
        curseur.execute(
            f"CREATE TEMPORARY TABLE commune_lue (LIKE {_table(Commune)} INCLUDING DEFAULTS) ON COMMIT DROP"
        )
        with curseur.copy(f"COPY commune_lue ({', '.join(_COLONNES)}) FROM STDIN") as copie:
            lues = 0
            for ligne in _lire_communes():
                copie.write_row(ligne)
                lues += 1
        annoncer(f"Communes : {lues} lues en {time.monotonic() - debut:.1f} s.")

        curseur.execute(f"SELECT count(*) FROM {_table(Commune)}")  # noqa: S608 - our own table's name
        avant = curseur.fetchone()[0]
        autres = [colonne for colonne in _COLONNES if colonne != "code_insee"]
        curseur.execute(
            f"""
            INSERT INTO {_table(Commune)} AS ancienne ({", ".join(_COLONNES)})
            SELECT {", ".join(_COLONNES)} FROM commune_lue
            ON CONFLICT (code_insee) DO UPDATE SET {", ".join(f"{c} = EXCLUDED.{c}" for c in autres)}
            WHERE ({", ".join(f"ancienne.{c}" for c in autres)})
                IS DISTINCT FROM ({", ".join(f"EXCLUDED.{c}" for c in autres)})
            """  # noqa: S608 - names of our own columns
        )
        ecrites = curseur.rowcount
        curseur.execute(f"SELECT count(*) FROM {_table(Commune)}")  # noqa: S608
        creees = curseur.fetchone()[0] - avant

        disparue = f"NOT EXISTS (SELECT FROM commune_lue l WHERE l.code_insee = {_table(Commune)}.code_insee)"
        libre = " AND ".join(
            f"NOT EXISTS (SELECT FROM {table} r WHERE r.{colonne} = {_table(Commune)}.code_insee)"
            for table, colonne in _references()
        )
        curseur.execute(f"DELETE FROM {_table(Commune)} WHERE {disparue} AND {libre or 'TRUE'}")  # noqa: S608
        supprimees = curseur.rowcount
        curseur.execute(f"SELECT count(*) FROM {_table(Commune)} WHERE {disparue}")  # noqa: S608
        conservees = curseur.fetchone()[0]
        # The planner must know the table before the first search, not when autovacuum gets to it.
        curseur.execute(f"ANALYZE {_table(Commune)}")
        curseur.execute("DROP TABLE commune_lue")

    bilan = Bilan(departements, lues, creees, ecrites - creees, supprimees, conservees)
    annoncer(
        f"Communes : {bilan.creees} créées, {bilan.modifiees} modifiées, {bilan.supprimees} supprimées, "
        f"{bilan.conservees} disparues mais utilisées, en {time.monotonic() - debut:.1f} s."
    )
    return bilan


def _charger_departements() -> int:
    with (DONNEES / "departements.csv").open(newline="") as fichier:
        departements = [
            Departement(
                code=ligne["code"],
                nom=ligne["nom"],
                nom_recherche=normaliser(ligne["nom"]),
                fuseau=ligne["fuseau"],
                zone_scolaire=ligne["zone_scolaire"],
            )
            for ligne in csv.DictReader(fichier)
        ]
    Departement.objects.bulk_create(
        departements,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["nom", "nom_recherche", "fuseau", "zone_scolaire"],
    )
    return len(departements)


def _lire_communes() -> Iterator[tuple[object, ...]]:
    """The file's rows in the order of _COLONNES."""
    with (DONNEES / "communes_france.csv").open(newline="") as fichier:
        for ligne in csv.DictReader(fichier):
            yield (
                ligne["code_insee"],
                ligne["nom"],
                normaliser(ligne["nom"]),
                ligne["departement"],
                ligne["epci"],
                ligne["codes_postaux"].split(),
                ligne["codes_postaux"],
                int(ligne["population"]),
                float(ligne["lat"]),
                float(ligne["lon"]),
            )


def _table(modele: type[models.Model]) -> str:
    return connection.ops.quote_name(modele._meta.db_table)


def _references() -> list[tuple[str, str]]:
    """(table, column) of every foreign key to a commune, upper rooms' and many-to-many tables' included."""
    nom = connection.ops.quote_name
    return [
        (_table(relation.related_model), nom(relation.field.column))
        for relation in Commune._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel) and relation.field.column
    ]
