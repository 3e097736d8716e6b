"""What parents type to find a group and to ask for one, or a professional for them; nothing is saved here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.text import capfirst, format_lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ateliers.enums import CanalDemande, Moment
from ateliers.groupes.demandes import DemandeParent
from ateliers.groupes.regles import Profil, est_de_la_premiere_annee, repere_de
from ateliers.models import BEBES_MAX, RAYON_PAR_DEFAUT_KM, GroupePairs, Theme
from familles.accords import FORMULATIONS
from familles.ages import JOURS_DDR_AVANT_TERME, est_premature, terme_plausible
from familles.champs import DateTapeeField, PrenomField
from familles.enums import ObjetAccord
from maisons.enums import Langue
from maisons.forms import RAYONS_KM, ProximiteForm
from maisons.models import Commune, Maison
from socle.champs import CourrielField, MobileField

if TYPE_CHECKING:
    _ChoixMaison = forms.ModelChoiceField[Maison]
else:
    _ChoixMaison = forms.ModelChoiceField

ATTENDU, NE = "attendu", "ne"


def _majuscule(choix: Sequence[tuple[Any, str | Promise]]) -> list[tuple[Any, str]]:
    return [(valeur, capfirst(str(libelle))) for valeur, libelle in choix]


def _langues_par_defaut() -> list[str]:
    """French, and the language of the page being read."""
    page = (get_language() or "fr").partition("-")[0]
    return list(dict.fromkeys(["fr", *([page] if page in Langue.values else [])]))


class ChoixEntier(forms.TypedChoiceField):
    """A number among a few; nothing said means the usual one."""

    def __init__(self, *, usuel: int, **options: Any) -> None:
        super().__init__(coerce=int, required=False, initial=usuel, **options)
        self.empty_value: Any = usuel


class DatesBebeMixin:
    """Cleans `etat`, `jour`, `avant_terme` and `terme` of a form to `naissance`, `terme_prevu` and `age_corrige`."""

    aujourd_hui: date

    def dates(self, donnees: dict[str, Any]) -> tuple[str, str] | None:
        """The field and the sentence of what is wrong; None once the dates are in `donnees`."""
        jour, etat = donnees["jour"], donnees.get("etat")
        donnees |= {"naissance": None, "terme_prevu": None, "age_corrige": False}
        if etat == ATTENDU or (not etat and jour > self.aujourd_hui):
            donnees["terme_prevu"] = jour
            return self._terme_faux(jour)
        donnees["naissance"] = jour
        if jour > self.aujourd_hui:
            return "jour", _("Cette date n'est pas encore là. Votre bébé est attendu ? Choisissez « est attendu ».")
        if donnees.get("avant_terme") and (erreur := self._correction(donnees)):
            return erreur
        repere = repere_de(**{nom: donnees[nom] for nom in ("naissance", "terme_prevu", "age_corrige")})
        if not est_de_la_premiere_annee(repere, aujourd_hui=self.aujourd_hui):
            return "jour", _(
                "Les groupes accompagnent la première année. Pour un enfant plus grand, d'autres rencontres vous "
                "attendent dans l'agenda."
            )
        return None

    def _terme_faux(self, terme: date) -> tuple[str, str] | None:
        if terme_plausible(terme, aujourd_hui=self.aujourd_hui):
            return None
        if terme > self.aujourd_hui + timedelta(days=JOURS_DDR_AVANT_TERME):
            return "jour", _("Cette date est trop loin dans l'avenir. Vérifiez l'année.")
        return "jour", _("Cette date est passée depuis longtemps. Votre bébé est né ? Choisissez « est né ».")

    def _correction(self, donnees: dict[str, Any]) -> tuple[str, str] | None:
        """The due date of a baby born before it; from then on its age counts from there."""
        naissance, terme = donnees["naissance"], donnees.get("terme")
        if terme is None:
            return "terme", _("Pour compter l'âge corrigé, indiquez la date prévue d'accouchement.")
        if not est_premature(naissance, terme):
            return "terme", _(
                "Pour un bébé né avant terme, cette date vient après la naissance. Vérifiez les deux dates."
            )
        donnees |= {"terme_prevu": terme, "age_corrige": True}
        return None


class RechercheGroupeForm(DatesBebeMixin, ProximiteForm):
    """A baby's date and a commune. Sent by POST only: a date stands in no address and in no log."""

    # A request is kept with its commune, not with a position.
    lat = None  # type: ignore[assignment]
    lon = None  # type: ignore[assignment]
    etat = forms.ChoiceField(
        label=gettext_lazy("Votre bébé"),
        choices=[(ATTENDU, gettext_lazy("est attendu")), (NE, gettext_lazy("est né"))],
        required=False,
        widget=forms.RadioSelect,
    )
    jour = DateTapeeField(
        label=gettext_lazy("Date prévue d'accouchement, ou date de naissance"),
        help_text=gettext_lazy("Avec le jour, le mois et l'année. Par exemple : 03/11/2026"),
        error_messages={"required": gettext_lazy("Indiquez la date prévue, ou la date de naissance de votre bébé.")},
    )
    bebes = ChoixEntier(
        label=gettext_lazy("Combien de bébés ?"),
        choices=[(1, gettext_lazy("Un bébé")), (2, gettext_lazy("Des jumeaux")), (3, gettext_lazy("Des triplés"))]
        + [(n, format_lazy(gettext_lazy("{n} bébés"), n=n)) for n in range(4, BEBES_MAX + 1)],
        usuel=1,
    )
    avant_terme = forms.BooleanField(label=gettext_lazy("Né avant terme : compter l'âge corrigé"), required=False)
    terme = DateTapeeField(
        label=gettext_lazy("Date prévue d'accouchement"),
        help_text=gettext_lazy("Seulement pour l'âge corrigé."),
        required=False,
    )
    a_deja_un_enfant = forms.BooleanField(label=gettext_lazy("J'ai déjà un enfant"), required=False)
    moments = forms.MultipleChoiceField(
        label=gettext_lazy("Quand pouvez-vous venir ?"),
        help_text=gettext_lazy("Rien de coché : tout vous convient."),
        choices=lambda: _majuscule(Moment.choices),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    langues = forms.MultipleChoiceField(
        label=gettext_lazy("Vous parlez"),
        choices=lambda: _majuscule(Langue.choices),
        required=False,
        initial=_langues_par_defaut,
        widget=forms.CheckboxSelectMultiple,
    )
    rayon = ChoixEntier(  # type: ignore[assignment]
        label=gettext_lazy("Jusqu'où pouvez-vous venir ?"),
        choices=[(km, format_lazy(gettext_lazy("{km} km"), km=km)) for km in RAYONS_KM],
        usuel=RAYON_PAR_DEFAUT_KM,
    )

    # Of the leaflet that led here: her request goes to that house.
    maison = forms.SlugField(required=False, widget=forms.HiddenInput)

    field_order = ("etat", "jour", "lieu")
    # Under "Jumeaux, né avant terme, le soir…": open when something in it was said.
    EN_PLUS = ("bebes", "avant_terme", "terme", "a_deja_un_enfant", "moments", "langues", "rayon")

    def __init__(self, *args: Any, aujourd_hui: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.aujourd_hui = aujourd_hui
        self.ville: Commune | None = None
        lieu = self.fields["lieu"]
        lieu.required = True
        lieu.error_messages["required"] = _("Indiquez votre commune ou votre code postal.")

    @property
    def caches(self) -> Iterator[str]:
        """The search as hidden inputs, without ids: the same fields may stand in sight on the page."""
        return (self[nom].as_hidden(attrs={"id": False}) for nom in RechercheGroupeForm.base_fields)

    def clean_maison(self) -> Maison | None:
        slug = self.cleaned_data["maison"]
        return Maison.objects.publiees().filter(slug=slug).first() if slug else None

    @property
    def precisee(self) -> bool:
        if not self.is_bound:
            return False
        usuelles: dict[str, Any] = {
            "bebes": ["", "1", None],
            "langues": [[], _langues_par_defaut()],
            "rayon": ["", str(RAYON_PAR_DEFAUT_KM), None],
        }
        return any(
            self[nom].errors or self[nom].value() not in usuelles.get(nom, ["", None, False, []])
            for nom in self.EN_PLUS
        )

    def bebe(self) -> dict[str, Any]:
        """What a valid search says of the baby, and of when and how far one comes, by the names of a request."""
        donnees = self.cleaned_data
        noms = ("naissance", "terme_prevu", "age_corrige", "bebes", "a_deja_un_enfant", "langues", "moments")
        return {**{nom: donnees[nom] for nom in noms}, "rayon_km": donnees["rayon"]}

    def profil(self) -> Profil:
        """The same, as groups are looked for."""
        bebe = self.bebe()
        dates = {nom: bebe.pop(nom) for nom in ("naissance", "terme_prevu", "age_corrige")}
        if self.ville is None:
            raise ValueError("A search is made from a commune.")
        return Profil(repere=repere_de(**dates), latitude=self.ville.latitude, longitude=self.ville.longitude, **bebe)

    def clean_langues(self) -> list[str]:
        return self.cleaned_data["langues"] or _langues_par_defaut()

    def clean(self) -> dict[str, Any]:
        donnees = super().clean()
        if self.proximite is not None and self.proximite.code_insee:
            self.ville = Commune.objects.filter(code_insee=self.proximite.code_insee).first()
        if donnees.get("jour") and not {"jour", "terme"} & self.errors.keys() and (faute := self.dates(donnees)):
            self.add_error(*faute)
        return donnees


class DemandeGroupeForm(RechercheGroupeForm):
    """The search, then whom to tell: what a request for a group needs."""

    prenom = PrenomField(
        label=gettext_lazy("Votre prénom"),
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "dir": "auto"}),
    )
    email = CourrielField(
        label=gettext_lazy("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    telephone = MobileField(
        label=gettext_lazy("Mobile"), required=False, widget=forms.TelInput(attrs={"autocomplete": "tel"})
    )
    coparent = forms.BooleanField(
        label=gettext_lazy("L'autre parent viendra aussi, quand ce sera possible"), required=False
    )
    themes = forms.ModelMultipleChoiceField(
        label=gettext_lazy("De quoi aimeriez-vous parler ?"),
        queryset=Theme.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    groupe = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    # Who asks from afar can only be told by one or the other.
    contact_facultatif = False
    cle = forms.UUIDField(widget=forms.HiddenInput)
    # People never see it; programs that fill every field do.
    site = forms.CharField(
        label=gettext_lazy("Laissez ce champ vide"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cle_neuve = uuid.uuid4()
        self.initial.setdefault("cle", self.cle_neuve)
        if "themes" in self.fields:
            themes = cast("forms.ModelMultipleChoiceField[Theme]", self.fields["themes"])
            themes.queryset = Theme.objects.order_by("nom")

    def clean_site(self) -> str:
        if self.cleaned_data["site"]:
            raise ValidationError(_("Ce champ doit rester vide : il arrête les robots. Effacez-le et recommencez."))
        return ""

    def clean(self) -> dict[str, Any]:
        donnees = super().clean()
        if "cle" in self.errors:
            # A page kept for weeks or a form written by hand: the next sending goes through.
            del self.errors["cle"]
            donnees["cle"] = self.cle_neuve
        joignable = {"email", "telephone"} & self.errors.keys() or donnees.get("email") or donnees.get("telephone")
        if not joignable and not self.contact_facultatif:
            self.add_error("email", _("Indiquez une adresse e-mail ou un mobile : nous vous y répondrons."))
        return donnees

    def demande(
        self,
        *,
        groupe: GroupePairs | None,
        canal: CanalDemande = CanalDemande.EN_LIGNE,
        prescripteur: str = "",
        accord: bool = False,
    ) -> DemandeParent:
        """The request that a valid form makes."""
        donnees = self.cleaned_data
        if self.ville is None:
            raise ValueError("A request is made in a commune.")
        return DemandeParent(
            prenom=donnees["prenom"],
            email=donnees["email"],
            telephone=donnees["telephone"],
            langue=donnees.get("langue") or get_language() or "fr",
            **self.bebe(),
            coparent=donnees["coparent"],
            commune=self.ville,
            themes=[theme.pk for theme in donnees.get("themes", ())],
            groupe=groupe,
            maison=donnees.get("maison"),
            canal=canal,
            prescripteur=prescripteur,
            accord=accord,
            cle_idempotence=donnees["cle"],
        )


class PrescriptionForm(DemandeGroupeForm):
    """What a professional enters for a parent, who agreed."""

    site = None  # type: ignore[assignment]
    groupe = None  # type: ignore[assignment]
    maison = None  # type: ignore[assignment]
    themes = None  # type: ignore[assignment]
    service = forms.CharField(
        label=gettext_lazy("Votre service"),
        max_length=120,
        help_text=gettext_lazy("Tel que le parent le connaît : « maternité de Rethel », « Mme Petit, sage-femme »."),
        error_messages={"required": gettext_lazy("Dites de quel service vous êtes : le parent le lira.")},
    )
    langue = forms.ChoiceField(
        label=gettext_lazy("Langue des messages"), choices=settings.LANGUAGES, initial="fr", required=False
    )
    accord = forms.BooleanField(
        label=FORMULATIONS[ObjetAccord.TRANSMISSION].texte,
        error_messages={"required": gettext_lazy("Demandez-lui son accord : sans lui, rien n'est transmis.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for nom, libelle in {
            "prenom": _("Son prénom"),
            "lieu": _("Sa commune ou son code postal"),
            "etat": _("Le bébé"),
            "a_deja_un_enfant": _("A déjà un enfant"),
            "coparent": _("L'autre parent viendra aussi, quand ce sera possible"),
            "moments": _("Peut venir"),
            "langues": _("Parle"),
            "rayon": _("Distance acceptée"),
        }.items():
            self.fields[nom].label = libelle
        for nom in ("prenom", "email", "telephone"):
            self.fields[nom].widget.attrs["autocomplete"] = "off"

    def fieldsets_en_clair(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """For the summary of errors alone: the page lays the fields out itself."""
        return []


class DemandeEquipeForm(PrescriptionForm):
    """What the team notes for a parent who phones or drops in, reachable or not."""

    service = None  # type: ignore[assignment]
    accord = None  # type: ignore[assignment]
    canal = forms.ChoiceField(
        label=gettext_lazy("Comment vous l'a-t-il dit ?"),
        choices=lambda: _majuscule(
            [(canal.value, canal.label) for canal in (CanalDemande.TELEPHONE, CanalDemande.SUR_PLACE)]
        ),
        initial=CanalDemande.TELEPHONE,
        widget=forms.RadioSelect,
    )
    # Of those that the person notes requests for: another house's is no choice.
    maison = _ChoixMaison(label=gettext_lazy("Pour quelle maison"), queryset=Maison.objects.none())  # type: ignore[assignment]
    contact_facultatif = True

    def __init__(self, *args: Any, maisons: QuerySet[Maison], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = cast("forms.ModelChoiceField[Maison]", self.fields["maison"])
        champ.queryset = maisons
        seules = list(maisons[:2])
        if len(seules) == 1:
            champ.initial = seules[0]

    def clean_maison(self) -> Maison:
        maison: Maison = self.cleaned_data["maison"]
        return maison
