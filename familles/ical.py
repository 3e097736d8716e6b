"""The calendar of one family as an iCalendar file: whole days, in nobody's way, without a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from familles.calendrier import EstFerie, Fenetre, Reperes, fenetre, jamais_ferie
from familles.models import VersionJalon
from familles.mots_calendrier import mention, quand
from socle.ical import JourneesICal, calendrier

# A longer period would cover the calendar for months: only its first day is set down.
JOURS_MAX = 35


def fichier(
    versions: Iterable[VersionJalon],
    reperes: Reperes,
    *,
    maintenant: datetime,
    a_partir_du: date,
    adresse: Callable[[str], str],
    est_ferie: EstFerie = jamais_ferie,
) -> bytes:
    """Every milestone that is not over on `a_partir_du`; loaded again, an event replaces itself."""
    trouves = evenements(
        versions, reperes, maintenant=maintenant, a_partir_du=a_partir_du, adresse=adresse, est_ferie=est_ferie
    )
    return calendrier(trouves, nom=_("Mes 1000 premiers jours"))


def evenements(
    versions: Iterable[VersionJalon],
    reperes: Reperes,
    *,
    maintenant: datetime,
    a_partir_du: date,
    adresse: Callable[[str], str],
    est_ferie: EstFerie = jamais_ferie,
    prefixe_uid: str = "1000-jours",
) -> list[JourneesICal]:
    """The same as events. `adresse` gives a milestone's page from its code, `prefixe_uid` keeps children apart."""
    trouves = []
    for version in versions:
        trouvee = fenetre(version.regle, reperes, est_ferie=est_ferie)
        if trouvee is None or trouvee.a_demander or not _est_utile(trouvee, a_partir_du):
            continue
        trouves.append(_evenement(version, trouvee, adresse(version.jalon.code), maintenant, prefixe_uid))
    return trouves


def _est_utile(trouvee: Fenetre, le: date) -> bool:
    dernier = trouvee.jusqu_au or trouvee.fin or trouvee.debut
    return dernier is not None and dernier >= le


def _evenement(
    version: VersionJalon, trouvee: Fenetre, adresse: str, maintenant: datetime, prefixe_uid: str
) -> JourneesICal:
    du, au = _journees(trouvee)
    lignes = [
        quand(trouvee),
        version.pourquoi,
        _("Qui peut vous aider : %(qui)s") % {"qui": version.qui} if version.qui else "",
        mention(version.confiance),
        _("Information générale : elle ne remplace pas un professionnel de santé."),
    ]
    return JourneesICal(
        uid=f"{prefixe_uid}-{version.jalon.code}@calendrier",
        sequence=version.numero,
        du=du,
        au=au,
        titre=version.titre,
        horodatage=maintenant,
        description="\n".join(ligne for ligne in lignes if ligne),
        url=adresse,
    )


def _journees(trouvee: Fenetre) -> tuple[date, date]:
    debut, fin = trouvee.debut, trouvee.fin
    if fin is not None and trouvee.regle.fin_exclue:
        fin -= timedelta(days=1)
    if debut is None and fin is not None:
        return fin, fin
    if debut is None:
        raise ValueError("A window has a start or an end.")
    if fin is None or (fin - debut).days > JOURS_MAX:
        return debut, debut
    return debut, fin
