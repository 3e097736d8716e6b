"""Forms of the desk: registering a caller, counting who came, writing to those who come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ateliers.enums import CanalInscription
from ateliers.forms import InscriptionForm, champ_adultes
from ateliers.inscriptions import DemandeInscription
from ateliers.models import Seance
from familles.champs import PrenomField
from socle.champs import CourrielField, MobileField

ACCUEIL = (CanalInscription.TELEPHONE, CanalInscription.SUR_PLACE)
MOTIF_MAX = 200


class AccueilForm(InscriptionForm):
    """Someone who phones or drops in: a first name, how many, and a contact if there is one."""

    contact_exige = False

    # One field for either of them, and no trap for robots.
    email = None  # type: ignore[assignment]
    telephone = None  # type: ignore[assignment]
    site = None  # type: ignore[assignment]
    prenom = PrenomField(
        label=_("Prénom"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={"required": _("Indiquez le prénom, ou le nom que la personne veut donner.")},
    )
    contact = forms.CharField(
        label=_("E-mail ou mobile"),
        required=False,
        max_length=254,
        help_text=_("Vide : aucun message ne partira, redites le jour et l'heure de vive voix."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    adultes = champ_adultes(initial=1)
    canal = forms.ChoiceField(
        label=_("Cette personne"),
        choices=[(CanalInscription.TELEPHONE, _("téléphone")), (CanalInscription.SUR_PLACE, _("est là"))],
        initial=CanalInscription.TELEPHONE,
        widget=forms.RadioSelect,
    )
    langue = forms.ChoiceField(label=_("Langue des messages"), choices=settings.LANGUAGES, initial="fr")
    motif = forms.CharField(
        label=_("Pourquoi une place de plus"),
        required=False,
        max_length=MOTIF_MAX,
        help_text=_("Gardé avec votre nom. Ni nom de famille, ni raison de santé : « jumeaux, un siège de plus »."),
    )

    def __init__(self, *args: Any, seance: Seance, **options: Any) -> None:
        super().__init__(*args, seance=seance, **options)
        if "adultes" in self.fields:
            self.fields["adultes"].label = __("Adultes")
        self.fields["besoins"].label = __("À prévoir")
        if "enfants" in self.fields:
            self.fields["enfants"].label = __("Enfants")
            self.fields["enfants"].initial = min(1, seance.capacite_enfants)

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"]
        self.cleaned_data["email"] = self.cleaned_data["telephone"] = ""
        if contact:
            champ = CourrielField() if "@" in contact else MobileField()
            self.cleaned_data["email" if "@" in contact else "telephone"] = champ.clean(contact)
        return contact

    def clean_motif(self) -> str:
        return " ".join(self.cleaned_data["motif"].split())

    def demande(self, *, langue: str = "", accepte_attente: bool) -> DemandeInscription:
        donnees = self.cleaned_data
        return DemandeInscription(
            prenom=donnees["prenom"],
            email=donnees["email"],
            telephone=donnees["telephone"],
            langue=langue or donnees["langue"],
            adultes=donnees.get("adultes", 1),
            enfants=donnees.get("enfants", 0),
            ages=tuple(donnees.get("ages", ())),
            besoins=tuple(donnees["besoins"]),
            cle_idempotence=donnees["cle"],
            accepte_attente=accepte_attente,
            canal=CanalInscription(donnees["canal"]),
            accueil=self.demande_accueil(),
        )

    def fieldsets_en_clair(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """For the summary of errors alone: the page lays the fields out itself."""
        return []


class PresentsForm(forms.Form):
    """How many of a booking came: more than it may hold when a grandmother came along. Nothing said: those booked."""

    adultes = forms.IntegerField(min_value=1, max_value=20, required=False)
    enfants = forms.IntegerField(min_value=0, max_value=20, required=False)


class PassageForm(forms.Form):
    """People who came without a booking."""

    adultes = forms.IntegerField(label=_("Adultes"), min_value=0, max_value=50, initial=1)
    enfants = forms.IntegerField(label=_("Enfants"), min_value=0, max_value=50, initial=0)
    premiere_visite = forms.BooleanField(label=_("C'est leur première visite"), required=False)


class MotForm(forms.Form):
    """What a team writes to those who come."""

    texte = forms.CharField(
        label=_("Votre message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Ni nom de famille, ni santé, ni rien sur un enfant : un téléphone se lit à plusieurs."),
        error_messages={"required": _("Écrivez le message.")},
    )

    def fieldsets_en_clair(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [("", list(self))]
