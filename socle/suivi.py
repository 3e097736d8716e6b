"""Keeping the history of a model: `@suivre(champs=[…])` above it, and each change of these fields leaves a row.

The rows are written by triggers, so that no way of writing is forgotten: pages, tasks, bulk updates, typed SQL.
They are read by socle/historique.py; why it is done this way is docs/decisions/0017-historique.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from pghistory.models import Event

M = TypeVar("M", bound=models.Model)

CREATION, CHANGEMENT, SUPPRESSION = "creation", "changement", "suppression"

# Table of a model with a history → the model of its events.
SUIVIS: dict[str, type[Evenement]] = {}


class Evenement(Event):
    """What an object was from then on, or at its end; written by the database alone."""

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField(_("le"), auto_now_add=True)
    # {"utilisateur": number of an account, "page": a URL's name}: no name, no address, nothing of what was typed.
    pgh_context: models.JSONField[Any, Any]
    pgh_obj_id: int

    class Meta:
        abstract = True


def _protections(table: str, personnel: bool, anonyme: str) -> list[pgtrigger.Trigger]:
    """Nothing changes, nothing goes within a year; what was said of a person may go once the person's row is gone."""
    refus = "RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;"
    reste = f"SELECT 1 FROM {table} WHERE id = OLD.pgh_obj_id"  # noqa: S608 (a table of ours)
    if anonyme:
        reste = f"{reste} AND NOT ({anonyme})"
    garde = f"IF EXISTS ({reste}) THEN {refus} END IF; RETURN OLD;"
    return [
        pgtrigger.Protect(name="jamais_change", operation=pgtrigger.Update),
        pgtrigger.Trigger(
            name="garde_un_an",
            operation=pgtrigger.Delete,
            when=pgtrigger.Before,
            condition=pgtrigger.Condition("OLD.pgh_created_at > NOW() - INTERVAL '365 days'"),
            func=garde if personnel else refus,
        ),
    ]


def suivre(*, champs: list[str], personnel: bool = False, anonyme: str = "") -> Callable[[type[M]], type[M]]:
    """Decorator: keep who changed these fields of a model, and what they were.

    A field is left out when it is a secret, a counter, or tells of a person what the event need not hold. With
    `personnel`, the events of a row that was erased can be erased too (historique.oublier); with `anonyme`, also those
    of a row that fulfils this SQL: it stays, as a figure, and is nobody's.
    """

    def decorer(modele: type[M]) -> type[M]:
        nom = f"{modele.__name__}Historique"
        pghistory.track(
            pghistory.InsertEvent(CREATION, trigger_name="historique_creation"),
            # Only when one of these fields changes: a booking that moves a session's counters writes nothing here.
            pghistory.UpdateEvent(CHANGEMENT, trigger_name="historique_changement"),
            pghistory.DeleteEvent(SUPPRESSION, trigger_name="historique_suppression"),
            fields=champs,
            obj_field=pghistory.ObjForeignKey(
                related_name="historique", related_query_name="historique", db_index=True
            ),
            # In the event's own row: no second table to write, and to protect.
            context_field=pghistory.ContextJSONField(null=True),
            context_id_field=None,  # type: ignore[arg-type]
            append_only=False,
            base_model=Evenement,
            model_name=nom,
            meta={
                "verbose_name": _("changement"),
                "verbose_name_plural": _("changements"),
                "triggers": _protections(modele._meta.db_table, personnel, anonyme),
            },
        )(modele)
        SUIVIS[modele._meta.db_table] = modele.pgh_event_model  # type: ignore[attr-defined]
        return modele

    return decorer


def evenements_de(modele: type[models.Model]) -> type[Evenement] | None:
    """The model of a model's events, if it has a history."""
    return SUIVIS.get(modele._meta.db_table)
