"""The partners of a house and when they receive there, for dossiers."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maisons.label.indicateurs import Periode
from maisons.models import Maison
from maisons.pilotage.offre import Chapitre, enregistrer
from maisons.pilotage.redaction import Redaction
from maisons.pilotage.territoire import communes_de
from partenaires.models import Partenaire, Permanence

PARTENAIRES_MAX = 60


def partenaires(redaction: Redaction, maison: Maison, periode: Periode, le: date) -> None:
    """Those who receive at the house; an entry that was not confirmed for long says since when."""
    trouves = (
        Partenaire.objects.filter(permanences__lieu__maison=maison, permanences__active=True)
        .select_related("commune")
        .distinct()
        .order_by("nom")
    )
    redaction.tableau(
        _("Partenaires qui reçoivent dans la maison"),
        [_("Partenaire"), _("Nature"), _("Commune"), _("Fiche vérifiée le")],
        [
            [
                partenaire.nom,
                str(partenaire.get_type_display()),
                partenaire.commune.nom if partenaire.commune else "–",
                date_format(timezone.localtime(partenaire.verifie_le), "j F Y"),
            ]
            for partenaire in trouves
        ],
        vide=_("Aucun partenaire ne reçoit encore dans la maison."),
    )
    du_territoire(redaction, maison, le)


def du_territoire(redaction: Redaction, maison: Maison, le: date) -> None:
    """Those of the public directory that are established in its communes, whether they receive at the house or not."""
    communes, definition = communes_de(maison)
    ici = Permanence.objects.filter(partenaire=OuterRef("pk"), lieu__maison=maison, active=True)
    etablis: Any = (
        Partenaire.objects.publics(maintenant=timezone.make_aware(datetime.combine(le, time())))
        .filter(commune__in=communes)
        .annotate(recoit=Exists(ici))
        .select_related("commune")
        .order_by("type", "nom")
    )
    autres = etablis.count() - PARTENAIRES_MAX
    redaction.tableau(
        _("Partenaires établis sur le territoire"),
        [_("Partenaire"), _("Nature"), _("Commune"), _("Reçoit dans la maison"), _("Fiche vérifiée le")],
        [
            [
                partenaire.nom,
                str(partenaire.get_type_display()),
                str(partenaire.commune),
                _("oui") if partenaire.recoit else _("non"),
                date_format(timezone.localtime(partenaire.verifie_le), "j F Y"),
            ]
            for partenaire in etablis[:PARTENAIRES_MAX]
        ],
        vide=_("Aucun partenaire de l'annuaire n'est établi sur ce territoire."),
    )
    redaction.note(definition)
    if autres > 0:
        redaction.note(
            ngettext("%d autre partenaire y est établi.", "%d autres partenaires y sont établis.", autres) % autres
        )


def permanences(redaction: Redaction, maison: Maison, periode: Periode, le: date) -> None:
    trouvees = (
        Permanence.objects.filter(lieu__maison=maison, active=True)
        .select_related("partenaire", "lieu")
        .order_by("partenaire__nom", "intitule", "pk")
    )
    redaction.tableau(
        _("Permanences en cours"),
        [_("Permanence"), _("Partenaire"), _("Lieu"), _("On vient")],
        [
            [
                permanence.intitule,
                permanence.partenaire.nom,
                permanence.lieu.nom,
                str(permanence.get_mode_display()),
            ]
            for permanence in trouvees
        ],
        vide=_("Aucune permanence en cours."),
    )


enregistrer(Chapitre(10, gettext_lazy("Partenaires présents"), partenaires, du_diagnostic=True))
enregistrer(Chapitre(40, gettext_lazy("Permanences"), permanences))
