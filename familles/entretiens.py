"""Reminders of the two early interviews: computed from a child's date, not scheduled.

A `RappelEntretien` is only the wish. What is owed follows from the published rule, the child's dates and the clock, so
that a birth noted, or a due date corrected, moves the reminder by itself; one message each, whatever happens after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from familles import accords, messages
from familles.calendrier import EstFerie, Fenetre, Reperes, fenetre, jamais_ferie
from familles.enums import ObjetAccord
from familles.espace import comptes_de, profil_de, telephone_de
from familles.models import (
    Consentement,
    Enfant,
    Famille,
    FluxParent,
    Jalon,
    RappelEntretien,
    VersionJalon,
)
from familles.silence import enregistrer_silence
from maisons.models import Suivi
from socle.enums import Canal
from socle.models import Message, Utilisateur

# The interviews of which one may ask to be told.
ENTRETIENS = ("epp", "epnp_1")
HEURE = time(9)
# Asked for while the window is open: she has just read about it.
APRES_DEMANDE = timedelta(days=3)
# Beyond these no window of either is open: a birth and a due date, in days from today.
NE_DEPUIS_JOURS, TERME_DEPUIS_JOURS = 120, 60


@dataclass(frozen=True)
class RappelDu:
    du_le: datetime
    pas_apres: datetime


def rappel_du(trouvee: Fenetre | None, *, demande_le: datetime, fuseau: str, maintenant: datetime) -> RappelDu | None:
    """The reminder owed now: from nine o'clock on the first day of the window to the end of the last one.

    None before the birth for what is counted from it: its date is not known yet.
    """
    if trouvee is None or trouvee.estimee or trouvee.a_demander or trouvee.debut is None or trouvee.fin is None:
        return None
    zone = ZoneInfo(fuseau)
    jour = trouvee.debut
    demande = demande_le.astimezone(zone).date()
    if demande >= trouvee.debut:
        jour = min(demande + APRES_DEMANDE, trouvee.fin)
    du_le = datetime.combine(jour, HEURE, tzinfo=zone)
    pas_apres = datetime.combine(trouvee.fin + timedelta(days=1), time(0), tzinfo=zone)
    return RappelDu(du_le, pas_apres) if du_le <= maintenant < pas_apres else None


def reperes_de(enfant: Enfant) -> Reperes:
    return Reperes(terme=enfant.terme_prevu, naissance=enfant.naissance)


@transaction.atomic
def demander(*, utilisateur: Utilisateur, enfant: Enfant, jalon: Jalon, maintenant: datetime) -> RappelEntretien:
    """Note the wish, and the consent to be written to. Asking twice is once."""
    rappel, cree = RappelEntretien.objects.get_or_create(
        utilisateur=utilisateur, enfant=enfant, jalon=jalon, defaults={"demande_le": maintenant}
    )
    if cree:
        accords.donner(
            objet=ObjetAccord.RAPPELS_ENTRETIENS, utilisateur=utilisateur, cible=rappel, maintenant=maintenant
        )
    return rappel


@transaction.atomic
def ne_plus_demander(*, utilisateur: Utilisateur, enfant: Enfant, jalon: Jalon, maintenant: datetime) -> None:
    retirer(RappelEntretien.objects.filter(utilisateur=utilisateur, enfant=enfant, jalon=jalon), maintenant=maintenant)


def retirer(rappels: QuerySet[RappelEntretien], *, maintenant: datetime) -> None:
    """These wishes end, and their consents with them."""
    accords.clore(objet=ObjetAccord.RAPPELS_ENTRETIENS, cibles=rappels, maintenant=maintenant)
    rappels.delete()


@accords.au_retrait(ObjetAccord.RAPPELS_ENTRETIENS)
def _au_retrait(consentement: Consentement, maintenant: datetime) -> None:
    if isinstance(consentement.cible, RappelEntretien):
        consentement.cible.delete()


def deposer_rappels(*, maintenant: datetime, est_ferie: EstFerie = jamais_ferie) -> int:
    """Put the reminders owed now in the outbox; how many. Running it twice is once."""
    versions = {
        version.jalon_id: version for version in VersionJalon.objects.publiees().filter(jalon__code__in=ENTRETIENS)
    }
    deposes = 0
    for rappel in _possibles(versions, le=maintenant.date()):
        trouvee = fenetre(versions[rappel.jalon_id].regle, reperes_de(rappel.enfant), est_ferie=est_ferie)
        du = rappel_du(
            trouvee, demande_le=rappel.demande_le, fuseau=fuseau_de(rappel.utilisateur), maintenant=maintenant
        )
        if du is not None and not Message.objects.filter(cle_unique__startswith=messages.cle_entretien(rappel)):
            profil = profil_de(rappel.utilisateur)
            deposes += messages.rappel_entretien(rappel, profil=profil, pas_apres=du.pas_apres, maintenant=maintenant)
    return deposes


def _possibles(versions: dict[int, VersionJalon], *, le: date) -> list[RappelEntretien]:
    """Those whose child's dates may put the window around today; a day more each way for the clocks of the world."""
    return list(
        RappelEntretien.objects.filter(jalon__in=versions, enfant__suivi=True, utilisateur__is_active=True)
        .filter(
            Q(enfant__naissance__gte=le - timedelta(days=NE_DEPUIS_JOURS))
            | Q(enfant__naissance=None, enfant__terme_prevu__gte=le - timedelta(days=TERME_DEPUIS_JOURS))
        )
        .select_related("enfant", "jalon", "utilisateur")
        .order_by("pk")
    )


def fuseau_de(utilisateur: Utilisateur) -> str:
    """The clock of the first commune or house that the account follows; the portal's without any."""
    suivi = Suivi.objects.confirmes().filter(destinataire=utilisateur.email).select_related("commune__departement")
    if (premier := suivi.order_by("pk").first()) is not None:
        return premier.commune.departement.fuseau
    maison = utilisateur.maisons_suivies.select_related("maison__departement").order_by("pk").first()
    return maison.maison.departement.fuseau if maison is not None else settings.TIME_ZONE


@enregistrer_silence
def _tout_arreter(famille: Famille, maintenant: datetime) -> set[tuple[str, str]]:
    """No reminder, no milestone, no calendar address any more for the accounts whose family it is.

    A guest's own calendar and messages are hers: only what she asked for a child of this family ends.
    """
    comptes = list(comptes_de(famille).select_related("profil_parent"))
    siens = Q(enfant__famille=famille) | Q(utilisateur__in=comptes)
    retirer(RappelEntretien.objects.filter(siens), maintenant=maintenant)
    Enfant.objects.filter(famille=famille).update(suivi=False)
    FluxParent.objects.filter(utilisateur__in=comptes).delete()
    contacts = {(Canal.EMAIL.value, compte.email) for compte in comptes}
    return contacts | {(Canal.SMS.value, numero) for compte in comptes if (numero := telephone_de(compte))}
