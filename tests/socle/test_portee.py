"""The mechanism of scopes: permissions from running assignments, rows from what they give, nothing by default."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from ateliers.models import Atelier, Inscription, Seance
from maisons.enums import Portee, Role
from maisons.models import Commune, Maison
from socle import portee
from socle.models import Message, Utilisateur
from socle.portee import declarer, roles_autorises, visibles
from tests.factories import (
    AffectationFactory,
    AtelierFactory,
    CommuneFactory,
    DepartementFactory,
    InscriptionFactory,
    LieuFactory,
    MaisonFactory,
    MessageFactory,
    OrganisationFactory,
    PartenaireFactory,
    PermanenceFactory,
    SeanceFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db


def frais(utilisateur: Utilisateur) -> Utilisateur:
    """As the next request loads the person."""
    return Utilisateur.objects.get(pk=utilisateur.pk)


def vues(modele: type[models.Model], utilisateur: Utilisateur, **options: object) -> set[int]:
    rangees = visibles(modele._default_manager.all(), utilisateur, le=timezone.localdate(), **options)  # type: ignore[arg-type]
    return set(rangees.values_list("pk", flat=True))


def test_what_nobody_declared_is_open_to_nobody() -> None:
    responsable = AffectationFactory().utilisateur
    assert roles_autorises("sessions.view_session") == frozenset()
    assert not responsable.has_perm("sessions.view_session")
    assert vues(Session, responsable) == set()


def test_a_permission_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        declarer(Seance, view=[Role.RESPONSABLE])


def test_the_table_opens_acts_to_roles_where_the_role_is_held() -> None:
    affectation = AffectationFactory(role=Role.RESPONSABLE)
    la = SeanceFactory(lieu__maison=affectation.maison)
    ailleurs = SeanceFactory()
    personne = frais(affectation.utilisateur)
    assert personne.has_perm("ateliers.change_seance")
    assert personne.has_perm("ateliers.change_seance", la)
    assert not personne.has_perm("ateliers.change_seance", ailleurs)
    assert not personne.has_perm("ateliers.add_theme")
    assert personne.has_module_perms("ateliers")
    assert "ateliers.change_seance" in personne.get_all_permissions()


def test_each_role_counts_only_where_it_was_given() -> None:
    """Responsable of one house, animator of another: the first is changed, the second only seen."""
    personne = UtilisateurFactory(equipe=True)
    dirigee = AffectationFactory(utilisateur=personne, role=Role.RESPONSABLE).maison
    animee = AffectationFactory(utilisateur=personne, role=Role.ANIMATEUR).maison
    assert vues(Maison, personne) == {dirigee.pk, animee.pk}
    personne = frais(personne)
    assert personne.has_perm("maisons.change_maison", dirigee)
    assert personne.has_perm("maisons.view_maison", animee)
    assert not personne.has_perm("maisons.change_maison", animee)


@pytest.mark.parametrize(
    "champs",
    [
        {"du": timezone.localdate() - timedelta(days=10), "au": timezone.localdate() - timedelta(days=1)},
        {"du": timezone.localdate() + timedelta(days=1)},
        {"utilisateur__is_active": False},
        {"utilisateur__is_staff": False},
    ],
)
def test_nothing_before_after_or_without_a_place_in_the_team(champs: dict[str, object]) -> None:
    affectation = AffectationFactory(**champs)
    SeanceFactory(lieu__maison=affectation.maison)
    personne = frais(affectation.utilisateur)
    assert not personne.has_perm(portee.PERMISSION_EQUIPE)
    assert not personne.has_perm("ateliers.view_seance")
    if affectation.utilisateur.is_staff:
        assert vues(Seance, personne) == set()


def test_first_and_last_day_count() -> None:
    jour = timezone.localdate()
    affectation = AffectationFactory(du=jour, au=jour)
    assert frais(affectation.utilisateur).has_perm("ateliers.view_seance")


def test_an_organisation_gives_all_its_houses_a_departement_those_in_it() -> None:
    organisation = OrganisationFactory()
    deux = [MaisonFactory(organisation=organisation), MaisonFactory(organisation=organisation)]
    autre = MaisonFactory(departement=DepartementFactory(code="67", nom="Bas-Rhin"))
    responsable = AffectationFactory(organisation_entiere=True, organisation=organisation).utilisateur
    pilote = AffectationFactory(departemental=True, departement=deux[0].departement).utilisateur
    reseau = AffectationFactory(reseau=True).utilisateur
    assert vues(Maison, responsable) == {maison.pk for maison in deux}
    assert vues(Maison, pilote) == {maison.pk for maison in deux}
    assert vues(Maison, reseau) == {*(maison.pk for maison in deux), autre.pk}


def test_figures_not_families_for_the_departement_and_the_network() -> None:
    inscription = InscriptionFactory()
    maison = inscription.seance.lieu.maison
    pilote = AffectationFactory(departemental=True, departement=maison.departement).utilisateur
    for personne in (pilote, AffectationFactory(reseau=True).utilisateur):
        personne = frais(personne)
        assert personne.has_perm("ateliers.view_seance", inscription.seance)
        assert not personne.has_perm("ateliers.view_inscription")
        assert not personne.has_perm("familles.view_famille")


def test_a_partner_sees_only_its_own_permanences() -> None:
    organisation = OrganisationFactory()
    permanence = PermanenceFactory(partenaire=PartenaireFactory(organisation=organisation))
    sienne = SeanceFactory(atelier=None, permanence=permanence, lieu=permanence.lieu)
    SeanceFactory(lieu=permanence.lieu)  # the same house's workshop
    partenaire = AffectationFactory(
        role=Role.PARTENAIRE, portee=Portee.ORGANISATION, maison=None, organisation=organisation
    ).utilisateur
    assert vues(Seance, partenaire) == {sienne.pk}
    assert vues(Maison, partenaire) == set()
    assert vues(Atelier, partenaire) == set()
    assert vues(Inscription, partenaire) == set()


def test_messages_follow_the_booking_they_tell_of() -> None:
    ici, ailleurs = InscriptionFactory(), InscriptionFactory()
    message, autre = MessageFactory(objet=ici), MessageFactory(objet=ailleurs)
    sans_objet = MessageFactory()
    responsable = AffectationFactory(maison=ici.seance.lieu.maison).utilisateur
    pilote = AffectationFactory(departemental=True, departement=ici.seance.lieu.maison.departement).utilisateur
    reseau = AffectationFactory(reseau=True).utilisateur
    assert vues(Message, responsable) == {message.pk}
    assert vues(Message, pilote) == set()
    assert vues(Message, reseau) == {message.pk, autre.pk, sans_objet.pk}


def test_people_are_seen_by_those_who_direct_where_they_work() -> None:
    affectation = AffectationFactory()
    collegue = AffectationFactory(role=Role.ANIMATEUR, maison=affectation.maison).utilisateur
    AffectationFactory()
    UtilisateurFactory(superutilisateur=True)
    assert vues(Utilisateur, affectation.utilisateur) == {affectation.utilisateur.pk, collegue.pk}


def test_reference_data_is_common_and_a_superuser_sees_all() -> None:
    CommuneFactory()
    LieuFactory()
    AtelierFactory()
    assert vues(Commune, AffectationFactory().utilisateur) == {"08362"}  # type: ignore[comparison-overlap]
    assert len(vues(Atelier, UtilisateurFactory(superutilisateur=True))) == Atelier.objects.count()


def test_roles_are_read_once_per_request(django_assert_num_queries: object) -> None:
    personne = frais(AffectationFactory().utilisateur)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for permission in ("ateliers.view_seance", "ateliers.add_atelier", "maisons.view_maison"):
            assert personne.has_perm(permission)
