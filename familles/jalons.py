"""Editing the calendar: a draft, what it would change for real dates, then its publication."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from familles.calendrier import Fenetre, Regle, Reperes, fenetre
from familles.enums import StatutVersion
from familles.models import VersionJalon
from familles.versions import PublicationRefusee, preparer_copie
from socle.models import Utilisateur

# Every day of a leap cycle, so that each length of month and 29 February come up.
JOURS_ESSAYES = 1461


@dataclass(frozen=True)
class Exemple:
    """The window of a rule for one due date, as it is and as it would be."""

    terme: date
    avant: Fenetre | None
    apres: Fenetre | None


def preparer_version(*, version: VersionJalon, par: Utilisateur, maintenant: datetime) -> VersionJalon:
    """The draft of a milestone's next version."""
    return preparer_copie(
        version,
        freres=VersionJalon.objects.filter(jalon=version.jalon_id),
        publication={"publiee_le": None, "creee_le": maintenant, "auteur": par, "motif": ""},
    )


def exemples(version: VersionJalon, termes: Iterable[date]) -> list[Exemple]:
    """What a draft changes: the published window and its own, for these due dates."""
    publiee = VersionJalon.objects.filter(jalon=version.jalon_id, statut=StatutVersion.PUBLIEE).first()
    return [
        Exemple(
            terme=terme,
            avant=fenetre(publiee.regle, _reperes(publiee.regle, terme)) if publiee else None,
            apres=fenetre(version.regle, _reperes(version.regle, terme)),
        )
        for terme in termes
    ]


def _reperes(regle: Regle, terme: date) -> Reperes:
    """Whoever the rule is for: twins where it is for twins."""
    bebes = {"jumeaux": 2, "triples": 3}.get(regle.condition.value if regle.condition else "", 1)
    return Reperes(terme=terme, bebes=bebes)


@transaction.atomic
def publier(*, version: VersionJalon, par: Utilisateur, maintenant: datetime) -> VersionJalon:
    """Put a draft in the place of the published version.

    Raises PublicationRefusee for a version that is no draft any more, that doesn't say why it changes, or whose
    window would be upside down for some due date.
    """
    versions = VersionJalon.objects.select_for_update(of=("self",), no_key=True)
    brouillon = versions.get(pk=version.pk)
    if brouillon.statut != StatutVersion.BROUILLON:
        raise PublicationRefusee(_("Cette version n'est plus un brouillon."))
    if not brouillon.motif.strip():
        raise PublicationRefusee(_("Écrivez pourquoi ce repère change : la raison reste dans son histoire."))
    if not brouillon.sources.strip():
        raise PublicationRefusee(_("Citez au moins une source."))
    regle = version.regle
    premier = maintenant.date()
    for n in range(JOURS_ESSAYES):
        terme = premier + timedelta(days=n)
        # A window that ends before it begins is dropped by the engine.
        if regle.naissances_depuis is None and fenetre(regle, _reperes(regle, terme)) is None:
            raise PublicationRefusee(
                _("Pour un terme le %s, la fin viendrait avant le début. Vérifiez les décalages.")
                % f"{terme:%d/%m/%Y}"
            )
    versions.filter(jalon=brouillon.jalon_id, statut=StatutVersion.PUBLIEE).update(statut=StatutVersion.ARCHIVEE)
    brouillon.statut, brouillon.publiee_le, brouillon.auteur = StatutVersion.PUBLIEE, maintenant, par
    brouillon.save(update_fields=["statut", "publiee_le", "auteur"])
    return brouillon
