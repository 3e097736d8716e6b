"""The question of where to open, as an official types it: communes by their names or codes, numbers with bounds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.implantation.donnees import POPULATION_MIN_PAR_DEFAUT
from maisons.implantation.probleme import Objectif
from maisons.implantation.scenarios import Question
from maisons.implantation.tableur import OBJECTIFS
from maisons.models import NATALITE_MAX, Commune, Departement
from socle.texte import normaliser

SITES_MAX = 40
_COMMUNES = ("obligatoires", "exclus", "candidats", "choix")
_SEPARATEURS = re.compile(r"[,;\n]+")


class ScenarioForm(forms.Form):
    departement = forms.ModelChoiceField(label=_("Département"), queryset=Departement.objects.none(), empty_label=None)
    nom = forms.CharField(label=_("Nom du scénario"), max_length=120)
    sites = forms.IntegerField(label=_("Maisons à ouvrir"), min_value=1, max_value=SITES_MAX, initial=6)
    rayon_km = forms.FloatField(
        label=_("Distance jugée proche (km)"),
        min_value=1,
        max_value=200,
        initial=15,
        help_text=_("À vol d'oiseau, de mairie à mairie."),
    )
    objectif = forms.ChoiceField(
        label=_("Ce que l'on cherche"),
        choices=[(objectif.value, libelle) for objectif, libelle in OBJECTIFS.items()],
        initial=Objectif.COUVERTURE.value,
        widget=forms.RadioSelect,
    )
    plafond_km = forms.FloatField(
        label=_("Équité : aucune commune à plus de (km)"), min_value=1, max_value=300, required=False
    )
    labellisees_seulement = forms.BooleanField(
        label=_("Ne tenir compte que des maisons labellisées, et non de toutes les maisons ouvertes"),
        required=False,
        initial=True,
    )
    arrets_comptent = forms.BooleanField(
        label=_("Compter les arrêts à venir d'une maison itinérante comme une desserte"), required=False
    )
    obligatoires = forms.CharField(
        label=_("Communes imposées"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Noms ou codes INSEE, séparés par des virgules. Elles comptent parmi les maisons à ouvrir."),
    )
    exclus = forms.CharField(label=_("Communes écartées"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    candidats = forms.CharField(
        label=_("Communes candidates"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Les seules où une maison peut ouvrir. Vide : toutes celles qui ont assez d'habitants."),
    )
    population_min = forms.IntegerField(
        label=_("Sans liste, habitants qu'il faut"), min_value=0, initial=POPULATION_MIN_PAR_DEFAUT
    )
    choix = forms.CharField(
        label=_("Votre propre choix, à comparer"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    natalite = forms.FloatField(
        label=_("Naissances par an pour 1 000 habitants"),
        min_value=0.1,
        max_value=NATALITE_MAX,
        required=False,
        help_text=_("Vide : le taux de votre département, ou à défaut le taux national."),
    )
    source_natalite = forms.CharField(
        label=_("Source de ce taux"),
        max_length=200,
        required=False,
        help_text=_("Demandée avec un taux : elle accompagne chaque chiffre."),
    )

    def __init__(self, *args: Any, departements: QuerySet[Departement], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["departement"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = departements

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if donnees.get("natalite") is not None and not donnees.get("source_natalite"):
            self.add_error("source_natalite", __("Dites d'où vient ce taux."))
        departement = donnees.get("departement")
        if departement is not None:
            lecteur = _Lecteur(Commune.objects.filter(departement=departement).only("code_insee", "nom"))
            for nom in _COMMUNES:
                if nom in donnees:
                    self._lire_communes(nom, lecteur, donnees)
        return donnees

    def _lire_communes(self, nom: str, lecteur: _Lecteur, donnees: dict[str, Any]) -> None:
        codes, inconnus = lecteur.lire(donnees[nom])
        donnees[nom] = codes
        if inconnus:
            self.add_error(nom, __("Pas des communes de ce département : %s.") % ", ".join(inconnus))

    def question(self) -> Question:
        donnees = {nom: valeur for nom, valeur in self.cleaned_data.items() if nom not in ("departement", "nom")}
        return Question(**{**donnees, "objectif": Objectif(donnees["objectif"])})

    def fieldsets_en_clair(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [
            (_("La question"), [self[nom] for nom in ("departement", "nom", "sites", "rayon_km", "objectif")]),
            (
                _("Les conditions"),
                [
                    self[nom]
                    for nom in (
                        "plafond_km",
                        "population_min",
                        "labellisees_seulement",
                        "arrets_comptent",
                        "obligatoires",
                        "exclus",
                        "candidats",
                    )
                ],
            ),
            (
                _("Pour comparer, et d'où viennent les chiffres"),
                [self[n] for n in ("choix", "natalite", "source_natalite")],
            ),
        ]


class _Lecteur:
    """Communes by what people type: a code, or a name without minding accents and hyphens."""

    def __init__(self, communes: Iterable[Commune]) -> None:
        self.codes = set()
        self.noms: dict[str, list[str]] = {}
        for commune in communes:
            self.codes.add(commune.code_insee)
            self.noms.setdefault(normaliser(commune.nom), []).append(commune.code_insee)

    def lire(self, saisie: str) -> tuple[list[str], list[str]]:
        """The codes, each once in the order typed, and what is no commune (or two of one name)."""
        codes: list[str] = []
        inconnus: list[str] = []
        for mot in (morceau.strip() for morceau in _SEPARATEURS.split(saisie)):
            if not mot:
                continue
            trouves = [mot.upper()] if mot.upper() in self.codes else self.noms.get(normaliser(mot), [])
            if len(trouves) != 1:
                inconnus.append(mot[:60])
            elif trouves[0] not in codes:
                codes.append(trouves[0])
        return codes, inconnus
