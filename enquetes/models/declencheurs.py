"""Rules that PostgreSQL keeps by itself, since they look at more than one row."""

from __future__ import annotations

import pgtrigger

_FIGEE = "RAISE EXCEPTION 'Cette version est publiée : elle ne change plus.' USING ERRCODE = 'check_violation';"


def partie_de_brouillon(nom: str, version: str) -> pgtrigger.Trigger:
    """A part of a questionnaire is written only while its version is a draft.

    version: SQL of the version's number, with {r} for the row (OLD or NEW). The version's row is share-locked, so that
    nobody publishes while a part is being written.
    """
    controle = (
        "PERFORM 1 FROM enquetes_version WHERE id = ({version}) AND statut = 'brouillon' FOR SHARE; "
        "IF NOT FOUND THEN " + _FIGEE + " END IF; "
    )
    avant, apres = (controle.format(version=version.format(r=r)) for r in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name=nom,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            f"IF TG_OP <> 'INSERT' THEN {avant}END IF; "
            f"IF TG_OP <> 'DELETE' THEN {apres}END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
        ),
    )


def version_figee() -> pgtrigger.Trigger:
    """Once published, a version only changes its state, and is never deleted."""
    return pgtrigger.Trigger(
        name="version_figee",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__statut__in=["publiee", "retiree"]),
        func=(
            "IF TG_OP = 'DELETE' OR NEW.statut = 'brouillon' OR "
            "(to_jsonb(NEW) - 'statut') IS DISTINCT FROM (to_jsonb(OLD) - 'statut') OR "
            "(OLD.statut = 'retiree' AND NEW.statut <> OLD.statut) THEN " + _FIGEE + " END IF; RETURN NEW;"
        ),
    )


def questionnaire_tenu() -> pgtrigger.Trigger:
    """Once a version is published, its questionnaire keeps its title and its use, which are part of what is asked."""
    return pgtrigger.Trigger(
        name="questionnaire_tenu",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange("titre", "usage"),
        func=(
            "IF EXISTS "
            "(SELECT 1 FROM enquetes_version WHERE questionnaire_id = NEW.id AND statut <> 'brouillon') THEN "
            "RAISE EXCEPTION 'Une version est publiée : le titre et l''usage ne changent plus.' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )


def campagne_tenue() -> pgtrigger.Trigger:
    """A campaign that was opened keeps what it asks and how its results are protected; once closed, it stays so."""
    return pgtrigger.Trigger(
        name="campagne_tenue",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=(
            "IF NEW.statut <> 'preparation' AND NOT EXISTS "
            "(SELECT 1 FROM enquetes_version WHERE id = NEW.version_id AND statut <> 'brouillon') THEN "
            "RAISE EXCEPTION 'Une campagne s''ouvre avec une version publiée.' "
            "USING ERRCODE = 'check_violation'; END IF; "
            "IF TG_OP = 'UPDATE' AND OLD.statut <> 'preparation' AND (NEW.version_id <> OLD.version_id "
            "OR NEW.seuil <> OLD.seuil OR NEW.statut = 'preparation' "
            "OR (OLD.statut = 'close' AND NEW.statut <> 'close')) THEN "
            "RAISE EXCEPTION 'Cette campagne a été ouverte : son questionnaire et son seuil ne changent plus.' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )


def reponse_recevable(nom: str) -> pgtrigger.Trigger:
    """An answer comes while its campaign is open, in a week that no published result has counted yet."""
    return pgtrigger.Trigger(
        name=nom,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=(
            "PERFORM 1 FROM enquetes_campagne WHERE id = NEW.campagne_id AND statut = 'ouverte' FOR SHARE; "
            "IF NOT FOUND THEN RAISE EXCEPTION 'Cette campagne n''est pas ouverte.' "
            "USING ERRCODE = 'check_violation'; END IF; "
            "IF EXISTS (SELECT 1 FROM enquetes_instantane "
            "WHERE campagne_id = NEW.campagne_id AND jusqu_a >= NEW.semaine) "
            "THEN RAISE EXCEPTION 'Cette semaine est déjà dans des résultats publiés.' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )
