"""What those who follow a commune are told: stops planned, moved, late, cancelled. Each message leads to their page.

Subjects and SMS name a day and a commune, never a theme: a phone is often read by others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import override

from maisons.distance import distance_km
from maisons.models import Arret, Lieu, Suivi
from socle import liens
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal

USAGE_SUIVI = "suivi"
# A tour may give a hundred stops: the message names the first, its page has them all.
ARRETS_NOMMES = 8


def absolu(chemin: str) -> str:
    return f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}"


def lien_suivi(suivi: Suivi) -> str:
    """The page of one follower: to say yes, to see the next stops, to stop. The same in every message."""
    with override(suivi.langue):
        return absolu(reverse("maisons:suivi", args=[liens.signer(USAGE_SUIVI, suivi.pk)]))


# A box around a place that holds every commune within the farthest distance one may follow, in degrees.
_BOITE_LATITUDE, _BOITE_LONGITUDE = 0.2, 0.4


def suivis_concernes(lieux: Collection[Lieu]) -> list[Suivi]:
    """One row for each person who follows a commune in which, or near enough to which, one of these places is."""
    autour = Q(commune__in={lieu.commune_id for lieu in lieux})
    for lieu in lieux:
        autour |= Q(
            rayon_km__gt=0,
            commune__latitude__range=(lieu.latitude - _BOITE_LATITUDE, lieu.latitude + _BOITE_LATITUDE),
            commune__longitude__range=(lieu.longitude - _BOITE_LONGITUDE, lieu.longitude + _BOITE_LONGITUDE),
        )
    suivis = Suivi.objects.confirmes().filter(autour).select_related("commune").order_by("pk")
    personnes: dict[tuple[str, str], Suivi] = {}
    for suivi in suivis:
        if any(concerne(suivi, lieu) for lieu in lieux):
            personnes.setdefault((suivi.canal, suivi.destinataire), suivi)
    return list(personnes.values())


def concerne(suivi: Suivi, lieu: Lieu) -> bool:
    if suivi.commune_id == lieu.commune_id:
        return True
    if not suivi.rayon_km:
        return False
    commune = suivi.commune
    return distance_km(commune.latitude, commune.longitude, lieu.latitude, lieu.longitude) <= suivi.rayon_km


def _arret(arret: Arret) -> dict[str, Any]:
    lieu = arret.lieu
    return {
        "debut": arret.debut.isoformat(),
        "fin": arret.fin.isoformat(),
        "fuseau": lieu.fuseau,
        "lieu": lieu.nom,
        "adresse": lieu.adresse_complete,
        "commune": lieu.commune.nom,
        "maison": arret.equipage.maison.nom,
    }


def _deposer(
    suivis: Iterable[tuple[Suivi, dict[str, Any]]],
    modele: str,
    *,
    cle: str,
    maintenant: datetime,
    pas_apres: datetime | None = None,
) -> None:
    """The key names the person, not the commune: who follows two villages near one stop is told once."""
    deposer(
        [
            Envoi(
                canal=Canal(suivi.canal),
                destinataire=suivi.destinataire,
                langue=suivi.langue,
                modele=modele,
                contexte={"lien": lien_suivi(suivi), "suivie": suivi.commune.nom, **contexte},
                cle_unique=f"{cle}:{suivi.canal}:{suivi.destinataire}"[:200],
                pas_apres=pas_apres,
            )
            for suivi, contexte in suivis
        ],
        maintenant=maintenant,
    )


def suivi_a_confirmer(suivi: Suivi, *, maintenant: datetime) -> None:
    """The link by which the owner of the address says yes; at most once an hour, whoever asks."""
    _deposer(
        [(suivi, {"rayon_km": suivi.rayon_km, "confirme": suivi.confirme_le is not None})],
        "suivi_a_confirmer",
        cle=f"suivi:{suivi.pk}:{maintenant:%Y%m%d%H}",
        maintenant=maintenant,
    )


def arrets_prevus(arrets: Sequence[Arret], *, cle: str, maintenant: datetime) -> None:
    """New stops: one message per person, with those near any commune the person follows."""
    par_lieu: dict[int, list[Arret]] = {}
    for arret in Arret.objects.with_cadre().filter(pk__in=[arret.pk for arret in arrets]).order_by("debut", "pk"):
        par_lieu.setdefault(arret.lieu_id, []).append(arret)
    personnes: dict[tuple[str, str], tuple[Suivi, dict[int, Arret]]] = {}
    for siens in par_lieu.values():
        for suivi in suivis_concernes([siens[0].lieu]):
            _suivi, connus = personnes.setdefault((suivi.canal, suivi.destinataire), (suivi, {}))
            connus.update((arret.pk, arret) for arret in siens)
    envois = []
    for suivi, connus in personnes.values():
        tous = sorted(connus.values(), key=lambda arret: (arret.debut, arret.pk))
        contexte = {
            **_arret(tous[0]),
            "arrets": [_arret(arret) for arret in tous[:ARRETS_NOMMES]],
            "autres": max(0, len(tous) - ARRETS_NOMMES),
        }
        envois.append((suivi, contexte))
    fin = max((arret.fin for arret in arrets), default=None)
    _deposer(envois, "arrets_prevus", cle=cle, maintenant=maintenant, pas_apres=fin)


def arret_change(
    arret: Arret, suivis: Iterable[Suivi], *, lieu_avant: Lieu, debut_avant: datetime, maintenant: datetime
) -> None:
    """One change of one stop: `revision` makes the key, so that a change told is told once."""
    deplace = (lieu_avant.pk, debut_avant) != (arret.lieu_id, arret.debut)
    genre = (
        "annule" if arret.est_annule else "deplace" if deplace else "retard" if arret.retard_minutes else "a_l_heure"
    )
    contexte = {
        **_arret(arret),
        "genre": genre,
        "retard": arret.retard_minutes,
        "avant": {
            "debut": debut_avant.isoformat(),
            "fuseau": lieu_avant.fuseau,
            "lieu": lieu_avant.nom,
            "commune": lieu_avant.commune.nom,
        },
    }
    _deposer(
        [(suivi, {**contexte, "motif": _motif(arret, suivi)}) for suivi in suivis],
        "arret_change",
        cle=f"arret:{arret.pk}:{arret.revision}",
        maintenant=maintenant,
        pas_apres=max(arret.fin, debut_avant),
    )


def arrets_annules(personnes: Sequence[tuple[Suivi, list[Arret]]], *, maintenant: datetime) -> None:
    """Several stops cancelled at once: one message a person, whatever the number of stops it follows."""
    for suivi, arrets in personnes:
        tous = sorted(arrets, key=lambda arret: (arret.debut, arret.pk))
        premier = tous[0]
        contexte = {
            **_arret(premier),
            "motif": _motif(premier, suivi),
            "arrets": [_arret(arret) for arret in tous[:ARRETS_NOMMES]],
            "autres": max(0, len(tous) - ARRETS_NOMMES),
        }
        _deposer(
            [(suivi, contexte)],
            "arrets_annules",
            cle=f"arrets:{premier.pk}:{premier.revision}",
            maintenant=maintenant,
            pas_apres=tous[-1].fin,
        )


def _motif(arret: Arret, suivi: Suivi) -> str:
    """Why a stop is cancelled, in the language of who reads it."""
    if not arret.est_annule:
        return ""
    with override(suivi.langue):
        return str(arret.get_motif_display())


def echeance_du_label(
    destinataires: Iterable[str],
    *,
    maison: str,
    quoi: str,
    jour: date,
    depassee: bool,
    chemin: str,
    cle: str,
    maintenant: datetime,
) -> None:
    """A deadline of the label that is near, or over: once for each person, each date and each notice."""
    deposer(
        [
            Envoi(
                canal=Canal.EMAIL,
                destinataire=destinataire,
                modele="label_echeance",
                contexte={
                    "maison": maison,
                    "quoi": quoi,
                    "jour": f"{jour:%d/%m/%Y}",
                    "depassee": depassee,
                    "lien": absolu(chemin),
                },
                cle_unique=f"{cle}:{destinataire}"[:200],
            )
            for destinataire in destinataires
        ],
        maintenant=maintenant,
    )
