"""Contrast of every declared pair of colours in both themes; nothing a strict CSP or the static manifest refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parent.parent
STATIC = RACINE / "static"
TEXTE = 4.5
CONTOUR = 3.0

# (ink, surface): text of any size.
PAIRES_TEXTE = [
    *[("encre", fond) for fond in ("papier", "surface", "abricot", "brume", "feuille-fond", "ocre-fond")],
    *[("encre", fond) for fond in ("prune-fond", "rouge-fond")],
    *[("encre-douce", fond) for fond in ("papier", "surface", "abricot", "brume")],
    *[("lien", fond) for fond in ("papier", "surface", "abricot", "brume", "ocre-fond", "feuille-fond")],
    ("papier", "encre"),
    ("sur-action", "action"),
    ("sur-action", "action-survol"),
    ("action", "surface"),
    ("action", "papier"),
    *[(ton, fond) for ton in ("feuille", "ocre", "prune", "rouge") for fond in (f"{ton}-fond", "surface", "papier")],
    ("rouge", "abricot"),
    ("sur-pied", "pied"),
]
# Outlines of fields and buttons, focus, pictograms.
PAIRES_CONTOUR = [
    *[("trait-fort", fond) for fond in ("papier", "surface", "abricot")],
    *[("focus", fond) for fond in ("papier", "surface", "abricot", "brume", "ocre-fond", "rouge-fond")],
    *[("action", fond) for fond in ("papier", "surface", "abricot")],
    ("sur-pied", "pied"),
]
PAIRES_ADMIN = [
    ("body-fg", "body-bg"),
    ("body-fg", "darkened-bg"),
    ("body-fg", "selected-bg"),
    ("body-fg", "selected-row"),
    ("body-quiet-color", "body-bg"),
    ("body-quiet-color", "darkened-bg"),
    ("body-medium-color", "body-bg"),
    ("body-loud-color", "body-bg"),
    ("header-color", "header-bg"),
    ("header-link-color", "header-bg"),
    ("header-branding-color", "header-bg"),
    ("breadcrumbs-fg", "breadcrumbs-bg"),
    ("breadcrumbs-link-fg", "breadcrumbs-bg"),
    ("link-fg", "body-bg"),
    ("link-fg", "darkened-bg"),
    ("link-fg", "selected-row"),
    ("link-hover-color", "body-bg"),
    ("error-fg", "body-bg"),
    *[("body-fg", f"message-{genre}-bg") for genre in ("success", "info", "warning", "error", "debug")],
    ("button-fg", "button-bg"),
    ("button-fg", "button-hover-bg"),
    ("button-fg", "default-button-bg"),
    ("button-fg", "default-button-hover-bg"),
    ("button-fg", "delete-button-bg"),
    ("button-fg", "delete-button-hover-bg"),
    ("button-fg", "close-button-bg"),
    ("object-tools-fg", "object-tools-bg"),
    ("object-tools-fg", "object-tools-hover-bg"),
]


def _jetons(css: str, selecteur: str) -> dict[str, str]:
    """The custom properties of the first block that this selector opens."""
    debut = css.index("{", css.index(selecteur)) + 1
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", css[debut : css.index("}", debut)]))


def _themes(fichier: str, clair: str, media: str, force: str) -> dict[str, dict[str, str]]:
    css = (STATIC / "css" / fichier).read_text()
    base = _jetons(css, clair)
    apres_media = css[css.index("@media (prefers-color-scheme: dark)") :]
    return {
        "clair": base,
        "sombre": {**base, **_jetons(apres_media, media)},
        "sombre demandé": {**base, **_jetons(css, force)},
    }


PORTAIL = _themes("portail.css", ":root {", ":root:not(", ':root[data-bs-theme="dark"] {')
ADMIN = _themes("admin.css", ":root {", ":root {", 'html[data-theme="dark"] {')


def _luminance(couleur: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    canaux = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    rouge, vert, bleu = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu


def contraste(une: str, autre: str) -> float:
    clair, sombre = sorted((_luminance(une), _luminance(autre)), reverse=True)
    return (clair + 0.05) / (sombre + 0.05)


def test_contraste_knows_black_on_white() -> None:
    assert contraste("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", PORTAIL)
@pytest.mark.parametrize(("encre", "fond"), PAIRES_TEXTE)
def test_text_is_readable(theme: str, encre: str, fond: str) -> None:
    jetons = PORTAIL[theme]
    assert contraste(jetons[encre], jetons[fond]) >= TEXTE


@pytest.mark.parametrize("theme", PORTAIL)
@pytest.mark.parametrize(("trait", "fond"), PAIRES_CONTOUR)
def test_outlines_are_seen(theme: str, trait: str, fond: str) -> None:
    jetons = PORTAIL[theme]
    assert contraste(jetons[trait], jetons[fond]) >= CONTOUR


@pytest.mark.parametrize("theme", ADMIN)
@pytest.mark.parametrize(("encre", "fond"), PAIRES_ADMIN)
def test_admin_text_is_readable(theme: str, encre: str, fond: str) -> None:
    jetons = ADMIN[theme]
    assert contraste(jetons[encre], jetons[fond]) >= TEXTE


@pytest.mark.parametrize("themes", [PORTAIL, ADMIN], ids=["portail", "admin"])
def test_the_dark_theme_is_one(themes: dict[str, dict[str, str]]) -> None:
    assert themes["sombre"] == themes["sombre demandé"]


def _gabarits() -> list[Path]:
    """Pages for browsers: e-mails need their style inside."""
    dossiers = (RACINE / "templates").rglob("*.html")
    return [chemin for chemin in dossiers if "messages" not in chemin.relative_to(RACINE).parts]


def test_no_page_writes_a_style_or_a_script_inside() -> None:
    interdit = re.compile(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:", re.IGNORECASE)
    fautes = [str(chemin) for chemin in _gabarits() if interdit.search(_sans_donnees(chemin.read_text()))]
    assert fautes == []


def _sans_donnees(gabarit: str) -> str:
    """Without data blocks (JSON-LD), which don't run, and without template comments."""
    gabarit = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", gabarit, flags=re.DOTALL)
    return re.sub(r'<script type="application/(ld\+)?json".*?</script>', "", gabarit, flags=re.DOTALL)


def test_static_files_ask_no_one_else() -> None:
    """No address elsewhere, no source map that isn't there."""
    fautes = []
    for chemin in [*STATIC.rglob("*.css"), *STATIC.rglob("*.js")]:
        contenu = chemin.read_text()
        if "sourceMappingURL" in contenu or re.search(r"url\(['\"]?https?:|@import", contenu):
            fautes.append(str(chemin))
    assert fautes == []


def test_every_picto_asked_for_is_drawn() -> None:
    dessins = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "img" / "pictos.svg").read_text()))
    demandes = {
        nom
        for chemin in (RACINE / "templates").rglob("*.html")
        for nom in re.findall(r'{% picto "(\w+)"|picto="(\w+)"', chemin.read_text())
        for nom in nom
        if nom
    }
    assert demandes <= dessins


def test_vendored_packages_bear_licence_and_version() -> None:
    for dossier in (STATIC / "vendor").iterdir():
        assert (dossier / "LICENSE").is_file()
        assert re.fullmatch(r"\d+\.\d+\.\d+\n", (dossier / "VERSION").read_text())
