"""Places in a group: who holds one, who is asked next, what becomes of the bookings."""

from __future__ import annotations

import uuid
from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from ateliers import inscriptions
from ateliers.enums import (
    CanalInscription,
    OrigineMembre,
    Presence,
    StatutDemande,
    StatutInscription,
    StatutMembre,
    StatutSeance,
)
from ateliers.groupes import cohortes, naissances, places, regles, vie
from ateliers.groupes.demandes import DemandeDejaFaite, DemandeParent, DemandeRefusee, deposer_demande
from ateliers.models import DemandeGroupe, GroupePairs, Inscription, MembreGroupe, Seance
from ateliers.rappels import deposer_rappels
from familles.silence import tout_arreter
from socle.enums import StatutMessage
from socle.models import Message, Opposition
from tests.factories import (
    CommuneFactory,
    DemandeGroupeFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    MembreGroupeFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db


def rencontres(groupe: GroupePairs, *, dans_jours: int = 7) -> None:
    """Plan the group's meetings, on a weekday at ten."""
    premier = dans(days=dans_jours).date()
    while premier.weekday() >= 5:
        premier += timedelta(days=1)
    projet = cohortes.projet(
        groupe=groupe, premier_jour=premier, heure=time(10), jusqu_au=premier + timedelta(days=60)
    )
    jours = [p.jour for p in cohortes.prevoir_rencontres(projet=projet, maintenant=maintenant())]
    cohortes.planifier_rencontres(groupe=groupe, projet=projet, jours=jours, cle=uuid.uuid4(), maintenant=maintenant())
    groupe.refresh_from_db()


def invite(groupe: GroupePairs, **options: object) -> MembreGroupe:
    membre: MembreGroupe = MembreGroupeFactory(groupe=groupe, invite=True, **options)
    return membre


class TestMembre:
    def test_accepting_books_every_meeting_to_come_and_writes_once(self) -> None:
        groupe = GroupePairsFactory()
        rencontres(groupe)
        membre = invite(groupe)

        places.accepter(membre=membre, maintenant=maintenant())
        places.accepter(membre=membre, maintenant=maintenant())

        assert groupe.seances.count() > 2
        assert Inscription.objects.confirmees().count() == groupe.seances.count()
        assert Message.objects.filter(modele="groupe_bienvenue").count() == 1
        assert not Message.objects.filter(modele="confirmation").exists()

    def test_meetings_planned_later_are_booked_for_members_already_there(self) -> None:
        groupe = GroupePairsFactory()
        MembreGroupeFactory(groupe=groupe)

        rencontres(groupe)

        assert Inscription.objects.confirmees().count() == groupe.seances.count()
        assert Message.objects.filter(modele="groupe_rencontres").count() == 1

    def test_twins_take_two_places_with_one_parent(self) -> None:
        groupe = GroupePairsFactory(capacite=3)
        rencontres(groupe)
        jumeaux = DemandeGroupeFactory(jumeaux=True, repere=groupe.naissances_du)

        places.ajouter_membre(groupe=groupe, demande=jumeaux, origine=OrigineMembre.EQUIPE, maintenant=maintenant())

        groupe.refresh_from_db()
        assert groupe.binomes_pris == 2
        assert {(i.adultes, i.enfants) for i in Inscription.objects.all()} == {(1, 2)}
        with pytest.raises(places.PlaceRefusee, match="assez de places"):
            places.ajouter_membre(
                groupe=groupe,
                demande=DemandeGroupeFactory(jumeaux=True, repere=groupe.naissances_du),
                origine=OrigineMembre.EQUIPE,
                maintenant=maintenant(),
            )

    def test_the_database_refuses_a_place_too_many(self) -> None:
        groupe = GroupePairsFactory(capacite=2, binomes_pris=2)
        with pytest.raises(IntegrityError, match="groupe_places"), transaction.atomic():
            places.prendre(groupe, 1)

    def test_a_request_holds_one_place_only(self) -> None:
        membre = MembreGroupeFactory()
        with pytest.raises(IntegrityError, match="membre_groupe_un_seul"), transaction.atomic():
            MembreGroupeFactory(demande=membre.demande)


class TestQuitter:
    def test_the_place_goes_to_the_next_who_fits_while_the_group_is_young(self) -> None:
        groupe = GroupePairsFactory(capacite=2)
        rencontres(groupe)
        parti = places.accepter(membre=invite(groupe), maintenant=maintenant())
        MembreGroupeFactory(groupe=GroupePairs.objects.get(pk=groupe.pk))
        trop_agee = DemandeGroupeFactory(repere=groupe.naissances_du - timedelta(days=1), maison=groupe.maison)
        seconde = DemandeGroupeFactory(repere=groupe.naissances_au, en_attente_depuis=dans(days=-3))
        premiere = DemandeGroupeFactory(repere=groupe.naissances_au, en_attente_depuis=dans(days=-9))

        places.quitter(membre=parti, maintenant=maintenant())

        statuts = dict(DemandeGroupe.objects.values_list("pk", "statut"))
        assert statuts[premiere.pk] == StatutDemande.INVITEE
        assert statuts[seconde.pk] == statuts[trop_agee.pk] == StatutDemande.EN_ATTENTE
        assert not Inscription.objects.actives().filter(famille=parti.demande.famille).exists()

    def test_nobody_is_asked_once_the_group_is_no_longer_young(self, settings: object) -> None:
        groupe = GroupePairsFactory(premiere_rencontre=dans(days=-43).date(), heure=time(10))
        membre = MembreGroupeFactory(groupe=groupe)
        DemandeGroupeFactory(repere=groupe.naissances_au)

        places.quitter(membre=membre, maintenant=maintenant())

        assert not MembreGroupe.objects.filter(statut=StatutMembre.INVITE).exists()

    def test_far_and_busy_families_do_not_hide_the_next_who_fits(self) -> None:
        """Whoever waits longer without fitting is left out by the query, as the rule would."""
        groupe = GroupePairsFactory(capacite=2, particularites=["samedi"])
        membre = MembreGroupeFactory(groupe=groupe)
        ici = {"repere": groupe.naissances_au, "en_attente_depuis": dans(days=-30)}
        non = [
            DemandeGroupeFactory(**ici, commune=CommuneFactory(autre=True, latitude=48.0, longitude=7.5)),
            DemandeGroupeFactory(**ici, moments=["soir"]),
            DemandeGroupeFactory(**ici, langues=["tr"]),
            DemandeGroupeFactory(**ici, bebes=3),
            # A place elsewhere, for the same baby.
            DemandeGroupeFactory(**ici, famille=MembreGroupeFactory().demande.famille),
        ]
        attend = DemandeGroupeFactory(repere=groupe.naissances_au, moments=["samedi"])
        souhaite = DemandeGroupeFactory(repere=groupe.naissances_au, groupe_souhaite=groupe)

        places.quitter(membre=membre, maintenant=maintenant())

        invitees = MembreGroupe.objects.filter(statut=StatutMembre.INVITE).order_by("pk")
        assert [membre.demande for membre in invitees] == [souhaite, attend]
        cadre = regles.Cadre.de(groupe)
        assert [regles.convient(regles.Profil.de(demande), cadre) for demande in non[:3]] == [False] * 3

    def test_a_place_freed_when_nobody_waited_goes_to_who_asks_later(self) -> None:
        groupe = GroupePairsFactory(capacite=2)
        places.quitter(membre=MembreGroupeFactory(groupe=groupe), maintenant=maintenant())
        demande = DemandeGroupeFactory(repere=groupe.naissances_au)

        places.tenir_groupes(maintenant=maintenant())

        demande.refresh_from_db()
        assert demande.statut == StatutDemande.INVITEE

    def test_on_the_last_young_day_the_next_is_still_asked(self) -> None:
        groupe = GroupePairsFactory(premiere_rencontre=dans(days=-42).date(), heure=time(10))
        membre = MembreGroupeFactory(groupe=groupe)
        DemandeGroupeFactory(repere=groupe.naissances_au)

        places.quitter(membre=membre, maintenant=maintenant())

        assert MembreGroupe.objects.filter(statut=StatutMembre.INVITE).count() == 1

    def test_leaving_with_a_request_kept_waits_on_with_its_rank(self) -> None:
        membre = MembreGroupeFactory()
        depuis = membre.demande.en_attente_depuis

        places.quitter(membre=membre, garder_la_demande=True, maintenant=maintenant())

        demande = DemandeGroupe.objects.get()
        assert (demande.statut, demande.en_attente_depuis) == (StatutDemande.EN_ATTENTE, depuis)
        # She left this very group: it does not ask her back.
        assert MembreGroupe.objects.with_place().count() == 0


class TestReponse:
    def test_no_answer_in_time_frees_the_place_for_the_next(self) -> None:
        groupe = GroupePairsFactory(capacite=2)
        lente = invite(groupe, repondre_avant=dans(minutes=-1), invite_le=dans(days=-7))
        suivante = DemandeGroupeFactory(repere=groupe.naissances_du)

        assert places.tenir_groupes(maintenant=maintenant()) == 1
        assert places.tenir_groupes(maintenant=maintenant()) == 0

        lente.refresh_from_db()
        suivante.refresh_from_db()
        assert lente.statut == StatutMembre.EXPIRE
        assert lente.demande.__class__.objects.get(pk=lente.demande_id).statut == StatutDemande.EN_ATTENTE
        assert suivante.statut == StatutDemande.INVITEE

    def test_a_request_withdrawn_meanwhile_does_not_stop_the_round(self) -> None:
        groupe = GroupePairsFactory(capacite=3)
        perdue, lente = (
            invite(groupe, repondre_avant=dans(minutes=-1), invite_le=dans(days=-7)) for _fois in range(2)
        )
        DemandeGroupe.objects.filter(pk=perdue.demande_id).update(
            statut=StatutDemande.RETIREE, retiree_le=maintenant()
        )
        DemandeGroupe.objects.filter(pk=lente.demande_id).update(groupe_souhaite=groupe)

        assert places.tenir_groupes(maintenant=maintenant()) == 2

        demandes = DemandeGroupe.objects.order_by("pk")
        assert [d.statut for d in demandes] == [StatutDemande.RETIREE, StatutDemande.EN_ATTENTE]
        # She did not answer for it: she waits for any group now.
        assert demandes[1].groupe_souhaite is None

    def test_a_late_yes_is_refused(self) -> None:
        membre = invite(GroupePairsFactory(), repondre_avant=dans(minutes=-1), invite_le=dans(days=-7))
        with pytest.raises(places.PlaceRefusee):
            places.accepter(membre=membre, maintenant=maintenant())

    def test_declining_keeps_the_rank_or_ends_the_wait(self) -> None:
        ete = dans(days=-200).date()
        garde, fini = invite(GroupePairsFactory()), invite(GroupePairsFactory(naissances_du=ete))
        places.decliner(membre=garde, garder_la_demande=True, maintenant=maintenant())
        places.decliner(membre=fini, garder_la_demande=False, maintenant=maintenant())
        assert DemandeGroupe.objects.get(pk=garde.demande_id).statut == StatutDemande.EN_ATTENTE
        assert DemandeGroupe.objects.get(pk=fini.demande_id).statut == StatutDemande.RETIREE


class TestAbsence:
    def test_an_excused_member_keeps_the_seat_and_is_not_reminded(self) -> None:
        groupe = GroupePairsFactory()
        rencontres(groupe)
        membre = places.accepter(membre=invite(groupe), maintenant=dans(days=-1))
        prochaine = groupe.seances.order_by("debut").first()

        inscription = vie.excuser(membre=membre, seance=prochaine, maintenant=maintenant())
        deposer_rappels(maintenant=prochaine.debut - timedelta(hours=2))

        assert (inscription.presence, inscription.statut) == (Presence.EXCUSEE, StatutInscription.CONFIRMEE)
        assert not Message.objects.filter(modele="rappel").exists()
        vie.venir_finalement(membre=membre, seance=prochaine, maintenant=maintenant())
        deposer_rappels(maintenant=prochaine.debut - timedelta(hours=2))
        assert Message.objects.filter(modele="rappel").exists()


class TestPrenoms:
    @pytest.mark.parametrize(
        ("la_sienne", "l_autre", "vus"), [(False, False, 0), (True, False, 0), (False, True, 0), (True, True, 1)]
    )
    def test_a_name_is_seen_only_when_both_agreed(self, la_sienne: bool, l_autre: bool, vus: int) -> None:
        groupe = GroupePairsFactory()
        moi = MembreGroupeFactory(groupe=groupe, prenom_visible=la_sienne)
        MembreGroupeFactory(groupe=groupe, prenom_visible=l_autre, demande__prenom="Aylin")

        compagnie = vie.compagnie(membre=moi)

        assert (len(compagnie.prenoms), compagnie.autres) == (vus, 1 - vus)

    def test_who_left_or_was_only_asked_sees_nobody(self) -> None:
        groupe = GroupePairsFactory()
        MembreGroupeFactory(groupe=groupe, prenom_visible=True)
        assert vie.compagnie(membre=invite(groupe, prenom_visible=True)).prenoms == ()


class TestNaissance:
    def test_a_birth_recomputes_the_seats_of_the_meetings(self) -> None:
        groupe = GroupePairsFactory(naissances_du=dans(days=-10).date())
        rencontres(groupe)
        demande = DemandeGroupeFactory(attendu=True, repere=dans(days=30).date(), statut=StatutDemande.EN_ATTENTE)
        places.ajouter_membre(groupe=groupe, demande=demande, origine=OrigineMembre.EQUIPE, maintenant=maintenant())
        assert set(Inscription.objects.values_list("enfants", flat=True)) == {0, 1}

        naissances.noter_naissance(demande=demande, naissance=maintenant().date(), maintenant=maintenant())

        assert set(Inscription.objects.values_list("enfants", flat=True)) == {1}
        assert demande.enfants.get().naissance == maintenant().date()
        assert set(groupe.seances.values_list("enfants_pris", flat=True)) == {1}

    def test_a_baby_has_a_seat_where_the_children_s_were_lowered(self) -> None:
        groupe = GroupePairsFactory(naissances_du=dans(days=-10).date())
        rencontres(groupe)
        demande = DemandeGroupeFactory(attendu=True, repere=dans(days=300).date(), statut=StatutDemande.EN_ATTENTE)
        places.ajouter_membre(groupe=groupe, demande=demande, origine=OrigineMembre.EQUIPE, maintenant=maintenant())
        groupe.seances.update(capacite_enfants=0)

        naissances.noter_naissance(demande=demande, naissance=maintenant().date(), maintenant=maintenant())

        assert set(groupe.seances.values_list("enfants_pris", "capacite_enfants")) == {(1, 1)}

    def test_born_outside_the_window_keeps_the_place_until_the_facilitator_decides(self) -> None:
        groupe = GroupePairsFactory(naissances_du=dans(days=-5).date())
        membre = MembreGroupeFactory(groupe=groupe, demande__est_ne=False)

        naissances.noter_naissance(demande=membre.demande, naissance=dans(days=-6).date(), maintenant=maintenant())

        assert MembreGroupe.objects.get().est_a_decider
        naissances.garder_hors_fenetre(membre=membre, maintenant=maintenant())
        assert not MembreGroupe.objects.get().est_a_decider

    def test_a_wish_for_a_group_of_another_age_ends_with_the_birth(self) -> None:
        groupe = GroupePairsFactory(naissances_du=dans(days=-5).date())
        demande = DemandeGroupeFactory(repere=dans(days=3).date(), est_ne=False, groupe_souhaite=groupe)
        for jour, souhait in ((-4, groupe), (-6, None)):
            naissances.noter_naissance(demande=demande, naissance=dans(days=jour).date(), maintenant=maintenant())
            demande.refresh_from_db()
            assert demande.groupe_souhaite == souhait

    def test_a_corrected_age_is_only_for_a_birth_before_the_due_date(self) -> None:
        demande = DemandeGroupeFactory(attendu=True, repere=dans(days=-3).date())
        hier = dans(days=-1).date()
        naissances.noter_naissance(demande=demande, naissance=hier, age_corrige=True, maintenant=maintenant())
        demande.refresh_from_db()
        assert (demande.repere, demande.age_corrige) == (hier, False)

    def test_a_baby_born_long_before_its_due_date_is_of_the_first_year_by_its_corrected_age(self) -> None:
        demande = DemandeGroupeFactory(attendu=True, repere=dans(days=-330).date())
        nee = dans(days=-400).date()
        with pytest.raises(DemandeRefusee, match="trop ancienne"):
            naissances.noter_naissance(demande=demande, naissance=nee, maintenant=maintenant())
        naissances.noter_naissance(demande=demande, naissance=nee, age_corrige=True, maintenant=maintenant())
        demande.refresh_from_db()
        assert demande.repere == dans(days=-330).date()

    def test_a_corrected_age_keeps_the_due_date(self) -> None:
        terme = dans(days=20).date()
        demande = DemandeGroupeFactory(attendu=True, repere=terme)
        naissances.noter_naissance(
            demande=demande, naissance=dans(days=-1).date(), age_corrige=True, maintenant=maintenant()
        )
        demande.refresh_from_db()
        assert (demande.repere, demande.est_ne) == (terme, True)


class TestSilence:
    def test_everything_stops_at_once_and_nobody_else_is_told(self) -> None:
        groupe = GroupePairsFactory(capacite=2)
        rencontres(groupe)
        membre = places.accepter(membre=invite(groupe), maintenant=maintenant())
        ailleurs = InscriptionFactory(famille=membre.demande.famille)
        suivante = DemandeGroupeFactory(repere=groupe.naissances_du)
        assert Message.objects.filter(statut=StatutMessage.A_ENVOYER).exists()

        tout_arreter(famille=membre.demande.famille, maintenant=maintenant())
        tout_arreter(famille=membre.demande.famille, maintenant=maintenant())

        siens = Message.objects.filter(destinataire=membre.demande.email)
        assert set(siens.values_list("statut", flat=True)) == {StatutMessage.PERIME}
        assert Opposition.objects.filter(destinataire=membre.demande.email).count() == 1
        assert not Inscription.objects.actives().filter(famille=membre.demande.famille).exists()
        ailleurs.seance.refresh_from_db()
        assert ailleurs.seance.adultes_pris == 0
        membre.demande.refresh_from_db()
        assert membre.demande.statut == StatutDemande.RETIREE
        groupe.refresh_from_db()
        suivante.refresh_from_db()
        # As after any departure, the next in line is asked.
        assert (groupe.binomes_pris, suivante.statut) == (1, StatutDemande.INVITEE)

    def test_a_place_of_hers_is_not_offered_to_her_own_request(self) -> None:
        """A second request for the same age waits: with the place let go, it must not be asked."""
        groupe = GroupePairsFactory(capacite=2)
        membre = MembreGroupeFactory(groupe=groupe)
        sienne = DemandeGroupeFactory(famille=membre.demande.famille, repere=groupe.naissances_du)

        tout_arreter(famille=membre.demande.famille, maintenant=maintenant())

        sienne.refresh_from_db()
        assert sienne.statut == StatutDemande.RETIREE
        assert not MembreGroupe.objects.with_place().exists()
        assert not Message.objects.filter(statut=StatutMessage.A_ENVOYER).exists()

    def test_an_offer_made_while_her_places_were_read_is_ended_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        membre = invite(GroupePairsFactory())
        lues = iter([[], [membre.groupe_id]])
        monkeypatch.setattr(naissances, "_groupes_de", lambda _famille: next(lues))

        tout_arreter(famille=membre.demande.famille, maintenant=maintenant())

        membre.refresh_from_db()
        membre.groupe.refresh_from_db()
        assert (membre.statut, membre.groupe.binomes_pris) == (StatutMembre.DECLINE, 0)


class TestClore:
    def test_meetings_to_come_are_cancelled_and_wishes_for_it_end(self) -> None:
        groupe = GroupePairsFactory()
        rencontres(groupe)
        membre = places.accepter(membre=invite(groupe), maintenant=maintenant())
        demande = DemandeGroupeFactory(repere=groupe.naissances_du, groupe_souhaite=groupe)

        cohortes.clore_groupe(groupe=groupe, maintenant=maintenant())

        assert set(groupe.seances.values_list("statut", flat=True)) == {StatutSeance.ANNULEE}
        demande.refresh_from_db()
        assert (demande.statut, demande.groupe_souhaite) == (StatutDemande.EN_ATTENTE, None)
        siens = Message.objects.filter(destinataire=membre.demande.email, statut=StatutMessage.A_ENVOYER)
        # The end is told once, not once a meeting.
        assert not siens.filter(modele="seance_annulee").exists()
        assert siens.filter(modele="groupe_termine").count() == 1


class TestRencontres:
    def test_only_members_are_booked_into_a_meeting(self) -> None:
        groupe = GroupePairsFactory()
        rencontres(groupe)
        seance = groupe.seances.order_by("debut").first()
        passante = inscriptions.DemandeInscription(
            prenom="Lila", email="lila@exemple.fr", cle_idempotence=uuid.uuid4(), canal=CanalInscription.TELEPHONE
        )
        with pytest.raises(inscriptions.InscriptionRefusee, match="réservée aux membres"):
            inscriptions.inscrire_famille(seance=seance, demande=passante, maintenant=maintenant())

    def test_a_meeting_made_too_small_by_hand_refuses_the_place_in_words(self) -> None:
        groupe = GroupePairsFactory()
        rencontres(groupe)
        membre = invite(groupe)
        groupe.seances.update(capacite_adultes=0)
        with pytest.raises(places.PlaceRefusee, match="plus de place libre"):
            places.accepter(membre=membre, maintenant=maintenant())
        membre.refresh_from_db()
        assert membre.statut == StatutMembre.INVITE

    def test_meetings_to_come_follow_who_leads_but_for_one_given_away(self) -> None:
        ancienne, nouvelle, collegue = (UtilisateurFactory(equipe=True, prenom=p) for p in ("Ana", "Zoé", "Luc"))
        groupe = GroupePairsFactory()
        groupe.facilitateurs.add(ancienne)
        rencontres(groupe)
        confiee = groupe.seances.order_by("debut").last()
        Seance.objects.filter(pk=confiee.pk).update(animateur=collegue, intervenants="Luc")

        cohortes.modifier_groupe(
            groupe=groupe,
            cohorte=cohortes.Cohorte(
                lieu=groupe.lieu,
                nom=groupe.nom,
                naissances_du=groupe.naissances_du,
                naissances_au=groupe.naissances_au,
                facilitateurs=[nouvelle],
            ),
            maintenant=maintenant(),
        )

        autres = groupe.seances.exclude(pk=confiee.pk)
        assert set(autres.values_list("animateur", "intervenants")) == {(nouvelle.pk, "Zoé")}
        confiee.refresh_from_db()
        assert (confiee.animateur, confiee.intervenants) == (collegue, "Luc")


class TestDemande:
    def demande(self, **champs: object) -> DemandeParent:
        return DemandeParent(
            **{
                "prenom": "Inès",
                "email": "ines@exemple.fr",
                "terme_prevu": dans(days=90).date(),
                "commune": CommuneFactory(),
                "cle_idempotence": uuid.uuid4(),
                **champs,
            }
        )

    def test_the_nearest_house_looks_after_it_and_the_parent_is_told(self) -> None:
        LieuFactory(latitude=49.9, longitude=4.8)
        proche = LieuFactory()
        demande = self.demande()

        gardee = deposer_demande(demande=demande, maintenant=maintenant())

        assert deposer_demande(demande=demande, maintenant=maintenant()) == gardee
        assert gardee.maison == proche.maison
        assert gardee.enfants.get().terme_prevu == gardee.repere == demande.terme_prevu
        assert Message.objects.filter(modele="groupe_demande").count() == 1

    def test_a_second_request_of_one_contact_sends_the_link_again(self) -> None:
        LieuFactory()
        deposer_demande(demande=self.demande(), maintenant=maintenant())
        with pytest.raises(DemandeDejaFaite):
            deposer_demande(demande=self.demande(), maintenant=maintenant())
        assert DemandeGroupe.objects.count() == 1
        assert Message.objects.filter(modele="groupe_lien").count() == 1

    @pytest.mark.parametrize(
        ("champs", "code"),
        [
            ({"terme_prevu": date(2020, 1, 1)}, "terme"),
            ({"terme_prevu": None}, "date"),
            ({"naissance": date(2020, 1, 1)}, "age"),
            ({"naissance": dans(days=-9).date(), "terme_prevu": dans(days=-20).date(), "age_corrige": True}, "terme"),
            ({"canal": "prescripteur", "prescripteur": "Maternité"}, "accord"),
            ({"bebes": 5}, "bebes"),
        ],
    )
    def test_an_impossible_request_writes_nothing(self, champs: dict[str, object], code: str) -> None:
        LieuFactory()
        with pytest.raises(DemandeRefusee) as refus:
            deposer_demande(demande=self.demande(**champs), maintenant=maintenant())
        assert refus.value.code == code
        assert not DemandeGroupe.objects.exists()
