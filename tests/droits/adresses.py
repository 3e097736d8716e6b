"""Every address of the portal, from the URL resolver: what the policy table must answer for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def cles() -> set[str]:
    """One key an address: its name with namespaces, or its route where it has no name."""
    return set(_cles(get_resolver().url_patterns, "", ()))


def _cles(motifs: Any, prefixe: str, espaces: tuple[str, ...]) -> Iterator[str]:
    for motif in motifs:
        # Languages repeat the same pages under a prefix, which French does not have.
        route = prefixe + str(motif.pattern)
        if isinstance(motif, URLResolver):
            yield from _cles(motif.url_patterns, route, (*espaces, motif.namespace) if motif.namespace else espaces)
        elif isinstance(motif, URLPattern):
            yield ":".join((*espaces, motif.name)) if motif.name else route
