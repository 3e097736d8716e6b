"""Planning, changing and cancelling sessions: what is written, and who is told, once."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from ateliers import seances
from ateliers.enums import AnnuleePar, CanalInscription, Etendue, StatutInscription, StatutSeance
from ateliers.inscriptions import DemandeInscription, InscriptionRefusee, inscrire_famille
from ateliers.models import Inscription, Seance, Serie
from ateliers.seances import (
    Bilan,
    Changements,
    Projet,
    SeanceChangeeEntretemps,
    SeanceRefusee,
    annuler_seances,
    creer_seance,
    creer_serie,
    modifier_seances,
    prevoir_annulation,
    prevoir_modification,
    prevoir_projet,
    publier_seances,
    supprimer_seance,
)
from maisons.enums import Frequence
from maisons.recurrence import Regle, RegleImpossible
from socle.enums import StatutMessage
from socle.models import Message
from tests.factories import (
    AtelierFactory,
    DepartementFactory,
    FermetureFactory,
    InscriptionFactory,
    LieuFactory,
    MaisonFactory,
    MessageFactory,
    SeanceFactory,
)

PARIS = ZoneInfo("Europe/Paris")
MAINTENANT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def a_paris(annee: int, mois: int, jour: int, heure: int = 14, minute: int = 0) -> datetime:
    return datetime(annee, mois, jour, heure, minute, tzinfo=PARIS)


def projet(**champs: Any) -> Projet:
    lieu = champs.pop("lieu", None) or LieuFactory(nom="La Maison")
    regle = {
        "frequence": Frequence.SEMAINE,
        "premier_jour": date(2026, 3, 3),
        "heure": time(14),
        "duree_minutes": 90,
        "nombre": 6,
        **champs.pop("regle", {}),
    }
    valeurs = {
        "atelier": AtelierFactory(maison=lieu.maison, titre="Portage", age_max_mois=9),
        "lieu": lieu,
        "regle": Regle(**regle),
        "intervenants": "Nadia",
        "capacite_adultes": 8,
        "capacite_enfants": 6,
    }
    return Projet(**{**valeurs, **champs})


def creer(projet: Projet, cle: uuid.UUID | None = None, *, sauf: set[date] = frozenset()) -> Serie:  # type: ignore[assignment]
    jours = {prevu.jour for prevu in prevoir_projet(projet=projet, maintenant=MAINTENANT) if prevu.retenu} - sauf
    return creer_serie(projet=projet, jours=jours, cle=cle or uuid.uuid4(), maintenant=MAINTENANT)


def motifs(projet: Projet) -> dict[date, str]:
    prevus = prevoir_projet(projet=projet, maintenant=MAINTENANT)
    return {prevu.jour: prevu.motif_exclusion for prevu in prevus if prevu.motif_exclusion}


def dans_l_ordre(serie: Serie) -> list[Seance]:
    return list(serie.seances.select_related("lieu__maison", "lieu__commune").order_by("jour_serie"))


def modifier(seance: Seance, etendue: Etendue = Etendue.SEULE, **champs: Any) -> Bilan:
    seance = Seance.objects.with_cadre().get(pk=seance.pk)
    return modifier_seances(
        seance=seance,
        changements=replace(Changements.de(seance), **champs),
        etendue=etendue,
        version=seance.modifiee_le,
        maintenant=MAINTENANT,
    )


def recus(modele: str) -> list[Message]:
    return list(Message.objects.filter(modele=modele).order_by("pk"))


@pytest.mark.django_db
class TestPrevoir:
    def test_public_holidays_are_left_out_unless_asked_for(self) -> None:
        mai = {"premier_jour": date(2026, 5, 1), "nombre": 2}
        assert list(motifs(projet(regle=mai))) == [date(2026, 5, 1), date(2026, 5, 8)][:2]
        assert motifs(projet(regle=mai, sauf_feries=False)) == {}

    def test_alsace_moselle_has_its_own_days(self) -> None:
        vendredi_saint, saint_etienne = date(2026, 4, 3), date(2026, 12, 26)
        for jour in (vendredi_saint, saint_etienne):
            une_fois = {"frequence": Frequence.UNIQUE, "premier_jour": jour}
            assert motifs(projet(regle=une_fois)) == {}
            bas_rhin = LieuFactory(maison__departement=DepartementFactory(code="67", nom="Bas-Rhin"))
            assert list(motifs(projet(lieu=bas_rhin, regle=une_fois))) == [jour]

    def test_school_holidays_of_the_houses_zone(self) -> None:
        # Spring holidays 2026: zone B from 11 April, zone A from 4 April (arrêté du 20 décembre 2024).
        mardis = {"premier_jour": date(2026, 4, 7), "nombre": 1}
        assert motifs(projet(regle=mardis, sauf_vacances=True)) == {}
        zone_a = LieuFactory(maison__departement=DepartementFactory(code="21", nom="Côte-d'Or", zone_scolaire="A"))
        assert "vacances" in motifs(projet(lieu=zone_a, regle=mardis, sauf_vacances=True))[date(2026, 4, 7)]
        assert motifs(projet(lieu=zone_a, regle=mardis)) == {}

    def test_closures_always_count(self) -> None:
        p = projet()
        FermetureFactory(maison=p.lieu.maison, du=date(2026, 3, 9), au=date(2026, 3, 10), motif="Travaux")
        assert motifs(p) == {date(2026, 3, 10): "maison fermée : Travaux"}

    def test_past_days_are_left_out(self) -> None:
        assert motifs(projet(regle={"premier_jour": date(2026, 2, 24), "nombre": 2})) == {
            date(2026, 2, 24): "déjà passée"
        }

    def test_a_busy_place_is_said_with_what_is_there(self) -> None:
        p = projet()
        SeanceFactory(lieu=p.lieu, titre="Café", debut=a_paris(2026, 3, 10, 13), fin=a_paris(2026, 3, 10, 14, 1))
        SeanceFactory(lieu=p.lieu, debut=a_paris(2026, 3, 17, 13), fin=a_paris(2026, 3, 17, 14))  # ends in time
        SeanceFactory(lieu=p.lieu, annulee=True, debut=a_paris(2026, 3, 24))
        SeanceFactory(debut=a_paris(2026, 3, 24))  # elsewhere
        prevus = prevoir_projet(projet=p, maintenant=MAINTENANT)
        conflits = {prevu.jour: prevu.conflits for prevu in prevus if prevu.conflits}
        assert list(conflits) == [date(2026, 3, 10)]
        assert "Café" in conflits[date(2026, 3, 10)][0]

    def test_writes_nothing_and_asks_as_much_for_six_as_for_sixty(self, django_assert_num_queries: Any) -> None:
        for nombre in (6, 60):
            p = projet(regle={"nombre": nombre})
            assert p.lieu.maison.departement  # loaded
            with django_assert_num_queries(2):  # closures, what takes place there
                prevoir_projet(projet=p, maintenant=MAINTENANT)
        assert not Serie.objects.exists()
        assert not Seance.objects.exists()


@pytest.mark.django_db
class TestCreerSerie:
    def test_creates_what_was_shown(self) -> None:
        p = projet(regle={"nombre": 6})
        serie = creer(p, sauf={date(2026, 3, 17)})
        creees = dans_l_ordre(serie)
        assert [s.jour_serie for s in creees] == [
            date(2026, 3, 3),
            date(2026, 3, 10),
            date(2026, 3, 24),
            date(2026, 3, 31),
            date(2026, 4, 7),
        ]
        # 14:00 on the wall before and after 29 March.
        assert {s.debut_local.time() for s in creees} == {time(14)}
        assert serie.exceptions == [date(2026, 3, 17)]
        assert serie.rrule == "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU;WKST=MO;COUNT=6"
        une = creees[0]
        assert (une.titre, une.intervenants, une.age_max_mois) == ("Portage", "Nadia", 9)
        assert (une.capacite_adultes, une.capacite_enfants) == (8, 6)
        assert une.statut == StatutSeance.PUBLIEE

    def test_a_double_submit_makes_one_series(self) -> None:
        p, cle = projet(), uuid.uuid4()
        assert creer(p, cle) == creer(p, cle)
        assert Serie.objects.count() == 1
        assert Seance.objects.count() == 6

    def test_a_key_of_another_house_leads_nowhere(self) -> None:
        cle = uuid.uuid4()
        creer(projet(), cle)
        with pytest.raises(SeanceRefusee):
            creer(projet(), cle)

    def test_a_ticked_day_that_is_left_out_is_not_created(self) -> None:
        p = projet(regle={"premier_jour": date(2026, 4, 28), "nombre": 2, "jours": [1, 4]})
        serie = creer_serie(
            projet=p, jours=[date(2026, 4, 28), date(2026, 5, 1)], cle=uuid.uuid4(), maintenant=MAINTENANT
        )
        assert [s.jour_serie for s in dans_l_ordre(serie)] == [date(2026, 4, 28)]
        assert serie.exceptions == [date(2026, 5, 1)]

    def test_chosen_dates_are_kept_as_dates(self) -> None:
        dates = [date(2026, 3, 7), date(2026, 4, 4)]
        serie = creer(projet(regle={"frequence": Frequence.DATES, "dates": dates}))
        assert (serie.rrule, serie.dates_choisies) == ("", dates)
        assert [s.jour_serie for s in dans_l_ordre(serie)] == dates

    def test_nothing_left_is_refused_and_leaves_nothing(self) -> None:
        with pytest.raises(SeanceRefusee):
            creer_serie(projet=projet(), jours=[], cle=uuid.uuid4(), maintenant=MAINTENANT)
        with pytest.raises(RegleImpossible):
            creer(projet(regle={"nombre": 1000}))
        assert not Serie.objects.exists()

    def test_overseas_hours_are_those_of_the_place(self) -> None:
        serie = creer(projet(lieu=LieuFactory(reunion=True)))
        assert {s.debut.astimezone(UTC).time() for s in dans_l_ordre(serie)} == {time(10)}

    def test_a_single_session_has_no_series_and_is_made_once(self) -> None:
        p, cle = projet(regle={"frequence": Frequence.UNIQUE}, publier=False), uuid.uuid4()
        jours = [date(2026, 3, 3)]
        une = creer_seance(projet=p, jours=jours, cle=cle, maintenant=MAINTENANT)
        encore = creer_seance(projet=p, jours=jours, cle=cle, maintenant=MAINTENANT + timedelta(days=30))
        assert une == encore
        assert (une.reference, une.serie, une.statut) == (cle, None, StatutSeance.BROUILLON)
        with pytest.raises(SeanceRefusee):
            creer_seance(
                projet=projet(regle={"frequence": Frequence.UNIQUE}), jours=jours, cle=cle, maintenant=MAINTENANT
            )


@pytest.mark.django_db
class TestModifier:
    def test_one_session_is_moved_alone_and_its_people_are_told(self) -> None:
        une, autre, *_ = dans_l_ordre(creer(projet()))
        for etat in ({}, {"attente": True}, {"proposee": True}, {"annulee": True}):
            InscriptionFactory(seance=une, **etat)
        InscriptionFactory(seance=autre)
        bilan = modifier(une, debut=a_paris(2026, 3, 3, 15))
        une.refresh_from_db()
        autre.refresh_from_db()
        assert (une.debut, une.fin - une.debut) == (a_paris(2026, 3, 3, 15), timedelta(minutes=90))
        assert (une.modifiee_seule, une.revision) == (True, 1)
        assert (autre.debut, autre.revision) == (a_paris(2026, 3, 10), 0)
        assert bilan.destinataires == (3, 0)
        messages = recus("seance_modifiee")
        assert len(messages) == 3
        assert messages[0].contexte["avant"]["debut"] == a_paris(2026, 3, 3).astimezone(UTC).isoformat()

    def test_this_and_following_move_by_the_same_wall_clock_shift(self) -> None:
        serie = creer(projet())
        avant = dans_l_ordre(serie)
        modifier(avant[2], Etendue.SUIVANTES, debut=a_paris(2026, 3, 18, 9, 30))
        assert [f"{s.debut_local:%d/%m %H:%M}" for s in dans_l_ordre(serie)] == [
            "03/03 14:00",
            "10/03 14:00",
            "18/03 09:30",
            "25/03 09:30",
            "01/04 09:30",  # after the change of time
            "08/04 09:30",
        ]
        assert not serie.seances.filter(modifiee_seule=True).exists()

    def test_all_of_the_series_but_past_cancelled_and_those_changed_alone(self) -> None:
        serie = creer(projet())
        toutes = dans_l_ordre(serie)
        Seance.objects.filter(pk=toutes[0].pk).update(
            debut=MAINTENANT - timedelta(days=2), fin=MAINTENANT - timedelta(days=2, hours=-1)
        )
        annuler_seances(seance=toutes[1], etendue=Etendue.SEULE, motif="Neige", maintenant=MAINTENANT)
        modifier(toutes[2], titre="À part")
        lieu = LieuFactory(maison=serie.atelier.maison, nom="La Ferme")
        bilan = modifier(toutes[4], Etendue.TOUTES, lieu=lieu, titre="Portage doux")
        assert [changee.seance.pk for changee in bilan.changees] == [s.pk for s in toutes[3:]]
        assert [seance.pk for seance in bilan.a_part] == [toutes[2].pk]
        assert [s.titre for s in dans_l_ordre(serie)] == ["Portage", "Portage", "À part", *["Portage doux"] * 3]
        assert serie.seances.filter(lieu=lieu).count() == 3
        serie.refresh_from_db()
        assert serie.lieu == lieu

    def test_only_what_was_changed_reaches_the_others(self) -> None:
        une, deux, *_ = dans_l_ordre(creer(projet()))
        Seance.objects.filter(pk=deux.pk).update(precisions="Venez avec une couverture", capacite_adultes=12)
        modifier(une, Etendue.TOUTES, intervenants="Léa")
        deux.refresh_from_db()
        assert (deux.intervenants, deux.precisions, deux.capacite_adultes) == (
            "Léa",
            "Venez avec une couverture",
            12,
        )

    def test_seats_by_age_reach_only_the_sessions_that_count_by_age(self) -> None:
        une, _, trois, *_ = dans_l_ordre(creer(projet()))
        par_age = Seance.objects.filter(pk__in=[une.pk, trois.pk])
        par_age.update(capacite_enfants=6, petits_avant_mois=18, capacite_petits=2)
        une.refresh_from_db()
        modifier(une, Etendue.TOUTES, capacite_petits=3)
        assert [s.capacite_petits for s in dans_l_ordre(une.serie)[:3]] == [3, None, 3]

    def test_what_does_not_matter_to_people_is_not_told(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        InscriptionFactory(seance=une)
        bilan = modifier(une, titre="Autre titre", precisions="…", intervenants="Léa", capacite_adultes=9)
        une.refresh_from_db()
        assert (une.titre, une.revision) == ("Autre titre", 0)
        assert bilan.destinataires == (0, 0)
        assert recus("seance_modifiee") == []

    def test_the_same_form_sent_twice_tells_once(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        InscriptionFactory(seance=une)
        une = Seance.objects.with_cadre().get(pk=une.pk)
        demande = replace(Changements.de(une), debut=a_paris(2026, 3, 4, 10))
        for _tour in range(2):
            modifier_seances(
                seance=une,
                changements=demande,
                etendue=Etendue.TOUTES,
                version=une.modifiee_le,
                maintenant=MAINTENANT + timedelta(seconds=_tour),
            )
        assert len(recus("seance_modifiee")) == 1
        assert [s.debut_local.hour for s in une.serie.seances.select_related("lieu")] == [10] * 6  # type: ignore[union-attr]

    def test_each_move_is_told(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        InscriptionFactory(seance=une)
        modifier(une, debut=a_paris(2026, 3, 4))
        modifier(une, debut=a_paris(2026, 3, 5))
        assert [m.contexte["evenement"]["sequence"] for m in recus("seance_modifiee")] == [1, 2]

    def test_a_stale_form_is_refused(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        version = une.modifiee_le
        Seance.objects.filter(pk=une.pk).update(modifiee_le=MAINTENANT + timedelta(minutes=1))
        une = Seance.objects.with_cadre().get(pk=une.pk)
        with pytest.raises(SeanceChangeeEntretemps):
            modifier_seances(
                seance=une,
                changements=replace(Changements.de(une), titre="Autre"),
                etendue=Etendue.SEULE,
                version=version,
                maintenant=MAINTENANT,
            )

    def test_capacity_never_goes_under_what_is_taken(self) -> None:
        serie = creer(projet())
        une, deux, *_ = dans_l_ordre(serie)
        InscriptionFactory(seance=deux, adultes=3, enfants=2)
        with pytest.raises(SeanceRefusee, match="mardi 10.mars.* 3 adultes sont déjà inscrits") as refus:
            modifier(une, Etendue.TOUTES, capacite_adultes=2)
        assert refus.value.champ == "capacite_adultes"
        with pytest.raises(SeanceRefusee) as refus:
            modifier(une, Etendue.TOUTES, capacite_enfants=1)
        assert refus.value.champ == "capacite_enfants"
        assert set(serie.seances.values_list("capacite_adultes", "capacite_enfants")) == {(8, 6)}

    def test_a_raised_capacity_is_offered_to_those_who_wait(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet(capacite_adultes=1)))
        InscriptionFactory(seance=une)
        attente = InscriptionFactory(seance=une, attente=True)
        modifier(une, capacite_adultes=2)
        attente.refresh_from_db()
        assert attente.statut == StatutInscription.PROPOSEE
        assert len(recus("proposition")) == 1

    def test_the_past_can_neither_be_changed_nor_chosen(self) -> None:
        (une, deux, *_) = dans_l_ordre(creer(projet()))
        with pytest.raises(SeanceRefusee) as refus:
            modifier(une, debut=MAINTENANT)
        assert refus.value.champ == "jour"
        with pytest.raises(SeanceRefusee):  # the second one would land in the past
            modifier(deux, Etendue.TOUTES, debut=a_paris(2026, 3, 2))
        Seance.objects.filter(pk=une.pk).update(debut=MAINTENANT)
        with pytest.raises(SeanceRefusee):
            modifier(une, titre="Autre")

    def test_a_reminder_of_the_former_hour_is_not_sent(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        inscription = InscriptionFactory(seance=une)
        rappel = MessageFactory(modele="rappel", objet=inscription)
        parti = MessageFactory(modele="rappel", objet=inscription, envoye=True)
        autre = MessageFactory(modele="rappel", objet=InscriptionFactory())
        modifier(une, debut=a_paris(2026, 3, 4))
        assert [Message.objects.get(pk=m.pk).statut for m in (rappel, parti, autre)] == [
            StatutMessage.PERIME,
            StatutMessage.ENVOYE,
            StatutMessage.A_ENVOYER,
        ]

    def test_the_sign_up_window_and_offers_follow(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        Seance.objects.filter(pk=une.pk).update(inscriptions_au=a_paris(2026, 3, 2, 12))
        offre = InscriptionFactory(
            seance=une,
            proposee=True,
            proposee_le=MAINTENANT,
            proposee_jusqu_au=a_paris(2026, 3, 3, 12),
            attente_depuis=MAINTENANT,
        )
        modifier(une, debut=a_paris(2026, 3, 2))
        une.refresh_from_db()
        offre.refresh_from_db()
        assert une.inscriptions_au == a_paris(2026, 3, 1, 12)
        assert offre.proposee_jusqu_au == une.debut

    def test_preview_says_what_will_change_and_writes_nothing(self) -> None:
        serie = creer(projet())
        toutes = dans_l_ordre(serie)
        modifier(toutes[1], titre="À part")
        InscriptionFactory(seance=toutes[0])
        InscriptionFactory(seance=toutes[2], famille__email="", canal=CanalInscription.TELEPHONE)
        SeanceFactory(lieu=serie.lieu, titre="Café", debut=a_paris(2026, 3, 17, 16))
        seance = Seance.objects.with_cadre().get(pk=toutes[0].pk)
        bilan = prevoir_modification(
            seance=seance,
            changements=replace(Changements.de(seance), debut=a_paris(2026, 3, 3, 16)),
            etendue=Etendue.TOUTES,
            maintenant=MAINTENANT,
        )
        assert len(bilan.changees) == 5
        assert [s.pk for s in bilan.a_part] == [toutes[1].pk]
        assert bilan.destinataires == (1, 1)
        assert [bool(changee.conflits) for changee in bilan.changees] == [False, True, False, False, False]
        assert Seance.objects.get(pk=seance.pk).debut == a_paris(2026, 3, 3)
        assert recus("seance_modifiee") == []


@pytest.mark.django_db
class TestAnnuler:
    def test_everyone_is_told_why_and_nothing_goes_on(self) -> None:
        (une, autre, *_) = dans_l_ordre(creer(projet()))
        confirmee = InscriptionFactory(seance=une)
        attente = InscriptionFactory(seance=une, attente=True)
        proposee = InscriptionFactory(seance=une, proposee=True)
        partie = InscriptionFactory(seance=une, annulee=True)
        rappel = MessageFactory(modele="rappel", objet=confirmee)
        bilan = annuler_seances(
            seance=une, etendue=Etendue.SEULE, motif="  L'animatrice est malade. ", maintenant=MAINTENANT
        )
        une.refresh_from_db()
        assert (une.statut, une.motif_annulation) == (StatutSeance.ANNULEE, "L'animatrice est malade.")
        assert (une.adultes_pris, une.enfants_pris, une.revision) == (0, 0, 1)
        for inscription in (confirmee, attente, proposee):
            inscription.refresh_from_db()
            assert inscription.seance == une
            assert (inscription.statut, inscription.annulee_par) == (StatutInscription.ANNULEE, AnnuleePar.MAISON)
        partie.refresh_from_db()
        assert partie.annulee_par == AnnuleePar.FAMILLE
        assert bilan.destinataires == (3, 0)
        messages = recus("seance_annulee")
        assert {m.objet_id for m in messages} == {confirmee.pk, attente.pk, proposee.pk}
        assert messages[0].contexte["motif"] == "L'animatrice est malade."
        rappel.refresh_from_db()
        assert rappel.statut == StatutMessage.PERIME
        autre.refresh_from_db()
        assert autre.statut == StatutSeance.PUBLIEE

    def test_twice_tells_once(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        InscriptionFactory(seance=une)
        for _tour in range(2):
            annuler_seances(seance=une, etendue=Etendue.SEULE, motif="Neige", maintenant=MAINTENANT)
        assert len(recus("seance_annulee")) == 1

    def test_following_ones_with_those_changed_alone(self) -> None:
        serie = creer(projet())
        toutes = dans_l_ordre(serie)
        modifier(toutes[4], titre="À part")
        prevu = prevoir_annulation(seance=toutes[3], etendue=Etendue.SUIVANTES, maintenant=MAINTENANT)
        fait = annuler_seances(seance=toutes[3], etendue=Etendue.SUIVANTES, motif="Congés", maintenant=MAINTENANT)
        assert [s.pk for s in prevu.annulees] == [s.pk for s in fait.annulees] == [s.pk for s in toutes[3:]]
        assert [s.est_annulee for s in dans_l_ordre(serie)] == [False, False, False, True, True, True]

    def test_needs_a_reason_and_a_future(self) -> None:
        (une, *_) = dans_l_ordre(creer(projet()))
        with pytest.raises(SeanceRefusee) as refus:
            annuler_seances(seance=une, etendue=Etendue.SEULE, motif="  ", maintenant=MAINTENANT)
        assert refus.value.champ == "motif"
        Seance.objects.filter(pk=une.pk).update(debut=MAINTENANT)
        with pytest.raises(SeanceRefusee):
            annuler_seances(seance=une, etendue=Etendue.SEULE, motif="Neige", maintenant=MAINTENANT)


@pytest.mark.django_db
class TestBrouillonsEtSuppression:
    def test_drafts_are_opened_once(self) -> None:
        serie = creer(projet(publier=False))
        pks = list(serie.seances.values_list("pk", flat=True))
        assert publier_seances(seances=pks, maintenant=MAINTENANT) == 6
        assert publier_seances(seances=pks, maintenant=MAINTENANT) == 0

    def test_a_session_someone_booked_is_never_deleted(self) -> None:
        une, deux, *_ = dans_l_ordre(creer(projet()))
        InscriptionFactory(seance=une, annulee=True)
        with pytest.raises(SeanceRefusee, match="Annulez-la"):
            supprimer_seance(seance=une)
        supprimer_seance(seance=deux)
        assert Seance.objects.count() == 5


@pytest.mark.course
@pytest.mark.django_db(transaction=True)
class TestCourses:
    """Each race beside its control: the same race without the lock goes wrong."""

    def _deux_deplacements(self) -> tuple[Seance, list[Any]]:
        """Two people move one session at once, each to another hour, from the same form."""
        seance = SeanceFactory(debut=a_paris(2026, 3, 10), modifiee_le=MAINTENANT)
        InscriptionFactory(seance=seance)
        seance = Seance.objects.with_cadre().get(pk=seance.pk)
        depart = threading.Barrier(2, timeout=30)

        def deplacer(heure: int) -> Any:
            try:
                connection.ensure_connection()
                depart.wait()
                return modifier_seances(
                    seance=seance,
                    changements=replace(Changements.de(seance), debut=a_paris(2026, 3, 10, heure)),
                    etendue=Etendue.SEULE,
                    version=seance.modifiee_le,
                    maintenant=MAINTENANT + timedelta(seconds=heure),
                )
            except SeanceRefusee as refus:
                return refus
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as fils:
            resultats = list(fils.map(deplacer, [16, 17]))
        seance.refresh_from_db()
        return seance, resultats

    def test_two_staff_at_once_one_wins_and_people_read_what_holds(self) -> None:
        seance, resultats = self._deux_deplacements()
        assert sorted(type(r).__name__ for r in resultats) == ["Bilan", "SeanceChangeeEntretemps"]
        (message,) = recus("seance_modifiee")
        assert datetime.fromisoformat(message.contexte["debut"]) == seance.debut

    def test_control_without_the_lock_both_win(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lus = threading.Barrier(2, timeout=30)

        def sans_verrou(seance: Seance, etendue: Etendue) -> list[Seance]:
            lues = list(seances._seances_liees(seance, etendue))
            lus.wait()
            return lues

        monkeypatch.setattr(seances, "_verrouiller", sans_verrou)
        _seance, resultats = self._deux_deplacements()
        # Both changes went through, and one message for two truths.
        assert [type(r).__name__ for r in resultats] == ["Bilan", "Bilan"]
        assert len(recus("seance_modifiee")) == 1

    def test_a_capacity_lowered_while_people_book_stays_true(self) -> None:
        seance = SeanceFactory(debut=a_paris(2026, 3, 10), capacite_adultes=10, modifiee_le=MAINTENANT)
        seance = Seance.objects.with_cadre().get(pk=seance.pk)
        depart = threading.Barrier(9, timeout=30)

        def reserver(numero: int) -> Any:
            try:
                connection.ensure_connection()
                depart.wait()
                if numero == 0:
                    return modifier_seances(
                        seance=seance,
                        changements=replace(Changements.de(seance), capacite_adultes=4),
                        etendue=Etendue.SEULE,
                        version=seance.modifiee_le,
                        maintenant=MAINTENANT,
                    )
                demande = DemandeInscription(
                    prenom="Inès", email=f"f{numero}@exemple.fr", cle_idempotence=uuid.uuid4()
                )
                return inscrire_famille(seance=seance, demande=demande, maintenant=MAINTENANT)
            except (SeanceRefusee, InscriptionRefusee) as refus:
                return refus
            finally:
                connection.close()

        with ThreadPoolExecutor(9) as fils:
            resultats = list(fils.map(reserver, range(9)))
        seance.refresh_from_db()
        faites = [r for r in resultats if isinstance(r, Inscription)]
        assert seance.adultes_pris == len(faites) == Inscription.objects.count()
        assert seance.adultes_pris <= seance.capacite_adultes
        assert (seance.capacite_adultes == 4) == isinstance(resultats[0], Bilan)

    def test_a_double_submit_at_once_makes_one_series(self) -> None:
        p, cle = projet(lieu=LieuFactory(maison=MaisonFactory())), uuid.uuid4()
        jours = [prevu.jour for prevu in prevoir_projet(projet=p, maintenant=MAINTENANT)]
        depart = threading.Barrier(4, timeout=30)

        def envoyer(_numero: int) -> int:
            try:
                connection.ensure_connection()
                depart.wait()
                return creer_serie(projet=p, jours=jours, cle=cle, maintenant=MAINTENANT).pk
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as fils:
            assert len(set(fils.map(envoyer, range(4)))) == 1
        assert Serie.objects.count() == 1
        assert Seance.objects.count() == 6
