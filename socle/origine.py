"""Forms that need no cookie: what another site sends is told by the browser itself.

Django's CSRF protection keeps a cookie, which private windows and careful browsers refuse; a parent would lose what
was typed. Pages that recognise nobody by a cookie have nothing to forge but their own rate limits, and every current
browser says where a request comes from (Fetch Metadata, else Origin). The staff's pages keep Django's protection.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

P = ParamSpec("P")
Vue = Callable[Concatenate[HttpRequest, P], HttpResponse]

_SURES = frozenset({"GET", "HEAD", "OPTIONS"})


def vient_d_ailleurs(request: HttpRequest) -> bool:
    """Whether a browser sent this request from a page of another site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site not in ("same-origin", "none")
    origine = request.headers.get("Origin")
    # No header at all: not a browser, which nobody else can drive.
    return origine is not None and urlsplit(origine).netloc != request.get_host()


def sans_cookie(vue: Vue[P]) -> Vue[P]:
    """A view that recognises nobody by a cookie: no CSRF cookie, and nothing accepted from another site (403)."""

    @csrf_exempt
    @wraps(vue)
    def enveloppe(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in _SURES and vient_d_ailleurs(request):
            raise PermissionDenied
        return vue(request, *args, **kwargs)

    return enveloppe


def page_privee(vue: Vue[P]) -> Callable[..., HttpResponse]:
    """A page for one person: kept by no cache, listed by no search engine, its address told to no other site."""

    @sans_cookie
    @wraps(vue)
    def enveloppe(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = vue(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return enveloppe
