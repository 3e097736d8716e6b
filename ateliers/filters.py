"""What the agenda can be narrowed by: each filter is one parameter of a shareable address."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.http import QueryDict
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ateliers.enums import Format
from ateliers.models import Atelier, Seance, SeanceQuerySet, Theme
from maisons.enums import Langue
from maisons.forms import CHOIX_RAYON, RAYON_PAR_DEFAUT_KM, Proximite, ProximiteForm
from maisons.recherche import lieux_proches
from socle import dates
from socle.widgets import ListeChoix

SEMAINES_PROPOSEES = 10
# From this hour of the place on, a session suits people who come from work.
HEURE_DU_SOIR = 17
AGE_MAX_MOIS = 36
# The widest gap between UTC and a clock on Earth: a local day starts within it of the same day in UTC.
ECART_MAX = timedelta(hours=14)
_SECONDES_PAR_MOIS = 2_629_746  # a twelfth of the mean Gregorian year


class Moment(models.TextChoices):
    MERCREDI = "mercredi", gettext_lazy("le mercredi")
    SAMEDI = "samedi", gettext_lazy("le samedi")
    SOIR = "soir", gettext_lazy("le soir, dès 17 h")


JOUR_ISO = {Moment.MERCREDI: 3, Moment.SAMEDI: 6}
GROSSESSE = "grossesse"


class DateLocale(Func):
    """The day on the wall clock of the place: DateLocale(F("lieu__fuseau"), F("debut"))."""

    template = "(timezone(%(expressions)s))::date"
    output_field = models.DateField()


class JourIsoLocal(Func):
    template = "EXTRACT(ISODOW FROM timezone(%(expressions)s))::int"
    output_field = models.IntegerField()


class HeureLocale(Func):
    template = "EXTRACT(HOUR FROM timezone(%(expressions)s))::int"
    output_field = models.IntegerField()


class MoisDIci(Func):
    """Whole months between a moment and another, by the mean length of a month."""

    template = f"floor(EXTRACT(EPOCH FROM (%(expressions)s)) / {_SECONDES_PAR_MOIS})::int"
    arg_joiner = " - "
    output_field = models.IntegerField()


def lundi_de(semaine: str) -> date:
    """The Monday of an ISO week written 2026-W48. Raises ValueError when there is no such week."""
    annee, tiret_w, numero = semaine.strip().upper().partition("-W")
    if not tiret_w or len(annee) != 4 or not annee.isascii() or not numero.isascii() or len(numero) > 2:
        raise ValueError(semaine)
    return date.fromisocalendar(int(annee), int(numero), 1)


def semaine_iso(jour: date) -> str:
    iso = jour.isocalendar()
    return f"{iso.year}-W{iso.week:02d}"


def libelle_semaine(lundi: date) -> str:
    """ "du 23 au 29 novembre", "du 30 novembre au 6 décembre"."""
    dimanche = lundi + timedelta(days=6)
    jour_seul, jour_mois = pgettext("format de date", "j"), pgettext("format de date", "j F")
    debut = formats.date_format(lundi, jour_seul if lundi.month == dimanche.month else jour_mois)
    return _("du %(debut)s au %(fin)s") % {"debut": debut, "fin": formats.date_format(dimanche, jour_mois)}


class SemaineField(forms.CharField):
    """An ISO week, "2026-W48"; cleaned to its Monday."""

    widget = ListeChoix
    default_error_messages = {
        "invalid": gettext_lazy("Cette semaine n'existe pas. Choisissez-en une dans la liste."),
    }

    def clean(self, value: Any) -> date | None:
        texte = super().clean(value)
        if not texte:
            return None
        try:
            lundi = lundi_de(texte)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not _plausible(lundi):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return lundi


class JourField(forms.DateField):
    def clean(self, value: Any) -> date | None:
        jour: date | None = super().clean(value)
        if jour is not None and not _plausible(jour):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return jour


def _plausible(jour: date) -> bool:
    """Days far out of any agenda would overflow dates once a few hours are added."""
    return 2000 <= jour.year <= 2999


class SemaineFilter(django_filters.Filter):
    field_class = SemaineField


class JourFilter(django_filters.Filter):
    field_class = JourField


class CaseFilter(django_filters.Filter):
    field_class = forms.BooleanField


class FiltreAgendaForm(ProximiteForm):
    field_order = ("lieu", "rayon", "semaine", "jour", "moment", "stade", "theme", "format", "langue", "places")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.data.get("rayon"):
            # What the list is narrowed by when the address says nothing: the field shows it.
            donnees = cast(QueryDict, self.data).copy()
            donnees["rayon"] = str(RAYON_PAR_DEFAUT_KM)
            self.data = donnees
        self.fields["rayon"].widget = ListeChoix(choices=CHOIX_RAYON)


def _stades() -> list[tuple[str, str]]:
    mois = [(str(n), ngettext("bébé de %d mois", "bébé de %d mois", n) % n) for n in range(1, AGE_MAX_MOIS + 1)]
    return [(GROSSESSE, _("pendant la grossesse")), ("0", _("bébé de moins d'un mois")), *mois]


def _capitales(choix: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(valeur, capfirst(str(libelle))) for valeur, libelle in choix]


class SeanceFilter(django_filters.FilterSet):
    """Public sessions to come, narrowed by what the address asks. A wrong parameter narrows to nothing and is told."""

    semaine = SemaineFilter(label=gettext_lazy("Semaine"), method="filtrer_semaine")
    jour = JourFilter(
        label=gettext_lazy("Un jour précis"),
        method="filtrer_jour",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": gettext_lazy("Cette date n'existe pas. Écrivez-la comme 24/11/2026.")},
    )
    moment = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Quand cela vous va"),
        method="filtrer_moment",
        choices=lambda: _capitales(Moment.choices),
        widget=forms.CheckboxSelectMultiple,
    )
    stade = django_filters.ChoiceFilter(
        label=gettext_lazy("Où en êtes-vous"),
        method="filtrer_stade",
        choices=lambda: _capitales(_stades()),
        empty_label=gettext_lazy("Peu importe"),
        widget=ListeChoix,
    )
    theme = django_filters.ChoiceFilter(
        label=gettext_lazy("Thème"),
        method="filtrer_theme",
        empty_label=gettext_lazy("Tous les thèmes"),
        widget=ListeChoix,
    )
    format = django_filters.ChoiceFilter(
        label=gettext_lazy("Genre de rencontre"),
        choices=lambda: _capitales(Format.choices),
        empty_label=gettext_lazy("Tous"),
        widget=ListeChoix,
    )
    langue = django_filters.ChoiceFilter(
        label=gettext_lazy("Langue parlée"),
        method="filtrer_langue",
        choices=lambda: _capitales(Langue.choices),
        empty_label=gettext_lazy("Toutes"),
        widget=ListeChoix,
    )
    places = CaseFilter(label=gettext_lazy("Seulement s'il reste des places"), method="filtrer_places")

    class Meta:
        model = Seance
        fields: list[str] = []
        form = FiltreAgendaForm

    def __init__(self, *args: Any, maintenant: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.maintenant = maintenant
        self.distances: dict[int, float] = {}
        # The same filters whatever the distance: what could be found further away.
        self.sans_rayon: SeanceQuerySet = Seance.objects.none()

    @cached_property
    def form(self) -> FiltreAgendaForm:
        form: FiltreAgendaForm = super().form
        lundi = self.maintenant.date() - timedelta(days=self.maintenant.weekday())
        semaines = [lundi + timedelta(weeks=n) for n in range(SEMAINES_PROPOSEES)]
        demandee = form.data.get("semaine", "")
        try:
            autre = lundi_de(demandee)
        except ValueError:
            autre = None
        if autre is not None and autre not in semaines and _plausible(autre):
            semaines.append(autre)
        choix = [(semaine_iso(s), capfirst(libelle_semaine(s))) for s in semaines]
        form.fields["semaine"].widget.choices = [("", _("Toutes les semaines")), *choix]
        form.fields["theme"].choices = lambda: self.themes  # type: ignore[attr-defined]
        return form

    @cached_property
    def themes(self) -> list[tuple[str, str]]:
        return list(Theme.objects.order_by("nom").values_list("slug", "nom"))

    @property
    def proximite(self) -> Proximite | None:
        return self.form.proximite

    def filter_queryset(self, queryset: SeanceQuerySet) -> SeanceQuerySet:
        if not self.form.is_valid():
            return queryset.none()
        # The form has fields of its own (the place), so not every field is a filter.
        for nom, filtre in self.filters.items():
            queryset = filtre.filter(queryset, self.form.cleaned_data[nom])
        if self.proximite is not None:
            self.distances = lieux_proches(
                latitude=self.proximite.latitude,
                longitude=self.proximite.longitude,
                rayon_km=self.proximite.rayon_km,
            )
            self.sans_rayon = queryset
            if self.proximite.rayon_km is not None:
                queryset = queryset.filter(lieu__in=list(self.distances))
        return queryset

    def filtrer_semaine(self, queryset: SeanceQuerySet, _nom: str, lundi: date) -> SeanceQuerySet:
        # One day is more precise than its week.
        if self.form.cleaned_data.get("jour"):
            return queryset
        return entre_jours(queryset, lundi, lundi + timedelta(days=6))

    def filtrer_jour(self, queryset: SeanceQuerySet, _nom: str, jour: date) -> SeanceQuerySet:
        return entre_jours(queryset, jour, jour)

    def filtrer_moment(self, queryset: SeanceQuerySet, _nom: str, moments: list[str]) -> SeanceQuerySet:
        if not moments:
            return queryset
        ou, quand = F("lieu__fuseau"), F("debut")
        queryset = queryset.alias(jour_iso=JourIsoLocal(ou, quand), heure_locale=HeureLocale(ou, quand))
        condition = Q(jour_iso__in=[iso for moment, iso in JOUR_ISO.items() if moment in moments])
        if Moment.SOIR in moments:
            condition |= Q(heure_locale__gte=HEURE_DU_SOIR)
        # The planner takes a CASE for true half of the time, and reads the index in the order of time until the page
        # is full; a comparison with a computed day it takes for rare, and would read every session to sort a few.
        convient = Case(When(condition, then=Value(True)), default=Value(False), output_field=models.BooleanField())
        return queryset.filter(convient)

    def filtrer_stade(self, queryset: SeanceQuerySet, _nom: str, stade: str) -> SeanceQuerySet:
        """Open during a pregnancy, or fit for a baby of that age today once the day of the session has come.

        "5 months" is anything up to a day short of 6: sessions that fit some such baby are kept, the booking decides.
        """
        if stade == GROSSESSE:
            return queryset.filter(accueille_grossesse=True)
        mois = MoisDIci(F("debut"), Value(self.maintenant, output_field=models.DateTimeField()))
        return queryset.alias(mois=mois + int(stade)).filter(
            Q(age_min_mois__isnull=True) | Q(age_min_mois__lte=F("mois") + 1),
            Q(age_max_mois__isnull=True) | Q(age_max_mois__gte=F("mois")),
        )

    def filtrer_theme(self, queryset: SeanceQuerySet, _nom: str, slug: str) -> SeanceQuerySet:
        # Read first: the planner knows how many sessions some workshops have, not those of a subquery.
        return queryset.filter(
            atelier__in=list(Atelier.objects.filter(themes__slug=slug).values_list("pk", flat=True))
        )

    def filtrer_langue(self, queryset: SeanceQuerySet, _nom: str, langue: str) -> SeanceQuerySet:
        return queryset.filter(langues__contains=[langue])

    def filtrer_places(self, queryset: SeanceQuerySet, _nom: str, demande: bool) -> SeanceQuerySet:
        return queryset.with_places() if demande else queryset


def entre_jours(queryset: SeanceQuerySet, premier: date, dernier: date) -> SeanceQuerySet:
    """Sessions whose local day is between two days, both included; the bounds in UTC are for the index."""
    minuit = datetime.combine(premier, time(), UTC)
    fin = datetime.combine(dernier, time(), UTC) + timedelta(days=1)
    return queryset.alias(jour_local=DateLocale(F("lieu__fuseau"), F("debut"))).filter(
        debut__gte=minuit - ECART_MAX,
        debut__lt=fin + ECART_MAX,
        jour_local__gte=premier,
        jour_local__lte=dernier,
    )


def criteres(filtre: SeanceFilter) -> list[tuple[str, str, str]]:
    """The filters in force, in words, each with the parameter and the value that hold it: a chip can take it off."""
    form = filtre.form
    donnees: dict[str, Any] = getattr(form, "cleaned_data", {})
    puces: list[tuple[str, str, str]] = []
    proximite = filtre.proximite
    if proximite is not None:
        ou = (
            _("à %(km)d km ou moins de %(lieu)s") % {"km": proximite.rayon_km, "lieu": proximite.libelle}
            if proximite.rayon_km is not None
            else _("distances depuis %(lieu)s") % {"lieu": proximite.libelle}
        )
        puces.append((ou, "lieu", ""))
    if donnees.get("jour"):
        puces.append((_("le %(jour)s") % {"jour": dates.jour(donnees["jour"])}, "jour", ""))
    elif donnees.get("semaine"):
        puces.append((_("semaine %(dates)s") % {"dates": libelle_semaine(donnees["semaine"])}, "semaine", ""))
    puces += [(str(Moment(moment).label), "moment", moment) for moment in donnees.get("moment") or []]
    for champ, choix in (
        ("stade", dict(_stades())),
        ("format", dict(Format.choices)),
        ("langue", dict(Langue.choices)),
    ):
        if donnees.get(champ):
            puces.append((str(choix[donnees[champ]]), champ, ""))
    if donnees.get("theme"):
        puces.append((dict(filtre.themes)[donnees["theme"]], "theme", ""))
    if donnees.get("places"):
        puces.append((_("avec des places"), "places", ""))
    return puces
