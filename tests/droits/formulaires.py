"""What a browser would send from a page: the fields of its forms, as the person finds them."""

from __future__ import annotations

from html.parser import HTMLParser


class _Formulaires(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.champs: list[tuple[str, str]] = []
        self.noms: set[str] = set()
        self._select: str | None = None
        self._texte: str | None = None

    def handle_starttag(self, balise: str, attributs: list[tuple[str, str | None]]) -> None:
        a = {nom: valeur or "" for nom, valeur in attributs}
        genre = a.get("type", "")
        if a.get("name") and balise in ("input", "select", "textarea", "button"):
            self.noms.add(a["name"])
        if balise == "input" and a.get("name") and genre not in ("submit", "file"):
            if genre not in ("checkbox", "radio") or "checked" in a:
                seule = "on" if genre in ("checkbox", "radio") else ""
                self.champs.append((a["name"], a.get("value", seule)))
        elif balise == "select":
            self._select = a.get("name")
        elif balise == "option" and self._select and "selected" in a:
            self.champs.append((self._select, a.get("value", "")))
        elif balise == "textarea":
            self._texte = a.get("name")

    def handle_data(self, texte: str) -> None:
        if self._texte:
            self.champs.append((self._texte, texte.strip()))
            self._texte = None

    def handle_endtag(self, balise: str) -> None:
        if balise == "select":
            self._select = None
        elif balise == "textarea":
            self._texte = None


def lire(page: str) -> tuple[dict[str, list[str]], set[str]]:
    """The data that its forms would send as they stand, and every name that they may send."""
    lecteur = _Formulaires()
    lecteur.feed(page)
    donnees: dict[str, list[str]] = {}
    for nom, valeur in lecteur.champs:
        donnees.setdefault(nom, []).append(valeur)
    return donnees, lecteur.noms
