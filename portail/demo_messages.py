"""/demo/messages/ (demo settings): everything the portal sent, as its recipients would read it."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from portail.demo.rappel import anticiper_rappel
from socle import demo
from socle.models import Message

PAR_PAGE = 20
POLITIQUE_DU_COURRIEL = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; img-src data:; "
    "sandbox allow-popups allow-top-navigation-by-user-activation; style-src 'unsafe-inline'"
)


@require_safe
@never_cache
def demo_messages(request: HttpRequest) -> HttpResponse:
    """The latest messages first; ?a= keeps those to one recipient."""
    destinataire = request.GET.get("a", "").strip()[:254]
    page = Paginator(list(demo.lister(destinataire=destinataire)), PAR_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portail/demo_messages.html",
        {
            "page": page,
            "destinataire": destinataire,
            "en_attente": Message.objects.dus(maintenant=timezone.now()).count(),
        },
    )


@require_POST
def demo_rappel(request: HttpRequest) -> HttpResponse:
    """Send the next reminder of the latest booking without waiting for its hour."""
    contact = request.POST.get("a", "").strip()[:254]
    if anticiper_rappel(contact=contact, maintenant=timezone.now()):
        messages.success(request, _("Ce rappel part à la prochaine minute. Actualisez la page dans un instant."))
    else:
        messages.info(request, _("Aucune réservation n'attend de rappel."))
    return redirect("portail:demo_messages")


@require_safe
@never_cache
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
def demo_message(request: HttpRequest, cle: str) -> HttpResponse:
    """One message in all its parts; the HTML one stands in a frame that can run nothing."""
    return render(request, "portail/demo_message.html", {"recu": _recu(cle)})


@require_safe
@never_cache
@xframe_options_sameorigin
def demo_message_html(request: HttpRequest, cle: str) -> HttpResponse:
    """The HTML part alone. Mail needs its styles inside, so this answer has a policy of its own, without scripts."""
    # Its links open in the whole window, not in the frame.
    return HttpResponse(
        _recu(cle).html.replace("<head>", '<head><base target="_top">', 1),
        headers={"Content-Security-Policy": POLITIQUE_DU_COURRIEL},
    )


@require_safe
@never_cache
def demo_message_piece(request: HttpRequest, cle: str, numero: int) -> HttpResponse:
    pieces = _recu(cle).pieces
    if numero >= len(pieces):
        raise Http404
    piece = pieces[numero]
    return HttpResponse(
        piece.contenu,
        content_type=piece.type,
        headers={"Content-Disposition": f'attachment; filename="{piece.nom}"'},
    )


def _recu(cle: str) -> demo.MessageRecu:
    recu = demo.lire(cle)
    if recu is None:
        raise Http404
    return recu


urlpatterns = [
    path("messages/", demo_messages, name="demo_messages"),
    path("rappel/", demo_rappel, name="demo_rappel"),
    path("messages/<str:cle>/", demo_message, name="demo_message"),
    path("messages/<str:cle>/html/", demo_message_html, name="demo_message_html"),
    path("messages/<str:cle>/piece/<int:numero>/", demo_message_piece, name="demo_message_piece"),
]
