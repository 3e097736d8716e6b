"""Reminders of the two early interviews: owed at nine on the window's first day, told once, moved by a birth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from familles import entretiens
from familles.calendrier import Decalage, Regle, Reperes, fenetre
from familles.chargement import charger_calendrier
from familles.entretiens import RappelDu, rappel_du
from familles.enums import Ancre, ChoixCanal
from familles.models import Enfant, Jalon, RappelEntretien
from familles.silence import tout_arreter
from socle.models import Message
from tests.factories import EnfantFactory, ProfilParentFactory, RappelEntretienFactory, UtilisateurFactory

PARIS, FORT_DE_FRANCE = "Europe/Paris", "America/Martinique"
# Between four and eight weeks after the birth; the fourth month of pregnancy, possible up to the birth.
POSTNATAL = Regle(code="epnp_1", ancre=Ancre.NAISSANCE, debut=Decalage(semaines=4), fin=Decalage(semaines=8))
PRENATAL = Regle(
    code="epp",
    ancre=Ancre.TERME,
    debut=Decalage(mois=-6),
    fin=Decalage(mois=-5),
    tolerance_fin=Ancre.NAISSANCE,
)
AVANT = datetime(2020, 1, 1, tzinfo=UTC)


def du(regle: Regle, reperes: Reperes, quand: datetime, *, demande: datetime = AVANT, fuseau: str = PARIS) -> object:
    return rappel_du(fenetre(regle, reperes), demande_le=demande, fuseau=fuseau, maintenant=quand)


def a(jour: str, heure: str = "09:00", fuseau: str = PARIS) -> datetime:
    return datetime.fromisoformat(f"{jour}T{heure}").replace(tzinfo=ZoneInfo(fuseau))


@pytest.mark.parametrize(
    ("naissance", "premier", "dernier"),
    [
        # 28 and 56 days later, counted by hand.
        (date(2026, 3, 1), "2026-03-29", "2026-04-26"),  # the clock changes on the very morning, at two
        (date(2026, 9, 27), "2026-10-25", "2026-11-22"),  # and back
        (date(2028, 2, 1), "2028-02-29", "2028-03-28"),  # leap year
        (date(2027, 1, 31), "2027-02-28", "2027-03-28"),
    ],
)
def test_from_nine_on_the_first_day_to_the_end_of_the_last(naissance: date, premier: str, dernier: str) -> None:
    reperes = Reperes(naissance=naissance)
    assert du(POSTNATAL, reperes, a(premier, "08:59")) is None
    owed = du(POSTNATAL, reperes, a(premier))
    fin = a(dernier, "00:00") + timedelta(days=1)
    assert owed == RappelDu(a(premier), a(str(fin.date()), "00:00"))
    assert du(POSTNATAL, reperes, a(dernier, "23:59")) == owed
    assert du(POSTNATAL, reperes, a(str(fin.date()), "00:00")) is None


def test_nine_is_nine_on_the_clock_of_the_family_winter_and_summer() -> None:
    # UTC+1 the day before the change, UTC+2 from the morning of it; four hours behind in Martinique.
    assert du(POSTNATAL, Reperes(naissance=date(2026, 2, 28)), datetime(2026, 3, 28, 8, tzinfo=UTC))
    assert not du(POSTNATAL, Reperes(naissance=date(2026, 2, 28)), datetime(2026, 3, 28, 7, 59, tzinfo=UTC))
    assert du(POSTNATAL, Reperes(naissance=date(2026, 3, 1)), datetime(2026, 3, 29, 7, tzinfo=UTC))
    loin = Reperes(naissance=date(2026, 3, 1))
    assert not du(POSTNATAL, loin, datetime(2026, 3, 29, 12, 59, tzinfo=UTC), fuseau=FORT_DE_FRANCE)
    assert du(POSTNATAL, loin, datetime(2026, 3, 29, 13, tzinfo=UTC), fuseau=FORT_DE_FRANCE)


def test_the_prenatal_one_follows_the_due_date_of_a_31st() -> None:
    # Six and five calendar months before 31 August 2027: 28 February and 31 March.
    reperes = Reperes(terme=date(2027, 8, 31))
    assert du(PRENATAL, reperes, a("2027-02-28")) == RappelDu(a("2027-02-28"), a("2027-04-01", "00:00"))


def test_nothing_is_counted_from_a_birth_that_has_not_come() -> None:
    for jour in ("2027-03-28", "2027-04-10"):
        assert du(POSTNATAL, Reperes(terme=date(2027, 3, 1)), a(jour)) is None


def test_asked_for_inside_the_window_it_waits_three_days_and_never_passes_the_end() -> None:
    reperes = Reperes(naissance=date(2026, 6, 1))  # 29 June to 27 July
    demande = a("2026-07-10", "20:00")
    assert du(POSTNATAL, reperes, a("2026-07-12"), demande=demande) is None
    assert du(POSTNATAL, reperes, a("2026-07-13"), demande=demande) is not None
    assert du(POSTNATAL, reperes, a("2026-07-27"), demande=a("2026-07-26", "10:00")) is not None
    assert du(POSTNATAL, reperes, a("2026-07-28"), demande=a("2026-07-27", "10:00")) is None


@pytest.mark.django_db
class TestDeposer:
    @pytest.fixture(autouse=True)
    def calendrier(self) -> None:
        charger_calendrier(maintenant=AVANT)

    def demander(self, code: str, **dates: date | None) -> RappelEntretien:
        enfant = EnfantFactory(**{"naissance": None, "terme_prevu": None, **dates})
        rappel: RappelEntretien = RappelEntretienFactory(
            enfant=enfant, jalon=Jalon.objects.get(code=code), demande_le=AVANT
        )
        return rappel

    def test_told_once_in_neutral_words_whatever_its_dates_become(self) -> None:
        rappel = self.demander("epnp_1", terme_prevu=date(2027, 3, 20))
        # Expected: nothing yet, even four weeks after the due date.
        assert entretiens.deposer_rappels(maintenant=a("2027-04-17")) == 0
        Enfant.objects.update(naissance=date(2027, 3, 1))
        assert entretiens.deposer_rappels(maintenant=a("2027-03-29", "08:00")) == 0
        assert entretiens.deposer_rappels(maintenant=a("2027-03-29")) == 1
        assert entretiens.deposer_rappels(maintenant=a("2027-03-29", "09:10")) == 0
        Enfant.objects.update(naissance=date(2027, 3, 8))
        assert entretiens.deposer_rappels(maintenant=a("2027-04-06")) == 0
        message = Message.objects.get()
        assert (message.destinataire, message.modele) == (rappel.utilisateur.email, "rappel_entretien")
        assert set(message.contexte) == {"lien"}

    def test_by_the_channels_that_were_chosen(self) -> None:
        for canal, attendus in ((ChoixCanal.SMS, ["sms"]), (ChoixCanal.AUCUN, [])):
            rappel = self.demander("epnp_1", naissance=date(2027, 3, 1))
            profil = ProfilParentFactory(utilisateur=rappel.utilisateur, mobile=True, canal_entretiens=canal)
            entretiens.deposer_rappels(maintenant=a("2027-03-30"))
            envoyes = Message.objects.filter(destinataire__in=[profil.telephone.as_e164, rappel.utilisateur.email])
            assert [m.canal for m in envoyes] == attendus

    def test_stopped_with_everything_else(self) -> None:
        rappel = self.demander("epp", terme_prevu=date(2027, 8, 31))
        compte = UtilisateurFactory(email=rappel.enfant.famille.email)
        RappelEntretienFactory(utilisateur=compte, enfant=rappel.enfant, jalon=rappel.jalon, demande_le=AVANT)
        tout_arreter(famille=rappel.enfant.famille, maintenant=a("2027-02-01"))
        assert not RappelEntretien.objects.exists()
        assert entretiens.deposer_rappels(maintenant=a("2027-03-01")) == 0

    def test_a_child_no_longer_shown_is_not_reminded_of(self) -> None:
        self.demander("epnp_1", naissance=date(2027, 3, 1))
        Enfant.objects.update(suivi=False)
        assert entretiens.deposer_rappels(maintenant=a("2027-03-30")) == 0
