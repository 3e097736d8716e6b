"""What a person may ask for: all of it in a file, and nothing of it left afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import models
from django.db.models.functions import Cast
from django.test import Client

from ateliers.enums import StatutInscription
from ateliers.messages import lien_reservation
from ateliers.models import DemandeGroupe, Inscription, MembreGroupe, Seance, ThemePropose
from familles import coparents, effacement
from familles.enums import OrigineEffacement
from familles.mes_donnees import personne_de, personne_du_compte, personne_du_contact
from familles.models import Consentement, Effacement, Famille, InvitationCoparent
from socle import conservation
from socle.enums import Canal
from socle.models import Message, Utilisateur, stockage_des_exports
from socle.registre import declarations, modeles_sans_donnees, recueillir
from socle.suivi import SUIVIS
from tests import factories as f
from tests.donnees.monde import Vie, deux_vies
from tests.droits.canaris import _TECHNIQUES

pytestmark = pytest.mark.django_db

# Text fields that hold no word of anybody's, and why no canary can stand in them.
SANS_MOT = {
    "familles.consentement.texte": "the portal's own words",
    "socle.lecture.page": "an address' name",
    "familles.accesdonnees.empreinte": "a hash",
    "account.emailconfirmation.key": "a key",
    "sessions.session.session_data": "sealed: looked at opened",
    "familles.fusion.choix": "which of two, never a value",
    "familles.fusion.reprises": "numbers",
    "mfa.authenticator.data": "sealed factors",
    "socialaccount.socialaccount.provider": "a name of ours",
    "admin.logentry.object_id": "a number",
    "maisons.formation.intitule": "of a team member: never of a family",
}


@pytest.fixture
def vies() -> tuple[Vie, Vie]:
    return deux_vies()


class TestRegistre:
    def test_every_model_says_whether_it_holds_something_about_people(self) -> None:
        declares = {declaration.modele for declaration in declarations()}
        evenements = set(SUIVIS.values())
        sans = modeles_sans_donnees()
        tous = {modele for modele in apps.get_models(include_auto_created=True) if modele not in evenements}
        oublies = {m._meta.label for m in tous if m not in declares and m._meta.label not in sans}
        assert not oublies, "declare them in their app's donnees_personnelles.py"
        assert not {m._meta.label for m in declares} & set(sans), "declared, and said to hold nothing"
        assert set(sans) <= {m._meta.label for m in tous}, "no such model any more"

    def test_every_declaration_follows_a_rule_and_every_rule_has_its_purge(self) -> None:
        codes = {regle.code for regle in conservation.regles()}
        assert {declaration.regle for declaration in declarations()} <= codes
        assert conservation.codes_purges() == codes

    def test_a_foreign_key_to_a_family_or_an_account_of_a_parent_is_declared(self) -> None:
        """Whatever hangs on a family is about a person, whatever its table says."""
        declares = {declaration.modele for declaration in declarations()}
        for relation in Famille._meta.related_objects:
            assert relation.related_model in declares | set(SUIVIS.values())


def _champs_de_texte(modele: type[models.Model]) -> Iterator[str]:
    for champ in modele._meta.concrete_fields:
        if champ.name in _TECHNIQUES or champ.choices or champ.primary_key or champ.remote_field:
            continue
        if isinstance(champ, (models.CharField, models.TextField, models.JSONField)):
            yield champ.name


class TestCanaris:
    def test_every_text_field_about_people_holds_a_canary(self, vies: tuple[Vie, Vie]) -> None:
        """Else the tests below would prove nothing of a field that was added."""
        moi, _autre = vies
        vides = []
        for declaration in declarations():
            for champ in _champs_de_texte(declaration.modele):
                nom = f"{declaration.modele._meta.label_lower}.{champ}"
                lignes = declaration.modele._default_manager.annotate(en_texte=Cast(champ, models.TextField()))
                plante = lignes.filter(en_texte__icontains=moi.mot)
                numero = lignes.filter(en_texte__contains=moi.telephone[1:])
                if nom not in SANS_MOT and not plante.exists() and not numero.exists():
                    vides.append(nom)
        assert not vides

    def test_erased_nothing_of_mine_is_anywhere_and_all_of_the_other_stays(self, vies: tuple[Vie, Vie]) -> None:
        moi, autre = vies
        avant = autre.connue()
        effacement.effacer(
            personne=personne_du_contact((Canal.EMAIL, moi.email)),
            origine=OrigineEffacement.FAMILLE,
            horloge=f.maintenant,
        )
        assert moi.connue() == {}
        assert autre.connue() == avant
        restantes = [session.get_decoded() for session in Session.objects.all()]
        assert [s for s in restantes if moi.mot in str(s).lower()] == []
        assert sorted(s.get(SESSION_KEY, "") for s in restantes) == ["", str(autre.compte.pk)]
        assert not stockage_des_exports().exists(moi.export.nom_de_fichier)
        # Its number stands nowhere but in the log of reads, which no one changes.
        assert not Utilisateur.objects.filter(pk=moi.compte.pk).exists()
        assert not Famille.objects.filter(pk__in=[moi.famille.pk, moi.absorbee.pk]).exists()
        assert Effacement.objects.get().fiches == []

    def test_no_cache_remembers_what_was_erased(self, vies: tuple[Vie, Vie], client: Client, settings: Any) -> None:
        en_memoire = "django.core.cache.backends.locmem.LocMemCache"
        settings.CACHES = {nom: {"BACKEND": en_memoire, "LOCATION": f"essai-{nom}"} for nom in settings.CACHES}

        def gardees() -> bytes:
            return b"".join(valeur for nom in settings.CACHES for valeur in caches[nom]._cache.values()).lower()

        moi, _autre = vies
        client.force_login(moi.compte)
        for page in (urlsplit(lien_reservation(moi.a_venir)).path, "/mon-espace/", "/mon-espace/donnees/", "/"):
            assert client.get(page).status_code == 200, page
        effacement.effacer(
            personne=personne_du_contact((Canal.EMAIL, moi.email)),
            origine=OrigineEffacement.FAMILLE,
            horloge=f.maintenant,
        )
        assert moi.mot.encode() not in gardees()
        # The control: what is kept there would be seen.
        caches["default"].set("temoin", moi.mot)
        assert moi.mot.encode() in gardees()

    def test_what_was_counted_stays_counted(self, vies: tuple[Vie, Vie]) -> None:
        moi, autre = vies
        attend = f.InscriptionFactory(seance=moi.a_venir.seance, attente=True)
        effacement.effacer(
            personne=personne_du_contact((Canal.EMAIL, moi.email)),
            origine=OrigineEffacement.FAMILLE,
            horloge=f.maintenant,
        )
        passee = Inscription.objects.get(pk=moi.passee.pk)
        assert (passee.famille_id, passee.presence, passee.adultes_presents) == (None, "presente", 1)
        membre = MembreGroupe.objects.get(demande=moi.demande.pk)
        assert (membre.demande.famille_id, membre.statut) == (None, "parti")
        assert DemandeGroupe.objects.get(pk=moi.demande.pk).themes.count() == 0
        assert ThemePropose.objects.filter(seance__isnull=False, propose_par=None).count() == 1
        # The seat was let go, and offered to who waited.
        attend.refresh_from_db()
        assert attend.statut == StatutInscription.PROPOSEE
        seance = Seance.objects.get(pk=moi.a_venir.seance_id)
        assert seance.adultes_pris == autre.a_venir.adultes + attend.adultes
        # Nobody is written to who asked to be forgotten.
        assert not Message.objects.filter(destinataire__icontains=moi.mot).exists()

    def test_the_file_holds_all_of_mine_and_nothing_of_another(self, vies: tuple[Vie, Vie]) -> None:
        moi, autre = vies
        sections = recueillir(personne_du_compte(moi.compte))
        texte = json.dumps([[section.titre, section.lignes] for section in sections], ensure_ascii=False).lower()
        assert autre.mot not in texte
        assert autre.telephone[1:] not in texte
        tenus = {section.code for section in sections}
        manquent = []
        for declaration in declarations():
            lignes = list(declaration.lignes(personne_du_compte(moi.compte)))
            if lignes and declaration.modele._meta.label_lower not in tenus:
                manquent.append(declaration.modele._meta.label)
            for champ in declaration.champs:
                for ligne in lignes:
                    valeur = getattr(ligne, champ.attname)
                    if isinstance(valeur, str) and moi.mot in valeur and valeur.lower() not in texte:
                        manquent.append(f"{declaration.modele._meta.label}.{champ.name}")
        assert not manquent

    def test_without_an_account_the_telephone_of_a_family_known_by_its_address_proves_nothing(
        self, vies: tuple[Vie, Vie]
    ) -> None:
        moi, _autre = vies
        assert personne_du_contact((Canal.SMS, moi.telephone)).fiches == frozenset()
        sans_adresse = f.FamilleFactory(sms=True)
        numero = sans_adresse.telephone.as_e164
        assert personne_du_contact((Canal.SMS, numero)).fiches == frozenset({sans_adresse.pk})

    def test_a_contact_that_another_family_has_too_stays_theirs(self) -> None:
        moi = f.FamilleFactory(telephone="+33612000001")
        soeur = f.FamilleFactory(telephone="+33612000001")
        message = f.MessageFactory(canal=Canal.SMS, destinataire="+33612000001")
        personne = personne_de(fiches=[moi.pk])
        assert personne.contacts == frozenset({("email", moi.email)})
        effacement.effacer(personne=personne, origine=OrigineEffacement.EQUIPE, horloge=f.maintenant)
        message.refresh_from_db()
        assert message.destinataire == "+33612000001"
        assert Famille.objects.get() == soeur


class TestInterruption:
    def test_a_crash_in_the_middle_leaves_all_and_the_next_round_erases(
        self, vies: tuple[Vie, Vie], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moi, _autre = vies
        avant = moi.connue()

        def tomber(*_args: Any, **_kwargs: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as pendant:
            # After seats were let go and most rows went.
            pendant.setattr("socle.historique.oublier", tomber)
            with pytest.raises(KeyboardInterrupt):
                effacement.effacer(
                    personne=personne_du_compte(moi.compte),
                    origine=OrigineEffacement.FAMILLE,
                    horloge=f.maintenant,
                )
        assert moi.connue() == avant
        assert effacement.finir_effacements(horloge=f.maintenant) == 1
        assert moi.connue() == {}
        assert effacement.finir_effacements(horloge=f.maintenant) == 0

    def test_erasing_twice_is_harmless(self) -> None:
        famille = f.FamilleFactory()
        personne = personne_de(fiches=[famille.pk])
        for _fois in range(2):
            effacement.effacer(personne=personne, origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        assert Effacement.objects.a_finir().count() == 0

    def test_a_team_members_account_stays_when_their_family_goes(self) -> None:
        agent = f.UtilisateurFactory(equipe=True)
        famille = f.FamilleFactory(email=agent.email)
        effacement.effacer(personne=personne_du_compte(agent), origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
        assert Utilisateur.objects.filter(pk=agent.pk, email=agent.email).exists()
        assert not Famille.objects.filter(pk=famille.pk).exists()


def test_whoever_shared_a_family_reads_that_it_is_over_when_the_other_parent_was_erased() -> None:
    titulaire, invitee = f.AccesFamilleFactory().utilisateur, f.UtilisateurFactory()
    invitation = coparents.inviter(par=titulaire, email=invitee.email, maintenant=f.maintenant())
    coparents.accepter(invitation=invitation, utilisateur=invitee, maintenant=f.maintenant())
    effacement.effacer(personne=personne_du_compte(invitee), origine=OrigineEffacement.FAMILLE, horloge=f.maintenant)
    assert not InvitationCoparent.objects.exists()
    (accord,) = Consentement.objects.filter(utilisateur=titulaire)
    assert accord.retire_le is not None
