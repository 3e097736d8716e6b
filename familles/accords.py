"""Consents: the words in use, and the two things that happen to one – it is given, it is taken back.

A word changes with its version: a test holds each version to its text. Whatever rests on a consent ends when it is
withdrawn (`au_retrait`), and ending that thing elsewhere closes the consent (`clore`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from familles.enums import ObjetAccord
from familles.models import Consentement
from socle.models import Utilisateur

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Formulation:
    version: int
    texte: _StrPromise


FORMULATIONS: dict[ObjetAccord, Formulation] = {
    ObjetAccord.RAPPELS_ENTRETIENS: Formulation(
        1,
        _("Je veux un message, un seul, quand la période conseillée pour cet entretien commence."),
    ),
    ObjetAccord.SMS: Formulation(
        1,
        _("Ce numéro est le mien. J'accepte d'y recevoir des SMS, et d'y retrouver les réservations faites avec lui."),
    ),
    ObjetAccord.PARTAGE: Formulation(
        1,
        _(
            "J'accepte de partager cette famille : l'autre parent voit les enfants, et chacun voit les réservations "
            "et le groupe de l'autre."
        ),
    ),
    ObjetAccord.ETRE_RAPPELE: Formulation(
        1,
        _("J'accepte que l'équipe de cette maison lise mon prénom et mon numéro, pour me rappeler."),
    ),
    # Told by the professional who passes the request on.
    ObjetAccord.TRANSMISSION: Formulation(
        1,
        _("Le parent est d'accord pour que je transmette cette demande"),
    ),
}

Suite = Callable[[Consentement, datetime], None]
_SUITES: dict[ObjetAccord, Suite] = {}


def au_retrait(objet: ObjetAccord) -> Callable[[Suite], Suite]:
    """Decorator: what ends when a consent to this is taken back, in the same transaction."""

    def decorer(suite: Suite) -> Suite:
        _SUITES[objet] = suite
        return suite

    return decorer


def donner(
    *,
    objet: ObjetAccord,
    utilisateur: Utilisateur | None = None,
    cible: models.Model | None = None,
    maintenant: datetime,
) -> Consentement:
    """Write down that somebody agreed, in the words shown in this language."""
    formulation = FORMULATIONS[objet]
    return Consentement.objects.create(
        utilisateur=utilisateur,
        objet=objet,
        version=formulation.version,
        texte=str(formulation.texte),
        langue=get_language() or settings.LANGUAGE_CODE,
        donne_le=maintenant,
        cible=cible,
    )


@transaction.atomic
def retirer(*, consentement: Consentement, maintenant: datetime) -> Consentement:
    """Take a consent back: what rests on it ends. Doing it twice changes nothing."""
    ligne = Consentement.objects.select_for_update(of=("self",), no_key=True).get(pk=consentement.pk)
    if ligne.retire_le is not None:
        return ligne
    ligne.retire_le = maintenant
    ligne.save(update_fields=["retire_le"])
    suite = _SUITES.get(ObjetAccord(ligne.objet))
    if suite is not None:
        suite(ligne, maintenant)
    return ligne


def clore(
    *,
    objet: ObjetAccord,
    utilisateur: Utilisateur | None = None,
    cibles: models.QuerySet[Any] | None = None,
    maintenant: datetime,
) -> None:
    """Note that consents ended with what they were given for, which its own service takes away."""
    lignes = Consentement.objects.en_cours().filter(objet=objet)
    if utilisateur is not None:
        lignes = lignes.filter(utilisateur=utilisateur)
    if cibles is not None:
        genre = ContentType.objects.get_for_model(cibles.model)
        lignes = lignes.filter(cible_type=genre, cible_id__in=list(cibles.values_list("pk", flat=True)))
    lignes.update(retire_le=maintenant)
