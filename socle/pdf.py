"""From a template to a PDF that everyone can read (PDF/UA-1), with nothing fetched but our own static files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

# <link rel="stylesheet" href="statique:///css/pdf.css">
_SCHEMA = "statique:///"
_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


class AdresseRefusee(ValueError):
    """A document asked for something that is not one of our static files."""


class FichiersStatiques(URLFetcher):
    """No file of this machine, no host of any network: static files by their name, of the kinds a document needs."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("statique",), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        nom = url.removeprefix(_SCHEMA)
        suffixe = Path(nom).suffix
        if nom == url or suffixe not in _TYPES or ".." in nom.split("/") or nom.startswith("/"):
            raise AdresseRefusee(url)
        return URLFetcherResponse(url, _lire(nom, url), {"Content-Type": _TYPES[suffixe]})


def _lire(nom: str, url: str) -> bytes:
    trouve = finders.find(nom)
    if isinstance(trouve, str):
        return Path(trouve).read_bytes()
    # Where only the collected files are (a container), their names carry a hash.
    if staticfiles_storage.exists(nom):
        with staticfiles_storage.open(nom) as fichier:
            return bytes(fichier.read())
    raise AdresseRefusee(url)


def rendre(gabarit: str, contexte: dict[str, Any]) -> bytes:
    """The PDF of a template. Its <html lang>, <title> and headings become the document's own."""
    return rendre_compte(gabarit, contexte)[0]


def rendre_compte(gabarit: str, contexte: dict[str, Any]) -> tuple[bytes, int]:
    """The PDF of a template, and how many pages it has. Nothing of the clock gets in: equal HTML is equal bytes."""
    html = HTML(string=render_to_string(gabarit, contexte), base_url=_SCHEMA, url_fetcher=FichiersStatiques())
    pages = html.render(pdf_variant="pdf/ua-1")
    document: bytes = pages.write_pdf(pdf_variant="pdf/ua-1")
    return document, len(pages.pages)
