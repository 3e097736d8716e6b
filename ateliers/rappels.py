"""Reminders are computed, not scheduled: what is owed follows from the booking, the rule and the clock.

Every minute `deposer_rappels` puts in the outbox what is owed now. Nothing is lost when it did not run for a while,
nothing is doubled when it runs twice, and a session that moves is reminded by its new start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    BigIntegerField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    Func,
    Max,
    OuterRef,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Concat, Extract, Floor

from ateliers import messages
from ateliers.enums import Presence, StatutInscription, StatutSeance
from ateliers.models import Inscription, Seance
from familles.enums import ChoixCanal
from familles.preferences import profils_des_adresses
from socle.enums import Canal, StatutMessage
from socle.models import Message

HEURES_MAX = 336
# A mark on the wall clock may come that much earlier than its hours say, when the clock changes in between.
ECART_HORLOGE = timedelta(hours=2)


@dataclass(frozen=True)
class Rappel:
    """A reminder to give now: the mark it comes from, since when it is owed, and when it is useless."""

    heures: int
    du_le: datetime
    pas_apres: datetime


def marque(debut: datetime, *, heures: int, fuseau: str) -> datetime:
    """The instant `heures` before a start.

    Whole days are counted on the wall clock of the place: 48 hours before Tuesday 14:00 is Sunday 14:00, also when
    the clock changes on Sunday. Any other number of hours is exact. An hour the clock skips is taken an hour later
    (02:30 becomes 03:30), an hour that comes twice is taken the first time (PEP 495, fold=0).
    """
    if heures % 24:
        return debut - timedelta(hours=heures)
    zone = ZoneInfo(fuseau)
    local = debut.astimezone(zone).replace(tzinfo=None, fold=0) - timedelta(days=heures // 24)
    return local.replace(tzinfo=zone).astimezone(debut.tzinfo)


def rappel_du(
    *, debut: datetime, fuseau: str, heures: Iterable[int], informee_le: datetime, maintenant: datetime
) -> Rappel | None:
    """The one reminder that is owed now, or None.

    It is the latest mark passed: when several were missed, the earlier ones are of no more use. It is owed to who had
    not been told after it (`informee_le`: the confirmation, or the last change of the session), until the next mark
    or the start, and never from the start on.
    """
    if maintenant >= debut:
        return None
    marques = sorted({marque(debut, heures=h, fuseau=fuseau): h for h in sorted(heures, reverse=True)}.items())
    passees = [(instant, h) for instant, h in marques if instant <= maintenant]
    if not passees:
        return None
    instant, h = passees[-1]
    if informee_le >= instant:
        return None
    suivante = min((i for i, _ in marques if i > maintenant), default=debut)
    return Rappel(heures=h, du_le=instant, pas_apres=min(suivante, debut))


def deposer_rappels(*, maintenant: datetime) -> int:
    """Put the reminders owed now in the outbox; how many bookings they are for."""
    _retirer_sans_objet()
    deposes = 0
    for heures, seances in _seances_par_rappel(maintenant=maintenant).items():
        inscriptions = _a_rappeler(seances, heures=heures)
        changements = _derniers_changements(inscriptions)
        profils = profils_des_adresses(inscription.email for inscription in inscriptions)
        for inscription in inscriptions:
            profil = profils.get(inscription.email)
            if profil is not None and profil.canal_seances == ChoixCanal.AUCUN:
                continue
            seance, confirmee_le = inscription.seance, inscription.confirmee_le or maintenant
            rappel = rappel_du(
                debut=seance.debut,
                fuseau=seance.lieu.fuseau,
                heures=seance.rappels_heures,
                informee_le=max(confirmee_le, changements.get(inscription.pk, confirmee_le)),
                maintenant=maintenant,
            )
            if rappel is not None and rappel.heures == heures:
                messages.rappel(
                    inscription,
                    cle_rappel=f"{heures}h:{int(seance.debut.timestamp())}",
                    pas_apres=rappel.pas_apres,
                    maintenant=maintenant,
                    profil=profil,
                )
                deposes += 1
    return deposes


class _PlusTot(Func):
    """The longest of the hours of an array column, as a duration."""

    template = "(SELECT max(h) FROM unnest(%(expressions)s) AS h) * interval '1 hour'"
    output_field = DurationField()


def _seances_par_rappel(*, maintenant: datetime) -> dict[int, list[int]]:
    """Sessions that have passed a mark and not begun, by the hours of the mark they are at."""
    premiere_marque = ExpressionWrapper(
        Value(maintenant + ECART_HORLOGE, output_field=DateTimeField()) + _PlusTot("rappels_heures"),
        output_field=DateTimeField(),
    )
    seances = (
        Seance.objects.publiees()
        .filter(
            # The first two bounds are the index's; the third leaves out those whose first mark is still far.
            debut__gt=maintenant,
            debut__lte=maintenant + timedelta(hours=HEURES_MAX) + ECART_HORLOGE,
        )
        .filter(debut__lte=premiere_marque, adultes_pris__gt=0)
        .values_list("pk", "debut", "rappels_heures", "lieu__fuseau")
    )
    par_rappel: defaultdict[int, list[int]] = defaultdict(list)
    jamais = maintenant - timedelta(days=36_500)
    for pk, debut, heures, fuseau in seances.iterator():
        rappel = rappel_du(debut=debut, fuseau=fuseau, heures=heures, informee_le=jamais, maintenant=maintenant)
        if rappel is not None:
            par_rappel[rappel.heures].append(pk)
    return par_rappel


def _a_rappeler(seances: list[int], *, heures: int) -> list[Inscription]:
    """Confirmed bookings of these sessions that can be reached and have no row for this mark and start."""
    debut = Cast(Cast(Floor(Extract("seance__debut", "epoch", tzinfo=UTC)), BigIntegerField()), TextField())
    cle = Concat(Value("rappel:"), Cast("pk", TextField()), Value(f":{heures}h:"), debut, output_field=TextField())
    deposes = Message.objects.filter(
        cle_unique__in=[
            Concat(OuterRef("cle"), Value(f":{canal}"), output_field=TextField()) for canal in Canal.values
        ]
    )
    return list(
        Inscription.objects.confirmees()
        .filter(seance__in=seances)
        .exclude(email="", telephone="")
        # Who said that she won't come is not reminded.
        .exclude(presence=Presence.EXCUSEE)
        .annotate(cle=cle)
        .filter(~Exists(deposes))
        .with_cadre()
    )


def _derniers_changements(inscriptions: Iterable[Inscription]) -> dict[int, datetime]:
    """When each was last told that its session changed."""
    return dict(
        Message.objects.filter(
            objet_type=ContentType.objects.get_for_model(Inscription),
            objet_id__in=[inscription.pk for inscription in inscriptions],
            modele="seance_modifiee",
        )
        .values_list("objet_id")
        .annotate(Max("cree_le"))
    )


def _retirer_sans_objet() -> None:
    """Take back reminders not sent yet whose booking or session is no longer what they tell."""
    en_attente = Message.objects.filter(
        statut=StatutMessage.A_ENVOYER,
        modele="rappel",
        objet_type=ContentType.objects.get_for_model(Inscription),
    )
    debuts = {
        pk: (objet, contexte["debut"]) for pk, objet, contexte in en_attente.values_list("pk", "objet_id", "contexte")
    }
    if not debuts:
        return
    valables = {
        (pk, debut.isoformat())
        for pk, debut in Inscription.objects.filter(
            pk__in={objet for objet, _ in debuts.values()},
            statut=StatutInscription.CONFIRMEE,
            seance__statut=StatutSeance.PUBLIEE,
        )
        .exclude(presence=Presence.EXCUSEE)
        .values_list("pk", "seance__debut")
    }
    sans_objet = [pk for pk, tenu in debuts.items() if tenu not in valables]
    en_attente.filter(pk__in=sans_objet).update(statut=StatutMessage.PERIME)
