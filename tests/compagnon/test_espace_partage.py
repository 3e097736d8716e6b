"""A family that is shared: what each is given of the other's, what ends with the sharing, who is told to stop."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ateliers.espace import demandes_de, inscriptions_de
from ateliers.groupes.messages import jeton as jeton_groupe
from ateliers.messages import USAGE_LIEN
from ateliers.models import DemandeGroupe, Inscription
from familles import accords, coparents, entretiens, espace
from familles.chargement import charger_calendrier
from familles.enums import GenreAcces, ObjetAccord
from familles.messages import USAGE_AGENDA
from familles.models import (
    AccesFamille,
    Consentement,
    Enfant,
    Famille,
    FluxParent,
    InvitationCoparent,
    Jalon,
    RappelEntretien,
)
from socle import conservation, liens
from socle.models import Opposition, Utilisateur
from tests.ateliers.test_courses import ensemble
from tests.factories import (
    DemandeGroupeFactory,
    EnfantFactory,
    InscriptionFactory,
    ProfilParentFactory,
    SeanceFactory,
    UtilisateurFactory,
    dans,
    maintenant,
)

pytestmark = pytest.mark.django_db

CAMILLE, ALEX, NOA = "camille@exemple.fr", "alex@exemple.fr", "noa@exemple.fr"
MOBILE = "+33612345678"


@pytest.fixture
def camille() -> Utilisateur:
    compte: Utilisateur = UtilisateurFactory(email=CAMILLE, prenom="Camille")
    return compte


@pytest.fixture
def alex(camille: Utilisateur) -> Utilisateur:
    """Camille's guest."""
    return invite(camille, ALEX)


def invite(par: Utilisateur, email: str) -> Utilisateur:
    compte: Utilisateur = UtilisateurFactory(email=email)
    invitation = coparents.inviter(par=par, email=email, maintenant=maintenant())
    coparents.accepter(invitation=invitation, utilisateur=compte, maintenant=maintenant())
    return compte


def chez(compte: Utilisateur) -> Client:
    client = Client()
    client.force_login(compte)
    return client


def reservation(compte: Utilisateur, **champs: Any) -> Inscription:
    famille = espace.ouvrir(compte, maintenant=maintenant())
    inscription: Inscription = InscriptionFactory(
        seance=champs.pop("seance", None) or SeanceFactory(),
        famille=famille,
        **{"email": compte.email, **champs},
    )
    return inscription


def groupe(compte: Utilisateur) -> DemandeGroupe:
    famille = espace.ouvrir(compte, maintenant=maintenant())
    demande: DemandeGroupe = DemandeGroupeFactory(famille=famille, email=compte.email, avec_enfants=False)
    return demande


class TestCeQueChacunRecoit:
    def test_nobody_is_given_the_link_of_the_other_s_bookings_and_group(
        self, camille: Utilisateur, alex: Utilisateur
    ) -> None:
        """Whoever holds one may cancel, or stop everything, were the sharing over since."""
        ProfilParentFactory(utilisateur=camille, mobile=True, telephone=MOBILE)
        reservation(camille, seance=SeanceFactory(titre="De Camille"))
        reservation(camille, seance=SeanceFactory(titre="Au téléphone"), email="", telephone=MOBILE)
        reservation(camille, seance=SeanceFactory(passee=True))
        groupe(camille)
        sienne, son_groupe = reservation(alex), groupe(alex)
        flux = FluxParent.objects.create(utilisateur=alex, cree_le=maintenant())
        client = chez(alex)
        agenda = reverse("espace:agenda_ics", args=[liens.signer(USAGE_AGENDA, flux.pk)])
        adresses = [agenda, *(reverse(f"espace:{nom}") for nom in ("accueil", "passees", "accords", "partage"))]
        recu = {adresse: client.get(adresse).content.decode() for adresse in adresses}
        tout = re.sub(r"\r?\n ", "", "".join(recu.values()))
        assert set(re.findall(r"/r/([^/\s\"]+)/", tout)) == {liens.signer(USAGE_LIEN, sienne.pk)}
        assert set(re.findall(r"/g/([^/\s\"]+)/", tout)) == {jeton_groupe(son_groupe)}
        # They are there all the same, and said to be the other's: two bookings and the group.
        for page in (recu[agenda], recu[reverse("espace:accueil")]):
            assert "De Camille" in page
            assert "Au téléphone" in page
        assert recu[reverse("espace:accueil")].count("De l'autre parent") == 3

    def test_two_guests_of_one_family_see_nothing_of_each_other(self, camille: Utilisateur, alex: Utilisateur) -> None:
        noa = invite(camille, NOA)
        lignes = {compte: (reservation(compte), groupe(compte)) for compte in (camille, alex, noa)}
        for compte, vus in ((camille, {camille, alex, noa}), (alex, {camille, alex}), (noa, {camille, noa})):
            assert {*inscriptions_de(compte), *demandes_de(compte)} == {ligne for vu in vus for ligne in lignes[vu]}


class TestLaFinDuPartage:
    def test_consent_taken_back_ends_it_long_after_the_invitation(
        self, camille: Utilisateur, alex: Utilisateur
    ) -> None:
        """The consent names the invitation: it is kept as long as it may end something, and no longer."""
        InvitationCoparent.objects.update(expire_le=F("expire_le") - (maintenant() - dans(days=-90)))
        conservation.passer(horloge=maintenant, codes=["invitations_coparent"])
        accord = Consentement.objects.get(utilisateur=camille, objet=ObjetAccord.PARTAGE)
        accords.retirer(consentement=accord, maintenant=maintenant())
        assert not AccesFamille.objects.filter(genre=GenreAcces.COPARENT).exists()
        conservation.passer(horloge=lambda: dans(days=1), codes=["invitations_coparent"])
        assert not InvitationCoparent.objects.exists()

    def test_the_guest_is_reminded_of_nothing_any_more(self, camille: Utilisateur, alex: Utilisateur) -> None:
        charger_calendrier(maintenant=maintenant())
        jalon = Jalon.objects.get(code="epnp_1")
        enfants = {
            compte: EnfantFactory(famille=espace.ouvrir(compte, maintenant=maintenant())) for compte in (camille, alex)
        }
        for compte, de in ((camille, camille), (alex, camille), (alex, alex)):
            entretiens.demander(utilisateur=compte, enfant=enfants[de], jalon=jalon, maintenant=maintenant())
        coparents.cesser(acces=AccesFamille.objects.get(genre=GenreAcces.COPARENT), maintenant=maintenant())
        restent = set(RappelEntretien.objects.values_list("utilisateur", "enfant__famille__email"))
        assert restent == {(camille.pk, CAMILLE), (alex.pk, ALEX)}
        assert Consentement.objects.en_cours().filter(objet=ObjetAccord.RAPPELS_ENTRETIENS).count() == 2


class TestToutArreter:
    @pytest.mark.parametrize("invitee", [True, False], ids=["a guest", "the family's owner"])
    def test_stops_what_she_sees_and_gets_and_not_what_is_the_other_s(
        self, camille: Utilisateur, alex: Utilisateur, *, invitee: bool
    ) -> None:
        charger_calendrier(maintenant=maintenant())
        elle, autre = (alex, camille) if invitee else (camille, alex)
        partage = EnfantFactory(
            famille=espace.ouvrir(camille, maintenant=maintenant()),
            naissance=timezone.localdate(),
            terme_prevu=None,
            prenom="Lou",
        )
        jalon = Jalon.objects.get(code="epnp_1")
        entretiens.demander(utilisateur=elle, enfant=partage, jalon=jalon, maintenant=maintenant())
        siennes, des_autres = [[reservation(compte), groupe(compte)] for compte in (elle, autre)]
        for compte in (elle, autre):
            FluxParent.objects.create(utilisateur=compte, cree_le=maintenant())
        client = chez(elle)
        assert "l'autre parent" in client.get(reverse("espace:tout_arreter")).content.decode()
        client.post(reverse("espace:tout_arreter"))
        for ligne in (*siennes, *des_autres):
            avant = ligne.statut
            ligne.refresh_from_db()
            assert (ligne.statut == avant) == (ligne in des_autres)
        assert not Enfant.objects.get().suivi
        assert not RappelEntretien.objects.exists()
        assert not Consentement.objects.en_cours().filter(objet=ObjetAccord.RAPPELS_ENTRETIENS).exists()
        assert FluxParent.objects.get().utilisateur == autre
        assert {opposition.destinataire for opposition in Opposition.objects.all()} == {elle.email}


@pytest.mark.django_db(transaction=True)
@pytest.mark.course
class TestTroisAuPlus:
    """Invitations may wait in any number: who accepts last finds the family shared with three."""

    def accepter_ensemble(self, camille: Utilisateur) -> list[str | Exception]:
        """Two of it are shared already, two more accept."""
        for n in range(coparents.COPARENTS_MAX - 1):
            invite(camille, f"a{n}@exemple.fr")

        def accepter(email: str) -> Callable[[], str]:
            compte = UtilisateurFactory(email=email)
            invitation = coparents.inviter(par=camille, email=email, maintenant=maintenant())
            return lambda: str(
                coparents.accepter(invitation=invitation, utilisateur=compte, maintenant=maintenant()).genre
            )

        return ensemble([accepter("b@exemple.fr"), accepter("c@exemple.fr")])

    def test_whoever_accepts_last_is_told(self, camille: Utilisateur) -> None:
        resultats = self.accepter_ensemble(camille)
        assert [str(r) for r in resultats if isinstance(r, coparents.PartageRefuse)] == [
            "Cette famille est déjà partagée avec 3 personnes."
        ], resultats
        assert AccesFamille.objects.filter(genre=GenreAcces.COPARENT).count() == coparents.COPARENTS_MAX

    def test_control_without_the_lock_there_are_four(
        self, camille: Utilisateur, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        comptees = threading.Barrier(2)

        def apres_le_compte(utilisateur: Utilisateur, **options: Any) -> Famille:
            if utilisateur.email in ("b@exemple.fr", "c@exemple.fr"):
                comptees.wait(timeout=60)
            return espace.ouvrir(utilisateur, **options)

        monkeypatch.setattr(coparents, "_verrouiller", lambda *_quoi: None)
        monkeypatch.setattr(coparents, "ouvrir", apres_le_compte)
        self.accepter_ensemble(camille)
        assert AccesFamille.objects.filter(genre=GenreAcces.COPARENT).count() == coparents.COPARENTS_MAX + 1
