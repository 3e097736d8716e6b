from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maisons import invitations
from maisons.affectations import AffectationRefusee, donner_role, finir_role
from maisons.champs import ChampCommune, ChampCommunes
from maisons.enums import PORTEES_DU_ROLE, Commodite, GenreLieu, Portee, Role
from maisons.models import (
    Affectation,
    Commune,
    Departement,
    Fermeture,
    Formation,
    Invitation,
    Lieu,
    Maison,
    Organisation,
    PlageOuverture,
    Salle,
    Territoire,
)
from maisons.perms import champs_de_portee, organisations_partenaires, roles_a_donner
from socle.admin import FiltreVisible, PorteeAdmin, PorteeStacked
from socle.models import Utilisateur
from socle.portee import utilisateur_de


@admin.register(Departement)
class DepartementAdmin(PorteeAdmin):
    dans_le_menu = False
    list_display = ("nom", "code", "fuseau", "zone_scolaire")
    search_fields = ("nom", "code")
    ordering = ("code",)


@admin.register(Commune)
class CommuneAdmin(PorteeAdmin):
    dans_le_menu = False
    list_display = ("nom", "code_insee", "departement", "population")
    list_select_related = ("departement",)
    search_fields = ("nom_recherche",)
    search_help_text = _("Nom ou code postal")
    ordering = ("nom_recherche", "code_insee")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Names and postcodes as the public search reads them."""
        if not search_term.strip():
            return queryset, False
        return Commune.objects.correspondant_a(search_term), False


@admin.register(Organisation)
class OrganisationAdmin(PorteeAdmin):
    list_display = ("nom", "type", "departement", "nombre_maisons")
    list_filter = ("type",)
    list_select_related = ("departement",)
    search_fields = ("nom",)
    ordering = ("nom",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visibles = Maison.objects.visibles_par(utilisateur_de(request), le=timezone.localdate()).values("pk")
        organisations: QuerySet[Any] = (
            super().get_queryset(request).annotate(nombre=Count("maisons", filter=Q(maisons__in=visibles)))
        )
        return organisations

    @admin.display(description=_("maisons"), ordering="nombre")
    def nombre_maisons(self, organisation: Any) -> int:
        return int(organisation.nombre)


class TerritoireForm(forms.ModelForm):  # type: ignore[type-arg]
    communes = ChampCommunes(
        label=_("Communes"),
        required=False,
        max_length=40_000,
        help_text=_("Une par ligne : son nom, suivi du code postal si plusieurs portent ce nom."),
    )

    class Meta:
        model = Territoire
        fields = ("nom", "communes", "departements", "precision")
        widgets = {"departements": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["communes"] = list(self.instance.communes.order_by("nom_recherche", "code_insee"))


@admin.register(Territoire)
class TerritoireAdmin(PorteeAdmin):
    form = TerritoireForm
    list_display = ("nom", "precision")
    search_fields = ("nom",)
    ordering = ("nom",)


class LieuForm(forms.ModelForm):  # type: ignore[type-arg]
    """A place; without coordinates it stands at its commune's town hall, and its clock is the département's."""

    commune = ChampCommune(label=_("Commune"), max_length=80, help_text=_("Nom ou code postal."))
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(
        label=_("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        help_text=_("Laissez vide : le centre de la commune sert de repère."),
    )

    genre = forms.ChoiceField(label=_("Genre"), choices=GenreLieu, initial=GenreLieu.MAISON, required=False)
    commodites = forms.TypedMultipleChoiceField(
        label=_("Sur place"), choices=Commodite, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Lieu
        fields = (
            "nom",
            "adresse",
            "code_postal",
            "commune",
            "latitude",
            "longitude",
            "genre",
            "commodites",
            "acces",
            "accessibilite",
            "qpv",
            "actif",
        )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.commune_id:
            self.initial["commune"] = self.instance.commune.libelle

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        donnees["genre"] = donnees.get("genre") or GenreLieu.MAISON
        commune = donnees.get("commune")
        if commune is not None:
            if donnees.get("latitude") is None or donnees.get("longitude") is None:
                donnees["latitude"], donnees["longitude"] = commune.latitude, commune.longitude
            self.instance.fuseau = commune.departement.fuseau
            if not donnees.get("code_postal") and commune.codes_postaux:
                donnees["code_postal"] = commune.codes_postaux[0]
        return donnees


class LieuInline(PorteeStacked):
    model = Lieu
    form = LieuForm
    fields = ("nom", ("adresse", "code_postal", "commune"), "genre", "acces", ("qpv", "actif"))
    show_change_link = True


class FermetureInline(PorteeStacked):
    model = Fermeture
    fields = (("du", "au", "motif"),)
    ordering = ("-du",)
    verbose_name_plural = _("fermetures : aucune séance ne se planifie ces jours-là")


class SalleInline(PorteeStacked):
    model = Salle
    fields = (("nom", "active"),)
    ordering = ("nom", "pk")
    verbose_name_plural = _("salles : une séance à la fois dans chacune")


class PlageOuvertureInline(PorteeStacked):
    model = PlageOuverture
    fields = (("jour", "debut", "fin", "semaines"), ("du", "au"))
    ordering = ("jour", "debut")


@admin.register(Maison)
class MaisonAdmin(PorteeAdmin):
    navigation = (50, _("Maisons"))
    list_display = ("nom", "type", "organisation", "departement", "statut_label", "nombre_lieux", "ouverte", "publiee")
    list_filter = (("departement", FiltreVisible), "statut_label", "type")
    list_select_related = ("organisation", "departement")
    search_fields = ("nom", "organisation__nom")
    ordering = ("nom", "pk")
    inlines = (LieuInline, FermetureInline)
    view_on_site = True
    prepopulated_fields = {"slug": ("nom",)}
    fieldsets = (
        (_("La maison"), {"fields": ("nom", "type", "presentation", "actions", "langues")}),
        (_("La joindre"), {"fields": ("telephone", "courriel", "site")}),
        (_("Sur le portail"), {"fields": ("ouverte", "publiee")}),
        (
            _("Pilotage"),
            {
                "fields": (
                    "slug",
                    "organisation",
                    "departement",
                    "territoire",
                    "statut_label",
                    "label_le",
                    "demonstration",
                    "source",
                ),
                "description": _("Renseigné par le pilote départemental ou l'administrateur du réseau."),
            },
        ),
    )
    # What decides who sees the house, and what it may call itself: not the house's own to change.
    champs_de_pilotage = (
        "slug",
        "organisation",
        "departement",
        "territoire",
        "statut_label",
        "label_le",
        "demonstration",
        "source",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        maisons: QuerySet[Any] = (
            super().get_queryset(request).annotate(nombre=Count("lieux", filter=Q(lieux__actif=True)))
        )
        return maisons

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self._peut(request, "piloter", obj):
            return ()
        return self.champs_de_pilotage

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return super().get_prepopulated_fields(request, obj) if obj is None else {}

    @admin.display(description=_("lieux"), ordering="nombre")
    def nombre_lieux(self, maison: Any) -> int:
        return int(maison.nombre)


@admin.register(Lieu)
class LieuAdmin(PorteeAdmin):
    form = LieuForm
    list_display = ("nom", "maison", "commune", "actif")
    list_filter = (("maison", FiltreVisible), "actif")
    list_select_related = ("maison", "commune")
    search_fields = ("nom", "maison__nom", "commune__nom_recherche")
    ordering = ("maison__nom", "nom", "pk")
    inlines = (SalleInline, PlageOuvertureInline)
    fields = (
        "maison",
        "nom",
        ("adresse", "code_postal", "commune"),
        ("latitude", "longitude"),
        "genre",
        "commodites",
        "acces",
        "accessibilite",
        ("qpv", "actif"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Its sessions would change houses with it.
        return ("maison",) if obj is not None else ()


# Who works where


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role and where it holds: what an assignment and an invitation have in common."""

    auteur: Utilisateur

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "role" in self.fields:
            permis = roles_a_donner(self.auteur, le=timezone.localdate())
            champ = self.fields["role"]
            if isinstance(champ, forms.ChoiceField):
                champ.choices = [("", "---------"), *((role.value, role.label) for role in permis)]

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is not None or self.errors:
            return donnees
        role, portee = donnees["role"], donnees["portee"]
        if portee not in PORTEES_DU_ROLE[Role(role)]:
            self.add_error("portee", __("Ce rôle ne se donne pas sur cette portée."))
            return donnees
        premier, *autres = champs_de_portee(portee)
        if portee != Portee.RESEAU and donnees.get(premier) is None:
            self.add_error(premier, __("Choisissez à quoi ce rôle s'étend."))
        for champ in autres if portee != Portee.RESEAU else [premier, *autres]:
            if donnees.get(champ) is not None:
                self.add_error(champ, __("Laissez vide : la portée choisie est une autre."))
        if donnees.get("au") and donnees.get("du") and donnees["au"] < donnees["du"]:
            self.add_error("au", __("La date de fin doit venir après la date de début."))
        return donnees


class AffectationForm(RoleForm):
    """A role for somebody of one's own teams; whoever has none there yet is invited."""

    class Meta:
        model = Affectation
        fields = ("utilisateur", "role", "portee", "maison", "organisation", "departement", "du", "au")

    def _post_clean(self) -> None:
        """Give or end the role here, so that a refusal is shown at its field and nothing is half-written."""
        if self.errors:
            return
        donnees, le = self.cleaned_data, timezone.localdate()
        try:
            if self.instance.pk is not None:
                self.instance = finir_role(auteur=self.auteur, affectation=self.instance, au=donnees.get("au"), le=le)
            else:
                self.instance = donner_role(
                    auteur=self.auteur,
                    utilisateur=donnees["utilisateur"],
                    role=Role(donnees["role"]),
                    portee=Portee(donnees["portee"]),
                    maison=donnees["maison"],
                    organisation=donnees["organisation"],
                    departement=donnees["departement"],
                    du=donnees["du"],
                    au=donnees["au"],
                    le=le,
                )
        except AffectationRefusee as refus:
            self.add_error(refus.champ if refus.champ in self.fields else None, str(refus))


def with_partenaires(organisations: QuerySet[Any] | None, utilisateur: Utilisateur) -> QuerySet[Any]:
    """With the partners' organisations that the person may give the role of partner on."""
    siennes = (Organisation.objects.none() if organisations is None else organisations).values("pk")
    partenaires = organisations_partenaires(utilisateur, le=timezone.localdate()).values("pk")
    return Organisation.objects.filter(Q(pk__in=siennes) | Q(pk__in=partenaires)).order_by("nom")


class FiltreEnCours(admin.SimpleListFilter):
    title = _("période")
    parameter_name = "periode"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("toutes", _("toutes"))]

    def choices(self, changelist: Any) -> Any:
        tous, *autres = super().choices(changelist)
        return [{**tous, "display": _("en cours et à venir")}, *autres]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Affectation]) -> QuerySet[Affectation]:
        if self.value() == "toutes":
            return queryset
        return queryset.filter(Q(au__isnull=True) | Q(au__gte=timezone.localdate()))


@admin.register(Affectation)
class AffectationAdmin(PorteeAdmin):
    form = AffectationForm
    list_display = ("utilisateur", "adresse", "role", "ou", "du", "au")
    list_filter = (FiltreEnCours, "role", ("maison", FiltreVisible))
    list_select_related = ("utilisateur", "maison", "organisation", "departement")
    search_fields = ("utilisateur__email", "utilisateur__nom", "utilisateur__prenom", "maison__nom")
    ordering = ("utilisateur__nom", "utilisateur__prenom", "utilisateur__email", "-du", "pk")

    fields = ("utilisateur", "role", "portee", "maison", "organisation", "departement", ("du", "au"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        titre = __("Donner un rôle à quelqu'un de vos équipes")
        return super().add_view(request, form_url, {"title": titre, **(extra_context or {})})

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        choix = super().get_field_queryset(db, db_field, request)
        if db_field.name == "organisation":
            return with_partenaires(choix, utilisateur_de(request))
        if db_field.name == "utilisateur" and choix is not None:
            return choix.filter(is_active=True).order_by("nom", "prenom", "email")
        return choix

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        champ = super().formfield_for_foreignkey(db_field, request, **options)
        if champ is not None and db_field.name == "utilisateur":
            champ.help_text = format_html(
                '{} <a href="{}">{}</a>',
                __("Vous ne trouvez pas la personne ?"),
                reverse("admin:maisons_invitation_add"),
                __("Invitez-la par e-mail."),
            )
        return champ

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Once given, a role only gets an end: another one is another row, and the past stays readable."""
        if obj is None:
            return ()
        return ("utilisateur", "role", "portee", "maison", "organisation", "departement", "du")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return type(
            "AffectationForm",
            (super().get_form(request, obj, change, **options),),
            {"auteur": utilisateur_de(request)},
        )

    def save_model(self, request: HttpRequest, obj: Affectation, form: Any, change: bool) -> None:
        """The form's service has written it."""

    @admin.display(description=_("adresse"), ordering="utilisateur__email")
    def adresse(self, affectation: Affectation) -> str:
        return affectation.utilisateur.email

    @admin.display(description=_("où"))
    def ou(self, affectation: Affectation) -> str:
        lieu = affectation.maison or affectation.organisation or affectation.departement
        return str(lieu) if lieu is not None else affectation.get_portee_display()


@admin.register(Formation)
class FormationAdmin(PorteeAdmin):
    list_display = ("utilisateur", "intitule", "suivie_le", "valable_au")
    list_select_related = ("utilisateur",)
    search_fields = ("utilisateur__nom", "utilisateur__prenom", "intitule")
    ordering = ("utilisateur__nom", "utilisateur__prenom", "-suivie_le", "pk")
    fields = ("utilisateur", "intitule", ("suivie_le", "valable_au"))

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        choix = super().get_field_queryset(db, db_field, request)
        if db_field.name == "utilisateur" and choix is not None:
            return choix.filter(is_active=True).order_by("nom", "prenom", "email")
        return choix


class InvitationForm(RoleForm):
    """An offer of a role: the person opens their account themselves, and the role begins that day.

    It says nothing of whether the address is known.
    """

    email = forms.EmailField(label=_("Adresse e-mail"), max_length=254)
    prenom = forms.CharField(label=_("Prénom"), max_length=80, required=False)
    nom = forms.CharField(label=_("Nom"), max_length=80, required=False)

    class Meta:
        model = Invitation
        fields = ("role", "portee", "maison", "organisation", "departement", "au")

    def _post_clean(self) -> None:
        if self.errors:
            return
        donnees = self.cleaned_data
        try:
            self.instance = invitations.inviter(
                auteur=self.auteur,
                email=donnees["email"],
                prenom=donnees["prenom"],
                nom=donnees["nom"],
                role=Role(donnees["role"]),
                portee=Portee(donnees["portee"]),
                maison=donnees["maison"],
                organisation=donnees["organisation"],
                departement=donnees["departement"],
                au=donnees["au"],
                maintenant=timezone.now(),
            )
        except invitations.InvitationRefusee as refus:
            self.add_error(refus.champ if refus.champ in self.fields else None, str(refus))


@admin.register(Invitation)
class InvitationAdmin(PorteeAdmin):
    form = InvitationForm
    list_display = ("email", "role", "ou", "etat", "cree_le", "expire_le")
    list_filter = ("role", ("maison", FiltreVisible))
    list_select_related = ("maison", "organisation", "departement", "auteur")
    search_fields = ("email", "nom", "prenom")
    ordering = ("-cree_le", "pk")
    actions = ("retirer",)
    fields = ("email", ("prenom", "nom"), "role", "portee", "maison", "organisation", "departement", "au")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return super().add_view(request, form_url, {"title": __("Inviter une personne"), **(extra_context or {})})

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        parent = super().get_form(request, obj, change, **options)
        return type("InvitationForm", (parent,), {"auteur": utilisateur_de(request)})

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        choix = super().get_field_queryset(db, db_field, request)
        return with_partenaires(choix, utilisateur_de(request)) if db_field.name == "organisation" else choix

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        """The form's service has written it."""

    def has_retirer_permission(self, request: HttpRequest) -> bool:
        return self._peut(request, "retirer")

    @admin.action(description=_("Retirer les invitations choisies"), permissions=["retirer"])
    def retirer(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        retirees = 0
        for invitation in queryset:
            try:
                invitations.retirer(auteur=utilisateur_de(request), invitation=invitation, maintenant=timezone.now())
            except invitations.InvitationRefusee as refus:
                self.message_user(request, f"{invitation.email} : {refus}", messages.WARNING)
            else:
                retirees += 1
        if retirees:
            texte = ngettext("%d invitation retirée.", "%d invitations retirées.", retirees) % retirees
            self.message_user(request, texte, messages.SUCCESS)

    @admin.display(description=_("où"))
    def ou(self, invitation: Invitation) -> str:
        return invitations.ou(invitation)

    @admin.display(description=_("état"))
    def etat(self, invitation: Invitation) -> str:
        if invitation.acceptee_le is not None:
            return __("acceptée")
        if invitation.revoquee_le is not None:
            return __("retirée")
        return __("expirée") if invitation.expire_le <= timezone.now() else __("en attente")


@admin.register(Utilisateur)
class UtilisateurAdmin(PorteeAdmin):
    """The people one works with. Accounts open with a first role, passwords belong to their owner alone."""

    list_display = ("email", "nom_complet", "roles", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("email", "nom", "prenom")
    ordering = ("nom", "prenom", "email")
    fields = ("email", "prenom", "nom", "is_active", "last_login", "date_joined")
    readonly_fields = ("email", "last_login", "date_joined")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visibles = Affectation.objects.visibles_par(utilisateur_de(request), le=timezone.localdate())
        en_cours = visibles.en_cours(le=timezone.localdate()).order_by("pk")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("affectations", queryset=en_cours, to_attr="roles_en_cours"))
        )

    @admin.display(description=_("nom"), ordering="nom")
    def nom_complet(self, utilisateur: Utilisateur) -> str:
        return utilisateur.nom_complet

    @admin.display(description=_("rôles"))
    def roles(self, utilisateur: Any) -> str:
        return ", ".join(dict.fromkeys(affectation.get_role_display() for affectation in utilisateur.roles_en_cours))
