"""The pages by which a person reads, takes away, corrects and erases what the portal holds of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from pdfua import validate
from pdfua.model import Severity

from ateliers.messages import USAGE_LIEN
from familles.enums import ObjetAccord
from familles.mes_donnees import personne_de_la_famille
from familles.models import AccesDonnees, Enfant, Famille
from portail.conservation import SAUVEGARDES_JOURS
from socle import conservation, liens
from socle.conservation import regles
from socle.enums import Canal, StatutMessage
from socle.envoi import envoyer_messages_dus
from socle.models import Message, Utilisateur
from tests import factories as f
from tests.donnees.monde import deux_vies, tables_avec

pytestmark = pytest.mark.django_db


def client_de(qui: Utilisateur) -> Client:
    client = Client()
    client.force_login(qui)
    return client


def lien_recu(adresse: str) -> str:
    """The link as its owner reads it in the message that waits."""
    message = Message.objects.get(modele="acces_donnees", destinataire=adresse, statut=StatutMessage.A_ENVOYER)
    assert message.secret
    return str(message.contexte["lien"]).partition("://")[2].partition("/")[2]


def ouvrir(client: Client, famille: Famille) -> str:
    reponse = client.post(reverse("donnees:demander"), {"contact": famille.email})
    assert reponse.status_code == 302
    return f"/{lien_recu(famille.email)}"


class TestLien:
    def test_a_known_and_an_unknown_contact_get_the_same_answer(self, client: Client) -> None:
        famille = f.FamilleFactory()
        reponses = [
            client.post(reverse("donnees:demander"), {"contact": contact})
            for contact in (famille.email, "personne@exemple.fr", "06 12 34 56 78")
        ]
        assert {(r.status_code, r["Location"]) for r in reponses} == {(302, f"{reverse('donnees:demander')}?envoye")}
        assert [m.destinataire for m in Message.objects.all()] == [famille.email]
        assert "C'est envoyé" in client.get(reponses[0]["Location"]).content.decode()

    def test_who_stopped_every_message_receives_it_all_the_same(self, client: Client) -> None:
        famille = f.FamilleFactory()
        f.OppositionFactory(canal=Canal.EMAIL, destinataire=famille.email)
        lien = ouvrir(client, famille)
        envoyer_messages_dus(maintenant=f.dans(minutes=1))
        assert [(courriel.to, lien in courriel.body) for courriel in mail.outbox] == [([famille.email], True)]

    def test_it_lasts_an_hour_and_a_new_one_ends_it(self, client: Client) -> None:
        famille = f.FamilleFactory()
        premier = ouvrir(client, famille)
        assert client.get(premier).status_code == 200
        Message.objects.all().delete()
        second = ouvrir(client, famille)
        assert (client.get(premier).status_code, client.get(second).status_code) == (410, 200)
        AccesDonnees.objects.update(expire_le=f.dans(minutes=-1))
        assert client.get(second).status_code == 410
        # Nothing in the database opens it.
        assert not AccesDonnees.objects.filter(empreinte=second.rstrip("/").rpartition("/")[2]).exists()

    def test_a_booking_leads_to_it_by_its_family_s_contact_alone(self, client: Client) -> None:
        inscription = f.InscriptionFactory()
        page = reverse("ateliers:reservation_donnees", args=[liens.signer(USAGE_LIEN, inscription.pk)])
        assert client.get(page)["Location"] == reverse("donnees:demander")
        assert not Message.objects.exists()
        client.post(page)
        assert client.get(f"/{lien_recu(inscription.famille.email)}").status_code == 200

    def test_correcting_by_the_link(self, client: Client) -> None:
        enfant = f.EnfantFactory()
        ne_le = f.dans(days=-140).date()
        page = f"{ouvrir(client, enfant.famille)}corriger/"
        # Whoever reads one contact is not sent to have it merged with another.
        assert "réunir" not in client.get(page).content.decode()
        juste = {
            "prenom": "Mina",
            "langue": "en",
            f"naissance_{enfant.pk}": f"{ne_le:%d/%m/%Y}",
            f"prenom_{enfant.pk}": "Léo",
        }
        for champ, faux in [
            ("prenom", ""),
            *((f"naissance_{enfant.pk}", jour) for jour in ("31/02/2026", "01/01/9999", "01/01/0001", "")),
            (f"prenom_{enfant.pk}", "L\x07éo"),
        ]:
            reponse = client.post(page, {**juste, champ: faux})
            assert (reponse.status_code, list(reponse.context["form"].errors)) == (422, [champ]), faux
        assert Famille.objects.get().prenom == enfant.famille.prenom
        assert client.post(page, juste).status_code == 302
        famille = Famille.objects.get()
        enfant = Enfant.objects.get()
        assert (famille.prenom, famille.langue) == ("Mina", "en")
        assert (enfant.prenom, enfant.naissance) == ("Léo", ne_le)

    def test_correcting_a_first_name_asks_nothing_of_a_day_that_stays(self, client: Client) -> None:
        """A brother of nine, a due date that has gone by: what is known may be older than what would be taken now."""
        famille = f.FamilleFactory()
        grand = f.EnfantFactory(famille=famille, naissance=f.dans(days=-3300).date())
        attendu = f.EnfantFactory(famille=famille, naissance=None, terme_prevu=f.dans(days=-60).date())
        page = f"{ouvrir(client, famille)}corriger/"
        valeurs = client.get(page).context["form"].initial
        assert client.post(page, {**valeurs, "prenom": "Mina"}).status_code == 302
        assert {e.date_repere for e in Enfant.objects.all()} == {grand.naissance, attendu.terme_prevu}

    def test_a_birth_by_the_link_reaches_the_group(self, client: Client) -> None:
        enfant = f.EnfantFactory(attendu=True, terme_prevu=f.dans(days=-5).date())
        demande = f.DemandeGroupeFactory(famille=enfant.famille, est_ne=False, repere=enfant.terme_prevu)
        demande.enfants.add(enfant)
        page = f"{ouvrir(client, enfant.famille)}corriger/"
        ne_le = f.dans(days=-9).date()
        valeurs = {**client.get(page).context["form"].initial, f"naissance_{enfant.pk}": f"{ne_le:%d/%m/%Y}"}
        assert client.post(page, valeurs).status_code == 302
        demande.refresh_from_db()
        assert (demande.est_ne, demande.repere) == (True, ne_le)

    def test_erasing_by_the_link_asks_once(self, client: Client) -> None:
        famille = f.InscriptionFactory().famille
        lien = ouvrir(client, famille)
        assert client.get(f"{lien}effacer/").status_code == 200
        assert client.post(f"{lien}effacer/").status_code == 422
        assert Famille.objects.exists()
        assert client.post(f"{lien}effacer/", {"accord": "oui"})["Location"] == reverse("donnees:effacees")
        assert not Famille.objects.exists()
        assert client.get(lien).status_code == 410
        assert client.get(reverse("donnees:effacees")).status_code == 200

    def test_another_site_can_erase_nothing(self, client: Client) -> None:
        lien = ouvrir(client, f.FamilleFactory())
        reponse = client.post(f"{lien}effacer/", {"accord": "oui"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert reponse.status_code == 403
        assert Famille.objects.exists()

    def test_someone_of_whom_only_a_wish_for_silence_is_left_may_take_it_back(self, client: Client) -> None:
        opposition = f.OppositionFactory(canal="email", destinataire="ines@exemple.fr")
        client.post(reverse("donnees:demander"), {"contact": "Ines@exemple.fr"})
        lien = f"/{lien_recu(Message.objects.get().destinataire)}"
        assert opposition.destinataire in client.get(lien).content.decode()
        client.post(f"{lien}effacer/", {"accord": "oui"})
        assert not type(opposition).objects.exists()

    def test_someone_who_only_follows_a_commune_may_go_too(self, client: Client) -> None:
        suivi = f.SuiviFactory()
        client.post(reverse("donnees:demander"), {"contact": suivi.destinataire})
        lien = f"/{lien_recu(suivi.destinataire)}"
        assert suivi.destinataire in client.get(lien).content.decode()
        client.post(f"{lien}effacer/", {"accord": "oui"})
        assert not type(suivi).objects.exists()


class TestCompte:
    def test_all_of_mine_in_both_files_and_nothing_of_another(self, tmp_path: Path) -> None:
        moi, autre = deux_vies()
        client = client_de(moi.compte)
        page = client.get(reverse("donnees:mon_compte")).content.decode()
        fichier = client.get(reverse("donnees:mon_compte_fichier", args=["json"]))
        pdf = client.get(reverse("donnees:mon_compte_fichier", args=["pdf"])).content
        texte = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
        for contenu in (page, fichier.content.decode(), texte):
            assert autre.mot not in contenu.lower()
            assert autre.telephone[-6:] not in contenu.replace(" ", "")
        lus = json.loads(fichier.content)
        assert lus["durees"][0]["duree"] == "2 ans"
        mots = {mot for mot in fichier.content.decode().split() if moi.mot in mot}
        assert mots
        # What a program reads, a person reads too: every section, every row.
        for section in lus["donnees"]:
            assert section["titre"] in texte.replace("\n", " ")
        assert texte.lower().count(moi.mot) >= fichier.content.decode().lower().count(moi.mot) * 0.9
        chemin = tmp_path / "mes-donnees.pdf"
        chemin.write_bytes(pdf)
        assert not [c for c in validate(str(chemin)).findings if c.severity >= Severity.ERROR]

    def test_erasing_closes_the_account(self) -> None:
        compte = f.UtilisateurFactory()
        famille = f.FamilleFactory(email=compte.email)
        client = client_de(compte)
        page = reverse("donnees:mon_compte_effacer")
        assert client.post(page).status_code == 422
        assert client.post(page, {"accord": "oui"})["Location"] == reverse("donnees:effacees")
        assert not Utilisateur.objects.filter(pk=compte.pk).exists()
        assert not Famille.objects.filter(pk=famille.pk).exists()
        assert client.get(reverse("donnees:mon_compte")).status_code == 302

    def test_a_coparent_s_file_holds_nothing_of_the_shared_family_s_owner(self) -> None:
        partage = f.AccesFamilleFactory(coparent=True, famille=f.FamilleFactory(prenom="Zélie"))
        page = client_de(partage.utilisateur).get(reverse("donnees:mon_compte")).content.decode()
        assert "Zélie" not in page
        assert partage.famille.email not in page


class TestEquipe:
    def test_a_responsable_erases_at_the_family_s_word(self) -> None:
        inscription = f.InscriptionFactory()
        maison = inscription.seance.lieu.maison
        responsable = f.AffectationFactory(maison=maison).utilisateur
        client = client_de(responsable)
        page = reverse("admin:familles_famille_effacer", args=[inscription.famille_id])
        assert client.get(page).status_code == 200
        assert client.post(page).status_code == 422
        assert Famille.objects.exists()
        assert client.post(page, {"accord": "oui"}).status_code == 302
        assert not Famille.objects.exists()
        # The sheet of the session still opens, with a dash where the name was.
        fiche = client.get(reverse("admin:ateliers_seance_change", args=[inscription.seance_id]))
        assert fiche.status_code == 200

    def test_a_family_s_own_account_goes_with_it_and_no_other(self) -> None:
        inscription = f.InscriptionFactory()
        famille = inscription.famille
        par_adresse = f.UtilisateurFactory(email=famille.email)
        numero = f.ProfilParentFactory(utilisateur=par_adresse, mobile=True).telephone
        f.ConsentementFactory(objet=ObjetAccord.SMS, utilisateur=par_adresse)
        # Known by the number alone that she proved: hers too.
        f.InscriptionFactory(famille=f.FamilleFactory(email="", telephone=numero))
        # Her tie was made with an address that she had before.
        titulaire = f.AccesFamilleFactory(famille=famille, utilisateur=f.UtilisateurFactory()).utilisateur
        coparent = f.AccesFamilleFactory(
            famille=famille, coparent=True, utilisateur=f.UtilisateurFactory()
        ).utilisateur
        navigateur = client_de(par_adresse)
        assert navigateur.get(reverse("donnees:mon_compte")).status_code == 200
        equipe = client_de(f.AffectationFactory(maison=inscription.seance.lieu.maison).utilisateur)

        page = reverse("admin:familles_famille_copie", args=[famille.pk])
        # The whole of a family's life in every house is nothing that a mere link opens.
        for reponse, statut in ((equipe.get(page), 200), (equipe.post(page), 422)):
            assert (reponse.status_code, reponse["Content-Type"]) == (statut, "text/html; charset=utf-8")
        pdf = equipe.post(page, {"accord": "oui"})
        texte = subprocess.run(["pdftotext", "-", "-"], input=pdf.content, capture_output=True, check=True).stdout
        for compte in (par_adresse, titulaire):
            assert compte.email in texte.decode().replace("\n", "")
        assert coparent.email not in texte.decode()

        equipe.post(reverse("admin:familles_famille_effacer", args=[famille.pk]), {"accord": "oui"})
        assert not Utilisateur.objects.filter(pk__in=[par_adresse.pk, titulaire.pk]).exists()
        assert Utilisateur.objects.filter(pk=coparent.pk).exists()
        restes = tables_avec([f"%{par_adresse.email}%", f"%{str(numero)[1:]}%"])
        assert restes == {}
        assert navigateur.get(reverse("donnees:mon_compte")).status_code == 302

    def test_a_team_member_s_account_stays_when_a_house_erases_their_family(self) -> None:
        agent = f.UtilisateurFactory(equipe=True)
        famille = f.FamilleFactory(email=agent.email)
        assert personne_de_la_famille(famille).comptes == frozenset()

    def test_the_page_of_the_rules_shows_figures_and_what_is_late(self) -> None:
        administrateur = f.AffectationFactory(reseau=True).utilisateur
        client = client_de(administrateur)
        f.DemandeRappelFactory(demandee_le=f.dans(days=-300))
        conservation.passer(horloge=f.maintenant)
        page = client.get(reverse("admin:socle_conservation")).content.decode()
        assert "Une demande à être rappelé" in page
        assert "en retard" not in page
        assert client.get(reverse("machines:sante_conservation")).status_code == 200
        # 26 hours and a minute later.
        demain = conservation.PassagePurge.objects.all()
        demain.update(fini_le=f.dans(hours=-26, minutes=-1))
        assert "en retard" in client.get(reverse("admin:socle_conservation")).content.decode()
        assert "26 heures" in client.get(reverse("admin:index")).content.decode()
        assert client.get(reverse("machines:sante_conservation")).status_code == 503


class TestPagesPubliques:
    def test_the_privacy_page_says_each_rule_with_its_duration(self, client: Client) -> None:
        page = client.get(reverse("portail:confidentialite")).content.decode()
        for regle in regles():
            assert (str(regle.quoi).replace("'", "&#x27;") in page) is regle.publique
        assert "<b>2 ans</b>" in page
        assert "<b>6 mois</b>" in page

    def test_how_long_copies_are_kept_is_told_the_same_everywhere(self, client: Client) -> None:
        for nom in ("portail:confidentialite", "donnees:effacees"):
            assert f"{SAUVEGARDES_JOURS} jours au plus" in client.get(reverse(nom)).content.decode()
        docs = Path(settings.RACINE) / "docs"
        assert f"les sauvegardes : {SAUVEGARDES_JOURS} jours au plus" in (docs / "guide-donnees.md").read_text()
        assert f"after {SAUVEGARDES_JOURS} days at most" in (docs / "exploitation.md").read_text()

    def test_the_declaration_says_its_state_everywhere(self, client: Client) -> None:
        page = client.get(reverse("portail:accessibilite")).content.decode()
        assert page.count("non conforme") >= 3
        assert "RGAA 4.1.2" in page

    def test_no_page_about_data_sets_a_cookie_for_a_visitor(self, client: Client) -> None:
        for nom in ("donnees:demander", "donnees:effacees", "portail:confidentialite"):
            assert not client.get(reverse(nom)).cookies
