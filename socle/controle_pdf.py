"""`python -m socle.controle_pdf < file`: whether a PDF only shows pages. Run apart, under limits: a bomb ends here.

Prints nothing when the file may be kept, or one word that says why not. Knows neither Django nor the network.
"""

from __future__ import annotations

import io
import resource
import sys
import zlib
from typing import Any

import pikepdf

MEMOIRE_MAX = 1 << 30
SECONDES_MAX = 10
PAGES_MAX = 300
OBJETS_MAX = 200_000
# What a whole document may hold once its streams are opened.
DEPLIE_MAX = 300 * 1024 * 1024
# Actions and parts that run something, fetch something or carry another file.
_CLES_INTERDITES = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"}
_ACTIONS_INTERDITES = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Movie",
    "/Sound",
    "/Rendition",
    "/RichMediaExecute",
}
_TYPES_INTERDITS = {
    "/EmbeddedFile",
    "/Filespec",
    "/RichMedia",
    "/3D",
    "/Screen",
    "/Movie",
    "/Sound",
    "/FileAttachment",
}


def controler(contenu: bytes) -> str:
    """Empty when the file may be kept; else "illisible", "chiffre", "actif", "pages" or "suite"."""
    if not contenu.startswith(b"%PDF-"):
        return "illisible"
    fin = contenu.rfind(b"%%EOF")
    if fin < 0:
        return "illisible"
    # What follows the end is for another program than a PDF reader.
    if contenu[fin + 5 :].strip(b"\r\n\t \x00"):
        return "suite"
    try:
        with pikepdf.open(io.BytesIO(contenu)) as document:
            if document.is_encrypted:
                return "chiffre"
            if not 1 <= len(document.pages) <= PAGES_MAX:
                return "pages"
            if len(document.objects) > OBJETS_MAX:
                return "illisible"
            if not _se_deplie(document):
                return "illisible"
            if any(_est_actif(objet) for objet in document.objects) or _est_actif(document.trailer):
                return "actif"
    except pikepdf.PasswordError:
        return "chiffre"
    except (pikepdf.PdfError, zlib.error, ValueError, RuntimeError, MemoryError, RecursionError):
        return "illisible"
    return ""


def _se_deplie(document: pikepdf.Pdf) -> bool:
    """Whether all that is compressed opens to a bearable size."""
    reste = DEPLIE_MAX
    for objet in document.objects:
        if not isinstance(objet, pikepdf.Stream):
            continue
        filtres = objet.get("/Filter")
        premier = filtres[0] if isinstance(filtres, pikepdf.Array) and len(filtres) else filtres
        if premier != "/FlateDecode":
            continue
        depliant = zlib.decompressobj()
        morceau = objet.read_raw_bytes()
        while morceau and reste > 0:
            reste -= len(depliant.decompress(morceau, min(reste, 1 << 24)))
            morceau = depliant.unconsumed_tail
        if reste <= 0:
            return False
    return True


def _est_actif(objet: Any, *, profondeur: int = 0) -> bool:
    """Whether an object, or one written inside it, does anything but show."""
    if profondeur > 40:
        return True
    if isinstance(objet, pikepdf.Array):
        return any(_est_actif(element, profondeur=profondeur + 1) for element in objet)
    if not isinstance(objet, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    if _CLES_INTERDITES & set(objet.keys()):
        return True
    if str(objet.get("/S", "")) in _ACTIONS_INTERDITES:
        return True
    if {str(objet.get("/Type", "")), str(objet.get("/Subtype", ""))} & _TYPES_INTERDITS:
        return True
    # Indirect objects have their own turn.
    return any(
        _est_actif(valeur, profondeur=profondeur + 1)
        for cle, valeur in objet.items()
        if cle != "/Parent" and not getattr(valeur, "is_indirect", False)
    )


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE_MAX, MEMOIRE_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDES_MAX, SECONDES_MAX))
    sys.stdout.write(controler(sys.stdin.buffer.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
