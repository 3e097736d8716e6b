"""Writing a questionnaire: drafts, their order, their translations, their publication."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enquetes import importation, plan
from enquetes.enums import (
    A_CHOIX,
    SOURCES_CONDITION,
    TRANSITIONS_VERSION,
    LangueQuestionnaire,
    StatutVersion,
    TypeQuestion,
)
from enquetes.models import Choix, Condition, LigneMatrice, Question, Questionnaire, Section, Traduction, Version


class ConstructionRefusee(Exception):
    """A draft can't be written or published so; the message is for the person who builds it."""


def _verrouiller(version: Version) -> Version:
    return (
        Version.objects.select_for_update(of=("self",), no_key=True).select_related("questionnaire").get(pk=version.pk)
    )


def _brouillon(version: Version) -> Version:
    version = _verrouiller(version)
    if not version.est_brouillon:
        raise ConstructionRefusee(_("Cette version est publiée : elle ne change plus. Ouvrez une nouvelle version."))
    return version


@transaction.atomic
def nouvelle_version(*, questionnaire: Questionnaire) -> Version:
    """A draft of this questionnaire: the one there is, else a copy of its latest version, else an empty one."""
    questionnaire = Questionnaire.objects.select_for_update(of=("self",), no_key=True).get(pk=questionnaire.pk)
    brouillon = questionnaire.versions.filter(statut=StatutVersion.BROUILLON).first()
    if brouillon is not None:
        return brouillon
    derniere = questionnaire.versions.order_by("-numero").first()
    version = Version.objects.create(
        questionnaire=questionnaire,
        numero=derniere.numero + 1 if derniere else 1,
        accueil=derniere.accueil if derniere else "",
        merci=derniere.merci if derniere else "",
        langues=derniere.langues if derniere else [],
    )
    if derniere is not None:
        _copier(derniere, version)
    return version


def _copier(de: Version, vers: Version) -> None:
    sections = {}
    for section in de.sections.all():
        sections[section.pk] = Section.objects.create(version=vers, rang=section.rang, titre=section.titre)
    questions = {}
    for ancienne in de.questions.order_by("pk"):
        copie = Question.objects.get(pk=ancienne.pk)
        copie.pk = None
        copie.version = vers
        copie.section = sections[ancienne.section_id]
        copie.save(force_insert=True)
        questions[ancienne.pk] = copie
    Choix.objects.bulk_create(
        Choix(question=questions[c.question_id], rang=c.rang, code=c.code, libelle=c.libelle, exclusif=c.exclusif)
        for c in Choix.objects.filter(question__version=de)
    )
    LigneMatrice.objects.bulk_create(
        LigneMatrice(question=questions[m.question_id], rang=m.rang, code=m.code, libelle=m.libelle)
        for m in LigneMatrice.objects.filter(question__version=de)
    )
    Condition.objects.bulk_create(
        Condition(question=questions[c.question_id], source=questions[c.source_id], valeurs=c.valeurs)
        for c in Condition.objects.filter(question__version=de)
    )
    Traduction.objects.bulk_create(
        Traduction(version=vers, langue=t.langue, cle=t.cle, texte=t.texte) for t in de.traductions.all()
    )


@transaction.atomic
def ajouter_section(*, version: Version, titre: str) -> Section:
    version = _brouillon(version)
    rang = (version.sections.aggregate(m=Max("rang"))["m"] or 0) + 1
    return Section.objects.create(version=version, rang=rang, titre=titre)


@transaction.atomic
def ecrire_textes(*, version: Version, accueil: str, merci: str) -> Version:
    """Keep what is read before the first question and after the last."""
    version = _brouillon(version)
    version.accueil, version.merci = accueil, merci
    version.save(update_fields=["accueil", "merci"])
    return version


@transaction.atomic
def placer_question(*, question: Question) -> Question:
    """Give a new question the last rank of its part, and a short name if it has none."""
    version = _brouillon(question.version)
    question.rang = (question.section.questions.exclude(pk=question.pk).aggregate(m=Max("rang"))["m"] or 0) + 1
    if not question.code:
        pris = set(version.questions.values_list("code", flat=True))
        question.code = next(f"q{n}" for n in range(1, 1000) if f"q{n}" not in pris)
    question.save()
    return question


@transaction.atomic
def deplacer_question(*, question: Question, vers_le_haut: bool) -> None:
    """Change places with the neighbour; past the end of its part, a question joins the next part."""
    _brouillon(question.version)
    question = Question.objects.select_related("section").get(pk=question.pk)
    voisines = list(question.section.questions.order_by("rang"))
    position = next(i for i, q in enumerate(voisines) if q.pk == question.pk)
    autre = position - 1 if vers_le_haut else position + 1
    if 0 <= autre < len(voisines):
        question.rang, voisines[autre].rang = voisines[autre].rang, question.rang
        Question.objects.bulk_update([question, voisines[autre]], ["rang"])
        return
    sections = list(question.version.sections.order_by("rang"))
    rang = next(i for i, s in enumerate(sections) if s.pk == question.section_id)
    cible = rang - 1 if vers_le_haut else rang + 1
    if not 0 <= cible < len(sections):
        return
    question.section = sections[cible]
    rangs = [q.rang for q in sections[cible].questions.all()]
    if vers_le_haut:
        question.rang = max(rangs, default=0) + 1
    else:
        question.rang = min(rangs, default=1)
        for q in sections[cible].questions.all():
            q.rang += 1
            q.save(update_fields=["rang"])
    question.save(update_fields=["section", "rang"])


@transaction.atomic
def traduire(*, version: Version, langue: str, textes: Mapping[str, str]) -> None:
    """Keep the translations of a draft in one language; emptied of all of them, it has this language no more."""
    version = _brouillon(version)
    connues = plan.lire(version).phrases()
    ecrites = {cle: texte.strip() for cle, texte in textes.items() if cle in connues and texte.strip()}
    version.traductions.filter(langue=langue).delete()
    Traduction.objects.bulk_create(
        Traduction(version=version, langue=langue, cle=cle, texte=texte) for cle, texte in ecrites.items()
    )
    autres = [autre for autre in version.langues if autre != langue]
    version.langues = [*autres, langue] if ecrites else autres
    version.save(update_fields=["langues"])


def a_corriger(version: Version) -> list[str]:
    """What keeps a draft from being published, in words for whoever builds it."""
    lu = plan.lire(version)
    defauts: list[str] = []
    if not lu.questions:
        defauts.append(_("Il n'y a encore aucune question."))
    vues: dict[str, plan.PlanQuestion] = {}
    for q in lu.questions:
        if q.code in importation.REPERES:
            defauts.append(
                _("« %(question)s » : le nom court « %(code)s » est déjà celui d'une colonne des réponses importées.")
                % {"question": q.intitule, "code": q.code}
            )
        if q.type in A_CHOIX and len(q.choix) < 2:
            defauts.append(_("« %s » : il faut au moins deux choix.") % q.intitule)
        if q.type not in A_CHOIX and q.choix:
            defauts.append(_("« %s » : ce type de question n'a pas de choix.") % q.intitule)
        if (q.type == TypeQuestion.MATRICE) != bool(q.lignes):
            defauts.append(
                _("« %s » : un tableau de choix a des lignes, les autres questions n'en ont pas.") % q.intitule
            )
        for condition in q.conditions:
            source = vues.get(condition.source)
            if source is None:
                defauts.append(_("« %s » : sa condition doit porter sur une question posée avant.") % q.intitule)
                continue
            if source.type not in SOURCES_CONDITION:
                defauts.append(_("« %s » : une condition porte sur des choix ou sur une échelle.") % q.intitule)
                continue
            permises = source.codes | {str(p) for p in source.points if source.type == TypeQuestion.ECHELLE}
            if not condition.valeurs or not condition.valeurs <= permises:
                defauts.append(_("« %s » : sa condition nomme une réponse qui n'existe pas.") % q.intitule)
        vues[q.code] = q
    phrases = lu.phrases()
    for langue in lu.langues:
        manquent = len(phrases.keys() - lu.traductions.get(langue, {}).keys())
        if manquent:
            phrase = ngettext(
                "Traduction (%(langue)s) : il manque %(n)d phrase.",
                "Traduction (%(langue)s) : il manque %(n)d phrases.",
                manquent,
            )
            defauts.append(phrase % {"langue": LangueQuestionnaire(langue).label, "n": manquent})
    return defauts


@transaction.atomic
def publier(*, version: Version, le: date) -> Version:
    """Freeze a draft; the version published before is retired for new campaigns.

    Raises ConstructionRefusee when the draft does not hold together.
    """
    version = _brouillon(version)
    defauts = a_corriger(version)
    if defauts:
        raise ConstructionRefusee(" ".join(defauts))
    version.questionnaire.versions.filter(statut=StatutVersion.PUBLIEE).update(statut=StatutVersion.RETIREE)
    version.statut = StatutVersion.PUBLIEE
    version.publiee_le = le
    version.save(update_fields=["statut", "publiee_le"])
    return version


@transaction.atomic
def retirer(*, version: Version) -> Version:
    """No new campaign asks it any more; those that run go on."""
    version = _verrouiller(version)
    if StatutVersion.RETIREE not in TRANSITIONS_VERSION[version.statut]:
        raise ConstructionRefusee(_("Seule une version publiée peut être retirée."))
    version.statut = StatutVersion.RETIREE
    version.save(update_fields=["statut"])
    return version
