"""The portal's words: found as Django looks them up, judged, complete in English, and none left out of a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.core.management import call_command
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils.translation import ngettext, override, pgettext

from ateliers.messages import USAGE_LIEN
from portail.embarque.translations import compile_catalogues
from socle import composition, liens, traductions
from socle.enums import Canal
from socle.models import Message
from socle.traductions import Defaut, Texte
from tests.factories import FermetureFactory, InscriptionFactory, MaisonFactory, PlageOuvertureFactory, SeanceFactory

GABARIT = """{% load i18n %}
{# {% translate "en commentaire" %} #}{% comment %}{% translate "mis de côté" %}{% endcomment %}
<p title="{% translate "au survol" %}">{% translate 'à 100 %' %} {% translate "mai" context "mois" %}</p>
{% blocktranslate trimmed %}
  Une phrase
  sur deux lignes, à {{ taux }} %.
{% endblocktranslate %}
{% blocktranslate trimmed count n=nombre %}
  {{ n }} place
{% plural %}
  {{ n }} places
{% endblocktranslate %}
{% blocktranslate context "verbe" asvar bouton %}Réserver{% endblocktranslate %}{{ bouton }}
{% firstof rien _("par défaut") %} {{ rien|default:_("ou ceci") }}
"""


@pytest.fixture
def gabarit(tmp_path: Path) -> Callable[[str], list[Path]]:
    def ecrire(source: str, nom: str = "page.html") -> list[Path]:
        fichier = tmp_path / "templates" / nom
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(source)
        return [fichier]

    return ecrire


def ecrire_entre_crochets(textes: list[Texte], dossier: Path) -> Path:
    """An English catalogue that only puts each text between brackets."""
    catalogue = traductions.mettre_a_jour(Catalog(locale="en"), textes)
    for message in catalogue:
        if message.id:
            formes = [message.id] if isinstance(message.id, str) else message.id
            crochets = tuple(f"⟦{forme}⟧" for forme in formes)
            message.string = crochets[0] if isinstance(message.id, str) else crochets
    traductions.ecrire_catalogue(catalogue, traductions.chemin_catalogue(dossier, "en"))
    compile_catalogues(dossier)
    return dossier


@pytest.fixture(scope="session")
def portail_entre_crochets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ecrire_entre_crochets(traductions.textes_du_projet(), tmp_path_factory.mktemp("locale"))


class TestExtraire:
    def test_finds_in_templates_what_django_looks_up(
        self, tmp_path: Path, gabarit: Callable[[str], list[Path]], settings: Any
    ) -> None:
        textes = traductions.extraire(tmp_path, gabarit(GABARIT))
        settings.LOCALE_PATHS = [ecrire_entre_crochets(textes, tmp_path / "locale")]

        with override("en"):
            rendu = " ".join(Template(GABARIT).render(Context({"taux": 5, "nombre": 2, "rien": ""})).split())

        assert rendu == (
            '<p title="⟦au survol⟧">⟦à 100 %⟧ ⟦mai⟧</p> ⟦Une phrase sur deux lignes, à 5 %.⟧ ⟦2 places⟧ '
            "⟦Réserver⟧ ⟦par défaut⟧ ⟦ou ceci⟧"
        )
        assert len(textes) == 8

    def test_finds_in_python_what_is_marked(self, tmp_path: Path) -> None:
        fichier = tmp_path / "module.py"
        fichier.write_text(
            "from django.utils.translation import gettext as _, ngettext_lazy, pgettext\n"
            'A = _("en deux "\n      "morceaux")\n'
            'B = ngettext_lazy("%d jour", "%d jours")\n'
            'C = pgettext("mois", "mai")\n'
            "D = _(variable)\n"
            'E = autre("non marqué")\n'
        )

        textes = traductions.extraire(tmp_path, [fichier])

        assert [(t.contexte, t.msgid, t.pluriel) for t in textes] == [
            (None, "en deux morceaux", None),
            (None, "%d jour", "%d jours"),
            ("mois", "mai", None),
        ]
        assert (textes[0].fichier, textes[0].ligne) == ("module.py", 2)


class TestMotsNonMarques:
    @pytest.mark.parametrize(
        ("source", "attendu"),
        [
            ("<p>Bonjour</p>", "Bonjour"),
            ('<img alt="Une maison">', "Une maison"),
            ('{% include "x.html" with titre="Trouver une maison" %}', "Trouver une maison"),
            ("{% if a %}\n<b>Oui</b>{% endif %}", "Oui"),
        ],
    )
    def test_are_named(self, source: str, attendu: str, tmp_path: Path, gabarit: Callable[[str], list[Path]]) -> None:
        (defaut,) = traductions.mots_non_marques(tmp_path, gabarit(source))

        assert defaut.texte == attendu
        assert defaut.ligne == source.count("\n") + 1

    @pytest.mark.parametrize(
        "source",
        [
            '{% translate "Bonjour" %}',
            "{% blocktranslate %}Bonjour <b>vous</b>{% endblocktranslate %}",
            '<a href="/en/" lang="en">English</a>',
            '<p class="grande carte" data-mode="simple">{{ nom }} – 12 €</p>',
            "{# Bonjour #}{% comment %}Bonjour{% endcomment %}<!-- Bonjour -->",
            '<{% if lien %}a href="{{ lien }}"{% else %}button{% endif %} class="bouton principal">{{ texte }}</x>',
            "<script>let bonjour = 1</script>",
        ],
    )
    def test_nothing_else_is(self, source: str, tmp_path: Path, gabarit: Callable[[str], list[Path]]) -> None:
        assert traductions.mots_non_marques(tmp_path, gabarit(source)) == []

    def test_plain_text_counts_whole(self, tmp_path: Path, gabarit: Callable[..., list[Path]]) -> None:
        (defaut,) = traductions.mots_non_marques(tmp_path, gabarit("{{ lien }}\nÀ bientôt\n", "messages/corps.txt"))

        assert (defaut.ligne, defaut.texte) == (2, "À bientôt")


def problemes(
    msgid: str, traduction: str | tuple[str, str], *, pluriel: str | None = None, fuzzy: bool = False
) -> str:
    catalogue = Catalog(locale="en")
    flags = {"fuzzy"} if fuzzy else set()
    catalogue.add((msgid, pluriel) if pluriel else msgid, traduction, flags=flags)
    defauts: list[Defaut] = traductions.verifier(
        catalogue, [Texte(msgid=msgid, pluriel=pluriel, fichier="a.py", ligne=1)]
    )
    return " ".join(defaut.probleme for defaut in defauts)


class TestVerifier:
    def test_accepts_a_true_translation(self) -> None:
        assert problemes("%(n)s à %(lieu)s", "%(n)s in %(lieu)s") == ""
        assert problemes("<b>Oui</b>, {n}", "<b>Yes</b>, {n}") == ""
        assert problemes("%(n)s place", ("one place", "%(n)s places"), pluriel="%(n)s places") == ""

    @pytest.mark.parametrize(
        ("msgid", "traduction", "attendu"),
        [
            ("Oui", "", "sans traduction"),
            ("%(n)s à %(lieu)s", "%(n)s in Rethel", "emplacements"),
            ("à %s de %s", "%s away", "emplacements"),
            ("{n} km", "{km} km", "emplacements"),
            ("<b>Oui</b>", "<i>Yes</i>", "balises"),
            ("Oui\n", "Yes", "fin de ligne"),
        ],
    )
    def test_names_what_is_wrong(self, msgid: str, traduction: str, attendu: str) -> None:
        assert attendu in problemes(msgid, traduction)

    def test_names_an_absent_a_fuzzy_and_a_half_plural_text(self) -> None:
        absent = traductions.verifier(Catalog(locale="en"), [Texte(msgid="Oui", fichier="a.py", ligne=1)])
        assert "absent" in str(absent[0])
        assert "fuzzy" in problemes("Oui", "Yes", fuzzy=True)
        assert "sans traduction" in problemes("%d jour", ("%d day", ""), pluriel="%d jours")
        # Without its number, `"one day" % 1` fails.
        assert "emplacements" in problemes("%d jour", ("one day", "%d days"), pluriel="%d jours")

    def test_one_entry_serves_a_text_said_with_and_without_a_number(self) -> None:
        textes = [Texte(msgid="place", pluriel=pluriel, fichier="a.py", ligne=1) for pluriel in (None, "places")]
        catalogue = traductions.mettre_a_jour(Catalog(locale="en"), textes)
        (entree,) = [message for message in catalogue if message.id]

        assert [d.probleme for d in traductions.verifier(catalogue, textes)] == ["sans traduction"] * 2
        entree.string = ("seat", "seats")
        assert traductions.verifier(catalogue, textes) == []


class TestMettreAJour:
    def test_keeps_what_is_known_and_guesses_nothing(self) -> None:
        catalogue = Catalog(locale="en")
        catalogue.add("Oui", "Yes")
        catalogue.add("Disparu", "Gone")
        textes = [Texte(msgid=msgid, fichier="a.py", ligne=1) for msgid in ("Oui", "Oui !")]

        neuf = traductions.mettre_a_jour(catalogue, textes)

        assert {m.id: m.string for m in neuf if m.id} == {"Oui": "Yes", "Oui !": None}


class TestProjet:
    def test_every_text_is_translated(self) -> None:
        call_command("verifier_traductions")

    def test_french_counts_as_french_does(self) -> None:
        def places(n: int) -> str:
            return ngettext("%(n)s place adulte", "%(n)s places adultes", n) % {"n": n}

        with override("fr"):
            assert [places(n) for n in (0, 1, 2)] == ["0 place adulte", "1 place adulte", "2 places adultes"]
        with override("en"):
            assert [places(n) for n in (0, 1, 2)] == ["0 adult places", "1 adult place", "2 adult places"]

    def test_dates_keep_their_own_format(self) -> None:
        with override("en"):
            assert pgettext("format de date", "l j F") == "l j F"


class Page(HTMLParser):
    """What can be read of a page outside the brackets."""

    LUS = frozenset({"alt", "title", "placeholder", "aria-label"})

    def __init__(self) -> None:
        super().__init__()
        self.morceaux: list[str] = []
        self._tu: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        valeurs = dict(attrs)
        self.morceaux += [valeurs[nom] or "" for nom in self.LUS & valeurs.keys()]
        if tag == "meta" and valeurs.get("name") == "description":
            self.morceaux.append(valeurs["content"] or "")
        if tag in ("script", "style", *self._tu[-1:]) or (tag != "html" and valeurs.get("lang")):
            self._tu.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._tu and self._tu[-1] == tag:
            self._tu.pop()

    def handle_data(self, data: str) -> None:
        if not self._tu:
            self.morceaux.append(data)


def mots_hors_crochets(html: str) -> set[str]:
    page = Page()
    page.feed(html)
    return _hors_crochets(" ".join(page.morceaux))


def _hors_crochets(texte: str) -> set[str]:
    dehors, profondeur = [], 0
    for signe in texte:
        profondeur += {"⟦": 1, "⟧": -1}.get(signe, 0)
        dehors.append(signe if profondeur == 0 else " ")
    return set(re.findall(r"[^\W\d_]{3,}", "".join(dehors).replace("⟧", " ")))


# What factories and Django (days, months) write; the rest comes from the code.
DONNEES = re.compile(
    r"Maison|Lieu|Atelier|Café|des|parents|place|République|Rethel|Ardennes|Inès|famille|exemple|Organisation|"
    r"retrouve|autour|café|les|bébés|jouent|côté|animatrice|est|malade|OpenStreetMap|Mon|Tue|Wed|Thu|Fri|Sat|Sun|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|"
    r"November|December|Camille"
)


@pytest.mark.django_db
class TestPages:
    """Public pages with every marked text between brackets: a word outside them can't be translated."""

    @pytest.fixture(autouse=True)
    def entre_crochets(self, portail_entre_crochets: Path, settings: Any) -> None:
        settings.LOCALE_PATHS = [portail_entre_crochets]

    def verifier(self, client: Client, adresse: str, *, statut: int = 200) -> None:
        reponse = client.get(adresse)
        assert reponse.status_code == statut, adresse
        html = reponse.content.decode()
        assert "⟦" in html, adresse
        mots = {mot for mot in mots_hors_crochets(html) if not DONNEES.fullmatch(mot)}
        assert not mots, f"{adresse}: {sorted(mots)}"

    @pytest.mark.parametrize(
        "nom",
        [
            "portail:accueil",
            "portail:maisons",
            "portail:groupes",
            "portail:professionnels",
            "portail:besoin_aide",
            "portail:mentions_legales",
            "portail:confidentialite",
            "portail:accessibilite",
            "ateliers:agenda",
            "ateliers:mes_reservations",
        ],
    )
    def test_pages_without_an_object(self, nom: str, client: Client) -> None:
        SeanceFactory(complete=True)
        SeanceFactory(ages=True)
        with override("en"):
            adresse = reverse(nom)

        self.verifier(client, adresse)

    def test_a_house(self, client: Client) -> None:
        maison = MaisonFactory(labellisee=True, itinerante=True)
        seance = SeanceFactory(lieu__maison=maison)
        PlageOuvertureFactory(lieu=seance.lieu)
        FermetureFactory(maison=maison)
        with override("en"):
            adresse = reverse("portail:maison", args=[maison.slug])

        self.verifier(client, adresse)

    @pytest.mark.parametrize("trait", [{}, {"ages": True}, {"complete": True}, {"annulee": True}, {"commencee": True}])
    def test_a_session(self, trait: dict[str, bool], client: Client) -> None:
        with override("en"):
            adresse = SeanceFactory(**trait).get_absolute_url()

        self.verifier(client, adresse)

    @pytest.mark.parametrize("trait", [{}, {"ages": True}, {"complete": True}])
    def test_the_booking_form_and_its_refusals(self, trait: dict[str, bool], client: Client) -> None:
        with override("en"):
            adresse = reverse("ateliers:seance_inscription", args=[SeanceFactory(**trait).reference])

        self.verifier(client, adresse)
        refus = client.post(adresse, {"prenom": "", "email": "x", "telephone": "06", "adultes": "0"})
        mots = mots_hors_crochets(refus.content.decode())
        assert refus.status_code == 422
        assert {mot for mot in mots if not DONNEES.fullmatch(mot)} == set()

    @pytest.mark.parametrize(
        "trait",
        [{}, {"sms": True}, {"attente": True}, {"proposee": True}, {"annulee": True}, {"seance__annulee": True}],
    )
    def test_my_booking(self, trait: dict[str, bool], client: Client) -> None:
        jeton = liens.signer(USAGE_LIEN, InscriptionFactory(**trait).pk)
        with override("en"):
            adresse = reverse("ateliers:ma_reservation", args=[jeton])

        self.verifier(client, adresse)


# Where one template says several things, what makes it say each.
TOURS: dict[str, list[dict[str, Any]]] = {
    "arret_change": [{"genre": genre} for genre in ("annule", "deplace", "retard", "a_l_heure")],
    "arret_retard": [{"retard": 0}, {"retard": 20}],
    "arrets_prevus": [{"autres": 0}, {"autres": 2}],
    "label_echeance": [{"depassee": False}, {"depassee": True}],
    "groupe_bilan": [{"moment": "avant"}, {"moment": "apres"}],
}


@pytest.mark.django_db
class TestMessages:
    """Every message in English: brackets around all of it, subject and SMS included."""

    @pytest.fixture(autouse=True)
    def entre_crochets(self, portail_entre_crochets: Path, settings: Any) -> None:
        settings.LOCALE_PATHS = [portail_entre_crochets]

    @pytest.mark.parametrize(
        ("modele", "tour"),
        [
            pytest.param(modele, tour, id=f"{modele}-{n}")
            for modele in sorted(p.parent.name for p in Path("templates/messages").glob("*/sms.txt"))
            for n, tour in enumerate(TOURS.get(modele, [{}]))
        ],
    )
    def test_is_translated(self, modele: str, tour: dict[str, Any]) -> None:
        from ateliers.messages import _cadre, lien_reservation

        inscription = InscriptionFactory()
        contexte = {
            **_cadre(inscription.seance),
            "prenom": inscription.prenom,
            "adultes": 2,
            "enfants": 1,
            "lien": lien_reservation(inscription),
            "lien_seance": "https://exemple.fr/",
            "rang": 3,
            "motif": "L'animatrice est malade.",
            "mot": "12 000",
            "paragraphes": ["12 000"],
            "expire_le": inscription.seance.debut.isoformat(),
            "avant": {
                "debut": inscription.seance.debut.isoformat(),
                "fuseau": inscription.seance.lieu.fuseau,
                "lieu": "Lieu",
                "commune": "Rethel",
            },
            "suivie": "Rethel",
            "nom": "Maison",
            "verifie_le": "12",
            "cache_le": "13",
            "nombre": 2,
            "retard": 20,
            "code": "12",
            "quoi": "14",
            "jour": "15/03/2027",
            **tour,
        }
        contexte["arrets"] = [dict(contexte)]
        contexte["reservations"] = [dict(contexte)]
        message = Message(
            canal=Canal.EMAIL,
            destinataire="famille@exemple.fr",
            langue="en",
            modele=modele,
            contexte=contexte,
            message_id="<1@exemple.fr>",
        )

        courriel = composition.composer_courriel(message)
        sms = composition.composer_sms(message)

        for texte in (courriel.subject, str(courriel.body), sms.texte):
            mots = _hors_crochets(re.sub(r"https?://\S+", "", texte))
            assert {mot for mot in mots if not DONNEES.fullmatch(mot)} == set(), texte
