"""A word after a session: links offered on its pages, and a message to those who asked for one.

Nobody is written to who did not ask on the page of their booking. The message's link is an invitation, used once;
the outbox forgets it once sent, and nothing ties it to an answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ateliers.enums import Presence, StatutSeance
from ateliers.models import GroupePairs, Inscription, Seance
from ateliers.suites import Lien
from enquetes import campagnes, collecte
from enquetes.enums import CanalEnquete, Moment, Usage
from enquetes.models import Acces
from socle.boite_envoi import Envoi, deposer
from socle.enums import Canal

# Once home; and no more than a few days later, when it would be forgotten.
APRES = timedelta(hours=2)
JUSQU_A = timedelta(days=3)


def liens_apres_seance(seance: Seance, maintenant: datetime) -> list[Lien]:
    acces = _acces(seance.lieu.maison_id, CanalEnquete.SEANCE, maintenant)
    return [Lien(_("Donner mon avis, sans dire qui je suis"), acces.get_absolute_url())] if acces else []


def liens_pour_groupe(groupe: GroupePairs, maintenant: datetime) -> list[Lien]:
    acces = Acces.objects.ouverts(le=timezone.localdate(maintenant)).filter(
        canal=CanalEnquete.GROUPE, maison=groupe.maison_id, campagne__version__questionnaire__usage=Usage.AVANT_APRES
    )
    libelles = {Moment.AVANT: _("Questions du début du groupe"), Moment.APRES: _("Questions de la fin du groupe")}
    return [
        Lien(libelles[Moment(a.moment)], a.get_absolute_url()) for a in acces.order_by("-moment", "pk") if a.moment
    ]


def _acces(maison: int, canal: CanalEnquete, maintenant: datetime) -> Acces | None:
    return campagnes.acces_ouvert(
        usage=Usage.SATISFACTION, canal=canal, maison=maison, le=timezone.localdate(maintenant)
    )


def deposer_avis(*, maintenant: datetime) -> int:
    """Put in the outbox the invitations due to those who asked for one; harmless twice. How many bookings."""
    inscriptions = (
        Inscription.objects.confirmees()
        .filter(
            avis_demande=True,
            seance__statut=StatutSeance.PUBLIEE,
            seance__fin__lte=maintenant - APRES,
            seance__fin__gt=maintenant - JUSQU_A,
        )
        .exclude(presence__in=[Presence.ABSENTE, Presence.EXCUSEE])
        .select_related("seance__lieu__maison")
        .order_by("pk")
    )
    portes: dict[int, Acces | None] = {}
    faites: list[int] = []
    for inscription in inscriptions:
        maison = inscription.seance.lieu.maison
        if maison.pk not in portes:
            portes[maison.pk] = _acces(maison.pk, CanalEnquete.INVITATION, maintenant)
        acces = portes[maison.pk]
        if acces is None:
            continue
        _inviter(inscription, acces, maintenant)
        faites.append(inscription.pk)
    # The wish is granted, and forgotten.
    Inscription.objects.filter(pk__in=faites).update(avis_demande=False)
    return len(faites)


def _inviter(inscription: Inscription, acces: Acces, maintenant: datetime) -> None:
    canal = Canal.EMAIL if inscription.email else Canal.SMS
    destinataire = inscription.email or inscription.telephone.as_e164
    maison = inscription.seance.lieu.maison
    with override(inscription.langue):
        chemin = reverse("enquetes:invitation", args=[acces.code, collecte.nouveau_jeton(acces)])
    deposer(
        [
            Envoi(
                canal=canal,
                destinataire=destinataire,
                langue=inscription.langue,
                modele="avis",
                contexte={
                    "prenom": inscription.prenom,
                    "lien": f"{settings.URL_PUBLIQUE.rstrip('/')}{chemin}",
                    "maison": maison.nom,
                    "maison_telephone": maison.telephone.as_national if maison.telephone else "",
                },
                cle_unique=f"avis:{inscription.pk}:{canal}",
                pas_apres=maintenant + JUSQU_A,
                objet=inscription,
                secret=True,
            )
        ],
        maintenant=maintenant,
    )
