"""Files that people hand in: only what shows pages or pictures is kept, and nothing of it but that.

PDF, JPEG and PNG, recognised by their content. A PDF that runs, fetches or carries anything is refused; a picture is
drawn again, which leaves out where and with what it was taken.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

TAILLE_MAX = 15 * 1024 * 1024
PIXELS_MAX = 50_000_000
NOM_MAX = 100
SECONDES_MAX = 15
# The test file that every antivirus knows.
_EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_FORMATS = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png")}
_RACINE = Path(__file__).resolve().parent.parent


class DepotRefuse(Exception):
    """The file is not kept; the message says why, and what to do."""


@dataclass(frozen=True)
class Depot:
    """A file that may be kept, as it will be."""

    nom: str
    type_mime: str
    contenu: bytes

    @property
    def empreinte(self) -> str:
        return hashlib.sha256(self.contenu).hexdigest()


def recevoir(fichier: File[bytes]) -> Depot:
    """The file made safe. Raises DepotRefuse for anything but a plain PDF or picture of a bearable size."""
    if fichier.size is not None and fichier.size > TAILLE_MAX:
        raise DepotRefuse(_("Ce fichier est trop gros : 15 Mo au plus."))
    # A size that was announced is only announced.
    brut = fichier.read(TAILLE_MAX + 1)
    if len(brut) > TAILLE_MAX:
        raise DepotRefuse(_("Ce fichier est trop gros : 15 Mo au plus."))
    if not brut:
        raise DepotRefuse(_("Ce fichier est vide."))
    if _EICAR in brut:
        raise DepotRefuse(_("Ce fichier est signalé comme dangereux."))
    extension = Path(fichier.name or "").suffix.lower()
    if brut.startswith(b"%PDF-"):
        _meme_extension(extension, {".pdf"})
        _controler_pdf(brut)
        return Depot(nom_sur(fichier.name, ".pdf"), "application/pdf", brut)
    return _image(brut, fichier.name, extension)


def nom_sur(nom: str | None, extension: str) -> str:
    """A name for people, without what a file system or a header could take for something else."""
    base = unicodedata.normalize("NFC", Path((nom or "").replace("\\", "/")).name)
    base = base[: -len(Path(base).suffix)] if Path(base).suffix else base
    base = re.sub(r"[^\w \-.]", "", base).strip(" .-") or "document"
    return base[:NOM_MAX].strip(" .-") + extension


def _meme_extension(extension: str, attendues: set[str]) -> None:
    if extension not in attendues:
        raise DepotRefuse(_("Le nom de ce fichier ne correspond pas à son contenu."))


_REFUS_PDF = {
    "chiffre": gettext_lazy("Ce PDF est protégé par un mot de passe : déposez-le sans protection."),
    "actif": gettext_lazy(
        "Ce PDF contient des programmes ou des fichiers joints : enregistrez-le par « Imprimer en PDF »."
    ),
    "pages": gettext_lazy("Ce PDF est vide ou a plus de 300 pages."),
    "suite": gettext_lazy("Ce PDF contient autre chose que ses pages : enregistrez-le par « Imprimer en PDF »."),
}


def _controler_pdf(brut: bytes) -> None:
    """Read it in a process of its own, which has neither the time nor the memory for a bomb."""
    try:
        controle = subprocess.run(
            [sys.executable, "-m", "socle.controle_pdf"],
            input=brut,
            capture_output=True,
            timeout=SECONDES_MAX,
            cwd=_RACINE,
            check=False,
        )
    except subprocess.TimeoutExpired as erreur:
        raise DepotRefuse(_("Ce PDF n'est pas lisible.")) from erreur
    raison = controle.stdout.decode()
    if controle.returncode != 0 or raison:
        raise DepotRefuse(str(_REFUS_PDF.get(raison, _("Ce PDF n'est pas lisible."))))


def _image(brut: bytes, nom: str | None, extension: str) -> Depot:
    """The picture drawn again: what was hidden beside it stays behind. One that hides something is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(brut), formats=list(_FORMATS)) as image:
                if image.width * image.height > PIXELS_MAX:
                    raise DepotRefuse(_("Cette image est trop grande."))
                format_ = str(image.format)
                image.load()
                droite = ImageOps.exif_transpose(image)
    except UnidentifiedImageError as erreur:
        raise DepotRefuse(_("Seuls les PDF et les images JPEG ou PNG sont gardés.")) from erreur
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as erreur:
        raise DepotRefuse(_("Cette image n'est pas lisible.")) from erreur
    type_mime, suffixe = _FORMATS[format_]
    _meme_extension(extension, {suffixe, ".jpeg"} if format_ == "JPEG" else {suffixe})
    if _a_une_suite(brut, format_):
        raise DepotRefuse(_("Cette image contient autre chose qu'une image."))
    sortie = io.BytesIO()
    # Palettes and profiles are left behind with the rest.
    propre = droite.convert("RGB" if format_ == "JPEG" else "RGBA")
    propre.info.clear()
    propre.save(sortie, format_, **({"quality": 88} if format_ == "JPEG" else {"optimize": True}))
    return Depot(nom_sur(nom, suffixe), type_mime, sortie.getvalue())


def _a_une_suite(brut: bytes, format_: str) -> bool:
    """Whether bytes follow the picture's end, where another kind of file could begin."""
    if format_ == "PNG":
        fin = brut.rfind(b"IEND")
        return len(brut) > fin + 8
    return bool(brut.rstrip(b"\x00\r\n\t ")[-2:] != b"\xff\xd9")
