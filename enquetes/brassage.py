"""Rows written anew together, so that the database's own marks don't undo what the columns keep apart.

PostgreSQL notes with each row the transaction that wrote it (xmin) and lays rows down as they come. Somebody's words
and ticks come in one transaction, and answers one after the other: read from the server, that would tell whose words
go with which ticks, and in which order people came. Words are therefore rewritten soon after, all those of a
campaign's week at once and in the order of their random keys; ticks likewise, once their week is over.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pgtrigger
from django.db import connection, models, transaction
from django.utils import timezone

from enquetes.enums import StatutCampagne
from enquetes.models import Campagne, Reponse, TexteLibre, lundi

# Campaigns closed longer ago were mixed for the last time.
RECUL = timedelta(weeks=5)


def brasser(*, maintenant: datetime) -> int:
    """Rewrite the weeks whose rows still bear the mark of who came with what; how many. Harmless twice."""
    cette_semaine = lundi(timezone.localdate(maintenant))
    depuis = cette_semaine - RECUL
    textes, reponses = TexteLibre._meta.db_table, Reponse._meta.db_table
    # Answers of any week may be imported while a campaign is open: its weeks are looked at however old they are.
    remuees = (
        f"campagne_id IN (SELECT id FROM {Campagne._meta.db_table} "  # noqa: S608
        f"WHERE statut <> '{StatutCampagne.CLOSE}' OR ferme_le >= %s)"
    )
    # One transaction left: nothing tells these words apart, unless it is that of an answer.
    mots = _semaines(
        f"SELECT campagne_id, semaine FROM {textes} WHERE {remuees} GROUP BY campagne_id, semaine "  # noqa: S608
        "HAVING count(DISTINCT xmin::text) > 1 "
        f"OR bool_or(xmin IN (SELECT r.xmin FROM {reponses} r WHERE r.{remuees}))",
        [depuis, depuis],
    )
    coches = _semaines(
        f"SELECT campagne_id, semaine FROM {reponses} WHERE {remuees} AND semaine < %s "  # noqa: S608
        "GROUP BY campagne_id, semaine HAVING count(DISTINCT xmin::text) > 1",
        [depuis, cette_semaine],
    )
    for campagne, semaine in mots:
        _recrire(TexteLibre, campagne, semaine)
    for campagne, semaine in coches:
        _recrire(Reponse, campagne, semaine)
    return len(mots) + len(coches)


def _semaines(requete: str, parametres: list[date]) -> list[tuple[int, date]]:
    with connection.cursor() as cursor:
        cursor.execute(requete, parametres)
        return list(cursor.fetchall())


@transaction.atomic
# They were let in when they came; their campaign may be closed by now.
@pgtrigger.ignore("enquetes.Reponse:reponse_recevable", "enquetes.TexteLibre:texte_recevable")
def _recrire(modele: type[models.Model], campagne: int, semaine: date) -> None:
    table = modele._meta.db_table
    _verrouiller(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH prises AS (DELETE FROM {table} WHERE campagne_id = %s AND semaine = %s RETURNING *) "  # noqa: S608
            f"INSERT INTO {table} SELECT * FROM prises ORDER BY id",
            [campagne, semaine],
        )


def _verrouiller(table: str) -> None:
    """Let nobody else write meanwhile: whoever waited for a row that was deleted would find it gone, and their reading
    of a text with it, though it is there again. Whoever waits for the table sees the rows written anew."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
