"""Documents made once: asked for in one tap, written and drawn by a worker, handed in, fetched."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from maisons.enums import NatureEdition, StatutTravail
from maisons.label.indicateurs import Periode
from maisons.models import Candidature, Departement, Edition, Maison, stockage_des_editions
from maisons.pdf import rendre_edition
from maisons.pilotage.documents import composer
from maisons.pilotage.redaction import empreinte
from socle import verrous
from socle.models import Utilisateur


class EditionRefusee(Exception):
    """No document can be made or handed in; the message is for the person on screen."""


ANNEE_MIN = 2000
# A shorter period, set beside a longer one, would tell of a few families.
JOURS_MIN = 28


def verifier_periode(periode: Periode, *, le: date) -> None:
    """Raises EditionRefusee for a period that a document can't be about."""
    if periode.du > periode.au:
        raise EditionRefusee(_("La fin de la période doit venir après son début."))
    if periode.au > le:
        raise EditionRefusee(_("La période ne peut pas finir après aujourd'hui."))
    if periode.du.year < ANNEE_MIN:
        raise EditionRefusee(_("La période ne peut pas commencer avant %d.") % ANNEE_MIN)
    if (periode.au - periode.du).days + 1 < JOURS_MIN:
        raise EditionRefusee(_("La période doit durer un mois au moins."))


@transaction.atomic
def demander(
    *,
    nature: NatureEdition,
    periode: Periode,
    par: Utilisateur | None,
    maintenant: datetime,
    maison: Maison | None = None,
    departement: Departement | None = None,
) -> Edition:
    """A document to be made; one that still waits is not asked for twice.

    A dossier is that of the house's latest candidature. Raises EditionRefusee without one, or for a wrong period.
    """
    if maison is not None:
        maison = verrous.verrouiller(Maison.objects.select_related("departement"), maison.pk)
        departement = maison.departement
    elif departement is not None:
        departement = verrous.verrouiller(Departement.objects.all(), departement.pk)
    if departement is None or (maison is None) != (nature == NatureEdition.RESEAU):
        raise EditionRefusee(_("Choisissez la maison, ou le département pour le rapport du réseau."))
    verifier_periode(periode, le=timezone.localdate(maintenant))
    candidature = None
    if maison is not None:
        candidature = Candidature.objects.filter(maison=maison).order_by("-cree_le", "-pk").first()
    if nature == NatureEdition.DOSSIER and candidature is None:
        raise EditionRefusee(_("Cette maison n'a pas de candidature : il n'y a pas encore de dossier à faire."))
    siennes = Edition.objects.filter(nature=nature, departement=departement, maison=maison)
    attendue = siennes.filter(
        statut__in=[StatutTravail.A_FAIRE, StatutTravail.EN_COURS],
        empreinte="",
        candidature=candidature,
        du=periode.du,
        au=periode.au,
    ).first()
    if attendue is not None:
        return attendue
    return Edition.objects.create(
        nature=nature,
        numero=(siennes.aggregate(n=Max("numero"))["n"] or 0) + 1,
        departement=departement,
        maison=maison,
        candidature=candidature,
        du=periode.du,
        au=periode.au,
        cree_le=maintenant,
        cree_par=par,
    )


def faire(edition: Edition, maintenant: datetime, avancer: Callable[[int], None]) -> None:
    """The worker's part: the content is written once, then drawn; drawing again changes no byte."""
    edition = Edition.objects.select_related("maison", "departement").get(pk=edition.pk)
    if edition.contenu is None:
        contenu = composer(edition, maintenant=maintenant, avancer=avancer)
        edition.contenu, edition.empreinte = contenu, empreinte(contenu)
        edition.save(update_fields=["contenu", "empreinte"])
        # As the database keeps it, so that the first drawing is made of the very same values as any later one.
        edition.refresh_from_db(fields=["contenu"])
    avancer(60)
    octets, pages = rendre_edition(edition)
    avancer(90)
    stockage = stockage_des_editions()
    # The same name at every try, so that a worker that died leaves no file behind.
    stockage.delete(edition.nom_de_fichier)
    stockage.save(edition.nom_de_fichier, ContentFile(octets))
    if edition.deposee_le is not None:
        # Nobody is served the draft any more.
        stockage.delete(edition.nom_du_brouillon)
    Edition.objects.filter(pk=edition.pk).update(empreinte_fichier=hashlib.sha256(octets).hexdigest(), pages=pages)


@transaction.atomic
def deposer(*, edition: Edition, par: Utilisateur, maintenant: datetime) -> Edition:
    """The dossier is handed in as it is: its pages are drawn again without the word "brouillon".

    Raises EditionRefusee for another kind of document, one that is not ready, or one that is handed in already.
    """
    edition = verrous.verrouiller(Edition.objects.select_related("maison", "departement"), edition.pk)
    if edition.nature != NatureEdition.DOSSIER:
        raise EditionRefusee(_("Seul un dossier de labellisation se dépose."))
    if edition.deposee_le is not None:
        raise EditionRefusee(_("Ce dossier est déjà déposé."))
    if not edition.est_pret:
        raise EditionRefusee(_("Ce dossier n'est pas encore prêt."))
    edition.deposee_le, edition.deposee_par = maintenant, par
    edition.statut, edition.progres, edition.tentatives = StatutTravail.A_FAIRE, 0, 0
    edition.save(update_fields=["deposee_le", "deposee_par", "statut", "progres", "tentatives"])
    return edition


def refaire(*, edition: Edition) -> bool:
    """A worker tries again what was given up, from the same content if it is written; False when it was not."""
    return bool(
        Edition.objects.filter(pk=edition.pk, statut=StatutTravail.ECHEC).update(
            statut=StatutTravail.A_FAIRE, progres=0, tentatives=0
        )
    )


def lire(edition: Edition) -> bytes:
    """The file of an edition that is ready; made again from its content when it was lost."""
    stockage = stockage_des_editions()
    if stockage.exists(edition.nom_de_fichier):
        with stockage.open(edition.nom_de_fichier) as fichier:
            return bytes(fichier.read())
    return rendre_edition(edition)[0]
