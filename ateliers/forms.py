"""What people type, cleaned; nothing is saved here."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ateliers.accueils import DemandeAccueil
from ateliers.enums import Besoin, RaisonAccueil
from ateliers.inscriptions import AgeEnfant, DemandeInscription
from ateliers.models import (
    ADULTES_PAR_INSCRIPTION_MAX,
    ENFANTS_PAR_INSCRIPTION_MAX,
    URGENCE_MAX,
    Inscription,
    Seance,
)
from familles.ages import JOURS_DDR_AVANT_TERME, est_premature
from familles.champs import DateTapeeField, PrenomField, TelephoneField
from socle.champs import ContactForm as FormulaireContact
from socle.champs import CourrielField, MobileField

# Rows for children whose age is asked: quadruplets fit, a larger family phones.
LIGNES_ENFANTS = 4
# Older than this, the year was mistyped.
AGE_MAX_ANNEES = 12


class NombreField(forms.IntegerField):
    """How many people come."""

    def __init__(self, *, minimum: int, maximum: int, phrase: Any, **kwargs: Any) -> None:
        messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), phrase)
        super().__init__(min_value=minimum, max_value=maximum, error_messages=messages, **kwargs)
        self.widget.attrs["inputmode"] = "numeric"


def champ_adultes(**kwargs: Any) -> NombreField:
    return NombreField(
        minimum=1,
        maximum=ADULTES_PAR_INSCRIPTION_MAX,
        label=gettext_lazy("Combien d'adultes ?"),
        phrase=format_lazy(
            gettext_lazy("Indiquez de 1 à {n} adultes. Pour venir plus nombreux, appelez la maison."),
            n=ADULTES_PAR_INSCRIPTION_MAX,
        ),
        **kwargs,
    )


def champ_enfants(*, minimum: int = 0, **kwargs: Any) -> NombreField:
    return NombreField(
        minimum=minimum,
        maximum=ENFANTS_PAR_INSCRIPTION_MAX,
        label=gettext_lazy("Combien d'enfants ?"),
        phrase=format_lazy(
            gettext_lazy("Indiquez de {minimum} à {n} enfants. Pour venir plus nombreux, appelez la maison."),
            minimum=minimum,
            n=ENFANTS_PAR_INSCRIPTION_MAX,
        ),
        **kwargs,
    )


CHAMPS_ACCUEIL = ("urgence_nom", "urgence_telephone", "raison", "autorisation")


def champs_accueil() -> dict[str, forms.Field]:
    """What a parent leaves with a child for some hours."""
    return {
        "urgence_nom": PrenomField(
            label=_("Qui prévenir en cas de besoin ?"),
            max_length=URGENCE_MAX,
            help_text=_("Quelqu'un qui peut venir si vous ne répondez pas : « Samira, ma sœur »."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
            error_messages={"required": _("Indiquez qui prévenir : un prénom suffit.")},
        ),
        "urgence_telephone": TelephoneField(
            label=_("Son téléphone"),
            error_messages={"required": _("Indiquez un numéro qui répond pendant l'accueil.")},
        ),
        "raison": forms.ChoiceField(
            label=_("Pourquoi ce moment ?"),
            choices=[(valeur, capfirst(str(libelle))) for valeur, libelle in RaisonAccueil.choices],
            widget=forms.RadioSelect,
            help_text=_("Chaque raison est bonne. La réponse sert à nos chiffres, sans votre nom."),
            error_messages={
                "required": _("Choisissez une réponse : la dernière convient à tout le monde."),
                "invalid_choice": _("Choisissez parmi les réponses proposées."),
            },
        ),
        "autorisation": forms.BooleanField(
            label=_(
                "J'ai l'autorité parentale, je confie mon enfant à la maison pendant ce moment, et elle peut appeler "
                "les secours s'il le faut."
            ),
            error_messages={"required": _("Sans votre autorisation, nous ne pouvons pas accueillir votre enfant.")},
        ),
    }


class InscriptionForm(forms.Form):
    """A family's wish to come. Where the session asks for ages, `lignes_enfants` are its rows of fields."""

    # The desk may register someone who has neither.
    contact_exige = True

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
        label=gettext_lazy("Mobile"),
        required=False,
        widget=forms.TelInput(attrs={"autocomplete": "tel"}),
    )
    adultes = champ_adultes(initial=1)
    besoins = forms.MultipleChoiceField(
        label=gettext_lazy("Pour bien vous recevoir"),
        choices=lambda: [(valeur, capfirst(str(libelle))) for valeur, libelle in Besoin.choices],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Choisissez parmi les réponses proposées.")},
    )
    cle = forms.UUIDField(widget=forms.HiddenInput)
    # People never see it; programs that fill every field do.
    site = forms.CharField(
        label=gettext_lazy("Laissez ce champ vide"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, seance: Seance, aujourd_hui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seance = seance
        self.aujourd_hui = aujourd_hui
        self.cle_neuve = uuid.uuid4()
        self.initial.setdefault("cle", self.cle_neuve)
        self.demande_ages = seance.a_regle_age
        if self.demande_ages:
            for n in range(LIGNES_ENFANTS):
                self._ajouter_ligne(n)
        elif seance.capacite_enfants:
            self.fields["enfants"] = champ_enfants(minimum=1 if seance.confie_les_enfants else 0)
        if seance.confie_les_enfants:
            del self.fields["adultes"]
            self.fields.update(champs_accueil())

    @property
    def champs_de_l_accueil(self) -> list[forms.BoundField]:
        """Whom to call, why, and the authorisation: where children stay without their parents."""
        return [self[nom] for nom in CHAMPS_ACCUEIL if nom in self.fields]

    def _ajouter_ligne(self, n: int) -> None:
        self.fields[f"enfant_{n}"] = DateTapeeField(
            label=(
                _("Date de naissance")
                if self.seance.confie_les_enfants
                else _("Date de naissance, ou date prévue d'accouchement")
            )
            if n == 0
            else _("Date de naissance de l'enfant %d") % (n + 1),
            help_text=_("Par exemple : 03/11/2025"),
            required=n == 0,
            error_messages={
                "required": _("Indiquez la date de naissance de votre enfant, ou la date prévue d'accouchement.")
            },
        )
        self.fields[f"avant_terme_{n}"] = forms.BooleanField(
            label=_("Né avant terme : compter l'âge corrigé"), required=False
        )
        self.fields[f"terme_{n}"] = DateTapeeField(
            label=_("Date prévue d'accouchement"),
            help_text=_("Seulement pour l'âge corrigé."),
            required=False,
        )

    @property
    def lignes_enfants(self) -> list[dict[str, forms.BoundField | bool]]:
        """One row a child: its date, the wish for a corrected age, the due date; `remplie` when something is in it."""
        lignes: list[dict[str, forms.BoundField | bool]] = []
        for n in range(LIGNES_ENFANTS if self.demande_ages else 0):
            champs = {
                "date": self[f"enfant_{n}"],
                "avant_terme": self[f"avant_terme_{n}"],
                "terme": self[f"terme_{n}"],
            }
            corrigee = bool(champs["avant_terme"].value() or champs["terme"].value() or champs["terme"].errors)
            lignes.append(
                {
                    **champs,
                    "corrigee": corrigee,
                    "remplie": bool(champs["date"].value() or corrigee or champs["date"].errors),
                }
            )
        return lignes

    @property
    def autres_remplies(self) -> bool:
        return any(ligne["remplie"] for ligne in self.lignes_enfants[1:])

    def clean_site(self) -> str:
        if self.cleaned_data["site"]:
            raise ValidationError(_("Ce champ doit rester vide : il arrête les robots. Effacez-le et recommencez."))
        return ""

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        if "cle" in self.errors:
            # A page kept for weeks or a form written by hand: the next sending goes through.
            del self.errors["cle"]
            donnees["cle"] = self.cle_neuve
        joignable = {"email", "telephone"} & self.errors.keys() or donnees.get("email") or donnees.get("telephone")
        if self.contact_exige and not joignable:
            self.add_error("email", _("Indiquez une adresse e-mail ou un mobile : votre confirmation y sera envoyée."))
        if self.demande_ages:
            donnees["ages"] = [age for n in range(LIGNES_ENFANTS) if (age := self._age(n)) is not None]
        return donnees

    def _age(self, n: int) -> AgeEnfant | None:
        donnees = self.cleaned_data
        if {f"enfant_{n}", f"terme_{n}"} & self.errors.keys():
            return None
        jour, terme, corrige = donnees[f"enfant_{n}"], donnees[f"terme_{n}"], donnees[f"avant_terme_{n}"]
        if jour is None:
            if terme or corrige:
                self.add_error(f"enfant_{n}", _("Indiquez la date de naissance de cet enfant."))
            return None
        if jour > self.aujourd_hui:
            if jour > self.aujourd_hui + timedelta(days=JOURS_DDR_AVANT_TERME):
                self.add_error(f"enfant_{n}", _("Cette date est trop loin dans l'avenir. Vérifiez l'année."))
                return None
            return AgeEnfant(terme_prevu=jour)
        if jour.year < self.aujourd_hui.year - AGE_MAX_ANNEES:
            self.add_error(f"enfant_{n}", _("Cette date est trop ancienne. Vérifiez l'année de naissance."))
            return None
        if not corrige:
            return AgeEnfant(naissance=jour)
        if terme is None:
            self.add_error(f"terme_{n}", _("Pour compter l'âge corrigé, indiquez la date prévue d'accouchement."))
            return None
        if not est_premature(jour, terme):
            self.add_error(
                f"terme_{n}",
                _("Pour un bébé né avant terme, cette date vient après la naissance. Vérifiez les deux dates."),
            )
            return None
        return AgeEnfant(naissance=jour, terme_prevu=terme, age_corrige=True)

    def demande(self, *, langue: str, accepte_attente: bool) -> DemandeInscription:
        donnees = self.cleaned_data
        return DemandeInscription(
            prenom=donnees["prenom"],
            email=donnees["email"],
            telephone=donnees["telephone"],
            langue=langue,
            adultes=donnees.get("adultes", 1),
            enfants=donnees.get("enfants", 0),
            ages=tuple(donnees.get("ages", ())),
            besoins=tuple(donnees["besoins"]),
            cle_idempotence=donnees["cle"],
            accepte_attente=accepte_attente,
            accueil=self.demande_accueil(),
        )

    def demande_accueil(self) -> DemandeAccueil | None:
        donnees = self.cleaned_data
        if "autorisation" not in donnees:
            return None
        return DemandeAccueil(
            urgence_nom=donnees["urgence_nom"],
            urgence_telephone=donnees["urgence_telephone"],
            raison=RaisonAccueil(donnees["raison"]),
            autorisation=donnees["autorisation"],
        )

    def champ_de(self, nom: str | None) -> str | None:
        """The field of this form that shows what the engine says of one of its own."""
        if nom == "ages" or (nom == "enfants" and self.demande_ages):
            return "enfant_0"
        return nom if nom in self.fields else None


class ModificationForm(forms.Form):
    """How many people will come after all."""

    adultes = champ_adultes()
    enfants = champ_enfants()

    def __init__(self, *args: Any, inscription: Inscription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"adultes": inscription.adultes, "enfants": inscription.enfants}
        if not inscription.seance.capacite_enfants:
            del self.fields["enfants"]
        if inscription.seance.confie_les_enfants:
            del self.fields["adultes"]
            self.fields["enfants"] = champ_enfants(minimum=1)
        if inscription.seance.capacite_petits is not None and inscription.enfants > 1:
            # Each age has its seats: which child stays home decides which seat is free.
            self.fields["enfants"].help_text = _(
                "S'il y en a un de moins, nous retirons le dernier que vous avez indiqué. "
                "Pour en retirer un autre, appelez la maison."
            )


class ContactForm(FormulaireContact):
    """The e-mail address or mobile number that a booking was made with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].error_messages["required"] = _("Indiquez l'e-mail ou le mobile de votre réservation.")
