"""What upper rooms write in a house's dossier: its territory's partners, the groups of its period."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from ateliers.dossier import groupes
from maisons.label.indicateurs import Periode
from maisons.pilotage.redaction import Redaction
from partenaires.dossier import partenaires
from tests.factories import (
    CommuneFactory,
    GroupePairsFactory,
    LieuFactory,
    MaisonFactory,
    PartenaireFactory,
    PermanenceFactory,
)

PERIODE = Periode(date(2025, 3, 1), date(2026, 2, 28))
LE = date(2026, 3, 2)
pytestmark = pytest.mark.django_db


def ecrire(chapitre: Any, maison: Any) -> list[dict[str, Any]]:
    redaction = Redaction(titre="t", sous_titre="s", auteur="a", le=LE, version=1)
    redaction.partie("Chapitre")
    chapitre(redaction, maison, PERIODE, LE)
    blocs: list[dict[str, Any]] = redaction.contenu()["parties"][0]["blocs"]
    return [bloc for bloc in blocs if bloc["genre"] == "tableau"]


def test_partners_of_the_territory_are_named_whether_they_receive_at_the_house_or_not() -> None:
    lieu = LieuFactory()
    ici = {"commune": lieu.commune, "verifie_le": datetime(2026, 1, 5, tzinfo=UTC)}
    recoit = PartenaireFactory(nom="Caf d'essai", **ici)
    PermanenceFactory(partenaire=recoit, lieu=lieu)
    PartenaireFactory(nom="Bibliothèque d'essai", **ici)
    PartenaireFactory(nom="Pas dans l'annuaire", publie=False, **ici)
    loin = CommuneFactory(code_insee="51000", nom="Loin", departement=lieu.commune.departement, latitude=47.0)
    PartenaireFactory(nom="Trop loin", **{**ici, "commune": loin})

    presents, etablis = ecrire(partenaires, lieu.maison)

    assert [ligne[0] for ligne in presents["lignes"]] == ["Caf d'essai"]
    assert {ligne[0]: ligne[3] for ligne in etablis["lignes"]} == {"Caf d'essai": "oui", "Bibliothèque d'essai": "non"}


def test_groups_are_those_that_met_in_the_period() -> None:
    maison = MaisonFactory()
    lieu = LieuFactory(maison=maison)

    def groupe(nom: str, **autres: Any) -> None:
        GroupePairsFactory(
            **{
                "maison": maison,
                "lieu": lieu,
                "nom": nom,
                "naissances_du": date(2025, 4, 1),
                "naissances_au": date(2025, 5, 26),
                "fin_prevue": date(2026, 6, 1),
                "premiere_rencontre": date(2025, 6, 2),
                "heure": time(10),
            }
            | autres
        )

    groupe("En cours")
    groupe("Clos pendant", statut="clos", clos_le=datetime(2025, 9, 1, tzinfo=UTC))
    groupe("Clos avant", statut="clos", clos_le=datetime(2025, 2, 1, tzinfo=UTC))
    groupe("Commence après", premiere_rencontre=date(2026, 3, 9))
    groupe("Fait après", premiere_rencontre=None, heure=None, cree_le=datetime(2026, 3, 1, 9, tzinfo=UTC))
    groupe("Pas encore prévu", premiere_rencontre=None, heure=None, cree_le=datetime(2026, 2, 1, tzinfo=UTC))

    [tableau] = ecrire(groupes, maison)

    assert {ligne[0] for ligne in tableau["lignes"]} == {"En cours", "Clos pendant", "Pas encore prévu"}
