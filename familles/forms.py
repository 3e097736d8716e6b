"""What people type, cleaned; nothing is saved here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from familles.accords import FORMULATIONS
from familles.ages import JOURS_APRES_TERME, JOURS_PREMATURITE_MAX, terme_plausible
from familles.bien_etre import Question
from familles.calendrier import Reperes
from familles.champs import DateTapeeField, PrenomField, TelephoneField
from familles.demandes_rappel import Demande
from familles.enums import ChoixCanal, Condition, Moment, ObjetAccord
from maisons.models import Maison
from socle.champs import CourrielField, MobileField
from socle.widgets import ListeChoix

# Consultations of the PMI end on the sixth birthday: beyond it the calendar has nothing to say.
AGE_MAX_ANNEES = 6


def refus_des_dates(*, naissance: date | None, terme: date | None, aujourd_hui: date) -> dict[str, str]:
    """What is wrong with a child's dates, under the field to put right; empty when they can stand."""
    if naissance is not None:
        if naissance > aujourd_hui:
            return {
                "naissance": _("Cette date est à venir. Avant la naissance, indiquez la date prévue d'accouchement.")
            }
        if naissance < aujourd_hui - relativedelta(years=AGE_MAX_ANNEES):
            return {"naissance": _("Le calendrier va de la grossesse aux six ans. Vérifiez l'année.")}
        if terme is not None and not -JOURS_APRES_TERME <= (terme - naissance).days <= JOURS_PREMATURITE_MAX:
            return {"terme": _("Ces deux dates ne vont pas ensemble. Vérifiez-les, ou laissez celle-ci vide.")}
    elif terme is None:
        return {"terme": _("Indiquez la date prévue d'accouchement, ou la date de naissance.")}
    elif not terme_plausible(terme, aujourd_hui=aujourd_hui):
        if terme < aujourd_hui:
            return {"terme": _("Cette date est passée. Si votre bébé est né, indiquez sa date de naissance.")}
        return {"terme": _("Cette date est trop loin. Vérifiez l'année.")}
    return {}


class CalendrierForm(forms.Form):
    """A due date, a birth date, or both; nothing else is needed, and nothing is kept."""

    terme = DateTapeeField(
        label=gettext_lazy("Date prévue d'accouchement"),
        required=False,
        help_text=gettext_lazy("Pour une grossesse, ou pour un bébé né en avance. Par exemple 14/03/2027."),
    )
    naissance = DateTapeeField(
        label=gettext_lazy("Date de naissance"),
        required=False,
        help_text=gettext_lazy("Si votre bébé est né."),
    )
    bebes = forms.TypedChoiceField(
        label=gettext_lazy("Combien de bébés ?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            (1, gettext_lazy("Un bébé")),
            (2, gettext_lazy("Des jumeaux")),
            (3, gettext_lazy("Des triplés ou plus")),
        ],
    )
    rang = forms.ChoiceField(
        label=gettext_lazy("Pour les dates du congé de maternité"),
        required=False,
        choices=[
            ("", gettext_lazy("Je ne précise pas")),
            (Condition.PREMIERS_ENFANTS, gettext_lazy("Premier ou deuxième enfant")),
            (Condition.TROISIEME_ENFANT, gettext_lazy("Troisième enfant ou plus")),
        ],
    )

    def __init__(self, *args: Any, aujourd_hui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aujourd_hui = aujourd_hui

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        if not self.errors or donnees.get("terme") or donnees.get("naissance"):
            refus = refus_des_dates(
                naissance=donnees.get("naissance"), terme=donnees.get("terme"), aujourd_hui=self.aujourd_hui
            )
            for champ, message in refus.items():
                self.add_error(champ, message)
        return donnees

    def reperes(self) -> Reperes:
        """What was typed, for the calendar's engine."""
        rang = self.cleaned_data.get("rang")
        return Reperes(
            terme=self.cleaned_data.get("terme"),
            naissance=self.cleaned_data.get("naissance"),
            bebes=self.cleaned_data.get("bebes") or 1,
            rang=Condition(rang) if rang else None,
        )

    @property
    def a_des_precisions(self) -> bool:
        return str(self["bebes"].value() or "1") != "1" or bool(self["rang"].value())


class BienEtreForm(forms.Form):
    """The questions of a questionnaire as radio buttons. It cleans, and forgets."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "reponse_%s", **kwargs})
        self.questions = questions
        for question in questions:
            self.fields[question.code] = forms.TypedChoiceField(
                label=question.texte,
                choices=[(str(n), libelle) for n, libelle in enumerate(question.choix)],
                coerce=int,
                widget=forms.RadioSelect(attrs={"autocomplete": "off"}),
                error_messages={
                    "required": _("Choisissez une réponse, la plus proche de ce que vous vivez."),
                    "invalid_choice": _("Choisissez parmi les réponses proposées."),
                },
            )

    def reponses(self) -> dict[str, int]:
        return dict(self.cleaned_data)


class EtreRappeleForm(forms.Form):
    """Who to call, where, when; which house."""

    prenom = PrenomField(label=gettext_lazy("Votre prénom, ou un autre nom"), widget=forms.TextInput)
    telephone = TelephoneField(label=gettext_lazy("Le numéro où vous appeler"))
    moment = forms.ChoiceField(
        label=gettext_lazy("Quand préférez-vous ?"), choices=Moment.choices, initial=Moment.PEU_IMPORTE
    )
    maison = forms.ModelChoiceField(
        label=gettext_lazy("Quelle maison ?"),
        queryset=Maison.objects.none(),
        widget=ListeChoix,
        empty_label=gettext_lazy("Choisissez une maison"),
    )
    accord = forms.BooleanField(
        label=FORMULATIONS[ObjetAccord.ETRE_RAPPELE].texte,
        error_messages={"required": gettext_lazy("Sans votre accord, nous n'envoyons rien.")},
    )
    cle = forms.UUIDField(widget=forms.HiddenInput)
    # People never see it; programs that fill every field do.
    site = forms.CharField(
        label=gettext_lazy("Laissez ce champ vide"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, maisons: QuerySet[Maison], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("cle", uuid.uuid4())
        choix = self.fields["maison"]
        if isinstance(choix, forms.ModelChoiceField):
            choix.queryset = maisons

    def clean_site(self) -> str:
        if self.cleaned_data["site"]:
            raise forms.ValidationError(_("Laissez ce champ vide."))
        return ""

    def demande(self) -> Demande:
        donnees = self.cleaned_data
        return Demande(
            maison=donnees["maison"],
            prenom=donnees["prenom"],
            telephone=donnees["telephone"],
            moment=Moment(donnees["moment"]),
            cle_idempotence=donnees["cle"],
        )


class EnfantForm(CalendrierForm):
    """A child of the account's family: one of the two dates, a first name if one likes."""

    prenom = PrenomField(label=gettext_lazy("Prénom"), required=False, widget=forms.TextInput)
    suivi = forms.BooleanField(
        label=gettext_lazy("Montrer ses repères dans mon espace et dans mon agenda"), required=False, initial=True
    )

    field_order = ("prenom", "naissance", "terme", "suivi")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for nom in ("bebes", "rang"):
            del self.fields[nom]


class NaissanceForm(forms.Form):
    """The one question when a due date becomes a birth."""

    naissance = DateTapeeField(
        label=gettext_lazy("Quel jour votre bébé est-il né ?"), help_text=gettext_lazy("Par exemple 14/03/2027.")
    )

    def __init__(self, *args: Any, terme: date | None, aujourd_hui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terme, self.aujourd_hui = terme, aujourd_hui

    def clean_naissance(self) -> date:
        naissance: date = self.cleaned_data["naissance"]
        if naissance > self.aujourd_hui:
            raise forms.ValidationError(_("Cette date est à venir."))
        if self.terme is not None and not (
            -JOURS_APRES_TERME <= (self.terme - naissance).days <= JOURS_PREMATURITE_MAX
        ):
            raise forms.ValidationError(
                _("Cette date ne va pas avec la date prévue d'accouchement. Vérifiez l'année, ou changez les deux.")
            )
        return naissance


class ReglagesForm(forms.Form):
    """Language and channels; SMS only for who proved a number."""

    langue = forms.ChoiceField(label=gettext_lazy("Langue de mes messages"), choices=settings.LANGUAGES)
    canal_seances = forms.ChoiceField(label=gettext_lazy("Rappels de mes réservations"), widget=forms.RadioSelect)
    canal_entretiens = forms.ChoiceField(
        label=gettext_lazy("Rappels des entretiens que j'ai demandés"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, avec_sms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choix = [
            (valeur, capfirst(str(libelle)))
            for valeur, libelle in ChoixCanal.choices
            if avec_sms or valeur in (ChoixCanal.EMAIL, ChoixCanal.AUCUN)
        ]
        for nom in ("canal_seances", "canal_entretiens"):
            champ = self.fields[nom]
            if isinstance(champ, forms.ChoiceField):
                champ.choices = choix


class CoparentForm(forms.Form):
    email = CourrielField(label=gettext_lazy("Son adresse e-mail"))


class TelephoneForm(forms.Form):
    telephone = MobileField(label=gettext_lazy("Mon numéro de mobile"))
    accord = forms.BooleanField(
        label=FORMULATIONS[ObjetAccord.SMS].texte,
        error_messages={"required": gettext_lazy("Sans votre accord, nous n'envoyons pas de SMS.")},
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code reçu par SMS"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
