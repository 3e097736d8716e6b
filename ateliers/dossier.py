"""What a house's workshops, programme and groups are, for dossiers: nothing of those who come."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ateliers.enums import Audience, StatutSeance
from ateliers.models import Atelier, GroupePairs, Seance
from maisons.enums import JourSemaine
from maisons.label.indicateurs import Periode
from maisons.models import Maison
from maisons.pilotage.offre import Chapitre, enregistrer
from maisons.pilotage.redaction import Redaction

# The programme is what comes back at least so many times in the weeks before and after the day.
SEMAINES, FOIS = 4, 3


def _instant(jour: date) -> datetime:
    return datetime.combine(jour, time(), UTC)


def _source(redaction: Redaction, code: str, nom: str, definition: str, periode: Periode | None, le: date) -> int:
    """The line of the annex for a count that the portal makes; without a period, as of the day."""
    origine = _("Portail : agenda et catalogue de la maison")
    if periode is not None:
        jours = {"du": date_format(periode.du, "j F Y"), "au": date_format(periode.au, "j F Y")}
        origine = _("Portail : agenda de la maison, du %(du)s au %(au)s") % jours
    return redaction.source(
        f"ateliers-{code}", nom=nom, definition=definition, origine=origine, date=date_format(le, "j F Y")
    )


def programme(redaction: Redaction, maison: Maison, periode: Periode, le: date) -> None:
    seances = (
        Seance.objects.for_maison(maison)
        .filter(
            statut=StatutSeance.PUBLIEE,
            audience=Audience.TOUS,
            debut__gte=_instant(le - timedelta(weeks=SEMAINES)),
            debut__lt=_instant(le + timedelta(weeks=SEMAINES)),
        )
        .select_related("lieu")
    )
    fois: Counter[tuple[int, time, str, str]] = Counter()
    for seance in seances.iterator(chunk_size=500):
        local = seance.debut_local
        fois[local.weekday(), local.time(), seance.titre, seance.lieu.nom] += 1
    redaction.note(
        _("Ce qui revient au moins %(fois)d fois dans les %(semaines)d semaines avant et après ce document.")
        % {"fois": FOIS, "semaines": SEMAINES}
    )
    retours = _source(
        redaction,
        "programme",
        _("Séances qui reviennent"),
        _("Séances ouvertes à tous, même jour, même heure, même lieu, %d semaines avant et après ce document.")
        % SEMAINES,
        None,
        le,
    )
    redaction.tableau(
        _("Programme hebdomadaire"),
        [_("Jour"), _("Heure"), _("Séance"), _("Lieu"), _("Fois")],
        [
            [str(JourSemaine(jour).label).capitalize(), f"{heure:%H:%M}", titre, lieu, str(n)]
            for (jour, heure, titre, lieu), n in sorted(fois.items())
            if n >= FOIS
        ],
        sources=[None, None, None, None, retours],
        nombres=[4],
        vide=_("Aucune séance n'est revenue aussi souvent."),
    )


def ateliers(redaction: Redaction, maison: Maison, periode: Periode, le: date) -> None:
    dans = Q(
        seances__statut=StatutSeance.PUBLIEE,
        seances__debut__gte=_instant(periode.du),
        seances__debut__lt=_instant(periode.au + timedelta(days=1)),
    )
    tenus: list[Any] = list(
        Atelier.objects.filter(maison=maison)
        .annotate(tenues=Count("seances", filter=dans))
        .filter(Q(actif=True) | Q(tenues__gt=0))
        .order_by("-tenues", "titre", "pk")
    )
    catalogue = _source(
        redaction,
        "catalogue",
        _("Durée et places d'un atelier"),
        _("Ce que la maison a réglé au catalogue ; une séance peut en différer."),
        None,
        le,
    )
    seances = _source(
        redaction,
        "seances",
        _("Séances d'un atelier"),
        _("Séances publiées et non annulées qui commencent pendant la période."),
        periode,
        le,
    )
    redaction.tableau(
        _("Ateliers au catalogue, et séances de la période"),
        [_("Atelier"), _("Forme"), _("Animé par"), _("Durée"), _("Places (adultes, enfants)"), _("Séances")],
        [
            [
                atelier.titre,
                str(atelier.get_format_display()),
                atelier.intervenants or "–",
                _("%d min") % atelier.duree_minutes,
                f"{atelier.capacite_adultes}, {atelier.capacite_enfants}",
                str(atelier.tenues),
            ]
            for atelier in tenus
        ],
        sources=[None, None, None, catalogue, catalogue, seances],
        nombres=[5],
        vide=_("Aucun atelier au catalogue."),
    )
    redaction.barres(
        _("Séances de la période, les ateliers les plus fréquents"),
        [(atelier.titre, [float(atelier.tenues)]) for atelier in tenus[:8] if atelier.tenues],
        source=seances,
    )


def groupes(redaction: Redaction, maison: Maison, periode: Periode, le: date) -> None:
    tenue = Q(seances__statut=StatutSeance.PUBLIEE, seances__debut__lt=_instant(periode.au + timedelta(days=1)))
    trouves: Any = (
        GroupePairs.objects.filter(maison=maison, fin_prevue__gte=periode.du)
        .exclude(clos_le__lt=_instant(periode.du))
        # One without a planned meeting begins the day it was made.
        .filter(
            Q(premiere_rencontre__lte=periode.au)
            | Q(premiere_rencontre__isnull=True, cree_le__lt=_instant(periode.au + timedelta(days=1)))
        )
        .annotate(rencontres=Count("seances", filter=tenue))
        .order_by("naissances_du", "pk")
    )
    reglages = _source(
        redaction,
        "groupes",
        _("Groupe : naissances et places"),
        _("Ce que la maison a réglé pour le groupe ; une place est celle d'un parent et de son bébé."),
        None,
        le,
    )
    rencontres = _source(
        redaction,
        "rencontres",
        _("Rencontres d'un groupe"),
        _("Rencontres publiées et non annulées, depuis le début du groupe jusqu'à la fin de la période."),
        periode,
        le,
    )
    redaction.tableau(
        _("Groupes de parents de la période"),
        [_("Groupe"), _("Bébés nés ou attendus"), _("Rythme"), _("Places"), _("Rencontres tenues"), _("État")],
        [
            [
                groupe.nom,
                _("du %(du)s au %(au)s")
                % {
                    "du": date_format(groupe.naissances_du, "j M Y"),
                    "au": date_format(groupe.naissances_au, "j M Y"),
                },
                str(groupe.get_rythme_display()),
                str(groupe.capacite),
                str(groupe.rencontres),
                str(groupe.get_statut_display()),
            ]
            for groupe in trouves
        ],
        sources=[None, reglages, None, reglages, rencontres, None],
        nombres=[3, 4],
        vide=_("Aucun groupe pendant la période."),
    )


enregistrer(Chapitre(10, gettext_lazy("Programme hebdomadaire"), programme))
enregistrer(Chapitre(20, gettext_lazy("Ateliers"), ateliers))
enregistrer(Chapitre(30, gettext_lazy("Groupes de parents"), groupes))
