"""Forms of the label: they clean what is typed; the services decide and save."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from maisons.label.fichier import TAILLE_MAX
from maisons.models import Critere, Maison, VersionReferentiel
from socle.champs import ChampJour

if TYPE_CHECKING:
    _ChoixMaison = forms.ModelChoiceField[Maison]
    _ChoixVersion = forms.ModelChoiceField[VersionReferentiel]
else:
    _ChoixMaison = _ChoixVersion = forms.ModelChoiceField

COMMENTAIRE_MAX = 4000


class ChampNiveau(forms.TypedChoiceField):
    """A level of a criterion's scale, counted from 0; none is an answer too."""

    def __init__(self, critere: Critere, **options: Any) -> None:
        choix = [("", _("pas encore dit")), *((str(n), niveau) for n, niveau in enumerate(critere.niveaux))]
        super().__init__(
            choices=choix, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect, **options
        )


class NiveauForm(forms.Form):
    """A level and some words about it, beside the revision of what was read."""

    commentaire = forms.CharField(
        label=_("Commentaire"),
        max_length=COMMENTAIRE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, critere: Critere, libelle: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["niveau"] = ChampNiveau(critere, label=libelle)
        self.order_fields(["niveau", "commentaire", "revision"])


class _PreuveForm(forms.Form):
    intitule = forms.CharField(label=_("Ce que c'est"), max_length=160)
    datee_du = ChampJour(label=_("Date du document ou du constat"))

    def __init__(self, *args: Any, aujourd_hui: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.aujourd_hui = aujourd_hui

    def clean_datee_du(self) -> date:
        jour: date = self.cleaned_data["datee_du"]
        if jour > self.aujourd_hui:
            raise forms.ValidationError(_("Cette date est à venir."))
        return jour


class FichierForm(_PreuveForm):
    fichier = forms.FileField(
        label=_("Fichier"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=_("PDF, JPEG ou PNG, 15 Mo au plus. Aucun nom de famille dedans."),
    )
    field_order = ("fichier", "intitule", "datee_du")


class LienForm(_PreuveForm):
    lien = forms.URLField(label=_("Adresse"), max_length=500, assume_scheme="https")
    field_order = ("lien", "intitule", "datee_du")


class ConstatForm(_PreuveForm):
    pass


class ActionForm(forms.Form):
    quoi = forms.CharField(label=_("Ce qui sera fait"), max_length=300)
    qui = forms.CharField(label=_("Qui s'en charge"), max_length=120)
    avant_le = ChampJour(label=_("Avant le"))


class FranchirForm(forms.Form):
    le = ChampJour(label=_("En date du"))
    motif = forms.CharField(label=_("Motif"), max_length=300, required=False)


class PlanifierForm(forms.Form):
    visee_le = ChampJour(label=_("Label visé pour le"), required=False)
    echeance = ChampJour(label=_("Étape en cours à franchir avant le"), required=False)
    # The step these dates were read beside.
    etape = forms.IntegerField(widget=forms.HiddenInput)

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [("", [self["visee_le"], self["echeance"]])]


class OuvrirForm(forms.Form):
    maison = _ChoixMaison(label=_("Maison"), queryset=Maison.objects.none())
    version = _ChoixVersion(label=_("Référentiel"), queryset=VersionReferentiel.objects.none())
    visee_le = ChampJour(label=_("Label visé pour le"), required=False)

    def __init__(
        self, *args: Any, maisons: QuerySet[Maison], versions: QuerySet[VersionReferentiel], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for nom, rangees in (("maison", maisons), ("version", versions)):
            champ = self.fields[nom]
            if isinstance(champ, forms.ModelChoiceField):
                champ.queryset = rangees

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [("", list(self))]


class NoteForm(forms.Form):
    """One criterion on the sheet of a visit."""

    texte = forms.CharField(
        label=_("Ce que vous voyez, ce qu'on vous dit"),
        max_length=COMMENTAIRE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, critere: Critere, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["niveau"] = ChampNiveau(critere, label=_("Niveau constaté"))
        self.order_fields(["niveau", "texte", "revision"])

    def clean_texte(self) -> str:
        # A form sends other line ends than a script: the same words are the same note.
        texte: str = self.cleaned_data["texte"]
        return texte.replace("\r\n", "\n")


class ReferentielForm(forms.Form):
    """A version of a référentiel as a file, or its text pasted."""

    fichier = forms.FileField(
        label=_("Fichier YAML"), required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml"})
    )
    texte = forms.CharField(
        label=_("ou son texte"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "code"}),
    )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        fichier = donnees.get("fichier")
        if fichier:
            brut = fichier.read(TAILLE_MAX + 1)
            try:
                donnees["texte"] = brut.decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("fichier", _("Ce fichier n'est pas du texte en UTF-8."))
        elif not (donnees.get("texte") or "").strip():
            self.add_error("fichier", _("Choisissez un fichier, ou collez son texte."))
        return donnees

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [("", list(self))]
