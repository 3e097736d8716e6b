"""Communes as one types them, on the staff's pages and a partner's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as __

from maisons.forms import chercher_communes, commune_evidente
from maisons.models import Commune

# A territory of more than that is a département or several.
COMMUNES_MAX = 500


class ChampCommune(forms.CharField):
    """A commune as one types it: its name, its postcode, or both. Its answer is the commune."""

    def clean(self, value: Any) -> Any:
        saisie = super().clean(value)
        return commune_saisie(saisie) if saisie else None


class ChampCommunes(forms.CharField):
    """Communes as one types them, one a line. A page stays light however many there are, and needs no script."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return "\n".join(commune.libelle for commune in value)
        return value

    def clean(self, value: Any) -> Any:
        lignes = [ligne.strip() for ligne in (super().clean(value) or "").splitlines() if ligne.strip()]
        erreurs, communes = [], []
        for ligne in lignes[:COMMUNES_MAX]:
            try:
                communes.append(commune_saisie(ligne))
            except forms.ValidationError as erreur:
                erreurs.append(f"{ligne} : {erreur.messages[0]}")
        if len(lignes) > COMMUNES_MAX:
            erreurs.append(__("Au plus %d communes : choisissez plutôt un département.") % COMMUNES_MAX)
        if erreurs:
            raise forms.ValidationError(erreurs)
        return communes


def commune_saisie(saisie: str) -> Commune:
    """The commune that is meant; a ValidationError when none or several are."""
    trouvees = chercher_communes(saisie)
    commune = commune_evidente(saisie, trouvees)
    if commune is not None:
        return commune
    if not trouvees:
        raise forms.ValidationError(__("Cette commune n'est pas connue : vérifiez son nom ou son code postal."))
    raise forms.ValidationError(
        __("Plusieurs communes répondent : %s. Recopiez celle qu'il faut.")
        % ", ".join(trouvee.libelle for trouvee in trouvees[:8])
    )
