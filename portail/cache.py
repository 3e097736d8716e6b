"""Pages that are the same for everybody may be kept a moment by browsers and proxies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

P = ParamSpec("P")
Vue = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page_publique(secondes: int) -> Callable[[Vue[P]], Vue[P]]:
    """Let a page be cached, unless this answer was made for one person (flash message, session, form protection)."""

    def decorer(vue: Vue[P]) -> Vue[P]:
        @wraps(vue)
        def enveloppe(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            # Before the view: reading the messages empties them.
            # An address that bears a position, even a rough one, stays with its browser.
            personnelle = bool(len(get_messages(request))) or "lat" in request.GET
            response = vue(request, *args, **kwargs)
            personnelle = personnelle or request.session.accessed or "CSRF_COOKIE_NEEDS_UPDATE" in request.META
            if personnelle or response.status_code != 200:
                patch_cache_control(response, private=True, no_cache=True)
            else:
                patch_cache_control(response, public=True, max_age=secondes)
            # The list alone for htmx, the page otherwise, at one address.
            patch_vary_headers(response, ["HX-Request"])
            return response

        return enveloppe

    return decorer
