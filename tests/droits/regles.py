"""The vocabulary of the policy table: who asks, for what, and the status that answers.

A policy is a function of the person, the row asked for (None for an address that names none) and the method. The ones
below cover every page so far.

    "admin:maisons_maison_…"          modele("maisons.maison", "maison", lit=EQUIPES, change=DIRECTION)
    a page of the team about a row    equipe("seance", lit=MAISON, ecrit=MAISON)
    a page of the team about no row   equipe(lit=TOUS)
    a public page                     publique(), publique("reference"), publique(fait=302) for one that takes a POST
    a page behind a signed link       lien("jeton_inscription")
    a page of one's account           compte()

Each takes the status of a GET (`vu`) and of a POST without data (`fait`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# People. Those at the door never see the staff's site; the others hold a role, on houses that monde.py names.
ANONYME, PARENT = "anonyme", "parent"
SANS_AFFECTATION, PARTI, FUTUR, INACTIF = "sans affectation", "parti", "pas encore là", "compte fermé"
SANS_FACTEUR = "sans second facteur"
A_LA_PORTE = (ANONYME, PARENT, SANS_AFFECTATION, PARTI, FUTUR, INACTIF, SANS_FACTEUR)
# Anonymous for the portal: no account, or one that was closed.
INCONNUS = (ANONYME, INACTIF)

ANIMATEUR, RESPONSABLE, PARTENAIRE = "animateur", "responsable", "partenaire"
MEDECIN, REDACTEUR = "médecin de PMI", "rédaction"
PILOTE, ADMINISTRATEUR = "pilote", "administrateur"
RESPONSABLE_ORGANISATION = "responsable d'organisation"
# Animateur of one house, responsable of the next: each role counts where it is held.
CUMUL = "animateur ici, responsable à côté"
ENTRES = (
    ANIMATEUR,
    RESPONSABLE,
    RESPONSABLE_ORGANISATION,
    CUMUL,
    PARTENAIRE,
    MEDECIN,
    PILOTE,
    REDACTEUR,
    ADMINISTRATEUR,
)
PERSONNES = (*A_LA_PORTE, *ENTRES)

# Roles, as the domain has them; written here a second time on purpose.
# Who leads the session that is asked for: what an animateur is there, beside animateur of the house.
MENEUR = "mène la séance"
TOUS = frozenset({ANIMATEUR, RESPONSABLE, PARTENAIRE, PILOTE, ADMINISTRATEUR})
REDACTION, MEDECINE = frozenset({REDACTEUR}), frozenset({MEDECIN})
# The staff's site itself.
SITE = TOUS | REDACTION | MEDECINE
MAISON = frozenset({ANIMATEUR, RESPONSABLE})
# Who reads the names of those who come.
NOMS = frozenset({MENEUR, RESPONSABLE})
DIRECTION = frozenset({RESPONSABLE, PILOTE, ADMINISTRATEUR})
PILOTAGE = frozenset({PILOTE, ADMINISTRATEUR})
EQUIPES = MAISON | PILOTAGE
ADMINISTRATION = frozenset({ADMINISTRATEUR})
RESPONSABLES = frozenset({RESPONSABLE})
AUCUN: frozenset[str] = frozenset()

GET, POST = "GET", "POST"


@dataclass(frozen=True)
class Cible:
    """A row asked for: the words that name it in an address, and the roles each person holds where it is."""

    libelle: str
    arguments: tuple[Any, ...]
    roles: Mapping[str, frozenset[str]]
    # Whose words its page may show to whoever opens it.
    place: str = ""

    def roles_de(self, personne: str) -> frozenset[str]:
        return self.roles.get(personne, AUCUN)


Politique = Callable[[str, Cible | None, str, frozenset[str]], int]


@dataclass(frozen=True)
class Regle:
    attendu: Politique
    cible: str = ""
    # Sent with the POST, beside what every POST of the matrix carries.
    donnees: Mapping[str, Any] = field(default_factory=dict)
    # Whose canaries a page may show: of one's role (equipe), of everybody (public), of the link's holder, of nobody.
    genre: str = "equipe"
    # A page of the staff's site that lists what the public pages of every house tell.
    montre_public: bool = False
    # What follows the address: "?seance=1".
    requete: str = ""
    # The page doesn't look at the method: a POST of some stands for all.
    lecture: bool = False
    # Nor at the person.
    simple: bool = False


Regles = dict[str, Regle]


def _porte(personne: str) -> int | None:
    """Every address of the staff's site sends those at the door elsewhere, whatever it is."""
    return 302 if personne in A_LA_PORTE else None


def equipe(
    cible: str = "",
    *,
    lit: frozenset[str],
    ecrit: frozenset[str] | None = None,
    voit: frozenset[str] = AUCUN,
    vu: int = 200,
    fait: int = 302,
    donnees: Mapping[str, Any] | None = None,
    requete: str = "",
    acte_d_abord: bool = False,
    refus: int = 403,
) -> Regle:
    """A page of the staff's site: `lit` opens it, `ecrit` sends it (the same roles unless told otherwise).

    `voit`: roles that see such rows elsewhere in the site. Out of one's scope a row is a 404; a forbidden act on a
    row one sees is a 403. `acte_d_abord`: what a person may do nowhere is refused before the row is looked for, as
    Django's own pages do.
    """
    ecrit = lit if ecrit is None else ecrit
    voit = voit | lit | ecrit

    def attendu(personne: str, objet: Cible | None, methode: str, roles: frozenset[str]) -> int:
        if (dehors := _porte(personne)) is not None:
            return dehors
        if methode == POST and fait == 405:
            return 405
        ici = roles if objet is None else objet.roles_de(personne)
        permis, bon = (lit, vu) if methode == GET else (ecrit, fait)
        if ici & permis:
            return bon
        if objet is None or not roles & voit or (acte_d_abord and not roles & permis) or ici & voit:
            return refus
        return 404

    return Regle(attendu, cible, donnees or {}, requete=requete)


def modele(
    nom: str,
    cible: str,
    *,
    lit: frozenset[str],
    ajoute: frozenset[str] = AUCUN,
    change: frozenset[str] = AUCUN,
    supprime: frozenset[str] = AUCUN,
    ajout_vu: int = 200,
    ajout_fait: int = 200,
    change_fait: int = 200,
    supprime_fait: int = 302,
    historique: bool = True,
) -> Regles:
    """The six addresses of a model in the admin ("app.modele"), for a row that monde.py calls `cible`."""
    app, modele = nom.split(".")
    prefixe = f"admin:{app}_{modele}"
    # A model whose changes are not kept has no such page.
    suivi = 200 if historique else 404
    return {
        # Sent, it runs the list's actions.
        f"{prefixe}_changelist": equipe(lit=lit, fait=200),
        f"{prefixe}_add": equipe(lit=ajoute, vu=ajout_vu, fait=ajout_fait),
        f"{prefixe}_change": equipe(cible, lit=lit, ecrit=change, fait=change_fait, acte_d_abord=True),
        f"{prefixe}_history": replace(equipe(cible, lit=lit, vu=suivi, fait=suivi), lecture=True),
        f"{prefixe}_delete": equipe(cible, lit=supprime, voit=lit, fait=supprime_fait, acte_d_abord=True),
        # Django's old address of a row: it leads to the one above, whatever the row.
        f"equipe/{app}/{modele}/<path:object_id>/": replace(equipe(f"{cible}=un", lit=SITE, vu=302), simple=True),
    }


def publique(cible: str = "", *, vu: int = 200, fait: int = 405, donnees: Mapping[str, Any] | None = None) -> Regle:
    """A page for everybody, the same for everybody."""
    return Regle(lambda _p, _c, methode, _r: vu if methode == GET else fait, cible, donnees or {}, genre="public")


def lien(cible: str, *, vu: int = 200, fait: int = 405, donnees: Mapping[str, Any] | None = None) -> Regle:
    """A page for whoever holds its signed link, signed in or not."""
    return replace(publique(cible, vu=vu, fait=fait, donnees=donnees), genre="lien")


Statuts = tuple[int, int]


def compte(
    vu: int = 200,
    fait: int = 405,
    *,
    anonyme: Statuts = (302, 302),
    sans_facteur: Statuts | None = None,
    famille: Statuts | None = None,
    cible: str = "",
) -> Regle:
    """A page of one's own account: whoever has none is asked to sign in. It shows nothing of anybody else.

    Pairs are the statuses of GET and POST: of those who are not signed in, of a team member without a second factor,
    of a parent (a password or code alone).
    """
    cas = {**dict.fromkeys(INCONNUS, anonyme)}
    cas |= {SANS_FACTEUR: sans_facteur} if sans_facteur else {}
    cas |= {PARENT: famille} if famille else {}

    def attendu(personne: str, _objet: Cible | None, methode: str, _roles: frozenset[str]) -> int:
        return cas.get(personne, (vu, fait))[methode == POST]

    return Regle(attendu, cible, genre="compte")
