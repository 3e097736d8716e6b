"""The partners of a house and when they receive there, for dossiers."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maisons.label.indicateurs import Periode
from maisons.models import Maison
from maisons.pilotage.offre import Chapitre, enregistrer
from maisons.pilotage.redaction import Redaction
from partenaires.models import Partenaire, Permanence


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
