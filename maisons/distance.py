"""Straight-line distances on the globe, in kilometres, in Python and in SQL by the same formula (haversine)."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from django.db.models import Expression, F, FloatField, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt

RAYON_TERRE_KM = 6371.0088


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    phi1, phi2 = radians(lat1), radians(lat2)
    corde = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * RAYON_TERRE_KM * asin(min(1.0, sqrt(corde)))


def distance_sql(lat: float, lon: float, *, champ_lat: str = "latitude", champ_lon: str = "longitude") -> Expression:
    """The distance in km from a point to each row's, as an annotation."""
    deux, demi = Value(2.0), Value(0.5)
    phi = Radians(F(champ_lat))
    corde = Power(Sin((phi - Radians(Value(lat))) * demi), deux) + Cos(Radians(Value(lat))) * Cos(phi) * Power(
        Sin((Radians(F(champ_lon)) - Radians(Value(lon))) * demi), deux
    )
    # Rounding may put the chord a hair above 1 for opposite points, where ASIN has no value.
    expression = ASin(Least(Sqrt(corde), Value(1.0))) * Value(2 * RAYON_TERRE_KM)
    expression.output_field = FloatField()
    return expression


def distance_en_sql(lat1: str, lon1: str, lat2: str, lon2: str) -> str:
    """The distance in km between two points, from the names of their columns, for a statement written by hand."""
    return (
        f"2 * {RAYON_TERRE_KM} * ASIN(LEAST(1, SQRT("
        f"POWER(SIN(RADIANS({lat1} - {lat2}) / 2), 2) "
        f"+ COS(RADIANS({lat2})) * COS(RADIANS({lat1})) * POWER(SIN(RADIANS({lon1} - {lon2}) / 2), 2))))"
    )
