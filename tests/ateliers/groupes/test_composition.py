"""Composing groups: what is proposed, moved by hand, validated; two facilitators at once."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections
from django.db.models import QuerySet

from ateliers.enums import StatutComposition, StatutDemande, StatutMembre
from ateliers.groupes.composition import brouillons, gloutonne, optimisation
from ateliers.groupes.composition.modele import RESERVES, Attente, Endroit, Proposition, Reglages, mesurer
from ateliers.groupes.raisons import phrases, pour_la_famille
from ateliers.groupes.regles import Profil, obstacles
from ateliers.models import Composition, DemandeGroupe, GroupePairs, MembreGroupe
from maisons.models import Lieu
from socle.models import Message
from tests.factories import DemandeGroupeFactory, LieuFactory, UtilisateurFactory, dans, maintenant

MARS = date(2027, 3, 1)


def attente(cle: int, **champs: Any) -> Attente:
    jours = champs.pop("attente_jours", 10)
    profil = Profil(**{"repere": MARS, "latitude": 49.5, "longitude": 4.4, "rayon_km": 20, **champs})
    return Attente(cle=cle, profil=profil, attente_jours=jours)


def endroit(cle: int = 1, **champs: Any) -> Endroit:
    return Endroit(**{"cle": cle, "latitude": 49.5, "longitude": 4.4, "maison": cle, **champs})


@pytest.mark.parametrize(
    ("du", "au", "nom"),
    [
        (date(2027, 4, 1), date(2027, 4, 30), "Bébés d'avril 2027"),
        (date(2027, 3, 10), date(2027, 5, 4), "Bébés de mars à mai 2027"),
        (date(2026, 10, 20), date(2027, 1, 2), "Bébés d'octobre 2026 à janvier 2027"),
    ],
)
def test_a_proposed_group_is_named_in_french(du: date, au: date, nom: str) -> None:
    assert brouillons.nom_de_cohorte(du, au) == nom


class TestOptimisation:
    def test_every_proposed_group_has_a_proper_size_and_only_families_it_suits(self) -> None:
        attentes = [
            attente(
                n,
                repere=MARS + timedelta(days=(n * 37) % 200),
                bebes=2 if n % 17 == 0 else 1,
                langues=("tr",) if n % 5 == 0 else ("fr",),
                moments=("soir",) if n % 4 == 0 else (),
                attente_jours=n % 90,
            )
            for n in range(60)
        ]
        reglages = Reglages()
        proposition = optimisation.proposer(attentes=attentes, endroits=[endroit(1), endroit(2)], reglages=reglages)

        profils = {a.cle: a.profil for a in attentes}
        assert proposition.groupes
        for groupe in proposition.groupes:
            assert 8 <= sum(profils[cle].bebes for cle in groupe.membres) <= 12
            assert all(obstacles(profils[cle], groupe.cadre) == [] for cle in groupe.membres)
        placees = [cle for groupe in proposition.groupes for cle in groupe.membres]
        assert len(placees) == len(set(placees))
        assert {*placees, *proposition.restantes} == set(profils)

    def test_the_same_requests_give_the_same_proposal(self) -> None:
        attentes = [attente(n, repere=MARS + timedelta(days=n * 3)) for n in range(40)]
        une, autre = (optimisation.proposer(attentes=attentes, endroits=[endroit()]) for _fois in range(2))
        assert une.groupes == autre.groupes

    def test_it_says_how_far_from_the_best_it_is_at_most_and_when_the_clock_stopped_it(self) -> None:
        attentes = [attente(n, repere=MARS + timedelta(days=n * 3)) for n in range(40)]
        proposition = optimisation.proposer(attentes=attentes, endroits=[endroit()])
        assert 0 <= proposition.ecart < 0.1
        assert not proposition.interrompue
        assert optimisation.proposer(
            attentes=attentes, endroits=[endroit()], reglages=Reglages(secondes_max=0)
        ).interrompue

    def test_who_waited_longer_comes_first(self) -> None:
        attentes = [attente(n, attente_jours=90 if n < 3 else 5) for n in range(15)]
        (groupe,) = optimisation.proposer(attentes=attentes, endroits=[endroit()]).groupes
        assert len(groupe.membres) == 12
        assert {0, 1, 2} <= groupe.membres.keys()

    def test_seven_pairs_are_too_few_and_twins_make_eight(self) -> None:
        sept = [attente(n) for n in range(7)]
        rien = optimisation.proposer(attentes=sept, endroits=[endroit()])
        assert not rien.groupes
        assert phrases(rien.restantes[0])[0] == "7 binômes de cet âge autour, il en faut 8"
        assert optimisation.proposer(attentes=[*sept[:6], attente(7, bebes=2)], endroits=[endroit()]).placees == 7

    def test_it_places_those_whom_a_group_at_a_time_leaves_out(self) -> None:
        # Sixteen births over sixteen weeks: one window in the middle spoils both halves.
        attentes = [attente(n, repere=MARS + timedelta(days=7 * n), attente_jours=20 + (n == 7)) for n in range(16)]
        reglages = Reglages(taille_min=8, taille_max=8)
        par_une = gloutonne.proposer(attentes=attentes, endroits=[endroit()], reglages=reglages)
        ensemble = optimisation.proposer(attentes=attentes, endroits=[endroit()], reglages=reglages)
        assert (mesurer(par_une, attentes).placees, mesurer(ensemble, attentes).placees) == (8, 16)

    def test_a_house_leads_no_more_groups_than_it_can(self) -> None:
        attentes = [attente(n) for n in range(40)]
        proposition = optimisation.proposer(attentes=attentes, endroits=[endroit(groupes_max=2)])
        assert (len(proposition.groupes), proposition.placees) == (2, 24)
        assert phrases(proposition.restantes[next(iter(proposition.restantes))])[0].startswith(
            "les groupes de cet âge"
        )

    def test_sixteen_babies_of_one_day_make_two_groups(self) -> None:
        proposition = optimisation.proposer(attentes=[attente(n) for n in range(16)], endroits=[endroit()])
        assert [len(groupe.membres) for groupe in proposition.groupes] == [8, 8]

    def test_it_begins_no_worse_than_groups_composed_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(optimisation, "_premiere_idee", lambda *_tout: {})
        monkeypatch.setattr(optimisation, "_ameliorer", lambda choix, *_tout, **_options: choix)
        attentes = [
            attente(n, repere=MARS + timedelta(days=(n * 37) % 120), attente_jours=n % 50, bebes=1 + (n % 9 == 0))
            for n in range(50)
        ]
        endroits = [endroit(1), endroit(2, latitude=49.6)]
        par_une = gloutonne.proposer(attentes=attentes, endroits=endroits)
        assert par_une.placees > 20
        assert optimisation.proposer(attentes=attentes, endroits=endroits).placees == par_une.placees

    def test_too_far_from_any_house_is_said(self) -> None:
        proposition = optimisation.proposer(attentes=[attente(1, latitude=43.0)], endroits=[endroit()])
        assert phrases(proposition.restantes[1])[0] == "aucune maison à moins de 20 km"


def reserves(proposition: Proposition) -> dict[str, set[int]]:
    """The groups for some families alone, with who is in them."""
    return {
        public: set(groupe.membres)
        for groupe in proposition.groupes
        for public in groupe.cadre.particularites
        if public in RESERVES
    }


class TestGroupesReserves:
    """Twins, and parents with a child already, have a group of their own when there are enough of them."""

    def test_four_pairs_of_twins_make_a_group_and_three_do_not(self) -> None:
        seuls = [attente(n) for n in range(12)]
        jumeaux = [attente(100 + n, bebes=2) for n in range(4)]
        proposition = optimisation.proposer(attentes=[*seuls, *jumeaux], endroits=[endroit()])
        assert reserves(proposition) == {"multiples": {100, 101, 102, 103}}
        assert proposition.placees == 16

        proposition = optimisation.proposer(attentes=[*seuls, *jumeaux[:3]], endroits=[endroit()])
        assert reserves(proposition) == {}
        assert {100, 101, 102} <= {cle for groupe in proposition.groupes for cle in groupe.membres}

    def test_eight_second_children_make_a_group_and_seven_do_not(self) -> None:
        premiers = [attente(n) for n in range(9)]
        deuxiemes = [attente(100 + n, a_deja_un_enfant=True) for n in range(8)]
        proposition = optimisation.proposer(attentes=[*premiers, *deuxiemes], endroits=[endroit()])
        assert reserves(proposition) == {"fratrie": {a.cle for a in deuxiemes}}
        assert proposition.placees == 17

        proposition = optimisation.proposer(attentes=[*premiers, *deuxiemes[:7]], endroits=[endroit()])
        assert reserves(proposition) == {}
        assert proposition.placees == 16

    def test_only_their_own_window_counts(self) -> None:
        """Eight in all, the last one day too late for the first's window."""
        deuxiemes = [attente(n, a_deja_un_enfant=True) for n in range(7)]
        dernier = attente(7, a_deja_un_enfant=True, repere=MARS + timedelta(days=56))
        assert not optimisation.proposer(attentes=[*deuxiemes, dernier], endroits=[endroit()]).groupes
        a_temps = attente(7, a_deja_un_enfant=True, repere=MARS + timedelta(days=55))
        assert reserves(optimisation.proposer(attentes=[*deuxiemes, a_temps], endroits=[endroit()])).keys() == {
            "fratrie"
        }

    def test_never_at_the_price_of_a_place(self) -> None:
        attentes = [*(attente(n) for n in range(8)), *(attente(100 + n, bebes=2) for n in range(4))]
        proposition = optimisation.proposer(attentes=attentes, endroits=[endroit(groupes_max=1)])
        assert reserves(proposition) == {}
        assert proposition.placees == 10

    def test_an_evening_group_of_their_own(self) -> None:
        attentes = [attente(n, a_deja_un_enfant=True, moments=("soir",)) for n in range(8)]
        (groupe,) = optimisation.proposer(attentes=attentes, endroits=[endroit()]).groupes
        assert set(groupe.cadre.particularites) == {"soir", "fratrie"}

    @pytest.mark.parametrize(
        ("champs", "equipe", "famille"),
        [
            ({"bebes": 2}, "groupe entre parents de jumeaux ou plus", "Les autres parents attendent aussi des"),
            ({"a_deja_un_enfant": True}, "groupe entre parents qui ont déjà un enfant", "ont aussi déjà un enfant"),
        ],
        ids=["jumeaux", "fratrie"],
    )
    def test_says_why(self, champs: dict[str, Any], equipe: str, famille: str) -> None:
        attentes = [attente(n, **champs) for n in range(8)]
        raisons = optimisation.proposer(attentes=attentes, endroits=[endroit()]).groupes[0].membres[0]
        assert equipe in " ".join(phrases(raisons))
        assert famille in " ".join(pour_la_famille(raisons))


@pytest.fixture
def lieu() -> Lieu:
    lieu: Lieu = LieuFactory()
    return lieu


def en_attente(lieu: Lieu, nombre: int = 9) -> list[DemandeGroupe]:
    return [
        DemandeGroupeFactory(
            maison=lieu.maison, repere=dans(days=-20 + 2 * n).date(), est_ne=False, prenom=f"Maman-{n}"
        )
        for n in range(nombre)
    ]


def proposer(lieu: Lieu) -> Composition:
    return brouillons.proposer(
        maisons=[lieu.maison],
        par=UtilisateurFactory(equipe=True),
        reglages=Reglages(),
        groupes_max=3,
        maintenant=maintenant(),
    )


def valider(composition: Composition) -> list[GroupePairs]:
    return brouillons.valider(
        composition=composition,
        par=composition.par,
        version=composition.version,
        repondre_avant=dans(days=7),
        maintenant=maintenant(),
    )


@pytest.mark.django_db
class TestBrouillon:
    def test_proposing_tells_nobody_and_validating_invites_everybody(self, lieu: Lieu) -> None:
        en_attente(lieu, 9)
        composition = proposer(lieu)
        assert not Message.objects.exists()

        (groupe,) = valider(composition)

        assert groupe.binomes_pris == 9
        assert set(DemandeGroupe.objects.values_list("statut", flat=True)) == {StatutDemande.INVITEE}
        assert Message.objects.filter(modele="groupe_invitation").count() == 9
        assert all(membre.raisons for membre in MembreGroupe.objects.all())
        assert list(groupe.facilitateurs.all()) == [composition.par]

    def test_a_reserved_group_stays_one_once_made(self, lieu: Lieu) -> None:
        for n in range(4):
            DemandeGroupeFactory(
                maison=lieu.maison, repere=dans(days=20 + n).date(), est_ne=False, jumeaux=True, prenom=f"Maman-{n}"
            )
        (groupe,) = valider(proposer(lieu))
        assert (groupe.particularites, groupe.binomes_pris) == (["multiples"], 8)

    def test_those_who_do_not_fit_keep_their_rank(self, lieu: Lieu) -> None:
        depuis = dans(days=-40)
        seule = DemandeGroupeFactory(maison=lieu.maison, repere=dans(days=-300).date(), en_attente_depuis=depuis)
        en_attente(lieu, 8)
        valider(proposer(lieu))
        seule.refresh_from_db()
        assert (seule.statut, seule.en_attente_depuis) == (StatutDemande.EN_ATTENTE, depuis)
        assert DemandeGroupe.objects.en_attente().first() == seule

    def test_moving_by_hand_says_what_does_not_suit(self, lieu: Lieu) -> None:
        agee = DemandeGroupeFactory(maison=lieu.maison, repere=dans(days=-300).date())
        en_attente(lieu, 8)
        composition = proposer(lieu)
        cohorte = composition.cohortes.get()

        brouillons.deplacer(composition=composition, demandes=[agee.pk], vers=cohorte, version=composition.version)

        place = composition.places.get(demande=agee)
        assert (place.cohorte, place.deplacee) == (cohorte, True)
        assert "attention : la date de naissance n'est pas dans sa période" in phrases(place.raisons)

    def test_a_group_is_not_filled_beyond_its_places(self, lieu: Lieu) -> None:
        restante = DemandeGroupeFactory(maison=lieu.maison, repere=dans(days=-300).date(), jumeaux=True)
        en_attente(lieu, 9)
        composition = proposer(lieu)
        with pytest.raises(brouillons.CompositionRefusee, match="il en faudrait 11"):
            brouillons.deplacer(
                composition=composition,
                demandes=[restante.pk],
                vers=composition.cohortes.get(),
                version=composition.version,
            )

    def test_a_draft_changed_meanwhile_is_shown_again(self, lieu: Lieu) -> None:
        demandes = en_attente(lieu, 9)
        composition = proposer(lieu)
        vue = composition.version
        brouillons.deplacer(composition=composition, demandes=[demandes[0].pk], vers=None, version=vue)
        with pytest.raises(brouillons.CompositionChangee):
            valider(composition)
        assert not GroupePairs.objects.exists()

    def test_a_family_gone_since_stops_the_validation_and_leaves_the_draft(self, lieu: Lieu) -> None:
        en_attente(lieu, 10)
        une, autre = proposer(lieu), proposer(lieu)
        valider(une)
        with pytest.raises(brouillons.FamillesParties, match="10 familles"):
            valider(autre)
        autre.refresh_from_db()
        assert (autre.statut, autre.places.count()) == (StatutComposition.BROUILLON, 0)
        assert GroupePairs.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestCourse:
    def _deux_validations(self, lieu: Lieu) -> list[str]:
        compositions = [proposer(lieu), proposer(lieu)]
        depart = threading.Barrier(2)
        issues: list[str] = []

        def courir(composition: Composition) -> None:
            connection.ensure_connection()
            depart.wait(timeout=20)
            try:
                valider(composition)
                issues.append("validee")
            except brouillons.FamillesParties:
                issues.append("refusee")
            except IntegrityError:
                issues.append("erreur")
            finally:
                connections.close_all()

        coureurs = [threading.Thread(target=courir, args=(composition,)) for composition in compositions]
        for coureur in coureurs:
            coureur.start()
        for coureur in coureurs:
            coureur.join(timeout=60)
        return sorted(issues)

    def test_two_overlapping_drafts_validated_at_once_invite_each_family_once(self, lieu: Lieu) -> None:
        en_attente(lieu, 10)
        assert self._deux_validations(lieu) == ["refusee", "validee"]
        assert MembreGroupe.objects.filter(statut=StatutMembre.INVITE).count() == 10
        assert GroupePairs.objects.count() == 1
        assert Message.objects.filter(modele="groupe_invitation").count() == 10

    def test_control_without_the_lock_the_second_meets_the_database_instead_of_a_sentence(
        self, lieu: Lieu, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both read that everybody waits; only the constraint keeps the families from being invited twice."""
        lues = threading.Barrier(2)

        def sans_verrou(self: Any, **_options: Any) -> Any:
            if self.model is DemandeGroupe:
                list(self)
                lues.wait(timeout=20)
            return self

        monkeypatch.setattr(QuerySet, "select_for_update", sans_verrou)
        en_attente(lieu, 10)
        assert self._deux_validations(lieu) == ["erreur", "validee"]
