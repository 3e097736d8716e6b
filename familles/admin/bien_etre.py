"""Questionnaires that a PMI doctor sets and publishes; requests to be called, for the house's team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from familles import demandes_rappel, questionnaires
from familles.admin.signature import nom_du_medecin
from familles.bien_etre import maximum
from familles.enums import StatutRappel, StatutVersion
from familles.models import DemandeRappel, QuestionnaireBienEtre
from familles.versions import PublicationRefusee
from socle import lectures
from socle.admin import PortailAdminSite, PorteeAdmin
from socle.portee import roles_autorises, utilisateur_de, visibles
from socle.versions import Etape, EtapeRefusee, VersionsAdmin

site = cast(PortailAdminSite, admin.site)

PUBLIER = Etape(
    "publier", "publier", _("Valider et publier"), _("Publié sous votre nom."), principale=True, signee=True
)
VERSION = Etape("version", "change", _("Préparer une nouvelle version"), _("Voici le brouillon suivant."))
RETIRER = Etape("retirer", "retirer", _("Retirer du site"), _("Retiré : le public ne le voit plus."), danger=True)


@admin.register(QuestionnaireBienEtre)
class QuestionnaireBienEtreAdmin(VersionsAdmin):
    """Thresholds and wording are the PMI doctor's. The questions come with their licence and are only read here."""

    list_display = ("titre", "departement", "variante", "numero", "statut", "publie_le")
    list_filter = ("statut", "variante")
    list_select_related = ("departement",)
    ordering = ("departement__nom", "code", "-numero")
    _textes = tuple(
        f"{genre}_{bande}" for bande in ("serein", "attention", "alerte", "danger") for genre in ("titre", "texte")
    )
    fieldsets = (
        (None, {"fields": ("titre", "introduction", "licence", "etat", "lecture_questions")}),
        (_("Seuils"), {"fields": (("seuil_attention", "seuil_alerte"),)}),
        (_("Quand une question de sécurité est touchée, quel que soit le total"), {"fields": _textes[6:]}),
        (_("À partir du second seuil"), {"fields": _textes[4:6]}),
        (_("À partir du premier seuil"), {"fields": _textes[2:4]}),
        (_("En dessous"), {"fields": _textes[:2]}),
    )
    readonly_fields = ("etat", "lecture_questions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        # `manage.py charger_bien_etre` brings the questions in, with their licence.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.statut != StatutVersion.BROUILLON:
            return False
        return super().has_change_permission(request, obj)

    @admin.display(description=_("état"))
    def etat(self, questionnaire: QuestionnaireBienEtre) -> str:
        if questionnaire.publie_le is None:
            return str(_("Brouillon : le public ne le voit pas."))
        return _("%(statut)s, validé par %(nom)s") % {
            "statut": questionnaire.get_statut_display().capitalize(),
            "nom": questionnaire.valide_par_nom,
        }

    @admin.display(description=_("questions"))
    def lecture_questions(self, questionnaire: QuestionnaireBienEtre) -> SafeString:
        questions = questionnaire.questions_lues
        lignes = format_html_join(
            "",
            "<li>{} <span class='discret'>{} {}{}</span></li>",
            (
                (
                    question.texte,
                    " / ".join(question.choix),
                    _("(comptée à l'envers)") if question.inversee else "",
                    _(" (question de sécurité)") if question.securite else "",
                )
                for question in questions
            ),
        )
        return format_html("<ol>{}</ol><p>{}</p>", lignes, _("Total de 0 à %d.") % maximum(questions))

    def etapes(self, request: HttpRequest, objet: QuestionnaireBienEtre) -> Sequence[Etape]:
        return {
            StatutVersion.BROUILLON.value: (PUBLIER,),
            StatutVersion.PUBLIEE.value: (VERSION, RETIRER),
            StatutVersion.ARCHIVEE.value: (VERSION,),
        }[objet.statut]

    def franchir(self, request: HttpRequest, objet: QuestionnaireBienEtre, etape: Etape) -> QuestionnaireBienEtre:
        maintenant, personne = timezone.now(), utilisateur_de(request)
        if etape == VERSION:
            return questionnaires.preparer_version(questionnaire=objet, maintenant=maintenant)
        if etape == RETIRER:
            questionnaires.retirer(questionnaire=objet)
            return objet
        try:
            return questionnaires.publier(
                questionnaire=objet,
                par=personne,
                nom=_("%(nom)s, médecin de PMI") % {"nom": nom_du_medecin(request)},
                maintenant=maintenant,
            )
        except PublicationRefusee as refus:
            raise EtapeRefusee(str(refus)) from None


@admin.register(DemandeRappel)
class DemandeRappelAdmin(PorteeAdmin):
    """Who waits for a call, oldest first. Nothing says why."""

    list_display = ("prenom", "telephone", "moment", "maison", "demandee_le", "statut")
    list_filter = ("statut", "moment")
    list_select_related = ("maison",)
    ordering = ("demandee_le", "pk")
    fields = ("maison", "prenom", "telephone", "moment", "demandee_le", "statut", "traitee_le", "traitee_par")
    readonly_fields = fields
    actions = ("rappelees", "sans_reponse", "retirees")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # By the list's actions alone.
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def noter_lecture(self, request: HttpRequest, objets: Sequence[DemandeRappel]) -> None:
        lectures.noter(
            utilisateur=utilisateur_de(request),
            page=request.resolver_match.view_name if request.resolver_match else request.path,
            modele=DemandeRappel,
            objets=[demande.pk for demande in objets],
            cadres=[demande.maison_id for demande in objets],
            maintenant=timezone.now(),
        )

    @admin.action(description=_("Rappelée : j'ai eu la personne"), permissions=["change"])
    def rappelees(self, request: HttpRequest, demandes: Any) -> None:
        self._traiter(request, demandes, StatutRappel.RAPPELEE)

    @admin.action(description=_("Sans réponse après plusieurs essais"), permissions=["change"])
    def sans_reponse(self, request: HttpRequest, demandes: Any) -> None:
        self._traiter(request, demandes, StatutRappel.SANS_REPONSE)

    @admin.action(description=_("Retirée : la personne ne veut plus être rappelée"), permissions=["change"])
    def retirees(self, request: HttpRequest, demandes: Any) -> None:
        self._traiter(request, demandes, StatutRappel.RETIREE)

    def _traiter(self, request: HttpRequest, demandes: Any, statut: StatutRappel) -> None:
        faites = 0
        for demande in demandes:
            try:
                demandes_rappel.traiter(
                    demande=demande, statut=statut, par=utilisateur_de(request), maintenant=timezone.now()
                )
            except demandes_rappel.TraitementRefuse as refus:
                messages.warning(request, f"{demande.prenom} : {refus}")
            else:
                faites += 1
        if faites:
            texte = ngettext("%d demande notée.", "%d demandes notées.", faites) % faites
            messages.success(request, texte)


@site.panneau
def demandes_a_rappeler(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """How many people wait for a call, while there are any."""
    if not request.user.has_perm("familles.change_demanderappel"):
        return None
    ouvertes = visibles(
        DemandeRappel.objects.ouvertes(),
        utilisateur_de(request),
        le=timezone.localdate(),
        roles=roles_autorises("familles.change_demanderappel"),
    )
    nombre = ouvertes.count()
    if not nombre:
        return None
    adresse = f"{reverse('admin:familles_demanderappel_changelist')}?statut__exact={StatutRappel.A_RAPPELER}"
    return "admin/familles/panneau_rappels.html", {"nombre": nombre, "adresse": adresse}
