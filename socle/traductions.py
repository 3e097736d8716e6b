"""The words of the screens: finding what is marked for translation, and judging what a catalogue says of it.

Pure Python on Django's own template lexer, so that no machine need have GNU gettext. One rule for everybody: whatever
is marked is translated, and templates hold no word that isn't marked.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.template.base import Lexer, Token, TokenType
from django.utils.translation.template import (
    block_re,
    constant_re,
    endblock_re,
    inline_re,
    templatize,
)

DOMAINE = "django"
# Positions of the message, its plural and its context among a function's arguments.
_FONCTIONS: dict[str, tuple[int, int | None, int | None]] = {
    "_": (0, None, None),
    "gettext": (0, None, None),
    "gettext_lazy": (0, None, None),
    "gettext_noop": (0, None, None),
    "ngettext": (0, 1, None),
    "ngettext_lazy": (0, 1, None),
    "pgettext": (1, None, 0),
    "pgettext_lazy": (1, None, 0),
    "npgettext": (1, 2, 0),
    "npgettext_lazy": (1, 2, 0),
}
_CHAINE = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_APPEL = re.compile(rf"(?<!\w)(n?p?gettext|_)\(\s*({_CHAINE}(?:\s*,\s*{_CHAINE})*)")
_LITTERAL = re.compile(_CHAINE)

# printf-like, then str.format-like.
_EMPLACEMENT = re.compile(r"%\((\w+)\)[a-z]|%[ds]|\{(\w*)\}")
_BALISE = re.compile(r"</?[a-z][a-z0-9]*")
_MOT = re.compile(r"[^\W\d_]{2}")
# In a tag's arguments most literals are names for machines; a sentence begins with a capital or has an accent.
_LITTERAL_DE_PHRASE = re.compile(r"^[A-ZÀ-Ý][a-zà-ÿ]|[à-ÿÀ-Ý]")
_ATTRIBUTS_LUS = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"}
_NON_LUS = {"script", "style"}
# The admin's blocks that stand inside a class attribute.
_BLOCS_DE_CLASSES = {"block bodyclass", "block bodyclasses", "block coltype", "block classe"}
# Templates whose words stay as they are.
_TELS_QUELS = {
    "500.html",  # says it in both languages: nothing may be asked of Django any more
    "portail/composants.html",  # the catalogue that those who build pages read
    "portail/robots.txt",
}
# The same in every language.
_SANS_LANGUE = re.compile(
    r"\b(?:OpenStreetMap|GeoJSON|data·inclusion|iCalendar|Leaflet|SMS|GPS|RSS|[a-z]+\.html|https?://\S+)\b"
)


@dataclass(frozen=True, kw_only=True)
class Texte:
    """A marked text and where it is."""

    msgid: str
    pluriel: str | None = None
    contexte: str | None = None
    fichier: str
    ligne: int

    @property
    def cle(self) -> tuple[str | None, str]:
        return (self.contexte, self.msgid)


@dataclass(frozen=True, kw_only=True)
class Defaut:
    """Something to mend, told in a line."""

    fichier: str
    ligne: int
    probleme: str
    texte: str

    def __str__(self) -> str:
        ou = f"{self.fichier}:{self.ligne}" if self.ligne else self.fichier
        return f"{ou} : {self.probleme} – {self.texte!r}"


# Sources


def fichiers_sources(racine: Path, dossiers: Iterable[Path]) -> list[Path]:
    """Python modules and templates that may hold words for people; migrations only repeat the models' words."""
    trouves: set[Path] = set()
    for dossier in dossiers:
        for motif in ("**/*.py", "**/*.html", "**/*.txt"):
            trouves.update(
                fichier
                for fichier in dossier.glob(motif)
                if not {"migrations", "tests", "donnees", "static", "__pycache__"} & set(fichier.parts)
                and (fichier.suffix == ".py" or "templates" in fichier.parts)
            )
    return sorted(trouves, key=lambda fichier: fichier.relative_to(racine).as_posix())


def _fichiers_du_projet() -> tuple[Path, list[Path]]:
    racine = Path(settings.RACINE)
    des_apps = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == racine]
    return racine, fichiers_sources(racine, [*des_apps, racine / "templates"])


def textes_du_projet() -> list[Texte]:
    return extraire(*_fichiers_du_projet())


def mots_non_marques_du_projet() -> list[Defaut]:
    return mots_non_marques(*_fichiers_du_projet())


def langues_traduites() -> list[str]:
    """The portal's languages but the one its texts are written in."""
    return [code for code, _nom_langue in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def extraire(racine: Path, fichiers: Iterable[Path]) -> list[Texte]:
    """Every marked text of these files."""
    textes: list[Texte] = []
    for fichier in fichiers:
        nom = fichier.relative_to(racine).as_posix()
        source = fichier.read_text(encoding="utf-8")
        textes.extend(_de_python(source, nom) if fichier.suffix == ".py" else _de_gabarit(source, nom))
    return textes


def _de_python(source: str, fichier: str) -> Iterator[Texte]:
    for noeud in ast.walk(ast.parse(source, filename=fichier)):
        if not isinstance(noeud, ast.Call):
            continue
        fonction = _nom(noeud.func)
        if fonction not in _FONCTIONS:
            continue
        arguments = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in noeud.args]
        texte = _texte(fonction, arguments, fichier, noeud.lineno)
        if texte is not None:
            yield texte


def _nom(fonction: ast.expr) -> str:
    if isinstance(fonction, ast.Attribute):
        # translation.gettext, but not catalogue.gettext: only Django's own module is called so here.
        return fonction.attr if isinstance(fonction.value, ast.Name) and fonction.value.id == "translation" else ""
    return fonction.id if isinstance(fonction, ast.Name) else ""


def _de_gabarit(source: str, fichier: str) -> Iterator[Texte]:
    # Django turns the template into calls that stand in the midst of blanked text.
    code = templatize(source, origin=fichier)
    for appel in _APPEL.finditer(code):
        arguments: list[str | None] = [ast.literal_eval(a) for a in _LITTERAL.findall(appel[2])]
        texte = _texte(appel[1], arguments, fichier, code.count("\n", 0, appel.start()) + 1)
        if texte is not None:
            yield texte


def _texte(fonction: str, arguments: list[str | None], fichier: str, ligne: int) -> Texte | None:
    message, pluriel, contexte = _FONCTIONS[fonction]

    def argument(position: int | None) -> str | None:
        return arguments[position] if position is not None and position < len(arguments) else None

    msgid = argument(message)
    # A variable: its words are marked where they are written.
    if not msgid:
        return None
    return Texte(msgid=msgid, pluriel=argument(pluriel), contexte=argument(contexte), fichier=fichier, ligne=ligne)


# Words left unmarked


def mots_non_marques(racine: Path, fichiers: Iterable[Path]) -> list[Defaut]:
    """Words that stand in templates outside any translation tag: nobody could translate them."""
    defauts: list[Defaut] = []
    for fichier in fichiers:
        if fichier.suffix == ".py":
            continue
        nom = fichier.relative_to(racine).as_posix()
        if nom.partition("templates/")[2] in _TELS_QUELS:
            continue
        reste, defauts_de_balises = _hors_traduction(fichier.read_text(encoding="utf-8"), nom)
        lecteur = _Lecteur(html=fichier.suffix == ".html")
        lecteur.lire(reste)
        defauts += defauts_de_balises
        defauts += [
            Defaut(fichier=nom, ligne=ligne, probleme="texte non marqué pour la traduction", texte=texte)
            for ligne, texte in lecteur.textes
        ]
    return defauts


def _hors_traduction(source: str, fichier: str) -> tuple[str, list[Defaut]]:
    """The template with tags, variables, comments and translated blocks blanked, lines kept."""
    sortie: list[str] = []
    defauts: list[Defaut] = []
    jusqu_a: re.Pattern[str] | None = None
    for jeton in Lexer(source).tokenize():
        contenu = jeton.contents
        if jusqu_a is not None:
            if jeton.token_type == TokenType.BLOCK and jusqu_a.match(contenu):
                jusqu_a = None
            sortie.append("\n" * contenu.count("\n"))
        elif jeton.token_type == TokenType.TEXT:
            sortie.append(contenu)
        else:
            if jeton.token_type == TokenType.BLOCK:
                if block_re.match(contenu):
                    jusqu_a = endblock_re
                elif contenu in _BLOCS_DE_CLASSES:
                    jusqu_a = re.compile(r"^\s*endblock")
                elif contenu.strip() == "comment" or contenu.startswith("comment "):
                    jusqu_a = re.compile(r"^\s*endcomment$")
            defauts += _phrases_en_argument(jeton, fichier)
            # "<{% if lien %}a{% else %}button{% endif %} …>" is an element all the same.
            nom_element = "x" if sortie and sortie[-1].endswith(("<", "</")) else " "
            sortie.append("\n" * contenu.count("\n") or nom_element)
    return "".join(sortie), defauts


def _phrases_en_argument(jeton: Token, fichier: str) -> list[Defaut]:
    if jeton.token_type == TokenType.COMMENT or inline_re.match(jeton.contents):
        return []
    reste = constant_re.sub("", jeton.contents)
    return [
        Defaut(
            fichier=fichier,
            ligne=jeton.lineno or 0,
            probleme="texte non marqué pour la traduction",
            texte=ast.literal_eval(litteral),
        )
        for litteral in _LITTERAL.findall(reste)
        # In a condition a literal is compared, not read.
        if _LITTERAL_DE_PHRASE.search(litteral[1:-1]) and not re.match(r"(el)?if\b", jeton.contents)
    ]


class _Lecteur(HTMLParser):
    """Collects what a person would read: text, and the attributes that are read out."""

    def __init__(self, *, html: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.textes: list[tuple[int, str]] = []
        # Open elements whose words are not ours to translate: none is read, or they say in which language they are.
        self._tu: list[str] = []

    def lire(self, source: str) -> None:
        if self.html:
            self.feed(source)
            self.close()
        else:
            for ligne, texte in enumerate(source.splitlines(), start=1):
                self._noter(texte, ligne)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NON_LUS or tag in self._tu or (tag != "html" and dict(attrs).get("lang")):
            self._tu.append(tag)
        for nom, valeur in attrs:
            if nom in _ATTRIBUTS_LUS:
                self._noter(valeur or "", self.getpos()[0])

    def handle_endtag(self, tag: str) -> None:
        if self._tu and self._tu[-1] == tag:
            self._tu.pop()

    def handle_data(self, data: str) -> None:
        if not self._tu:
            for decalage, texte in enumerate(data.split("\n")):
                self._noter(texte, self.getpos()[0] + decalage)

    def _noter(self, texte: str, ligne: int) -> None:
        if _MOT.search(_SANS_LANGUE.sub("", texte)):
            self.textes.append((ligne, texte.strip()[:80]))


# Catalogues


def chemin_catalogue(dossier: Path, langue: str) -> Path:
    """`langue` as Django names folders: "pt_BR"."""
    return dossier / langue / "LC_MESSAGES" / f"{DOMAINE}.po"


def lire_catalogue(chemin: Path, langue: str) -> Catalog:
    if not chemin.exists():
        return Catalog(locale=langue, domain=DOMAINE, fuzzy=False)
    with chemin.open("rb") as fichier:
        return read_po(fichier, locale=langue, domain=DOMAINE, abort_invalid=True)


def mettre_a_jour(catalogue: Catalog, textes: Iterable[Texte]) -> Catalog:
    """A catalogue of exactly these texts: known translations kept, the rest empty. Nothing is guessed."""
    neuf = Catalog(
        locale=catalogue.locale, domain=DOMAINE, header_comment="# Translations of the portal.", fuzzy=False
    )
    neuf.project = "portail-1000-premiers-jours"
    if isinstance(catalogue.revision_date, datetime):
        neuf.creation_date = neuf.revision_date = catalogue.revision_date
    else:
        neuf.creation_date = neuf.revision_date = datetime.now(UTC)
    for texte in textes:
        identifiant: str | tuple[str, str] = (texte.msgid, texte.pluriel) if texte.pluriel else texte.msgid
        neuf.add(identifiant, context=texte.contexte, locations=[(texte.fichier, 0)])
    for message in neuf:
        connu = catalogue.get(_msgid(message.id), context=message.context) if message.id else None
        if connu is None:
            continue
        pluriels = isinstance(message.id, list | tuple), isinstance(connu.id, list | tuple)
        if pluriels[0] == pluriels[1]:
            message.string = connu.string
            message.flags |= connu.flags & {"fuzzy"}
        message.user_comments = connu.user_comments
    return neuf


def ecrire_catalogue(catalogue: Catalog, chemin: Path) -> None:
    """Written so that only a change of words changes the file: no line numbers, no date of the day."""
    chemin.parent.mkdir(parents=True, exist_ok=True)
    with chemin.open("wb") as fichier:
        write_po(fichier, catalogue, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)


def verifier(catalogue: Catalog, textes: Iterable[Texte]) -> list[Defaut]:
    """What keeps these texts from being shown in the catalogue's language."""
    defauts: list[Defaut] = []
    vus: set[tuple[tuple[str | None, str], str | None]] = set()
    for texte in textes:
        if (texte.cle, texte.pluriel) in vus:
            continue
        vus.add((texte.cle, texte.pluriel))
        defauts += [
            Defaut(fichier=texte.fichier, ligne=texte.ligne, probleme=probleme, texte=texte.msgid)
            for probleme in _problemes(catalogue, texte)
        ]
    return defauts


def _problemes(catalogue: Catalog, texte: Texte) -> Iterator[str]:
    message = catalogue.get(texte.msgid, context=texte.contexte)
    if message is None:
        yield "absent du catalogue (lancez preparer_traductions)"
        return
    formes = [message.string] if isinstance(message.string, str) else list(message.string or ())
    attendues = catalogue.num_plurals if texte.pluriel else 1
    if not texte.pluriel:
        # Said with a number elsewhere: gettext takes the first form.
        formes = formes[:1]
    if len(formes) != attendues or not all(formes):
        yield "sans traduction"
        return
    if message.fuzzy:
        yield "traduction à relire (fuzzy)"
    for rang, forme in enumerate(formes):
        # The first form may say "one place" without the number.
        yield from _ecarts(texte.pluriel or texte.msgid, forme, nombre_omissible=bool(texte.pluriel) and rang == 0)


def _ecarts(original: str, traduction: str, *, nombre_omissible: bool) -> Iterator[str]:
    voulus, donnes = _emplacements(original), _emplacements(traduction)
    nommes_omis = all(nom.startswith("%(") for nom in (voulus - donnes))
    if donnes - voulus or (voulus - donnes and not (nombre_omissible and nommes_omis)):
        yield f"emplacements différents ({_liste(voulus)} attendus, {_liste(donnes)} trouvés)"
    if Counter(_BALISE.findall(original)) != Counter(_BALISE.findall(traduction)):
        yield "balises différentes"
    if original.startswith("\n") != traduction.startswith("\n") or original.endswith("\n") != traduction.endswith(
        "\n"
    ):
        yield "fin de ligne au début ou à la fin différente"


def _emplacements(texte: str) -> Counter[str]:
    """Named ones once each, since a language may repeat a name; unnamed ones as often as they stand."""
    trouves = Counter(m[0] for m in _EMPLACEMENT.finditer(texte.replace("%%", "")))
    return Counter({nom: 1 if nom[1] in "(" or nom[1:-1] else nombre for nom, nombre in trouves.items()})


def _liste(emplacements: Counter[str]) -> str:
    return ", ".join(sorted(emplacements.elements())) or "aucun"


def _msgid(identifiant: str | list[str] | tuple[str, ...]) -> str:
    return identifiant if isinstance(identifiant, str) else identifiant[0]
