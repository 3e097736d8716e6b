"""The network of the demonstration against its sources; no session yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from maisons.enums import Action, StatutLabel, TypeMaison
from maisons.models import Commune, Lieu, Maison, Organisation, Territoire
from portail.demo.catalogue import BULLE, CHARLEVILLE, PROGRAMME, RETHEL
from portail.demo.reseau import MAISONS, charger_reseau, projets_grand_est
from tests.reference import reference_chargee

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reseau")]

PROJETS = projets_grand_est()
# Two projects of one health centre are one house: the second follows the first.
MAISONS_DES_PROJETS = {projet: maison.slug for maison in MAISONS for projet in maison.projets}


@pytest.fixture(scope="module")
def reseau(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with reference_chargee(django_db_blocker):
        charger_reseau()
        yield


class TestProjets:
    @pytest.mark.parametrize("numero", sorted(PROJETS))
    def test_every_project_lives_as_a_house_with_its_actions_and_territory(self, numero: str) -> None:
        projet = PROJETS[numero]
        maison = Maison.objects.select_related("organisation", "territoire").get(slug=MAISONS_DES_PROJETS[numero])

        assert set(projet["actions"]) <= set(maison.actions)
        assert str(projet["annee"]) in maison.source
        assert maison.departement_id in projet["departements"]
        assert maison.territoire is not None
        departements = {*maison.territoire.departements.values_list("code", flat=True)}
        departements |= {*maison.territoire.communes.values_list("departement", flat=True)}
        assert departements == set(projet["departements"])
        # The actor and its towns under the names that the source gives.
        acteur = projet["acteur"].replace("CC ", "Communauté de communes ").replace("Mairie de", "Ville de")
        mots = {mot for mot in acteur.replace("–", " ").split() if len(mot) > 4 and mot not in ("Centre", "usagers")}
        assert any(mot in maison.organisation.nom for mot in mots | {"U2AF-54"})

    def test_the_file_and_the_houses_know_the_same_projects(self) -> None:
        assert set(MAISONS_DES_PROJETS) == set(PROJETS)
        assert len(PROJETS) == 14

    def test_an_epci_is_all_of_its_communes(self) -> None:
        territoire = Maison.objects.get(slug="jardin-age-argonne-meuse").territoire
        assert territoire is not None
        assert set(territoire.communes.all()) == set(Commune.objects.filter(epci="200066116"))
        assert territoire.communes.count() == 38

    def test_an_action_may_span_two_departements_without_a_house(self) -> None:
        opal = Maison.objects.get(slug="lire-l-ecole-opal")
        assert opal.type == TypeMaison.ACTION
        assert opal.territoire is not None
        assert set(opal.territoire.departements.values_list("code", flat=True)) == {"67", "68"}

    def test_an_action_may_have_no_place_at_all(self) -> None:
        for slug in ("devenir-parents-thur-et-doller", "reseau-perinatalite-d-illkirch"):
            assert not Lieu.objects.filter(maison__slug=slug).exists()

    def test_one_organisation_has_several_houses(self) -> None:
        leo = Organisation.objects.get(slug="leo-lagrange")
        assert set(leo.maisons.values_list("departement", flat=True)) == {"67", "21", "13"}
        assert set(leo.maisons.filter(ouverte=True).values_list("departement", flat=True)) == {"67", "21"}


class TestEtabliOuFictif:
    def test_rethel_is_labelled_and_its_address_is_not_established(self) -> None:
        rethel = Maison.objects.get(slug=RETHEL)
        assert (rethel.statut_label, rethel.label_le) == (StatutLabel.LABELLISEE, date(2026, 1, 20))
        assert rethel.source.startswith("cd08.fr")
        assert not rethel.demonstration
        lieu = rethel.lieux.get()
        assert (lieu.demonstration, lieu.adresse) == (True, "")
        assert (lieu.latitude, lieu.longitude) == (lieu.commune.latitude, lieu.commune.longitude)
        assert (rethel.telephone, rethel.courriel) == ("", "")

    def test_the_only_labelled_house_is_rethel(self) -> None:
        assert Maison.objects.filter(statut_label=StatutLabel.LABELLISEE).get().slug == RETHEL

    def test_six_candidates_all_fictional_and_none_in_a_town_of_the_unverified_leads(self) -> None:
        candidates = Maison.objects.filter(statut_label=StatutLabel.CANDIDATE)
        assert candidates.count() == 6
        assert all(maison.demonstration and "démonstration" in maison.nom for maison in candidates)
        villes = {lieu.commune.nom for lieu in Lieu.objects.filter(maison__in=candidates).select_related("commune")}
        assert not villes & {"Charleville-Mézières", "Sedan", "Nouzonville"}

    def test_charleville_has_five_places_four_of_them_in_priority_districts(self) -> None:
        lieux = Lieu.objects.filter(maison__slug=CHARLEVILLE)
        assert (lieux.count(), lieux.filter(qpv=True).count()) == (5, 4)

    def test_every_place_is_marked_as_fictional(self) -> None:
        assert not Lieu.objects.filter(demonstration=False).exists()
        assert all("démonstration" in lieu.nom for lieu in Lieu.objects.filter(maison__slug=BULLE))

    def test_only_fictional_houses_have_a_number_and_it_is_one_set_aside_for_fiction(self) -> None:
        for maison in Maison.objects.exclude(telephone=""):
            assert maison.demonstration
            assert maison.telephone.as_e164.startswith("+3335301")
            assert maison.courriel.endswith("@demo.invalid")

    def test_every_house_tells_its_source(self) -> None:
        assert not Maison.objects.filter(source="").exists()
        assert all(set(maison.actions) <= set(Action.values) and maison.actions for maison in Maison.objects.all())


def test_the_programme_names_houses_and_places_that_are_there() -> None:
    lieux = {maison.slug: len(maison.lieux) for maison in MAISONS}
    assert all(programme.lieu < lieux[programme.maison] for programme in PROGRAMME)


def test_loading_the_network_again_adds_and_changes_nothing() -> None:
    Maison.objects.filter(slug=RETHEL).update(presentation="Corrigée par l'équipe.")
    avant = (Maison.objects.count(), Lieu.objects.count(), Organisation.objects.count(), Territoire.objects.count())
    assert charger_reseau().creees == 0
    apres = (Maison.objects.count(), Lieu.objects.count(), Organisation.objects.count(), Territoire.objects.count())
    assert apres == avant
    assert Maison.objects.get(slug=RETHEL).presentation == "Corrigée par l'équipe."
