"""A version as it is asked: read once from the database, then plain values that never change.

A sentence's key, for its translation: "titre", "accueil", "merci", "s2" (title of the second part), "q.code",
"aide.code", "min.code", "max.code" (ends of a scale), "c.code.choix", "l.code.ligne", "mot.suivant" (of the screens).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from enquetes.enums import DE_DROITE_A_GAUCHE, RoleQuestion, TypeQuestion
from enquetes.models import Traduction, Version

FRANCAIS = "fr"

# Every word of the screens that is not the questionnaire's own: translated with it, so that no language is mixed.
MOTS = {
    "commencer": _("Commencer"),
    "suivant": _("Suivant"),
    "retour": _("Question précédente"),
    "envoyer": _("Envoyer mes réponses"),
    "garder": _("Continuer plus tard"),
    "modifier": _("Modifier"),
    "avancement": _("Question {n} sur {total}"),
    "facultatif": _("Vous pouvez passer cette question."),
    "a_corriger": _("Il reste une chose à corriger"),
    "manque": _("Choisissez une réponse pour continuer."),
    "trop": _("Choisissez {n} réponses au plus."),
    "entre": _("Écrivez un nombre entre {min} et {max}."),
    "seul": _("Cette réponse ne va pas avec les autres."),
    "commune_inconnue": _("Nous ne trouvons pas cette commune. Écrivez son nom ou son code postal."),
    "commune_laquelle": _("Plusieurs communes répondent à ce nom. Choisissez la vôtre."),
    "texte_anonyme": _("N'écrivez ni nom, ni téléphone, ni rien qui dirait qui vous êtes."),
    "relire": _("Relire et envoyer"),
    "sans_reponse": _("sans réponse"),
    "anonyme": _("Vos réponses sont anonymes : ni nom, ni adresse, ni heure ne sont gardés avec elles."),
    "libre": _("Vous pouvez passer une question, revenir en arrière, vous arrêter."),
    "duree": _("Temps de réponse : environ {n} min."),
    "merci": _("Merci !"),
    "borne": _("Cet écran revient seul au début, et la tablette ne garde rien."),
    "code_titre": _("Continuer plus tard"),
    "code_aide": _("Notez ce code ou gardez cette adresse : eux seuls rouvrent vos réponses, pendant 15 jours."),
    "code_suite": _("Continuer maintenant"),
    "reprendre": _("J'ai déjà un code"),
    "affluence": _("Trop de réponses viennent de cette connexion. Attendez une heure et recommencez."),
}


@dataclass(frozen=True)
class Modalite:
    code: str
    libelle: str
    exclusif: bool = False


@dataclass(frozen=True)
class PlanCondition:
    source: str
    valeurs: frozenset[str]

    def tient(self, valeur: Any) -> bool:
        donnees = valeur if isinstance(valeur, list) else [valeur]
        return any(str(v) in self.valeurs for v in donnees if v is not None)


@dataclass(frozen=True)
class PlanQuestion:
    pk: int
    code: str
    type: str
    section: int
    titre_section: str
    intitule: str
    aide: str = ""
    obligatoire: bool = False
    role: str = ""
    minimum: int | None = None
    maximum: int | None = None
    libelle_minimum: str = ""
    libelle_maximum: str = ""
    choix_maximum: int | None = None
    bornes: tuple[int, ...] = ()
    choix: tuple[Modalite, ...] = ()
    lignes: tuple[Modalite, ...] = ()
    conditions: tuple[PlanCondition, ...] = ()

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(c.code for c in self.choix)

    @cached_property
    def exclusifs(self) -> frozenset[str]:
        return frozenset(c.code for c in self.choix if c.exclusif)

    @property
    def points(self) -> range:
        """Of a scale or a number."""
        return range(self.minimum or 0, (self.maximum or 0) + 1)

    def est_posee(self, valeurs: Mapping[str, Any]) -> bool:
        return all(condition.tient(valeurs.get(condition.source)) for condition in self.conditions)


@dataclass(frozen=True)
class Plan:
    version: int
    questionnaire: str
    usage: str
    accueil: str
    merci: str
    langues: tuple[str, ...]
    questions: tuple[PlanQuestion, ...]
    traductions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def par_code(self) -> dict[str, PlanQuestion]:
        return {question.code: question for question in self.questions}

    @property
    def etape(self) -> PlanQuestion | None:
        return next((q for q in self.questions if q.role == RoleQuestion.ETAPE), None)

    @property
    def minutes(self) -> int:
        """About twenty seconds a question."""
        return max(1, round(len(self.questions) / 3))

    def posees(self, valeurs: Mapping[str, Any]) -> list[PlanQuestion]:
        """The questions to ask, given what was answered. An answer to a question not asked decides of nothing."""
        retenues: dict[str, Any] = {}
        posees = []
        for question in self.questions:
            if question.est_posee(retenues):
                posees.append(question)
                if question.code in valeurs:
                    retenues[question.code] = valeurs[question.code]
        return posees

    def mots(self, langue: str) -> dict[str, str]:
        traduits = self.traductions.get(langue, {})
        # Not in the site's language of the moment: in that of the questions, French where they have none.
        with override(langue if langue in dict(settings.LANGUAGES) else FRANCAIS):
            return {cle: traduits.get(f"mot.{cle}", str(mot)) for cle, mot in MOTS.items()}

    def dans(self, langue: str) -> Plan:
        """The same plan in another language; a sentence without a translation stays in French."""
        t = self.traductions.get(langue)
        if not t:
            return self

        def modalites(prefixe: str, code: str, originales: tuple[Modalite, ...]) -> tuple[Modalite, ...]:
            return tuple(
                Modalite(m.code, t.get(f"{prefixe}.{code}.{m.code}", m.libelle), m.exclusif) for m in originales
            )

        questions = tuple(
            PlanQuestion(
                **{
                    **{nom: getattr(q, nom) for nom in q.__dataclass_fields__},
                    "titre_section": t.get(f"s{q.section}", q.titre_section),
                    "intitule": t.get(f"q.{q.code}", q.intitule),
                    "aide": t.get(f"aide.{q.code}", q.aide),
                    "libelle_minimum": t.get(f"min.{q.code}", q.libelle_minimum),
                    "libelle_maximum": t.get(f"max.{q.code}", q.libelle_maximum),
                    "choix": modalites("c", q.code, q.choix),
                    "lignes": modalites("l", q.code, q.lignes),
                }
            )
            for q in self.questions
        )
        return Plan(
            version=self.version,
            questionnaire=t.get("titre", self.questionnaire),
            usage=self.usage,
            accueil=t.get("accueil", self.accueil),
            merci=t.get("merci", self.merci),
            langues=self.langues,
            questions=questions,
            traductions=self.traductions,
        )

    def phrases(self) -> dict[str, str]:
        """Every sentence to translate, in French, by its key."""
        phrases = {"titre": self.questionnaire, "accueil": self.accueil, "merci": self.merci}
        for q in self.questions:
            phrases[f"s{q.section}"] = q.titre_section
            phrases[f"q.{q.code}"] = q.intitule
            phrases[f"aide.{q.code}"] = q.aide
            phrases[f"min.{q.code}"] = q.libelle_minimum
            phrases[f"max.{q.code}"] = q.libelle_maximum
            phrases |= {f"c.{q.code}.{c.code}": c.libelle for c in q.choix}
            phrases |= {f"l.{q.code}.{ligne.code}": ligne.libelle for ligne in q.lignes}
        with override(FRANCAIS):
            phrases |= {f"mot.{cle}": str(mot) for cle, mot in MOTS.items()}
        return {cle: texte for cle, texte in phrases.items() if texte}


def sens(langue: str) -> str:
    return "rtl" if langue in DE_DROITE_A_GAUCHE else "ltr"


def lire(version: Version) -> Plan:
    """The plan of a version. A published one is read once per process: it can't change any more."""
    return _lire(version) if version.est_brouillon else _lire_publiee(version.pk)


@lru_cache(maxsize=64)
def _lire_publiee(pk: int) -> Plan:
    return _lire(Version.objects.select_related("questionnaire").get(pk=pk))


def _lire(version: Version) -> Plan:
    questions = []
    rangees = (
        version.questions.select_related("section")
        .prefetch_related("choix", "lignes", "conditions__source")
        .order_by("section__rang", "rang")
    )
    for q in rangees:
        questions.append(
            PlanQuestion(
                pk=q.pk,
                code=q.code,
                type=q.type,
                section=q.section.rang,
                titre_section=q.section.titre,
                intitule=q.intitule,
                aide=q.aide,
                obligatoire=q.obligatoire,
                role=q.role,
                minimum=q.minimum,
                maximum=q.maximum,
                libelle_minimum=q.libelle_minimum,
                libelle_maximum=q.libelle_maximum,
                choix_maximum=q.choix_maximum,
                bornes=tuple(sorted(q.bornes)),
                choix=tuple(Modalite(c.code, c.libelle, c.exclusif) for c in _en_ordre(q.choix.all())),
                lignes=tuple(Modalite(ligne.code, ligne.libelle) for ligne in _en_ordre(q.lignes.all())),
                conditions=tuple(PlanCondition(c.source.code, frozenset(c.valeurs)) for c in q.conditions.all()),
            )
        )
    traductions: dict[str, dict[str, str]] = {}
    for t in Traduction.objects.filter(version=version):
        traductions.setdefault(t.langue, {})[t.cle] = t.texte
    return Plan(
        version=version.pk,
        questionnaire=version.questionnaire.titre,
        usage=version.questionnaire.usage,
        accueil=version.accueil,
        merci=version.merci,
        langues=tuple(version.langues),
        questions=tuple(questions),
        traductions=traductions,
    )


def _en_ordre(modalites: Iterable[Any]) -> list[Any]:
    return sorted(modalites, key=lambda m: (m.rang, m.pk))


def est_vide(valeur: Any) -> bool:
    return valeur is None or valeur == "" or valeur == [] or valeur == {}


def est_recevable(question: PlanQuestion, valeur: Any) -> bool:
    """Whether a value may stand as the answer to a question: what a form checks, checked again where it is kept."""
    match question.type:
        case TypeQuestion.UNIQUE:
            return isinstance(valeur, str) and valeur in question.codes
        case TypeQuestion.MULTIPLE:
            return (
                isinstance(valeur, list)
                and len(valeur) == len(set(valeur))
                and set(valeur) <= question.codes
                and (len(valeur) == 1 or not set(valeur) & question.exclusifs)
                and (question.choix_maximum is None or len(valeur) <= question.choix_maximum)
            )
        case TypeQuestion.ECHELLE | TypeQuestion.NOMBRE:
            return isinstance(valeur, int) and not isinstance(valeur, bool) and valeur in question.points
        case TypeQuestion.MATRICE:
            lignes = {ligne.code for ligne in question.lignes}
            return isinstance(valeur, dict) and set(valeur) <= lignes and set(valeur.values()) <= question.codes
        case TypeQuestion.COMMUNE:
            return isinstance(valeur, str) and len(valeur) == 5
        case TypeQuestion.TEXTE:
            return isinstance(valeur, str) and len(valeur) <= 500
    return False
