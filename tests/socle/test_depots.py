"""Files handed in: plain PDFs and pictures are kept, forty hostile ones are not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from socle.depots import TAILLE_MAX, DepotRefuse, nom_sur, recevoir


def image(format_: str = "PNG", taille: tuple[int, int] = (8, 8), **options: Any) -> bytes:
    sortie = io.BytesIO()
    Image.new("RGB", taille, (180, 71, 47)).save(sortie, format_, **options)
    return sortie.getvalue()


def pdf(modifier: Callable[[pikepdf.Pdf], object] | None = None, *, pages: int = 1, **options: Any) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if modifier is not None:
        modifier(document)
    sortie = io.BytesIO()
    document.save(sortie, **options)
    return sortie.getvalue()


def fichier_zip(nom: str = "x.txt", contenu: bytes = b"x") -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(nom, contenu)
    return sortie.getvalue()


def action(genre: str, **cles: Any) -> Callable[[pikepdf.Pdf], None]:
    """A document that does something when it opens."""

    def modifier(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = document.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name(f"/{genre}"), **cles)
        )

    return modifier


def joindre(document: pikepdf.Pdf) -> None:
    document.attachments["facture.exe"] = b"MZ"


def bouton(document: pikepdf.Pdf) -> None:
    document.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"),
            )
        ]
    )


def formulaire_xfa(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(XFA=document.make_stream(b"<xdp/>"), Fields=pikepdf.Array([]))


def annotation(genre: str) -> Callable[[pikepdf.Pdf], None]:
    def modifier(document: pikepdf.Pdf) -> None:
        document.pages[0].Annots = pikepdf.Array(
            [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{genre}"), Rect=[0, 0, 9, 9])]
        )

    return modifier


def noms_javascript(document: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", script]))


def bombe_png() -> bytes:
    """A few kilobytes that would open as 30,000 × 30,000 points."""
    entete = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)

    def morceau(genre: bytes, donnees: bytes) -> bytes:
        corps = genre + donnees
        return struct.pack(">I", len(donnees)) + corps + struct.pack(">I", zlib.crc32(corps))

    donnees = zlib.compress(b"\x00" * 90_001 * 20, 9)
    return b"\x89PNG\r\n\x1a\n" + morceau(b"IHDR", entete) + morceau(b"IDAT", donnees) + morceau(b"IEND", b"")


def bombe_pdf() -> bytes:
    """An object stream of half a megabyte that opens as four hundred."""
    compresseur = zlib.compressobj(9)
    bloc = b" " * (1 << 20)
    flux = b"".join(compresseur.compress(bloc) for _ in range(400)) + compresseur.flush()
    objets = [
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R>>\nendobj\n",
        b"4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(flux)
        + flux
        + b"\nendstream\nendobj\n",
    ]
    corps = b"%PDF-1.5\n"
    places = []
    for objet in objets:
        places.append(len(corps))
        corps += objet
    table = b"".join(struct.pack(">BIB", 1, place, 0) for place in places) + struct.pack(">BIB", 2, 4, 0)
    debut = len(corps)
    corps += (
        b"6 0 obj\n<</Type/XRef/Root 1 0 R/Size 6/W[1 4 1]/Index[1 5]/Length %d>>stream\n" % len(table)
        + table
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % debut
    )
    return corps


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"

HOSTILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "vide": ("a.pdf", lambda: b""),
    "svg avec script": ("a.svg", lambda: SVG),
    "svg nommé png": ("a.png", lambda: SVG),
    "html": ("a.html", lambda: HTML),
    "html nommé pdf": ("a.pdf", lambda: HTML),
    "html nommé jpg": ("a.jpg", lambda: HTML),
    "texte": ("a.txt", lambda: b"bonjour"),
    "eicar": ("a.pdf", lambda: EICAR),
    "eicar dans un png": ("a.png", lambda: image() + EICAR),
    "eicar dans un commentaire jpeg": ("a.jpg", lambda: image("JPEG", comment=EICAR)),
    "eicar dans un pdf": ("a.pdf", lambda: pdf() + b"%" + EICAR),
    "programme windows": ("a.exe", lambda: b"MZ" + b"\x00" * 200),
    "programme nommé pdf": ("a.pdf", lambda: b"MZ" + b"\x00" * 200),
    "script shell": ("a.sh", lambda: b"#!/bin/sh\nrm -rf /\n"),
    "php nommé jpg": ("a.php.jpg", lambda: b"<?php system($_GET['x']); ?>"),
    "zip": ("a.zip", fichier_zip),
    "zip nommé pdf": ("a.pdf", fichier_zip),
    "bombe zip": ("a.zip", lambda: fichier_zip(contenu=b"\x00" * 50_000_000)),
    "document bureautique à macros": ("a.docm", lambda: fichier_zip("word/vbaProject.bin")),
    "gif": ("a.gif", lambda: image("GIF")),
    "tiff": ("a.tiff", lambda: image("TIFF")),
    "webp": ("a.webp", lambda: image("WEBP")),
    "png suivi d'un zip": ("a.png", lambda: image() + fichier_zip()),
    "png suivi de php": ("a.png", lambda: image() + b"<?php ?>"),
    "jpeg suivi d'un zip": ("a.jpg", lambda: image("JPEG") + fichier_zip()),
    "jpeg suivi d'un html": ("a.jpg", lambda: image("JPEG") + HTML),
    "png tronqué": ("a.png", lambda: image(taille=(64, 64))[:60]),
    "jpeg tronqué": ("a.jpg", lambda: image("JPEG", (64, 64))[:300]),
    "png qui devient immense": ("a.png", bombe_png),
    "png nommé pdf": ("a.pdf", image),
    "jpeg nommé png": ("a.png", lambda: image("JPEG")),
    "pdf nommé html": ("a.html", pdf),
    "pdf nommé png": ("a.png", pdf),
    "pdf suivi d'un zip": ("a.pdf", lambda: pdf() + fichier_zip()),
    "pdf précédé d'un html": ("a.pdf", lambda: HTML + pdf()),
    "pdf sans fin": ("a.pdf", lambda: pdf()[:200]),
    "pdf cassé": ("a.pdf", lambda: b"%PDF-1.7\n" + b"\xff" * 500 + b"\n%%EOF"),
    "pdf à javascript à l'ouverture": ("a.pdf", lambda: pdf(action("JavaScript", JS="app.alert(1)"))),
    "pdf à javascript nommé": ("a.pdf", lambda: pdf(noms_javascript)),
    "pdf à javascript caché dans un flux d'objets": (
        "a.pdf",
        lambda: pdf(noms_javascript, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    ),
    "pdf à bouton javascript": ("a.pdf", lambda: pdf(bouton)),
    "pdf qui lance un programme": ("a.pdf", lambda: pdf(action("Launch", F="calc.exe"))),
    "pdf qui envoie un formulaire": ("a.pdf", lambda: pdf(action("SubmitForm", F="http://exemple.fr"))),
    "pdf qui ouvre un autre fichier": ("a.pdf", lambda: pdf(action("GoToR", F="autre.pdf"))),
    "pdf à fichier joint": ("a.pdf", lambda: pdf(joindre)),
    "pdf à pièce jointe annotée": ("a.pdf", lambda: pdf(annotation("FileAttachment"))),
    "pdf à film": ("a.pdf", lambda: pdf(annotation("Movie"))),
    "pdf à contenu riche": ("a.pdf", lambda: pdf(annotation("RichMedia"))),
    "pdf à formulaire xfa": ("a.pdf", lambda: pdf(formulaire_xfa)),
    "pdf protégé": ("a.pdf", lambda: pdf(encryption=pikepdf.Encryption(owner="a", user="b"))),
    "pdf chiffré sans mot de passe": ("a.pdf", lambda: pdf(encryption=pikepdf.Encryption(owner="a", user=""))),
    "pdf sans page": ("a.pdf", lambda: pdf(pages=0)),
    "pdf de 301 pages": ("a.pdf", lambda: pdf(pages=301)),
    "pdf qui devient immense": ("a.pdf", bombe_pdf),
    "200 Mo": ("a.pdf", lambda: b"%PDF-1.7" + b"\x00" * 200_000_000),
}


def deposer(nom: str, contenu: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, contenu)


def test_there_are_at_least_forty_hostile_files() -> None:
    assert len(HOSTILES) >= 40


@pytest.mark.parametrize("cas", HOSTILES)
def test_a_hostile_file_is_refused_with_a_sentence(cas: str) -> None:
    nom, faire = HOSTILES[cas]
    with pytest.raises(DepotRefuse) as refus:
        recevoir(deposer(nom, faire()))
    assert str(refus.value).endswith("."), refus.value


def test_a_size_that_lies_is_not_believed() -> None:
    fichier = deposer("a.pdf", b"%PDF-" + b"\x00" * TAILLE_MAX)
    fichier.size = 10
    with pytest.raises(DepotRefuse, match="trop gros"):
        recevoir(fichier)


def lire_lien(document: pikepdf.Pdf) -> None:
    """What word processors write: a place to open at, a link to the web."""
    document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])
    document.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://exemple.fr"),
            )
        ]
    )


@pytest.mark.parametrize(
    ("nom", "contenu", "type_mime", "garde"),
    [
        ("Budget 2026.pdf", pdf(lire_lien), "application/pdf", "Budget 2026.pdf"),
        ("Attestation é.PDF", pdf(pages=300), "application/pdf", "Attestation é.pdf"),
        ("flux.pdf", pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate), "application/pdf", "flux.pdf"),
        ("salle.png", image(), "image/png", "salle.png"),
        ("salle.JPEG", image("JPEG"), "image/jpeg", "salle.jpg"),
        ("../../etc/passwd.png", image(), "image/png", "passwd.png"),
    ],
)
def test_plain_files_are_kept(nom: str, contenu: bytes, type_mime: str, garde: str) -> None:
    depot = recevoir(deposer(nom, contenu))
    assert (depot.type_mime, depot.nom) == (type_mime, garde)
    assert len(depot.empreinte) == 64


def test_a_pdf_is_kept_byte_for_byte() -> None:
    contenu = pdf(lire_lien)
    assert recevoir(deposer("a.pdf", contenu)).contenu == contenu


def test_a_picture_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Appareil"
    exif.get_ifd(0x8825)[2] = (IFDRational(49), IFDRational(30), IFDRational(0))
    depot = recevoir(deposer("a.jpg", image("JPEG", exif=exif)))
    with Image.open(io.BytesIO(depot.contenu)) as gardee:
        assert not dict(gardee.getexif())
    assert b"Appareil" not in depot.contenu


def test_a_picture_that_was_turned_stays_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    depot = recevoir(deposer("a.jpg", image("JPEG", (40, 20), exif=exif)))
    with Image.open(io.BytesIO(depot.contenu)) as gardee:
        assert gardee.size == (20, 40)


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        (None, "document.pdf"),
        ("..", "document.pdf"),
        ("a/b\\c.pdf", "c.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("<b>.pdf", "b.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_for_people_only(nom: str | None, attendu: str) -> None:
    assert nom_sur(nom, ".pdf") == attendu
