"""Answering by the pages: one question a screen, back, later, once; closed doors, tablets, invitations."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enquetes import campagnes, collecte, construction, fournis, plan
from enquetes.enums import CanalEnquete
from enquetes.models import Campagne, JetonUtilise, Questionnaire, Reponse, ReponseEnCours, TexteLibre
from socle import conservation
from tests.enquetes import fabrique
from tests.factories import CommuneFactory, MaisonFactory, dans

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne() -> Campagne:
    return fabrique.campagne()


def commencer(client: Client, campagne: Campagne, canal: str = CanalEnquete.LIEN) -> str:
    """The address of the first question."""
    reponse = client.post(reverse("enquetes:debut", args=[fabrique.acces(campagne, canal).code]), follow=True)
    return str(reponse.redirect_chain[-1][0])


def repondre(client: Client, adresse: str, **valeurs: Any) -> Any:
    return client.post(adresse, valeurs)


def page(reponse: Any) -> str:
    return re.sub(r"\s+", " ", reponse.content.decode().replace("&#x27;", "'").replace("\u00a0", " "))


def cle_de(adresse: str) -> str:
    return adresse.split("/")[2]


class TestParcours:
    def test_from_the_first_question_to_an_answer(self, client: Client, campagne: Campagne) -> None:
        CommuneFactory()
        adresse = commencer(client, campagne)
        cle = cle_de(adresse)
        for valeurs in (
            {"reponse": "bebe"},
            {"reponse": ["distance"]},
            {"reponse": "bus"},
            {"reponse": "4"},
            {"a": "oui", "b": "non"},
            {"reponse": "25"},
            {"reponse": "Rethel"},
            {"reponse": "Merci à l'équipe."},
        ):
            reponse = repondre(client, adresse, **valeurs)
            assert reponse.status_code == 302, page(reponse)
            adresse = reponse["Location"]
        assert adresse == reverse("enquetes:relire", args=[cle])
        relecture = page(client.get(adresse))
        assert "En bus" in relecture
        assert "Rethel" in relecture
        reponse = client.post(adresse)
        assert reponse["Location"].startswith(reverse("enquetes:merci", args=[fabrique.acces(campagne).code]))
        ecrite = Reponse.objects.get()
        assert ecrite.valeurs == {
            "etape": "bebe",
            "freins": ["distance"],
            "transport": "bus",
            "note": 4,
            "accord": {"a": "oui", "b": "non"},
            "minutes": 25,
            "commune": "08362",
        }
        assert TexteLibre.objects.get().texte == "Merci à l'équipe."
        assert not ReponseEnCours.objects.exists()

    def test_a_question_that_a_condition_leaves_out_is_not_asked(self, client: Client, campagne: Campagne) -> None:
        adresse = repondre(client, commencer(client, campagne), reponse="bebe")["Location"]
        suivante = repondre(client, adresse, reponse=["horaires"])["Location"]
        assert suivante.endswith("/note/")
        assert "Question 3 sur 7" in page(client.get(suivante))

    def test_the_answer_to_a_question_no_longer_asked_is_not_kept(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne)
        cle = cle_de(adresse)
        for question, valeur in (
            ("freins", ["distance"]),
            ("transport", "bus"),
            ("freins", ["horaires"]),
            ("note", "3"),
        ):
            repondre(client, reverse("enquetes:question", args=[cle, question]), reponse=valeur)
        client.post(reverse("enquetes:relire", args=[cle]))
        assert Reponse.objects.get().valeurs == {"freins": ["horaires"], "note": 3}

    def test_the_way_back_shows_what_was_answered(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne)
        suivante = repondre(client, adresse, reponse="an1")["Location"]
        assert f'href="{adresse}"' in page(client.get(suivante))
        assert re.search(r'value="an1"[^>]* checked', page(client.get(adresse)))

    def test_an_optional_question_may_be_passed_a_required_one_not(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne)
        suivante = repondre(client, adresse)["Location"]
        assert suivante.endswith("/freins/")
        note = reverse("enquetes:question", args=[cle_de(adresse), "note"])
        reponse = repondre(client, note)
        assert reponse.status_code == 422
        assert "Choisissez une réponse" in page(reponse)

    def test_sending_without_a_required_answer_leads_to_it(self, client: Client, campagne: Campagne) -> None:
        cle = cle_de(commencer(client, campagne))
        reponse = client.post(reverse("enquetes:relire", args=[cle]))
        assert reponse["Location"].endswith("/note/")
        assert not Reponse.objects.exists()

    @pytest.mark.parametrize(
        ("question", "donnees", "phrase"),
        [
            ("freins", {"reponse": ["rien", "horaires"]}, "ne va pas avec les autres"),
            ("minutes", {"reponse": "61"}, "entre 0 et 60"),
            ("minutes", {"reponse": "dix"}, "entre 0 et 60"),
            ("commune", {"reponse": "Nulle-part"}, "ne trouvons pas"),
            ("etape", {"reponse": "licorne"}, "Choisissez une réponse"),
        ],
    )
    def test_what_does_not_fit_is_said(
        self, client: Client, campagne: Campagne, question: str, donnees: Any, phrase: str
    ) -> None:
        cle = cle_de(commencer(client, campagne))
        reponse = repondre(client, reverse("enquetes:question", args=[cle, question]), **donnees)
        assert reponse.status_code == 422
        assert phrase in page(reponse)

    def test_a_name_of_several_communes_asks_which(self, client: Client, campagne: Campagne) -> None:
        CommuneFactory(code_insee="08001", nom="Saint-Loup", nom_recherche="saint loup", codes_postaux=["08100"])
        CommuneFactory(code_insee="51001", nom="Saint-Loup", nom_recherche="saint loup", codes_postaux=["51100"])
        cle = cle_de(commencer(client, campagne))
        adresse = reverse("enquetes:question", args=[cle, "commune"])
        reponse = repondre(client, adresse, reponse="Saint-Loup")
        assert reponse.status_code == 422
        assert 'value="51001"' in page(reponse)
        assert repondre(client, adresse, reponse="Saint-Loup", choisie="51001").status_code == 302

    def test_sent_twice_is_one_answer(self, client: Client, campagne: Campagne) -> None:
        cle = cle_de(commencer(client, campagne))
        repondre(client, reverse("enquetes:question", args=[cle, "note"]), reponse="2")
        assert client.post(reverse("enquetes:relire", args=[cle])).status_code == 302
        assert client.post(reverse("enquetes:relire", args=[cle])).status_code == 410
        assert Reponse.objects.count() == 1

    def test_no_cookie(self, client: Client, campagne: Campagne) -> None:
        repondre(client, commencer(client, campagne), reponse="bebe")
        assert not client.cookies


class TestPlusTard:
    def test_the_code_opens_the_form_where_it_was_left(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne)
        cle = cle_de(adresse)
        repondre(client, adresse, reponse="an2")
        code = re.search(
            r'<bdi dir="ltr">([2-9A-Z-]{19})</bdi>', page(client.get(reverse("enquetes:plus_tard", args=[cle])))
        )
        assert code is not None
        autre = Client()
        reponse = autre.post(reverse("enquetes:reprendre"), {"code": code[1].lower().replace("-", " ")}, follow=True)
        assert reponse.redirect_chain[-1][0].endswith("/freins/")

    def test_a_wrong_code_opens_nothing(self, client: Client, campagne: Campagne) -> None:
        assert client.post(reverse("enquetes:reprendre"), {"code": "2222-2222-2222-2222"}).status_code == 422

    def test_guesses_are_counted(self, client: Client) -> None:
        statuts = {client.post(reverse("enquetes:reprendre"), {"code": "2222"}).status_code for _ in range(25)}
        assert 429 in statuts

    def test_past_its_term_it_is_gone(self, campagne: Campagne) -> None:
        code = collecte.commencer(acces=fabrique.acces(campagne), langue="fr", maintenant=dans())
        assert collecte.lire(code=code, maintenant=dans(days=14)).code == code
        with pytest.raises(collecte.CodeInconnu):
            collecte.lire(code=code, maintenant=dans(days=16))
        assert collecte.purger(maintenant=dans(days=16)) == 1


class TestPortes:
    def test_a_closed_campaign_asks_nothing(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne)
        cle = cle_de(adresse)
        repondre(client, reverse("enquetes:question", args=[cle, "note"]), reponse="2")
        campagnes.clore(campagne=campagne)
        assert client.get(reverse("enquetes:debut", args=[fabrique.acces(campagne).code])).status_code == 410
        assert client.post(reverse("enquetes:relire", args=[cle])).status_code == 410
        assert not Reponse.objects.exists()

    def test_a_door_is_closed_and_opened_again_the_others_stay(self, client: Client, campagne: Campagne) -> None:
        lien, affiche = fabrique.acces(campagne), fabrique.acces(campagne, CanalEnquete.AFFICHE)
        for ouverte, statut in ((False, 410), (True, 200)):
            campagnes.tenir_porte(campagne=campagne, acces=lien.pk, ouverte=ouverte)
            assert client.get(lien.get_absolute_url()).status_code == statut
            assert client.get(affiche.get_absolute_url()).status_code == 200
        with pytest.raises(campagnes.CampagneRefusee):
            campagnes.tenir_porte(campagne=fabrique.campagne(), acces=lien.pk, ouverte=False)

    def test_an_unknown_door_is_a_404(self, client: Client) -> None:
        assert client.get(reverse("enquetes:debut", args=["inconnu"])).status_code == 404

    def test_too_many_from_one_connection(self, client: Client, campagne: Campagne, settings: Any) -> None:
        settings.ENQUETES_PAR_ADRESSE_ET_HEURE = 2
        adresse = reverse("enquetes:debut", args=[fabrique.acces(campagne).code])
        statuts = [client.post(adresse).status_code for _ in range(3)]
        assert statuts == [302, 302, 429]

    def test_the_door_of_a_house_gives_its_house(self, client: Client, campagne: Campagne) -> None:
        acces = fabrique.acces(campagne, CanalEnquete.AFFICHE)
        cle = cle_de(commencer(client, campagne, CanalEnquete.AFFICHE))
        repondre(client, reverse("enquetes:question", args=[cle, "note"]), reponse="2")
        client.post(reverse("enquetes:relire", args=[cle]))
        assert Reponse.objects.get().maison == acces.maison

    @pytest.mark.parametrize("page_", ["suite", "relire", "plus_tard"])
    def test_private_pages_are_kept_by_nobody(self, client: Client, campagne: Campagne, page_: str) -> None:
        cle = cle_de(commencer(client, campagne))
        reponse = client.get(reverse(f"enquetes:{page_}", args=[cle]))
        assert reponse["Cache-Control"] == "private, no-store"


class TestBorne:
    def test_it_goes_back_to_its_start_by_itself_and_forgets(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne, CanalEnquete.BORNE)
        reponse = client.get(adresse)
        delai, _, laisser = reponse["Refresh"].partition("; url=")
        assert int(delai) <= 180
        retour = client.get(laisser)
        assert retour["Location"] == reverse(
            "enquetes:debut", args=[fabrique.acces(campagne, CanalEnquete.BORNE).code]
        )
        assert not ReponseEnCours.objects.exists()
        # Asleep past its form's term, then woken: whatever its page does, it is at its first screen.
        for requete in (client.get(laisser), client.get(adresse), client.post(adresse, {"reponse": "bebe"})):
            assert requete["Location"] == retour["Location"]

    def test_what_it_takes_is_not_taken_from_the_telephones(
        self, client: Client, campagne: Campagne, settings: Any
    ) -> None:
        settings.ENQUETES_PAR_ADRESSE_ET_HEURE = 1
        for _ in range(3):
            commencer(client, campagne, CanalEnquete.BORNE)
        lien = reverse("enquetes:debut", args=[fabrique.acces(campagne).code])
        assert [client.post(lien).status_code for _ in range(2)] == [302, 429]

    def test_it_offers_no_code_and_no_way_out(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne, CanalEnquete.BORNE)
        contenu = page(client.get(adresse))
        assert "plus-tard" not in contenu
        assert 'href="/"' not in contenu

    def test_thanks_then_the_start_again(self, client: Client, campagne: Campagne) -> None:
        acces = fabrique.acces(campagne, CanalEnquete.BORNE)
        reponse = client.get(reverse("enquetes:merci", args=[acces.code]))
        assert reponse["Refresh"].endswith(reverse("enquetes:debut", args=[acces.code]))

    def test_left_alone_it_is_gone_within_minutes(self, campagne: Campagne) -> None:
        code = collecte.commencer(acces=fabrique.acces(campagne, CanalEnquete.BORNE), langue="fr", maintenant=dans())
        with pytest.raises(collecte.CodeInconnu):
            collecte.lire(code=code, maintenant=dans(minutes=6))

    def test_elsewhere_a_page_never_turns_by_itself_nor_forgets(self, client: Client, campagne: Campagne) -> None:
        adresse = commencer(client, campagne)
        assert "Refresh" not in client.get(adresse).headers
        client.get(reverse("enquetes:laisser", args=[cle_de(adresse)]))
        assert ReponseEnCours.objects.exists()


class TestInvitation:
    @pytest.fixture
    def invitation(self) -> tuple[Campagne, str]:
        version = fournis.charger(fournis.definition("satisfaction"), departement=None, le=dans().date())
        campagne = fabrique.campagne(vers=version)
        acces = fabrique.acces(campagne, CanalEnquete.INVITATION)
        return campagne, reverse("enquetes:invitation", args=[acces.code, collecte.nouveau_jeton(acces)])

    def test_it_serves_once(self, client: Client, invitation: tuple[Campagne, str]) -> None:
        _campagne, adresse = invitation
        suite = client.post(adresse, follow=True).redirect_chain[-1][0]
        for valeur in ("5", "oui", ""):
            suite = repondre(client, suite, reponse=valeur)["Location"]
        assert "/merci/" in suite
        assert Reponse.objects.count() == 1
        assert client.post(adresse).status_code == 410
        assert Reponse.objects.count() == 1

    def test_opened_again_before_it_is_sent_it_goes_on(self, client: Client, invitation: tuple[Campagne, str]) -> None:
        _campagne, adresse = invitation
        premiere = client.post(adresse, follow=True).redirect_chain[-1][0]
        repondre(client, premiere, reponse="5")
        suite = Client().post(adresse, follow=True).redirect_chain[-1][0]
        assert suite.endswith("/utile/")
        assert JetonUtilise.objects.count() == 1

    def test_a_made_up_one_is_a_404(self, client: Client, invitation: tuple[Campagne, str]) -> None:
        _campagne, adresse = invitation
        for faux in (adresse[:-2] + "A/", adresse.replace("/i/", "/i/x")):
            assert client.post(faux).status_code == 404

    def test_one_of_another_house_opens_nothing_here(self, client: Client, invitation: tuple[Campagne, str]) -> None:
        campagne, adresse = invitation
        ici, ailleurs = campagne.acces.filter(canal=CanalEnquete.INVITATION).order_by("pk")
        assert client.post(adresse.replace(ici.code, ailleurs.code)).status_code == 404


class TestLangues:
    def test_arabic_reads_from_right_to_left_in_its_own_words(self, client: Client) -> None:
        version = fournis.charger(fournis.definition("besoins_parents"), departement=None, le=dans().date())
        campagne = fabrique.campagne(vers=version)
        debut = reverse("enquetes:debut", args=[fabrique.acces(campagne).code])
        contenu = page(client.get(debut, {"langue": "ar"}))
        assert '<html lang="ar" dir="rtl">' in contenu
        assert "bootstrap.rtl" in contenu
        question = client.post(debut, {"langue": "ar"}, follow=True)
        assert "في أي مرحلة أنتم؟" in page(question)
        assert not re.search(r"Suivant|Question \d", page(question))

    def test_a_questionnaire_that_english_has_not_is_in_french_throughout(
        self, client: Client, campagne: Campagne
    ) -> None:
        debut = "/en" + reverse("enquetes:debut", args=[fabrique.acces(campagne).code])
        assert "Commencer" in page(client.get(debut))
        adresse = client.post(debut, follow=True).redirect_chain[-1][0]
        assert adresse.startswith("/en/q/")
        for contenu in (page(client.get(adresse)), page(client.post(adresse, {"reponse": "licorne"}))):
            assert '<html lang="fr"' in contenu
            assert "Question 1 sur 7" in contenu
            assert not re.search(r"Next|Question 1 of|Select a valid", contenu)

    def test_every_sentence_of_the_given_questionnaires_is_translated(self) -> None:
        call_command("charger_questionnaires", stdout=StringIO())
        for nom in fournis.NOMS:
            version = fournis.charger(fournis.definition(nom), departement=None, le=dans().date())
            assert construction.a_corriger(version) == []
        assert Questionnaire.objects.filter(departement=None).count() == len(fournis.NOMS)

    def test_the_parents_survey_may_be_loaded_for_a_departement(self) -> None:
        departement = MaisonFactory().departement
        call_command("charger_questionnaires", departement=departement.code, stdout=StringIO())
        assert Questionnaire.objects.get(departement=departement).usage == "enquete"
        with pytest.raises(CommandError):
            call_command("charger_questionnaires", departement="??", stdout=StringIO())


def test_the_week_is_all_that_is_known_of_the_time(campagne: Campagne) -> None:
    for jours in (0, 1, 2):
        code = collecte.commencer(acces=fabrique.acces(campagne), langue="fr", maintenant=dans(days=jours))
        collecte.repondre(code=code, question="note", valeur=3, maintenant=dans(days=jours))
        collecte.envoyer(code=code, maintenant=dans(days=jours))
    semaines = set(Reponse.objects.values_list("semaine", flat=True))
    assert all(semaine.weekday() == 0 for semaine in semaines)
    assert len(semaines) <= 2
    assert max(semaines) - min(semaines) <= timedelta(days=7)


def test_a_form_that_was_begun_is_kept_as_long_as_the_privacy_page_says(client: Client, campagne: Campagne) -> None:
    regle = conservation.regle_de("reponses_en_cours")
    assert regle.depuis == "la dernière réponse donnée"
    code = collecte.commencer(acces=fabrique.acces(campagne), langue="fr", maintenant=dans())
    collecte.repondre(code=code, question="note", valeur=3, maintenant=dans(days=3))
    terme = timezone.localdate(ReponseEnCours.objects.get().expire_le)
    assert terme == timezone.localdate(dans(days=3)) + timedelta(days=regle.jours)
    assert regle.duree in plan.MOTS["code_aide"]
    assert regle.duree in page(client.post(reverse("enquetes:reprendre"), {"code": "AAAA"}))
