"""Open data: the directory and the permanences in the data·inclusion schema (v1), and as GeoJSON.

Made by a worker, kept as a row of text, and served from there: a harvester that asks every minute costs one query.
What is fictional is left out of what others harvest, but for the demonstration itself.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from maisons.models import Lieu, Maison
from partenaires.enums import ModePermanence, TypePartenaire
from partenaires.models import JeuDeDonnees, Partenaire, Permanence

SOURCE = "maisons-1000-premiers-jours"
THEMATIQUE = "famille--soutien-a-la-parentalite-et-a-leducation"
RESEAUX = {
    TypePartenaire.CAF: ["caf"],
    TypePartenaire.CPAM: ["cpam"],
    TypePartenaire.MSA: ["mutualite-sociale-agricole"],
}
STRUCTURES, SERVICES, GEOJSON = "structures.json", "services.json", "annuaire.geojson"
TYPES = {STRUCTURES: "application/json", SERVICES: "application/json", GEOJSON: "application/geo+json"}
HEURE = 3600


def rafraichir(*, maintenant: datetime) -> int:
    """Write each file anew; the number of those that changed."""
    structures = _structures(maintenant)
    contenus = {
        STRUCTURES: _texte(structures),
        SERVICES: _texte(_services(maintenant)),
        GEOJSON: _texte({"type": "FeatureCollection", "features": _points(structures)}),
    }
    changes = 0
    for nom, contenu in contenus.items():
        with transaction.atomic():
            jeu, cree = JeuDeDonnees.objects.select_for_update(no_key=True).get_or_create(
                nom=nom, defaults={"contenu": contenu, "modifie_le": maintenant}
            )
            if not cree and jeu.contenu != contenu:
                jeu.contenu, jeu.modifie_le = contenu, maintenant
                jeu.save(update_fields=["contenu", "modifie_le"])
            changes += cree or jeu.modifie_le == maintenant
    return changes


def _texte(valeur: Any) -> str:
    return json.dumps(valeur, ensure_ascii=False, indent=1, sort_keys=True)


def _sans_vide(donnees: dict[str, Any]) -> dict[str, Any]:
    return {nom: valeur for nom, valeur in donnees.items() if valeur not in (None, "", [])}


def _jour(moment: datetime) -> str:
    """The day of a record's own last change."""
    return timezone.localdate(moment).isoformat()


def _nom(nom: str) -> str:
    return nom.strip().rstrip(".")[:150].ljust(3, "_")


def _adresse(page: str) -> str:
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{page}"


def _partenaires(maintenant: datetime) -> QuerySet[Partenaire]:
    publics = Partenaire.objects.publics(maintenant=maintenant).select_related("commune").order_by("pk")
    return publics if settings.DEMO else publics.filter(demonstration=False)


def _permanences(maintenant: datetime) -> QuerySet[Permanence]:
    publiques = Permanence.objects.publiques(maintenant=maintenant)
    if not settings.DEMO:
        publiques = publiques.filter(
            lieu__demonstration=False, lieu__maison__demonstration=False, partenaire__demonstration=False
        )
    return publiques.select_related("partenaire", "lieu__commune", "lieu__maison").order_by("pk")


def _lieux() -> QuerySet[Lieu]:
    lieux = Lieu.objects.actifs().filter(maison__publiee=True, maison__ouverte=True)
    lieux = lieux if settings.DEMO else lieux.filter(demonstration=False, maison__demonstration=False)
    return lieux.select_related("commune", "maison").order_by("pk")


def _structures(maintenant: datetime) -> list[dict[str, Any]]:
    return [
        *(_structure_du_lieu(lieu) for lieu in _lieux()),
        *(_structure_du_partenaire(partenaire) for partenaire in _partenaires(maintenant)),
    ]


def _structure_du_lieu(lieu: Lieu) -> dict[str, Any]:
    maison = lieu.maison
    nom = maison.nom if maison.nom.startswith(lieu.nom) else f"{maison.nom} – {lieu.nom}"
    return _sans_vide(
        {
            "source": SOURCE,
            "id": f"{SOURCE}--lieu-{lieu.pk}",
            "nom": _nom(nom),
            "date_maj": _jour(max(lieu.modifie_le, maison.modifie_le)),
            "description": maison.presentation if len(maison.presentation) >= 5 else None,
            "lien_source": _adresse(maison.get_absolute_url()),
            "commune": lieu.commune.nom,
            "code_insee": lieu.commune_id,
            "code_postal": lieu.code_postal or None,
            "adresse": lieu.adresse,
            "latitude": lieu.latitude,
            "longitude": lieu.longitude,
            **_contact(maison),
        }
    )


def _structure_du_partenaire(partenaire: Partenaire) -> dict[str, Any]:
    commune = partenaire.commune
    return _sans_vide(
        {
            "source": SOURCE,
            "id": f"{SOURCE}--partenaire-{partenaire.pk}",
            "nom": _nom(partenaire.nom),
            "date_maj": _jour(partenaire.modifie_le),
            "description": partenaire.description if len(partenaire.description) >= 5 else None,
            "lien_source": _adresse(partenaire.get_absolute_url()),
            "commune": commune.nom if commune else None,
            "code_insee": commune.pk if commune else None,
            "code_postal": partenaire.code_postal or None,
            "adresse": partenaire.adresse,
            # Of its town hall: enough to find it, and no more than is known.
            "latitude": commune.latitude if commune else None,
            "longitude": commune.longitude if commune else None,
            "reseaux_porteurs": RESEAUX.get(TypePartenaire(partenaire.type)),
            **_contact(partenaire),
        }
    )


def _contact(qui: Maison | Partenaire) -> dict[str, Any]:
    return {
        "telephone": qui.telephone.as_e164 if qui.telephone else None,
        "courriel": qui.courriel,
        "site_web": qui.site,
    }


def _services(maintenant: datetime) -> list[dict[str, Any]]:
    services = []
    for permanence in _permanences(maintenant):
        lieu, partenaire = permanence.lieu, permanence.partenaire
        description = permanence.description or partenaire.description or permanence.intitule
        rendez_vous = permanence.mode == ModePermanence.RENDEZ_VOUS
        services.append(
            _sans_vide(
                {
                    "source": SOURCE,
                    "id": f"{SOURCE}--permanence-{permanence.pk}",
                    "structure_id": f"{SOURCE}--partenaire-{partenaire.pk}",
                    "nom": _nom(permanence.intitule),
                    "description": description if len(description) >= 5 else f"{permanence.intitule}, permanence",
                    "date_maj": _jour(max(permanence.modifie_le, partenaire.modifie_le)),
                    "lien_source": _adresse(lieu.maison.get_absolute_url()),
                    "type": "information",
                    "thematiques": [THEMATIQUE],
                    "frais": "gratuit",
                    "publics": ["familles"],
                    "modes_accueil": ["en-presentiel"],
                    "modes_mobilisation": ["utiliser-lien-mobilisation" if rendez_vous else "se-presenter"],
                    "lien_mobilisation": _adresse(lieu.maison.get_absolute_url()) if rendez_vous else None,
                    "mobilisable_par": ["usagers"],
                    "commune": lieu.commune.nom,
                    "code_insee": lieu.commune_id,
                    "code_postal": lieu.code_postal or None,
                    "adresse": lieu.adresse,
                    "latitude": lieu.latitude,
                    "longitude": lieu.longitude,
                    "telephone": partenaire.telephone.as_e164 if partenaire.telephone else None,
                    "courriel": partenaire.courriel,
                }
            )
        )
    return services


def _points(structures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "id": structure["id"],
            "geometry": {"type": "Point", "coordinates": [structure["longitude"], structure["latitude"]]},
            "properties": {
                nom: structure[nom]
                for nom in ("nom", "commune", "adresse", "lien_source", "date_maj")
                if nom in structure
            },
        }
        for structure in structures
        if "latitude" in structure
    ]


def _jeu(nom: str) -> JeuDeDonnees | None:
    return JeuDeDonnees.objects.filter(nom=nom).first() if nom in TYPES else None


def _modifie_le(request: HttpRequest, nom: str) -> datetime | None:
    jeu = _jeu(nom)
    return jeu.modifie_le if jeu else None


@require_safe
@condition(last_modified_func=_modifie_le)
def donnees(request: HttpRequest, nom: str) -> HttpResponse:
    jeu = _jeu(nom)
    if jeu is None:
        raise Http404
    response = HttpResponse(jeu.contenu, content_type=f"{TYPES[nom]}; charset=utf-8")
    # Anybody's script may read what is open.
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=HEURE)
    return response
