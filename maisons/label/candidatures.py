"""A house on its way to the label: opened, assessed, moved from step to step; each refusal says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maisons.enums import Role, StatutLabel
from maisons.models import (
    ActionPrevue,
    Candidature,
    Critere,
    Etape,
    Evaluation,
    Franchissement,
    Maison,
    NoteVisite,
    Preuve,
    Transition,
    VersionReferentiel,
)
from socle import verrous
from socle.models import Utilisateur


class CandidatureRefusee(Exception):
    """A candidature can't be opened, assessed or moved; `raisons` are for the person on screen."""

    def __init__(self, *raisons: str) -> None:
        self.raisons = list(raisons)
        super().__init__(" ".join(raisons))


class EcritAilleurs(CandidatureRefusee):
    """Somebody else wrote the same assessment meanwhile; `evaluation` is what they wrote."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        super().__init__(_("Quelqu'un d'autre vient d'écrire ici : relisez, puis enregistrez de nouveau."))


class NoteEcriteAilleurs(CandidatureRefusee):
    """Another device of the same person wrote this note meanwhile; `note` is what it wrote."""

    def __init__(self, note: NoteVisite) -> None:
        self.note = note
        super().__init__(_("Cette note a été écrite depuis un autre appareil : relisez-la."))


class EtapeChangee(CandidatureRefusee):
    """The candidature is at another step than the one that was read; `candidature` says which."""

    def __init__(self, candidature: Candidature) -> None:
        self.candidature = candidature
        super().__init__(
            _("Depuis, la candidature est passée à l'étape « %s » : relisez ces dates, puis enregistrez de nouveau.")
            % candidature.etape
        )


@transaction.atomic
def ouvrir(
    *, maison: Maison, version: VersionReferentiel, par: Utilisateur, le: date, visee_le: date | None = None
) -> Candidature:
    """The house is at the first step of the version's way, with every criterion to assess.

    Raises CandidatureRefusee for a version that is not in force, or a house that has a candidature under it.
    """
    if not VersionReferentiel.objects.en_vigueur(le=le).filter(pk=version.pk).exists():
        raise CandidatureRefusee(_("Cette version du référentiel n'est pas en vigueur."))
    premiere = version.etapes.order_by("rang").first()
    if premiere is None:
        raise CandidatureRefusee(_("Cette version n'a pas de parcours."))
    try:
        with transaction.atomic():
            candidature = Candidature.objects.create(
                maison=maison,
                version=version,
                etape=premiere,
                depuis=le,
                echeance=_echeance(premiere, le),
                visee_le=visee_le,
            )
    except IntegrityError as erreur:
        raise CandidatureRefusee(_("Cette maison a déjà une candidature sous cette version.")) from erreur
    Evaluation.objects.bulk_create(
        Evaluation(candidature=candidature, critere=critere)
        for critere in Critere.objects.filter(axe__version=version).order_by("axe__rang", "rang")
    )
    _entrer(candidature, None, premiere, par=par, le=le, motif="")
    return candidature


def _echeance(etape: Etape, le: date) -> date | None:
    return None if etape.delai_jours is None else le + timedelta(days=etape.delai_jours)


def _entrer(
    candidature: Candidature, de: Etape | None, vers: Etape, *, par: Utilisateur, le: date, motif: str
) -> None:
    """Write the step down, and let the house call itself what its steps say; its label keeps its first day."""
    Franchissement.objects.create(candidature=candidature, de=de, vers=vers, le=le, motif=motif, par=par)
    maison = Maison.objects.select_for_update(of=("self",), no_key=True).get(pk=candidature.maison_id)
    statut = _statut_label(maison)
    if maison.statut_label != statut:
        maison.statut_label = statut
        maison.label_le = le if statut == StatutLabel.LABELLISEE else None
        maison.save(update_fields=["statut_label", "label_le"])


def _statut_label(maison: Maison) -> str:
    """What a house may call itself: the candidature that gave it the label last says whether it still has it.

    Another one, under a newer version, takes nothing away while it is under way. A label from before the portal stays
    until a candidature has given one.
    """
    decisive = (
        Franchissement.objects.filter(candidature__maison=maison, vers__statut_label=StatutLabel.LABELLISEE)
        .order_by("-ecrit_le", "-pk")
        .values_list("candidature__etape__statut_label", flat=True)
        .first()
    )
    if decisive == StatutLabel.LABELLISEE or (decisive is None and maison.statut_label == StatutLabel.LABELLISEE):
        return StatutLabel.LABELLISEE
    en_route = Candidature.objects.filter(maison=maison, etape__statut_label=StatutLabel.CANDIDATE)
    return StatutLabel.CANDIDATE if en_route.exists() else StatutLabel.AUCUN


# Moving


def passages(candidature: Candidature) -> list[Transition]:
    """Where a candidature may go from where it stands, whoever decides it."""
    return list(Transition.objects.filter(de=candidature.etape_id).select_related("vers").order_by("vers__rang"))


def can_decider(utilisateur: Utilisateur, passage: Transition, maison: Maison, *, le: date) -> bool:
    """Whether a person holds, over this house, one of the roles that decide this step."""
    visibles = Maison.objects.visibles_par(utilisateur, le=le, roles=frozenset(passage.roles))
    return visibles.filter(pk=maison.pk).exists()


def qui_decide(passage: Transition) -> str:
    return ", ".join(str(Role(role).label) for role in passage.roles)


def manques(candidature: Candidature, passage: Transition) -> list[str]:
    """What is still missing for a step, in sentences; empty when it may be taken."""
    evaluations = list(
        candidature.evaluations.select_related("critere__axe")
        .annotate(nombre_preuves=Count("preuves"))
        .order_by("critere__axe__rang", "critere__rang")
    )
    raisons = []
    if passage.tout_evalue:
        vides = [evaluation for evaluation in evaluations if evaluation.niveau is None]
        if vides:
            raisons.append(
                ngettext("%d critère n'est pas évalué.", "%d critères ne sont pas évalués.", len(vides)) % len(vides)
            )
    if passage.imperatifs_atteints:
        raisons += [
            _("Critère impératif non atteint : %s") % evaluation.critere.intitule
            for evaluation in evaluations
            if evaluation.critere.imperatif and not evaluation.critere.est_atteint(evaluation.niveau_retenu)
        ]
    exigees = set(passage.preuves)
    raisons += [
        _("Preuve manquante : %s") % evaluation.critere.intitule
        for evaluation in evaluations
        if f"{evaluation.critere.axe.code}.{evaluation.critere.code}" in exigees and not evaluation.nombre_preuves
    ]
    return raisons


@transaction.atomic
def franchir(
    *, candidature: Candidature, vers: Etape, par: Utilisateur, le: date, maintenant: datetime, motif: str = ""
) -> Candidature:
    """The candidature is at another step from a day on, the house's label follows, the history has one more line.

    Raises CandidatureRefusee with every reason: no such way from here (somebody may have moved it meanwhile), not
    this person's to decide, something missing, a day before the current step began or still to come.
    """
    # Two people who decide at once queue here: the second finds another step.
    candidature = verrous.verrouiller(Candidature.objects.with_cadre(), candidature.pk)
    passage = Transition.objects.filter(de=candidature.etape_id, vers=vers).first()
    if passage is None:
        raise CandidatureRefusee(
            _("De l'étape « %(de)s », on ne passe pas à « %(vers)s ».") % {"de": candidature.etape, "vers": vers}
        )
    aujourd_hui = timezone.localdate(maintenant)
    if not can_decider(par, passage, candidature.maison, le=aujourd_hui):
        raise CandidatureRefusee(_("Cette étape se décide par : %s.") % qui_decide(passage))
    if le < candidature.depuis:
        raise CandidatureRefusee(_("Cette date précède le début de l'étape en cours."))
    if le > aujourd_hui:
        raise CandidatureRefusee(_("Cette date est à venir."))
    if raisons := manques(candidature, passage):
        raise CandidatureRefusee(*raisons)
    de = candidature.etape
    candidature.etape, candidature.depuis, candidature.echeance = vers, le, _echeance(vers, le)
    candidature.save(update_fields=["etape", "depuis", "echeance"])
    _entrer(candidature, de, vers, par=par, le=le, motif=motif)
    return candidature


# Assessing


@transaction.atomic
def evaluer(
    *, evaluation: Evaluation, niveau: int | None, commentaire: str, revision: int, maintenant: datetime
) -> Evaluation:
    """What the house says of itself. Raises EcritAilleurs when the page was read before somebody else's writing."""
    evaluation = _a_ecrire(evaluation, revision)
    _verifier_niveau(evaluation.critere, niveau)
    evaluation.niveau, evaluation.commentaire, evaluation.evaluee_le = niveau, commentaire, maintenant
    evaluation.save(update_fields=["niveau", "commentaire", "evaluee_le", "revision"])
    return evaluation


@transaction.atomic
def donner_avis(
    *,
    evaluation: Evaluation,
    avis: int | None,
    commentaire: str,
    par: Utilisateur,
    revision: int,
    maintenant: datetime,
) -> Evaluation:
    """The evaluator's opinion, signed; it counts instead of the house's word. Raises as `evaluer` does."""
    evaluation = _a_ecrire(evaluation, revision)
    _verifier_niveau(evaluation.critere, avis)
    evaluation.avis, evaluation.avis_commentaire = avis, commentaire
    evaluation.avis_par, evaluation.avis_le = par, maintenant
    evaluation.save(update_fields=["avis", "avis_commentaire", "avis_par", "avis_le", "revision"])
    return evaluation


def _a_ecrire(evaluation: Evaluation, revision: int) -> Evaluation:
    evaluation = (
        Evaluation.objects.select_for_update(of=("self",), no_key=True).select_related("critere").get(pk=evaluation.pk)
    )
    if evaluation.revision != revision:
        raise EcritAilleurs(evaluation)
    evaluation.revision += 1
    return evaluation


def _verifier_niveau(critere: Critere, niveau: int | None) -> None:
    if niveau is not None and not 0 <= niveau < len(critere.niveaux):
        raise CandidatureRefusee(_("Ce niveau n'existe pas pour ce critère."))


@transaction.atomic
def noter_visite(
    *, evaluation: Evaluation, par: Utilisateur, niveau: int | None, texte: str, revision: int, maintenant: datetime
) -> NoteVisite:
    """What an evaluator saw of a criterion. Raises NoteEcriteAilleurs when another of their devices wrote meanwhile.

    The same words sent again, because the first answer was lost on the way, are the same note.
    """
    _verifier_niveau(evaluation.critere, niveau)
    # Two devices of one person queue here.
    note: NoteVisite
    note, _neuve = NoteVisite.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        evaluation=evaluation, par=par, defaults={"ecrite_le": maintenant}
    )
    if (note.niveau, note.texte) == (niveau, texte):
        return note
    if note.revision != revision:
        raise NoteEcriteAilleurs(note)
    note.niveau, note.texte, note.ecrite_le, note.revision = niveau, texte, maintenant, revision + 1
    note.save(update_fields=["niveau", "texte", "ecrite_le", "revision"])
    return note


@transaction.atomic
def planifier(*, candidature: Candidature, etape: int, visee_le: date | None, echeance: date | None) -> Candidature:
    """The day the label is aimed at, and the one before which a step should end.

    Raises EtapeChangee when the candidature left that step meanwhile, CandidatureRefusee for a deadline before the
    step began.
    """
    # A step that is being taken is waited for: it brings its own deadline.
    candidature = verrous.verrouiller(Candidature.objects.with_cadre(), candidature.pk)
    if candidature.etape_id != etape:
        raise EtapeChangee(candidature)
    if echeance is not None and echeance < candidature.depuis:
        raise CandidatureRefusee(_("L'échéance vient après le début de l'étape."))
    candidature.visee_le, candidature.echeance = visee_le, echeance
    candidature.save(update_fields=["visee_le", "echeance"])
    return candidature


def prevoir_action(*, evaluation: Evaluation, quoi: str, qui: str, avant_le: date) -> ActionPrevue:
    return ActionPrevue.objects.create(evaluation=evaluation, quoi=quoi, qui=qui, avant_le=avant_le)


def cocher_action(*, action: ActionPrevue, faite_le: date | None) -> ActionPrevue:
    """Done on a day, or to do again."""
    action.faite_le = faite_le
    action.save(update_fields=["faite_le"])
    return action


# Where it stands


@dataclass(frozen=True)
class Bilan:
    """A candidature in figures, as a dashboard shows it."""

    criteres: int
    evalues: int
    atteints: int
    # Must-haves that are not met, in the référentiel's order.
    bloquants: tuple[Critere, ...]
    # The oldest piece of evidence; None without any.
    preuve_la_plus_ancienne: date | None
    actions_en_retard: int

    @property
    def part_atteinte(self) -> float:
        return self.atteints / self.criteres if self.criteres else 0.0


def dresser_bilans(candidatures: Sequence[Candidature], *, le: date) -> dict[int, Bilan]:
    """Each candidature's figures on a day, by its pk: three queries whatever their number."""
    pks = [candidature.pk for candidature in candidatures]
    par_candidature: dict[int, list[Evaluation]] = {pk: [] for pk in pks}
    for evaluation in (
        Evaluation.objects.filter(candidature__in=pks)
        .select_related("critere")
        .order_by("critere__axe__rang", "critere__rang")
    ):
        par_candidature[evaluation.candidature_id].append(evaluation)
    anciennes: dict[int, date] = {}
    for pk, datee_du in Preuve.objects.filter(evaluation__candidature__in=pks).values_list(
        "evaluation__candidature", "datee_du"
    ):
        anciennes[pk] = min(datee_du, anciennes.get(pk, datee_du))
    retards = dict(
        ActionPrevue.objects.filter(evaluation__candidature__in=pks, faite_le__isnull=True, avant_le__lt=le)
        .values("evaluation__candidature")
        .annotate(n=Count("pk"))
        .values_list("evaluation__candidature", "n")
    )
    return {
        pk: _bilan(evaluations, anciennes.get(pk), retards.get(pk, 0)) for pk, evaluations in par_candidature.items()
    }


def _bilan(evaluations: list[Evaluation], ancienne: date | None, retards: int) -> Bilan:
    atteints = [evaluation for evaluation in evaluations if evaluation.critere.est_atteint(evaluation.niveau_retenu)]
    return Bilan(
        criteres=len(evaluations),
        evalues=sum(evaluation.niveau is not None for evaluation in evaluations),
        atteints=len(atteints),
        bloquants=tuple(
            evaluation.critere
            for evaluation in evaluations
            if evaluation.critere.imperatif and evaluation not in atteints
        ),
        preuve_la_plus_ancienne=ancienne,
        actions_en_retard=retards,
    )
