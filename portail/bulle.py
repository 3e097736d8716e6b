""" "Où est la Bulle ?": where the houses that travel stop, today and in the coming weeks. The list says it all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ateliers.models import Seance
from maisons.distance import distance_km
from maisons.forms import Proximite, ProximiteForm
from maisons.models import Arret, ArretQuerySet, Commune, Maison
from portail.cache import page_publique
from socle import dates
from socle.code_qr import code_qr
from socle.ical import EvenementICal, calendrier

MINUTE = 60
HORIZON = timedelta(weeks=4)
# A poster stays on its wall longer than a page on a screen.
HORIZON_AFFICHE = timedelta(weeks=13)
ARRETS_AFFICHE = 8
ARRETS_MAX = 200
ARRETS_PROCHES = 12
ARRETS_PLUS_LOIN = 3
# Calendars ask again every few hours; yesterday's stop must not vanish from them at midnight.
PASSE_FLUX = timedelta(days=14)
HORIZON_FLUX = timedelta(weeks=26)


@dataclass
class CarteArret:
    """A stop as a list shows it: how far, how it stands, and what can be booked there."""

    arret: Arret
    maintenant: datetime
    distance_km: float | None = None
    seances: list[Seance] | None = None

    @property
    def jour(self) -> date:
        return self.arret.debut.astimezone(self.arret.zone).date()

    @property
    def en_cours(self) -> bool:
        return not self.arret.est_annule and self.arret.debut <= self.maintenant


def arrets_publics(*, maintenant: datetime, horizon: timedelta = HORIZON) -> ArretQuerySet:
    arrets: ArretQuerySet = Arret.objects.publics()
    return arrets.a_venir(maintenant=maintenant).filter(debut__lt=maintenant + horizon).with_cadre()


def cartes(arrets: Iterable[Arret], *, maintenant: datetime, proximite: Proximite | None = None) -> list[CarteArret]:
    """Cards in the given order, with what can be booked at each stop: one query for all."""
    arrets = list(arrets)
    seances: dict[int, list[Seance]] = {}
    if arrets:
        for seance in (
            Seance.objects.publiques()
            .publiees()
            .a_venir(maintenant=maintenant)
            .filter(lieu__in={arret.lieu_id for arret in arrets}, debut__lt=max(arret.fin for arret in arrets))
            .order_by("debut", "pk")
        ):
            seances.setdefault(seance.lieu_id, []).append(seance)
    return [
        CarteArret(
            arret,
            maintenant,
            distance_km(proximite.latitude, proximite.longitude, arret.lieu.latitude, arret.lieu.longitude)
            if proximite
            else None,
            [s for s in seances.get(arret.lieu_id, []) if s.debut < arret.fin and arret.debut < s.fin],
        )
        for arret in arrets
    ]


@require_safe
@page_publique(MINUTE)
def bulle(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    form = ProximiteForm.de_l_adresse(request.GET)
    maison = _maison(request)
    arrets = arrets_publics(maintenant=maintenant)
    if maison is not None:
        arrets = arrets.filter(equipage__maison=maison)
    contexte: dict[str, Any] = {
        "form": form,
        "maintenant": maintenant,
        "maison": maison,
        "proximite": form.proximite,
        "saisie": form["lieu"].value() or "",
        "erreur": next(iter(form["lieu"].errors), ""),
        "reperes": f"{reverse('portail:bulle_reperes')}?{request.GET.urlencode()}",
        "url_ics": f"{reverse('portail:bulle_ics')}{f'?maison={maison.slug}' if maison else ''}",
    }
    if form.proximite is None:
        toutes = cartes(arrets.order_by("debut", "pk")[:ARRETS_MAX], maintenant=maintenant)
        contexte["jours"] = _par_jour(toutes, aujourd_hui=timezone.localdate())
    else:
        contexte |= _pres_de(arrets, form.proximite, maintenant=maintenant)
    return render(request, "portail/bulle.html", contexte)


def _pres_de(arrets: ArretQuerySet, proximite: Proximite, *, maintenant: datetime) -> dict[str, Any]:
    """The next stop within reach and those after it; when there is none, the nearest ones whatever the distance."""
    situes: Any = arrets.with_distance(latitude=proximite.latitude, longitude=proximite.longitude)
    proches = situes if proximite.rayon_km is None else situes.filter(km__lte=proximite.rayon_km)
    trouves = cartes(proches.order_by("debut", "pk")[: ARRETS_PROCHES + 1], maintenant=maintenant, proximite=proximite)
    prochaine = next((carte for carte in trouves if not carte.arret.est_annule), None)
    if prochaine is None and (suivant := proches.prevus().order_by("debut", "pk").first()) is not None:
        # Behind a row of cancelled ones.
        prochaine = cartes([suivant], maintenant=maintenant, proximite=proximite)[0]
    if prochaine is not None:
        suivantes = [carte for carte in trouves if carte.arret.pk != prochaine.arret.pk]
        return {"prochaine": prochaine, "suivantes": suivantes[:ARRETS_PROCHES]}
    plus_loin = cartes(
        situes.prevus().order_by("km", "debut", "pk")[:ARRETS_PLUS_LOIN], maintenant=maintenant, proximite=proximite
    )
    return {"prochaine": None, "annulees": trouves[:ARRETS_PROCHES], "plus_loin": plus_loin}


def _par_jour(toutes: list[CarteArret], *, aujourd_hui: date) -> list[tuple[date, str, list[CarteArret]]]:
    noms = {aujourd_hui: _("Aujourd'hui"), aujourd_hui + timedelta(days=1): _("Demain")}
    # On the clock of each place: a stop of Réunion may be of tomorrow already.
    triees = sorted(toutes, key=lambda carte: carte.jour)
    return [(jour, noms.get(jour, ""), list(siennes)) for jour, siennes in groupby(triees, key=lambda c: c.jour)]


def _maison(request: HttpRequest) -> Maison | None:
    slug = request.GET.get("maison", "").replace("\x00", "")
    return get_object_or_404(Maison.objects.publiees(), slug=slug) if slug else None


@require_safe
def bulle_reperes(request: HttpRequest) -> HttpResponse:
    """One point a place, with its next stop, as GeoJSON."""
    maintenant = timezone.now()
    arrets = arrets_publics(maintenant=maintenant).prevus().order_by("lieu_id", "debut").distinct("lieu_id")
    maison = _maison(request)
    if maison is not None:
        arrets = arrets.filter(equipage__maison=maison)
    page = reverse("portail:bulle")
    points = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [arret.lieu.longitude, arret.lieu.latitude]},
            "properties": {
                "nom": arret.lieu.commune.nom,
                "url": f"{page}?commune={arret.lieu.commune_id}",
                "detail": _quand(arret),
                "genre": "itinerant",
            },
        }
        for arret in arrets
    ]
    response = JsonResponse({"type": "FeatureCollection", "features": points}, content_type="application/geo+json")
    patch_cache_control(response, public=True, max_age=5 * MINUTE)
    return response


def _quand(arret: Arret) -> str:
    return f"{dates.jour(arret.debut, arret.zone)}, {dates.horaire(arret.debut, arret.fin, arret.zone)}"


@require_safe
def bulle_ics(request: HttpRequest) -> HttpResponse:
    """The stops as a calendar to subscribe to: all, one house's (`maison`) or one commune's (`commune`)."""
    maintenant = timezone.now()
    arrets = (
        Arret.objects.publics()
        .filter(debut__gt=maintenant - PASSE_FLUX, debut__lt=maintenant + HORIZON_FLUX)
        .with_cadre()
        .order_by("debut", "pk")
    )
    nom = _("Où est la Bulle ?")
    if (maison := _maison(request)) is not None:
        arrets, nom = arrets.filter(equipage__maison=maison), maison.nom
    if code := request.GET.get("commune", "").replace("\x00", ""):
        commune = get_object_or_404(Commune, pk=code[:5])
        arrets, nom = arrets.filter(lieu__commune=commune), f"{nom} – {commune.nom}"
    contenu = calendrier((_evenement(arret) for arret in arrets[:500]), nom=nom)
    response = HttpResponse(contenu, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="arrets.ics"'
    patch_cache_control(response, public=True, max_age=15 * MINUTE)
    return response


def _evenement(arret: Arret) -> EvenementICal:
    lieu = arret.lieu
    description = [", ".join(arret.equipage.services_libelles).capitalize(), _("Gratuit, sans rendez-vous.")]
    if arret.est_en_retard:
        description.insert(0, _("Environ %d min de retard.") % arret.retard_minutes)
    page = f"{reverse('portail:bulle')}?commune={lieu.commune_id}"
    return EvenementICal(
        uid=f"{arret.reference}@arret",
        sequence=arret.revision,
        debut=arret.debut,
        fin=arret.fin,
        fuseau=lieu.fuseau,
        titre=f"{arret.equipage.maison.nom} – {lieu.commune.nom}",
        horodatage=arret.modifie_le,
        lieu=f"{lieu.nom}, {lieu.adresse_complete}",
        description="\n".join(ligne for ligne in description if ligne),
        url=settings.URL_PUBLIQUE.rstrip("/") + page,
        position=(lieu.latitude, lieu.longitude),
        annule=arret.est_annule,
    )


@require_safe
def bulle_affiche(request: HttpRequest, code_insee: str) -> HttpResponse:
    """The poster of a commune for its town hall, baker's and doctor's doors: an A4 page with its next stops."""
    # WeasyPrint takes a third of a second and Pango to import: only who prints pays for it.
    from socle.pdf import rendre

    maintenant = timezone.now()
    commune = get_object_or_404(Commune.objects.select_related("departement"), pk=code_insee)
    arrets = list(
        arrets_publics(maintenant=maintenant, horizon=HORIZON_AFFICHE)
        .prevus()
        .filter(lieu__commune=commune)
        .order_by("debut", "pk")[:ARRETS_AFFICHE]
    )
    if not arrets:
        raise Http404(_("Aucun arrêt n'est prévu dans cette commune."))
    adresse = f"{settings.URL_PUBLIQUE.rstrip('/')}{reverse('portail:bulle')}?commune={commune.pk}"
    lieux = {arret.lieu_id: arret.lieu for arret in arrets}
    services = dict.fromkeys(libelle for arret in arrets for libelle in arret.equipage.services_libelles)
    contexte = {
        "langue": get_language() or "fr",
        "commune": commune,
        "maison": arrets[0].equipage.maison,
        "arrets": arrets,
        "lieux": list(lieux.values()),
        "un_seul_lieu": next(iter(lieux.values())) if len(lieux) == 1 else None,
        "services": list(services),
        "demonstration": any(lieu.demonstration for lieu in lieux.values()),
        "imprimee_le": maintenant,
        "adresse": adresse,
        "code": code_qr(adresse, _("Code à scanner qui ouvre la page des prochains arrêts")),
    }
    response = HttpResponse(rendre("pdf/affiche_commune.html", contexte), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="affiche-{slugify(commune.nom)}.pdf"'
    patch_cache_control(response, public=True, max_age=15 * MINUTE)
    return response
