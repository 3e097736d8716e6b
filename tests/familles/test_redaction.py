"""Articles and milestones: drafted, reviewed or previewed, published, kept; their text made safe."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from familles import articles, jalons
from familles.articles import en_html
from familles.chargement import charger_calendrier
from familles.chargement_articles import charger_articles, lire_articles
from familles.enums import Etape, StatutArticle, StatutVersion, ThemeArticle
from familles.models import Article, VersionJalon
from familles.versions import PublicationRefusee
from portail.demo.articles import publier_articles
from socle.versions import empreinte
from tests.equipe import entrer
from tests.factories import AffectationFactory, ArticleFactory, UtilisateurFactory, VersionJalonFactory, maintenant

pytestmark = pytest.mark.django_db


def publie(**champs: Any) -> Article:
    article = articles.relire(
        article=ArticleFactory(**champs), par=None, nom="Dr Maud", fonction="médecin de PMI", le=timezone.localdate()
    )
    return articles.publier(article=article, maintenant=maintenant())


class TestTexte:
    @pytest.mark.parametrize(
        "piege",
        [
            "<script>alert(1)</script>",
            '<img src=x onerror="alert(1)">',
            "[x](javascript:alert(1))",
            "[x](data:text/html;base64,AAAA)",
            '<iframe src="https://ailleurs.fr"></iframe>',
            '<p style="position:fixed">x</p>',
            "[x](http://ailleurs.fr)",
            "![x](https://ailleurs.fr/suivi.png)",
            "![x](/static/img/../../secret)",
        ],
    )
    def test_holds_nothing_that_runs_or_is_fetched_from_elsewhere(self, piege: str) -> None:
        html = en_html(piege)
        # What was typed as HTML comes out as text.
        balises = re.findall(r"<[^>]*>", html)
        for interdit in ("script", "iframe", "src=", "style=", "javascript:", "data:", "http:", "onerror"):
            assert not [balise for balise in balises if interdit in balise]

    def test_keeps_what_an_article_needs(self) -> None:
        html = en_html("## Titre\n\n- **gras**\n\n[3114](tel:3114)\n\n![Une maison](/static/img/icone.svg)")
        for attendu in ("<h2>Titre</h2>", "<strong>gras</strong>", 'href="tel:3114"', 'alt="Une maison"'):
            assert attendu in html


class TestArticles:
    def test_twenty_over_every_stage_and_theme_each_with_a_source(self) -> None:
        lus = lire_articles()
        assert len(lus) == 20
        assert {etape for article in lus for etape in article["etapes"]} == set(Etape.values)
        assert {article["theme"] for article in lus} == set(ThemeArticle.values)
        for article in lus:
            assert article["sources"].strip(), article["slug"]
            assert len(article["titre"]) <= 120, article["slug"]
            # Two minutes of reading at most.
            assert 40 <= len(article["corps"].split()) <= 200, article["slug"]

    def test_loaded_as_drafts_that_nobody_reads_yet(self, client: Client) -> None:
        assert len(charger_articles(maintenant=maintenant())) == 20
        assert charger_articles(maintenant=maintenant()) == []
        assert not Article.objects.publies(le=timezone.localdate()).exists()
        assert client.get("/ressources/entretien-prenatal/").status_code == 404

    def test_the_demonstration_signs_them_with_a_reviewer_who_does_not_exist(self, client: Client) -> None:
        assert publier_articles(maintenant=maintenant()) == 20
        assert publier_articles(maintenant=maintenant()) == 0
        page = client.get("/ressources/entretien-prenatal/").content.decode()
        assert "personne fictive" in page
        assert "à faire" in page

    def test_from_draft_to_review_to_the_public(self, client: Client) -> None:
        article = ArticleFactory(slug="essai")
        with pytest.raises(PublicationRefusee, match="Faites relire"):
            articles.publier(article=article, maintenant=maintenant())
        with pytest.raises(PublicationRefusee, match="nom et la fonction"):
            articles.relire(article=article, par=None, nom="", fonction="x", le=timezone.localdate())
        relu = articles.relire(article=article, par=None, nom="Dr Maud", fonction="médecin", le=timezone.localdate())
        assert client.get("/ressources/essai/").status_code == 404
        articles.publier(article=relu, maintenant=maintenant())
        assert "Dr Maud, médecin" in client.get("/ressources/essai/").content.decode()

    def test_an_image_says_what_it_shows(self) -> None:
        article = ArticleFactory(corps="![](/static/img/icone.svg)")
        with pytest.raises(PublicationRefusee, match="alternative"):
            articles.relire(article=article, par=None, nom="Dr Maud", fonction="médecin", le=timezone.localdate())

    def test_past_its_day_it_is_gone_until_reviewed_again(self, client: Client) -> None:
        article = publie(slug="essai")
        hier = timezone.localdate() - timedelta(days=1)
        Article.objects.filter(pk=article.pk).update(relu_le=hier - timedelta(days=9), a_revoir_le=hier)
        assert client.get("/ressources/essai/").status_code == 404
        assert "Un article" not in client.get("/ressources/").content.decode()

    def test_the_next_version_takes_its_place(self) -> None:
        article = publie(slug="essai")
        suivant = articles.preparer_version(article=article, maintenant=maintenant())
        assert (suivant.numero, suivant.relu_par_nom, suivant.statut) == (2, "", StatutArticle.BROUILLON)
        relu = articles.relire(article=suivant, par=None, nom="Dr B", fonction="médecin", le=timezone.localdate())
        articles.publier(article=relu, maintenant=maintenant())
        assert Article.objects.publies(le=timezone.localdate()).get(slug="essai").numero == 2

    @pytest.mark.parametrize(
        ("champs", "contrainte"),
        [
            ({"statut": "publiee", "publie_le": maintenant()}, "article_relu"),
            ({"sources": " "}, "article_source"),
        ],
    )
    def test_the_database_refuses_what_is_unsigned_or_unsourced(self, champs: dict[str, Any], contrainte: str) -> None:
        article = ArticleFactory()
        with pytest.raises(IntegrityError, match=contrainte), transaction.atomic():
            Article.objects.filter(pk=article.pk).update(**champs)

    def test_the_list_costs_the_same_however_long(self, client: Client, django_assert_num_queries: Any) -> None:
        publie(slug="un")
        with django_assert_num_queries(1):
            client.get("/ressources/")
        for n in range(5):
            publie(slug=f"article-de-plus-{n}")
        with django_assert_num_queries(1):
            client.get("/ressources/", {"theme": "sante"})

    def test_the_calendar_shows_those_of_ones_stage(self, client: Client) -> None:
        publie(slug="un", titre="Pour la grossesse", etapes=["grossesse"])
        publie(slug="deux", titre="Pour plus tard", etapes=["deuxieme_annee"])
        terme = timezone.localdate() + timedelta(days=100)
        page = client.post("/calendrier/", {"terme": f"{terme:%d/%m/%Y}"}).content.decode()
        assert "Pour la grossesse" in page
        assert "Pour plus tard" not in page

    def test_who_writes_does_not_sign_the_review(self, client: Client) -> None:
        article = ArticleFactory()
        base = f"/equipe/familles/article/{article.pk}"
        entrer(client, AffectationFactory(redaction=True).utilisateur)
        assert client.post(f"{base}/etape/relire/").status_code == 403
        medecin = AffectationFactory(medecine=True).utilisateur
        entrer(client, medecin)
        # What was opened is no longer what is there: nothing is signed.
        vu = empreinte(article)
        Article.objects.filter(pk=article.pk).update(corps="Autre chose, écrit entre-temps.")
        client.post(f"{base}/etape/relire/", {"vu": vu})
        article.refresh_from_db()
        assert article.statut == StatutArticle.BROUILLON
        assert client.post(f"{base}/etape/relire/", {"vu": empreinte(article)}).status_code == 302
        assert client.post(f"{base}/etape/publier/").status_code == 403
        # The editor may take it back to a draft: it is then read and signed again.
        entrer(client, AffectationFactory(redaction=True).utilisateur)
        client.post(f"{base}/etape/reprendre/")
        article.refresh_from_db()
        assert (article.statut, article.relu_par, article.relu_par_nom) == (StatutArticle.BROUILLON, None, "")
        entrer(client, medecin)
        client.post(f"{base}/etape/relire/", {"vu": empreinte(article)})
        entrer(client, AffectationFactory(redaction=True).utilisateur)
        assert client.post(f"{base}/etape/publier/").status_code == 302
        article.refresh_from_db()
        assert (article.statut, article.relu_par) == (StatutArticle.PUBLIEE, medecin)

    def test_no_right_makes_a_doctor(self, client: Client) -> None:
        article = ArticleFactory()
        entrer(client, UtilisateurFactory(superutilisateur=True))
        client.post(f"/equipe/familles/article/{article.pk}/etape/relire/", {"vu": empreinte(article)})
        article.refresh_from_db()
        assert article.statut == StatutArticle.BROUILLON


class TestJalons:
    def test_a_rule_changes_by_a_version_seen_before_it_is_published(self, client: Client) -> None:
        charger_calendrier(maintenant=maintenant())
        ancienne = VersionJalon.objects.publiees().get(jalon__code="epnp_1")
        editeur = AffectationFactory(redaction=True).utilisateur
        entrer(client, editeur)
        base = "/equipe/familles/versionjalon/"
        assert 'name="fin_semaines"' not in client.get(f"{base}{ancienne.pk}/change/").content.decode()
        client.post(f"{base}{ancienne.pk}/etape/version/")
        brouillon = VersionJalon.objects.get(jalon__code="epnp_1", statut=StatutVersion.BROUILLON)
        VersionJalon.objects.filter(pk=brouillon.pk).update(fin_semaines=10)
        fiche = client.get(f"{base}{brouillon.pk}/change/").content.decode()
        # The due date of 29 February 2028: eight weeks later is 25 April, ten weeks later 9 May.
        assert "25\xa0avril 2028" in fiche or "25\xa0avril\xa02028" in fiche
        assert "9\xa0mai\xa02028" in fiche
        # The public still reads the old one; publishing asks why.
        assert VersionJalon.objects.publiees().get(jalon__code="epnp_1").fin_semaines == 8
        client.post(f"{base}{brouillon.pk}/etape/publier/")
        assert VersionJalon.objects.publiees().get(jalon__code="epnp_1").numero == 1
        VersionJalon.objects.filter(pk=brouillon.pk).update(motif="Nouvel arrêté")
        client.post(f"{base}{brouillon.pk}/etape/publier/")
        publiee = VersionJalon.objects.publiees().get(jalon__code="epnp_1")
        assert (publiee.numero, publiee.fin_semaines, publiee.auteur) == (2, 10, editeur)
        ancienne.refresh_from_db()
        assert ancienne.statut == StatutVersion.ARCHIVEE
        # The file never takes it back.
        assert charger_calendrier(maintenant=maintenant()).gardes == 1
        assert "Nouvel arrêté" in client.get(f"{base}{publiee.pk}/change/").content.decode()

    def test_a_window_upside_down_is_never_published(self) -> None:
        version = VersionJalonFactory(fin_semaines=2, motif="Essai")
        with pytest.raises(PublicationRefusee, match="la fin viendrait avant le début"):
            jalons.publier(version=version, par=UtilisateurFactory(), maintenant=maintenant())

    def test_examples_show_both_rules(self) -> None:
        charger_calendrier(maintenant=maintenant())
        version = VersionJalon.objects.publiees().get(jalon__code="epp")
        brouillon = jalons.preparer_version(version=version, par=UtilisateurFactory(), maintenant=maintenant())
        brouillon.debut_mois = -7
        (exemple,) = jalons.exemples(brouillon, [date(2027, 8, 31)])
        assert exemple.avant is not None
        assert exemple.apres is not None
        assert (exemple.avant.debut, exemple.apres.debut) == (date(2027, 2, 28), date(2027, 1, 31))
