from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import index as sitemap_index
from django.contrib.sitemaps.views import sitemap
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import cache_control

from portail import accueil_ponctuel, annuaire, bulle, donnees_ouvertes, views
from portail.sitemaps import SITEMAPS

pages: list[URLPattern | URLResolver] = [
    path("", views.accueil, name="accueil"),
    path("maisons/", views.maisons, name="maisons"),
    path("maisons/<slug:slug>/", views.maison, name="maison"),
    path("ou-est-la-bulle/", bulle.bulle, name="bulle"),
    path("ou-est-la-bulle.ics", bulle.bulle_ics, name="bulle_ics"),
    path("ou-est-la-bulle.geojson", bulle.bulle_reperes, name="bulle_reperes"),
    path("ou-est-la-bulle/affiche/<slug:code_insee>.pdf", bulle.bulle_affiche, name="bulle_affiche"),
    path("partenaires/", annuaire.annuaire, name="annuaire"),
    path("groupes/", views.groupes, name="groupes"),
    path("accueil-ponctuel/", accueil_ponctuel.accueil_ponctuel, name="accueil_ponctuel"),
    path("professionnels/", views.professionnels, name="professionnels"),
    path("besoin-d-aide/", views.besoin_aide, name="besoin_aide"),
    path("mentions-legales/", views.mentions_legales, name="mentions_legales"),
    path("confidentialite/", views.confidentialite, name="confidentialite"),
    path("accessibilite/", views.accessibilite, name="accessibilite"),
]
machines: list[URLPattern | URLResolver] = [
    path("sante/", views.sante, name="sante"),
    path("sante/conservation/", views.sante_conservation, name="sante_conservation"),
    path("donnees/<str:nom>", donnees_ouvertes.donnees, name="donnees"),
    path("robots.txt", views.robots, name="robots"),
]
demonstration: list[URLPattern | URLResolver] = []

if settings.DEMO:
    demonstration = [path("composants/", include("portail.composants"))]
    pages += [path("demo/", include("portail.demo_messages"))]

plan_du_site = cache_control(public=True, max_age=3600)

urlpatterns: list[URLPattern | URLResolver] = [
    path("equipe/", admin.site.urls),
    path("compte/", include("socle.comptes.urls")),
    path("compte/", include("allauth.urls")),
    path("", include((machines, "machines"))),
    path(
        "sitemap.xml",
        plan_du_site(sitemap_index),
        {"sitemaps": SITEMAPS, "sitemap_url_name": "plan_du_site"},
        name="plan_du_site_index",
    ),
    path("sitemap-<slug:section>.xml", plan_du_site(sitemap), {"sitemaps": SITEMAPS}, name="plan_du_site"),
    # French has no prefix; the other languages have theirs.
    *i18n_patterns(
        path("", include((pages, "portail"))),
        path("", include("ateliers.urls")),
        path("", include("maisons.urls")),
        path("", include("partenaires.urls")),
        path("", include("portail.compagnon.urls")),
        path("", include("portail.espace.urls")),
        path("", include("portail.mes_donnees.urls")),
        path("", include("enquetes.urls")),
        *demonstration,
        prefix_default_language=False,
    ),
]
