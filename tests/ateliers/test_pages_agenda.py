"""The agenda: what each filter keeps, addresses that can be shared, and a page that stays fast."""

from __future__ import annotations

import json
import re
import zoneinfo
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management.color import no_style
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ateliers.enums import Format
from ateliers.filters import SeanceFilter, lundi_de, semaine_iso
from ateliers.models import Seance
from ateliers.views.agenda import SEANCES_PAR_JOUR, SEANCES_PAR_PAGE
from tests.factories import (
    AtelierFactory,
    CommuneFactory,
    LieuFactory,
    SeanceFactory,
    ThemeFactory,
    dans,
)

pytestmark = pytest.mark.django_db

AGENDA = "/agenda/"
PARIS = zoneinfo.ZoneInfo("Europe/Paris")


def titres(reponse: HttpResponse) -> list[str]:
    contexte: Any = reponse.context  # type: ignore[attr-defined]
    return [seance.titre for jour in contexte["jours"] for seance in jour.seances]


def chercher(client: Client, **parametres: Any) -> list[str]:
    reponse = client.get(AGENDA, parametres)
    assert reponse.status_code == 200
    return titres(reponse)


def prochain(jour_iso: int, heure: int, zone: str = "Europe/Paris") -> datetime:
    """The next such weekday, at least two days away, at that local hour."""
    jour = timezone.localdate() + timedelta(days=2)
    while jour.isoweekday() != jour_iso:
        jour += timedelta(days=1)
    return datetime.combine(jour, time(heure), zoneinfo.ZoneInfo(zone))


class TestAgenda:
    def test_shows_what_is_public_and_to_come_in_order(self, client: Client) -> None:
        SeanceFactory(titre="Plus tard", debut=dans(days=9))
        SeanceFactory(titre="Bientôt", debut=dans(days=1))
        SeanceFactory(titre="Annulée depuis", debut=dans(days=2), annulee=True)
        for cachee in ("passee", "commencee", "brouillon", "membres", "professionnels"):
            SeanceFactory(titre="Cachée", **{cachee: True})
        SeanceFactory(titre="Cachée", lieu__maison__publiee=False)

        assert chercher(client) == ["Bientôt", "Annulée depuis", "Plus tard"]

    def test_days_are_those_of_the_place(self, client: Client) -> None:
        """22:30 in Paris is the next day at La Réunion."""
        debut = prochain(2, 22).replace(minute=30)
        SeanceFactory(debut=debut)
        SeanceFactory(debut=debut, reunion=True)

        jours: Any = client.get(AGENDA).context["jours"]

        assert [jour.date for jour in jours] == [debut.date(), debut.date() + timedelta(days=1)]

    def test_radius_around_a_commune_or_a_postcode(self, client: Client) -> None:
        CommuneFactory()
        loin = LieuFactory(latitude=49.77, longitude=4.72)
        SeanceFactory(titre="À Rethel")
        SeanceFactory(titre="À 38 km", lieu=loin)

        for lieu in ("Rethel", "rethel", "08300", "Rethel (08300)"):
            assert chercher(client, lieu=lieu, rayon=30) == ["À Rethel"]
        assert set(chercher(client, lieu="Rethel", rayon=50)) == {"À Rethel", "À 38 km"}
        assert set(chercher(client, lieu="Rethel", rayon=0)) == {"À Rethel", "À 38 km"}
        assert chercher(client, lat="49.51", lon="4.37", rayon=5) == ["À Rethel"]
        assert "à 38 km" in client.get(AGENDA, {"lieu": "Rethel", "rayon": 50}).content.decode()

    def test_week_and_day_are_local(self, client: Client) -> None:
        lundi = lundi_de(semaine_iso(timezone.localdate() + timedelta(days=14)))
        dimanche = lundi + timedelta(days=6)
        SeanceFactory(titre="Lundi tôt", debut=datetime.combine(lundi, time(0, 30), PARIS))
        SeanceFactory(titre="Dimanche tard", debut=datetime.combine(dimanche, time(23, 30), PARIS))
        SeanceFactory(titre="La veille", debut=datetime.combine(lundi - timedelta(days=1), time(23, 30), PARIS))
        SeanceFactory(titre="Lundi d'après", debut=datetime.combine(dimanche + timedelta(days=1), time(0), PARIS))

        assert chercher(client, semaine=semaine_iso(lundi)) == ["Lundi tôt", "Dimanche tard"]
        assert chercher(client, jour=lundi.isoformat()) == ["Lundi tôt"]
        assert chercher(client, jour=dimanche.strftime("%d/%m/%Y"), semaine=semaine_iso(lundi)) == ["Dimanche tard"]

    def test_several_moments_may_be_chosen(self, client: Client) -> None:
        SeanceFactory(titre="Mercredi", debut=prochain(3, 10))
        SeanceFactory(titre="Samedi", debut=prochain(6, 10))
        SeanceFactory(titre="Jeudi soir", debut=prochain(4, 18))
        SeanceFactory(titre="Jeudi matin", debut=prochain(4, 9))
        SeanceFactory(titre="Soir à La Réunion", debut=prochain(5, 18, "Indian/Reunion"), reunion=True)

        assert chercher(client, moment="mercredi") == ["Mercredi"]
        assert set(chercher(client, moment=["mercredi", "samedi"])) == {"Mercredi", "Samedi"}
        assert set(chercher(client, moment="soir")) == {"Jeudi soir", "Soir à La Réunion"}

    def test_stage_is_the_age_on_the_day_of_the_session(self, client: Client) -> None:
        SeanceFactory(titre="3 à 9 mois", ages=True)
        SeanceFactory(titre="Dans six mois, 3 à 9", ages=True, debut=dans(days=180))
        SeanceFactory(titre="Pour tous")
        SeanceFactory(titre="Parents et bébés", accueille_grossesse=False)

        assert "3 à 9 mois" in chercher(client, stade=5)
        assert "Dans six mois, 3 à 9" not in chercher(client, stade=5)
        assert "Dans six mois, 3 à 9" in chercher(client, stade=1)
        assert chercher(client, stade=24) == ["Pour tous", "Parents et bébés"]
        assert chercher(client, stade="grossesse") == ["Pour tous"]

    def test_theme_format_language_and_seats(self, client: Client) -> None:
        sommeil = ThemeFactory(nom="Sommeil", slug="sommeil")
        SeanceFactory(titre="Sommeil", atelier=AtelierFactory(themes=[sommeil]))
        SeanceFactory(titre="Pratique", format=Format.PRATIQUE)
        SeanceFactory(titre="En turc", langues=["fr", "tr"])
        SeanceFactory(titre="Complète", complete=True, format=Format.PRATIQUE)

        assert chercher(client, theme="sommeil") == ["Sommeil"]
        assert set(chercher(client, format="pratique")) == {"Pratique", "Complète"}
        assert chercher(client, format="pratique", places="on") == ["Pratique"]
        assert chercher(client, langue="tr") == ["En turc"]

    @pytest.mark.parametrize(
        ("parametres", "champ", "phrase"),
        [
            ({"lieu": "Xyzzyville"}, "lieu", "Nous ne trouvons pas cette commune"),
            ({"lieu": "a" * 500}, "lieu", "C'est trop long"),
            ({"lieu": "Rethel\x00"}, "lieu", "Tapez le nom"),
            ({"jour": "2026-02-31"}, "jour", "Cette date n'existe pas"),
            ({"jour": "9999-12-31"}, "jour", "Cette date n'existe pas"),
            ({"jour": "0001-01-01"}, "jour", "Cette date n'existe pas"),
            ({"semaine": "2026-W54"}, "semaine", "Cette semaine n'existe pas"),
            ({"semaine": "demain"}, "semaine", "Cette semaine n'existe pas"),
            ({"semaine": "9999-W52"}, "semaine", "Cette semaine n'existe pas"),
            ({"stade": "400"}, "stade", ""),
            ({"format": "'; DROP TABLE"}, "format", ""),
            ({"theme": "inconnu"}, "theme", ""),
            ({"moment": "minuit"}, "moment", ""),
            ({"rayon": "-1"}, "rayon", ""),
            ({"lat": "nan", "lon": "4"}, "lieu", "Ce lieu n'est pas reconnu"),
        ],
        ids=lambda valeur: str(valeur)[:40],
    )
    def test_wrong_address_is_told_at_its_field(
        self, client: Client, parametres: dict[str, str], champ: str, phrase: str
    ) -> None:
        SeanceFactory()

        reponse = client.get(AGENDA, parametres)

        assert reponse.status_code == 422
        assert phrase in reponse.context["form"].errors[champ][0]
        assert titres(reponse) == []

    def test_postcode_of_several_communes_answers_and_offers_them(self, client: Client) -> None:
        CommuneFactory()
        CommuneFactory(code_insee="08003", nom="Acy-Romance", codes_postaux=["08300"], population=400)
        SeanceFactory(titre="À Rethel")

        reponse = client.get(AGENDA, {"lieu": "08300", "format": "cafe"})

        assert titres(reponse) == ["À Rethel"]
        assert "Ce n'est pas votre commune ?" in reponse.content.decode().replace("\u00a0", " ")
        liens = re.findall(r'href="(/agenda/\?[^"]*commune=08003[^"]*)"', reponse.content.decode())
        assert liens
        autre = client.get(liens[0].replace("&amp;", "&"))
        assert autre.context["form"].proximite.code_insee == "08003"
        assert autre.context["form"].cleaned_data["format"] == "cafe"

    def test_name_of_several_communes_asks_which(self, client: Client) -> None:
        CommuneFactory(code_insee="08402", nom="Saint-Clément-à-Arnes", codes_postaux=["08310"])
        CommuneFactory(code_insee="08400", nom="Saint-Clément-de-Rivière", codes_postaux=["08320"])

        reponse = client.get(AGENDA, {"lieu": "st clement"})

        assert reponse.status_code == 422
        assert "Plusieurs communes correspondent" in reponse.context["form"].errors["lieu"][0]
        assert reponse.content.decode().count("commune=084") == 2

    @pytest.mark.parametrize("curseur", ["x", "1-", "-1", "9" * 40 + "-1", "1.5-2\x00", "²-1", "99999999999999.0-1"])
    def test_a_written_cursor_starts_from_the_beginning(self, client: Client, curseur: str) -> None:
        SeanceFactory(titre="Première")

        assert chercher(client, apres=curseur) == ["Première"]


class TestPages:
    @pytest.fixture
    def quarante_cinq(self) -> list[str]:
        lieu = LieuFactory()
        atelier = AtelierFactory(maison=lieu.maison)
        # Ten at the same minute: the order must not depend on the hour alone.
        debut = dans(days=3)
        for n in range(45):
            SeanceFactory(titre=f"n{n:02d}", lieu=lieu, atelier=atelier, debut=debut + timedelta(hours=n // 10))
        return [f"n{n:02d}" for n in range(45)]

    def test_going_forth_and_back_shows_each_session_once(self, client: Client, quarante_cinq: list[str]) -> None:
        pages, url = [], AGENDA
        while url:
            reponse = client.get(url)
            pages.append(titres(reponse))
            url = reponse.context["url_suite"]
        assert [titre for page in pages for titre in page] == quarante_cinq
        assert [len(page) for page in pages] == [SEANCES_PAR_PAGE, SEANCES_PAR_PAGE, 5]

        retour = client.get(reponse.context["url_avant"])
        assert titres(retour) == pages[1]
        debut = client.get(retour.context["url_avant"])
        assert titres(debut) == pages[0]
        assert debut.context["url_avant"] == ""

    def test_filters_stay_from_page_to_page(self, client: Client, quarante_cinq: list[str]) -> None:
        reponse = client.get(AGENDA, {"format": "cafe", "lieu": ""})

        assert "format=cafe" in reponse.context["url_suite"]
        assert "lieu" not in reponse.context["url_suite"]


class TestPuces:
    def test_each_filter_can_be_taken_off(self, client: Client) -> None:
        CommuneFactory()
        parametres = {
            "lieu": "Rethel",
            "rayon": "50",
            "moment": ["mercredi", "soir"],
            "format": "cafe",
            "places": "on",
        }

        reponse = client.get(AGENDA, parametres)

        puces = {puce.libelle: puce.url for puce in reponse.context["puces"]}
        assert list(puces) == [
            "à 50 km ou moins de Rethel (08300)",
            "le mercredi",
            "le soir, dès 17 h",
            "café des parents",
            "avec des places",
        ]
        assert puces["le mercredi"] == "/agenda/?lieu=Rethel&rayon=50&format=cafe&places=on&moment=soir"
        assert puces["à 50 km ou moins de Rethel (08300)"] == (
            "/agenda/?moment=mercredi&moment=soir&format=cafe&places=on"
        )


class TestEtatVide:
    def test_offers_the_radius_where_something_is(self, client: Client) -> None:
        CommuneFactory()
        SeanceFactory(lieu=LieuFactory(latitude=49.77, longitude=4.72, maison__nom="Maison de Charleville"))

        reponse = client.get(AGENDA, {"lieu": "Rethel", "rayon": 10})

        page = reponse.content.decode()
        assert "Chercher jusqu&#x27;à 50 km" in page or "Chercher jusqu'à 50 km" in page
        assert "rayon=50" in reponse.context["url_plus_large"]
        assert "Maison de Charleville" in page

    def test_without_a_place_offers_all_sessions(self, client: Client) -> None:
        page = client.get(AGENDA, {"format": "cafe"}).content.decode()

        assert "Voir toutes les séances" in page


class TestHtmx:
    def test_swaps_the_list_alone(self, client: Client) -> None:
        SeanceFactory(titre="Café")

        entiere, seule = client.get(AGENDA), client.get(AGENDA, headers={"hx-request": "true"})

        assert "<html" in entiere.content.decode()
        assert "<html" not in seule.content.decode()
        assert titres(seule) == ["Café"]
        assert "HX-Request" in entiere["Vary"]
        assert entiere["Cache-Control"] == "private, no-cache"

    def test_pushes_an_address_without_empty_parameters(self, client: Client) -> None:
        reponse = client.get(AGENDA, {"lieu": "", "format": "cafe", "rayon": ""}, headers={"hx-request": "true"})

        assert reponse["HX-Push-Url"] == "/agenda/?format=cafe"

    def test_says_what_is_wrong_in_what_it_swaps(self, client: Client) -> None:
        reponse = client.get(AGENDA, {"lieu": "Xyzzyville"}, headers={"hx-request": "true"})

        assert reponse.status_code == 200
        assert "Nous ne trouvons pas cette commune" in reponse.content.decode()

    def test_going_back_loads_the_whole_page(self, client: Client) -> None:
        page = client.get(AGENDA, headers={"hx-request": "true", "hx-history-restore-request": "true"})

        assert "<html" in page.content.decode()


class TestSemaine:
    def test_has_seven_days_and_its_neighbours(self, client: Client) -> None:
        debut = prochain(3, 10)
        SeanceFactory(titre="Mercredi", debut=debut)
        lundi = debut.date() - timedelta(days=2)

        reponse = client.get(AGENDA, {"vue": "semaine", "semaine": semaine_iso(debut.date())})

        assert [jour.date for jour in reponse.context["jours"]] == [lundi + timedelta(days=n) for n in range(7)]
        assert titres(reponse) == ["Mercredi"]
        apres = semaine_iso(lundi + timedelta(days=7))
        assert reponse.context["url_semaine_apres"] == f"/agenda/?vue=semaine&semaine={apres}"

    def test_opens_on_this_week(self, client: Client) -> None:
        SeanceFactory(debut=dans(minutes=5))

        reponse = client.get(AGENDA, {"vue": "semaine"})

        assert reponse.context["nombre"] == 1
        assert reponse.context["url_semaine_avant"] == ""

    def test_a_long_day_links_to_all_of_it(self, client: Client) -> None:
        debut = prochain(2, 9)
        lieu = LieuFactory()
        atelier = AtelierFactory(maison=lieu.maison)
        for n in range(SEANCES_PAR_JOUR + 2):
            SeanceFactory(debut=debut + timedelta(minutes=n), lieu=lieu, atelier=atelier)

        reponse = client.get(AGENDA, {"vue": "semaine", "semaine": semaine_iso(debut.date())})

        assert reponse.context["nombre"] == SEANCES_PAR_JOUR
        assert f"?jour={debut:%Y-%m-%d}" in reponse.content.decode()

    def test_week_without_any_session(self, client: Client) -> None:
        reponse = client.get(
            AGENDA, {"vue": "semaine", "semaine": semaine_iso(timezone.localdate() + timedelta(days=30))}
        )

        assert reponse.status_code == 200
        assert "Rien de prévu" in reponse.content.decode()


class TestCout:
    @pytest.mark.parametrize(
        "parametres",
        [{}, {"lieu": "Rethel"}, {"vue": "semaine"}, {"moment": "mercredi", "stade": "5", "places": "on"}],
        ids=str,
    )
    def test_as_many_queries_for_one_session_as_for_a_hundred(
        self, client: Client, parametres: dict[str, str]
    ) -> None:
        CommuneFactory()
        lieu = LieuFactory()
        atelier = AtelierFactory(maison=lieu.maison)
        SeanceFactory(lieu=lieu, atelier=atelier, debut=dans(hours=1))
        client.get(AGENDA, parametres)
        with CaptureQueriesContext(connection) as une:
            client.get(AGENDA, parametres)
        for n in range(99):
            autre = LieuFactory() if n % 10 == 0 else lieu
            SeanceFactory(lieu=autre, atelier=atelier, debut=dans(hours=n % 20 + 1))

        with CaptureQueriesContext(connection) as cent:
            client.get(AGENDA, parametres)

        assert len(cent) == len(une)

    @pytest.fixture
    def beaucoup(self) -> None:
        """20,000 sessions over two years in 200 places."""
        lieu = LieuFactory()
        atelier = AtelierFactory(maison=lieu.maison)
        modele = SeanceFactory(lieu=lieu, atelier=atelier)
        lieux = [LieuFactory(maison=lieu.maison, latitude=44 + n / 40, longitude=n / 40).pk for n in range(200)]
        colonnes = [champ.column for champ in Seance._meta.concrete_fields if champ.column not in COPIE]
        noms = ", ".join(f'"{colonne}"' for colonne in colonnes)
        with connection.cursor() as cursor:
            # The history's trigger, row by row, would take most of the time.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ateliers_seance DISABLE TRIGGER USER")
            cursor.execute(
                f"INSERT INTO ateliers_seance (reference, lieu_id, debut, fin, format, {noms}) "
                "SELECT gen_random_uuid(), (%s::bigint[])[1 + n %% 200], d, d + interval '1 hour', "
                f"(%s::text[])[1 + n %% 7], {noms} FROM ateliers_seance, generate_series(1, 20000) n, "
                "LATERAL (SELECT now() - interval '1 year' + n * interval '53 minutes' AS d) t WHERE id = %s",
                [lieux, Format.values[:7], modele.pk],
            )
            for sql in connection.ops.sequence_reset_sql(no_style(), [Seance]):
                cursor.execute(sql)
            cursor.execute("ANALYZE ateliers_seance")
            cursor.execute("ANALYZE maisons_lieu")

    @pytest.mark.usefixtures("beaucoup")
    def test_reads_indexes_over_many_sessions(self) -> None:
        CommuneFactory()
        maintenant = timezone.now()
        lectures = {}
        for parametres in (
            {},
            {"lieu": "Rethel", "rayon": "30"},
            {"format": "conference"},
            {"lieu": "Rethel", "rayon": "5", "format": "pratique"},
            {"langue": "fr", "places": "on"},
            {"moment": "mercredi"},
            {"jour": (timezone.localdate() + timedelta(days=9)).isoformat()},
        ):
            filtre = SeanceFilter(
                QueryDict(urlencode(parametres)),
                queryset=Seance.objects.publiques().a_venir(maintenant=maintenant),
                maintenant=maintenant,
            )
            page = filtre.qs.with_cadre().order_by("debut", "pk")[: SEANCES_PAR_PAGE + 1]
            lectures[urlencode(parametres)] = parcours_de(json.loads(page.explain(format="json")), "ateliers_seance")

        assert all(lectures.values()), lectures
        assert not [parametres for parametres, lues in lectures.items() if "Seq Scan" in lues], lectures


COPIE = {"id", "reference", "lieu_id", "debut", "fin", "format"}


def parcours_de(plan: Any, table: str) -> set[str]:
    """How a plan reads a table: "Index Scan", "Bitmap Heap Scan", "Seq Scan"…"""
    trouves: set[str] = set()
    if isinstance(plan, list):
        for partie in plan:
            trouves |= parcours_de(partie, table)
    elif isinstance(plan, dict):
        if plan.get("Relation Name") == table:
            trouves.add(plan["Node Type"])
        for valeur in plan.values():
            if isinstance(valeur, (dict, list)):
                trouves |= parcours_de(valeur, table)
    return trouves


def test_english_agenda_keeps_its_filters(client: Client) -> None:
    SeanceFactory(titre="Café")

    reponse = client.get("/en/agenda/", {"format": "cafe"})

    assert titres(reponse) == ["Café"]
    assert reponse.context["puces"][0].url == "/en/agenda/"
