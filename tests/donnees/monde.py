"""A person of whom the portal knows everything it can know, with a word of their own in every text field."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.db import connection, models

from ateliers.models import Composition, PlaceProposee, ThemePropose, VoteTheme
from familles.enums import ObjetAccord
from familles.models import AccesDonnees, FamillesDistinctes, Fusion
from maisons.enums import Portee, Role
from maisons.models import Invitation
from socle import lectures
from socle.enums import Canal, StatutExport
from socle.models import Message, stockage_des_exports
from tests import factories as f
from tests.droits.canaris import FAMILLE, marquer, mot, telephone

# Two people: mine, and another who shares a session, a group and a likeness with me.
MOI, AUTRE = "a1", "b1"


class Vie:
    """All of one person."""

    def __init__(self, place: str, commun: dict[str, Any]) -> None:
        self.place = place
        self.mot = mot(FAMILLE, place)
        self.email = f"{self.mot}@canari.invalid"
        self.telephone = telephone(FAMILLE, place, 1)
        self.objets: list[models.Model] = []
        self._famille(commun)
        self._groupe(commun)
        self._compte(commun)
        self._autour(commun)

    def poser(self, objet: models.Model, **contact: str) -> Any:
        """Put a canary in every text field; contacts stay the person's own."""
        marquer(objet, FAMILLE, self.place)
        if contact:
            type(objet)._default_manager.filter(pk=objet.pk).update(**contact)
            objet.refresh_from_db()
        self.objets.append(objet)
        return objet

    def _contact(self, objet: models.Model) -> Any:
        return self.poser(objet, email=self.email, telephone=self.telephone)

    def _famille(self, commun: dict[str, Any]) -> None:
        self.famille = self._contact(f.FamilleFactory())
        # Merged with it: what she booked with her number alone, which her account proved.
        self.absorbee = self.poser(f.FamilleFactory(), email="", telephone=self.telephone, fusionnee_dans=self.famille)
        fusion = Fusion.objects.create(
            conservee=self.famille, absorbee=self.absorbee, par=commun["agent"], le=f.maintenant()
        )
        self.objets.append(fusion)
        self.enfant = self.poser(f.EnfantFactory(famille=self.famille))
        self.a_venir = self._contact(f.InscriptionFactory(seance=commun["a_venir"], famille=self.famille))
        self.passee = self._contact(
            f.InscriptionFactory(
                seance=commun["passee"],
                famille=self.famille,
                presence="presente",
                pointee_le=f.maintenant(),
                adultes_presents=1,
                enfants_presents=1,
            )
        )
        self.objets.append(f.EnfantInscritFactory(inscription=self.passee, enfant=self.enfant))
        self.poser(f.FicheAccueilFactory(inscription=self.a_venir), urgence_telephone=self.telephone)
        self.poser(f.DemandeRappelFactory(), telephone=self.telephone)
        rappel = self.objets[-1]
        self.objets.append(f.ConsentementFactory(objet=ObjetAccord.ETRE_RAPPELE, utilisateur=None, cible=rappel))

    def _groupe(self, commun: dict[str, Any]) -> None:
        demande = self._contact(
            f.DemandeGroupeFactory(
                famille=self.famille, statut="placee", canal="prescripteur", prescripteur="…", accord_le=f.maintenant()
            )
        )
        demande.themes.set([commun["theme"]])
        self.demande, self.groupe = demande, commun["groupe"]
        membre = self.poser(f.MembreGroupeFactory(groupe=self.groupe, demande=demande))
        garde = ThemePropose(groupe=self.groupe, propose_par=membre, texte="…", seance=commun["rencontre"])
        libre = ThemePropose(groupe=self.groupe, propose_par=membre, texte="….")
        for theme in (garde, libre):
            theme.texte += self.place
            theme.save()
            self.poser(theme)
            self.objets.append(VoteTheme.objects.create(propose=theme, membre=membre))
        self.poser(PlaceProposee.objects.create(composition=commun["composition"], demande=demande))
        self.message_groupe = self.poser(f.MessageFactory(objet=membre))

    def _compte(self, commun: dict[str, Any]) -> None:
        self.compte = self.poser(f.UtilisateurFactory(), email=self.email)
        adresse = self.poser(EmailAddress.objects.create(user=self.compte, email="x@y.z"), email=self.email)
        self.poser(EmailConfirmation.objects.create(email_address=adresse, key=f"cle{self.place}"))
        self.poser(Authenticator.objects.create(user=self.compte, type=Authenticator.Type.TOTP, data={}))
        social = SocialAccount.objects.create(user=self.compte, provider="franceconnect", uid="…")
        self.poser(social)
        self.poser(SocialToken.objects.create(account=social, token="…"))
        self.poser(f.ProfilParentFactory(utilisateur=self.compte, mobile=True), telephone=self.telephone)
        self.objets += [
            f.AccesFamilleFactory(utilisateur=self.compte, famille=self.famille),
            f.MaisonSuivieFactory(utilisateur=self.compte),
            f.FluxParentFactory(utilisateur=self.compte),
            f.RappelEntretienFactory(utilisateur=self.compte, enfant=self.enfant),
            f.ConsentementFactory(objet=ObjetAccord.SMS, utilisateur=self.compte),
        ]
        self.poser(f.InvitationCoparentFactory(famille=self.famille, par=self.compte))
        ouverte, en_route = SessionStore(), SessionStore()
        ouverte[SESSION_KEY] = str(self.compte.pk)
        en_route["account_login_code"] = {"email": self.email.upper()}
        for session in (ouverte, en_route):
            session["mot"] = self.mot
            session.save()
        self.sessions = [ouverte.session_key, en_route.session_key]
        self.poser(f.ExportFactory(demandeur=self.compte))
        LogEntry.objects.create(
            user=self.compte,
            content_type=ContentType.objects.get_for_model(self.famille),
            object_id=str(self.famille.pk),
            object_repr=self.mot,
            change_message=self.mot,
            action_flag=CHANGE,
        )

    def _autour(self, commun: dict[str, Any]) -> None:
        self.poser(f.SuiviFactory(), destinataire=self.email)
        self.poser(f.OppositionFactory(destinataire=self.place), destinataire=self.telephone)
        for destinataire, canal in ((self.email.upper(), Canal.EMAIL), (self.telephone, Canal.SMS)):
            message = f.MessageFactory(cle_unique=f"liens:{destinataire}", canal=canal)
            self.poser(message, destinataire=destinataire)
        # Told to a contact that nobody knows any more, about what is theirs.
        self.poser(f.MessageFactory(objet=self.passee))
        self.poser(
            AccesDonnees.objects.create(empreinte=self.place, canal=Canal.EMAIL, expire_le=f.dans(hours=1)),
            destinataire=self.email,
        )
        invitation = Invitation.objects.create(
            email="x@y.z",
            role=Role.ANIMATEUR,
            portee=Portee.MAISON,
            maison=commun["maison"],
            auteur=commun["agent"],
            cree_le=f.maintenant(),
            expire_le=f.dans(days=5),
        )
        self.poser(invitation, email=self.email)
        # A colleague's list names the family.
        export = f.ExportFactory(
            demandeur=commun["agent"], statut=StatutExport.PRET, expire_le=f.dans(hours=6), quoi="inscriptions"
        )
        stockage_des_exports().save(export.nom_de_fichier, ContentFile(self.mot.encode()))
        self.export = export
        lecture = lectures.noter(
            utilisateur=commun["agent"],
            page="export:inscriptions",
            modele=type(self.famille),
            objets=[self.famille.pk],
            cadres=[commun["maison"].pk],
            maintenant=f.maintenant(),
        )
        assert lecture is not None
        self.objets.append(lecture)

    def connue(self) -> dict[str, int]:
        """Every table of the database that holds one of the person's words, with how many rows do."""
        return tables_avec([f"%{self.mot}%", f"%{self.telephone[1:]}%"])


def tables_avec(motifs: list[str]) -> dict[str, int]:
    """Walks all the tables that there are, events and other libraries' included, whatever models say."""
    trouvees = {}
    with connection.cursor() as curseur:
        for table in connection.introspection.table_names(curseur):
            ou = " OR ".join(["t::text ILIKE %s"] * len(motifs))
            curseur.execute(f'SELECT count(*) FROM "{table}" t WHERE {ou}', motifs)
            (nombre,) = curseur.fetchone()
            if nombre:
                trouvees[table] = nombre
    return trouvees


def deux_vies() -> tuple[Vie, Vie]:
    maison = f.MaisonFactory()
    groupe = f.GroupePairsFactory(maison=maison)
    agent = f.AffectationFactory(maison=maison).utilisateur
    composition = Composition.objects.create(par=agent)
    commun = {
        "maison": maison,
        "agent": agent,
        "groupe": groupe,
        "composition": composition,
        "theme": f.ThemeFactory(),
        "a_venir": f.SeanceFactory(capacite_adultes=2, capacite_enfants=2),
        "passee": f.SeanceFactory(passee=True),
        "rencontre": f.SeanceFactory(atelier=None, groupe=groupe, lieu=groupe.lieu, membres=True, passee=True),
    }
    moi, autre = Vie(MOI, commun), Vie(AUTRE, commun)
    premiere, seconde = sorted((moi.famille.pk, autre.famille.pk))
    FamillesDistinctes.objects.create(premiere_id=premiere, seconde_id=seconde, par=agent, le=f.maintenant())
    # My address stays in another's family, once I accepted to share it.
    f.InvitationCoparentFactory(famille=autre.famille, par=autre.compte, email=moi.email, acceptee_le=f.maintenant())
    return moi, autre


def messages_vers(adresse: str) -> models.QuerySet[Message]:
    return Message.objects.filter(destinataire__iexact=adresse)
