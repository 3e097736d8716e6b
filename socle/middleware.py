from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class EntetesMiddleware:
    """Headers that every answer bears beside the CSP: no sensor, and no copy of a page made for one person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"
        )
        return response
