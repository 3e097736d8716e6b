"""Two départements, three houses, every role: nobody sees, changes, counts or chooses what isn't theirs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from ateliers.enums import StatutInscription, StatutSeance
from ateliers.models import Atelier, GroupePairs, Inscription, Seance, Serie
from familles.models import Famille
from maisons.enums import Portee, Role
from maisons.models import Affectation, Invitation, Lieu, Maison
from partenaires.models import Permanence
from socle.models import Lecture, Message, Utilisateur
from tests.equipe import entrer
from tests.factories import (
    AffectationFactory,
    AtelierFactory,
    CommuneFactory,
    DepartementFactory,
    FamilleFactory,
    GroupePairsFactory,
    InscriptionFactory,
    LieuFactory,
    MaisonFactory,
    MessageFactory,
    OrganisationFactory,
    PartenaireFactory,
    PermanenceFactory,
    SeanceFactory,
    SerieFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db


@dataclass
class Bout:
    """All that one house has, each row bearing a word found nowhere else."""

    mot: str
    maison: Maison
    lieu: Lieu
    atelier: Atelier
    serie: Serie
    seance: Seance
    inscription: Inscription
    famille: Famille
    groupe: GroupePairs
    permanence: Permanence
    message: Message
    affectation: Affectation

    @property
    def objets(self) -> list[Model]:
        return [
            self.maison,
            self.lieu,
            self.atelier,
            self.serie,
            self.seance,
            self.inscription,
            self.famille,
            self.groupe,
            self.permanence,
            self.message,
            self.affectation,
            self.affectation.utilisateur,
        ]


def bout(mot: str, departement: str) -> Bout:
    organisation = OrganisationFactory(nom=f"Organisation {mot}")
    maison = MaisonFactory(
        nom=f"Maison {mot}", organisation=organisation, departement=DepartementFactory(code=departement)
    )
    lieu = LieuFactory(maison=maison, nom=f"Lieu {mot}")
    atelier = AtelierFactory(maison=maison, titre=f"Atelier {mot}")
    serie = SerieFactory(atelier=atelier, lieu=lieu)
    seance = SeanceFactory(
        lieu=lieu, atelier=atelier, titre=f"Séance {mot}", serie=serie, jour_serie=serie.premier_jour
    )
    famille = FamilleFactory(prenom=f"Prénom {mot}", email=f"chez-{mot}@exemple.fr".lower())
    inscription = InscriptionFactory(seance=seance, famille=famille)
    return Bout(
        mot=mot,
        maison=maison,
        lieu=lieu,
        atelier=atelier,
        serie=serie,
        seance=seance,
        inscription=inscription,
        famille=famille,
        groupe=GroupePairsFactory(maison=maison, nom=f"Groupe {mot}"),
        permanence=PermanenceFactory(
            lieu=lieu,
            intitule=f"Permanence {mot}",
            partenaire=PartenaireFactory(nom=f"Annuaire{len(mot)}{departement}"),
        ),
        message=MessageFactory(objet=inscription, destinataire=famille.email, contexte={"prenom": f"Contexte {mot}"}),
        affectation=AffectationFactory(
            maison=maison,
            role=Role.ANIMATEUR,
            utilisateur__nom=f"Nom {mot}",
            utilisateur__email=f"agent-{mot.lower()}@exemple.fr",
        ),
    )


@pytest.fixture
def ici() -> Bout:
    DepartementFactory(code="08")
    return bout("IciRethel", "08")


@pytest.fixture
def voisine(ici: Bout) -> Bout:
    return bout("VoisineVouziers", "08")


@pytest.fixture
def loin(ici: Bout) -> Bout:
    DepartementFactory(code="67", nom="Bas-Rhin")
    return bout("LoinStrasbourg", "67")


Connecter = Callable[..., Client]


@pytest.fixture
def connecter(client: Client) -> Connecter:
    def connecter(utilisateur: Utilisateur) -> Client:
        return entrer(client, utilisateur)

    return connecter


def role(nom: Role, ou: Bout) -> Utilisateur:
    portee = {
        Role.ANIMATEUR: {"portee": Portee.MAISON, "maison": ou.maison},
        Role.RESPONSABLE: {"portee": Portee.MAISON, "maison": ou.maison},
        Role.PILOTE: {"portee": Portee.DEPARTEMENT, "maison": None, "departement": ou.maison.departement},
        Role.ADMINISTRATEUR: {"portee": Portee.RESEAU, "maison": None},
    }[nom]
    utilisateur: Utilisateur = AffectationFactory(role=nom, **portee).utilisateur
    return utilisateur


def adresse(objet: Model, page: str) -> str:
    meta = objet._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[objet.pk])


def liste(modele: type[Model]) -> str:
    return reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")


def modeles_enregistres() -> list[type[Model]]:
    return list(admin.site._registry)


FICHES = ("change", "history", "delete")


class TestEntrer:
    def test_the_front_door_is_allauths(self, client: Client) -> None:
        reponse = client.get("/equipe/")
        assert reponse.status_code == 302
        page = client.get(reponse["Location"])
        assert page.status_code == 302
        assert page["Location"].startswith(reverse("account_login"))
        assert client.get(page["Location"]).status_code == 200

    def test_by_password_then_my_day(self, client: Client, ici: Bout) -> None:
        responsable = role(Role.RESPONSABLE, ici)
        responsable.set_password("une phrase de passe")
        responsable.save()
        client.post(reverse("account_login"), {"login": responsable.email, "password": "une phrase de passe"})
        assert client.session["_auth_user_id"] == str(responsable.pk)
        assert "Ma journée" in entrer(client, responsable).get("/equipe/").content.decode()

    @pytest.mark.parametrize("page", ["/equipe/", "/equipe/ateliers/seance/", "/equipe/ateliers/serie/add/"])
    def test_not_without_a_running_assignment(self, connecter: Connecter, ici: Bout, page: str) -> None:
        parent = UtilisateurFactory()
        sans_rien = UtilisateurFactory(equipe=True)
        parti = AffectationFactory(maison=ici.maison, finie=True).utilisateur
        for personne in (parent, sans_rien, parti):
            reponse = connecter(personne).get(page, follow=True)
            assert reponse.status_code == 403
            assert ici.mot not in reponse.content.decode()

    def test_passwords_are_hashed_with_argon2(self) -> None:
        from portail.settings import base

        assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")

    def test_a_forgotten_password_goes_through_the_outbox_and_says_nothing(self, client: Client, ici: Bout) -> None:
        responsable = role(Role.RESPONSABLE, ici)
        connue, inconnue = (
            client.post(reverse("account_reset_password"), {"email": email}, follow=True)
            for email in (responsable.email, "personne@ailleurs.fr")
        )
        assert (connue.status_code, connue.redirect_chain) == (inconnue.status_code, inconnue.redirect_chain)
        (message,) = Message.objects.filter(destinataire=responsable.email)
        assert "/compte/" in message.contexte["texte"]


class TestListes:
    @pytest.mark.parametrize("nom", [Role.ANIMATEUR, Role.RESPONSABLE])
    def test_a_house_sees_its_own_only(
        self, connecter: Connecter, ici: Bout, voisine: Bout, loin: Bout, nom: Role
    ) -> None:
        client = connecter(role(nom, ici))
        vus = 0
        for modele in modeles_enregistres():
            reponse = client.get(f"{liste(modele)}?")
            assert reponse.status_code in (200, 403), modele
            page = reponse.content.decode()
            assert voisine.mot not in page, modele
            assert loin.mot not in page, modele
            assert voisine.mot.lower() not in page, modele
            vus += ici.mot in page
        assert vus >= 6

    def test_a_pilot_sees_the_departement_in_figures(
        self, connecter: Connecter, ici: Bout, voisine: Bout, loin: Bout
    ) -> None:
        client = connecter(role(Role.PILOTE, ici))
        page = client.get(liste(Seance)).content.decode()
        assert ici.seance.titre in page
        assert voisine.seance.titre in page
        for modele in modeles_enregistres():
            page = client.get(liste(modele)).content.decode()
            assert loin.mot not in page, modele
            assert "Prénom" not in page.replace("Prénom,", "").replace("prénom", "") or "Prénom Ici" not in page
        for modele in (Inscription, Famille, Message):
            assert client.get(liste(modele)).status_code == 403
        fiche = client.get(adresse(ici.seance, "change")).content.decode()
        assert ici.famille.prenom not in fiche
        assert ici.famille.email not in fiche

    def test_the_network_sees_no_family(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.ADMINISTRATEUR, ici))
        for modele in modeles_enregistres():
            page = client.get(liste(modele)).content.decode()
            for un in (ici, loin):
                assert un.famille.prenom not in page, modele
                assert un.famille.email not in page, modele
        page = client.get(adresse(ici.message, "change")).content.decode()
        assert "Contexte" not in page
        assert ici.famille.email not in page

    def test_the_network_with_a_house_reads_to_whom_of_that_house_alone(
        self, connecter: Connecter, ici: Bout, loin: Bout
    ) -> None:
        """Figures of all, recipients of one's own: each role counts where it is held."""
        for bout in (ici, loin):
            Message.objects.filter(pk=bout.message.pk).update(erreur=f"550 {bout.famille.email} refused")
        cumul = role(Role.ADMINISTRATEUR, ici)
        AffectationFactory(utilisateur=cumul, maison=ici.maison, role=Role.RESPONSABLE)
        client = connecter(cumul)
        masque = f"{ici.message.destinataire[:2]}…@"
        page = client.get(liste(Message)).content.decode()
        assert page.count(masque) == page.count("refused") == 1
        assert page.count('class="field-canal') == 2
        assert Lecture.objects.get(utilisateur=cumul).objets == [ici.famille.pk]
        assert masque in client.get(adresse(ici.message, "change")).content.decode()
        ailleurs = client.get(adresse(loin.message, "change")).content.decode()
        assert "…@" not in ailleurs
        assert "refused" not in ailleurs

    def test_a_partner_sees_its_sessions_and_no_more(self, connecter: Connecter, ici: Bout) -> None:
        organisation = OrganisationFactory()
        permanence = PermanenceFactory(
            lieu=ici.lieu, intitule="La mienne", partenaire=PartenaireFactory(organisation=organisation)
        )
        sienne = SeanceFactory(atelier=None, permanence=permanence, lieu=ici.lieu, titre="Ma permanence")
        InscriptionFactory(seance=sienne, famille__prenom="Zélie")
        personne = AffectationFactory(
            role=Role.PARTENAIRE, portee=Portee.ORGANISATION, maison=None, organisation=organisation
        ).utilisateur
        client = connecter(personne)
        page = client.get(liste(Seance)).content.decode()
        assert "Ma permanence" in page
        assert ici.seance.titre not in page
        assert "Zélie" not in client.get(adresse(sienne, "change")).content.decode()
        assert client.get(adresse(ici.seance, "change")).status_code == 404
        assert client.get(reverse("admin:ateliers_seance_modifier", args=[sienne.pk])).status_code == 403

    def test_filters_and_counts_hold_nothing_from_elsewhere(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        etrangere = client.get(f"{liste(Seance)}?lieu__maison__id__exact={loin.maison.pk}").content.decode()
        absente = client.get(f"{liste(Seance)}?lieu__maison__id__exact=999999").content.decode()
        assert loin.mot not in etrangere
        assert re.findall(r"\d+ séances?", etrangere) == re.findall(r"\d+ séances?", absente)
        for requete in (f"serie__id__exact={loin.serie.pk}", f"q={loin.mot}", "semaine=toutes", "_facets=True"):
            page = client.get(f"{liste(Seance)}?{requete}").content.decode()
            assert loin.seance.titre not in page

    @pytest.mark.parametrize(
        ("modele", "requete"),
        [
            (Utilisateur, "password__startswith=argon2"),
            (Utilisateur, "is_superuser__exact=0"),
            (Seance, "inscriptions__email__startswith=a"),
            (Seance, "reference__startswith=a"),
            (Inscription, "famille__email__startswith=a"),
            (Message, "contexte__prenom__startswith=C"),
            (Lecture, "utilisateur__password__startswith=argon2"),
            (Seance, "lieu__maison__affectations__utilisateur__email__startswith=a"),
            (Seance, "lieu__maison__id__startswith=1"),
        ],
    )
    def test_columns_cannot_be_guessed_from_the_address(
        self, connecter: Connecter, ici: Bout, modele: type[Model], requete: str
    ) -> None:
        reponse = connecter(role(Role.RESPONSABLE, ici)).get(f"{liste(modele)}?{requete}")
        assert reponse.status_code == 400

    def test_the_index_shows_only_what_one_may_use(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        page = connecter(role(Role.ANIMATEUR, ici)).get("/equipe/").content.decode()
        assert liste(Seance) in page
        assert liste(Affectation) not in page
        assert loin.mot not in page


class TestAutreMaison:
    """Another house's object answers exactly as an absent one, whatever is asked of it."""

    def _normaliser(self, page: str, pk: object) -> str:
        page = re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page)
        return re.sub(rf"/{pk}(?=/|%2F|\")", "/N", page)

    def test_every_page_of_every_object(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        pages = 0
        for objet in loin.objets:
            for page in FICHES:
                for methode in (client.get, client.post):
                    etranger = methode(adresse(objet, page))
                    absent = methode(adresse(type(objet)(pk=987654321), page))
                    assert etranger.status_code in (403, 404), (objet, page)
                    assert etranger.status_code == absent.status_code, (objet, page)
                    assert self._normaliser(etranger.content.decode(), objet.pk) == self._normaliser(
                        absent.content.decode(), 987654321
                    )
                    pages += etranger.status_code == 404
        assert pages > 20

    @pytest.mark.parametrize(
        ("page", "objet"),
        [
            ("admin:ateliers_seance_modifier", "seance"),
            ("admin:ateliers_seance_annuler", "seance"),
            ("admin:ateliers_inscription_annuler", "inscription"),
        ],
    )
    @pytest.mark.parametrize("etape", ["", "apercu", "confirmer"])
    def test_our_own_pages(
        self, connecter: Connecter, ici: Bout, voisine: Bout, page: str, objet: str, etape: str
    ) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        url = reverse(page, args=[getattr(voisine, objet).pk])
        assert client.get(url).status_code == 404
        assert client.post(url, {"etape": etape, "motif": "Pour nuire"}).status_code == 404
        voisine.seance.refresh_from_db()
        voisine.inscription.refresh_from_db()
        assert voisine.seance.statut == StatutSeance.PUBLIEE
        assert voisine.inscription.statut == StatutInscription.CONFIRMEE

    def test_view_on_site_reads_nothing_from_elsewhere(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        for modele, objet in (
            (Seance, loin.seance),
            (Maison, loin.maison),
            (Utilisateur, loin.affectation.utilisateur),
        ):
            type_id = ContentType.objects.get_for_model(modele).pk
            assert client.get(reverse("admin:view_on_site", args=[type_id, objet.pk])).status_code == 404
        assert client.get(reverse("admin:view_on_site", args=[9999, 1])).status_code == 404
        type_id = ContentType.objects.get_for_model(Seance).pk
        la = client.get(reverse("admin:view_on_site", args=[type_id, ici.seance.pk]))
        assert la["Location"] == ici.seance.get_absolute_url()

    def test_autocomplete_offers_only_ones_own(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        for app, modele, champ in (
            ("ateliers", "atelier", "maison"),
            ("ateliers", "seance", "lieu"),
            ("ateliers", "inscription", "seance"),
            ("ateliers", "inscription", "famille"),
            ("maisons", "affectation", "utilisateur"),
        ):
            reponse = client.get(
                reverse("admin:autocomplete"),
                {"app_label": app, "model_name": modele, "field_name": champ, "term": ""},
            )
            assert reponse.status_code == 200
            assert loin.mot not in reponse.content.decode()
        refuse = client.get(
            reverse("admin:autocomplete"),
            {"app_label": "admin", "model_name": "logentry", "field_name": "user", "term": "exemple"},
        )
        assert loin.affectation.utilisateur.email not in refuse.content.decode()

    def test_foreign_ids_in_a_form_are_refused(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        reponse = client.post(
            adresse(ici.atelier, "change"),
            {
                "maison": loin.maison.pk,
                "titre": "Volé",
                "format": "cafe",
                "langues": ["fr"],
                "duree_minutes": 90,
                "capacite_adultes": 10,
                "capacite_enfants": 10,
                "rappels_heures": "48,3",
            },
        )
        assert reponse.status_code == 200
        assert "maison" in reponse.context["adminform"].form.errors
        assert loin.mot not in reponse.content.decode()
        ici.atelier.refresh_from_db()
        assert (ici.atelier.maison, ici.atelier.titre) == (ici.maison, "Atelier IciRethel")

    @pytest.mark.parametrize("connues", [0, 1])
    def test_foreign_rows_in_an_inline_answer_as_absent_ones(
        self, connecter: Connecter, ici: Bout, loin: Bout, connues: int
    ) -> None:
        CommuneFactory()
        client = connecter(role(Role.RESPONSABLE, ici))
        reponses = []
        for pk in (loin.lieu.pk, 987654321):
            reponse = client.post(
                adresse(ici.maison, "change"),
                {
                    "nom": "Maison IciRethel",
                    "type": "fixe",
                    "langues": ["fr"],
                    "lieux-TOTAL_FORMS": 1,
                    "lieux-INITIAL_FORMS": connues,
                    "lieux-0-id": pk,
                    "lieux-0-maison": ici.maison.pk,
                    "lieux-0-nom": "Pris",
                    "lieux-0-commune": "Rethel",
                    "fermetures-TOTAL_FORMS": 0,
                    "fermetures-INITIAL_FORMS": 0,
                },
            )
            reponses.append(
                (reponse.status_code, self._normaliser(reponse.content.decode(), pk).replace(f'value="{pk}"', "N"))
            )
        assert reponses[0] == reponses[1]
        assert reponses[0][0] == (404 if connues else 200)
        loin.lieu.refresh_from_db()
        assert (loin.lieu.nom, loin.lieu.maison) == ("Lieu LoinStrasbourg", loin.maison)
        assert not Lieu.objects.filter(nom="Pris").exists()

    def test_planning_at_another_house_is_refused(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        page = client.get(f"{reverse('admin:ateliers_serie_add')}?atelier={loin.atelier.pk}").content.decode()
        assert loin.mot not in page
        donnees = {
            "atelier": loin.atelier.pk,
            "lieu": loin.lieu.pk,
            "premier_jour": "2027-03-02",
            "heure": "14:00",
            "frequence": "unique",
            "cle": "6b7c2f3e-5d58-4c7e-9d3c-1f1f1f1f1f1f",
            "etape": "creer",
            "garder": "2027-03-02",
        }
        reponse = client.post(reverse("admin:ateliers_serie_add"), donnees)
        assert reponse.status_code == 422
        assert {"atelier", "lieu"} <= set(reponse.context["form"].errors)
        assert Seance.objects.filter(lieu=loin.lieu).count() == 1

    def test_a_bulk_action_reaches_only_ones_own(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        Seance.objects.update(statut=StatutSeance.BROUILLON)
        client = connecter(role(Role.RESPONSABLE, ici))
        client.post(
            liste(Seance), {"action": "publier", "_selected_action": [ici.seance.pk, loin.seance.pk], "index": 0}
        )
        ici.seance.refresh_from_db()
        loin.seance.refresh_from_db()
        assert (ici.seance.statut, loin.seance.statut) == (StatutSeance.PUBLIEE, StatutSeance.BROUILLON)
        client.post(
            liste(Seance),
            {"action": "delete_selected", "_selected_action": [ici.seance.pk], "post": "yes", "index": 0},
        )
        assert Seance.objects.filter(pk=ici.seance.pk).exists()


class TestRoles:
    """Giving roles: never beyond one's own, in rank and in place, to people of one's teams; others are invited."""

    def _donner(self, client: Client, personne: Utilisateur, **champs: Any) -> Any:
        return client.post(
            reverse("admin:maisons_affectation_add"), {"utilisateur": personne.pk, "du": "2026-01-01", **champs}
        )

    def _inviter(self, client: Client, **champs: Any) -> Any:
        return client.post(reverse("admin:maisons_invitation_add"), {"email": "nouvelle@exemple.fr", **champs})

    def test_a_responsable_gives_a_colleague_one_more_role(self, connecter: Connecter, ici: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        collegue = ici.affectation.utilisateur
        reponse = self._donner(
            client, collegue, role=Role.RESPONSABLE.value, portee=Portee.MAISON.value, maison=ici.maison.pk
        )
        assert reponse.status_code == 302, reponse.context["adminform"].form.errors
        donnee = Affectation.objects.get(utilisateur=collegue, role=Role.RESPONSABLE)
        assert (donnee.maison, donnee.du.isoformat()) == (ici.maison, "2026-01-01")

    def test_no_account_opens_without_its_owner(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        """Somebody from elsewhere is no choice, known to the portal or not: an invitation is the one way."""
        client = connecter(role(Role.RESPONSABLE, ici))
        page = client.get(reverse("admin:maisons_affectation_add")).content.decode()
        assert ici.affectation.utilisateur.nom in page
        assert reverse("admin:maisons_invitation_add") in page
        comptes = Utilisateur.objects.count()
        for personne in (loin.affectation.utilisateur, UtilisateurFactory.build(pk=987654321)):
            reponse = self._donner(
                client, personne, role=Role.ANIMATEUR.value, portee=Portee.MAISON.value, maison=ici.maison.pk
            )
            assert "utilisateur" in reponse.context["adminform"].form.errors
        assert Utilisateur.objects.count() == comptes
        assert not Affectation.objects.filter(utilisateur=loin.affectation.utilisateur, maison=ici.maison).exists()

    @pytest.mark.parametrize(
        "champs",
        [
            {"role": Role.PILOTE.value, "portee": Portee.DEPARTEMENT.value, "departement": "08"},
            {"role": Role.ADMINISTRATEUR.value, "portee": Portee.RESEAU.value},
            {"role": Role.RESPONSABLE.value, "portee": Portee.ORGANISATION.value, "organisation": "ici"},
            {"role": Role.ANIMATEUR.value, "portee": Portee.MAISON.value, "maison": "loin"},
            {"role": Role.ANIMATEUR.value, "portee": Portee.RESEAU.value},
        ],
    )
    def test_nothing_beyond(self, connecter: Connecter, ici: Bout, loin: Bout, champs: dict[str, Any]) -> None:
        valeurs = {"ici": ici.maison.organisation_id, "loin": loin.maison.pk}
        champs = {nom: valeurs.get(valeur, valeur) for nom, valeur in champs.items()}
        client = connecter(role(Role.RESPONSABLE, ici))
        collegue = ici.affectation.utilisateur
        for reponse in (self._donner(client, collegue, **champs), self._inviter(client, **champs)):
            assert reponse.status_code == 200
            assert reponse.context["adminform"].form.errors
        assert collegue.affectations.count() == 1
        assert not Invitation.objects.exists()

    def test_an_animator_gives_nothing(self, connecter: Connecter, ici: Bout) -> None:
        client = connecter(role(Role.ANIMATEUR, ici))
        champs = {"role": Role.ANIMATEUR.value, "portee": Portee.MAISON.value, "maison": ici.maison.pk}
        assert self._donner(client, ici.affectation.utilisateur, **champs).status_code == 403
        assert self._inviter(client, **champs).status_code == 403

    def test_a_known_address_and_an_unknown_one_are_invited_alike(
        self, connecter: Connecter, ici: Bout, loin: Bout
    ) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        commun = {"role": Role.ANIMATEUR.value, "portee": Portee.MAISON.value, "maison": ici.maison.pk}
        connue = self._inviter(client, **commun, email=loin.affectation.utilisateur.email.upper())
        inconnue = self._inviter(client, **commun, email="inconnue@exemple.fr")
        assert (connue.status_code, connue["Location"]) == (inconnue.status_code, inconnue["Location"])

    def test_a_partner_of_ones_own_houses_alone(self, connecter: Connecter, ici: Bout, loin: Bout) -> None:
        """Whoever invites a partner opens no permanence that isn't theirs to see; and may end what they gave."""
        client = connecter(role(Role.RESPONSABLE, ici))
        seule, partout = OrganisationFactory(nom="Caf d'ici"), OrganisationFactory(nom="Caf de partout")
        for organisation, lieux in ((seule, [ici.lieu]), (partout, [ici.lieu, loin.lieu])):
            partenaire = PartenaireFactory(organisation=organisation)
            for lieu in lieux:
                PermanenceFactory(lieu=lieu, partenaire=partenaire)
        page = client.get(reverse("admin:maisons_invitation_add")).content.decode()
        assert "Caf d&#x27;ici" in page
        assert "Caf de partout" not in page
        commun = {"role": Role.PARTENAIRE.value, "portee": Portee.ORGANISATION.value}
        assert self._inviter(client, **commun, organisation=partout.pk).status_code == 200
        assert self._inviter(client, **commun, organisation=seule.pk).status_code == 302
        assert "nouvelle@exemple.fr" in client.get(liste(Invitation)).content.decode()
        donnee = AffectationFactory(role=Role.PARTENAIRE, portee=Portee.ORGANISATION, maison=None, organisation=seule)
        assert client.post(adresse(donnee, "change"), {"au": donnee.du.isoformat()}).status_code == 302
        donnee.refresh_from_db()
        assert donnee.au == donnee.du

    def test_a_pilot_cannot_end_the_networks_role(self, connecter: Connecter, ici: Bout) -> None:
        reseau = AffectationFactory(reseau=True)
        client = connecter(role(Role.PILOTE, ici))
        assert client.post(adresse(reseau, "change"), {"au": "2026-01-01"}).status_code == 404

    def test_ending_a_role_closes_the_door(self, connecter: Connecter, ici: Bout) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        assert (
            client.post(adresse(ici.affectation, "change"), {"au": ici.affectation.du.isoformat()}).status_code == 302
        )
        ici.affectation.refresh_from_db()
        assert ici.affectation.au == ici.affectation.du
        personne = Utilisateur.objects.get(pk=ici.affectation.utilisateur_id)
        assert not personne.has_perm("ateliers.view_seance")

    def test_a_house_does_not_change_what_decides_who_sees_it(
        self, connecter: Connecter, ici: Bout, loin: Bout
    ) -> None:
        client = connecter(role(Role.RESPONSABLE, ici))
        client.post(
            adresse(ici.maison, "change"),
            {
                "nom": "Maison IciRethel",
                "type": "fixe",
                "departement": "67",
                "organisation": loin.maison.organisation_id,
                "statut_label": "labellisee",
                "label_le": "2026-01-01",
                "lieux-TOTAL_FORMS": 0,
                "lieux-INITIAL_FORMS": 0,
                "fermetures-TOTAL_FORMS": 0,
                "fermetures-INITIAL_FORMS": 0,
            },
        )
        apres = Maison.objects.get(pk=ici.maison.pk)
        assert (apres.departement_id, apres.organisation_id, apres.statut_label) == (
            "08",
            ici.maison.organisation_id,
            "aucun",
        )
