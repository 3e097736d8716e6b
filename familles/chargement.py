"""Reference data of the calendar: from its files to published versions, never over what a person wrote."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from familles.enums import Ancre, Caractere, CategorieJalon, StatutVersion
from familles.models import Jalon, VersionJalon

DONNEES = Path(__file__).parent / "donnees"
_CARACTERES = {
    "obligatoire": Caractere.OBLIGATOIRE,
    "obligatoire pour les droits": Caractere.POUR_LES_DROITS,
    "obligatoire (à proposer)": Caractere.A_PROPOSER,
    "recommande": Caractere.RECOMMANDE,
    "conseil": Caractere.CONSEIL,
    "droit": Caractere.DROIT,
    "propose": Caractere.PROPOSE,
    "mission PMI": Caractere.PROPOSE,
    "si besoin": Caractere.SI_BESOIN,
    "cadre": Caractere.CADRE,
}
_CONDITIONS_DE_RANG = frozenset({"1_2", "3plus", "jumeaux", "triples"})
_UNITES = ("mois", "semaines", "jours")
# "« 2e mois » : âge révolu correspondant = {'mois': 1} → …": the second half is for machines.
_POUR_LA_MACHINE = re.compile(r" : âge révolu correspondant = .*$")


@dataclass(frozen=True)
class BilanCalendrier:
    crees: int
    mis_a_jour: int
    gardes: int


@transaction.atomic
def charger_calendrier(*, maintenant: datetime) -> BilanCalendrier:
    """Publish the milestones of the files; one that an editor has touched stays as it is. Running it twice is once."""
    crees = mis_a_jour = gardes = 0
    publiees = {
        version.jalon.code: version
        for version in VersionJalon.objects.filter(statut=StatutVersion.PUBLIEE).select_related("jalon", "auteur")
    }
    # A draft has taken the number after the published one's, perhaps.
    derniers = dict(VersionJalon.objects.values_list("jalon__code").annotate(dernier=Max("numero")))
    for code, champs in lire_jalons().items():
        ancienne = publiees.get(code)
        if ancienne is None:
            jalon, _cree = Jalon.objects.get_or_create(code=code)
            crees += 1
        elif ancienne.auteur_id is not None:
            gardes += 1
            continue
        elif all(getattr(ancienne, nom) == valeur for nom, valeur in champs.items()):
            continue
        else:
            jalon = ancienne.jalon
            ancienne.statut = StatutVersion.ARCHIVEE
            ancienne.save(update_fields=["statut"])
            mis_a_jour += 1
        VersionJalon.objects.create(
            jalon=jalon,
            numero=derniers.get(code, 0) + 1,
            statut=StatutVersion.PUBLIEE,
            creee_le=maintenant,
            publiee_le=maintenant,
            motif="Données de référence",
            **champs,
        )
    return BilanCalendrier(crees, mis_a_jour, gardes)


def lire_jalons() -> dict[str, dict[str, Any]]:
    """The columns of each milestone's version, by code, as the two files give them."""
    calendrier = json.loads((DONNEES / "calendrier.json").read_text(encoding="utf-8"))
    textes = json.loads((DONNEES / "textes_calendrier.json").read_text(encoding="utf-8"))
    verifiee_le = date.fromisoformat(textes["meta"]["verifie_le"])
    jalons = {}
    for brut in calendrier["jalons"]:
        texte: dict[str, Any] = {}
        for entree in textes["entrees"]:
            if any(fnmatchcase(brut["id"], motif) for motif in entree["codes"]):
                texte |= {nom: valeur for nom, valeur in entree.items() if nom != "codes"}
        if "naissances_depuis" in texte:
            texte["naissances_depuis"] = date.fromisoformat(texte["naissances_depuis"])
        sources = [textes["sources_en_clair"].get(source, source) for source in brut["source"]]
        texte["sources"] = "\n".join(sources)
        jalons[brut["id"]] = _champs(brut) | {"verifiee_le": verifiee_le} | texte
    return jalons


def _champs(brut: dict[str, Any]) -> dict[str, Any]:
    debut, fin = brut.get("debut"), brut.get("fin")
    fin_ancre = brut.get("fin_ancre", "")
    if brut["categorie"] == CategorieJalon.CONGES and fin_ancre == Ancre.NAISSANCE:
        # Its note: a birth before its due date takes nothing from the leave, one after it neither.
        fin_ancre = Ancre.TERME_OU_NAISSANCE
    return {
        "titre": brut["label"],
        "pourquoi": "",
        "qui": "",
        "prise_en_charge": "",
        "categorie": brut["categorie"],
        "pour_qui": brut["public"].replace("+", ",").split(","),
        "caractere": _CARACTERES[brut["caractere"]],
        "aide": "",
        "ancre": brut["ancre"],
        "sans_debut": debut is None,
        **{f"debut_{unite}": (debut or {}).get(unite, 0) for unite in _UNITES},
        "sans_fin": fin is None,
        **{f"fin_{unite}": (fin or {}).get(unite, 0) for unite in _UNITES},
        "fin_ancre": fin_ancre,
        "fin_exclue": False,
        "tolerance_fin": brut.get("tolerance_fin", "").upper(),
        "ajustement": brut.get("ajustement", ""),
        "condition": brut["condition"] if brut.get("condition") in _CONDITIONS_DE_RANG else "",
        "naissances_depuis": None,
        "age_corrige": False,
        "visible_jours": None,
        "regle_ecrite": _POUR_LA_MACHINE.sub("", brut["regle"]),
        "confiance": brut["confiance"],
        "note": brut.get("note", ""),
        "affichee": True,
    }
