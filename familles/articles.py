"""The life of an article: drafted, reviewed by someone named, published until a day; and its text made safe."""

from __future__ import annotations

import re
from datetime import date, datetime

import nh3
from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from familles.enums import StatutArticle
from familles.models import Article
from familles.versions import PublicationRefusee, preparer_copie
from socle.models import Utilisateur

# How long a review holds, unless whoever reviews says otherwise.
VALIDITE = relativedelta(years=1)
_BALISES = set("p h2 h3 ul ol li strong em a blockquote img br hr table thead tbody tr th td".split())
_ATTRIBUTS = {"a": {"href"}, "img": {"src", "alt"}}
# Our own files: a picture from elsewhere would tell that site who reads.
_IMAGE = re.compile(r"^/static/img/[\w./-]+$")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_SANS_ALTERNATIVE = re.compile(r"!\[\s*\]\(")


def en_html(corps: str) -> SafeString:
    """The article's text as HTML that holds no script, no style, no frame, nothing fetched from elsewhere."""
    html = _MARKDOWN.render(corps)
    propre = nh3.clean(
        html,
        tags=_BALISES,
        attributes=_ATTRIBUTS,
        url_schemes={"https", "tel", "mailto"},
        link_rel="noreferrer noopener",
        attribute_filter=_filtrer,
    )
    return mark_safe(propre)  # noqa: S308 (sanitised by nh3 above)


def _filtrer(balise: str, attribut: str, valeur: str) -> str | None:
    if (balise, attribut) == ("img", "src") and (not _IMAGE.match(valeur) or ".." in valeur):
        return None
    return valeur


def preparer_version(*, article: Article, maintenant: datetime) -> Article:
    """The draft that will take the place of this article."""
    en_cours = Article.objects.filter(slug=article.slug, statut=StatutArticle.RELU).first()
    if en_cours is not None:
        return en_cours
    return preparer_copie(
        article,
        freres=Article.objects.filter(slug=article.slug),
        publication={
            "relu_par": None,
            "relu_par_nom": "",
            "relu_par_fonction": "",
            "relu_le": None,
            "a_revoir_le": None,
            "publie_le": None,
            "cree_le": maintenant,
        },
    )


@transaction.atomic
def relire(
    *, article: Article, par: Utilisateur | None, nom: str, fonction: str, le: date, a_revoir_le: date | None = None
) -> Article:
    """Sign the review of a draft. Raises PublicationRefusee for an image without alternative or an unsigned review."""
    version = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    if version.statut != StatutArticle.BROUILLON:
        raise PublicationRefusee(_("Cet article n'est plus un brouillon."))
    if not nom.strip() or not fonction.strip():
        raise PublicationRefusee(_("Écrivez le nom et la fonction de qui relit : ils paraissent sous l'article."))
    if _SANS_ALTERNATIVE.search(version.corps):
        raise PublicationRefusee(_("Une image n'a pas d'alternative : écrivez entre les crochets ce qu'elle montre."))
    version.statut = StatutArticle.RELU
    version.relu_par, version.relu_par_nom, version.relu_par_fonction = par, nom.strip(), fonction.strip()
    version.relu_le, version.a_revoir_le = le, a_revoir_le or le + VALIDITE
    version.save()
    return version


@transaction.atomic
def publier(*, article: Article, maintenant: datetime) -> Article:
    """Put a reviewed article before the public, in the place of its last version. Raises PublicationRefusee."""
    versions = Article.objects.select_for_update(of=("self",), no_key=True)
    version = versions.get(pk=article.pk)
    if version.statut != StatutArticle.RELU:
        raise PublicationRefusee(_("Faites relire cet article avant de le publier."))
    versions.filter(slug=version.slug, statut=StatutArticle.PUBLIEE).update(statut=StatutArticle.ARCHIVEE)
    version.statut, version.publie_le = StatutArticle.PUBLIEE, maintenant
    version.save(update_fields=["statut", "publie_le"])
    return version


@transaction.atomic
def reprendre(*, article: Article) -> Article:
    """Make a reviewed article a draft again: what was signed no longer stands. Raises PublicationRefusee."""
    version = Article.objects.select_for_update(of=("self",), no_key=True).get(pk=article.pk)
    if version.statut != StatutArticle.RELU:
        raise PublicationRefusee(_("Cet article n'attend plus d'être publié."))
    version.statut = StatutArticle.BROUILLON
    version.relu_par, version.relu_par_nom, version.relu_par_fonction = None, "", ""
    version.relu_le = version.a_revoir_le = None
    version.save()
    return version


def retirer(*, article: Article) -> None:
    Article.objects.filter(pk=article.pk, statut=StatutArticle.PUBLIEE).update(statut=StatutArticle.ARCHIVEE)
