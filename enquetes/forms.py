"""The screen of one question as a form: it cleans a value, and says in the form's own language what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from enquetes.enums import TypeQuestion
from enquetes.importation import TAILLE_MAX
from enquetes.plan import PlanQuestion
from maisons.forms import chercher_communes, commune_evidente
from maisons.models import Commune

CHAMP = "reponse"


class ImportForm(forms.Form):
    """A workbook of answers."""

    fichier = forms.FileField(
        label=_("Classeur Excel (.xlsx)"),
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        help_text=_("5 000 réponses et 5 Mo au plus. Le portail ne garde pas le fichier."),
    )

    def clean_fichier(self) -> bytes:
        fichier = self.cleaned_data["fichier"]
        if fichier.size > TAILLE_MAX:
            raise ValidationError(__("Ce fichier dépasse 5 Mo : coupez-le en plusieurs."))
        octets: bytes = fichier.read()
        return octets

    def fieldsets_en_clair(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("", list(self))]


class QuestionForm(forms.Form):
    """One question; `valeur` once valid, None when it was passed."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        question: PlanQuestion,
        mots: Mapping[str, str],
        valeur: Any = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, prefix=prefix)
        self.question, self.mots = question, mots
        self.communes: list[Commune] = []
        for nom, champ in self._champs(valeur):
            champ.required = False
            # In the language of the questions, like the rest of the screen.
            champ.error_messages["invalid_choice"] = mots["manque"]
            self.fields[nom] = champ

    def _champs(self, valeur: Any) -> list[tuple[str, forms.Field]]:
        q = self.question
        choix = [(c.code, c.libelle) for c in q.choix]
        match q.type:
            case TypeQuestion.UNIQUE:
                return [(CHAMP, _choix(q.intitule, choix, valeur))]
            case TypeQuestion.ECHELLE:
                points = [(str(p), str(p)) for p in q.points]
                depart = None if valeur is None else str(valeur)
                return [(CHAMP, _choix(q.intitule, points, depart, classe="echelle"))]
            case TypeQuestion.MULTIPLE:
                champ = forms.MultipleChoiceField(
                    label=q.intitule, choices=choix, initial=valeur, widget=forms.CheckboxSelectMultiple
                )
                return [(CHAMP, champ)]
            case TypeQuestion.MATRICE:
                return [
                    (ligne.code, _choix(ligne.libelle, choix, (valeur or {}).get(ligne.code), classe="rangee"))
                    for ligne in q.lignes
                ]
            case TypeQuestion.NOMBRE:
                saisie = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 6, "class": "saisie-nombre"})
                return [(CHAMP, forms.CharField(label=q.intitule, initial=valeur, widget=saisie))]
            case TypeQuestion.COMMUNE:
                nom = Commune.objects.filter(code_insee=valeur).values_list("nom", flat=True).first() if valeur else ""
                saisie = forms.TextInput(attrs={"autocomplete": "off", "maxlength": 80})
                return [
                    (CHAMP, forms.CharField(label=q.intitule, initial=nom, max_length=80, widget=saisie)),
                    ("choisie", forms.CharField(max_length=5, widget=forms.HiddenInput)),
                ]
        zone = forms.Textarea(attrs={"rows": 4, "maxlength": 500, "dir": "auto", "autocomplete": "off"})
        return [(CHAMP, forms.CharField(label=q.intitule, initial=valeur, max_length=500, widget=zone))]

    @property
    def valeur(self) -> Any:
        return self.cleaned_data.get("valeur")

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        premier = next(iter(self.fields))
        try:
            valeur = self._lire(donnees)
            if valeur in (None, "", [], {}):
                valeur = None
                if self.question.obligatoire and not self.errors:
                    raise ValidationError(self.mots["manque"])
        except ValidationError as erreur:
            self.add_error(premier, erreur)
            return donnees
        donnees["valeur"] = valeur
        return donnees

    def _lire(self, donnees: Mapping[str, Any]) -> Any:
        q = self.question
        brut = donnees.get(CHAMP)
        match q.type:
            case TypeQuestion.ECHELLE:
                return int(brut) if brut else None
            case TypeQuestion.MULTIPLE:
                return self._multiple(list(brut or []))
            case TypeQuestion.MATRICE:
                return {ligne.code: donnees[ligne.code] for ligne in q.lignes if donnees.get(ligne.code)}
            case TypeQuestion.NOMBRE:
                return self._nombre(str(brut or "").strip())
            case TypeQuestion.COMMUNE:
                return self._commune(str(brut or "").strip(), donnees.get("choisie"))
        return brut.strip() if isinstance(brut, str) else brut

    def _multiple(self, coches: list[str]) -> list[str]:
        if len(coches) > 1 and self.question.exclusifs & set(coches):
            raise ValidationError(self.mots["seul"])
        if self.question.choix_maximum and len(coches) > self.question.choix_maximum:
            raise ValidationError(self.mots["trop"].format(n=self.question.choix_maximum))
        return coches

    def _nombre(self, saisi: str) -> int | None:
        if not saisi:
            return None
        try:
            nombre = int(saisi)
        except ValueError:
            nombre = None
        if nombre is None or nombre not in self.question.points:
            raise ValidationError(self.mots["entre"].format(min=self.question.minimum, max=self.question.maximum))
        return nombre

    def _commune(self, saisie: str, choisie: str | None) -> str | None:
        if not saisie:
            return None
        communes = chercher_communes(saisie)
        trouvee = next((c for c in communes if c.code_insee == choisie), None) or commune_evidente(saisie, communes)
        if trouvee is not None:
            return trouvee.code_insee
        if not communes:
            raise ValidationError(self.mots["commune_inconnue"])
        self.communes = communes
        raise ValidationError(self.mots["commune_laquelle"])


def _choix(label: str, choix: list[tuple[str, str]], depart: Any, *, classe: str = "") -> forms.ChoiceField:
    attrs = {"class": classe} if classe else {}
    return forms.ChoiceField(label=label, choices=choix, initial=depart, widget=forms.RadioSelect(attrs=attrs))
