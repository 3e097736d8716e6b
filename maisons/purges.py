"""How the rows of this room go when they are over; accounts too, since what they did here keeps them or not."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from maisons.models import Affectation, Invitation, Suivi
from socle.comptes.fermeture import DOMAINE_EFFACE, anonymiser_compte
from socle.conservation import purge
from socle.models import Utilisateur
from socle.registre import Personne, effacer_lignes


@purge("suivis_a_confirmer")
def suivis_a_confirmer(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = Suivi.objects.filter(confirme_le__isnull=True, demande_le__lt=avant).order_by("pk")[:nombre]
    supprimes, _detail = Suivi.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimes


@purge("suivis")
def suivis(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = Suivi.objects.filter(confirme_le__lt=avant).order_by("pk")[:nombre]
    supprimes, _detail = Suivi.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimes


@purge("invitations")
def invitations(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = Invitation.objects.filter(expire_le__lt=avant).order_by("pk")[:nombre]
    supprimees, _detail = Invitation.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimees


def _endormis(avant: datetime) -> Q:
    return Q(last_login__lt=avant) | Q(last_login__isnull=True, date_joined__lt=avant)


@purge("comptes", lot=50)
def comptes(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """Parents' accounts that nobody opened; their family has a rule of its own."""
    endormis = Utilisateur.objects.filter(
        _endormis(avant), ~Exists(Affectation.objects.filter(utilisateur=OuterRef("pk"))), is_staff=False
    ).exclude(email__endswith=DOMAINE_EFFACE)
    lot = list(endormis.order_by("pk").values_list("pk", flat=True)[:nombre])
    for pk in lot:
        effacer_lignes(Personne(comptes=frozenset({pk})), maintenant=maintenant)
    return len(lot)


@purge("comptes_equipe", lot=50)
def comptes_equipe(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """Those who left: the account stays behind what was done with it, without its name."""
    le = timezone.localdate(avant)
    siennes = Affectation.objects.filter(utilisateur=OuterRef("pk"))
    partis = Utilisateur.objects.filter(
        _endormis(avant),
        Exists(siennes),
        ~Exists(siennes.filter(Q(au__isnull=True) | Q(au__gte=le))),
        is_superuser=False,
    ).exclude(email__endswith=DOMAINE_EFFACE)
    lot = list(partis.order_by("pk")[:nombre])
    for compte in lot:
        anonymiser_compte(compte)
    return len(lot)
