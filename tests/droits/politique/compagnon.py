"""The calendar of the 1000 days and the well-being check: nothing of them names anybody."""

from __future__ import annotations

from tests.droits.regles import Regles, publique

REGLES: Regles = {
    "compagnon:calendrier": publique(fait=422),
    "compagnon:repere": publique("inconnu", vu=404),
    "compagnon:ressources": publique(),
    "compagnon:article": publique("inconnu", vu=404),
    "compagnon:bien_etre": publique(),
    "compagnon:aide": publique(),
    "compagnon:questionnaire": publique("inconnu", vu=404, fait=404),
    "compagnon:etre_rappele": publique(fait=422),
}
