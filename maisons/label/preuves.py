"""Evidence: files, links, what was seen on the spot. A refused file leaves nothing behind, a withdrawn one neither."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, cast

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from maisons.enums import NaturePreuve
from maisons.label.candidatures import CandidatureRefusee
from maisons.models import Candidature, Evaluation, Franchissement, Preuve, stockage_des_preuves
from socle import depots, verrous
from socle.models import Utilisateur

# A house's whole dossier: more would fill the disk.
FICHIERS_MAX = 200
# A file may wait this long for its row: the upload's transaction is far shorter.
ORPHELIN_APRES = timedelta(days=1)


class PreuveRefusee(CandidatureRefusee):
    """Evidence is not kept, or not withdrawn; `raisons` are for the person on screen."""


def deposer_fichier(
    *,
    evaluation: Evaluation,
    intitule: str,
    fichier: File[bytes],
    datee_du: date,
    par: Utilisateur,
    maintenant: datetime,
) -> Preuve:
    """The file made safe and kept with its row. Raises PreuveRefusee, and nothing of it is stored."""
    try:
        depot = depots.recevoir(fichier)
    except depots.DepotRefuse as refus:
        raise PreuveRefusee(str(refus)) from refus
    stockage = stockage_des_preuves()
    with transaction.atomic():
        # Two uploads queue here, so that the number below stays true.
        verrous.verrouiller(Candidature.objects.all(), evaluation.candidature_id)
        deja = Preuve.objects.filter(
            evaluation__candidature=evaluation.candidature_id, nature=NaturePreuve.FICHIER
        ).count()
        if deja >= FICHIERS_MAX:
            raise PreuveRefusee(_("Cette candidature a déjà %d fichiers : retirez-en d'abord.") % FICHIERS_MAX)
        nom = stockage.save(f"{uuid.uuid4().hex}{Path(depot.nom).suffix}", ContentFile(depot.contenu))
        try:
            return Preuve.objects.create(
                evaluation=evaluation,
                nature=NaturePreuve.FICHIER,
                intitule=intitule,
                fichier=nom,
                nom_fichier=depot.nom,
                type_mime=depot.type_mime,
                taille=len(depot.contenu),
                empreinte=depot.empreinte,
                datee_du=datee_du,
                deposee_par=par,
                deposee_le=maintenant,
            )
        except BaseException:
            stockage.delete(nom)
            raise


def ajouter_lien(
    *, evaluation: Evaluation, intitule: str, lien: str, datee_du: date, par: Utilisateur, maintenant: datetime
) -> Preuve:
    """A piece of evidence that is published somewhere."""
    return _sans_fichier(NaturePreuve.LIEN, evaluation, intitule, datee_du, par, maintenant, lien=lien)


def ajouter_constat(
    *, evaluation: Evaluation, intitule: str, datee_du: date, par: Utilisateur, maintenant: datetime
) -> Preuve:
    """Something that was seen on the spot."""
    return _sans_fichier(NaturePreuve.CONSTAT, evaluation, intitule, datee_du, par, maintenant)


def _sans_fichier(
    nature: NaturePreuve,
    evaluation: Evaluation,
    intitule: str,
    datee_du: date,
    par: Utilisateur,
    maintenant: datetime,
    *,
    lien: str = "",
) -> Preuve:
    return Preuve.objects.create(
        evaluation=evaluation,
        nature=nature,
        intitule=intitule,
        lien=lien,
        datee_du=datee_du,
        deposee_par=par,
        deposee_le=maintenant,
    )


def retirables(candidature: Candidature, pieces: Iterable[Preuve]) -> set[int]:
    """Of pieces of a candidature's evidence, those deposed since the last step: what supported a decision stays."""
    decidee_le = Franchissement.objects.filter(candidature=candidature).aggregate(le=Max("ecrit_le"))["le"]
    return {preuve.pk for preuve in pieces if decidee_le is None or preuve.deposee_le > decidee_le}


@transaction.atomic
def retirer(*, preuve: Preuve) -> None:
    """The evidence is gone, and its file once that is certain. Raises PreuveRefusee when a step was decided since."""
    # A step that is being decided is waited for.
    candidature = verrous.verrouiller(Candidature.objects.all(), preuve.evaluation.candidature_id)
    if not retirables(candidature, [preuve]):
        raise PreuveRefusee(_("Une étape a été décidée depuis : cette preuve reste au dossier."))
    nom = preuve.fichier.name
    preuve.delete()
    if nom:
        transaction.on_commit(lambda: stockage_des_preuves().delete(nom))


def ouvrir(preuve: Preuve) -> IO[bytes]:
    """The file as it was kept. Raises FileNotFoundError when the store lost it."""
    return cast(IO[bytes], preuve.fichier.open("rb"))


def purger_orphelins(*, maintenant: datetime) -> int:
    """Take away the files that no row names, left by a process that died; how many. Harmless twice."""
    stockage = stockage_des_preuves()
    try:
        _dossiers, noms = stockage.listdir("")
    except FileNotFoundError:  # nothing was ever handed in
        return 0
    nommes = set(Preuve.objects.exclude(fichier="").values_list("fichier", flat=True))
    orphelins = [
        nom for nom in noms if nom not in nommes and stockage.get_modified_time(nom) < maintenant - ORPHELIN_APRES
    ]
    for nom in orphelins:
        stockage.delete(nom)
    return len(orphelins)
