"""A group of parents that meets, and families that wait for one, made by the same services as anybody's."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import F

from ateliers import inscriptions
from ateliers.enums import AnnuleePar, CanalDemande, OrigineMembre
from ateliers.groupes import places, vie
from ateliers.groupes.demandes import DemandeParent, DemandeRefusee, deposer_demande
from ateliers.models import DemandeGroupe, GroupePairs, Inscription, MembreGroupe, Seance, ThemePropose
from maisons.distance import distance_km
from maisons.models import Commune, Lieu
from portail.demo.agenda import NOM_GROUPE
from portail.demo.catalogue import METZ, RETHEL
from portail.demo.passe import Venue, inscrire_au_passe
from portail.demo.personnes import FamilleDemo, familles
from portail.demo.reseau import Reseau
from socle.enums import StatutMessage
from socle.models import Message

_CLES = uuid.UUID("7d1f0c1e-6a0b-4a43-9b0a-3c8f5d0f2c11")
MEMBRES = 9
# How far around a house its fictional families live.
AUTOUR_KM = 22
_ATTENTES = {RETHEL: 34, METZ: 10}
_THEMES = (
    "Porter son bébé",
    "Reprendre le travail",
    "Les nuits, sans conseils tout faits",
    "La place de l'autre parent",
)


def charger_groupes(reseau: Reseau, nouvelles: list[Seance], *, maintenant: datetime) -> int:
    """Fill the group of Rethel and its meetings; let families wait around two houses. How many requests are new."""
    avant = DemandeGroupe.objects.count()
    pool = familles(aujourd_hui=maintenant.date())
    groupe = GroupePairs.objects.with_cadre().ouverts().filter(maison__slug=RETHEL, nom__startswith=NOM_GROUPE).first()
    pris: set[int] = set()
    if groupe is not None:
        pris = _remplir(groupe, pool, nouvelles, maintenant=maintenant)
    # From the youngest expected on: those old enough to be in no group of the first year are left out.
    attendent = [
        famille
        for famille in reversed(pool)
        if famille.numero not in pris and famille.repere > maintenant.date() - timedelta(days=120)
    ]
    for maison, nombre in _ATTENTES.items():
        lieux = reseau.lieux.get(maison) or []
        if lieux:
            _attendre(lieux[0], attendent[:nombre], maintenant=maintenant)
            attendent = attendent[nombre:]
    _ranger_les_messages()
    return DemandeGroupe.objects.count() - avant


def _remplir(
    groupe: GroupePairs, pool: list[FamilleDemo], nouvelles: list[Seance], *, maintenant: datetime
) -> set[int]:
    du_groupe = [famille for famille in pool if groupe.dans_la_fenetre(famille.repere)][:MEMBRES]
    _rendre_les_places(groupe, maintenant=maintenant)
    if not groupe.membres.exists():
        for famille in du_groupe:
            demande = _demander(famille, groupe.lieu, il_y_a=timedelta(days=70), groupe=groupe, maintenant=maintenant)
            if demande is not None:
                membre = places.ajouter_membre(
                    groupe=groupe, demande=demande, origine=OrigineMembre.COMPOSITION, maintenant=maintenant
                )
                vie.montrer_prenom(membre=membre, visible=famille.numero % 3 != 0)
        _proposer_des_themes(groupe, maintenant=maintenant)
    inscrits = list(groupe.membres.membres().select_related("demande__famille"))
    places.inscrire_aux_rencontres(membres=inscrits, groupe=groupe, maintenant=maintenant)
    passees = [s for s in nouvelles if s.groupe_id == groupe.pk and s.debut <= maintenant]
    inscrire_au_passe(
        [Venue(seance, famille, 1, 1) for seance in passees for famille in du_groupe], maintenant=maintenant
    )
    return {famille.numero for famille in du_groupe}


def _rendre_les_places(groupe: GroupePairs, *, maintenant: datetime) -> None:
    """Meetings are the members': what an earlier demonstration booked there for others ends."""
    membres = MembreGroupe.objects.with_place().filter(groupe=groupe)
    autres = (
        Inscription.objects.actives()
        .filter(seance__groupe=groupe, seance__debut__gt=maintenant)
        .exclude(famille__in=membres.values("demande__famille"))
    )
    inscriptions.liberer_membre(
        inscriptions=list(autres.order_by("seance_id")), par=AnnuleePar.MAISON, maintenant=maintenant
    )


def _proposer_des_themes(groupe: GroupePairs, *, maintenant: datetime) -> None:
    membres = list(MembreGroupe.objects.membres().filter(groupe=groupe).order_by("pk"))
    for rang, texte in enumerate(_THEMES):
        if ThemePropose.objects.filter(groupe=groupe, texte=texte).exists() or not membres:
            continue
        propose = vie.proposer_theme(
            groupe=groupe, texte=texte, membre=membres[rang % len(membres)], maintenant=maintenant
        )
        for membre in membres[rang + 1 : 7 - rang]:
            vie.voter(membre=membre, propose=propose, pour=True)


def _attendre(lieu: Lieu, attendent: list[FamilleDemo], *, maintenant: datetime) -> None:
    for famille in attendent:
        hasard = random.Random(famille.numero)  # noqa: S311 - nothing to keep secret
        _demander(famille, lieu, il_y_a=timedelta(days=hasard.randint(1, 80)), groupe=None, maintenant=maintenant)


def _demander(
    famille: FamilleDemo, lieu: Lieu, *, il_y_a: timedelta, groupe: GroupePairs | None, maintenant: datetime
) -> DemandeGroupe | None:
    """A request made some time ago, or the same one as at the last load; None where the family has another one."""
    cle = uuid.uuid5(_CLES, str(famille.numero))
    if deja := DemandeGroupe.objects.filter(cle_idempotence=cle).first():
        return deja
    hasard = random.Random(f"groupe/{famille.numero}")  # noqa: S311
    age = famille.enfant(aujourd_hui=maintenant.date())
    par_la_maternite = hasard.random() < 0.2
    try:
        demande = deposer_demande(
            demande=DemandeParent(
                prenom=famille.prenom,
                email=famille.email,
                telephone=famille.telephone,
                langue=famille.langue,
                naissance=age.naissance,
                terme_prevu=age.terme_prevu,
                bebes=2 if famille.numero % 29 == 0 else 1,
                a_deja_un_enfant=hasard.random() < 0.3,
                coparent=hasard.random() < 0.25,
                commune=hasard.choice(_communes_autour(lieu)),
                rayon_km=hasard.choice([15, 20, 30]),
                langues=("fr", "tr") if hasard.random() < 0.1 else ("fr",),
                moments=hasard.choice([(), (), (), ("journee",), ("samedi",)]),
                groupe=groupe,
                maison=lieu.maison,
                canal=CanalDemande.PRESCRIPTEUR if par_la_maternite else CanalDemande.EN_LIGNE,
                prescripteur="Maternité (démonstration)" if par_la_maternite else "",
                accord=par_la_maternite,
                cle_idempotence=cle,
            ),
            maintenant=maintenant,
        )
    except DemandeRefusee:
        return None
    depuis = maintenant - il_y_a
    DemandeGroupe.objects.filter(pk=demande.pk).update(en_attente_depuis=depuis, cree_le=depuis)
    demande.en_attente_depuis = depuis
    return demande


_AUTOUR: dict[int, list[Commune]] = {}


def _communes_autour(lieu: Lieu) -> list[Commune]:
    if lieu.pk not in _AUTOUR:
        _AUTOUR[lieu.pk] = [
            commune
            for commune in Commune.objects.filter(departement=lieu.commune.departement_id).order_by("code_insee")
            if distance_km(lieu.latitude, lieu.longitude, commune.latitude, commune.longitude) <= AUTOUR_KM
        ]
    return _AUTOUR[lieu.pk]


def _ranger_les_messages() -> None:
    """Count what was told to fictional families as sent at its time."""
    Message.objects.filter(
        objet_type__in=ContentType.objects.get_for_models(DemandeGroupe, MembreGroupe).values(),
        statut=StatutMessage.A_ENVOYER,
    ).update(statut=StatutMessage.ENVOYE, envoye_le=F("du_le"))
