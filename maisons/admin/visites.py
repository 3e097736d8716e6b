"""The sheet of a visit: every criterion on a page, noted as one types; static/js/visite.js keeps what can't leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as __

from maisons.admin.criteres import entier
from maisons.forms_label import NoteForm
from maisons.label import candidatures
from maisons.models import Candidature, Evaluation, NoteVisite
from socle.admin import PorteeAdmin
from socle.portee import utilisateur_de

if TYPE_CHECKING:
    _Page = PorteeAdmin
else:
    _Page = object

CONFLIT = 409
INVALIDE = 422


@dataclass(frozen=True)
class LigneVisite:
    """A criterion on the sheet; `ailleurs` is what another device of the same person wrote meanwhile."""

    evaluation: Evaluation
    form: NoteForm
    ailleurs: NoteVisite | None = None

    @property
    def niveau_ailleurs(self) -> str:
        if self.ailleurs is None or self.ailleurs.niveau is None:
            return ""
        return str(self.evaluation.critere.niveaux[self.ailleurs.niveau])

    @property
    def niveau_maison(self) -> str:
        niveau = self.evaluation.niveau
        return "" if niveau is None else str(self.evaluation.critere.niveaux[niveau])


class VisiteMixin(_Page):
    def visite_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        candidature: Candidature = self.objet_ou_404(request, str(object_id))
        if not self._peut(request, "aviser", candidature):
            raise PermissionDenied
        if request.method == "POST" and request.POST.get("acte") == "note":
            return self._noter(request, candidature)
        evaluations = list(
            candidature.evaluations.select_related("critere__axe").order_by("critere__axe__rang", "critere__rang")
        )
        notes = {
            note.evaluation_id: note
            for note in NoteVisite.objects.filter(evaluation__in=evaluations, par=utilisateur_de(request))
        }
        lignes = [self._ligne(request, evaluation, notes.get(evaluation.pk)) for evaluation in evaluations]
        if request.method == "POST":
            lignes = [self._enregistrer(request, ligne, notes.get(ligne.evaluation.pk)) for ligne in lignes]
            if not any(ligne.ailleurs or ligne.form.errors for ligne in lignes):
                self.message_user(request, __("Notes enregistrées."), messages.SUCCESS)
                return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "title": __("Fiche de visite"),
            "subtitle": candidature.maison.nom,
            "opts": self.opts,
            "candidature": candidature,
            "lignes": lignes,
            "cle": f"visite:{candidature.pk}:{utilisateur_de(request).pk}",
        }
        return TemplateResponse(
            request,
            "admin/maisons/candidature/visite.html",
            context,
            status=_statut(lignes) if request.method == "POST" else 200,
        )

    def _ligne(self, request: HttpRequest, evaluation: Evaluation, note: NoteVisite | None) -> LigneVisite:
        initial = {
            "niveau": note.niveau if note else None,
            "texte": note.texte if note else "",
            "revision": note.revision if note else 0,
        }
        form = NoteForm(
            request.POST if request.method == "POST" else None,
            critere=evaluation.critere,
            prefix=str(evaluation.pk),
            initial=initial,
        )
        return LigneVisite(evaluation, form)

    def _enregistrer(self, request: HttpRequest, ligne: LigneVisite, note: NoteVisite | None) -> LigneVisite:
        """The whole sheet sent at once: what was not touched is not written."""
        if not ligne.form.is_valid():
            return ligne
        donnees = ligne.form.cleaned_data
        if note is None and donnees["niveau"] is None and not donnees["texte"]:
            return ligne
        try:
            candidatures.noter_visite(
                evaluation=ligne.evaluation, par=utilisateur_de(request), maintenant=timezone.now(), **donnees
            )
        except candidatures.NoteEcriteAilleurs as conflit:
            # The next sending is about what is shown beside.
            ligne.form.data = request.POST.copy()
            ligne.form.data[ligne.form.add_prefix("revision")] = str(conflit.note.revision)
            return LigneVisite(ligne.evaluation, ligne.form, conflit.note)
        return ligne

    def _noter(self, request: HttpRequest, candidature: Candidature) -> HttpResponse:
        """One note, sent by the script; the answer says the revision to send next time."""
        evaluation = get_object_or_404(
            candidature.evaluations.select_related("critere"), pk=entier(request.POST.get("evaluation"))
        )
        form = NoteForm(request.POST, critere=evaluation.critere)
        if not form.is_valid():
            erreurs = [str(erreur) for erreurs in form.errors.values() for erreur in erreurs]
            return JsonResponse({"message": " ".join(erreurs)}, status=INVALIDE)
        try:
            note = candidatures.noter_visite(
                evaluation=evaluation, par=utilisateur_de(request), maintenant=timezone.now(), **form.cleaned_data
            )
        except candidatures.NoteEcriteAilleurs as conflit:
            autre = conflit.note
            return JsonResponse(
                {
                    "message": str(conflit),
                    "revision": autre.revision,
                    "texte": autre.texte,
                    "niveau": "" if autre.niveau is None else str(autre.niveau),
                    "niveau_dit": "" if autre.niveau is None else evaluation.critere.niveaux[autre.niveau],
                },
                status=CONFLIT,
            )
        return JsonResponse({"revision": note.revision})


def _statut(lignes: list[LigneVisite]) -> int:
    return CONFLIT if any(ligne.ailleurs for ligne in lignes) else INVALIDE
