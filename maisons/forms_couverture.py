"""What one may ask of the coverage: a département, a period, a birth rate with its source."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.couverture import RAYONS_KM, Periode
from maisons.models import NATALITE_MAX, Departement
from maisons.naissances import Natalite, natalite_de
from socle.champs import ChampJour

if TYPE_CHECKING:
    _ChoixDepartement = forms.ModelChoiceField[Departement]
else:
    _ChoixDepartement = forms.ModelChoiceField

# By default: a year of what was, and the season that is planned.
AVANT, APRES = timedelta(days=365), timedelta(days=91)


class CouvertureForm(forms.Form):
    departement = _ChoixDepartement(label=_("Département"), queryset=Departement.objects.none(), empty_label=None)
    du = ChampJour(label=_("Arrêts du"))
    au = ChampJour(label=_("au"))
    au_dela = forms.TypedChoiceField(
        label=_("Communes sans arrêt"),
        choices=lambda: [(0, __("toutes")), *((km, __("à plus de %d km d'un lieu") % km) for km in RAYONS_KM)],
        coerce=int,
    )
    natalite = forms.FloatField(
        label=_("Naissances par an pour 1 000 habitants"),
        min_value=0.1,
        max_value=NATALITE_MAX,
        localize=True,
        required=False,
        help_text=_("Vide : le taux du département, ou à défaut le taux national."),
    )
    source = forms.CharField(
        label=_("Source de ce taux"),
        max_length=160,
        required=False,
        help_text=_("Elle accompagne chaque chiffre, à l'écran et dans les fichiers."),
    )

    def __init__(self, donnees: Any, *, departements: QuerySet[Departement], aujourd_hui: date) -> None:
        """What is not in the address has its usual value: a bare address is a whole question."""
        premier = departements.first()
        defauts = {
            "departement": premier.pk if premier else "",
            "du": (aujourd_hui - AVANT).isoformat(),
            "au": (aujourd_hui + APRES).isoformat(),
            "au_dela": "0",
            "natalite": "",
            "source": "",
        }
        super().__init__({**defauts, **{nom: donnees[nom] for nom in defauts if donnees.get(nom)}})
        champ = self.fields["departement"]
        if isinstance(champ, forms.ModelChoiceField):
            champ.queryset = departements

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        du, au = donnees.get("du"), donnees.get("au")
        if du and au and not (du <= au and 2000 <= du.year and au.year <= 2100):
            self.add_error("au", __("La fin de la période vient après son début."))
        if donnees.get("natalite") is not None and not donnees.get("source"):
            self.add_error("source", __("Dites d'où vient ce taux : un chiffre sans source ne se lit pas."))
        return donnees

    @property
    def periode(self) -> Periode:
        """Whole days, on the portal's clock."""
        zone = timezone.get_current_timezone()

        def debut(jour: date) -> datetime:
            return datetime.combine(jour, time(), tzinfo=zone)

        return Periode(du=debut(self.cleaned_data["du"]), au=debut(self.cleaned_data["au"] + timedelta(days=1)))

    @cached_property
    def taux(self) -> Natalite:
        donnees = self.cleaned_data
        if donnees["natalite"] is None:
            return natalite_de(donnees["departement"].pk)
        return Natalite(donnees["natalite"], donnees["source"])

    def fieldsets_en_clair(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [("", list(self))]
