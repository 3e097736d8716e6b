"""Forms of the facilitator's pages about groups: they clean what is typed; the services decide and save."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ateliers.enums import Particularite, Rythme
from ateliers.groupes.cohortes import Cohorte
from ateliers.groupes.composition.modele import Reglages
from ateliers.models import CAPACITE_MAX, CAPACITE_PAR_DEFAUT, GroupePairs, Seance, fin_de_fenetre, fin_de_groupe
from maisons.enums import Langue
from maisons.models import Lieu, Maison
from maisons.recurrence import moment_local
from socle import dates
from socle.champs import ChampHeure, ChampJour
from socle.models import Utilisateur

if TYPE_CHECKING:
    _ChoixPersonnes = forms.ModelMultipleChoiceField[Utilisateur]
    _ChoixLieu = forms.ModelChoiceField[Lieu]
    _ChoixSeance = forms.ModelChoiceField[Seance]
else:
    _ChoixPersonnes, _ChoixLieu = forms.ModelMultipleChoiceField, forms.ModelChoiceField
    _ChoixSeance = forms.ModelChoiceField


class ChoixLieu(_ChoixLieu):
    def label_from_instance(self, obj: Lieu) -> str:
        return f"{obj.maison.nom} – {obj.nom}"


class ChoixRencontre(_ChoixSeance):
    def label_from_instance(self, obj: Seance) -> str:
        return dates.date_longue(obj.debut, obj.zone)


class CohorteForm(forms.Form):
    """A group: where, for which births, for whom. Its meetings are planned afterwards."""

    nom = forms.CharField(label=_("Nom"), max_length=120, help_text=_("Les parents le lisent : « Bébés de mars »."))
    lieu = ChoixLieu(label=_("Lieu"), queryset=Lieu.objects.none(), empty_label=_("Choisissez un lieu"))
    facilitateurs = forms.ModelMultipleChoiceField(
        label=_("Facilitateurs"),
        queryset=Utilisateur.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Ils lisent les prénoms et les contacts des membres."),
    )
    naissances_du = ChampJour(
        label=_("Naissances du"), help_text=_("La date prévue d'accouchement compte jusqu'à la naissance.")
    )
    naissances_au = ChampJour(label=_("au"), required=False, help_text=_("Vide : huit semaines. Ce jour compris."))
    fin_prevue = ChampJour(
        label=_("Fin prévue"), required=False, help_text=_("Vide : le premier anniversaire du plus jeune.")
    )
    capacite = forms.IntegerField(
        label=_("Places"),
        min_value=2,
        max_value=CAPACITE_MAX,
        initial=CAPACITE_PAR_DEFAUT,
        help_text=_("En binômes parent-bébé : des jumeaux prennent deux places."),
    )
    rythme = forms.ChoiceField(label=_("Rythme"), choices=Rythme, initial=Rythme.QUINZAINE, widget=forms.RadioSelect)
    langue = forms.ChoiceField(label=_("Langue du groupe"), choices=Langue, initial=Langue.FR)
    particularites = forms.MultipleChoiceField(
        label=_("Particularités"),
        choices=Particularite,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Les deux premières réservent le groupe à ces familles ; elles sont bienvenues dans les autres."),
    )
    accepte_demandes = forms.BooleanField(
        label=_("Visible des parents"),
        required=False,
        initial=True,
        help_text=_("Ils le trouvent en ligne et demandent à en être ; vous acceptez."),
    )

    groupes = (
        (_("Quoi, où, avec qui"), ("nom", "lieu", "facilitateurs")),
        (_("Quels bébés"), ("naissances_du", "naissances_au", "fin_prevue")),
        (_("Comment"), ("capacite", "rythme", "langue", "particularites", "accepte_demandes")),
    )

    def __init__(
        self,
        *args: Any,
        lieux: QuerySet[Lieu],
        equipe: QuerySet[Utilisateur],
        groupe: GroupePairs | None = None,
        **options: Any,
    ) -> None:
        if groupe is not None:
            initial = {nom: getattr(groupe, nom) for nom in self.base_fields if nom != "facilitateurs"}
            initial["lieu"] = groupe.lieu_id
            initial["facilitateurs"] = list(groupe.facilitateurs.values_list("pk", flat=True))
            options["initial"] = {**initial, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        for nom, choix in (("lieu", lieux), ("facilitateurs", equipe)):
            champ = self.fields[nom]
            if isinstance(champ, forms.ModelChoiceField):
                champ.queryset = choix

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms if nom in self.fields]) for titre, noms in self.groupes]

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        du = donnees.get("naissances_du")
        if du is None:
            return donnees
        au = donnees.get("naissances_au") or fin_de_fenetre(du)
        fin = donnees.get("fin_prevue") or fin_de_groupe(au)
        if au < du:
            self.add_error("naissances_au", __("La fin de la fenêtre de naissances doit venir après son début."))
        elif fin <= au:
            self.add_error("fin_prevue", __("Le groupe se termine après les naissances."))
        return {**donnees, "naissances_au": au, "fin_prevue": fin}

    def cohorte(self) -> Cohorte:
        donnees = dict(self.cleaned_data)
        if "facilitateurs" in donnees:
            donnees["facilitateurs"] = list(donnees["facilitateurs"])
        return Cohorte(**donnees)


class RencontresForm(forms.Form):
    """When a group meets: the first day and the hour; the rhythm and the end are the group's."""

    premier_jour = ChampJour(label=_("Première rencontre le"))
    heure = ChampHeure(label=_("À"), help_text=_("À l'heure du lieu."))
    duree_minutes = forms.IntegerField(label=_("Durée (minutes)"), min_value=30, max_value=240)
    jusqu_au = ChampJour(label=_("Jusqu'au"), help_text=_("La fin prévue du groupe."))
    cle = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, groupe: GroupePairs, aujourd_hui: date, **options: Any) -> None:
        depart = {
            "heure": groupe.heure or (time(18) if Particularite.SOIR in groupe.particularites else time(10)),
            "duree_minutes": groupe.duree_minutes,
            "jusqu_au": groupe.fin_prevue,
        }
        super().__init__(*args, **{**options, "initial": {**depart, **(options.get("initial") or {})}})
        self.aujourd_hui = aujourd_hui
        self.fields["premier_jour"].widget.attrs["min"] = aujourd_hui.isoformat()

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [("", [self[nom] for nom in ("premier_jour", "heure", "duree_minutes", "jusqu_au")])]

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        premier, fin = donnees.get("premier_jour"), donnees.get("jusqu_au")
        if premier and premier < self.aujourd_hui:
            self.add_error("premier_jour", __("Choisissez un jour à venir."))
        if premier and fin and fin < premier:
            self.add_error("jusqu_au", __("La fin doit venir après la première rencontre."))
        return donnees


class JournalForm(forms.Form):
    texte = forms.CharField(
        label=_("Ce que le groupe a fait"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Des faits, pas de jugement, et aucun prénom : le journal parle du groupe."),
    )
    a_preparer = forms.CharField(label=_("À préparer pour la suite"), max_length=200, required=False)
    seance = ChoixRencontre(
        label=_("Rencontre"), queryset=Seance.objects.none(), required=False, empty_label=_("pas une en particulier")
    )

    def __init__(self, *args: Any, groupe: GroupePairs, maintenant: datetime, **options: Any) -> None:
        # Two forms of the page have a text each.
        super().__init__(*args, **{"auto_id": "journal_%s", **options})
        champ = self.fields["seance"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = (
                Seance.objects.filter(groupe=groupe, debut__lte=maintenant).select_related("lieu").order_by("-debut")
            )


class ThemeGroupeForm(forms.Form):
    texte = forms.CharField(label=_("Thème à proposer au vote"), max_length=80)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"auto_id": "theme_%s", **options})


class PropositionForm(forms.Form):
    """What the portal composes from: houses, sizes, how many groups each can lead."""

    maisons = forms.ModelMultipleChoiceField(
        label=_("Maisons"),
        queryset=Maison.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Les familles qui attendent dans ces maisons, et les lieux où les réunir."),
    )
    taille_min = forms.IntegerField(
        label=_("Au moins"), min_value=3, max_value=CAPACITE_MAX, initial=8, help_text=_("Binômes par groupe.")
    )
    taille_max = forms.IntegerField(label=_("Au plus"), min_value=3, max_value=CAPACITE_MAX, initial=12)
    fenetre_semaines = forms.IntegerField(
        label=_("Semaines entre la première et la dernière naissance"), min_value=2, max_value=16, initial=8
    )
    groupes_max = forms.IntegerField(
        label=_("Nouveaux groupes par maison, au plus"),
        min_value=1,
        max_value=10,
        initial=3,
        help_text=_("Ce que les facilitateurs peuvent mener."),
    )

    groupes = (
        (_("Où"), ("maisons",)),
        (_("Des groupes de quelle taille"), ("taille_min", "taille_max", "fenetre_semaines", "groupes_max")),
    )

    def __init__(self, *args: Any, maisons: QuerySet[Maison], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["maisons"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = maisons
            champ.initial = [maison.pk for maison in maisons]

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.groupes]

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        minimum, maximum = donnees.get("taille_min"), donnees.get("taille_max")
        if minimum and maximum and maximum < minimum:
            self.add_error("taille_max", __("Le plus grand nombre vient après le plus petit."))
        return donnees

    def reglages(self) -> Reglages:
        donnees = self.cleaned_data
        return Reglages(
            taille_min=donnees["taille_min"],
            taille_max=donnees["taille_max"],
            fenetre_jours=7 * donnees["fenetre_semaines"],
        )


class CohorteProposeeForm(forms.Form):
    nom = forms.CharField(label=_("Nom"), max_length=120)
    capacite = forms.IntegerField(label=_("Places"), min_value=2, max_value=CAPACITE_MAX)
    rythme = forms.ChoiceField(label=_("Rythme"), choices=Rythme)


class ValidationForm(forms.Form):
    repondre_avant = ChampJour(
        label=_("Réponse attendue au plus tard le"),
        help_text=_("À la fin de ce jour, les places sans réponse vont aux suivants."),
    )

    def __init__(self, *args: Any, aujourd_hui: date, **options: Any) -> None:
        depart = {"repondre_avant": aujourd_hui + timedelta(days=settings.GROUPES_REPONSE_JOURS)}
        super().__init__(*args, **{**options, "initial": depart})
        self.aujourd_hui = aujourd_hui

    def clean_repondre_avant(self) -> date:
        jour: date = self.cleaned_data["repondre_avant"]
        if not self.aujourd_hui + timedelta(days=2) <= jour <= self.aujourd_hui + timedelta(days=60):
            raise forms.ValidationError(__("Laissez de deux à soixante jours pour répondre."))
        return jour

    def echeance(self, zone: Any) -> datetime:
        """The end of the day, on the clock of the place."""
        return moment_local(self.cleaned_data["repondre_avant"] + timedelta(days=1), time(0), zone)
