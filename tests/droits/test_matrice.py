"""The permission matrix: every address × every person × GET and POST × the rows of four houses, against one table.

No answer holds a word that belongs elsewhere, no refused POST and no GET writes a row. See politique/__init__.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

import pytest
from django.urls import NoReverseMatch, reverse

from tests.droits import regles as r
from tests.droits.adresses import cles
from tests.droits.canaris import trouves
from tests.droits.monde import Monde
from tests.droits.politique import FICHIERS, POLITIQUE
from tests.droits.regles import Cible, Regle

# Statuses after which a row may have been written.
REUSSIS = {200, 201, 204, 302, 303}


@pytest.mark.usefixtures("adresses_de_demonstration")
def test_every_address_has_its_policy() -> None:
    adresses = cles()
    absentes = sorted(adresses - set(POLITIQUE))
    en_trop = sorted(set(POLITIQUE) - adresses)
    conseils = [f'    "{cle}": …,  # in tests/droits/politique/{fichier_conseille(cle)}' for cle in absentes]
    assert not absentes, "these addresses have no policy; add (see politique/__init__.py):\n" + "\n".join(conseils)
    assert not en_trop, "no such address any more: take out " + ", ".join(
        f"{cle} ({FICHIERS[cle]})" for cle in en_trop
    )


def fichier_conseille(cle: str) -> str:
    """Where the lines of its kind are."""
    debut = cle.removeprefix("admin:").replace("/", ":").removeprefix("equipe:")
    for partie in (debut.split("_")[0], debut.split(":")[0]):
        if f"{partie}.py" in set(FICHIERS.values()):
            return f"{partie}.py"
    return f"{debut.split(':')[0].split('_')[0]}.py"


def chemin(cle: str, cible: Cible | None, requete: str) -> str:
    arguments = cible.arguments if cible else ()
    try:
        return reverse(cle, args=arguments) + requete
    except NoReverseMatch:
        # An address without a name is its own route.
        route = cle
        for argument in arguments:
            debut, _, fin = route.partition("<")
            route = f"{debut}{argument}{fin.partition('>')[2]}"
        return f"/{route.replace('^', '')}{requete}"


@pytest.mark.parametrize("cle", sorted(POLITIQUE))
def test_policy(monde: Monde, cle: str) -> None:
    regle = POLITIQUE[cle]
    ecarts = []
    for personne, methode, cible in demandes(monde, cle):
        ecarts += ecart(monde, regle, cible, personne, methode, chemin(cle, cible, regle.requete))
    assert not ecarts, f"{cle} ({FICHIERS[cle]})\n" + "\n".join(ecarts)


# The door answers before the row is looked for: two who knock stand for the others where there is one, or a POST.
A_LA_PORTE = {r.ANONYME, r.SANS_FACTEUR}
TEMOINS = {r.ANONYME, r.ANIMATEUR, r.ADMINISTRATEUR}
# Who may write most, here and next door: their POSTs too are refused for every kind of foreign row.
ENVOIENT = {r.RESPONSABLE, r.CUMUL}
# A public page is the same for everybody; one's account for all who proved as much.
PUBLIC = {r.ANONYME, r.PARENT, r.RESPONSABLE}
COMPTE = {r.ANONYME, r.PARENT, r.SANS_FACTEUR, r.RESPONSABLE, r.INACTIF}


def demandes(monde: Monde, cle: str) -> Iterator[tuple[str, str, Cible | None]]:
    """Who asks for which row, and how; where an answer cannot depend on the row, one row stands for all."""
    regle = POLITIQUE[cle]
    cibles: list[Cible | None] = [*monde.cibles(regle.cible)] if regle.cible else [None]
    assert cibles, f"monde.py knows no row called {regle.cible!r}"
    for methode in (r.GET, r.POST):
        for personne in qui(cle, methode):
            vues = set()
            for cible in par_tour(cle, cibles, regle, personne, methode, monde):
                attendu = regle.attendu(personne, cible, methode, monde.roles(personne))
                # Shown: one row of every kind. Refused for the role, or sent by most: one of all that answer alike.
                par_genre = methode == r.GET or personne in ENVOIENT
                genre = monde.parente(personne, cible) if par_genre and attendu in (200, 404) else None
                if (attendu, genre) not in vues:
                    vues.add((attendu, genre))
                    yield personne, methode, cible


def par_tour(
    cle: str, cibles: list[Cible | None], regle: Regle, personne: str, methode: str, monde: Monde
) -> list[Cible | None]:
    """One's own rows first; then the foreign ones, beginning with another of them from address to address."""
    absentes = [c for c in cibles if regle.attendu(personne, c, methode, monde.roles(personne)) == 404]
    tour = crc32(f"{cle} {personne}".encode()) % max(len(absentes), 1)
    return [*(c for c in cibles if c not in absentes), *absentes[tour:], *absentes[:tour]]


def qui(cle: str, methode: str) -> list[str]:
    regle = POLITIQUE[cle]
    if regle.genre in ("public", "lien"):
        return [nom for nom in r.PERSONNES if nom in PUBLIC]
    if regle.genre == "compte":
        return [nom for nom in r.PERSONNES if nom in COMPTE]
    if regle.simple or (regle.lecture and methode == r.POST):
        return [nom for nom in r.PERSONNES if nom in TEMOINS]
    tous = methode == r.GET and not regle.cible
    return [nom for nom in r.PERSONNES if tous or nom in r.ENTRES or nom in A_LA_PORTE]


def ecart(monde: Monde, regle: Regle, cible: Cible | None, personne: str, methode: str, adresse: str) -> list[str]:
    """What differs from the table, in words."""
    attendu = regle.attendu(personne, cible, methode, monde.roles(personne))
    reponse, ecrits = monde.demander(
        personne, methode, adresse, {"post": "yes", **regle.donnees} if methode == r.POST else None
    )
    obtenu = reponse.status_code
    qui = f"  {personne}, {methode}, {cible.libelle if cible else 'page'}"
    ecarts = []
    if obtenu != attendu:
        ecarts.append(f"{qui}: {obtenu}, the table says {attendu}")
    if ecrits and (methode == r.GET or obtenu not in REUSSIS or personne in r.A_LA_PORTE and regle.genre == "equipe"):
        ecarts.append(f"{qui}: answered {obtenu} and wrote {ecrits} rows")
    fuites = trouves(reponse) - monde.lisibles(personne, regle.genre, cible)
    if regle.montre_public:
        fuites -= monde.lisibles(personne, "public", cible)
    if fuites:
        ecarts.append(f"{qui}: shows foreign words (class, house): {sorted(fuites)}")
    return ecarts
