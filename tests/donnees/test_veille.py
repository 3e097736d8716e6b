"""The watch over what was promised: an erasure is finished, a rule is applied, and who answers for it hears of it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from familles import effacement, veille
from familles.enums import OrigineEffacement
from familles.mes_donnees import personne_de, personne_du_contact
from familles.models import AccesDonnees, Effacement, Famille
from familles.tasks import finir_effacements
from maisons.models import Suivi
from socle import conservation
from socle.composition import composer_courriel
from socle.enums import Canal
from socle.models import Message, PassagePurge
from tests import factories as f

pytestmark = pytest.mark.django_db


def demande(famille: Famille, **quand: float) -> Effacement:
    """One that was interrupted."""
    return Effacement.objects.create(
        origine=OrigineEffacement.FAMILLE, demande_le=f.dans(**quand), fiches=[famille.pk], comptes=[]
    )


class TestEffacementInterrompu:
    def test_of_a_mere_contact_nothing_is_left_that_would_pass_for_done(self, monkeypatch: pytest.MonkeyPatch) -> None:
        suivi = f.SuiviFactory()
        personne = personne_du_contact((suivi.canal, suivi.destinataire))

        def tomber(*_args: Any, **_kwargs: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as pendant:
            pendant.setattr("familles.effacement.effacer_lignes", tomber)
            with pytest.raises(KeyboardInterrupt):
                effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        # The row's numbers lead to nobody: the round would have closed it, and erased nothing.
        assert not Effacement.objects.exists()
        assert Suivi.objects.exists()
        effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        assert not Suivi.objects.exists()

    def test_one_that_fails_keeps_none_of_the_others_and_is_told_without_a_name(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        bloquee, suivante = f.FamilleFactory(), f.FamilleFactory()
        premiere = demande(bloquee, minutes=-5)
        demande(suivante, minutes=-4)
        tout = effacement.effacer_tout

        def echouer(personne: Any, **reste: Any) -> int:
            if bloquee.pk in personne.fiches:
                raise ValueError(bloquee.email)
            return tout(personne, **reste)

        monkeypatch.setattr("familles.effacement.effacer_tout", echouer)
        with caplog.at_level(logging.ERROR):
            assert effacement.finir_effacements(horloge=f.maintenant) == 1
        assert list(Famille.objects.all()) == [bloquee]
        assert list(Effacement.objects.a_finir()) == [premiere]
        assert f"erasure {premiere.pk} failed: ValueError" in caplog.text
        assert bloquee.email not in caplog.text


@pytest.fixture
def a_jour() -> None:
    """Every rule was applied, an hour ago."""
    PassagePurge.objects.bulk_create(
        PassagePurge(
            regle=regle.code,
            jour=f.dans(hours=-1).date(),
            commence_le=f.dans(hours=-1),
            fini_le=f.dans(hours=-1),
        )
        for regle in conservation.regles()
    )


@pytest.mark.usefixtures("a_jour")
class TestVeille:
    def test_an_erasure_that_is_not_done_within_the_hour_is_seen(self, client: Client) -> None:
        client.force_login(f.AffectationFactory(reseau=True).utilisateur)
        sante, journee = reverse("machines:sante_conservation"), reverse("admin:index")
        attend = demande(f.FamilleFactory(), minutes=-50)
        assert client.get(sante).status_code == 200
        assert "sont appliquées" in client.get(journee).content.decode()
        Effacement.objects.filter(pk=attend.pk).update(demande_le=f.dans(minutes=-61))
        assert client.get(sante).status_code == 503
        for page in (journee, reverse("admin:socle_conservation")):
            assert "1 effacement" in client.get(page).content.decode()
        assert personne_de(fiches=attend.fiches).fiches
        effacement.finir_effacements(horloge=f.maintenant)
        assert client.get(sante).status_code == 200

    def test_who_answers_for_the_data_is_told_once_a_day_as_long_as_it_lasts(self) -> None:
        administration = f.AffectationFactory(reseau=True).utilisateur
        f.AffectationFactory(reseau=True, finie=True)
        f.AffectationFactory(departemental=True)
        maintenant = f.maintenant().replace(hour=9)
        assert not veille.prevenir(maintenant=maintenant)
        PassagePurge.objects.filter(regle="messages").update(fini_le=maintenant - timedelta(hours=26, minutes=1))
        for heures in (0, 1, 2, 24):
            assert veille.prevenir(maintenant=maintenant + timedelta(hours=heures))
        envois = Message.objects.filter(modele="conservation_retard")
        assert [message.destinataire for message in envois] == [administration.email] * 2
        assert reverse("admin:socle_conservation") in str(composer_courriel(envois[0]).body)


def test_a_link_of_an_hour_and_its_contact_are_forgotten_within_the_minute() -> None:
    def lien(**quand: float) -> AccesDonnees:
        return AccesDonnees.objects.create(
            empreinte=str(quand), canal=Canal.EMAIL, destinataire="ines@exemple.fr", expire_le=f.dans(**quand)
        )

    lien(minutes=-1)
    ouvert = lien(minutes=1)
    finir_effacements()
    assert list(AccesDonnees.objects.all()) == [ouvert]
    assert PassagePurge.objects.get(regle="acces_donnees").nombre == 1
