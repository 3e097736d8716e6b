"""An attack on the published tables: everything that was ever published, put in one linear programme per table.

The attacker has the documents and nothing else: no code of the portal is used to look for hidden counts.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import highspy
import pytest

from enquetes import campagnes, publication, secret
from enquetes.models import Campagne, Instantane
from tests.enquetes import fabrique
from tests.factories import CommuneFactory, MaisonFactory, dans

pytestmark = pytest.mark.django_db


class Attaque:
    """Unknowns are named; what is known about their sums is a list of equations."""

    def __init__(self) -> None:
        self.noms: dict[Any, int] = {}
        self.equations: list[tuple[dict[int, float], float]] = []

    def var(self, nom: Any) -> int:
        return self.noms.setdefault(nom, len(self.noms))

    def egal(self, termes: dict[Any, float], valeur: float) -> None:
        self.equations.append(({self.var(nom): c for nom, c in termes.items()}, valeur))

    def bornes(self, noms: list[Any]) -> dict[Any, tuple[float, float]]:
        solveur = highspy.Highs()
        solveur.silent()
        for _ in self.noms:
            solveur.addVar(0.0, highspy.kHighsInf)
        for termes, valeur in self.equations:
            solveur.addRow(valeur, valeur, len(termes), list(termes), list(termes.values()))
        trouvees = {}
        for nom in noms:
            rang = self.noms[nom]
            solveur.changeColCost(rang, 1.0)
            fins = []
            for sens in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
                solveur.changeObjectiveSense(sens)
                solveur.run()
                fini = solveur.getModelStatus() == highspy.HighsModelStatus.kOptimal
                assert fini or sens == highspy.ObjSense.kMaximize, "the published tables contradict each other"
                fins.append(solveur.getInfo().objective_function_value if fini else float("inf"))
            solveur.changeColCost(rang, 0.0)
            trouvees[nom] = tuple(fins)
        return trouvees


def attaquer(instantanes: list[Instantane]) -> dict[Any, tuple[float, float]]:
    """The bounds of every hidden count, and of every difference between two days, of all tables."""
    trouvees: dict[Any, tuple[float, float]] = {}
    for cle in {t["cle"] for i in instantanes for q in i.contenu["questions"] for t in q["tableaux"]}:
        attaque, cibles = Attaque(), []
        precedent = None
        codes = sorted(
            {m[0] for i in instantanes for t in _tableau(i, cle) for m in t["modalites"] if m[0] != "_autres"}
        )
        for jour, instantane in enumerate(instantanes):
            for tableau in _tableau(instantane, cle):
                montres = dict(zip((m[0] for m in tableau["modalites"]), tableau["total"], strict=True))
                seul = "_autres" in montres or cle == "commune"
                total = {("total", jour, c): 1.0 for c in codes}
                autres = {("reste", jour): 1.0} if seul else {}
                attaque.egal({**total, **autres}, instantane.contenu["n"])
                for code in codes:
                    valeur = montres.get(code, None if seul else 0)
                    if valeur is None:
                        cibles.append(("total", jour, code))
                    else:
                        attaque.egal({("total", jour, code): 1.0}, valeur)
                    # What was added between two days is never negative.
                    if precedent is not None:
                        difference = ("plus", jour, code)
                        attaque.egal(
                            {("total", jour, code): 1.0, ("total", precedent, code): -1.0, difference: -1.0}, 0
                        )
                        cibles.append(difference)
                for axe, lignes in tableau["axes"].items():
                    groupes = instantane.contenu["axes"][axe]
                    for g, (groupe, effectifs) in enumerate(zip(groupes, lignes, strict=True)):
                        attaque.egal({(axe, g, c): 1.0 for c in codes}, groupe["n"])
                        for code, valeur in zip((m[0] for m in tableau["modalites"]), effectifs, strict=True):
                            if valeur is None:
                                cibles.append((axe, g, code))
                            else:
                                attaque.egal({(axe, g, code): 1.0}, valeur)
                    for code in codes:
                        attaque.egal(
                            {**{(axe, g, code): 1.0 for g in range(len(groupes))}, ("total", jour, code): -1.0}, 0
                        )
                    if axe == "periode":
                        _joindre_les_jours(attaque, instantanes, groupes, codes)
                if cle == "etape" and "etape" in instantane.contenu["axes"]:
                    _joindre_les_etapes(attaque, instantane, jour, tableau)
                precedent = jour
        trouvees |= {(cle, *cible): b for cible, b in attaque.bornes(cibles).items()}
    return trouvees


def _tableau(instantane: Instantane, cle: str) -> list[dict[str, Any]]:
    return [t for q in instantane.contenu["questions"] for t in q["tableaux"] if t["cle"] == cle]


def _joindre_les_jours(attaque: Attaque, instantanes: list[Instantane], groupes: list[Any], codes: list[str]) -> None:
    """The first periods of the last results are what an earlier day had counted: their sizes tell which."""
    for jour, instantane in enumerate(instantanes[:-1]):
        cumul = 0
        for g, groupe in enumerate(groupes):
            cumul += groupe["n"]
            if cumul == instantane.contenu["n"]:
                for code in codes:
                    parties = {("periode", i, code): 1.0 for i in range(g + 1)}
                    attaque.egal({**parties, ("total", jour, code): -1.0}, 0)


def _joindre_les_etapes(attaque: Attaque, instantane: Instantane, jour: int, tableau: dict[str, Any]) -> None:
    """The sizes of the groups by stage are sums of this question's own counts; their words say of which."""
    libelles = {libelle: code for code, libelle in tableau["modalites"]}
    for groupe in instantane.contenu["axes"]["etape"]:
        membres = [libelles[nom] for nom in groupe["libelle"].split(", ")]
        attaque.egal({("total", jour, code): 1.0 for code in membres}, groupe["n"])


def publier_trois_fois(graine: int, *, secondaire: bool, nombre: int = 130) -> tuple[Campagne, list[Instantane]]:
    """Two publications while it runs, and the last one, by all axes."""
    CommuneFactory()
    for i in range(4):
        CommuneFactory(autre=True, code_insee=f"0860{i}", nom=f"Village {i}")
    communes = ["08362", "08600", "08601", "08602", "08603"]
    campagne = fabrique.campagne(maisons=[MaisonFactory() for _ in range(5)], titre=f"Attaque {graine}")
    for il_y_a, part in ((30, 0.5), (20, 0.3), (5, 0.2)):
        semaines = [fabrique.semaine(il_y_a + n) for n in range(8)]
        # Each time as if it were the week after.
        fabrique.repondre_au_hasard(
            campagne, int(nombre * part), graine=graine * 10 + il_y_a, semaines=semaines[:4], communes=communes
        )
        if il_y_a != 5:
            publication.publier(campagne=campagne, maintenant=_midi(il_y_a - 1), secondaire=secondaire)
    campagnes.clore(campagne=campagne)
    publication.publier(campagne=campagne, maintenant=dans(), secondaire=secondaire)
    return campagne, list(campagne.instantanes.order_by("numero"))


def _midi(il_y_a: int) -> Any:
    return dans(weeks=-il_y_a)


@pytest.mark.parametrize("graine", range(3))
def test_no_hidden_count_is_recovered_nor_a_small_group_between_two_days(graine: int) -> None:
    campagne, instantanes = publier_trois_fois(graine, secondaire=True)
    bornes = attaquer(instantanes)
    caches = {cle: b for cle, b in bornes.items() if cle[1] != "plus"}
    assert caches, "nothing was hidden: the attack proves nothing"
    retrouves = {cle: b for cle, b in caches.items() if b[1] - b[0] < 1}
    assert not retrouves
    # Nor told to within a few: the bounds of each are as far apart as the threshold.
    assert all(haut - bas >= campagne.seuil - 1e-6 for bas, haut in caches.values())
    differences = {cle: b for cle, b in bornes.items() if cle[1] == "plus"}
    assert differences
    assert not {cle: b for cle, b in differences.items() if b[1] - b[0] < 1 and 0 < round(b[0]) < campagne.seuil}


def test_control_without_secondary_suppression_hidden_counts_are_recovered() -> None:
    retrouves = 0
    for graine in range(2):
        _campagne, instantanes = publier_trois_fois(graine, secondaire=False)
        retrouves += sum(1 for cle, b in attaquer(instantanes).items() if cle[1] != "plus" and b[1] - b[0] < 1)
    assert retrouves > 0


def test_recovered_counts_of_the_control_are_the_true_ones() -> None:
    vrais = 0
    for graine in range(3):
        campagne, instantanes = publier_trois_fois(graine, secondaire=False)
        for (cle, genre, jour, code), (bas, haut) in attaquer(instantanes).items():
            if genre == "total" and cle in ("note", "etape", "transport") and haut - bas < 1:
                reponses = campagne.reponses.filter(semaine__lte=instantanes[jour].jusqu_a)
                assert sum(1 for r in reponses if str(r.valeurs.get(cle, "_sans")) == code) == round(bas)
                vrais += 1
    assert vrais


def test_every_published_count_is_zero_or_reaches_the_threshold() -> None:
    campagne, instantanes = publier_trois_fois(2, secondaire=True)
    for instantane in instantanes:
        for question in instantane.contenu["questions"]:
            for tableau in question["tableaux"]:
                nombres = [n for ligne in [tableau["total"], *sum(tableau["axes"].values(), [])] for n in ligne]
                assert all(n is None or n == 0 or n >= campagne.seuil for n in nombres)
        for groupes in instantane.contenu["axes"].values():
            assert all(groupe["n"] >= campagne.seuil for groupe in groupes)


def test_two_exports_of_one_day_are_the_same() -> None:
    campagne = fabrique.campagne()
    fabrique.repondre_au_hasard(campagne, 60, graine=1, semaines=[fabrique.semaine(3)])
    publication.publier(campagne=campagne, maintenant=dans())
    with pytest.raises(publication.PublicationRefusee):
        publication.publier(campagne=campagne, maintenant=dans())


def test_a_few_more_answers_are_not_published_apart() -> None:
    campagne = fabrique.campagne()
    fabrique.repondre_au_hasard(campagne, 60, graine=1, semaines=[fabrique.semaine(5)])
    premier = publication.publier(campagne=campagne, maintenant=dans())
    assert premier.jusqu_a == date.fromordinal(fabrique.semaine(1).toordinal())
    fabrique_semaine = fabrique.semaine(0)
    fabrique.repondre_au_hasard(campagne, 10, graine=2, semaines=[fabrique_semaine])
    with pytest.raises(publication.PublicationRefusee):
        publication.publier(campagne=campagne, maintenant=dans(weeks=1))
    campagnes.clore(campagne=campagne)
    dernier = publication.publier(campagne=campagne, maintenant=dans(weeks=1))
    assert dernier.definitif
    assert dernier.contenu["n"] == 60


class SolveurQuiRenonce:
    """A solver that stops without an answer."""

    def getModelStatus(self) -> Any:
        return highspy.HighsModelStatus.kTimeLimit

    def __getattr__(self, nom: str) -> Any:
        return lambda *_args: None


def test_what_the_solver_did_not_prove_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    campagne = fabrique.campagne()
    fabrique.repondre_au_hasard(campagne, 60, graine=1, semaines=[fabrique.semaine(3)])
    monkeypatch.setattr(secret, "nouveau_solveur", SolveurQuiRenonce)
    with pytest.raises(publication.PublicationRefusee, match="deviner"):
        publication.publier(campagne=campagne, maintenant=dans())
    assert not campagne.instantanes.exists()
