"""The life of a well-being questionnaire: a draft, then, once a PMI doctor has validated it, what the public reads."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from familles.bien_etre import QuestionsInvalides, maximum
from familles.enums import StatutVersion
from familles.models import QuestionnaireBienEtre
from familles.versions import PublicationRefusee, preparer_copie
from socle.models import Utilisateur

_TEXTES = tuple(
    f"{genre}_{bande}" for bande in ("serein", "attention", "alerte", "danger") for genre in ("titre", "texte")
)


def preparer_version(*, questionnaire: QuestionnaireBienEtre, maintenant: datetime) -> QuestionnaireBienEtre:
    """The draft of the next version: the one there is, or a copy of what is published."""
    return preparer_copie(
        questionnaire,
        freres=QuestionnaireBienEtre.objects.filter(code=questionnaire.code),
        publication={"valide_par": None, "valide_par_nom": "", "publie_le": None, "cree_le": maintenant},
    )


@transaction.atomic
def publier(
    *, questionnaire: QuestionnaireBienEtre, par: Utilisateur | None, nom: str, maintenant: datetime
) -> QuestionnaireBienEtre:
    """Put a draft in the place of the published version, under the name of the doctor who validates it.

    Raises PublicationRefusee for a text without licence, thresholds out of reach, an empty wording, no safety
    question, or a version that is no draft any more.
    """
    versions = QuestionnaireBienEtre.objects.select_for_update(of=("self",), no_key=True)
    version = versions.get(pk=questionnaire.pk)
    if version.statut != StatutVersion.BROUILLON:
        raise PublicationRefusee(_("Cette version n'est plus un brouillon."))
    if not version.licence.strip():
        raise PublicationRefusee(_("Sans licence du texte, ce questionnaire ne peut pas être publié."))
    if not nom.strip():
        raise PublicationRefusee(_("Écrivez votre nom et votre fonction : ils paraissent sous le questionnaire."))
    try:
        questions = version.questions_lues
    except QuestionsInvalides as erreur:
        raise PublicationRefusee(str(erreur)) from None
    if not any(question.securite for question in questions):
        raise PublicationRefusee(_("Il faut au moins une question de sécurité."))
    if version.seuil_alerte > maximum(questions):
        raise PublicationRefusee(
            _("Le second seuil ne peut pas être atteint : le total va de 0 à %d.") % maximum(questions)
        )
    if any(not getattr(version, champ).strip() for champ in _TEXTES):
        raise PublicationRefusee(_("Écrivez les quatre titres et les quatre textes."))
    versions.filter(code=version.code, statut=StatutVersion.PUBLIEE).update(statut=StatutVersion.ARCHIVEE)
    version.statut = StatutVersion.PUBLIEE
    version.valide_par, version.valide_par_nom, version.publie_le = par, nom.strip(), maintenant
    version.save(update_fields=["statut", "valide_par", "valide_par_nom", "publie_le"])
    return version


def retirer(*, questionnaire: QuestionnaireBienEtre) -> None:
    """Take the published version away from the public at once."""
    QuestionnaireBienEtre.objects.filter(pk=questionnaire.pk, statut=StatutVersion.PUBLIEE).update(
        statut=StatutVersion.ARCHIVEE
    )
