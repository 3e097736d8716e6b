"""A family's browser without JavaScript, as cheap as can be: it shares the machine with what it measures."""

from __future__ import annotations

import gzip
import http.client
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

# Each family comes from an address of its own: the limits per address are those of production.
_numbers = itertools.count(1)


@dataclass
class Reponse:
    status: int
    corps: str
    url: str
    location: str | None
    octets: int = 0


class Navigateur:
    """One connection kept open, the cookies, and the number of requests made."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.requetes = 0
        self.new_address()

    def new_address(self) -> None:
        n = next(_numbers)
        self.adresse = f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"

    def get(self, url: str) -> Reponse:
        return self._request("GET", url, None)

    def post(self, url: str, donnees: list[tuple[str, str]]) -> Reponse:
        return self._request("POST", url, urlencode(donnees))

    def _request(self, method: str, url: str, corps: str | None) -> Reponse:
        headers = {
            "Accept-Encoding": "gzip",
            "Accept-Language": "fr",
            "Sec-Fetch-Site": "same-origin",
            "X-Forwarded-For": self.adresse,
        }
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{nom}={valeur}" for nom, valeur in self.cookies.items())
        if corps is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.requetes += 1
        for attempt in (1, 2):
            try:
                self.connection.request(method, url, corps, headers)
                answer = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # gunicorn closes a connection left idle; only what was never answered is sent again.
                self.connection.close()
                if attempt == 2:
                    raise
        lu = answer.read()
        octets = len(lu)
        if answer.headers.get("Content-Encoding") == "gzip":
            lu = gzip.decompress(lu)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            nom, _, valeur = cookie.split(";")[0].partition("=")
            self.cookies[nom] = valeur
        location = answer.headers.get("Location")
        return Reponse(
            answer.status, lu.decode(errors="replace"), url, urljoin(url, location) if location else None, octets
        )

    def close(self) -> None:
        self.connection.close()


@dataclass
class Formulaire:
    action: str
    champs: dict[str, str] = field(default_factory=dict)


class _Formulaires(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.formulaires: list[Formulaire] = []
        self._ouvert = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        valeurs = dict(attrs)
        if tag == "form" and (valeurs.get("method") or "").lower() == "post":
            self.formulaires.append(Formulaire(urljoin(self.url, valeurs.get("action") or "")))
            self._ouvert = True
        elif tag == "input" and self._ouvert and (nom := valeurs.get("name")):
            if valeurs.get("type") not in ("checkbox", "radio", "submit") or "checked" in valeurs:
                self.formulaires[-1].champs[nom] = valeurs.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._ouvert = False


def formulaires(reponse: Reponse) -> Iterator[Formulaire]:
    lecteur = _Formulaires(reponse.url)
    lecteur.feed(reponse.corps)
    yield from lecteur.formulaires


def formulaire_inscription(reponse: Reponse) -> Formulaire | None:
    return next((f for f in formulaires(reponse) if "prenom" in f.champs), None)


def remplir(formulaire: Formulaire, *, famille: str, naissance: str) -> list[tuple[str, str]]:
    """What a parent with one baby types."""
    champs = dict(formulaire.champs)
    champs |= {"prenom": "Camille", "email": f"{famille}@exemple.fr", "adultes": "1"}
    if "enfant_0" in champs:
        champs["enfant_0"] = naissance
    if "enfants" in champs:
        champs["enfants"] = "1"
    return list(champs.items())


def _erreurs(reponse: Reponse) -> list[str]:
    """What the error summary says, to be read by whoever runs the measure."""
    resume = reponse.corps.partition('class="resume-erreurs')[2].partition("</ul>")[0]
    return [" ".join(re.sub(r"<[^>]*>", " ", resume).split())] if resume else []


@dataclass
class Inscription:
    """How one went: the status of its last page, and whether a place or a wait was confirmed."""

    reussie: bool
    etapes: list[str]


def reserver(navigateur: Navigateur, seance: str, *, famille: str, naissance: str) -> Inscription:
    """From the session's page to the confirmation, as links and forms lead."""
    page = navigateur.get(seance)
    etapes = [f"GET séance {page.status}"]
    formulaire = formulaire_inscription(page)
    if formulaire is None:
        page = navigateur.get(urljoin(seance, "inscription/"))
        etapes.append(f"GET formulaire {page.status}")
        formulaire = formulaire_inscription(page)
    if formulaire is None:
        return Inscription(False, etapes)
    return envoyer(navigateur, formulaire, etapes, famille=famille, naissance=naissance)


def envoyer(
    navigateur: Navigateur, formulaire: Formulaire, etapes: list[str], *, famille: str, naissance: str
) -> Inscription:
    """Send the form and read the page it leads to."""
    page = navigateur.post(formulaire.action, remplir(formulaire, famille=famille, naissance=naissance))
    etapes.append(f"POST {page.status}")
    if page.status not in (302, 303) or page.location is None:
        return Inscription(False, [*etapes, *_erreurs(page)])
    page = navigateur.get(urlsplit(page.location).path)
    etapes.append(f"GET confirmation {page.status}")
    return Inscription(page.status == 200 and "/r/" in page.url, etapes)
