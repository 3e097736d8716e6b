"""The calendar of the 1000 days: nothing of it names anybody."""

from __future__ import annotations

from tests.droits.regles import Regles, publique

REGLES: Regles = {
    "compagnon:calendrier": publique(fait=422),
    "compagnon:repere": publique("inconnu", vu=404),
}
