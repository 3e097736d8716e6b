"""Finding a group and asking for one: a date in no address, nothing kept before the request, nothing told."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ateliers.enums import StatutDemande
from ateliers.models import DemandeGroupe, GroupePairs
from familles.models import Enfant, Famille
from socle.models import Message
from tests.factories import (
    CommuneFactory,
    DemandeGroupeFactory,
    GroupePairsFactory,
    LieuFactory,
    MaisonFactory,
    ThemeFactory,
)

pytestmark = pytest.mark.django_db

CHERCHER, DEMANDER = "/groupes/chercher/", "/groupes/demande/"
TERME = timezone.localdate() + timedelta(days=100)


def saisie(terme: date = TERME, /, **champs: Any) -> dict[str, Any]:
    return {"jour": f"{terme:%d/%m/%Y}", "lieu": "Rethel", **champs}


def envoi(**champs: Any) -> dict[str, Any]:
    contact = {"prenom": "Inès", "email": "ines@exemple.fr", "cle": str(uuid.uuid4()), "envoyer": "1"}
    return saisie(**{**contact, **champs})


def texte(reponse: Any) -> str:
    return re.sub(r"\s+", " ", reponse.content.decode().replace("\u00a0", " ").replace("&#x27;", "'"))


def groupe_de(jour: date = TERME, *, km: int = 0, **champs: Any) -> GroupePairs:
    """A group whose window holds this day, some kilometres north of Rethel."""
    lieu = LieuFactory(maison=champs.pop("maison", None) or MaisonFactory(), latitude=49.51 + km / 111.2)
    groupe: GroupePairs = GroupePairsFactory(
        **{
            "lieu": lieu,
            "maison": lieu.maison,
            "naissances_du": jour - timedelta(days=20),
            "naissances_au": jour + timedelta(days=35),
            **champs,
        }
    )
    return groupe


@pytest.fixture(autouse=True)
def rethel() -> None:
    CommuneFactory()
    LieuFactory()


class TestRecherche:
    def test_nearest_first_with_distance_and_places_left(self, client: Client) -> None:
        groupe_de(km=12, nom="Groupe de loin", binomes_pris=9)
        groupe_de(km=2, nom="Groupe de près", binomes_pris=7)

        page = texte(client.post(CHERCHER, saisie()))

        assert page.index("Groupe de près") < page.index("Groupe de loin")
        assert "3 places" in page
        assert "1 place<" in page
        assert "à 12 km" in page

    @pytest.mark.parametrize(
        ("ecart", "trouve"),
        [(-21, False), (-20, True), (35, True), (36, False)],
        ids=["avant", "premier", "dernier", "après"],
    )
    def test_at_the_edges_of_the_window(self, client: Client, ecart: int, trouve: bool) -> None:
        groupe_de(nom="Les bébés d'été")

        page = texte(client.post(CHERCHER, saisie(TERME + timedelta(days=ecart))))

        assert ("Les bébés d'été" in page) is trouve

    def test_a_baby_born_early_is_of_the_age_it_was_expected_at(self, client: Client) -> None:
        terme = timezone.localdate() - timedelta(days=10)
        groupe_de(terme, nom="À terme", naissances_du=terme, naissances_au=terme + timedelta(days=40))
        naissance = terme - timedelta(days=40)

        brut = texte(client.post(CHERCHER, saisie(naissance, etat="ne")))
        corrige = texte(
            client.post(CHERCHER, saisie(naissance, etat="ne", avant_terme="on", terme=f"{terme:%d/%m/%Y}"))
        )

        assert "À terme" not in brut
        assert "À terme" in corrige

    def test_twins_see_a_group_with_one_place_as_full(self, client: Client) -> None:
        groupe_de(binomes_pris=9)

        assert "Je demande à en être" in texte(client.post(CHERCHER, saisie()))
        assert "Je me mets en attente" in texte(client.post(CHERCHER, saisie(bebes="2")))

    def test_one_that_does_not_suit_is_told_apart_with_its_reason(self, client: Client) -> None:
        groupe_de(nom="Le turc du soir", langue="tr")

        page = texte(client.post(CHERCHER, saisie()))

        assert "Pas encore de groupe de cet âge" in page
        assert "La langue du groupe n'est pas parlée" in page

    @pytest.mark.parametrize("cache", ["clos", "réservé", "maison cachée", "trop loin"])
    def test_what_parents_may_not_find_is_not_found(self, client: Client, cache: str) -> None:
        options: dict[str, Any] = {
            "clos": {"statut": "clos", "clos_le": timezone.now()},
            "réservé": {"accepte_demandes": False},
            "maison cachée": {"maison": MaisonFactory(cachee=True)},
            "trop loin": {"km": 60},
        }[cache]
        groupe_de(nom="Introuvable", **options)

        assert "Introuvable" not in texte(client.post(CHERCHER, saisie()))

    def test_the_date_stands_in_no_address_and_nothing_is_kept(self, client: Client) -> None:
        groupe_de()
        reponse = client.post(CHERCHER, saisie())

        assert reponse.status_code == 200
        assert reponse["Cache-Control"] == "private, no-store"
        assert not reponse.cookies
        corps = reponse.content.decode()
        assert not re.search(rf"(href|action)=\"[^\"]*{TERME:%Y}", corps)
        assert 'method="get"' not in corps
        assert not Famille.objects.exists()
        assert not DemandeGroupe.objects.exists()
        assert not Message.objects.exists()

    @pytest.mark.parametrize("adresse", [CHERCHER, DEMANDER])
    def test_opened_as_an_address_it_sends_back_to_the_search(self, client: Client, adresse: str) -> None:
        assert client.get(adresse, {"jour": "01/01/2026"})["Location"] == "/groupes/"

    @pytest.mark.parametrize("adresse", [CHERCHER, DEMANDER])
    def test_another_site_cannot_send(self, client: Client, adresse: str) -> None:
        assert client.post(adresse, envoi(), headers={"sec-fetch-site": "cross-site"}).status_code == 403
        assert not DemandeGroupe.objects.exists()

    @pytest.mark.parametrize(
        ("champs", "phrase"),
        [
            ({"jour": ""}, "Indiquez la date prévue"),
            ({"jour": "31/02/2027"}, "Cette date n'existe pas"),
            ({"jour": "mars"}, "Écrivez la date avec le jour"),
            ({"jour": "01/01/2000"}, "Les groupes accompagnent la première année"),
            ({"jour": "01/01/2099"}, "trop loin dans l'avenir"),
            ({"jour": "01/01/2099", "etat": "ne"}, "Cette date n'est pas encore là"),
            ({"jour": "01/01/2020", "etat": "attendu"}, "est passée depuis longtemps"),
            ({"etat": "ne", "jour": "{hier}", "avant_terme": "on"}, "indiquez la date prévue d'accouchement"),
            ({"lieu": ""}, "Indiquez votre commune"),
            ({"lieu": "Zzzz"}, "Nous ne trouvons pas cette commune"),
            ({"bebes": "9"}, "Sélectionnez un choix valide"),
        ],
        ids=lambda valeur: str(valeur)[:30],
    )
    def test_what_is_wrong_is_said_at_its_field(self, client: Client, champs: dict[str, str], phrase: str) -> None:
        hier = f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"
        champs = {nom: valeur.format(hier=hier) for nom, valeur in champs.items()}

        reponse = client.post(CHERCHER, {**saisie(), **champs})

        assert reponse.status_code == 422
        assert phrase in texte(reponse)
        assert "<title> Erreur" in texte(reponse) or "<title>Erreur" in texte(reponse)

    def test_a_due_date_just_passed_is_still_one(self, client: Client) -> None:
        hier = timezone.localdate() - timedelta(days=1)
        assert "Bébé attendu le" in texte(client.post(CHERCHER, saisie(hier, etat="attendu")))

    def test_several_communes_are_offered_as_buttons(self, client: Client) -> None:
        for code, nom in (("08362", "Rethel"), ("08999", "Rethel-sur-Aisne"), ("51999", "Rethel-la-Belle")):
            CommuneFactory(code_insee=code, nom=nom, population=100_000 if code != "08362" else 10)

        choix = client.post(CHERCHER, saisie())
        assert choix.status_code == 422
        assert 'name="commune" value="08999"' in choix.content.decode()
        assert "Rethel-sur-Aisne" in texte(client.post(CHERCHER, saisie(commune="08999")))

    def test_twelve_groups_cost_as_many_queries_as_one(self, client: Client, django_assert_num_queries: Any) -> None:
        groupe_de()
        with django_assert_num_queries(3) as une:
            client.post(CHERCHER, saisie())
        for km in range(11):
            groupe_de(km=km)
        with django_assert_num_queries(len(une.captured_queries)):
            client.post(CHERCHER, saisie())


class TestDemande:
    def test_the_search_goes_along_hidden_and_may_be_changed(self, client: Client) -> None:
        groupe = groupe_de(nom="Les bébés d'été")

        page = client.post(DEMANDER, saisie(groupe=groupe.pk, moments=["soir", "samedi"], langues=["fr", "tr"]))

        corps = page.content.decode()
        assert "Les bébés d&#x27;été" in corps
        for cache in (f'name="jour" value="{TERME:%d/%m/%Y}"', 'value="soir"', 'value="samedi"', 'value="tr"'):
            assert cache in corps.replace(' type="hidden"', "").replace("<input", "").replace("  ", " "), cache
        assert not DemandeGroupe.objects.exists()

    def test_is_kept_and_leads_to_its_own_page(self, client: Client) -> None:
        groupe, sommeil = groupe_de(), ThemeFactory(nom="Sommeil")

        reponse = client.post(
            DEMANDER, envoi(groupe=groupe.pk, bebes="2", coparent="on", themes=[sommeil.pk], moments=["soir"])
        )

        demande = DemandeGroupe.objects.get()
        assert reponse["Location"].startswith("/g/")
        assert (demande.repere, demande.est_ne, demande.bebes, demande.coparent) == (TERME, False, 2, True)
        assert demande.groupe_souhaite == groupe
        assert demande.maison == groupe.maison
        assert list(demande.themes.all()) == [sommeil]
        assert demande.moments == ["soir"]
        assert Enfant.objects.filter(famille=demande.famille, terme_prevu=TERME).count() == 2
        assert Message.objects.get().modele == "groupe_demande"
        suite = texte(client.get(reponse["Location"]))
        assert "Vous êtes en tête" in suite
        assert "Votre demande est enregistrée" in suite

    def test_without_a_group_it_waits_for_any(self, client: Client) -> None:
        client.post(DEMANDER, envoi())

        demande = DemandeGroupe.objects.get()
        assert demande.groupe_souhaite is None
        assert demande.statut == StatutDemande.EN_ATTENTE

    def test_sent_twice_is_one(self, client: Client) -> None:
        donnees = envoi()

        adresses = {client.post(DEMANDER, donnees)["Location"] for _ in range(2)}

        assert len(adresses) == 1
        assert DemandeGroupe.objects.count() == 1
        assert Message.objects.count() == 1

    def test_a_second_one_tells_nothing_of_the_first(self, client: Client) -> None:
        """Whoever types another's address learns that it is known, and nothing else; the link goes to the address."""
        DemandeGroupeFactory(famille__email="ines@exemple.fr", prenom="Secrète")

        reponse = client.post(DEMANDER, envoi(), follow=True)

        assert "Une demande est déjà en cours" in texte(reponse)
        assert "Secrète" not in texte(reponse)
        assert Message.objects.get().modele == "groupe_lien"

    @pytest.mark.parametrize("faux", ["999999", "x", "-1", "9" * 30])
    def test_a_group_that_is_not_there_is_left_out(self, client: Client, faux: str) -> None:
        reponse = client.post(DEMANDER, envoi(groupe=faux))

        assert reponse.status_code in (302, 422)
        assert not DemandeGroupe.objects.filter(groupe_souhaite__isnull=False).exists()

    def test_a_group_of_another_age_is_refused_in_words(self, client: Client) -> None:
        groupe = groupe_de(TERME - timedelta(days=90))

        reponse = client.post(DEMANDER, envoi(groupe=groupe.pk))

        assert reponse.status_code == 422
        assert "d'un autre âge" in texte(reponse)
        assert not DemandeGroupe.objects.exists()

    @pytest.mark.parametrize(
        ("champs", "phrase"),
        [
            ({"prenom": ""}, "Indiquez votre prénom"),
            ({"email": ""}, "Indiquez une adresse e-mail ou un mobile"),
            ({"email": "ines@"}, "Cette adresse n'est pas complète"),
            ({"telephone": "06"}, "Ce numéro n'est pas complet"),
            ({"site": "http://robot"}, "Ce champ doit rester vide"),
        ],
        ids=lambda valeur: str(valeur)[:30],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, client: Client, champs: dict[str, str], phrase: str
    ) -> None:
        reponse = client.post(DEMANDER, envoi(**champs))

        assert reponse.status_code == 422
        assert phrase in texte(reponse)
        assert not DemandeGroupe.objects.exists()

    def test_a_changed_date_shows_the_search_again(self, client: Client) -> None:
        reponse = client.post(DEMANDER, envoi(jour="x"))

        assert reponse.status_code == 422
        assert "Trouver un groupe de parents" in texte(reponse)

    def test_limit_per_address(self, client: Client, settings: Any) -> None:
        settings.INSCRIPTIONS_PAR_ADRESSE_ET_HEURE = 1
        client.post(DEMANDER, envoi())

        reponse = client.post(DEMANDER, envoi(email="b@exemple.fr"))

        assert reponse.status_code == 429
        assert 'value="b@exemple.fr"' in reponse.content.decode()
