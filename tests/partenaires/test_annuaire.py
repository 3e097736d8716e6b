"""The directory: confirmed or reminded, then hidden; changed by its owner; found by families."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from familles.enums import AideProche
from maisons.enums import Portee, Role
from maisons.forms import Proximite
from partenaires import verification
from partenaires.messages import lien_fiche
from partenaires.models import Orientation, Partenaire, Permanence
from portail.compagnon.proches import proches
from socle.models import Message
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    CommuneFactory,
    MaisonFactory,
    OrganisationFactory,
    OrientationFactory,
    PartenaireFactory,
    PermanenceFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db
PAGE = "/partenaires/"


def ancien(**options: Any) -> Any:
    return PartenaireFactory(**{"verifie_le": dans(days=-200), "courriel_contact": "contact@exemple.fr", **options})


class TestVerification:
    def test_reminds_once_and_hides_only_a_month_after_the_reminder(self) -> None:
        partenaire, jour = ancien(), maintenant()
        assert verification.relancer(maintenant=jour) == 1
        assert verification.relancer(maintenant=jour + timedelta(days=1)) == 0
        assert Message.objects.get().destinataire == "contact@exemple.fr"
        publics = Partenaire.objects.publics
        assert partenaire in publics(maintenant=jour + timedelta(days=29))
        assert partenaire not in publics(maintenant=jour + timedelta(days=31))

    def test_is_never_hidden_without_a_reminder(self) -> None:
        assert ancien(verifie_le=dans(days=-900)) in Partenaire.objects.publics(maintenant=maintenant())

    def test_a_confirmation_brings_it_back_for_six_months(self) -> None:
        partenaire = ancien(relance_le=dans(days=-60))
        assert partenaire not in Partenaire.objects.publics(maintenant=maintenant())
        verification.confirmer(partenaire=partenaire, maintenant=maintenant())
        assert partenaire in Partenaire.objects.publics(maintenant=maintenant())
        assert verification.relancer(maintenant=maintenant() + timedelta(days=180)) == 0
        assert verification.relancer(maintenant=maintenant() + timedelta(days=183)) == 1

    def test_without_an_address_the_partner_s_own_accounts_are_told(self) -> None:
        organisation = OrganisationFactory()
        ancien(courriel_contact="", organisation=organisation)
        compte = AffectationFactory(
            role=Role.PARTENAIRE, portee=Portee.ORGANISATION, maison=None, organisation=organisation
        ).utilisateur
        verification.relancer(maintenant=maintenant())
        assert Message.objects.get().destinataire == compte.email

    def test_sql_and_python_agree_on_what_is_hidden(self) -> None:
        jour = maintenant()
        for options in ({}, {"relance_le": dans(days=-60)}, {"relance_le": dans(days=-10)}, {"publie": False}):
            partenaire = ancien(**options)
            visible = Partenaire.objects.publics(maintenant=jour).filter(pk=partenaire.pk).exists()
            assert visible == (not partenaire.est_cache(maintenant=jour))


class TestFiche:
    def adresse(self, partenaire: Any) -> str:
        return lien_fiche(partenaire).split("localhost:8000")[-1]

    def test_its_owner_corrects_and_confirms_without_an_account(self, client: Client) -> None:
        partenaire = ancien(relance_le=dans(days=-40))
        adresse = self.adresse(partenaire)
        assert "Tout est juste" in client.get(adresse).content.decode()
        partenaire.refresh_from_db()
        assert partenaire.est_a_verifier(maintenant=maintenant())
        donnees = {"description": "Nouveaux horaires", "telephone": "03 24 00 00 01", "nom": "Pirate"}
        assert client.post(adresse, donnees).status_code == 302
        partenaire.refresh_from_db()
        assert partenaire.description == "Nouveaux horaires"
        assert partenaire.nom != "Pirate"
        assert not partenaire.est_cache(maintenant=maintenant())

    def test_says_what_is_wrong(self, client: Client) -> None:
        assert client.post(self.adresse(ancien()), {"telephone": "12"}).status_code == 422

    def test_a_link_we_did_not_sign_is_a_404(self, client: Client) -> None:
        ancien()
        assert client.get("/p/1.aaaaaaaaaaaaaaaa/").status_code == 404


class TestPartenaire:
    def entrer(self, client: Client, organisation: Any) -> Client:
        affectation = AffectationFactory(
            role=Role.PARTENAIRE, portee=Portee.ORGANISATION, maison=None, organisation=organisation
        )
        return entrer(client, affectation.utilisateur)

    def test_changes_its_own_entry_but_not_who_it_is(self, client: Client) -> None:
        partenaire = ancien(organisation=OrganisationFactory())
        client = self.entrer(client, partenaire.organisation)
        adresse = reverse("admin:partenaires_partenaire_change", args=[partenaire.pk])
        donnees = {"description": "Écoute", "nom": "Autre nom", "type": "caf", "publie": ""}
        assert client.post(adresse, donnees).status_code == 302
        nom = partenaire.nom
        partenaire.refresh_from_db()
        assert (partenaire.nom, partenaire.description, partenaire.publie) == (nom, "Écoute", True)
        assert not partenaire.est_a_verifier(maintenant=maintenant())

    def test_another_s_entry_does_not_exist_and_none_is_added(self, client: Client) -> None:
        client = self.entrer(client, ancien(organisation=OrganisationFactory()).organisation)
        autre = PartenaireFactory()
        assert client.get(reverse("admin:partenaires_partenaire_change", args=[autre.pk])).status_code == 404
        assert client.get(reverse("admin:partenaires_partenaire_add")).status_code == 403
        assert client.get(reverse("admin:partenaires_orientation_changelist")).status_code == 403


class TestPage:
    def test_shows_when_an_entry_was_confirmed_and_marks_what_is_old(self, client: Client) -> None:
        PartenaireFactory(nom="Frais")
        ancien(nom="Vieux")
        ancien(nom="Caché", relance_le=dans(days=-60))
        contenu = client.get(PAGE).content.decode()
        assert "Vérifié le" in contenu
        assert contenu.count("À vérifier") == 1
        assert "Caché" not in contenu
        assert "contact@exemple.fr" not in contenu

    def test_is_narrowed_by_kind_and_sorted_by_distance(self, client: Client) -> None:
        rethel, loin = CommuneFactory(), CommuneFactory(autre=True, nom="Givet", latitude=49.7, longitude=4.4)
        proche = PartenaireFactory(type="caf", commune=rethel)
        autre = PartenaireFactory(type="caf", commune=loin)
        PartenaireFactory(type="msa", commune=rethel)
        fiches = client.get(PAGE, {"type": "caf", "lieu": "Rethel"}).context["fiches"]
        assert [fiche["partenaire"] for fiche in fiches] == [proche, autre]

    @pytest.mark.parametrize("requete", [{"type": "x"}, {"lieu": "Zzz"}, {"lieu": "a\x00"}, {"page": "zz"}])
    def test_bad_input_gets_a_page(self, client: Client, requete: dict[str, str]) -> None:
        PartenaireFactory()
        assert client.get(PAGE, requete).status_code == 200

    def test_asks_as_many_queries_for_one_entry_as_for_thirty(
        self, client: Client, django_assert_num_queries: Callable[[int], Any]
    ) -> None:
        PermanenceFactory()
        with django_assert_num_queries(3):
            client.get(PAGE)
        PermanenceFactory.create_batch(29)
        with django_assert_num_queries(3):
            client.get(PAGE)


class TestOrientation:
    def test_is_a_figure_noted_with_agreement_only(self, client: Client) -> None:
        affectation = AffectationFactory(role=Role.ANIMATEUR)
        client = entrer(client, affectation.utilisateur)
        donnees = {"maison": affectation.maison.pk, "type": "caf", "le": "2026-11-02", "suite": "inconnue"}
        refus = client.post(reverse("admin:partenaires_orientation_add"), donnees)
        assert refus.status_code == 200
        assert "Sans l&#x27;accord de la famille" in refus.content.decode()
        assert (
            client.post(reverse("admin:partenaires_orientation_add"), {**donnees, "accord": "on"}).status_code == 302
        )
        noms = {champ.name for champ in Orientation._meta.get_fields()}
        assert noms == {"id", "maison", "type", "partenaire", "le", "accord", "suite"}
        page = client.get(reverse("admin:partenaires_orientation_changelist"))
        assert [(s["nombre"], s["contacts"]) for s in page.context["sommes"]] == [("masqué", "masqué")]

    def test_figures_are_taken_out_by_house_and_kind_with_small_ones_hidden(self, client: Client) -> None:
        maison = MaisonFactory(nom="Maison de Rethel")
        for suite, nombre in (("contact_pris", 6), ("sans_contact", 5), ("inconnue", 7)):
            OrientationFactory.create_batch(nombre, maison=maison, type="caf", suite=suite)
        OrientationFactory.create_batch(3, maison=maison, type="msa", suite="contact_pris")
        OrientationFactory.create_batch(6, maison=maison, type="cpam", suite="contact_pris")
        OrientationFactory(maison=maison, type="cpam", suite="inconnue")
        OrientationFactory(type="ars")
        entrer(client, AffectationFactory(maison=maison, role=Role.RESPONSABLE).utilisateur)
        url = reverse("admin:partenaires_orientation_exporter")
        fichier = client.post(url, {"table": "chiffres", "format": "csv"}).content.decode("utf-8-sig")
        lignes = {ligne.split(";")[1]: ligne.split(";")[2:] for ligne in fichier.splitlines()[1:]}
        assert lignes["Caf"] == ["18", "6", "5", "7"]
        assert lignes["MSA"] == ["masqué"] * 4
        # The one unknown would follow from the total and the rest.
        assert lignes["Assurance maladie (CPAM)"] == ["7", "masqué", "masqué", "masqué"]
        assert len(lignes) == 3
        # Above the list as in the file.
        sommes = client.get(reverse("admin:partenaires_orientation_changelist")).context["sommes"]
        for somme in sommes:
            chiffres = [str(somme[champ]) for champ in ("nombre", "contacts", "sans", "inconnus")]
            assert chiffres == lignes[str(somme["libelle"])]
        assert len(sommes) == 3


class TestPermanencesPubliques:
    def test_are_those_still_held_at_a_published_house_by_a_partner_families_see(self) -> None:
        montree = PermanenceFactory()
        PermanenceFactory(active=False)
        PermanenceFactory(lieu__actif=False)
        PermanenceFactory(lieu__maison__publiee=False)
        PermanenceFactory(partenaire__publie=False)
        PermanenceFactory(partenaire=ancien(relance_le=dans(days=-60)))
        assert list(Permanence.objects.publiques(maintenant=maintenant())) == [montree]

    def test_help_nearby_shows_the_nearest_first_and_no_hidden_partner(self) -> None:
        loin = PermanenceFactory(lieu__latitude=49.8, partenaire__type="caf", intitule="A")
        pres = PermanenceFactory(lieu__latitude=49.52, partenaire__type="caf", intitule="B")
        PermanenceFactory(lieu__latitude=49.51, partenaire__type="caf", partenaire__publie=False)
        ici = Proximite(libelle="Rethel", latitude=49.51, longitude=pres.lieu.longitude, rayon_km=None)
        assert proches(AideProche.DROITS, ici, maintenant=maintenant()).permanences == [pres, loin]
        a_dix = Proximite(libelle="Rethel", latitude=49.51, longitude=pres.lieu.longitude, rayon_km=10)
        assert proches(AideProche.DROITS, a_dix, maintenant=maintenant()).permanences == [pres]
