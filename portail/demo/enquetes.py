"""Surveys of the demonstration: last year's, with its results; this year's, running; a word after each session.

Answers are drawn, not given: plausible, and of nobody.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from enquetes import campagnes, fournis, plan, publication
from enquetes.collecte import preparer_reponse
from enquetes.enums import CanalEnquete, StatutTexte, TypeQuestion
from enquetes.models import Acces, Campagne, Etiquette, Reponse, SuiteDonnee, TexteLibre, Version, lundi
from maisons.models import Commune, Departement, Maison

DEPARTEMENT = "08"

# How often each answer is drawn; what is not here comes less often the further down it stands.
_POIDS: dict[str, dict[str, float]] = {
    "etape": {"projet": 2, "grossesse": 22, "m0_3": 17, "m4_11": 28, "an1": 19, "an2": 12},
    "role": {"mere": 74, "pere": 20, "coparent": 4, "proche": 2},
    "besoins": {
        "professionnel": 36,
        "parents": 34,
        "groupe": 29,
        "activite": 44,
        "naissance": 14,
        "retour": 22,
        "garde": 31,
        "papiers": 12,
    },
    "freins": {"inconnue": 38, "horaires": 29, "distance": 24, "jugement": 15, "langue": 6, "aines": 13},
    "transport": {"pres": 40, "vehicule": 27, "trajet": 18, "distance": 15},
    "moments": {"matin": 33, "apres_midi": 30, "mercredi": 26, "soir": 19, "samedi": 35, "vacances": 17},
    "canaux": {"sms": 47, "mail": 32, "site": 21, "reseaux": 39, "affiche": 18, "professionnel": 44},
}
_TEXTES = {
    "idee": [
        ("Des rencontres le samedi matin, quand le papa ne travaille pas.", "Horaires"),
        ("Que le véhicule passe aussi dans les petits villages.", "Distance"),
        ("Savoir que la maison existe avant la naissance, pas un an après.", "Se faire connaître"),
        ("Un endroit pour poser le bébé et boire un café chaud.", "Accueil"),
        ("Des groupes pour les parents de jumeaux.", "Groupes"),
        ("Que l'on me parle sans me juger.", "Accueil"),
        ("Un créneau en fin de journée pour ceux qui travaillent.", "Horaires"),
        ("Plus d'ateliers avec les pères.", "Groupes"),
    ],
    "mot": [
        ("Très bon moment, merci pour l'accueil.", "Accueil"),
        ("J'aurais aimé que cela dure plus longtemps.", "Horaires"),
        ("Enfin des parents à qui parler !", "Groupes"),
    ],
}
_SUITES = [
    (
        "Le samedi vous arrange, et nous étions fermés.",
        "Trois maisons ouvrent un samedi par mois depuis septembre, avec un café des parents.",
    ),
    (
        "Beaucoup ne savaient pas que les maisons existent.",
        "Un carnet est donné à l'entretien prénatal, et les pharmacies ont l'affiche.",
    ),
    (
        "La maison est trop loin pour une famille sur quatre.",
        "Le véhicule s'arrête dans huit communes de plus, à des jours fixes.",
    ),
]


def charger_enquetes(*, maintenant: datetime) -> int:
    """Complete the surveys of the demonstration; how many answers were added. What is there is left as it is."""
    departement = Departement.objects.filter(code=DEPARTEMENT).first()
    maisons = list(Maison.objects.filter(departement=DEPARTEMENT).order_by("pk"))
    if departement is None or not maisons:
        return 0
    le = timezone.localdate(maintenant)
    versions = {
        nom: fournis.charger(
            fournis.definition(nom), departement=departement if nom == fournis.BESOINS else None, le=le
        )
        for nom in fournis.NOMS
    }
    ajoutees = 0
    public = "Futurs parents et parents d'enfants de moins de 3 ans"
    passee = _campagne(
        f"Ce qui vous aiderait, {le.year - 1}",
        f"ce-qui-vous-aiderait-{le.year - 1}",
        versions["besoins_parents"],
        maisons,
        le - timedelta(days=390),
        le - timedelta(days=260),
        departement=departement,
        public=public,
        resultats_publics=True,
    )
    if passee is not None:
        # Open for as long as it takes: answers only come to an open campaign.
        Campagne.objects.filter(pk=passee.pk).update(ferme_le=le)
        campagnes.ouvrir(campagne=passee, le=le)
        ajoutees += _repondre(passee, 420, du=le - timedelta(days=390), au=le - timedelta(days=260), graine=1)
        campagnes.clore(campagne=passee)
        Campagne.objects.filter(pk=passee.pk).update(ferme_le=le - timedelta(days=260))
        publication.publier(campagne=passee, maintenant=maintenant)
        SuiteDonnee.objects.bulk_create(
            SuiteDonnee(campagne=passee, rang=rang, dit=dit, fait=fait)
            for rang, (dit, fait) in enumerate(_SUITES, start=1)
        )
    en_cours = _campagne(
        f"Ce qui vous aiderait, {le.year}",
        f"ce-qui-vous-aiderait-{le.year}",
        versions["besoins_parents"],
        maisons,
        le - timedelta(days=63),
        le + timedelta(days=45),
        departement=departement,
        public=public,
    )
    if en_cours is not None:
        campagnes.ouvrir(campagne=en_cours, le=le)
        ajoutees += _repondre(en_cours, 260, du=le - timedelta(days=63), au=le - timedelta(days=8), graine=2)
        publication.publier(campagne=en_cours, maintenant=maintenant)
    for titre, slug, nom, nombre in (
        ("Votre avis après une séance", "avis-apres-une-seance", "satisfaction", 150),
        ("Avant et après un groupe de parents", "avant-apres-groupe", "avant_apres", 90),
    ):
        campagne = _campagne(
            titre,
            slug,
            versions[nom],
            maisons,
            le - timedelta(days=84),
            le + timedelta(days=120),
            departement=departement,
        )
        if campagne is not None:
            campagnes.ouvrir(campagne=campagne, le=le)
            ajoutees += _repondre(campagne, nombre, du=le - timedelta(days=84), au=le - timedelta(days=8), graine=3)
    return ajoutees


def _campagne(
    titre: str, slug: str, version: Version, maisons: Sequence[Maison], du: date, au: date, **champs: Any
) -> Campagne | None:
    """A new campaign in preparation; None when there is one already."""
    if Campagne.objects.filter(slug=slug).exists():
        return None
    campagne = Campagne.objects.create(
        version=version, titre=titre, slug=slug, ouvre_le=du, ferme_le=au, demonstration=True, **champs
    )
    campagne.maisons.set(maisons)
    return campagne


def _repondre(campagne: Campagne, nombre: int, *, du: date, au: date, graine: int) -> int:
    hasard = random.Random(graine)  # noqa: S311 - nothing to keep secret
    lu = plan.lire(campagne.version)
    portes = list(campagne.acces.exclude(canal=CanalEnquete.INVITATION).order_by("pk"))
    # Some houses have many families, some few.
    poids = {maison: 1 / (rang + 1) for rang, maison in enumerate(sorted({p.maison_id or 0 for p in portes}))}
    communes = list(
        Commune.objects.filter(departement=DEPARTEMENT)
        .order_by("-population")
        .values_list("code_insee", flat=True)[:40]
    )
    reponses: list[Reponse] = []
    textes: list[TexteLibre] = []
    for _ in range(nombre):
        porte: Acces = hasard.choices(portes, weights=[poids[p.maison_id or 0] for p in portes])[0]
        valeurs = _valeurs(hasard, lu, communes)
        reponse, ecrits = preparer_reponse(
            campagne=campagne.pk,
            maison=porte.maison_id,
            moment=porte.moment,
            posees=lu.posees(valeurs),
            valeurs=valeurs,
            langue="fr",
            semaine=lundi(du + timedelta(days=hasard.randrange((au - du).days))),
        )
        reponses.append(reponse)
        textes += ecrits
    Reponse.objects.bulk_create(reponses)
    _relire(campagne, TexteLibre.objects.bulk_create(textes))
    return len(reponses)


def _relire(campagne: Campagne, textes: Sequence[TexteLibre]) -> None:
    """Most texts have been read and tagged; the last few wait for somebody."""
    par_texte = {texte: etiquette for liste in _TEXTES.values() for texte, etiquette in liste}
    etiquettes: dict[str, Etiquette] = {}
    for texte in list(textes)[:-4]:
        nom = par_texte[texte.texte]
        if nom not in etiquettes:
            etiquettes[nom], _ = Etiquette.objects.get_or_create(campagne=campagne, nom=nom)
        texte.statut = StatutTexte.MONTRE
        texte.save(update_fields=["statut"])
        texte.etiquettes.add(etiquettes[nom])


def _valeurs(hasard: random.Random, lu: plan.Plan, communes: Sequence[str]) -> dict[str, Any]:
    valeurs: dict[str, Any] = {}
    for q in lu.questions:
        if q.est_posee(valeurs) and hasard.random() > 0.04:
            valeur = _valeur(hasard, q, communes)
            if valeur is not None:
                valeurs[q.code] = valeur
    return valeurs


def _valeur(hasard: random.Random, q: plan.PlanQuestion, communes: Sequence[str]) -> Any:
    codes = [c.code for c in q.choix]
    poids = _POIDS.get(q.code, {})
    match q.type:
        case TypeQuestion.UNIQUE:
            return _tirer(hasard, codes, poids)
        case TypeQuestion.MULTIPLE:
            coches = [c for c in codes if hasard.random() < poids.get(c, 0) / 100][: q.choix_maximum]
            return coches or (sorted(q.exclusifs) or None)
        case TypeQuestion.ECHELLE:
            points = list(q.points)
            milieu = points[0] + 0.68 * (points[-1] - points[0])
            return min(points[-1], max(points[0], round(hasard.gauss(milieu, (points[-1] - points[0]) / 5))))
        case TypeQuestion.MATRICE:
            return {ligne.code: _tirer(hasard, codes, {}) for ligne in q.lignes}
        case TypeQuestion.NOMBRE:
            return min(q.maximum or 0, max(q.minimum or 0, 5 * round(hasard.gauss(20, 11) / 5)))
        case TypeQuestion.COMMUNE:
            return hasard.choices(communes, weights=[1 / (i + 1) for i in range(len(communes))])[0]
    # Few people write.
    return hasard.choice(_TEXTES[q.code])[0] if hasard.random() < 0.06 else None


def _tirer(hasard: random.Random, codes: Sequence[str], poids: Mapping[str, float]) -> str:
    return hasard.choices(codes, weights=[poids.get(c, 40 / (i + 1)) for i, c in enumerate(codes)])[0]
