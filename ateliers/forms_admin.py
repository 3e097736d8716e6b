"""Forms of the staff's own pages: they clean what is typed; the services decide and save."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from ateliers.enums import Etendue
from ateliers.models import GARDES_HEURES_MAX, Atelier, Seance
from ateliers.seances import Changements, Projet
from maisons.enums import Frequence
from maisons.forms_rythme import RythmeForm
from maisons.models import Lieu, Maison, Salle
from maisons.perms import equipes
from maisons.recurrence import existe, moment_local
from socle.champs import ChampHeure, ChampJour
from socle.models import Utilisateur

if TYPE_CHECKING:
    _ChoixLieu = forms.ModelChoiceField[Lieu]
    _ChoixAtelier = forms.ModelChoiceField[Atelier]
    _ChoixSalle = forms.ModelChoiceField[Salle]
else:
    _ChoixLieu = _ChoixAtelier = _ChoixSalle = forms.ModelChoiceField


class ChoixLieu(_ChoixLieu):
    def label_from_instance(self, obj: Lieu) -> str:
        return f"{obj.maison.nom} – {obj.nom}"


class ChoixAtelier(_ChoixAtelier):
    def label_from_instance(self, obj: Atelier) -> str:
        return f"{obj.titre} ({obj.maison.nom})"


class ChoixSalle(_ChoixSalle):
    def label_from_instance(self, obj: Salle) -> str:
        return f"{obj.lieu.nom} – {obj.nom}"


def poser_choix(form: forms.Form, nom: str, queryset: QuerySet[Any]) -> None:
    """Give a field of choices the rows that this person may choose from; what is not shown is not accepted."""
    champ = form.fields[nom]
    if not isinstance(champ, forms.ModelChoiceField):
        raise TypeError(nom)
    champ.queryset = queryset


def _places(libelle: Any, *, minimum: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=libelle, min_value=minimum, max_value=500, **options)


def _heures_gardees(**options: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Ouvertes à tous (heures avant)"), min_value=0, max_value=GARDES_HEURES_MAX, required=False, **options
    )


def _verifier_gardes(form: forms.Form, donnees: dict[str, Any], capacites: dict[str, int | None]) -> None:
    for nom, capacite in capacites.items():
        if capacite is not None and (donnees.get(nom) or 0) > capacite:
            form.add_error(nom, __("On ne peut pas garder plus de places qu'il n'y en a."))


class PlanificationForm(RythmeForm):
    """A session or a series of them: what, where, who, when, and what to leave out."""

    atelier = ChoixAtelier(
        label=_("Atelier"),
        queryset=Atelier.objects.none(),
        empty_label=_("Choisissez un atelier"),
        help_text=_("Il donne à chaque séance son titre, son public et ses rappels."),
    )
    lieu = ChoixLieu(label=_("Lieu"), queryset=Lieu.objects.none(), empty_label=_("Choisissez un lieu"))
    salle = ChoixSalle(
        label=_("Salle"),
        queryset=Salle.objects.none(),
        required=False,
        empty_label=_("Sans salle précise"),
        help_text=_("Une séance à la fois par salle. Les salles d'un lieu s'ajoutent sur sa page."),
    )
    animateur = forms.ModelChoiceField(
        label=_("Animateur ou animatrice"),
        queryset=Utilisateur.objects.none(),
        required=False,
        empty_label=_("Personne de l'équipe"),
        help_text=_("Cette personne lira qui vient et notera les présences. Les familles ne lisent pas son nom ici."),
    )
    intervenants = forms.CharField(
        label=_("Avec, pour les familles"),
        max_length=160,
        required=False,
        help_text=_("Ce que les familles lisent, invités compris. Laissez vide pour reprendre l'atelier."),
    )
    premier_jour = ChampJour(label=_("Première séance le"))
    heure = ChampHeure(label=_("À"), help_text=_("À l'heure du lieu. Elle reste la même aux changements d'heure."))
    duree_minutes = forms.IntegerField(
        label=_("Durée (minutes)"),
        min_value=10,
        max_value=720,
        required=False,
        help_text=_("Laissez vide pour reprendre l'atelier."),
    )
    frequence = forms.ChoiceField(
        label=_("La séance a lieu"), choices=Frequence, initial=Frequence.SEMAINE, widget=forms.RadioSelect
    )
    capacite_adultes = _places(
        _("Places adultes"), minimum=1, required=False, help_text=_("Laissez vide pour reprendre l'atelier.")
    )
    capacite_enfants = _places(
        _("Places enfants"), minimum=0, required=False, help_text=_("Laissez vide pour reprendre l'atelier.")
    )
    adultes_gardes = _places(
        _("Adultes gardés pour l'accueil"),
        minimum=0,
        required=False,
        help_text=_("Pour qui téléphone ou passe. Laissez vide pour reprendre l'atelier."),
    )
    enfants_gardes = _places(
        _("Enfants gardés pour l'accueil"),
        minimum=0,
        required=False,
        help_text=_("Laissez vide pour reprendre l'atelier."),
    )
    gardes_heures_avant = _heures_gardees(help_text=_("Laissez vide pour reprendre l'atelier."))
    publier = forms.BooleanField(
        label=_("Ouvrir tout de suite aux inscriptions"),
        required=False,
        initial=True,
        help_text=_("Décoché : les séances restent en brouillon, invisibles du public."),
    )
    cle = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    groupes = (
        (_("Quoi, où, avec qui"), ("atelier", "lieu", "salle", "animateur", "intervenants")),
        (_("Quand"), ("premier_jour", "heure", "duree_minutes")),
        (_("À quel rythme"), ("frequence", "jours", "jusqu_au", "nombre", "dates")),
        (_("Ce qu'on saute"), ("sauf_feries", "sauf_vacances")),
        (
            _("Places et inscriptions"),
            (
                "capacite_adultes",
                "capacite_enfants",
                "adultes_gardes",
                "enfants_gardes",
                "gardes_heures_avant",
                "publier",
            ),
        ),
    )

    def __init__(
        self,
        *args: Any,
        ateliers: QuerySet[Atelier],
        lieux: QuerySet[Lieu],
        animateurs: QuerySet[Utilisateur],
        aujourd_hui: date,
        **options: Any,
    ) -> None:
        super().__init__(*args, aujourd_hui=aujourd_hui, **options)
        poser_choix(self, "atelier", ateliers)
        poser_choix(self, "lieu", lieux)
        poser_choix(self, "salle", salles_de(lieux))
        poser_choix(self, "animateur", animateurs)

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [(titre, [self[nom] for nom in noms]) for titre, noms in self.groupes]

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        atelier, lieu = donnees.get("atelier"), donnees.get("lieu")
        if atelier and lieu and atelier.maison_id != lieu.maison_id:
            self.add_error("lieu", __("Ce lieu n'est pas de la même maison que l'atelier."))
        verifier_equipe(self, donnees, lieu, self.aujourd_hui)
        if atelier:
            capacites = {"adultes_gardes": "capacite_adultes", "enfants_gardes": "capacite_enfants"}
            _verifier_gardes(
                self,
                donnees,
                {
                    nom: getattr(atelier, capacite) if donnees.get(capacite) is None else donnees[capacite]
                    for nom, capacite in capacites.items()
                },
            )
        return donnees

    def projet(self) -> Projet:
        donnees = self.cleaned_data
        atelier: Atelier = donnees["atelier"]

        def ou_atelier(nom: str) -> Any:
            return getattr(atelier, nom) if donnees[nom] in (None, "") else donnees[nom]

        capacite_adultes, capacite_enfants = ou_atelier("capacite_adultes"), ou_atelier("capacite_enfants")
        return Projet(
            atelier=atelier,
            lieu=donnees["lieu"],
            regle=self.regle(heure=donnees["heure"], duree_minutes=ou_atelier("duree_minutes")),
            animateur=donnees["animateur"],
            salle=donnees["salle"],
            intervenants=ou_atelier("intervenants"),
            capacite_adultes=capacite_adultes,
            capacite_enfants=capacite_enfants,
            # A smaller room keeps fewer than its workshop does.
            adultes_gardes=min(ou_atelier("adultes_gardes"), capacite_adultes),
            enfants_gardes=min(ou_atelier("enfants_gardes"), capacite_enfants),
            gardes_avant=timedelta(hours=ou_atelier("gardes_heures_avant")),
            sauf_feries=donnees["sauf_feries"],
            sauf_vacances=donnees["sauf_vacances"],
            publier=donnees["publier"],
        )


def salles_de(lieux: QuerySet[Lieu]) -> QuerySet[Salle]:
    return (
        Salle.objects.actives()
        .filter(lieu__in=lieux.order_by())
        .select_related("lieu")
        .order_by("lieu__maison__nom", "lieu__nom", "nom", "pk")
    )


def verifier_equipe(form: forms.Form, donnees: dict[str, Any], lieu: Lieu | None, le: date) -> None:
    """The room is one of the place, the leader someone of its house."""
    salle, animateur = donnees.get("salle"), donnees.get("animateur")
    if lieu is None:
        return
    if salle is not None and salle.lieu_id != lieu.pk:
        form.add_error("salle", __("Cette salle n'est pas de ce lieu."))
    maison = Maison.objects.filter(pk=lieu.maison_id)
    if animateur is not None and not equipes(maison, le=le).filter(pk=animateur.pk).exists():
        form.add_error("animateur", __("Cette personne n'est pas de l'équipe de cette maison."))


def _celle_de(seance: Seance) -> QuerySet[Salle]:
    return Salle.objects.filter(pk=seance.salle_id or 0).select_related("lieu")


class ModificationForm(forms.Form):
    """A session as it should be, and how far the change reaches in its series."""

    titre = forms.CharField(label=_("Titre"), max_length=120)
    jour = ChampJour(label=_("Jour"))
    heure = ChampHeure(label=_("Heure"), help_text=_("À l'heure du lieu."))
    duree_minutes = forms.IntegerField(label=_("Durée (minutes)"), min_value=10, max_value=720)
    lieu = ChoixLieu(label=_("Lieu"), queryset=Lieu.objects.none(), empty_label=None)
    salle = ChoixSalle(
        label=_("Salle"), queryset=Salle.objects.none(), required=False, empty_label=_("Sans salle précise")
    )
    animateur = forms.ModelChoiceField(
        label=_("Animateur ou animatrice"),
        queryset=Utilisateur.objects.none(),
        required=False,
        empty_label=_("Personne de l'équipe"),
        help_text=_("Cette personne lit qui vient et note les présences."),
    )
    intervenants = forms.CharField(
        label=_("Avec, pour les familles"),
        max_length=160,
        required=False,
        help_text=_("Ce que les familles lisent, invités compris."),
    )
    capacite_adultes = _places(_("Places adultes"), minimum=1)
    capacite_enfants = _places(_("Places enfants"), minimum=0)
    adultes_gardes = _places(
        _("Adultes gardés pour l'accueil"), minimum=0, help_text=_("Pour qui téléphone ou passe.")
    )
    enfants_gardes = _places(_("Enfants gardés pour l'accueil"), minimum=0)
    gardes_heures_avant = _heures_gardees(help_text=_("Vide : ces places restent gardées jusqu'au début."))
    accueille_grossesse = forms.BooleanField(label=_("Ouverte pendant la grossesse"), required=False)
    age_min_mois = forms.IntegerField(
        label=_("Âge minimum du bébé (mois)"),
        required=False,
        validators=[MinValueValidator(0), MaxValueValidator(216)],
    )
    age_max_mois = forms.IntegerField(
        label=_("Âge maximum du bébé (mois)"),
        required=False,
        validators=[MinValueValidator(0), MaxValueValidator(216)],
        help_text=_("Vide : pas de règle d'âge. Les familles déjà inscrites le restent."),
    )
    capacite_petits = _places(_("Dont places pour les petits"), minimum=0)
    precisions = forms.CharField(
        label=_("Précisions pour les familles"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    etendue = forms.ChoiceField(
        label=_("Ce changement concerne"), choices=Etendue, initial=Etendue.SEULE, widget=forms.RadioSelect
    )
    version = forms.CharField(widget=forms.HiddenInput)

    groupes = (
        (
            _("Quoi, quand, où"),
            ("titre", "jour", "heure", "duree_minutes", "lieu", "salle", "animateur", "intervenants"),
        ),
        (
            _("Pour qui, combien"),
            (
                "capacite_adultes",
                "capacite_enfants",
                "adultes_gardes",
                "enfants_gardes",
                "gardes_heures_avant",
                "accueille_grossesse",
                "age_min_mois",
                "age_max_mois",
                "capacite_petits",
            ),
        ),
        (_("En plus"), ("precisions",)),
        (_("Jusqu'où"), ("etendue",)),
    )

    def __init__(
        self,
        *args: Any,
        seance: Seance,
        lieux: QuerySet[Lieu],
        animateurs: QuerySet[Utilisateur] | None,
        aujourd_hui: date,
        **options: Any,
    ) -> None:
        """`animateurs` is None for someone who may not say who leads this session."""
        depart = Changements.de(seance)
        initial = {
            **{nom: getattr(depart, nom) for nom in self.base_fields if hasattr(depart, nom)},
            "jour": seance.debut_local.date(),
            "heure": seance.debut_local.time().replace(second=0, microsecond=0, fold=0),
            "duree_minutes": int(depart.duree.total_seconds() // 60),
            "lieu": seance.lieu_id,
            "salle": seance.salle_id,
            "animateur": seance.animateur_id,
            "gardes_heures_avant": None
            if depart.gardes_avant is None
            else int(depart.gardes_avant.total_seconds() // 3600),
            "version": seance.modifiee_le.isoformat(),
        }
        super().__init__(*args, **{**options, "initial": initial})
        self.seance = seance
        self.aujourd_hui = aujourd_hui
        poser_choix(self, "lieu", lieux)
        # A room no longer used stays the room of its sessions.
        poser_choix(self, "salle", salles_de(lieux) | _celle_de(seance))
        if animateurs is None:
            del self.fields["animateur"]
        else:
            # So does a leader who has left, until someone else takes over.
            poser_choix(self, "animateur", animateurs | Utilisateur.objects.filter(pk=seance.animateur_id or 0))
        if seance.serie_id is None:
            del self.fields["etendue"]
        if seance.capacite_petits is None:
            del self.fields["capacite_petits"]
        else:
            self.fields["capacite_petits"].help_text = __("Un petit a moins de %d mois.") % (
                seance.petits_avant_mois or 0
            )
        if seance.confie_les_enfants:
            # They follow the children's.
            del self.fields["capacite_adultes"], self.fields["adultes_gardes"]

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        groupes = [(titre, [self[nom] for nom in noms if nom in self.fields]) for titre, noms in self.groupes]
        return [(titre, champs) for titre, champs in groupes if champs]

    def clean_version(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["version"])
        except ValueError:
            raise forms.ValidationError(__("Rechargez la page.")) from None

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        minimum, maximum = donnees.get("age_min_mois"), donnees.get("age_max_mois")
        if minimum is not None and maximum is not None and maximum < minimum:
            self.add_error("age_max_mois", __("L'âge maximum doit venir après l'âge minimum."))
        _verifier_gardes(
            self,
            donnees,
            {
                "adultes_gardes": donnees.get("capacite_adultes"),
                "enfants_gardes": donnees.get("capacite_enfants"),
            },
        )
        if "salle" not in self.changed_data and "lieu" in self.changed_data:
            # The room stays behind when the session moves elsewhere.
            donnees["salle"] = None
        autres: dict[str, Any] = {nom: donnees.get(nom) for nom in ("salle", "animateur") if nom in self.changed_data}
        verifier_equipe(self, autres, donnees.get("lieu"), self.aujourd_hui)
        jour, heure, lieu = donnees.get("jour"), donnees.get("heure"), donnees.get("lieu")
        if jour and heure and lieu and not existe(jour, heure, lieu.zone):
            self.add_error(
                "heure", __("Cette heure n'existe pas ce jour-là : les horloges avancent. Choisissez-en une autre.")
            )
        if jour and not 2000 <= jour.year <= 2100:
            self.add_error("jour", __("Vérifiez l'année."))
        return donnees

    @property
    def etendue_choisie(self) -> Etendue:
        return Etendue(self.cleaned_data.get("etendue") or Etendue.SEULE)

    def changements(self) -> Changements:
        donnees = self.cleaned_data
        depart = Changements.de(self.seance)
        simples = {nom: donnees[nom] for nom in donnees if hasattr(depart, nom) and nom != "lieu"}
        return replace(
            depart,
            **simples,
            lieu=donnees["lieu"],
            debut=self._debut(depart),
            duree=self._duree(depart),
            gardes_avant=self._gardes_avant(depart),
        )

    def _gardes_avant(self, depart: Changements) -> timedelta | None:
        if "gardes_heures_avant" not in self.changed_data:
            return depart.gardes_avant
        heures = self.cleaned_data["gardes_heures_avant"]
        return None if heures is None else timedelta(hours=heures)

    def _debut(self, depart: Changements) -> datetime:
        """Untouched fields keep the very instant, even one that the form can't write (the second 2:30 of October)."""
        donnees = self.cleaned_data
        if {"jour", "heure", "lieu"}.isdisjoint(self.changed_data):
            return depart.debut
        return moment_local(donnees["jour"], donnees["heure"], donnees["lieu"].zone)

    def _duree(self, depart: Changements) -> timedelta:
        if "duree_minutes" not in self.changed_data:
            return depart.duree
        return timedelta(minutes=self.cleaned_data["duree_minutes"])


class AnnulationForm(forms.Form):
    motif = forms.CharField(
        label=_("Motif"),
        max_length=200,
        help_text=_("Les personnes inscrites le liront. Ni nom, ni raison de santé : « Animatrice absente » suffit."),
    )
    etendue = forms.ChoiceField(label=_("Annuler"), choices=Etendue, initial=Etendue.SEULE, widget=forms.RadioSelect)

    def __init__(self, *args: Any, seance: Seance, **options: Any) -> None:
        super().__init__(*args, **options)
        if seance.serie_id is None:
            del self.fields["etendue"]

    def fieldsets_en_clair(self) -> Iterable[tuple[Any, list[forms.BoundField]]]:
        return [("", list(self))]

    @property
    def etendue_choisie(self) -> Etendue:
        return Etendue(self.cleaned_data.get("etendue") or Etendue.SEULE)
