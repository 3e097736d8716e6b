"""Deadlines of the label, told once to a house's responsables and its département's pilots; computed, not planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maisons import messages
from maisons.enums import Role
from maisons.models import ActionPrevue, Affectation, Candidature, Maison

# Days before a deadline from which it is told; then once more when it is over, for those who come back within a month.
PALIERS = (30, 7)
PASSEE_DEPUIS_MAX = 30


@dataclass(frozen=True)
class _Echeance:
    maison: Maison
    quoi: str
    jour: date
    chemin: str
    # Of this very deadline: another date is another one.
    cle: str


def palier(jour: date, *, le: date) -> str:
    """The notice that is due on a day for a deadline; "" for none. Only the nearest one: no two at once."""
    reste = (jour - le).days
    if reste < 0:
        return "depassee" if -reste <= PASSEE_DEPUIS_MAX else ""
    return next((str(n) for n in sorted(PALIERS) if reste <= n), "")


@transaction.atomic
def deposer_rappels(*, maintenant: datetime) -> int:
    """Tell every deadline that is near or over; how many. Once each: the outbox's keys say what was told."""
    le = timezone.localdate(maintenant)
    dues = [(echeance, du) for echeance in _echeances() if (du := palier(echeance.jour, le=le))]
    destinataires = _destinataires({echeance.maison for echeance, _du in dues}, le=le)
    for echeance, du in dues:
        messages.echeance_du_label(
            destinataires[echeance.maison.pk],
            maison=echeance.maison.nom,
            quoi=echeance.quoi,
            jour=echeance.jour,
            depassee=du == "depassee",
            chemin=echeance.chemin,
            cle=f"{echeance.cle}:{echeance.jour:%Y%m%d}:{du}",
            maintenant=maintenant,
        )
    return len(dues)


def _echeances() -> Iterable[_Echeance]:
    for candidature in Candidature.objects.with_cadre().filter(echeance__isnull=False):
        if candidature.echeance is not None:
            yield _Echeance(
                maison=candidature.maison,
                quoi=candidature.etape.intitule,
                jour=candidature.echeance,
                chemin=reverse("admin:maisons_candidature_change", args=[candidature.pk]),
                cle=f"label:{candidature.pk}:{candidature.etape_id}",
            )
    for action in ActionPrevue.objects.filter(faite_le__isnull=True).select_related("evaluation__candidature__maison"):
        candidature = action.evaluation.candidature
        yield _Echeance(
            maison=candidature.maison,
            quoi=action.quoi,
            jour=action.avant_le,
            chemin=reverse("admin:maisons_candidature_critere", args=[candidature.pk, action.evaluation_id]),
            cle=f"label_action:{action.pk}",
        )


def _destinataires(maisons: set[Maison], *, le: date) -> dict[int, list[str]]:
    """The addresses of those who answer for each house; one query."""
    tenues = list(
        Affectation.objects.en_cours(le=le)
        .filter(role__in=[Role.RESPONSABLE, Role.PILOTE], utilisateur__is_active=True)
        .values_list("role", "maison", "organisation", "departement", "utilisateur__email")
    )
    return {
        maison.pk: sorted(
            {
                email
                for role, ici, organisation, departement, email in tenues
                if (role == Role.PILOTE and departement == maison.departement_id)
                or (role == Role.RESPONSABLE and (ici == maison.pk or organisation == maison.organisation_id))
            }
        )
        for maison in maisons
    }
