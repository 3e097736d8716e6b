"""QR codes as inline SVG, with words for those who don't see them."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def code_qr(adresse: str, titre: str) -> SafeString:
    sortie = io.BytesIO()
    segno.make_qr(adresse, error="m").save(
        sortie, kind="svg", xmldecl=False, svgclass="code", lineclass=None, omitsize=True, title=titre, border=2
    )
    return mark_safe(sortie.getvalue().decode())  # noqa: S308 (drawn by segno from an address of ours)
