from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maisons.enums import StatutLabel
from maisons.models import Commune, Departement, Maison, Suivi
from maisons.recherche import with_distance
from socle.champs import ContactForm
from socle.models import Utilisateur
from socle.texte import normaliser

RAYONS_KM = (5, 10, 20, 30, 50, 100)
RAYON_PAR_DEFAUT_KM = 30
# In the address: "whatever the distance".
SANS_RAYON = 0
CHOIX_MAX = 12
# A commune with more postcodes than that is a city that needs none to be recognised.
VILLE_CODES_POSTAUX = 3
# A position is kept to about a kilometre: enough to sort houses, too little to tell a home.
DECIMALES_POSITION = 2

CHOIX_RAYON = [
    *((km, format_lazy(_("{km} km"), km=km)) for km in RAYONS_KM),
    (SANS_RAYON, _("Peu importe la distance")),
]

_CODE_POSTAL = re.compile(r"\b\d{5}\b")
# "Lyon 3e", "Reims cedex 2": what a letter's address adds to the name of a commune.
_AJOUTS = re.compile(r"\b(cedex( \d{1,2})?|\d{1,2}(er|e|eme)?( arrondissement)?)\b")


@dataclass(frozen=True)
class Proximite:
    """Where a person looks around, and how far: `rayon_km` is None when the distance does not matter."""

    libelle: str
    latitude: float
    longitude: float
    rayon_km: int | None
    code_insee: str = ""


def _lectures(saisie: str) -> tuple[str, str, str]:
    """What was typed, normalised; the name in it without postcode and postal additions; its postcode."""
    texte = normaliser(saisie)
    code_postal = _CODE_POSTAL.search(texte)
    nom = " ".join(_AJOUTS.sub(" ", _CODE_POSTAL.sub(" ", texte)).split())
    return texte, nom, code_postal.group() if code_postal else ""


def chercher_communes(saisie: str, *, maximum: int = CHOIX_MAX) -> list[Commune]:
    """The communes a person may mean, best first: "Rethel", "08300", "Rethel (08300)", "st medard", "Lyon 3e".

    A whole postcode gives all of its communes (some serve fifty villages), anything else at most `maximum`.
    """
    texte, nom, code_postal = _lectures(saisie)
    communes = Commune.objects.select_related("departement")
    if code_postal:
        du_code = list(communes.correspondant_a(code_postal))
        if not nom:
            return du_code
        # A name and a postcode that don't go together: both may be meant.
        du_nom = list(communes.correspondant_a(nom)[:maximum])
        precises = list(communes.correspondant_a(nom).filter(codes_postaux__contains=[code_postal]))
        return precises or [*du_nom, *du_code]
    return list(communes.correspondant_a(texte)[:maximum]) or list(communes.correspondant_a(nom)[:maximum])


def commune_evidente(saisie: str, communes: list[Commune]) -> Commune | None:
    """The one commune that is meant beyond doubt among those found, if any.

    "Paris" is Paris although Paris-l'Hôpital exists; "Charleville" may well be Charleville-Mézières, which is larger.
    """
    if len(communes) == 1:
        return communes[0]
    texte, nom, code_postal = _lectures(saisie)
    exactes = [commune for commune in communes if commune.nom_recherche in (texte, nom)]
    if len(exactes) != 1:
        return None
    plus_grandes = [
        commune
        for commune in communes
        if commune.nom_recherche.startswith(f"{nom} ") and commune.population > exactes[0].population
    ]
    return None if plus_grandes and code_postal not in exactes[0].codes_postaux else exactes[0]


class RayonField(forms.TypedChoiceField):
    """How far; nothing said means RAYON_PAR_DEFAUT_KM, and the list of choices shows it."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data or RAYON_PAR_DEFAUT_KM

    def clean(self, value: Any) -> Any:
        return super().clean(value or RAYON_PAR_DEFAUT_KM)


class ProximiteForm(forms.Form):
    """ "Près de chez moi": a commune or postcode as typed, or a rough position. Subclass it to filter something.

    Once valid, `proximite` says where (None when nothing was asked). A postcode alone is looked around from its
    largest commune, with the others in `communes_possibles`. When several communes answer to a name, `lieu` has an
    error as well. templates/maisons/includes/choix_commune.html offers them as links, keeping the rest of the address.
    """

    lieu = forms.CharField(
        label=_("Votre commune ou votre code postal"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        error_messages={
            "max_length": _("C'est trop long pour un nom de commune. Tapez son nom ou son code postal."),
            "null_characters_not_allowed": _("Tapez le nom de votre commune ou son code postal."),
        },
    )
    commune = forms.CharField(max_length=5, required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False, widget=forms.HiddenInput)
    rayon = RayonField(label=_("Jusqu'où"), coerce=int, required=False, choices=CHOIX_RAYON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proximite: Proximite | None = None
        self.communes_possibles: list[Commune] = []
        # Whether a whole postcode would tell more than what was typed.
        self.peut_preciser = True

    @classmethod
    def de_l_adresse(cls, donnees: Any) -> Self:
        """The form of an address, already validated; unbound when the address asks for no place."""
        form = cls(donnees if any(donnees.get(champ) for champ in ("lieu", "commune", "lat")) else None)
        form.is_valid()
        return form

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        # What goes wrong in a hidden field is told where the person can put it right.
        for champ in ("commune", "lat", "lon"):
            if self.errors.pop(champ, None):
                self.add_error("lieu", _("Ce lieu n'est pas reconnu. Tapez votre commune ou votre code postal."))
                break
        if "lieu" not in self.errors:
            self.proximite = self._trouver(donnees)
        return donnees

    def _trouver(self, donnees: dict[str, Any]) -> Proximite | None:
        rayon = donnees.get("rayon", RAYON_PAR_DEFAUT_KM) or None
        lieu, code = donnees.get("lieu", ""), donnees.get("commune", "")
        if lieu or code:
            commune = self._trouver_commune(lieu, code)
            if commune is None:
                return None
            return Proximite(
                libelle=self._libelle(commune, lieu),
                latitude=commune.latitude,
                longitude=commune.longitude,
                rayon_km=rayon,
                code_insee=commune.code_insee,
            )
        latitude, longitude = donnees.get("lat"), donnees.get("lon")
        if latitude is None or longitude is None:
            return None
        return Proximite(
            libelle=gettext("votre position"),
            latitude=round(latitude, DECIMALES_POSITION),
            longitude=round(longitude, DECIMALES_POSITION),
            rayon_km=rayon,
        )

    def _trouver_commune(self, lieu: str, code: str) -> Commune | None:
        choisie = Commune.objects.filter(code_insee=code).first() if code else None
        if not lieu:
            if choisie is None:
                self.add_error("lieu", _("Ce lieu n'est pas reconnu. Tapez votre commune ou votre code postal."))
            return choisie
        trouvees = chercher_communes(lieu)
        # A choice made for what was typed before does not outlive it.
        if choisie is not None and choisie in trouvees:
            return choisie
        evidente = commune_evidente(lieu, trouvees)
        _texte, nom, code_postal = _lectures(lieu)
        if evidente is None and trouvees:
            self.communes_possibles = trouvees
            self.peut_preciser = not code_postal
            if code_postal and not nom:
                # Villages of one postcode lie close together: her answer now, her own village in one more tap.
                return trouvees[0]
            self.add_error("lieu", ValidationError(_("Plusieurs communes correspondent."), code="choix"))
        elif evidente is None:
            self.add_error(
                "lieu",
                ValidationError(
                    _("Nous ne trouvons pas cette commune. Vérifiez le nom, ou tapez les 5 chiffres du code postal."),
                    code="inconnue",
                ),
            )
        return evidente

    @staticmethod
    def _libelle(commune: Commune, lieu: str) -> str:
        """The commune with the postcode that was typed; a city of many postcodes goes without."""
        code_postal = _lectures(lieu)[2]
        if code_postal in commune.codes_postaux:
            return f"{commune.nom} ({code_postal})"
        return commune.nom if len(commune.codes_postaux) > VILLE_CODES_POSTAUX else commune.libelle


class FiltreMaisonsForm(ProximiteForm):
    """What the list of houses and its map are narrowed by."""

    departement = forms.ModelChoiceField(
        label=_("Département"),
        queryset=Departement.objects.none(),
        required=False,
        empty_label=_("Tous les départements"),
    )
    label = forms.BooleanField(label=_("Seulement les maisons labellisées"), required=False)

    field_order = ("lieu", "rayon", "departement", "label")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departements = Departement.objects.filter(Exists(Maison.objects.publiees().filter(departement=OuterRef("pk"))))
        cast("forms.ModelChoiceField[Departement]", self.fields["departement"]).queryset = departements.order_by(
            "nom_recherche"
        )

    def appliquer(self, maisons: QuerySet[Maison]) -> QuerySet[Maison]:
        """The houses that answer to the filters, nearest first when a place is given, by département otherwise.

        The form must have been validated; a filter that is in error does not narrow anything.
        """
        if departement := self.cleaned_data.get("departement"):
            maisons = maisons.filter(departement=departement)
        if self.cleaned_data.get("label"):
            maisons = maisons.filter(statut_label=StatutLabel.LABELLISEE)
        if self.proximite is None:
            return maisons.order_by("departement__nom_recherche", "nom", "pk")
        return with_distance(
            maisons,
            latitude=self.proximite.latitude,
            longitude=self.proximite.longitude,
            rayon_km=self.proximite.rayon_km,
        )


def _champ_rayon() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Me prévenir des arrêts"),
        choices=Suivi.Rayon.choices,
        coerce=int,
        initial=Suivi.Rayon.DIX.value,
        widget=forms.RadioSelect,
    )


class SuiviForm(ContactForm):
    """How to reach who wants to be told, and how far around the commune."""

    rayon_km = _champ_rayon()


class RayonForm(forms.Form):
    """How far, once one follows."""

    rayon_km = _champ_rayon()


class AcceptationForm(forms.Form):
    """Opening one's account from an invitation: who one is, and a password."""

    prenom = forms.CharField(
        label=_("Prénom"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    nom = forms.CharField(label=_("Nom"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"}))
    mot_de_passe = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        help_text=_(
            "Au moins douze caractères : une phrase courte que vous seul ou vous seule connaissez convient bien."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    confirmation = forms.CharField(
        label=_("Le même, une seconde fois"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        mot_de_passe = donnees.get("mot_de_passe")
        if mot_de_passe:
            personne = Utilisateur(email=self.email, prenom=donnees.get("prenom", ""), nom=donnees.get("nom", ""))
            try:
                validate_password(mot_de_passe, personne)
            except forms.ValidationError as erreur:
                self.add_error("mot_de_passe", erreur)
        if mot_de_passe and donnees.get("confirmation") and mot_de_passe != donnees["confirmation"]:
            self.add_error("confirmation", _("Les deux mots de passe sont différents."))
        return donnees

    def compte(self) -> dict[str, str]:
        return {nom: self.cleaned_data[nom] for nom in ("prenom", "nom", "mot_de_passe")}
