"""Référentiels and their versions: taken from a file, published, compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from maisons.enums import StatutReferentiel
from maisons.label.fichier import FORMAT, Contenu
from maisons.models import Axe, Critere, Etape, Referentiel, Transition, VersionReferentiel


class ReferentielRefuse(Exception):
    """A version can't be taken, published or withdrawn; the message is written for the person on screen."""


@transaction.atomic
def enregistrer(contenu: Contenu) -> VersionReferentiel:
    """A draft that says what the content says (see `fichier.lire`); a draft of the same number is replaced.

    The same content as a published version gives that version. Raises ReferentielRefuse for another content under a
    published version's number.
    """
    # Two imports of one référentiel queue here.
    referentiel, _nouveau = Referentiel.objects.update_or_create(
        code=contenu["referentiel"]["code"],
        defaults={
            "nom": contenu["referentiel"]["nom"],
            "porteur": contenu["referentiel"].get("porteur", ""),
        },
    )
    donnees = contenu["version"]
    ancienne = referentiel.versions.select_for_update().filter(numero=donnees["numero"]).first()
    if ancienne is not None:
        if ancienne.statut != StatutReferentiel.BROUILLON:
            if _normaliser(contenu) == decrire(ancienne):
                return ancienne
            raise ReferentielRefuse(
                _("La version %s est déjà publiée et ne change plus : donnez un autre numéro à celle-ci.")
                % donnees["numero"]
            )
        ancienne.delete()
    version = VersionReferentiel.objects.create(
        referentiel=referentiel,
        numero=donnees["numero"],
        a_valider=donnees.get("a_valider", True),
        valide_du=date.fromisoformat(donnees["valide_du"]),
        valide_au=date.fromisoformat(donnees["valide_au"]) if donnees.get("valide_au") else None,
        sources=donnees.get("sources", []),
    )
    for rang, axe in enumerate(contenu["axes"], 1):
        _enregistrer_axe(version, rang, axe)
    _enregistrer_parcours(version, contenu["parcours"])
    return version


def _enregistrer_parcours(version: VersionReferentiel, parcours: list[Contenu]) -> None:
    etapes = Etape.objects.bulk_create(
        Etape(
            version=version,
            code=etape["code"],
            rang=rang,
            intitule=etape["intitule"],
            statut_label=etape["label"],
            delai_jours=etape.get("delai_jours"),
        )
        for rang, etape in enumerate(parcours, 1)
    )
    par_code = {etape.code: etape for etape in etapes}
    Transition.objects.bulk_create(
        Transition(
            de=par_code[etape["code"]],
            vers=par_code[passage["etape"]],
            roles=passage["qui"],
            tout_evalue=passage.get("tout_evalue", False),
            imperatifs_atteints=passage.get("imperatifs_atteints", False),
            preuves=passage.get("preuves", []),
        )
        for etape in parcours
        for passage in etape.get("vers", [])
    )


def _enregistrer_axe(version: VersionReferentiel, rang: int, donnees: Contenu) -> None:
    axe = Axe.objects.create(
        version=version,
        code=donnees["code"],
        rang=rang,
        nature=donnees["nature"],
        intitule=donnees["intitule"],
        description=donnees.get("description", ""),
    )
    Critere.objects.bulk_create(_critere(axe, n, critere) for n, critere in enumerate(donnees["criteres"], 1))


def _critere(axe: Axe, rang: int, donnees: Contenu) -> Critere:
    niveaux = list(donnees.get("niveaux", Critere.NIVEAUX_PAR_DEFAUT))
    indicateur = donnees.get("indicateur", {})
    return Critere(
        axe=axe,
        code=donnees["code"],
        rang=rang,
        intitule=donnees["intitule"],
        attendu=donnees.get("attendu", ""),
        niveaux=niveaux,
        niveau_requis=donnees.get("requis", len(niveaux) - 1),
        imperatif=donnees.get("imperatif", False),
        poids=donnees.get("poids", 1),
        indicateur=indicateur.get("code", ""),
        indicateur_min=indicateur.get("min"),
        indicateur_max=indicateur.get("max"),
    )


def decrire(version: VersionReferentiel) -> Contenu:
    """The whole content of a version, every default written out: what its file says."""
    contenu: Contenu = {
        "format": FORMAT,
        "referentiel": {
            "code": version.referentiel.code,
            "nom": version.referentiel.nom,
            "porteur": version.referentiel.porteur,
        },
        "version": {
            "numero": version.numero,
            "a_valider": version.a_valider,
            "valide_du": version.valide_du.isoformat(),
            "valide_au": version.valide_au.isoformat() if version.valide_au else None,
            "sources": list(version.sources),
        },
        "parcours": [
            {
                "code": etape.code,
                "intitule": etape.intitule,
                "label": etape.statut_label,
                "delai_jours": etape.delai_jours,
                "vers": [
                    {
                        "etape": passage.vers.code,
                        "qui": list(passage.roles),
                        "tout_evalue": passage.tout_evalue,
                        "imperatifs_atteints": passage.imperatifs_atteints,
                        "preuves": list(passage.preuves),
                    }
                    for passage in etape.departs.all()
                ],
            }
            for etape in version.etapes.order_by("rang").prefetch_related(
                Prefetch("departs", Transition.objects.order_by("pk").select_related("vers"))
            )
        ],
        "axes": [
            {
                "code": axe.code,
                "nature": axe.nature,
                "intitule": axe.intitule,
                "description": axe.description,
                "criteres": [_decrire_critere(critere) for critere in sorted(axe.criteres.all(), key=_rang)],
            }
            for axe in version.axes.order_by("rang").prefetch_related("criteres")
        ],
    }
    return contenu


def _rang(critere: Critere) -> int:
    return critere.rang


def _decrire_critere(critere: Critere) -> Contenu:
    decrit: Contenu = {
        "code": critere.code,
        "intitule": critere.intitule,
        "attendu": critere.attendu,
        "niveaux": list(critere.niveaux),
        "requis": critere.niveau_requis,
        "imperatif": critere.imperatif,
        "poids": critere.poids,
    }
    if critere.indicateur:
        bornes = {"min": critere.indicateur_min, "max": critere.indicateur_max}
        decrit["indicateur"] = {
            "code": critere.indicateur,
            **{nom: borne for nom, borne in bornes.items() if borne is not None},
        }
    return decrit


def _normaliser(contenu: Contenu) -> Contenu:
    """A file's content with its defaults written out, as `decrire` does."""
    version = contenu["version"]
    return {
        "format": FORMAT,
        "referentiel": {"porteur": "", **contenu["referentiel"]},
        "version": {
            "numero": version["numero"],
            "a_valider": version.get("a_valider", True),
            "valide_du": version["valide_du"],
            "valide_au": version.get("valide_au"),
            "sources": version.get("sources", []),
        },
        "parcours": [
            {
                "code": etape["code"],
                "intitule": etape["intitule"],
                "label": etape["label"],
                "delai_jours": etape.get("delai_jours"),
                "vers": [
                    {"tout_evalue": False, "imperatifs_atteints": False, "preuves": [], **passage}
                    for passage in etape.get("vers", [])
                ],
            }
            for etape in contenu["parcours"]
        ],
        "axes": [
            {
                "code": axe["code"],
                "nature": axe["nature"],
                "intitule": axe["intitule"],
                "description": axe.get("description", ""),
                "criteres": [
                    _decrire_critere(_critere(Axe(), n, critere)) for n, critere in enumerate(axe["criteres"], 1)
                ],
            }
            for axe in contenu["axes"]
        ],
    }


@transaction.atomic
def publier(*, version: VersionReferentiel, maintenant: datetime) -> VersionReferentiel:
    """Houses may be assessed under it from now on, and it never changes again.

    Raises ReferentielRefuse when it is published or withdrawn already, or has no criterion.
    """
    version = VersionReferentiel.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.statut != StatutReferentiel.BROUILLON:
        raise ReferentielRefuse(_("Cette version n'est plus un brouillon."))
    if not Critere.objects.filter(axe__version=version).exists():
        raise ReferentielRefuse(_("Cette version n'a aucun critère."))
    version.statut = StatutReferentiel.PUBLIEE
    version.publiee_le = maintenant
    version.save(update_fields=["statut", "publiee_le"])
    return version


@transaction.atomic
def retirer(*, version: VersionReferentiel) -> VersionReferentiel:
    """No new assessment under it; those that are keep it. Raises ReferentielRefuse unless it is published."""
    version = VersionReferentiel.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.statut != StatutReferentiel.PUBLIEE:
        raise ReferentielRefuse(_("Seule une version publiée peut être retirée."))
    version.statut = StatutReferentiel.RETIREE
    version.save(update_fields=["statut"])
    return version


# Comparing


@dataclass(frozen=True)
class Changement:
    """A criterion that both versions have, worded or measured otherwise."""

    code: str
    avant: Contenu
    apres: Contenu
    champs: tuple[str, ...]

    @property
    def est_a_reevaluer(self) -> bool:
        """Whether an assessment made before says nothing any more: only the weight and the order leave it standing."""
        return bool(set(self.champs) - {"poids"})


@dataclass(frozen=True)
class Comparaison:
    """From one version to another; criteria by "axis.criterion"."""

    ajoutes: tuple[str, ...]
    retires: tuple[str, ...]
    changements: tuple[Changement, ...]

    @property
    def a_reevaluer(self) -> tuple[str, ...]:
        """What a house assessed before must look at again."""
        return (*self.ajoutes, *(change.code for change in self.changements if change.est_a_reevaluer))

    @property
    def est_vide(self) -> bool:
        return not (self.ajoutes or self.retires or self.changements)


def comparer(avant: VersionReferentiel, apres: VersionReferentiel) -> Comparaison:
    """What changes for a house from one version to another, in the later one's order."""
    anciens, nouveaux = _par_code(decrire(avant)), _par_code(decrire(apres))
    changements = []
    for code, critere in nouveaux.items():
        if code in anciens and (champs := _champs_changes(anciens[code], critere)):
            changements.append(Changement(code, anciens[code], critere, champs))
    return Comparaison(
        ajoutes=tuple(code for code in nouveaux if code not in anciens),
        retires=tuple(code for code in anciens if code not in nouveaux),
        changements=tuple(changements),
    )


def _par_code(contenu: Contenu) -> dict[str, Contenu]:
    return {f"{axe['code']}.{critere['code']}": critere for axe in contenu["axes"] for critere in axe["criteres"]}


def _champs_changes(avant: Contenu, apres: Contenu) -> tuple[str, ...]:
    champs: dict[str, Any] = dict.fromkeys([*avant, *apres])
    return tuple(champ for champ in champs if avant.get(champ) != apres.get(champ))
