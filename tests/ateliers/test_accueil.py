"""Someone phones or drops in: three fields, the same engine, the seats kept for them, a seat more with a reason."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ateliers.admin.commun import PERMISSION_ACCUEIL
from ateliers.depassements import Derogation
from ateliers.enums import AnnuleePar, CanalInscription, StatutInscription
from ateliers.inscriptions import DemandeInscription, InscriptionRefusee, inscrire_famille
from ateliers.models import Depassement, Inscription, Seance
from maisons.enums import Role
from socle.models import Message
from tests.acces import LISENT_LES_INSCRITS, QUI, animer, client_de, permanence_du_partenaire
from tests.equipe import entrer
from tests.factories import AffectationFactory, InscriptionFactory, OppositionFactory, SeanceFactory, dans, maintenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def seance() -> Seance:
    return SeanceFactory(capacite_adultes=2, capacite_enfants=2)


@pytest.fixture
def equipe(client: Client, seance: Seance) -> Client:
    return entrer(client, animer(seance))


def adresse(seance: Seance) -> str:
    return reverse("admin:ateliers_seance_inscrire", args=[seance.pk])


def saisie(**champs: Any) -> dict[str, Any]:
    return {
        "prenom": "Inès",
        "contact": "06 12 34 56 78",
        "adultes": 1,
        "enfants": 1,
        "canal": "telephone",
        "langue": "fr",
        "cle": str(uuid.uuid4()),
        "etape": "inscrire",
        **champs,
    }


def dire(reponse: Any) -> str:
    return " ".join(str(message) for message in reponse.context["messages"])


class TestQui:
    @pytest.mark.parametrize("qui", QUI)
    @pytest.mark.parametrize("methode", ["get", "post"])
    def test_access(self, client: Client, seance: Seance, qui: str, methode: str) -> None:
        attendu = {
            "anonyme": 302,
            "parent": 302,
            "animatrice de la séance": 200 if methode == "get" else 302,
            "animateur": 200 if methode == "get" else 302,
            "responsable": 200 if methode == "get" else 302,
            "animateur d'ailleurs": 404,
            "parti": 302,
            "pilote": 403,
            "pilote d'ailleurs": 404,
            "réseau": 403,
            "partenaire": 404,
        }[qui]
        navigateur = client_de(qui, seance, client)
        reponse = getattr(navigateur, methode)(adresse(seance), saisie() if methode == "post" else None)
        assert reponse.status_code in ((302, 403) if qui in ("parent", "parti") else (attendu,))
        assert Inscription.objects.exists() == (methode == "post" and qui in ("animateur", *LISENT_LES_INSCRITS))

    def test_a_partner_registers_nobody_at_its_own_permanence(self, client: Client, seance: Seance) -> None:
        permanence_du_partenaire(seance)
        assert client_de("partenaire", seance, client).post(adresse(seance), saisie()).status_code == 403
        assert not Inscription.objects.exists()

    def test_another_houses_session_answers_as_an_absent_one(self, equipe: Client, seance: Seance) -> None:
        etrangere, absente = SeanceFactory(), reverse("admin:ateliers_seance_inscrire", args=[999_999])
        for vue in (equipe.get, equipe.post):
            assert vue(adresse(etrangere)).status_code == vue(absente).status_code == 404
        choisir = reverse("admin:ateliers_seance_choisir")
        assert equipe.get(f"{choisir}?seance={etrangere.pk}").status_code == 404
        assert equipe.get(f"{choisir}?seance={seance.pk}").url == adresse(seance)
        assert equipe.get(f"{choisir}?seance=nimporte").status_code == 302


class TestInscrire:
    def test_a_caller_has_a_place_and_a_text_message(self, equipe: Client, seance: Seance) -> None:
        reponse = equipe.post(adresse(seance), saisie(), follow=True)
        inscription = Inscription.objects.get()
        assert (inscription.statut, inscription.canal) == (StatutInscription.CONFIRMEE, CanalInscription.TELEPHONE)
        assert inscription.telephone.as_e164 == "+33612345678"
        assert "Un SMS part tout de suite." in dire(reponse)
        assert Message.objects.get().canal == "sms"

    def test_an_e_mail_address_is_told_from_a_number(self, equipe: Client, seance: Seance) -> None:
        reponse = equipe.post(adresse(seance), saisie(contact=" Ines@Exemple.FR ", canal="sur_place"), follow=True)
        inscription = Inscription.objects.get()
        assert (inscription.email, inscription.canal) == ("ines@exemple.fr", CanalInscription.SUR_PLACE)
        assert "Un e-mail part tout de suite." in dire(reponse)

    def test_without_a_contact_nothing_is_sent_nor_promised(self, equipe: Client, seance: Seance) -> None:
        reponse = equipe.post(adresse(seance), saisie(contact=""), follow=True)
        assert Inscription.objects.get().statut == StatutInscription.CONFIRMEE
        assert not Message.objects.exists()
        assert "aucun message ne partira" in dire(reponse)
        assert "part tout de suite" not in dire(reponse)

    def test_a_number_that_stopped_text_messages_is_promised_none(self, equipe: Client, seance: Seance) -> None:
        OppositionFactory(destinataire="+33612345678")
        reponse = equipe.post(adresse(seance), saisie(), follow=True)
        assert "Ce numéro a arrêté les SMS" in dire(reponse)

    def test_two_people_without_a_contact_are_two(self, equipe: Client, seance: Seance) -> None:
        for prenom in ("Inès", "Inès"):
            equipe.post(adresse(seance), saisie(contact="", prenom=prenom))
        assert Inscription.objects.confirmees().count() == 2

    def test_sent_twice_it_is_one(self, equipe: Client, seance: Seance) -> None:
        envoi = saisie()
        equipe.post(adresse(seance), envoi)
        equipe.post(adresse(seance), envoi)
        assert Inscription.objects.count() == 1

    def test_the_seats_kept_for_the_desk_are_hers(self, equipe: Client, seance: Seance) -> None:
        Seance.objects.filter(pk=seance.pk).update(adultes_gardes=1, enfants_gardes=1)
        InscriptionFactory(seance=seance)
        seance.refresh_from_db()
        assert seance.places_adultes == 0
        equipe.post(adresse(seance), saisie())
        assert Inscription.objects.confirmees().count() == 2

    def test_ages_are_asked_where_the_session_has_a_rule(self, equipe: Client) -> None:
        seance = SeanceFactory(ages=True, lieu__maison=Seance.objects.get().lieu.maison)
        page = equipe.get(adresse(seance)).content.decode()
        assert 'name="enfant_0"' in page
        assert 'name="enfants"' not in page
        trop_grand = (seance.debut - timedelta(days=900)).strftime("%d/%m/%Y")
        refus = equipe.post(adresse(seance), saisie(enfant_0=trop_grand))
        assert refus.status_code == 422
        assert "mois ce jour-là" in refus.content.decode()
        assert equipe.post(adresse(seance), saisie(enfant_0="")).status_code == 422
        juste = (seance.debut - timedelta(days=150)).strftime("%d/%m/%Y")
        assert equipe.post(adresse(seance), saisie(enfant_0=juste)).status_code == 302
        assert Inscription.objects.get().enfants_inscrits.count() == 1

    @pytest.mark.parametrize(
        ("champs", "phrase"),
        [
            ({"prenom": ""}, "Indiquez le prénom"),
            ({"contact": "0324 00"}, "numéro"),
            ({"contact": "ines@"}, "adresse"),
            ({"adultes": "0"}, "adultes"),
            ({"canal": "en_ligne"}, "Sélectionnez un choix valide"),
        ],
    )
    def test_what_is_wrong_is_said_and_kept(
        self, equipe: Client, seance: Seance, champs: dict[str, str], phrase: str
    ) -> None:
        reponse = equipe.post(adresse(seance), saisie(**champs))
        assert reponse.status_code == 422
        assert phrase in reponse.content.decode()
        assert not Inscription.objects.exists()

    def test_a_second_booking_leads_to_the_first(self, equipe: Client, seance: Seance) -> None:
        equipe.post(adresse(seance), saisie())
        reponse = equipe.post(adresse(seance), saisie())
        assert reponse.status_code == 422
        premiere = reverse("admin:ateliers_inscription_change", args=[Inscription.objects.get().pk])
        assert premiere in reponse.content.decode()

    @pytest.mark.parametrize("etat", [{"commencee": True}, {"annulee": True}])
    def test_too_late_leads_back(self, equipe: Client, seance: Seance, etat: dict[str, bool]) -> None:
        fermee = SeanceFactory(lieu=seance.lieu, **etat)
        reponse = equipe.post(adresse(fermee), saisie())
        assert reponse.url == reverse("admin:ateliers_seance_change", args=[fermee.pk])
        assert not Inscription.objects.exists()

    def test_the_page_costs_the_same_whatever_the_queue(self, equipe: Client, seance: Seance) -> None:
        def requetes() -> int:
            with CaptureQueriesContext(
                connection,
            ) as faites:
                equipe.get(adresse(seance))
            return len(faites)

        requetes()
        peu = requetes()
        for _ in range(6):
            InscriptionFactory(seance=seance, attente=True)
        assert requetes() == peu


class TestComplete:
    @pytest.fixture
    def pleine(self, seance: Seance) -> Seance:
        InscriptionFactory(seance=seance, adultes=2, enfants=2)
        return seance

    def test_full_it_says_so_and_gives_two_ways_out(self, equipe: Client, pleine: Seance) -> None:
        reponse = equipe.post(adresse(pleine), saisie())
        page = reponse.content.decode()
        assert reponse.status_code == 422
        assert 'value="attente"' in page
        assert 'value="ajouter"' in page
        assert Inscription.objects.count() == 1

    def test_she_waits_at_the_end_of_the_queue(self, equipe: Client, pleine: Seance) -> None:
        InscriptionFactory(seance=pleine, attente=True)
        reponse = equipe.post(adresse(pleine), saisie(etape="attente"), follow=True)
        assert Inscription.objects.get(prenom="Inès", canal="telephone").statut == StatutInscription.EN_ATTENTE
        assert "en position 2" in dire(reponse)

    def test_a_seat_more_wants_a_reason(self, equipe: Client, pleine: Seance) -> None:
        reponse = equipe.post(adresse(pleine), saisie(etape="ajouter", motif="  "))
        assert reponse.status_code == 422
        assert "Dites pourquoi" in reponse.content.decode()
        assert not Depassement.objects.exists()

    def test_a_seat_more_is_hers_and_written_down(self, equipe: Client, pleine: Seance) -> None:
        attend = InscriptionFactory(seance=pleine, attente=True)
        equipe.post(adresse(pleine), saisie(etape="ajouter", motif="Jumeaux,\n un siège de plus"))
        pleine.refresh_from_db()
        attend.refresh_from_db()
        assert (pleine.capacite_adultes, pleine.adultes_pris) == (3, 3)
        assert attend.statut == StatutInscription.EN_ATTENTE
        trace = Depassement.objects.get()
        assert (trace.adultes_de, trace.adultes_a, trace.enfants_de, trace.enfants_a) == (2, 3, 2, 3)
        assert trace.motif == "Jumeaux, un siège de plus"
        assert trace.par.pk == int(equipe.session["_auth_user_id"])

    def test_the_record_is_written_once(self, equipe: Client, pleine: Seance) -> None:
        equipe.post(adresse(pleine), saisie(etape="ajouter", motif="Jumeaux"))
        trace = Depassement.objects.filter()
        for acte in (lambda: trace.update(motif="Autre"), trace.delete):
            with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
                acte()

    def test_a_refusal_adds_no_seat(self, seance: Seance) -> None:
        InscriptionFactory(seance=seance, adultes=2, enfants=2)
        par = AffectationFactory(maison=seance.lieu.maison).utilisateur
        with pytest.raises(InscriptionRefusee):
            inscrire_famille(
                seance=seance,
                demande=DemandeInscription(
                    prenom="Inès", adultes=9, cle_idempotence=uuid.uuid4(), canal=CanalInscription.TELEPHONE
                ),
                maintenant=maintenant(),
                derogation=Derogation(par=par, motif="Beaucoup"),
            )
        seance.refresh_from_db()
        assert seance.capacite_adultes == 2
        assert not Depassement.objects.exists()

    def test_nobody_makes_room_online(self, seance: Seance) -> None:
        InscriptionFactory(seance=seance, adultes=2, enfants=2)
        par = AffectationFactory(maison=seance.lieu.maison).utilisateur
        with pytest.raises(InscriptionRefusee, match="complète"):
            inscrire_famille(
                seance=seance,
                demande=DemandeInscription(prenom="Inès", email="ines@exemple.fr", cle_idempotence=uuid.uuid4()),
                maintenant=maintenant(),
                derogation=Derogation(par=par, motif="Non"),
            )

    def test_with_room_no_seat_is_added(self, equipe: Client, seance: Seance) -> None:
        equipe.post(adresse(seance), saisie(etape="ajouter", motif="Au cas où"))
        seance.refresh_from_db()
        assert seance.capacite_adultes == 2
        assert not Depassement.objects.exists()


class TestAnnuler:
    def test_for_someone_who_phones(self, equipe: Client, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance)
        attend = InscriptionFactory(seance=seance, attente=True, adultes=2, enfants=2)
        equipe.post(reverse("admin:ateliers_inscription_annuler", args=[inscription.pk]))
        inscription.refresh_from_db()
        attend.refresh_from_db()
        assert (inscription.statut, inscription.annulee_par) == (StatutInscription.ANNULEE, AnnuleePar.MAISON)
        assert attend.statut == StatutInscription.PROPOSEE


class TestAccepter:
    def test_for_someone_who_phones(self, equipe: Client, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance, proposee=True)
        lien = reverse("admin:ateliers_inscription_accepter", args=[inscription.pk])
        assert lien in equipe.get(reverse("admin:ateliers_inscription_change", args=[inscription.pk])).content.decode()
        equipe.get(lien)
        inscription.refresh_from_db()
        assert inscription.statut == StatutInscription.PROPOSEE
        equipe.post(lien)
        inscription.refresh_from_db()
        assert inscription.statut == StatutInscription.CONFIRMEE

    @pytest.mark.parametrize("qui", [qui for qui in QUI if qui not in LISENT_LES_INSCRITS])
    def test_nobody_else(self, client: Client, seance: Seance, qui: str) -> None:
        inscription = InscriptionFactory(seance=seance, proposee=True)
        lien = reverse("admin:ateliers_inscription_accepter", args=[inscription.pk])
        assert client_de(qui, seance, client).post(lien).status_code in (302, 403, 404)
        inscription.refresh_from_db()
        assert inscription.statut == StatutInscription.PROPOSEE


class TestPlacesGardees:
    """What teams keep for the desk, per workshop and per session."""

    def test_a_new_session_takes_its_workshops(self, equipe: Client, seance: Seance) -> None:
        from tests.ateliers.test_admin_seances import formulaire

        atelier = seance.atelier
        atelier.adultes_gardes, atelier.enfants_gardes, atelier.gardes_heures_avant = 2, 1, 48
        atelier.save()
        envoi = formulaire(seance.lieu, atelier=atelier.pk, frequence="unique", nombre="")
        apercu = equipe.post(reverse("admin:ateliers_serie_add"), envoi)
        jours = [prevu.jour.isoformat() for prevu in apercu.context["retenus"]]
        equipe.post(reverse("admin:ateliers_serie_add"), {**envoi, "etape": "creer", "garder": jours})
        creee = Seance.objects.exclude(pk=seance.pk).get()
        assert (creee.adultes_gardes, creee.enfants_gardes) == (2, 1)
        assert creee.gardes_jusqu_au == creee.debut - timedelta(hours=48)

    def test_changed_on_one_session_the_hour_follows(self, equipe: Client, seance: Seance) -> None:
        page = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        form = equipe.get(page).context["form"]
        envoi = {nom: "" if form[nom].value() is None else form[nom].value() for nom in form.fields}
        envoi |= {"adultes_gardes": 1, "enfants_gardes": 1, "gardes_heures_avant": 12}
        reponse = equipe.post(page, {**envoi, "etape": "confirmer"})
        assert reponse.status_code == 302, reponse.context["form"].errors
        seance.refresh_from_db()
        assert (seance.adultes_gardes, seance.places_adultes) == (1, 1)
        assert seance.gardes_jusqu_au == seance.debut - timedelta(hours=12)

    def test_given_back_they_go_to_the_queue(self, equipe: Client, seance: Seance) -> None:
        Seance.objects.filter(pk=seance.pk).update(adultes_gardes=2, enfants_gardes=2)
        attend = InscriptionFactory(seance=seance, attente=True)
        page = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        form = equipe.get(page).context["form"]
        envoi = {nom: "" if form[nom].value() is None else form[nom].value() for nom in form.fields}
        equipe.post(page, {**envoi, "adultes_gardes": 0, "enfants_gardes": 0, "etape": "confirmer"})
        attend.refresh_from_db()
        assert attend.statut == StatutInscription.PROPOSEE

    @pytest.mark.parametrize(
        "champs", [{"adultes_gardes": 3}, {"enfants_gardes": 9}, {"adultes_gardes": 1, "gardes_heures_avant": 600}]
    )
    def test_more_than_there_are_or_an_hour_gone_by_is_refused(
        self, equipe: Client, seance: Seance, champs: dict[str, int]
    ) -> None:
        page = reverse("admin:ateliers_seance_modifier", args=[seance.pk])
        form = equipe.get(page).context["form"]
        envoi = {nom: "" if form[nom].value() is None else form[nom].value() for nom in form.fields}
        assert equipe.post(page, {**envoi, **champs, "etape": "confirmer"}).status_code == 422
        seance.refresh_from_db()
        assert seance.adultes_gardes == 0

    def test_staff_of_the_house_alone(self, seance: Seance) -> None:
        ici = AffectationFactory(maison=seance.lieu.maison, role=Role.ANIMATEUR).utilisateur
        ailleurs = AffectationFactory(role=Role.RESPONSABLE).utilisateur
        assert ici.has_perm(PERMISSION_ACCUEIL, seance)
        assert not ailleurs.has_perm(PERMISSION_ACCUEIL, seance)
        assert dans(days=4) < seance.debut
