"""What lives by versions: at most one draft and one published version under one name."""

from __future__ import annotations

from typing import TypeVar

from django.db import models, transaction
from django.db.models import Max

from familles.enums import StatutVersion

M = TypeVar("M", bound=models.Model)


class PublicationRefusee(Exception):
    """Nothing was published; the message is for the person on screen."""


@transaction.atomic
def preparer_copie(objet: M, *, freres: models.QuerySet[M], publication: dict[str, object]) -> M:
    """The draft of the next version: the one there is, or a copy of `objet` without what made it public.

    `freres` are all versions under this name, `publication` the empty values of the columns that publishing fills.
    """
    verrou = freres.select_for_update(of=("self",), no_key=True)
    brouillon = verrou.filter(statut=StatutVersion.BROUILLON).first()
    if brouillon is not None:
        return brouillon
    copie = verrou.get(pk=objet.pk)
    copie.pk = None
    copie._state.adding = True
    valeurs = {
        "numero": (freres.aggregate(dernier=Max("numero"))["dernier"] or 0) + 1,
        "statut": StatutVersion.BROUILLON,
        **publication,
    }
    for nom, valeur in valeurs.items():
        setattr(copie, nom, valeur)
    copie.save()
    return copie
