"""What several pages show of houses and sessions together, gathered in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ateliers.models import Seance, SeanceQuerySet
from maisons.distance import distance_sql
from maisons.enums import JourSemaine, TypeMaison
from maisons.forms import Proximite
from maisons.horaires import EtatOuverture, JourOuverture, etat_du_lieu, semaine_du_lieu
from maisons.models import Arret, Lieu, Maison
from maisons.recherche import lieux_proches, with_distance, with_lieux
from socle.dates import heure

# When nothing is near: how much further to look before giving up.
RAYON_ELARGI_KM = 100
JOURS_PASSAGES = 21
PASSAGES_MAX = 8
COMMUNES_NOMMEES = 3


def est_itinerante(maison: Maison) -> bool:
    return maison.type in (TypeMaison.ITINERANTE, TypeMaison.VEHICULE)


def lieux_de(maison: Maison) -> list[Lieu]:
    """The places in use of a house loaded by `with_lieux`."""
    return list(getattr(maison, "lieux_actifs"))  # noqa: B009 – the prefetch's attribute, unknown to the model


def communes_de(maison: Maison) -> str:
    """Where a house is, in a few words: its communes, or its territory when it has no place."""
    lieux = lieux_de(maison)
    noms = list(dict.fromkeys(lieu.commune.nom for lieu in lieux))
    if not noms:
        return maison.territoire.nom if maison.territoire else maison.departement.nom
    texte = ", ".join(noms[:COMMUNES_NOMMEES])
    if len(noms) > COMMUNES_NOMMEES:
        reste = len(noms) - COMMUNES_NOMMEES
        return ngettext("%(noms)s et %(n)d autre commune", "%(noms)s et %(n)d autres communes", reste) % {
            "noms": texte,
            "n": reste,
        }
    if len(lieux) > len(noms):
        return ngettext("%(noms)s, %(n)d lieu", "%(noms)s, %(n)d lieux", len(lieux)) % {"noms": texte, "n": len(lieux)}
    return texte


@dataclass(frozen=True)
class Ouverture:
    """Whether a house is open, and the words that go after "Ouvert maintenant" or stand alone when it is closed."""

    est_ouverte: bool
    detail: str


def ouverture_de(maison: Maison, *, maintenant: datetime) -> Ouverture | None:
    """The best that its places offer now; None when no hours are known, which is not "closed"."""
    if not maison.ouverte:
        return Ouverture(False, _("En projet, pas encore ouverte"))
    lieux = [lieu for lieu in lieux_de(maison) if lieu.plages.all()]
    etats: list[tuple[Lieu, EtatOuverture]] = [(lieu, etat_du_lieu(lieu, maintenant=maintenant)) for lieu in lieux]
    plusieurs = len(lieux_de(maison)) > 1
    ouverts = [(lieu, etat.creneau) for lieu, etat in etats if etat.creneau is not None]
    if ouverts:
        lieu, creneau = max(ouverts, key=lambda paire: paire[1].fin)
        detail = _("jusqu'à %(heure)s") % {"heure": heure(creneau.fin, creneau.fin.tzinfo)}
        return Ouverture(True, f"{detail}, {lieu.nom}" if plusieurs else detail)
    suivants = [(lieu, etat) for lieu, etat in etats if etat.prochain is not None]
    if suivants:
        lieu, etat = min(suivants, key=lambda paire: paire[1].prochain.debut if paire[1].prochain else maintenant)
        return Ouverture(False, f"{etat.libelle}, {lieu.nom}" if plusieurs else etat.libelle)
    return Ouverture(False, etats[0][1].libelle) if etats else None


@dataclass(frozen=True)
class CarteMaison:
    """A house as a list shows it."""

    maison: Maison
    commune: str
    distance_km: float | None
    ouverture: Ouverture | None
    prochaine: Seance | None

    @property
    def est_ouverte(self) -> bool:
        return self.ouverture is not None and self.ouverture.est_ouverte

    @property
    def horaire(self) -> str:
        return self.ouverture.detail if self.ouverture else ""


def cartes_maisons(maisons: Iterable[Maison], *, maintenant: datetime) -> list[CarteMaison]:
    """Cards of houses loaded by `with_lieux`, with the next session of each, in one query."""
    maisons = list(maisons)
    seances = (
        seances_publiques(maintenant=maintenant)
        .filter(lieu__maison__in=maisons)
        .order_by("lieu__maison_id", "debut", "pk")
        .distinct("lieu__maison_id")
    )
    prochaines = {seance.lieu.maison_id: seance for seance in seances} if maisons else {}
    return [
        CarteMaison(
            maison=maison,
            commune=f"{communes_de(maison)} ({maison.departement.nom})" if lieux_de(maison) else communes_de(maison),
            distance_km=getattr(maison, "distance_km", None),
            ouverture=ouverture_de(maison, maintenant=maintenant),
            prochaine=prochaines.get(maison.pk),
        )
        for maison in maisons
    ]


def seances_publiques(*, maintenant: datetime) -> SeanceQuerySet:
    return Seance.objects.publiques().publiees().a_venir(maintenant=maintenant).with_cadre()


def seances_libres(*, maintenant: datetime) -> SeanceQuerySet:
    """Sessions that someone can book right now, soonest first."""
    return (
        seances_publiques(maintenant=maintenant)
        .with_places()
        .filter(Q(inscriptions_du__isnull=True) | Q(inscriptions_du__lte=maintenant))
        .filter(Q(inscriptions_au__isnull=True) | Q(inscriptions_au__gt=maintenant))
        .order_by("debut", "pk")
    )


def seances_proches(proximite: Proximite, *, maintenant: datetime, maximum: int) -> tuple[list[Seance], bool]:
    """The next sessions around a point that can be booked, and whether one had to look further than asked."""
    latitude, longitude = proximite.latitude, proximite.longitude
    km = distance_sql(latitude, longitude, champ_lat="lieu__latitude", champ_lon="lieu__longitude")
    for rayon in (proximite.rayon_km, RAYON_ELARGI_KM):
        lieux = lieux_proches(latitude=latitude, longitude=longitude, rayon_km=rayon)
        proches = seances_libres(maintenant=maintenant).filter(lieu__in=list(lieux)).annotate(distance_km=km)
        seances: list[Seance] = [*proches[:maximum]]
        if seances:
            return seances, rayon != proximite.rayon_km
    return [], True


def maisons_proches(proximite: Proximite, maisons: QuerySet[Maison], *, maximum: int) -> list[Maison]:
    """The nearest houses that have a place: none beyond a day's trip, unless there is nothing nearer."""
    maisons = maisons.filter(pk__in=Lieu.objects.actifs().values("maison"))
    proches = with_distance(maisons, latitude=proximite.latitude, longitude=proximite.longitude)
    liste = list(with_lieux(proches)[:maximum])
    return [maison for maison in liste if _km(maison) <= RAYON_ELARGI_KM] or liste[:1]


def _km(maison: Maison) -> float:
    return float(getattr(maison, "distance_km"))  # noqa: B009 – the annotation, unknown to the model


@dataclass(frozen=True)
class LigneHoraires:
    """A day of the table of opening hours."""

    nom: str
    plages: list[str]
    aujourdhui: bool


@dataclass(frozen=True)
class Horaires:
    titre: str
    jours: list[LigneHoraires]


def horaires_de(lieu: Lieu, *, maintenant: datetime) -> Horaires | None:
    """This week's hours of a place with its closures, or next week's once this one is over; None when unknown."""
    if not lieu.plages.all():
        return None
    local = maintenant.astimezone(lieu.zone)
    aujourdhui, titre = local.date(), _("Cette semaine")
    journees = semaine_du_lieu(lieu, le=aujourdhui)
    if not any(creneau.fin > local for journee in journees for creneau in journee.creneaux):
        titre = _("La semaine prochaine")
        journees = semaine_du_lieu(lieu, le=aujourdhui + timedelta(days=7))
    return Horaires(titre, [_ligne(journee, aujourdhui=aujourdhui) for journee in journees])


def _ligne(journee: JourOuverture, *, aujourdhui: date) -> LigneHoraires:
    plages = [
        # Translators: opening hours of a day, as short as can be
        _("%(debut)s – %(fin)s")
        % {"debut": heure(creneau.debut, creneau.debut.tzinfo), "fin": heure(creneau.fin, creneau.fin.tzinfo)}
        for creneau in journee.creneaux
    ]
    if journee.motif:
        plages.append(_("Fermé : %(motif)s") % {"motif": journee.motif})
    return LigneHoraires(str(JourSemaine(journee.jour.weekday()).label), plages, journee.jour == aujourdhui)


@dataclass(frozen=True)
class Passage:
    """One stop of an itinerant house: where, from when to when."""

    lieu: Lieu
    debut: datetime
    fin: datetime
    # What was planned, when it was; else the place's hours give it.
    arret: Arret | None = None


def passages_de(maison: Maison, *, maintenant: datetime) -> list[Passage]:
    """The next stops of an itinerant house, soonest first: its planned ones, or what the hours of its places give."""
    arrets = Arret.objects.filter(equipage__maison=maison).a_venir(maintenant=maintenant)
    planifies = arrets.select_related("lieu__commune").order_by("debut", "pk")[:PASSAGES_MAX]
    passages = [Passage(arret.lieu, arret.debut, arret.fin, arret) for arret in planifies]
    if passages:
        return passages
    for lieu in lieux_de(maison):
        premier = maintenant.astimezone(lieu.zone).date()
        for semaine in range(0, JOURS_PASSAGES, 7):
            for journee in semaine_du_lieu(lieu, le=premier + timedelta(days=semaine)):
                passages += [
                    Passage(lieu, creneau.debut, creneau.fin)
                    for creneau in journee.creneaux
                    if creneau.fin > maintenant
                ]
    return sorted(passages, key=lambda passage: (passage.debut, passage.lieu.nom))[:PASSAGES_MAX]
