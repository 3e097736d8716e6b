"""Sessions around today: what the programme's rules give between four weeks ago and eight weeks ahead.

A made-up session has a reference computed from its house, workshop, place and day, so that the next load finds it
again whatever was done to it since.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from ateliers.accueils import places_de
from ateliers.enums import AccueilSeance, Audience, Format, StatutSeance
from ateliers.models import Atelier, GroupePairs, Seance, Serie, fin_de_fenetre, fin_de_groupe
from maisons.calendriers import est_ferie, est_vacances
from maisons.enums import Frequence
from maisons.models import Fermeture, Lieu
from maisons.recurrence import Regle, jours_de_la_regle, moment_local
from partenaires.enums import ModePermanence, TypePartenaire
from partenaires.models import Partenaire, Permanence
from portail.demo.catalogue import CHARLEVILLE, JEU, LUN, MAR, MER, METZ, RETHEL, Programme
from portail.demo.equipes import Repartition
from portail.demo.reseau import Reseau

ESPACE_DE_NOMS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:portail-1000-premiers-jours:demonstration")
PASSE = timedelta(weeks=4)
AVENIR = timedelta(weeks=8)
# A series lasts a year at most; then its workshop begins another.
DUREE_SERIE = timedelta(days=365)


@dataclass(frozen=True)
class PermanenceDemo:
    partenaire: str
    type: TypePartenaire
    maison: str
    lieu: int
    intitule: str
    jour: int
    heure: time
    semaine: int
    # Organisation whose people may be given the role of partner.
    organisation: str = ""
    description: str = ""
    # By appointment when there is a length, freely otherwise.
    creneau_minutes: int | None = None
    verifie_il_y_a: timedelta = timedelta(days=40)


PERMANENCES = (
    PermanenceDemo(
        "Caf des Ardennes",
        TypePartenaire.CAF,
        CHARLEVILLE,
        0,
        "Vos droits avec la Caf",
        LUN,
        time(9, 30),
        0,
        description="Exemple : prime à la naissance, mode de garde, congé parental : on regarde ensemble.",
        creneau_minutes=30,
    ),
    PermanenceDemo(
        "Maternité de Charleville-Mézières",
        TypePartenaire.MATERNITE,
        CHARLEVILLE,
        2,
        "Une sage-femme de la maternité vous reçoit",
        MER,
        time(14),
        1,
        description="Exemple : préparer l'arrivée du bébé, le retour à la maison, l'allaitement.",
        creneau_minutes=20,
    ),
    PermanenceDemo(
        "Association Les Petits Pas (démonstration)",
        TypePartenaire.ASSOCIATION,
        RETHEL,
        0,
        "Écoute et coup de main entre parents",
        JEU,
        time(16),
        1,
        "les-petits-pas-demonstration",
        description="Exemple : des parents bénévoles écoutent, prêtent du matériel et passent le relais.",
        verifie_il_y_a=timedelta(days=190),
    ),
    PermanenceDemo(
        "Relais petite enfance de Metz (démonstration)",
        TypePartenaire.AUTRE,
        METZ,
        0,
        "Trouver un mode d'accueil",
        MAR,
        time(14),
        0,
        description="Exemple : crèche, assistante maternelle, aides : trouver ce qui convient à votre famille.",
    ),
)
DUREE_PERMANENCE = timedelta(hours=2)
NOM_GROUPE = "Les bébés"
DUREE_GROUPE = timedelta(days=365)
_SAISONS = ("de l'hiver", "du printemps", "de l'été", "de l'automne")


@dataclass
class Agenda:
    """The sessions this load created, in order of start."""

    nouvelles: list[Seance] = field(default_factory=list)
    a_venir: int = 0


def reference(*parties: object) -> uuid.UUID:
    return uuid.uuid5(ESPACE_DE_NOMS, "/".join(str(partie) for partie in parties))


def charger_agenda(reseau: Reseau, ateliers: dict[Programme, Atelier], *, maintenant: datetime) -> Agenda:
    """Create the sessions within sight of `maintenant` that are not there; change none that is."""
    fermetures: dict[int, list[Fermeture]] = {}
    for fermeture in Fermeture.objects.all():
        fermetures.setdefault(fermeture.maison_id, []).append(fermeture)
    series = {(serie.atelier_id, serie.lieu_id): serie for serie in Serie.objects.order_by("premier_jour")}

    voulues: list[Seance] = []
    for programme, atelier in ateliers.items():
        lieux = reseau.lieux[programme.maison]
        if programme.lieu >= len(lieux):
            continue
        lieu = lieux[programme.lieu]
        aujourd_hui = maintenant.astimezone(lieu.zone).date()
        serie = _serie(programme, atelier, lieu, series.get((atelier.pk, lieu.pk)), aujourd_hui)
        jours = _jours(serie, programme, aujourd_hui)
        exclus = {jour for jour in jours if _exclu(jour, serie, lieu, fermetures.get(lieu.maison_id, []))}
        if exclus - set(serie.exceptions):
            serie.exceptions = sorted(exclus | set(serie.exceptions))
            serie.save(update_fields=["exceptions"])
        voulues += [_seance_d_atelier(programme, atelier, lieu, serie, jour) for jour in jours if jour not in exclus]
    voulues += _permanences(reseau, fermetures, maintenant=maintenant)
    voulues += _groupe(reseau, fermetures, maintenant=maintenant)

    connues = set(
        Seance.objects.filter(reference__in=[seance.reference for seance in voulues]).values_list(
            "reference", flat=True
        )
    )
    # A day of a series that staff took over by hand has its session already, under another reference.
    prises = set(Seance.objects.filter(serie__isnull=False).values_list("serie_id", "jour_serie"))
    nouvelles = [
        seance
        for seance in voulues
        if seance.reference not in connues and (seance.serie_id, seance.jour_serie) not in prises
    ]
    nouvelles.sort(key=lambda seance: (seance.debut, str(seance.reference)))
    repartition = Repartition(reseau, nouvelles)
    for seance in nouvelles:
        repartition.placer(seance, seance.lieu)
    Seance.objects.bulk_create(nouvelles)
    return Agenda(nouvelles, Seance.objects.publiees().a_venir(maintenant=maintenant).count())


def _lundi(jour: date) -> date:
    return jour - timedelta(days=jour.weekday())


def _serie(programme: Programme, atelier: Atelier, lieu: Lieu, serie: Serie | None, aujourd_hui: date) -> Serie:
    """The running series of a workshop at a place, prolonged to the end of what is in sight."""
    horizon = aujourd_hui + AVENIR
    if serie is None or aujourd_hui - serie.premier_jour > DUREE_SERIE:
        premier_jour = _premier_jour(programme, aujourd_hui - PASSE if serie is None else aujourd_hui)
        return Serie.objects.create(
            atelier=atelier,
            lieu=lieu,
            premier_jour=premier_jour,
            heure=programme.heure,
            duree_minutes=atelier.duree_minutes,
            rrule=_regle(programme, premier_jour, programme.heure, atelier.duree_minutes, horizon).rrule,
            sauf_vacances=programme.hors_vacances,
        )
    rrule = _regle(programme, serie.premier_jour, serie.heure, serie.duree_minutes, horizon).rrule
    # Only the end moves: a series that staff gave another rule keeps theirs.
    if rrule != serie.rrule and rrule.rpartition(";UNTIL=")[0] == serie.rrule.rpartition(";UNTIL=")[0]:
        serie.rrule = rrule
        serie.save(update_fields=["rrule"])
    return serie


def _premier_jour(programme: Programme, des: date) -> date:
    if programme.frequence == Frequence.MOIS:
        # The weekday's rank in the month is what the rule keeps.
        mois = des.replace(day=1)
        while True:
            jour = mois + timedelta(days=(programme.jour - mois.weekday()) % 7 + 7 * programme.semaine)
            if jour >= des:
                return jour
            mois = (mois + timedelta(days=32)).replace(day=1)
    jour = des + timedelta(days=(programme.jour - des.weekday()) % 7)
    if programme.frequence == Frequence.QUINZAINE and jour.isocalendar().week % 2 != programme.semaine % 2:
        jour += timedelta(weeks=1)
    return jour


def _regle(programme: Programme, premier_jour: date, heure: time, duree_minutes: int, jusqu_au: date) -> Regle:
    return Regle(
        frequence=programme.frequence,
        premier_jour=premier_jour,
        heure=heure,
        duree_minutes=duree_minutes,
        jusqu_au=max(jusqu_au, premier_jour),
    )


def _jours(serie: Serie, programme: Programme, aujourd_hui: date) -> list[date]:
    regle = _regle(programme, serie.premier_jour, serie.heure, serie.duree_minutes, aujourd_hui + AVENIR)
    if not serie.rrule.startswith(regle.rrule.rpartition(";UNTIL=")[0]):
        return []
    return [jour for jour in jours_de_la_regle(regle) if jour >= aujourd_hui - PASSE]


def _exclu(jour: date, serie: Serie, lieu: Lieu, fermetures: list[Fermeture]) -> bool:
    plages = list(lieu.plages.all())
    return (
        jour in serie.exceptions
        or bool(plages and not any(plage.vaut_le(jour) for plage in plages))
        or (serie.sauf_feries and est_ferie(jour, lieu.commune.departement_id))
        or (serie.sauf_vacances and bool(est_vacances(jour, lieu.maison.departement.zone_scolaire)))
        or any(fermeture.du <= jour <= fermeture.au for fermeture in fermetures)
    )


def _seance_d_atelier(programme: Programme, atelier: Atelier, lieu: Lieu, serie: Serie, jour: date) -> Seance:
    debut = moment_local(jour, serie.heure, lieu.zone)
    return Seance(
        reference=reference(programme.maison, atelier.titre, lieu.nom, jour),
        atelier=atelier,
        serie=serie,
        jour_serie=jour,
        lieu=lieu,
        debut=debut,
        fin=debut + timedelta(minutes=serie.duree_minutes),
        titre=atelier.titre,
        format=atelier.format,
        intervenants=atelier.intervenants,
        langues=list(atelier.langues),
        audience=Audience.PROFESSIONNELS if programme.professionnels else Audience.TOUS,
        accueille_grossesse=atelier.accueille_grossesse,
        age_min_mois=atelier.age_min_mois,
        age_max_mois=atelier.age_max_mois,
        **places_de(
            atelier,
            adultes=atelier.capacite_adultes,
            enfants=atelier.capacite_enfants,
            adultes_gardes=atelier.adultes_gardes,
            enfants_gardes=atelier.enfants_gardes,
        ),
        gardes_jusqu_au=debut - timedelta(hours=atelier.gardes_heures_avant)
        if atelier.adultes_gardes or atelier.enfants_gardes
        else None,
        rappels_heures=list(atelier.rappels_heures),
        statut=StatutSeance.PUBLIEE,
    )


def _quinzaines(jour_semaine: int, semaine: int, aujourd_hui: date) -> list[date]:
    """The days in sight of a fortnightly meeting, by the parity of the ISO week."""
    premier = _lundi(aujourd_hui - PASSE) + timedelta(days=jour_semaine)
    jours = [premier + timedelta(weeks=n) for n in range((PASSE + AVENIR).days // 7 + 1)]
    return [
        jour
        for jour in jours
        if jour.isocalendar().week % 2 == semaine and aujourd_hui - PASSE <= jour <= aujourd_hui + AVENIR
    ]


def _libre(jour: date, lieu: Lieu, fermetures: dict[int, list[Fermeture]]) -> bool:
    return not est_ferie(jour, lieu.commune.departement_id) and not any(
        fermeture.du <= jour <= fermeture.au for fermeture in fermetures.get(lieu.maison_id, [])
    )


def _permanences(reseau: Reseau, fermetures: dict[int, list[Fermeture]], *, maintenant: datetime) -> list[Seance]:
    seances = []
    for demande in PERMANENCES:
        lieux = reseau.lieux[demande.maison]
        if demande.lieu >= len(lieux):
            continue
        lieu = lieux[demande.lieu]
        partenaire, _ = Partenaire.objects.get_or_create(
            nom=demande.partenaire,
            defaults={
                "type": demande.type,
                "organisation": reseau.organisations.get(demande.organisation),
                "description": demande.description,
                "commune": lieu.commune,
                "code_postal": lieu.code_postal,
                "langues": list(lieu.maison.langues[:2]),
                "demonstration": True,
                "verifie_le": maintenant - demande.verifie_il_y_a,
            },
        )
        permanence, _ = Permanence.objects.get_or_create(
            partenaire=partenaire,
            lieu=lieu,
            intitule=demande.intitule,
            defaults={
                "mode": ModePermanence.RENDEZ_VOUS if demande.creneau_minutes else ModePermanence.LIBRE,
                "creneau_minutes": demande.creneau_minutes,
            },
        )
        pas = timedelta(minutes=demande.creneau_minutes) if demande.creneau_minutes else DUREE_PERMANENCE
        for jour in _quinzaines(demande.jour, demande.semaine, maintenant.astimezone(lieu.zone).date()):
            if not _libre(jour, lieu, fermetures):
                continue
            ouverture = moment_local(jour, demande.heure, lieu.zone)
            seances += [
                Seance(
                    reference=reference(demande.maison, demande.intitule, lieu.nom, jour, *([n] if n else [])),
                    permanence=permanence,
                    lieu=lieu,
                    debut=ouverture + n * pas,
                    fin=ouverture + (n + 1) * pas,
                    titre=demande.intitule,
                    format=Format.PERMANENCE,
                    accueil=AccueilSeance.FAMILLE if demande.creneau_minutes else AccueilSeance.LIBRE,
                    intervenants=demande.partenaire,
                    capacite_adultes=4 if demande.creneau_minutes else 0,
                    capacite_enfants=6 if demande.creneau_minutes else 0,
                )
                for n in range(DUREE_PERMANENCE // pas)
            ]
    return seances


def _groupe(reseau: Reseau, fermetures: dict[int, list[Fermeture]], *, maintenant: datetime) -> list[Seance]:
    """The pair group of Rethel: babies born in the same eight weeks, about four months old when it began."""
    lieux = reseau.lieux[RETHEL]
    if not lieux:
        return []
    lieu = lieux[0]
    aujourd_hui = maintenant.astimezone(lieu.zone).date()
    groupe = GroupePairs.objects.filter(maison=lieu.maison, nom__startswith=NOM_GROUPE).order_by("-pk").first()
    if groupe is None or aujourd_hui - groupe.naissances_du > DUREE_GROUPE:
        debut_fenetre = _lundi(aujourd_hui - timedelta(weeks=20))
        groupe = GroupePairs.objects.create(
            maison=lieu.maison,
            lieu=lieu,
            nom=f"{NOM_GROUPE} {_SAISONS[debut_fenetre.month % 12 // 3]}",
            naissances_du=debut_fenetre,
            naissances_au=fin_de_fenetre(debut_fenetre),
            fin_prevue=fin_de_groupe(fin_de_fenetre(debut_fenetre)),
            premiere_rencontre=debut_fenetre + timedelta(weeks=8, days=1),
            heure=time(14),
        )
    # Meetings go on until the first birthday of the oldest.
    fin = groupe.naissances_du + DUREE_GROUPE
    seances = []
    for jour in _quinzaines(MAR, 1, aujourd_hui):
        if jour > fin or jour < groupe.naissances_au or not _libre(jour, lieu, fermetures):
            continue
        debut = moment_local(jour, time(14), lieu.zone)
        seances.append(
            Seance(
                reference=reference(RETHEL, "groupe", groupe.pk, jour),
                groupe=groupe,
                lieu=lieu,
                debut=debut,
                fin=debut + timedelta(minutes=90),
                titre=groupe.nom,
                format=Format.GROUPE,
                intervenants="une puéricultrice",
                audience=Audience.MEMBRES,
                accueille_grossesse=False,
                capacite_adultes=12,
                capacite_enfants=10,
            )
        )
    return seances
