"""`python -m bench.images ADDRESS PASSWORD`: the pictures of docs/guide-equipe.md, taken in a running demonstration.

Address and password are those that `make demo` prints. It signs in as the responsable of a house, types as a team does
(one person is ticked present), and writes small palette PNGs into docs/images/.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

DOSSIER = Path(__file__).resolve().parent.parent / "docs" / "images"
COMPTE = "responsable.rethel@demo.invalid"
LARGEUR, HAUTEUR = 900, 760
COULEURS = 48


class Appareil:
    """A browser of a team member, and the folder its pictures go to."""

    def __init__(self, page: Page, base: str, dossier: Path) -> None:
        self.page, self.base, self.dossier = page, base.rstrip("/"), dossier

    def aller(self, chemin: str) -> None:
        self.page.goto(self.base + chemin)
        self.page.wait_for_load_state()

    def ouvrir(self, lien: Locator) -> None:
        """Follow a link; a page that lacks it has nothing to show, and says so by failing."""
        self.aller(lien.first.get_attribute("href", timeout=5000) or "/")

    def prendre(self, nom: str, *, hauteur: int = HAUTEUR, depuis: str = "") -> None:
        haut = 0.0
        if depuis and (boite := self.page.locator(depuis).first.bounding_box()) is not None:
            haut = max(0.0, boite["y"] - 12)
        brut = self.page.screenshot(full_page=True)
        image = Image.open(io.BytesIO(brut)).convert("RGB")
        image = image.crop((0, int(haut), image.width, min(image.height, int(haut) + hauteur)))
        palette = image.quantize(COULEURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        chemin = self.dossier / f"equipe-{nom}.png"
        palette.save(chemin, optimize=True)
        print(f"{chemin.name}: {chemin.stat().st_size // 1024} kB")


@contextmanager
def appareil(base: str, dossier: Path) -> Iterator[Appareil]:
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        contexte = navigateur.new_context(
            viewport={"width": LARGEUR, "height": HAUTEUR}, locale="fr-FR", reduced_motion="reduce"
        )
        yield Appareil(contexte.new_page(), base, dossier)
        navigateur.close()


def connexion(a: Appareil, mot_de_passe: str) -> None:
    a.aller("/equipe/")
    a.page.locator("input[name=login]").fill(COMPTE)
    a.prendre("connexion", hauteur=620)
    a.page.locator("input[name=password]").fill(mot_de_passe)
    a.page.locator("main form button[type=submit]").first.click()
    a.page.wait_for_url("**/equipe/**")


def journee(a: Appareil) -> None:
    a.aller("/equipe/")
    a.prendre("journee", hauteur=900)


def inscrire(a: Appareil) -> None:
    a.aller("/equipe/")
    a.page.locator(".accueil-rapide button[type=submit]").click()
    a.page.wait_for_load_state()
    a.page.locator("input[name=prenom]").fill("Lina")
    a.page.locator("input[name=contact]").fill("06 39 98 12 34")
    a.prendre("inscrire", hauteur=820)


def presences(a: Appareil) -> None:
    a.aller("/equipe/")
    a.ouvrir(a.page.locator("section[aria-labelledby=a-pointer] a"))
    bouton = a.page.locator("button[name=presence][value=presente]").first
    for fois in range(2):
        # Twice, so that the history below has a before and an after.
        if bouton.count():
            bouton.click()
            a.page.wait_for_timeout(800)
        if fois == 0 and (defaire := a.page.get_by_role("button", name="Défaire").first).count():
            defaire.click()
            a.page.wait_for_timeout(800)
    a.prendre("presences", hauteur=820)


def ecrire(a: Appareil) -> None:
    a.aller("/equipe/ateliers/seance/")
    liens = [lien.get_attribute("href") or "" for lien in a.page.locator("#result_list th a").all()[:25]]
    for lien in liens:
        a.aller(lien)
        if a.page.locator("table tbody tr").count() < 3 or not a.page.get_by_text("Écrire aux familles").count():
            continue
        a.ouvrir(a.page.get_by_role("link", name="Écrire aux familles"))
        a.page.locator("textarea").fill("Nous serons dans la salle du premier étage. Pensez à une serviette !")
        a.page.locator("main button[type=submit], #content button[type=submit]").first.click()
        a.page.wait_for_load_state()
        if a.page.locator(".apercu-message").count():
            a.prendre("ecrire", hauteur=700)
            return
    raise LookupError("Aucune séance n'a assez de familles joignables.")


def planifier(a: Appareil) -> None:
    a.aller("/equipe/ateliers/serie/add/")
    a.prendre("planifier", hauteur=900)


def fermer(a: Appareil) -> None:
    a.aller("/equipe/ateliers/seance/fermer-une-maison/")
    a.prendre("fermer", hauteur=760)


def doublons(a: Appareil) -> None:
    a.aller("/equipe/familles/famille/doublons/")
    a.prendre("doublons", hauteur=620)
    a.ouvrir(a.page.get_by_role("link", name="Comparer"))
    a.prendre("comparer", hauteur=1000)


def historique(a: Appareil) -> None:
    """Of the booking that `presences` ticked."""
    a.aller("/equipe/")
    a.ouvrir(a.page.locator("section[aria-labelledby=a-pointer] a"))
    ligne = a.page.locator("li.presence--presente").first
    numero = (ligne.get_attribute("id", timeout=5000) or "").removeprefix("i-")
    a.aller(f"/equipe/ateliers/inscription/{numero}/history/")
    a.prendre("historique", hauteur=620)


def lectures(a: Appareil) -> None:
    a.aller("/equipe/socle/lecture/")
    a.prendre("lectures", hauteur=620)


PAGES: dict[str, Callable[[Appareil], None]] = {
    f.__name__: f for f in (journee, inscrire, presences, ecrire, planifier, fermer, doublons, historique, lectures)
}


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.images")
    options.add_argument("adresse")
    options.add_argument("mot_de_passe")
    options.add_argument("pages", nargs="*", help=f"parmi {', '.join(PAGES)} ; toutes par défaut")
    options.add_argument("--dossier", type=Path, default=DOSSIER)
    choix = options.parse_args()
    manques = []
    with appareil(choix.adresse, choix.dossier) as a:
        connexion(a, choix.mot_de_passe)
        for nom in choix.pages or PAGES:
            try:
                PAGES[nom](a)
            except Exception as erreur:
                manques.append(f"{nom} : {erreur}".splitlines()[0])
    for manque in manques:
        print(f"Sans image : {manque}", file=sys.stderr)
    return 1 if manques else 0


if __name__ == "__main__":
    sys.exit(main())
