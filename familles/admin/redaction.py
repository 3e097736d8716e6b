"""What the network's editors keep: the milestones of the calendar and the articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from familles import articles, jalons
from familles.admin.signature import nom_du_medecin
from familles.enums import StatutArticle, StatutVersion
from familles.models import Article, VersionJalon
from familles.mots_calendrier import jour_court, quand
from familles.versions import PublicationRefusee
from socle.portee import utilisateur_de
from socle.versions import Etape, EtapeRefusee, VersionsAdmin

PUBLIER = Etape("publier", "publier", _("Publier"), _("Publié."), principale=True)
VERSION = Etape("version", "change", _("Préparer une nouvelle version"), _("Voici le brouillon suivant."))
RELIRE = Etape(
    "relire", "relire", _("Je l'ai relu : signer"), _("Relu, sous votre nom."), principale=True, signee=True
)
REPRENDRE = Etape("reprendre", "change", _("Remettre en brouillon"), _("La relecture est à refaire."))
RETIRER = Etape("retirer", "publier", _("Retirer du site"), _("Retiré : le public ne le voit plus."), danger=True)
# A due date on a 31st and one on 29 February, beside one that is near.
JOURS_PROCHES = 120


@admin.register(VersionJalon)
class VersionJalonAdmin(VersionsAdmin):
    list_display = ("titre", "code", "categorie", "confiance", "verifiee_le", "numero", "statut")
    list_filter = ("statut", "categorie", "confiance", "caractere")
    list_select_related = ("jalon",)
    search_fields = ("titre", "jalon__code")
    ordering = ("jalon__code", "-numero")
    fieldsets = (
        (None, {"fields": ("apercu", "motif", "titre", "pourquoi", "qui", "prise_en_charge", "affichee")}),
        (
            _("Classement"),
            {"fields": ("categorie", "pour_qui", "caractere", "aide", "condition", "naissances_depuis")},
        ),
        (
            _("La règle"),
            {
                "fields": (
                    "ancre",
                    ("sans_debut", "debut_mois", "debut_semaines", "debut_jours"),
                    ("sans_fin", "fin_mois", "fin_semaines", "fin_jours"),
                    ("fin_ancre", "fin_exclue", "tolerance_fin"),
                    ("ajustement", "age_corrige", "visible_jours"),
                )
            },
        ),
        (_("Ce qui l'établit"), {"fields": ("regle_ecrite", "sources", "confiance", "verifiee_le", "note")}),
        (_("Histoire"), {"fields": ("histoire",)}),
    )
    readonly_fields = ("apercu", "histoire")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.statut != StatutVersion.BROUILLON:
            return False
        return super().has_change_permission(request, obj)

    @admin.display(description=_("code"), ordering="jalon__code")
    def code(self, version: VersionJalon) -> str:
        return version.jalon.code

    @admin.display(description=_("ce que cela donne"))
    def apercu(self, version: VersionJalon) -> SafeString:
        """What is saved, for three due dates: as published, and as it would be."""
        aujourd_hui = timezone.localdate()
        termes = [aujourd_hui + timedelta(days=JOURS_PROCHES), date(aujourd_hui.year + 1, 8, 31), date(2028, 2, 29)]
        lignes = format_html_join(
            "",
            "<tr><th scope='row'>{}</th><td>{}</td><td>{}</td></tr>",
            (
                (
                    jour_court(exemple.terme),
                    quand(exemple.avant) if exemple.avant else "–",
                    quand(exemple.apres) if exemple.apres else "–",
                )
                for exemple in jalons.exemples(version, termes)
            ),
        )
        return format_html(
            "<div class='apercu-large' tabindex='0'><table><thead><tr><th scope='col'>{}</th><th scope='col'>{}</th>"
            "<th scope='col'>{}</th></tr></thead><tbody>{}</tbody></table></div>",
            _("Terme"),
            _("Version publiée"),
            _("Cette version"),
            lignes,
        )

    @admin.display(description=_("versions"))
    def histoire(self, version: VersionJalon) -> SafeString:
        versions = VersionJalon.objects.filter(jalon=version.jalon_id).select_related("auteur").order_by("-numero")
        lignes = format_html_join(
            "",
            "<li><a href='{}'>{} {}</a> · {} · {} · {}</li>",
            (
                (
                    reverse("admin:familles_versionjalon_change", args=[une.pk]),
                    _("Version"),
                    une.numero,
                    une.get_statut_display(),
                    une.auteur or _("données de référence"),
                    une.motif or "–",
                )
                for une in versions
            ),
        )
        return format_html("<ul>{}</ul>", lignes)

    def etapes(self, request: HttpRequest, objet: VersionJalon) -> Sequence[Etape]:
        return (PUBLIER,) if objet.statut == StatutVersion.BROUILLON else (VERSION,)

    def franchir(self, request: HttpRequest, objet: VersionJalon, etape: Etape) -> VersionJalon:
        maintenant, personne = timezone.now(), utilisateur_de(request)
        if etape == VERSION:
            return jalons.preparer_version(version=objet, par=personne, maintenant=maintenant)
        try:
            return jalons.publier(version=objet, par=personne, maintenant=maintenant)
        except PublicationRefusee as refus:
            raise EtapeRefusee(str(refus)) from None


@admin.register(Article)
class ArticleAdmin(VersionsAdmin):
    list_display = ("titre", "theme", "numero", "statut", "relu_par_nom", "a_revoir_le")
    list_filter = ("statut", "theme")
    search_fields = ("titre", "slug")
    ordering = ("slug", "-numero")
    fieldsets = (
        (None, {"fields": ("etat", "titre", "slug", "resume", "corps", "lecture")}),
        (_("Où le trouver"), {"fields": ("etapes", "theme")}),
        (_("D'où il vient"), {"fields": ("sources", "redige_le")}),
    )
    readonly_fields = ("etat", "lecture")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.statut != StatutArticle.BROUILLON:
            return False
        return super().has_change_permission(request, obj)

    @admin.display(description=_("état"))
    def etat(self, article: Article) -> str:
        if article.relu_le is None or article.a_revoir_le is None:
            return str(_("Brouillon : relecture à faire."))
        return _("%(statut)s par %(nom)s, %(fonction)s, le %(le)s ; à revoir le %(revoir)s") % {
            "statut": article.get_statut_display().capitalize(),
            "nom": article.relu_par_nom,
            "fonction": article.relu_par_fonction,
            "le": jour_court(article.relu_le),
            "revoir": jour_court(article.a_revoir_le),
        }

    @admin.display(description=_("aperçu de ce qui est enregistré"))
    def lecture(self, article: Article) -> SafeString:
        return format_html("<div class='apercu-article'>{}</div>", articles.en_html(article.corps))

    def etapes(self, request: HttpRequest, objet: Article) -> Sequence[Etape]:
        return {
            StatutArticle.BROUILLON.value: (RELIRE,),
            StatutArticle.RELU.value: (PUBLIER, REPRENDRE),
            StatutArticle.PUBLIEE.value: (VERSION, RETIRER),
            StatutArticle.ARCHIVEE.value: (VERSION,),
        }[objet.statut]

    def franchir(self, request: HttpRequest, objet: Article, etape: Etape) -> Article:
        maintenant, personne = timezone.now(), utilisateur_de(request)
        try:
            match etape.code:
                case "version":
                    return articles.preparer_version(article=objet, maintenant=maintenant)
                case "relire":
                    return articles.relire(
                        article=objet,
                        par=personne,
                        nom=nom_du_medecin(request),
                        fonction=str(_("médecin de PMI")),
                        le=timezone.localdate(maintenant),
                    )
                case "reprendre":
                    return articles.reprendre(article=objet)
                case "publier":
                    return articles.publier(article=objet, maintenant=maintenant)
                case _:
                    articles.retirer(article=objet)
                    return objet
        except PublicationRefusee as refus:
            raise EtapeRefusee(str(refus)) from None
