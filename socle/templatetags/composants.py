"""Tags behind templates/base.html and templates/composants/."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import translate_url
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

register = template.Library()

PRESQUE_COMPLET = 3
_AVANT = re.compile(r" ([:;?!»%€])")
_APRES = re.compile(r"« ")


@register.simple_tag
def picto(nom: str, classe: str = "") -> SafeString:
    """A line icon of static/img/pictos.svg, always beside a text that says the same.

    classe: "picto--grand" (40 px), "picto--sens" (turns round when the page reads from right to left).
    """
    return _picto(nom, classe)


@cache
def _picto(nom: str, classe: str) -> SafeString:
    # Kept: a page of cards shows a hundred of the same few.
    return format_html(
        '<svg class="picto{}{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        " " if classe else "",
        classe,
        static("img/pictos.svg"),
        nom,
    )


@register.simple_tag
def illustration(nom: str, classe: str = "") -> SafeString:
    """A drawing of static/img/illustrations.svg, in the colours of the theme; decorative.

    nom: "accueil", "agenda", "porte". classe: "illustration--petite".
    """
    return format_html(
        '<svg class="illustration{}{}" viewBox="0 0 460 300" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        " " if classe else "",
        classe,
        static("img/illustrations.svg"),
        nom,
    )


@register.simple_tag(takes_context=True)
def page_courante(context: template.Context, *noms: str) -> str:
    """aria-current="page" on the first of these URL names, aria-current="true" on the others (pages below it)."""
    resolver_match = getattr(context.get("request"), "resolver_match", None)
    if resolver_match is None or resolver_match.view_name not in noms:
        return ""
    if resolver_match.view_name == noms[0]:
        return mark_safe('aria-current="page"')  # a constant
    return mark_safe('aria-current="true"')  # a constant


@register.simple_tag(takes_context=True)
def url_langue(context: template.Context, langue: str) -> str:
    """The address of the page being read, in another language."""
    request: HttpRequest | None = context.get("request")
    return translate_url(request.get_full_path() if request else "/", langue)


@register.simple_tag(takes_context=True)
def etat_seance(context: template.Context, seance: Any) -> str:
    """How a session stands for someone who would like to come, in one word the components know.

    "annulee", "commencee", "acces_libre" (one comes without booking), "pas_ouverte" or "fermee" (sign-ups),
    "complet", "presque" (at most 3 places left for adults or for children) or "libre". The clock is the context's
    `maintenant`, or now.
    """

    def lire(nom: str) -> Any:
        return seance.get(nom) if isinstance(seance, dict) else getattr(seance, nom, None)

    maintenant = context.get("maintenant") or timezone.now()
    ouverture, cloture = lire("inscriptions_du"), lire("inscriptions_au")
    if lire("statut") == "annulee":
        return "annulee"
    if lire("debut") <= maintenant:
        return "commencee"
    if lire("est_libre"):
        return "acces_libre"
    if ouverture and maintenant < ouverture:
        return "pas_ouverte"
    if cloture and maintenant >= cloture:
        return "fermee"
    if lire("est_complete"):
        return "complet"
    restes = [] if lire("accueil") == "enfants" else [lire("places_adultes")]
    if lire("capacite_enfants"):
        restes.append(lire("places_enfants"))
    return "presque" if min(restes) <= PRESQUE_COMPLET else "libre"


@register.filter
def insecable(texte: object) -> str:
    """The text with no-break spaces where French wants one, so that no line begins with ":" or "»"."""
    return _AVANT.sub("\u00a0\\1", _APRES.sub("«\u00a0", str(texte)))


@register.filter
def distance(km: float | None) -> str:
    """ "à 3,2 km"; under a kilometre "à moins de 1 km"; from 10 km on, whole kilometres."""
    if km is None:
        return ""
    if km < 1:
        return _("à moins de 1 km")
    proche = round(km, 1)
    nombre = number_format(proche, decimal_pos=1) if proche < 10 else number_format(round(km), decimal_pos=0)
    return _("à %(km)s km") % {"km": nombre}


@register.filter
def numeros_pages(page: Page[Any]) -> list[int | str]:
    """The numbers to show around this page, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.simple_tag(takes_context=True)
def lien_page(context: template.Context, page: int, parametre: str = "page") -> str:
    """The query string of this address with another page number: every filter stays."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return f"?{parametre}={page}"
    requete = request.GET.copy()
    requete[parametre] = str(page)
    return f"?{requete.urlencode()}"
