"""How long things are kept: to the hour, over leap days and changes of clock, whatever happens to the round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from ateliers.models import DemandeGroupe, Inscription
from familles.models import DemandeRappel, Famille
from maisons.models import Suivi
from socle import conservation
from socle.conservation import Regle, regle_de
from socle.enums import Canal, StatutMessage
from socle.models import Message, Opposition, PassagePurge, Utilisateur
from tests import factories as f

PARIS = ZoneInfo("Europe/Paris")


def a_paris(*quand: int) -> datetime:
    return datetime(*quand, tzinfo=PARIS)  # type: ignore[arg-type, misc]


def regle(**duree: int) -> Regle:
    return Regle(code="essai", quoi="", depuis="", ensuite="", raison="", **duree)


class TestTerme:
    @pytest.mark.parametrize(
        ("duree", "maintenant", "avant"),
        [
            ({"annees": 2}, (2028, 3, 1, 10), (2026, 3, 1, 10)),
            # What dates of 29 February goes on 1 March: never a day before its two years.
            ({"annees": 2}, (2026, 2, 28, 23, 59), (2024, 2, 28, 23, 59)),
            ({"annees": 2}, (2026, 3, 1, 0), (2024, 3, 1, 0)),
            # On the leap day itself, as on the 28th.
            ({"annees": 2}, (2028, 2, 29, 10), (2026, 2, 28, 10)),
            # Months that have no 31st.
            ({"mois": 6}, (2026, 8, 31, 10), (2026, 2, 28, 10)),
            ({"mois": 6}, (2026, 12, 31, 10), (2026, 6, 30, 10)),
            # The same hour on the wall in summer and in winter.
            ({"mois": 6}, (2026, 10, 25, 12), (2026, 4, 25, 12)),
            ({"jours": 7}, (2026, 4, 1, 12), (2026, 3, 25, 12)),
        ],
    )
    def test_years_and_months_are_those_of_the_calendar(
        self, duree: dict[str, int], maintenant: tuple[int, ...], avant: tuple[int, ...]
    ) -> None:
        assert regle(**duree).avant(a_paris(*maintenant)) == a_paris(*avant)

    def test_hours_are_those_of_the_clock_when_it_changes(self) -> None:
        # 29 March 2026, 04:00 in summer time is 02:00 UTC; six hours before is 20:00 UTC, 21:00 in winter time.
        assert regle(heures=6).avant(a_paris(2026, 3, 29, 4)) == a_paris(2026, 3, 28, 21)

    def test_an_hour_that_does_not_exist_has_an_instant_all_the_same(self) -> None:
        assert regle(mois=1).avant(a_paris(2026, 4, 29, 2, 30)).astimezone(UTC).date() == date(2026, 3, 29)

    def test_logs_are_kept_as_long_as_the_database_does_whatever_the_day(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Clocks change on another date each year: between the two, a year of the calendar is an hour short."""
        bornes = []
        for journal in ("historique", "lectures"):
            monkeypatch.setattr(f"socle.purges.{journal}.purger", lambda *, avant, nombre: bornes.append(avant) or 0)
        midi = a_paris(2023, 1, 1, 12)
        for rang in range(366 * 6):
            # On the wall: noon of each day.
            maintenant = (midi.replace(tzinfo=None) + timedelta(days=rang)).replace(tzinfo=PARIS)
            bornes.clear()
            for code in ("historique", "lectures"):
                fonction, lot = conservation._PURGES[code]
                fonction(regle_de(code).avant(maintenant), maintenant.astimezone(UTC), lot)
            for borne in bornes:
                assert timedelta(days=365) <= maintenant.astimezone(UTC) - borne <= timedelta(days=367)
            assert len(bornes) == 2


@pytest.mark.django_db
class TestFamilles:
    def _inactive(self, quand: datetime) -> Famille:
        famille = f.FamilleFactory(cree_le=quand - timedelta(days=30))
        seance = f.SeanceFactory(debut=quand - timedelta(minutes=90), fin=quand)
        f.InscriptionFactory(famille=famille, seance=seance, cree_le=quand - timedelta(days=10))
        return famille

    def test_at_two_years_to_the_second(self) -> None:
        venue = a_paris(2024, 2, 29, 16)
        famille = self._inactive(venue)
        for maintenant in (a_paris(2026, 2, 28, 18), a_paris(2026, 3, 1, 0)):
            assert passer("familles", maintenant) == (1 if maintenant.month == 3 else 0)
        assert not Famille.objects.filter(pk=famille.pk).exists()
        (inscription,) = Inscription.objects.all()
        assert (inscription.famille_id, inscription.adultes) == (None, 1)
        with connection.cursor() as curseur:
            curseur.execute("SELECT count(*) FROM familles_famillehistorique")
            assert curseur.fetchone() == (0,)

    def test_exactly_two_years_is_not_over(self) -> None:
        self._inactive(a_paris(2024, 5, 4, 16))
        assert passer("familles", a_paris(2026, 5, 4, 16)) == 0
        assert passer("familles", a_paris(2026, 5, 5, 0)) == 1

    @pytest.mark.parametrize(
        "signe",
        [
            lambda famille: f.InscriptionFactory(famille=famille),
            lambda famille: f.DemandeGroupeFactory(famille=famille),
            lambda famille: f.MembreGroupeFactory(
                demande__famille=famille,
                demande__cree_le=f.dans(days=-900),
                demande__en_attente_depuis=f.dans(days=-900),
            ),
            lambda famille: f.UtilisateurFactory(email=famille.email, last_login=f.dans(days=-10)),
            lambda famille: f.AccesFamilleFactory(
                coparent=True, famille=famille, utilisateur__last_login=f.dans(days=-10)
            ),
            lambda famille: f.FamilleFactory(fusionnee_dans=famille),
            lambda famille: f.DemandeRappelFactory(telephone=famille.telephone),
            lambda famille: f.DemandeRappelFactory(telephone=famille.telephone, demandee_le=f.dans(days=-900)),
            lambda famille: f.SuiviFactory(destinataire=famille.email),
            lambda famille: f.SuiviFactory(canal="sms", destinataire=famille.telephone.as_e164),
            lambda famille: f.DemandeRappelFactory(
                telephone=f.FamilleFactory(sms=True, cree_le=f.dans(days=-900), fusionnee_dans=famille).telephone
            ),
        ],
        ids=[
            "a booking",
            "a request",
            "a member of a group",
            "an account in use",
            "a coparent's account in use",
            "another contact of hers",
            "a call she asked for",
            "a call she waits for",
            "a commune followed by its address",
            "a commune followed by its number",
            "a call asked for by her other contact",
        ],
    )
    def test_a_sign_of_life_keeps_it(self, signe: Callable[[Famille], Any]) -> None:
        famille = f.FamilleFactory(cree_le=f.dans(days=-900), telephone="+33698765432")
        signe(famille)
        assert passer("familles", f.maintenant()) == 0


@pytest.mark.django_db
class TestRegles:
    def test_receipts_lose_their_address_after_six_months_and_are_still_counted(self) -> None:
        ancien = f.MessageFactory(envoye=True, cree_le=f.dans(days=-190), contexte={"prenom": "Inès"})
        attend = f.MessageFactory(cree_le=f.dans(days=-190), du_le=f.dans(days=2))
        recent = f.MessageFactory(envoye=True, cree_le=f.dans(days=-170))
        assert passer("messages") == 1
        ancien.refresh_from_db()
        assert (ancien.destinataire, ancien.contexte, ancien.statut) == ("", {}, StatutMessage.ENVOYE)
        assert Message.objects.exclude(destinataire="").count() == len({attend.pk, recent.pk})

    def test_requests_without_a_follow_up_go_after_six_months(self) -> None:
        vieux = f.dans(days=-190)
        f.DemandeRappelFactory(demandee_le=vieux)
        garde = f.DemandeRappelFactory(demandee_le=f.dans(days=-100))
        partie = f.DemandeGroupeFactory(en_attente_depuis=vieux, repere=f.dans(days=-200).date(), cree_le=vieux)
        # Her baby is due next month: she still waits for a group.
        enceinte = f.DemandeGroupeFactory(attendu=True, en_attente_depuis=vieux, cree_le=vieux)
        membre = f.MembreGroupeFactory(demande__en_attente_depuis=vieux)
        # Nothing comes of her request, and she follows a commune, or waits to be called, by a younger rule.
        suit = f.DemandeGroupeFactory(en_attente_depuis=vieux, repere=f.dans(days=-200).date(), cree_le=vieux)
        suivi = f.SuiviFactory(destinataire=suit.famille.email)
        attend = f.DemandeGroupeFactory(
            famille__sms=True, en_attente_depuis=vieux, repere=f.dans(days=-200).date(), cree_le=vieux
        )
        appel = f.DemandeRappelFactory(telephone=attend.famille.telephone)
        assert passer("demandes_rappel") == 1
        assert passer("demandes_groupe") == 3
        assert set(DemandeRappel.objects.all()) == {garde, appel}
        assert Suivi.objects.get() == suivi
        assert Famille.objects.filter(pk__in=[suit.famille_id, attend.famille_id]).count() == 2
        assert set(DemandeGroupe.objects.all()) == {enceinte, membre.demande}
        # She was known for nothing else.
        assert not Famille.objects.filter(pk=partie.famille_id).exists()

    def test_accounts_go_and_a_team_member_who_left_loses_the_name(self) -> None:
        parent = f.UtilisateurFactory(last_login=f.dans(days=-800))
        partie = f.AffectationFactory(
            du=f.dans(days=-1200).date(),
            au=f.dans(days=-800).date(),
            utilisateur__last_login=f.dans(days=-800),
            utilisateur__is_staff=True,
        ).utilisateur
        la = f.AffectationFactory(utilisateur__last_login=f.dans(days=-800)).utilisateur
        assert (passer("comptes"), passer("comptes_equipe")) == (1, 1)
        assert not Utilisateur.objects.filter(pk=parent.pk).exists()
        partie.refresh_from_db()
        assert (partie.nom_complet, partie.is_active) == ("", False)
        assert Utilisateur.objects.filter(pk=la.pk, nom=la.nom).exists()
        assert passer("comptes_equipe", f.dans(days=1)) == 0

    def test_a_wish_for_silence_goes_after_two_years_once_nobody_has_the_contact(self) -> None:
        famille = f.FamilleFactory(email="Ines@exemple.fr", telephone="+33612000001")
        compte = f.ProfilParentFactory(mobile=True, telephone="+33612000002").utilisateur
        reservation = f.InscriptionFactory(email="autre@exemple.fr", telephone="+33612000003")
        tenus = {
            *((Canal.EMAIL, adresse) for adresse in ("ines@exemple.fr", compte.email, reservation.email)),
            (Canal.EMAIL, f.InvitationCoparentFactory(famille=famille, par=compte).email),
            *((Canal.SMS, f"+3361200000{n}") for n in (1, 2, 3)),
            (Canal.SMS, f.DemandeRappelFactory(telephone="+33612000004").telephone.as_e164),
            (Canal.EMAIL, f.SuiviFactory().destinataire),
        }
        partis = {(Canal.EMAIL, "partie@exemple.fr"), (Canal.SMS, "+33612000009")}
        for canal, destinataire in tenus | partis:
            f.OppositionFactory(canal=canal, destinataire=destinataire, depuis=f.dans(days=-740))
        recente = f.OppositionFactory(destinataire="+33612000008", depuis=f.dans(days=-700))
        assert passer("oppositions") == len(partis)
        restees = set(Opposition.objects.values_list("canal", "destinataire"))
        assert restees == tenus | {(recente.canal, recente.destinataire)}


def passer(code: str, maintenant: datetime | None = None) -> int:
    return conservation.passer(horloge=lambda: maintenant or f.maintenant(), codes=[code])


@pytest.mark.django_db
class TestPassage:
    def test_a_rule_is_applied_once_a_day_and_says_how_many(self) -> None:
        f.DemandeRappelFactory(demandee_le=f.dans(days=-190))
        maintenant = f.maintenant()
        assert passer("demandes_rappel", maintenant) == 1
        f.DemandeRappelFactory(demandee_le=f.dans(days=-190))
        assert passer("demandes_rappel", maintenant) == 0
        assert passer("demandes_rappel", maintenant + timedelta(days=1)) == 1
        assert list(PassagePurge.objects.order_by("jour").values_list("nombre", flat=True)) == [1, 1]

    def test_killed_in_the_middle_its_figures_are_true_and_the_next_goes_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _rang in range(5):
            f.DemandeRappelFactory(demandee_le=f.dans(days=-190))
        fonction, _lot = conservation._PURGES["demandes_rappel"]
        tours = []

        def mourir(*arguments: Any) -> int:
            tours.append(1)
            nombre = fonction(*arguments)
            if len(tours) == 2:
                raise KeyboardInterrupt  # within the second lot, its rows gone and not yet counted
            return nombre

        monkeypatch.setitem(conservation._PURGES, "demandes_rappel", (mourir, 2))
        with pytest.raises(KeyboardInterrupt):
            passer("demandes_rappel")
        passage = PassagePurge.objects.get()
        assert (passage.nombre, passage.fini_le) == (2, None)
        assert DemandeRappel.objects.count() == 3
        assert passer("demandes_rappel") == 3
        passage.refresh_from_db()
        assert passage.nombre == 5
        assert passage.fini_le is not None

    def test_one_rule_that_fails_keeps_none_of_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def echouer(*_arguments: Any) -> int:
            raise ValueError("qz7 a name that the log must not hold")

        monkeypatch.setitem(conservation._PURGES, "familles", (echouer, 50))
        f.DemandeRappelFactory(demandee_le=f.dans(days=-190))
        assert conservation.passer(horloge=f.maintenant) == 1
        assert not PassagePurge.objects.filter(regle="familles", fini_le__isnull=False).exists()
