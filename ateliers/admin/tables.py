"""Sessions and registrations as tables: figures for whoever sees sessions, names for whoever reads who comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ateliers.enums import Besoin, Presence, RaisonAccueil, StatutInscription
from ateliers.models import FicheAccueil, Inscription, Passage
from familles import lectures
from maisons.label.indicateurs import EFFECTIF_MIN
from socle.admin_exports import Colonne, Table
from socle.models import Utilisateur
from socle.pages import nommer_pages

PAGE_INSCRIPTIONS = "export:inscriptions"
nommer_pages({PAGE_INSCRIPTIONS: _("Export des inscriptions")})

_REPERES: tuple[Colonne, ...] = (
    (_("Date"), lambda seance: seance.debut_local.date()),
    (_("Début"), lambda seance: f"{seance.debut_local:%H:%M}"),
    (_("Fin"), lambda seance: f"{seance.fin_locale:%H:%M}"),
    (_("Titre"), lambda seance: seance.titre),
    (_("Maison"), lambda seance: seance.lieu.maison.nom),
    (_("Lieu"), lambda seance: seance.lieu.nom),
)


def _with_cadre(queryset: QuerySet[Any]) -> QuerySet[Any]:
    return queryset.select_related("lieu__maison", "animateur", "salle")


SEANCES = Table(
    titre=_("Les séances"),
    aide=_("une ligne par séance : quand, où, qui anime, places et réservations"),
    colonnes=(
        *_REPERES,
        (_("Salle"), lambda seance: seance.salle.nom if seance.salle else ""),
        (_("Genre"), lambda seance: str(seance.get_format_display())),
        (_("Animée par"), lambda seance: str(seance.animateur or "")),
        (_("Avec"), lambda seance: seance.intervenants),
        (_("État"), lambda seance: str(seance.get_statut_display())),
        (_("Places adultes"), lambda seance: seance.capacite_adultes),
        (_("Adultes inscrits"), lambda seance: seance.adultes_pris),
        (_("Places enfants"), lambda seance: seance.capacite_enfants),
        (_("Enfants inscrits"), lambda seance: seance.enfants_pris),
        (_("En attente"), lambda seance: seance.nombre_attente),
    ),
    preparer=_with_cadre,
)


def _par_seance(modele: type[Any], agregat: Aggregate, **criteres: Any) -> Any:
    """A figure of what belongs to a session, without multiplying the rows of one table by another's."""
    chiffre = (
        modele.objects.filter(seance=OuterRef("pk"), **criteres)
        .order_by()
        .values("seance")
        .annotate(chiffre=agregat)
        .values("chiffre")
    )
    return Coalesce(Subquery(chiffre, output_field=IntegerField()), 0)


def _total(modele: type[Any], champ: str) -> Any:
    return _par_seance(modele, Sum(champ))


def _compte(modele: type[Any], **criteres: Any) -> Any:
    return _par_seance(modele, Count("pk"), **criteres)


def _with_presences(queryset: QuerySet[Any]) -> QuerySet[Any]:
    confirmees = {"statut": StatutInscription.CONFIRMEE}
    with_presences: QuerySet[Any] = _with_cadre(queryset).annotate(
        reservations=_compte(Inscription, **confirmees),
        presentes=_compte(Inscription, presence=Presence.PRESENTE),
        excusees=_compte(Inscription, presence=Presence.EXCUSEE),
        absentes=_compte(Inscription, presence=Presence.ABSENTE),
        adultes_venus=_total(Inscription, "adultes_presents"),
        enfants_venus=_total(Inscription, "enfants_presents"),
        adultes_de_passage=_total(Passage, "adultes"),
        enfants_de_passage=_total(Passage, "enfants"),
        premieres_visites=_compte(Passage, premiere_visite=True),
    )
    return with_presences


PRESENCES = Table(
    titre=_("Les présences, en chiffres"),
    aide=_("une ligne par séance : combien sont venus, excusés, absents, de passage ; aucun nom"),
    colonnes=(
        *_REPERES,
        (_("État"), lambda seance: str(seance.get_statut_display())),
        (_("Réservations confirmées"), lambda seance: seance.reservations),
        (_("Familles présentes"), lambda seance: seance.presentes),
        (_("Familles excusées"), lambda seance: seance.excusees),
        (_("Familles absentes"), lambda seance: seance.absentes),
        # A parent who leaves a child goes again.
        (_("Adultes venus"), lambda seance: 0 if seance.confie_les_enfants else seance.adultes_venus),
        (_("Enfants venus"), lambda seance: seance.enfants_venus),
        (_("Adultes sans réservation"), lambda seance: seance.adultes_de_passage),
        (_("Enfants sans réservation"), lambda seance: seance.enfants_de_passage),
        (_("Premières visites"), lambda seance: seance.premieres_visites),
    ),
    preparer=_with_presences,
)


def _par_raison(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Of the sessions where children stay alone: how many families, and children, came for each reason."""
    maison = "inscription__seance__lieu__maison__nom"
    return (
        FicheAccueil.objects.filter(
            inscription__seance__in=queryset.order_by().values("pk"),
            inscription__statut=StatutInscription.CONFIRMEE,
        )
        .values(maison=F(maison), pourquoi=F("raison"))
        .annotate(familles=Count("pk"), enfants=Sum("inscription__enfants"))
        .order_by("maison", "pourquoi")
    )


def _assez(ligne: dict[str, Any], champ: str) -> int | str:
    """A figure, unless too few families are behind it."""
    return ligne[champ] if ligne["familles"] >= EFFECTIF_MIN else str(_("masqué"))


ACCUEILS = Table(
    titre=_("Les accueils ponctuels, par raison"),
    aide=_("une ligne par maison et raison : familles et enfants inscrits ; sous cinq familles, masqué"),
    colonnes=(
        (_("Maison"), lambda ligne: ligne["maison"]),
        (_("Raison"), lambda ligne: str(RaisonAccueil(ligne["pourquoi"]).label)),
        (_("Familles"), lambda ligne: _assez(ligne, "familles")),
        (_("Enfants"), lambda ligne: _assez(ligne, "enfants")),
    ),
    preparer=_par_raison,
)


def _telephone(inscription: Inscription) -> str:
    numero = inscription.telephone
    if not numero:
        return ""
    # As one dials it: a "+" would begin a formula.
    return str(numero.as_national if numero.country_code == 33 else numero.as_international)


def _noter_lecture(demandeur: Utilisateur, inscriptions: QuerySet[Any], maintenant: datetime) -> None:
    lues = list(inscriptions.order_by().values_list("famille", "seance__lieu__maison"))
    lectures.noter(
        utilisateur=demandeur,
        page=PAGE_INSCRIPTIONS,
        familles=[famille for famille, _maison in lues],
        maisons={maison for _famille, maison in lues},
        maintenant=maintenant,
    )


def _de_la_seance(lire: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda inscription: lire(inscription.seance)


INSCRIPTIONS = Table(
    titre=_("Les inscriptions"),
    aide=_("une ligne par réservation, avec prénom et contact : cette sortie est notée dans le journal des lectures"),
    colonnes=(
        *((entete, _de_la_seance(lire)) for entete, lire in _REPERES),
        (_("Prénom"), lambda inscription: inscription.prenom),
        (_("E-mail"), lambda inscription: inscription.email),
        (_("Téléphone"), _telephone),
        (_("Adultes"), lambda inscription: inscription.adultes),
        (_("Enfants"), lambda inscription: inscription.enfants),
        (_("Besoins"), lambda inscription: ", ".join(str(Besoin(besoin).label) for besoin in inscription.besoins)),
        (_("État"), lambda inscription: str(inscription.get_statut_display())),
        (_("Canal"), lambda inscription: str(inscription.get_canal_display())),
        (_("Inscrite le"), lambda inscription: timezone.localdate(inscription.cree_le)),
        (_("Présence"), lambda inscription: str(inscription.get_presence_display())),
        (
            _("Adultes venus"),
            lambda inscription: None if inscription.seance.confie_les_enfants else inscription.adultes_presents,
        ),
        (_("Enfants venus"), lambda inscription: inscription.enfants_presents),
    ),
    preparer=lambda queryset: queryset.select_related("seance__lieu__maison"),
    noter=_noter_lecture,
)

TABLES_SEANCES = {"seances": SEANCES, "presences": PRESENCES, "accueils": ACCUEILS}
TABLES_INSCRIPTIONS = {"inscriptions": INSCRIPTIONS}
