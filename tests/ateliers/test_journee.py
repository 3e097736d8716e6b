"""Ma journée: today and tomorrow of one's houses, what is left to do, who was not reached; a word to families."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ateliers import mots
from ateliers.enums import Presence
from ateliers.messages import lien_reservation
from ateliers.models import Inscription, MotDeLaMaison, Seance
from ateliers.mots import MotRefuse
from maisons.enums import Role
from maisons.models import Lieu, Maison
from socle.composition import composer_courriel, composer_sms
from socle.enums import StatutMessage
from socle.models import Message
from tests.acces import LISENT_LES_INSCRITS, QUI, client_de, permanence_du_partenaire
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    FamilleFactory,
    InscriptionFactory,
    LieuFactory,
    MessageFactory,
    SeanceFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db

JOURNEE = "/equipe/"


@pytest.fixture
def maison() -> Maison:
    maison: Maison = LieuFactory(nom="La salle bleue").maison
    return maison


@pytest.fixture
def lieu(maison: Maison) -> Lieu:
    return Lieu.objects.get(maison=maison)


@pytest.fixture
def equipe(client: Client, maison: Maison) -> Client:
    return entrer(client, AffectationFactory(maison=maison, role=Role.RESPONSABLE).utilisateur)


def panneau(client: Client) -> dict[str, Any]:
    (_gabarit, contenu), *_ = client.get(JOURNEE).context["panneaux"]
    return contenu


def tout_de_suite(lieu: Lieu, **options: Any) -> Seance:
    """A session on today's calendar, whatever the hour."""
    debut = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    seance: Seance = SeanceFactory(lieu=lieu, debut=debut, **options)
    return seance


class TestMaJournee:
    def test_today_and_tomorrow_in_figures(self, equipe: Client, lieu: Lieu) -> None:
        seance = tout_de_suite(lieu, titre="Portage")
        InscriptionFactory(seance=seance, adultes=2, enfants=1, besoins=["poussette"])
        InscriptionFactory(seance=seance, besoins=["poussette", "interprete"])
        InscriptionFactory(seance=seance, attente=True)
        InscriptionFactory(seance=seance, proposee=True)
        SeanceFactory(lieu=lieu, debut=dans(days=3), titre="Plus tard")
        reponse = equipe.get(JOURNEE)
        (_gabarit, contenu), *_ = reponse.context["panneaux"]
        assert (contenu["seances_du_jour"], contenu["adultes_attendus"], contenu["enfants_attendus"]) == (1, 4, 3)
        assert (contenu["en_attente"], contenu["propositions"]) == (1, 1)
        (montree,) = contenu["jours"][0][2]
        assert montree.besoins_annonces == [("interprète", 1), ("place pour une poussette", 2)]

    def test_nothing_of_another_house(self, equipe: Client, lieu: Lieu) -> None:
        ailleurs = tout_de_suite(LieuFactory(), titre="Chez les voisins")
        MessageFactory(objet=InscriptionFactory(seance=ailleurs), statut=StatutMessage.ECHEC)
        InscriptionFactory(seance=SeanceFactory(passee=True, lieu=ailleurs.lieu, titre="Chez les voisins"))
        SeanceFactory(lieu=ailleurs.lieu, titre="Chez les voisins")
        assert "Chez les voisins" not in equipe.get(JOURNEE).content.decode()
        assert panneau(equipe)["echecs"]["lignes"] == []

    def test_attendance_to_fill(self, equipe: Client, lieu: Lieu) -> None:
        a_noter = SeanceFactory(lieu=lieu, passee=True)
        InscriptionFactory(seance=a_noter)
        faite = SeanceFactory(lieu=lieu, passee=True)
        InscriptionFactory(seance=faite, presence=Presence.ABSENTE, pointee_le=maintenant())
        InscriptionFactory(seance=SeanceFactory(lieu=lieu, debut=dans(days=-20)))
        SeanceFactory(lieu=lieu, passee=True)
        contenu = panneau(equipe)["a_pointer"]
        assert [(seance.pk, seance.nombre_a_pointer) for seance in contenu["seances"]] == [(a_noter.pk, 1)]

    def test_who_was_not_reached_and_the_way_out(self, equipe: Client, lieu: Lieu) -> None:
        a_venir = SeanceFactory(lieu=lieu)
        sms = InscriptionFactory(seance=a_venir, famille=FamilleFactory(email="", telephone="+33612345678"))
        MessageFactory(sms=True, objet=sms, statut=StatutMessage.ECHEC)
        mail = InscriptionFactory(seance=a_venir)
        MessageFactory(objet=mail, statut=StatutMessage.ECHEC)
        tranquille = InscriptionFactory(seance=a_venir)
        MessageFactory(sms=True, objet=tranquille, statut=StatutMessage.RETENU)
        for vieux in (
            MessageFactory(objet=tranquille, statut=StatutMessage.ECHEC, cree_le=dans(days=-9)),
            MessageFactory(objet=InscriptionFactory(seance=SeanceFactory(lieu=lieu, passee=True)), statut="echec"),
            MessageFactory(objet=InscriptionFactory(seance=a_venir, annulee=True), statut="echec"),
        ):
            assert vieux.pk
        lignes = panneau(equipe)["echecs"]["lignes"]
        assert [(ligne["inscription"].pk, ligne["issue"]) for ligne in lignes] == [
            (sms.pk, "Appelez"),
            (mail.pk, "Demandez-lui une autre adresse à sa venue"),
        ]
        assert 'href="tel:+33612345678"' in equipe.get(JOURNEE).content.decode()

    def test_a_family_is_called_once(self, equipe: Client, lieu: Lieu) -> None:
        famille = FamilleFactory(email="", telephone="+33612345678")
        for jours in (1, 2, 3):
            inscription = InscriptionFactory(seance=SeanceFactory(lieu=lieu, debut=dans(days=jours)), famille=famille)
            MessageFactory(sms=True, objet=inscription, statut=StatutMessage.ECHEC)
        (ligne,) = panneau(equipe)["echecs"]["lignes"]
        assert ligne["autres"] == 2

    def test_those_who_read_figures_see_no_family(self, client: Client, lieu: Lieu) -> None:
        seance = tout_de_suite(lieu)
        inscription = InscriptionFactory(seance=seance, famille__prenom="Zélieduchamp")
        MessageFactory(objet=inscription, statut=StatutMessage.ECHEC)
        for qui in ("pilote", "réseau"):
            page = client_de(qui, seance, client).get(JOURNEE)
            assert page.status_code == 200
            assert "Zélieduchamp" not in page.content.decode()
            assert reverse("admin:ateliers_seance_inscrire", args=[seance.pk]) not in page.content.decode()

    def test_flat_whatever_the_number_of_sessions(self, equipe: Client, lieu: Lieu) -> None:
        def remplir(n: int) -> None:
            for _ in range(n):
                InscriptionFactory(seance=tout_de_suite(lieu), besoins=["poussette"])
                InscriptionFactory(seance=SeanceFactory(lieu=lieu, passee=True))
                MessageFactory(objet=InscriptionFactory(seance=SeanceFactory(lieu=lieu)), statut=StatutMessage.ECHEC)

        def compter() -> int:
            with CaptureQueriesContext(connection) as faites:
                assert equipe.get(JOURNEE).status_code == 200
            return len(faites)

        remplir(1)
        compter()
        peu = compter()
        remplir(4)
        assert compter() == peu


TEXTE = "Bonjour {prenom},\r\n\r\nC'est toujours {jour} à {heure}, {lieu}.\r\n{lien}"


class TestNettoyer:
    def test_lines_are_plain(self) -> None:
        sale = "A\r\nB\rC\u2028D\n\n\n\n\nE\x00\x07\u202e  \n"
        assert mots.nettoyer(sale) == "A\nB\nC\nD\n\nE"

    @pytest.mark.parametrize("texte", ["", " \r\n ", "\x00", "x" * 1001])
    def test_nothing_or_too_much(self, texte: str) -> None:
        with pytest.raises(MotRefuse):
            mots.nettoyer(texte)

    @pytest.mark.parametrize(
        "texte", ["{email}", "{prenom.__class__}", "{0}", "{prenom!r}", "{}", "{ prenom }", "{telephone:>9}"]
    )
    def test_no_other_placeholder(self, texte: str) -> None:
        with pytest.raises(MotRefuse, match="ne se remplace pas"):
            mots.nettoyer(texte)

    def test_other_languages_placeholders_are_text(self) -> None:
        texte = "100 % $prenom %(prenom)s ${"
        assert mots.remplir(mots.nettoyer(texte), InscriptionFactory()) == texte

    def test_a_value_is_never_read_again(self) -> None:
        inscription = InscriptionFactory(famille__prenom="{lien}")
        assert mots.remplir("{prenom}", inscription) == "{lien}"


class TestEcrire:
    @pytest.fixture
    def seance(self, lieu: Lieu) -> Seance:
        return SeanceFactory(lieu=lieu, titre="Café surprise")

    def lien(self, seance: Seance) -> str:
        return reverse("admin:ateliers_seance_ecrire", args=[seance.pk])

    def test_seen_before_it_leaves(self, equipe: Client, seance: Seance) -> None:
        inscription = InscriptionFactory(seance=seance, prenom="Inès")
        InscriptionFactory(seance=seance, famille=FamilleFactory(email="", telephone=""), canal="sur_place")
        page = equipe.post(self.lien(seance), {"texte": TEXTE, "etape": "apercu"})
        lu = page.content.decode()
        assert "Bonjour Inès" in lu
        assert "1 e-mail" in lu
        assert "n&#x27;a ni e-mail ni mobile" in lu or "n'a ni e-mail ni mobile" in lu
        assert lien_reservation(inscription) not in lu
        assert not Message.objects.exists()

    def test_each_family_once_by_one_channel(self, equipe: Client, seance: Seance) -> None:
        mail = InscriptionFactory(seance=seance, famille__telephone="+33612345678")
        sms = InscriptionFactory(seance=seance, sms=True)
        for pas_invitee in ({"attente": True}, {"annulee": True}, {"proposee": True}):
            InscriptionFactory(seance=seance, **pas_invitee)
        envoi = {"texte": TEXTE, "etape": "envoyer"}
        equipe.post(self.lien(seance), envoi)
        second = equipe.post(self.lien(seance), envoi)
        assert second.status_code == 422
        assert "Tout le monde a déjà reçu ce message" in second.content.decode()
        assert sorted((m.objet_id, m.canal) for m in Message.objects.all()) == [(mail.pk, "email"), (sms.pk, "sms")]
        trace = MotDeLaMaison.objects.get()
        assert (trace.seance, trace.destinataires) == (seance, 2)
        assert trace.par.pk == int(equipe.session["_auth_user_id"])

    def test_who_books_later_may_have_it_too(self, equipe: Client, seance: Seance) -> None:
        InscriptionFactory(seance=seance)
        envoi = {"texte": TEXTE, "etape": "envoyer"}
        equipe.post(self.lien(seance), envoi)
        InscriptionFactory(seance=seance)
        equipe.post(self.lien(seance), envoi)
        assert Message.objects.count() == 2
        assert [mot.destinataires for mot in MotDeLaMaison.objects.order_by("pk")] == [1, 1]

    def test_subject_and_text_message_hold_no_word_of_it(self, equipe: Client, seance: Seance) -> None:
        InscriptionFactory(seance=seance)
        sms = InscriptionFactory(seance=seance, sms=True)
        equipe.post(self.lien(seance), {"texte": "Apportez une serviette", "etape": "envoyer"})
        courriel = composer_courriel(Message.objects.get(canal="email"))
        assert courriel.subject.startswith("Un mot de la maison pour votre réservation du")
        assert "Apportez une serviette" in courriel.body
        assert "Café surprise" not in courriel.subject
        texto = composer_sms(Message.objects.get(canal="sms")).texte
        assert "serviette" not in texto
        assert "Café" not in texto
        # The SMS leads to the words.
        jeton = Message.objects.get(canal="sms").contexte["lien"].rstrip("/").rpartition("/")[2]
        page = equipe.get(reverse("ateliers:ma_reservation", args=[jeton])).content.decode()
        assert "Apportez une serviette" in page
        assert sms.prenom == "Inès"

    def test_markup_is_text(self, equipe: Client, seance: Seance) -> None:
        InscriptionFactory(seance=seance, prenom="<b>Inès</b>")
        equipe.post(self.lien(seance), {"texte": "<script>x</script> {prenom}", "etape": "envoyer"})
        courriel = composer_courriel(Message.objects.get())
        html = str(courriel.alternatives[0][0])
        assert "<script>" not in html
        assert "<b>Inès" not in html

    @pytest.mark.parametrize("etat", [{"annulee": True}, {"passee": True}])
    def test_not_once_it_is_over_or_cancelled(self, equipe: Client, lieu: Lieu, etat: dict[str, bool]) -> None:
        finie = SeanceFactory(lieu=lieu, **etat)
        InscriptionFactory(seance=finie)
        assert equipe.post(self.lien(finie), {"texte": "Merci", "etape": "envoyer"}).status_code == 422
        assert not Message.objects.exists()

    @pytest.mark.parametrize("qui", QUI)
    def test_access(self, client: Client, seance: Seance, qui: str) -> None:
        InscriptionFactory(seance=seance)
        reponse = client_de(qui, seance, client).post(self.lien(seance), {"texte": "Merci", "etape": "envoyer"})
        permis = qui in LISENT_LES_INSCRITS
        assert MotDeLaMaison.objects.exists() == permis
        if qui in ("animateur d'ailleurs", "pilote d'ailleurs", "partenaire"):
            assert reponse.status_code == 404
        elif qui in ("animateur", "pilote", "réseau"):
            assert reponse.status_code == 403

    def test_a_partner_writes_to_nobody(self, client: Client, seance: Seance) -> None:
        permanence_du_partenaire(seance)
        InscriptionFactory(seance=seance)
        envoi = {"texte": "Merci", "etape": "envoyer"}
        assert client_de("partenaire", seance, client).post(self.lien(seance), envoi).status_code == 403
        assert not Message.objects.exists()

    def test_flat_whatever_the_number_of_families(self, equipe: Client, seance: Seance) -> None:
        def compter(n: int) -> int:
            for _ in range(n):
                InscriptionFactory(seance=seance)
            with CaptureQueriesContext(connection) as faites:
                equipe.post(self.lien(seance), {"texte": TEXTE, "etape": "apercu"})
            return len(faites)

        compter(1)
        assert compter(1) == compter(6)
        assert Inscription.objects.count() == 8
