"""Records that a team merged, contacts that somebody only typed: nobody's life opens to another by them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ateliers.enums import StatutInscription
from ateliers.messages import USAGE_LIEN
from ateliers.models import DemandeGroupe, Inscription, Seance
from familles import effacement, fusions
from familles.enums import OrigineEffacement
from familles.mes_donnees import Contact, contact_principal, personne_de, personne_du_compte, personne_du_contact
from familles.models import Enfant, Famille
from maisons.enums import Role
from maisons.models import Lieu
from socle import liens
from socle.enums import Canal
from socle.models import Message
from socle.registre import Personne, recueillir
from tests import factories as f
from tests.donnees.monde import tables_avec
from tests.donnees.test_pages import lien_recu

pytestmark = pytest.mark.django_db


class Parent:
    """Somebody known by one contact: a booking to come, a request for a group, a child."""

    def __init__(self, mot: str, lieu: Lieu, **famille: Any) -> None:
        self.mot = mot
        self.famille = f.FamilleFactory(prenom=f"{mot} prénom", **famille)
        contact = contact_principal(self.famille)
        assert contact is not None
        self.contact: Contact = contact
        self.enfant = f.EnfantFactory(famille=self.famille, prenom=f"{mot} enfant")
        self.inscription = f.InscriptionFactory(famille=self.famille, seance=f.SeanceFactory(lieu=lieu))
        f.EnfantInscritFactory(inscription=self.inscription, enfant=self.enfant)
        self.demande = f.DemandeGroupeFactory(
            famille=self.famille,
            prenom=f"{mot} demande",
            email=self.famille.email,
            telephone=self.famille.telephone,
        )
        self.message = f.MessageFactory(canal=contact[0], destinataire=contact[1])

    @property
    def personne(self) -> Personne:
        return personne_du_contact(self.contact)

    def etat(self) -> list[Any]:
        """All there is of theirs, but the record that merges rewrite."""
        return [
            Inscription.objects.filter(pk=self.inscription.pk).values().get(),
            DemandeGroupe.objects.filter(pk=self.demande.pk).values().get(),
            Enfant.objects.filter(pk=self.enfant.pk).values().get(),
            Message.objects.filter(pk=self.message.pk).values().get(),
            Famille.objects.filter(pk=self.famille.pk).values().get(),
            Seance.objects.get(pk=self.inscription.seance_id).adultes_pris,
        ]


@pytest.fixture
def parents() -> dict[str, Parent]:
    """Alma, known by her number alone, was merged into Kenza, known by her address: her number is now on both."""
    lieu = f.LieuFactory()
    alma, kenza = Parent("qzalma", lieu, sms=True), Parent("qzkenza", lieu)
    agent = f.AffectationFactory(maison=lieu.maison, role=Role.RESPONSABLE).utilisateur
    fusions.fusionner(
        premiere=kenza.famille.pk,
        seconde=alma.famille.pk,
        choix=dict.fromkeys(("prenom", "langue"), "premiere"),
        memes_enfants={},
        reponses={},
        par=agent,
        maintenant=f.maintenant(),
    )
    for parent in (alma, kenza):
        parent.famille.refresh_from_db()
        parent.inscription.refresh_from_db()
    assert alma.famille.fusionnee_dans == kenza.famille
    assert kenza.famille.telephone == alma.famille.telephone
    assert alma.inscription.famille == kenza.famille
    return {"absorbée": alma, "gardée": kenza}


COTES = pytest.mark.parametrize(("moi", "autre"), [("absorbée", "gardée"), ("gardée", "absorbée")])


def lu(personne: Personne) -> str:
    return json.dumps([[s.titre, s.lignes] for s in recueillir(personne)], ensure_ascii=False)


class TestFichesReunies:
    @COTES
    def test_one_contact_reads_what_it_made_and_nothing_of_the_other(
        self, parents: dict[str, Parent], moi: str, autre: str
    ) -> None:
        contenu = lu(parents[moi].personne)
        assert f"{parents[moi].mot} prénom" in contenu
        assert f"{parents[moi].mot} demande" in contenu
        assert parents[autre].mot not in contenu
        assert parents[autre].contact[1] not in contenu

    @pytest.mark.parametrize("quand", ["merged long since", "merged while the button is pressed"])
    @COTES
    def test_one_contact_erases_what_it_made_and_nothing_of_the_other(
        self, parents: dict[str, Parent], moi: str, autre: str, quand: str
    ) -> None:
        ego, alter = parents[moi], parents[autre]
        personne = ego.personne
        if quand != "merged long since":
            personne = Personne(fiches=personne.reunies, contacts=personne.contacts)
        attend = f.InscriptionFactory(seance=ego.inscription.seance, attente=True)
        avant = alter.etat()
        effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        assert alter.etat() == avant
        # The seat is free, the contact is nowhere but on the other's record, where a team put it.
        assert Inscription.objects.get(pk=ego.inscription.pk).famille is None
        attend.refresh_from_db()
        assert attend.statut == StatutInscription.PROPOSEE
        assert not DemandeGroupe.objects.filter(pk=ego.demande.pk).exists()
        restes = tables_avec([f"%{ego.mot} prénom%", f"%{ego.mot} demande%"])
        assert restes == {}
        assert {*tables_avec([f"%{ego.contact[1]}%"])} <= {"familles_famille", "familles_famillehistorique"}
        # And the other has not become the only one there: what is left is still for the house to sort out.
        assert alter.personne.fiches == frozenset()
        assert ego.mot not in lu(alter.personne)

    def test_who_proved_every_contact_has_it_all(self, parents: dict[str, Parent]) -> None:
        alma, kenza = parents["absorbée"], parents["gardée"]
        compte = f.UtilisateurFactory(email=kenza.famille.email)
        assert personne_du_compte(compte).fiches == frozenset()
        assert personne_du_compte(compte).reunies == {kenza.famille.pk}
        f.ProfilParentFactory(utilisateur=compte, mobile=True, telephone=alma.famille.telephone)
        personne = personne_du_compte(compte)
        assert (personne.fiches, personne.reunies) == ({alma.famille.pk, kenza.famille.pk}, frozenset())
        effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        assert tables_avec(["%qzalma%", "%qzkenza%"]) == {}

    def test_an_account_of_the_kept_record_is_not_the_other_s_either(self, parents: dict[str, Parent]) -> None:
        alma, kenza = parents["absorbée"], parents["gardée"]
        compte = f.UtilisateurFactory(email=kenza.famille.email)
        f.AccesFamilleFactory(utilisateur=compte, famille=kenza.famille)
        avant = alma.etat()
        assert alma.mot not in lu(personne_du_compte(compte))
        effacement.effacer(
            personne=personne_du_compte(compte), origine=OrigineEffacement.FAMILLE, horloge=f.maintenant
        )
        assert alma.etat() == avant
        assert not type(compte).objects.filter(pk=compte.pk).exists()

    def test_the_team_and_the_rules_take_it_as_one(self, parents: dict[str, Parent]) -> None:
        alma, kenza = parents["absorbée"], parents["gardée"]
        for fiche in (alma.famille, kenza.famille):
            assert personne_de(fiches=[fiche.pk]).fiches == {alma.famille.pk, kenza.famille.pk}

    def test_a_booking_s_link_leads_to_its_own_contact(self, parents: dict[str, Parent], client: Client) -> None:
        alma, kenza = parents["absorbée"], parents["gardée"]
        client.post(reverse("ateliers:reservation_donnees", args=[liens.signer(USAGE_LIEN, alma.inscription.pk)]))
        envoye = Message.objects.get(modele="acces_donnees")
        assert (envoye.canal, envoye.destinataire) == alma.contact
        lien = f"/{lien_recu(alma.contact[1])}"
        page = client.get(lien).content.decode()
        assert "réuni votre dossier" in page
        assert "corriger/" not in page
        assert client.get(f"{lien}corriger/").status_code == 404
        assert kenza.mot not in page
        client.post(f"{lien}effacer/", {"accord": "oui"})
        assert Inscription.objects.get(pk=kenza.inscription.pk).est_active


class TestNumeroEcrit:
    """I booked with my address, and wrote your number beside it."""

    NUMERO = "+33698765432"

    @pytest.fixture
    def a_vous(self) -> list[Any]:
        return [
            f.DemandeRappelFactory(telephone=self.NUMERO),
            f.SuiviFactory(canal=Canal.SMS, destinataire=self.NUMERO),
            f.MessageFactory(canal=Canal.SMS, destinataire=self.NUMERO, modele="code_telephone"),
            f.OppositionFactory(canal=Canal.SMS, destinataire=self.NUMERO),
        ]

    @pytest.fixture
    def ma_famille(self) -> Famille:
        famille: Famille = f.InscriptionFactory(famille=f.FamilleFactory(telephone=self.NUMERO)).famille
        return famille

    @pytest.mark.parametrize("comment", ["link", "account", "team"])
    def test_opens_and_erases_nothing_of_yours(self, ma_famille: Famille, a_vous: list[Any], comment: str) -> None:
        if comment == "link":
            personne = personne_du_contact((Canal.EMAIL, ma_famille.email))
        elif comment == "account":
            personne = personne_du_compte(f.UtilisateurFactory(email=ma_famille.email))
        else:
            personne = personne_de(fiches=[ma_famille.pk])
        assert personne.destinataires(Canal.SMS) == []
        sections = {section.code for section in recueillir(personne)}
        assert "familles.famille" in sections
        assert not sections & {objet._meta.label_lower for objet in a_vous}
        effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        assert not Famille.objects.exists()
        for objet in a_vous:
            champ = "telephone" if hasattr(objet, "telephone") else "destinataire"
            assert type(objet).objects.filter(pk=objet.pk, **{champ: self.NUMERO}).exists()

    def test_a_number_that_is_proved_is_its_owner_s_all_the_same(self, ma_famille: Famille, a_vous: list[Any]) -> None:
        profil = f.ProfilParentFactory(mobile=True, telephone=self.NUMERO)
        for personne in (
            personne_du_contact((Canal.SMS, self.NUMERO)),
            personne_du_compte(profil.utilisateur),
            personne_de(comptes=[profil.utilisateur_id]),
        ):
            assert personne.destinataires(Canal.SMS) == [self.NUMERO]
            assert personne.fiches == frozenset()
        effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        for objet in a_vous:
            champ = "telephone" if hasattr(objet, "telephone") else "destinataire"
            assert not type(objet).objects.filter(pk=objet.pk, **{champ: self.NUMERO}).exists()
        # My booking is mine still, and so is what I wrote in it.
        assert Inscription.objects.get().famille == ma_famille
        assert Famille.objects.get().telephone == self.NUMERO

    def test_a_number_that_an_account_proved_is_not_a_record_s(self) -> None:
        fiche = f.FamilleFactory(sms=True)
        assert personne_de(fiches=[fiche.pk]).contacts == {contact_principal(fiche)}
        f.ProfilParentFactory(mobile=True, telephone=fiche.telephone)
        assert personne_de(fiches=[fiche.pk]).contacts == frozenset()
