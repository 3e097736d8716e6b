"""One criterion of a candidature: what the house says, its evidence, the opinion, what will be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from maisons.forms_label import ActionForm, ConstatForm, FichierForm, LienForm, NiveauForm
from maisons.label import candidatures, preuves
from maisons.label.valeurs import dernieres, seuil
from maisons.models import Candidature, Evaluation, Preuve
from socle.portee import utilisateur_de

if TYPE_CHECKING:
    from maisons.admin.candidatures import CandidatureAdmin

INVALIDE = 422


def entier(saisie: str | None) -> int:
    if saisie is None or not saisie.isdecimal() or len(saisie) > 18:
        raise Http404
    return int(saisie)


def niveau_dit(evaluation: Evaluation, niveau: int | None) -> str:
    return "" if niveau is None else str(evaluation.critere.niveaux[niveau])


class PageCritere:
    """One criterion of one house: each act is a form of its own, and a refused one keeps what was typed."""

    def __init__(
        self, page: CandidatureAdmin, request: HttpRequest, candidature: Candidature, evaluation: Evaluation
    ) -> None:
        self.page, self.request = page, request
        self.candidature, self.evaluation = candidature, evaluation
        self.critere = evaluation.critere
        self.forms: dict[str, Any] = {}
        self.ailleurs: Evaluation | None = None

    def _peut(self, acte: str) -> bool:
        return self.page._peut(self.request, acte, self.candidature)

    def agir(self) -> HttpResponse | None:
        acte = self.request.POST.get("acte", "")
        gestes: dict[str, tuple[str, Callable[[], str]]] = {
            "evaluer": ("evaluer", self._evaluer),
            "aviser": ("aviser", self._aviser),
            "fichier": ("prouver", self._fichier),
            "lien": ("prouver", self._lien),
            "constat": ("prouver", self._constat),
            "retirer": ("prouver", self._retirer),
            "action": ("prouver", self._action),
            "cocher": ("prouver", self._cocher),
        }
        if acte not in gestes:
            raise Http404
        droit, geste = gestes[acte]
        if not self._peut(droit):
            raise PermissionDenied
        fait = geste()
        if not fait:
            return None
        self.page.message_user(self.request, fait, messages.SUCCESS)
        return HttpResponseRedirect(self.request.path)

    def _form(self, nom: str) -> Any:
        """The form of an act, with what was sent for it."""
        envoye = self.request.POST.get("acte") == nom
        donnees = self.request.POST if envoye else None
        fichiers = self.request.FILES if envoye else None
        if nom == "evaluer":
            initial = {
                "niveau": self.evaluation.niveau,
                "commentaire": self.evaluation.commentaire,
                "revision": self.evaluation.revision,
            }
            return NiveauForm(
                donnees, critere=self.critere, libelle=_("Niveau selon la maison"), prefix=nom, initial=initial
            )
        if nom == "aviser":
            initial = {
                "niveau": self.evaluation.avis,
                "commentaire": self.evaluation.avis_commentaire,
                "revision": self.evaluation.revision,
            }
            return NiveauForm(
                donnees, critere=self.critere, libelle=_("Niveau selon l'évaluation"), prefix=nom, initial=initial
            )
        if nom == "action":
            return ActionForm(donnees, prefix=nom)
        classe = {"fichier": FichierForm, "lien": LienForm, "constat": ConstatForm}[nom]
        aujourd_hui = timezone.localdate()
        return classe(donnees, fichiers, prefix=nom, aujourd_hui=aujourd_hui, initial={"datee_du": aujourd_hui})

    def _essayer(self, nom: str, service: Callable[..., Any], fait: str, **autres: Any) -> str:
        """Send a form to its service; "" when it is to be put right, and then it is shown again as it was typed."""
        form = self.forms[nom] = self._form(nom)
        if not form.is_valid():
            return ""
        try:
            service(**autres, **form.cleaned_data)
        except candidatures.EcritAilleurs as conflit:
            # What was typed stays; what the other wrote is shown beside it, and the next sending is about that.
            self.ailleurs = self.evaluation = conflit.evaluation
            form.data = form.data.copy()
            form.data[form.add_prefix("revision")] = str(conflit.evaluation.revision)
            form.add_error(None, conflit.raisons)
        except candidatures.CandidatureRefusee as refus:
            form.add_error("fichier" if "fichier" in form.fields else None, refus.raisons)
        else:
            return fait
        return ""

    def _evaluer(self) -> str:
        return self._essayer(
            "evaluer",
            candidatures.evaluer,
            __("Évaluation enregistrée."),
            evaluation=self.evaluation,
            maintenant=timezone.now(),
        )

    def _aviser(self) -> str:
        def donner(*, niveau: int | None, **autres: Any) -> None:
            candidatures.donner_avis(avis=niveau, **autres)

        return self._essayer(
            "aviser",
            donner,
            __("Avis enregistré."),
            evaluation=self.evaluation,
            par=utilisateur_de(self.request),
            maintenant=timezone.now(),
        )

    def _prouver(self, nom: str, service: Callable[..., Preuve]) -> str:
        return self._essayer(
            nom,
            service,
            __("Preuve ajoutée."),
            evaluation=self.evaluation,
            par=utilisateur_de(self.request),
            maintenant=timezone.now(),
        )

    def _fichier(self) -> str:
        return self._prouver("fichier", preuves.deposer_fichier)

    def _lien(self) -> str:
        return self._prouver("lien", preuves.ajouter_lien)

    def _constat(self) -> str:
        return self._prouver("constat", preuves.ajouter_constat)

    def _retirer(self) -> str:
        preuve = get_object_or_404(self.evaluation.preuves, pk=entier(self.request.POST.get("objet")))
        try:
            preuves.retirer(preuve=preuve)
        except preuves.PreuveRefusee as refus:
            self.page.message_user(self.request, str(refus), messages.ERROR)
            return ""
        return __("Preuve retirée.")

    def _action(self) -> str:
        return self._essayer("action", candidatures.prevoir_action, __("Action ajoutée."), evaluation=self.evaluation)

    def _cocher(self) -> str:
        action = get_object_or_404(self.evaluation.actions, pk=entier(self.request.POST.get("objet")))
        if action.faite_le is None:
            candidatures.cocher_action(action=action, faite_le=timezone.localdate())
            return __("Action faite.")
        candidatures.cocher_action(action=action, faite_le=None)
        return __("Action à faire de nouveau.")

    def montrer(self) -> HttpResponse:
        critere, evaluation = self.critere, self.evaluation
        ordre = list(
            self.candidature.evaluations.order_by("critere__axe__rang", "critere__rang").values_list("pk", flat=True)
        )
        ici = ordre.index(evaluation.pk)
        valeur = None
        if critere.indicateur:
            valeur = dernieres([self.candidature.maison_id], [critere.indicateur]).get(
                (self.candidature.maison_id, critere.indicateur)
            )
        pieces = list(evaluation.preuves.select_related("deposee_par").order_by("-datee_du", "-pk"))
        aujourd_hui = timezone.localdate()
        context = {
            **self.page._contexte(self.request, self.candidature),
            "title": critere.intitule,
            "subtitle": str(critere.axe),
            "critere": critere,
            "evaluation": evaluation,
            "niveau": niveau_dit(evaluation, evaluation.niveau),
            "avis": niveau_dit(evaluation, evaluation.avis),
            "requis": critere.niveaux[critere.niveau_requis],
            "ailleurs": self.ailleurs,
            "ailleurs_niveau": niveau_dit(evaluation, evaluation.niveau),
            "ailleurs_avis": niveau_dit(evaluation, evaluation.avis),
            "valeur": valeur,
            "seuil": seuil(critere),
            "valeur_atteinte": valeur.atteint(critere) if valeur else None,
            "preuves": pieces,
            "retirables": preuves.retirables(self.candidature, pieces),
            "actions": evaluation.actions.order_by(F("faite_le").asc(nulls_first=True), "avant_le", "pk"),
            "aujourd_hui": aujourd_hui,
            "notes": self._notes(),
            "peut_evaluer": self._peut("evaluer"),
            "peut_aviser": self._peut("aviser"),
            "peut_prouver": self._peut("prouver"),
            "ouvert": next(iter(self.forms), ""),
            "precedent": ordre[ici - 1] if ici else None,
            "suivant": ordre[ici + 1] if ici + 1 < len(ordre) else None,
            "rang": ici + 1,
            "nombre": len(ordre),
        }
        for nom in ("evaluer", "aviser", "fichier", "lien", "constat", "action"):
            context[f"form_{nom}"] = self.forms.get(nom) or self._form(nom)
        return TemplateResponse(
            self.request,
            "admin/maisons/candidature/critere.html",
            context,
            status=INVALIDE if self.forms else 200,
        )

    def _notes(self) -> list[Any]:
        """What was noted during visits: for those who give the opinion only."""
        if not self._peut("aviser"):
            return []
        notes = (
            self.evaluation.notes.select_related("par").exclude(texte="", niveau__isnull=True).order_by("ecrite_le")
        )
        return [(note, niveau_dit(self.evaluation, note.niveau)) for note in notes.order_by("ecrite_le")]
