"""How often one origin (a network address, an account) may do something, counted in PostgreSQL for every web process.

Origins are never stored: a row's key is an HMAC of the origin, of no use once the window is over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from socle.models import QuotaDebit

FENETRE = timedelta(hours=1)
# One subscriber holds a whole /64: counting single IPv6 addresses would count nothing.
PREFIXE_IPV6 = 64


def adresse_client(request: HttpRequest) -> str:
    """The network address a request comes from, as told by the trusted proxies alone; "" when none can be read."""
    adresse = request.META.get("REMOTE_ADDR", "")
    if settings.PROXYS_DE_CONFIANCE:
        relais = [partie.strip() for partie in request.headers.get("X-Forwarded-For", "").split(",") if partie.strip()]
        # What stands further left was written by whoever sent the request.
        if len(relais) >= settings.PROXYS_DE_CONFIANCE:
            adresse = relais[-settings.PROXYS_DE_CONFIANCE]
    return _origine(adresse)


def _origine(adresse: str) -> str:
    try:
        ip: IPv4Address | IPv6Address = ip_address(adresse.strip("[]").split("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ip_network((ip, PREFIXE_IPV6), strict=False))
        ip = ip.ipv4_mapped
    return str(ip)


def _cle(usage: str, origine: str) -> str:
    return salted_hmac(f"socle.quotas.{usage}", origine, algorithm="sha256").hexdigest()


def _fenetre(maintenant: datetime) -> datetime:
    return maintenant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def consommer(*, usage: str, origine: str, limite: int, maintenant: datetime) -> bool:
    """Count one more `usage` from this origin in the running hour; whether it is within the limit.

    One statement, on its own when no transaction is open: a refusal later on does not give the count back.
    """
    table = connection.ops.quote_name(QuotaDebit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS q (cle, fenetre, compte) VALUES (%s, %s, 1) "  # noqa: S608 (our own table's name)
            "ON CONFLICT (cle, fenetre) DO UPDATE SET compte = q.compte + 1 RETURNING q.compte",
            [_cle(usage, origine), _fenetre(maintenant)],
        )
        (compte,) = cursor.fetchone()
    return bool(compte <= limite)


def rendre(*, usage: str, origine: str, maintenant: datetime) -> None:
    """Take one count back: what succeeded wears no limit out."""
    QuotaDebit.objects.filter(cle=_cle(usage, origine), fenetre=_fenetre(maintenant), compte__gt=0).update(
        compte=F("compte") - 1
    )


def oublier(*, usage: str, origine: str, maintenant: datetime) -> None:
    """Start the running hour again for this origin."""
    QuotaDebit.objects.filter(cle=_cle(usage, origine), fenetre=_fenetre(maintenant)).delete()


def purger(*, maintenant: datetime) -> int:
    """Forget the windows that are over; the number of rows that went."""
    supprimes, _ = QuotaDebit.objects.filter(fenetre__lte=maintenant - FENETRE).delete()
    return supprimes
