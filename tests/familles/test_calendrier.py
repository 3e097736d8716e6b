"""The calendar's engine: worked examples with dates checked by hand, then what must hold for any date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from familles.calendrier import (
    Decalage,
    Fenetre,
    Regle,
    Reperes,
    debut_mois,
    fenetre,
    fenetres,
    jour_ouvrable,
    mille_jours,
    ou_j_en_suis,
)
from familles.chargement import lire_jalons
from familles.enums import Ancre, Condition, EtatFenetre
from familles.models import Jalon, VersionJalon
from portail.compagnon.lignes import est_ferie

REGLES = {code: VersionJalon(jalon=Jalon(code=code), **champs).regle for code, champs in lire_jalons().items()}

TERMES = st.dates(min_value=date(2024, 1, 1), max_value=date(2033, 12, 31))


def dates(code: str, **reperes: object) -> tuple[date | None, date | None]:
    trouvee = fenetre(REGLES[code], Reperes(**reperes), est_ferie=est_ferie)  # type: ignore[arg-type]
    assert trouvee is not None
    return trouvee.debut, trouvee.fin


class TestExemples:
    """Each date was counted on a paper calendar; the reckoning stands beside it."""

    @pytest.mark.parametrize(
        ("code", "terme", "debut", "fin"),
        [
            # Early prenatal interview, ideally the 4th month: due date - 6 months to - 5 months.
            ("epp", date(2027, 3, 14), date(2026, 9, 14), date(2026, 10, 14)),
            # A 31st: 31 August - 6 months is the last day of February (28 in 2027), - 5 months is 31 March.
            ("epp", date(2027, 8, 31), date(2027, 2, 28), date(2027, 3, 31)),
            # The same in a leap year: February 2028 has 29 days.
            ("epp", date(2028, 8, 31), date(2028, 2, 29), date(2028, 3, 31)),
            # 31 May - 6 months: November has 30 days; - 5 months: 31 December.
            ("epp", date(2027, 5, 31), date(2026, 11, 30), date(2026, 12, 31)),
            # Due on 29 February 2028: 29 August and 29 September 2027.
            ("epp", date(2028, 2, 29), date(2027, 8, 29), date(2027, 9, 29)),
            # Before the end of the third month: - 9 months to - 6 months.
            ("consult_1", date(2027, 3, 14), date(2026, 6, 14), date(2026, 9, 14)),
            ("consult_7", date(2027, 3, 31), date(2027, 2, 28), date(2027, 3, 31)),
            # Last period: 14 March 2027 - 287 days. 73 days back to 31 December 2026 (Jan 31 + Feb 28 + 14), 214 left:
            # Dec 31, Nov 30, Oct 31, Sep 30, Aug 31 make 153, 61 left: Jul 31 and Jun 30 make 61: 31 May 2026.
            # 11 weeks (77 days) on: 16 August; 13 weeks and 6 days (97 days): 5 September.
            ("echo_t1", date(2027, 3, 14), date(2026, 8, 16), date(2026, 9, 5)),
            # 22 weeks (154 days): 1 November; 24 weeks (168): 15 November.
            ("echo_t2", date(2027, 3, 14), date(2026, 11, 1), date(2026, 11, 15)),
            # 32 weeks (224 days): 10 January; 34 weeks (238): 24 January 2027.
            ("echo_t3", date(2027, 3, 14), date(2027, 1, 10), date(2027, 1, 24)),
            # Maternity leave, first child: 6 weeks (42 days) before, 10 weeks (70 days) after.
            ("conge_maternite_1_2", date(2027, 3, 14), date(2027, 1, 31), date(2027, 5, 23)),
            # Third child: 8 weeks (56 days) before, 18 weeks (126 days) after.
            ("conge_maternite_3plus", date(2027, 3, 14), date(2027, 1, 17), date(2027, 7, 18)),
        ],
    )
    def test_from_a_due_date(self, code: str, terme: date, debut: date, fin: date) -> None:
        assert dates(code, terme=terme) == (debut, fin)

    @pytest.mark.parametrize(
        ("code", "naissance", "debut", "fin"),
        [
            # Early postnatal interview: 28 to 56 days after. 14 March + 28 = 11 April, + 56 = 9 May 2027.
            ("epnp_1", date(2027, 3, 14), date(2027, 4, 11), date(2027, 5, 9)),
            # Over a 29 February: 1 February 2028 + 28 = 29 February, + 56 = 28 March 2028.
            ("epnp_1", date(2028, 2, 1), date(2028, 2, 29), date(2028, 3, 28)),
            ("epnp_1", date(2027, 2, 1), date(2027, 3, 1), date(2027, 3, 29)),
            # Second interview: 70 to 98 days. 14 March + 70 = 23 May, + 98 = 20 June.
            ("epnp_2", date(2027, 3, 14), date(2027, 5, 23), date(2027, 6, 20)),
            ("consult_postnatale", date(2027, 3, 14), date(2027, 4, 25), date(2027, 5, 9)),
            # Born on a 31st: the month is over on the last day of a shorter one.
            ("examen_enfant_m2", date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)),
            # Born on 29 February: 24 months later it is 28 February 2026.
            ("fin_1000j", date(2024, 2, 29), date(2026, 2, 28), date(2026, 2, 28)),
            ("vaccin_ror_1", date(2024, 2, 29), date(2025, 2, 28), date(2025, 3, 29)),
            ("examen_enfant_m16_18", date(2026, 8, 31), date(2027, 12, 31), date(2028, 2, 29)),
            # Registry: born on Thursday 19 March 2026, the fifth day is Tuesday 24.
            ("declaration_naissance", date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 24)),
            # Born on Monday 16 March 2026: the fifth day is Saturday 21, so Monday 23.
            ("declaration_naissance", date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 23)),
            # Born on Wednesday 1 April 2026: Monday 6 is Easter Monday, so Tuesday 7.
            ("declaration_naissance", date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7)),
            # Born on Friday 8 May 2026 (the day doesn't count): 9 to 13 May.
            ("declaration_naissance", date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 13)),
            # Full cover ends on the 12th day after the birth; its start is unknown without a due date.
            ("prise_en_charge_100", date(2027, 3, 14), None, date(2027, 3, 26)),
        ],
    )
    def test_from_a_birth(self, code: str, naissance: date, debut: date | None, fin: date) -> None:
        assert dates(code, naissance=naissance) == (debut, fin)

    def test_months_of_pregnancy_agree_with_the_two_sourced_marks(self) -> None:
        """End of the 3rd month = 15 weeks, start of the 6th = 24 weeks, to within a few days of calendar months."""
        terme = date(2027, 3, 14)
        regles = terme - timedelta(days=287)
        assert abs((debut_mois(terme, 4) - regles).days - 15 * 7) <= 3
        assert abs((debut_mois(terme, 6) - regles).days - 24 * 7) <= 3

    def test_the_thousand_days(self) -> None:
        assert mille_jours(Reperes(terme=date(2027, 3, 14))) == (date(2026, 9, 14), date(2029, 3, 14))
        ne = Reperes(terme=date(2027, 3, 14), naissance=date(2027, 2, 20))
        assert mille_jours(ne) == (date(2026, 9, 14), date(2029, 2, 20))


class TestNaissanceAvantOuApresLeTerme:
    TERME = date(2027, 3, 14)

    def test_after_the_birth_its_date_counts_and_nothing_is_an_estimate(self) -> None:
        avant = fenetre(REGLES["epnp_1"], Reperes(terme=self.TERME))
        apres = fenetre(REGLES["epnp_1"], Reperes(terme=self.TERME, naissance=date(2027, 3, 1)))
        assert avant is not None
        assert apres is not None
        assert (avant.estimee, apres.estimee) == (True, False)
        assert (apres.debut, apres.fin) == (date(2027, 3, 29), date(2027, 4, 26))

    def test_a_premature_childs_examinations_and_vaccines_follow_the_birth(self) -> None:
        ne = {"terme": self.TERME, "naissance": date(2027, 1, 10)}
        assert dates("examen_enfant_m2", **ne) == (date(2027, 2, 10), date(2027, 3, 10))
        assert dates("vaccin_hexa_1", **ne) == (date(2027, 3, 10), date(2027, 4, 10))

    def test_a_premature_childs_group_follows_the_due_date(self) -> None:
        # 4 weeks after 14 March = 11 April 2027, to 12 months after it.
        ne = {"terme": self.TERME, "naissance": date(2027, 1, 10)}
        assert dates("groupe_pair_12m", **ne) == (date(2027, 4, 11), date(2028, 3, 14))

    def test_born_late_a_child_has_no_corrected_age(self) -> None:
        ne = {"terme": self.TERME, "naissance": date(2027, 3, 20)}
        assert dates("groupe_pair_12m", **ne) == (date(2027, 4, 17), date(2028, 3, 20))

    def test_what_was_to_begin_after_the_birth_is_gone(self) -> None:
        ne = Reperes(terme=self.TERME, naissance=date(2027, 1, 10))
        assert fenetre(REGLES["consult_7"], ne) is None
        # Begun before, it ended with the birth.
        assert dates("pnp", terme=self.TERME, naissance=date(2027, 1, 10)) == (date(2026, 9, 14), date(2027, 1, 10))

    def test_maternity_leave_loses_nothing_to_an_early_birth_nor_to_a_late_one(self) -> None:
        # Early, on 1 March: still 10 weeks after the due date, 23 May. Late, on 20 March: 10 weeks after it, 29 May.
        assert dates("conge_maternite_1_2", terme=self.TERME, naissance=date(2027, 3, 1))[1] == date(2027, 5, 23)
        assert dates("conge_maternite_1_2", terme=self.TERME, naissance=date(2027, 3, 20))[1] == date(2027, 5, 29)

    def test_born_before_the_leave_could_begin_its_dates_are_for_the_fund_to_say(self) -> None:
        trouvee = fenetre(REGLES["conge_maternite_1_2"], Reperes(terme=self.TERME, naissance=date(2027, 1, 10)))
        assert trouvee is not None
        assert trouvee.a_demander
        assert trouvee.fin is None

    def test_with_the_birth_alone_nothing_of_the_pregnancy_is_made_up(self) -> None:
        codes = {f.regle.code for f in fenetres(REGLES.values(), Reperes(naissance=self.TERME))}
        assert not codes & {"epp", "consult_4", "echo_t2", "conge_maternite_1_2"}
        assert {"epnp_1", "examen_enfant_8j"} <= codes


class TestPourQui:
    TERME = date(2027, 3, 14)

    @pytest.mark.parametrize(
        ("reperes", "conges"),
        [
            ({}, {"conge_maternite_1_2", "conge_maternite_3plus"}),
            ({"rang": Condition.PREMIERS_ENFANTS}, {"conge_maternite_1_2"}),
            ({"rang": Condition.TROISIEME_ENFANT}, {"conge_maternite_3plus"}),
            ({"bebes": 2}, {"conge_maternite_jumeaux"}),
            ({"bebes": 2, "rang": Condition.PREMIERS_ENFANTS}, {"conge_maternite_jumeaux"}),
            ({"bebes": 3}, {"conge_maternite_triples"}),
        ],
    )
    def test_one_maternity_leave_once_enough_is_said(self, reperes: dict[str, object], conges: set[str]) -> None:
        trouvees = fenetres(REGLES.values(), Reperes(terme=self.TERME, **reperes))  # type: ignore[arg-type]
        assert {f.regle.code for f in trouvees if f.regle.code.startswith("conge_maternite")} == conges

    def test_twins(self) -> None:
        # 12 weeks (84 days) before 14 March 2027: 20 December 2026; 22 weeks (154 days) after: 15 August 2027.
        assert dates("conge_maternite_jumeaux", terme=self.TERME, bebes=2) == (date(2026, 12, 20), date(2027, 8, 15))

    def test_the_new_leave_is_for_births_from_2026_on(self) -> None:
        regle = REGLES["conge_supplementaire_naissance"]
        assert fenetre(regle, Reperes(naissance=date(2025, 12, 31))) is None
        assert fenetre(regle, Reperes(naissance=date(2026, 1, 1))) is not None
        # Its rule says "births, or due dates": born early in December for January.
        assert fenetre(regle, Reperes(naissance=date(2025, 12, 20), terme=date(2026, 1, 10))) is not None


class TestEtat:
    @staticmethod
    def etat(code: str, le: date, **reperes: object) -> EtatFenetre:
        trouvee = fenetre(REGLES[code], Reperes(**reperes))  # type: ignore[arg-type]
        assert trouvee is not None
        return trouvee.etat(le=le)

    @pytest.mark.parametrize(
        ("le", "etat"),
        [
            (date(2026, 9, 13), EtatFenetre.A_VENIR),
            (date(2026, 9, 14), EtatFenetre.OUVERTE),
            (date(2026, 10, 14), EtatFenetre.OUVERTE),
            # Advised in the fourth month, possible until the birth.
            (date(2026, 10, 15), EtatFenetre.ENCORE_POSSIBLE),
            (date(2027, 3, 14), EtatFenetre.ENCORE_POSSIBLE),
            (date(2027, 3, 15), EtatFenetre.PASSEE),
        ],
    )
    def test_the_prenatal_interview_day_by_day(self, le: date, etat: EtatFenetre) -> None:
        assert self.etat("epp", le, terme=date(2027, 3, 14)) == etat

    def test_before_the_end_of_a_month_excludes_the_next_ones_first_day(self) -> None:
        assert self.etat("consult_1", date(2026, 9, 13), terme=date(2027, 3, 14)) == EtatFenetre.OUVERTE
        assert self.etat("consult_1", date(2026, 9, 14), terme=date(2027, 3, 14)) == EtatFenetre.PASSEE

    def test_one_without_an_end_leaves_the_present_after_a_while(self) -> None:
        ne = date(2027, 3, 14)
        assert self.etat("conge_naissance_3j", date(2027, 3, 21), naissance=ne) == EtatFenetre.OUVERTE
        assert self.etat("conge_naissance_3j", date(2027, 3, 22), naissance=ne) == EtatFenetre.PASSEE


class TestOuJEnSuis:
    TERME = date(2027, 3, 14)

    @pytest.mark.parametrize(
        ("le", "mois", "semaines", "jours"),
        [
            # The last period is 31 May 2026.
            (date(2026, 5, 31), 0, 0, 0),
            (date(2026, 6, 13), 0, 1, 6),
            (date(2026, 6, 14), 1, 2, 0),
            (date(2026, 9, 14), 4, 15, 1),
            (date(2026, 11, 22), 6, 25, 0),
            (date(2027, 3, 14), 9, 41, 0),
        ],
    )
    def test_month_and_weeks_of_a_pregnancy(self, le: date, mois: int, semaines: int, jours: int) -> None:
        ou = ou_j_en_suis(Reperes(terme=self.TERME), le=le)
        assert (ou.est_ne, ou.mois, ou.semaines, ou.jours, ou.terme_depasse) == (False, mois, semaines, jours, False)

    def test_past_the_due_date_it_says_so(self) -> None:
        assert ou_j_en_suis(Reperes(terme=self.TERME), le=date(2027, 3, 15)).terme_depasse

    def test_age_of_a_child_born_on_a_31st(self) -> None:
        assert ou_j_en_suis(Reperes(naissance=date(2027, 1, 31)), le=date(2027, 2, 27)).mois == 0
        assert ou_j_en_suis(Reperes(naissance=date(2027, 1, 31)), le=date(2027, 2, 28)).mois == 1

    def test_a_premature_child_has_two_ages(self) -> None:
        ou = ou_j_en_suis(Reperes(terme=self.TERME, naissance=date(2027, 1, 10)), le=date(2027, 6, 14))
        assert (ou.mois, ou.mois_corriges) == (5, 3)

    def test_a_child_born_four_weeks_early_is_not_premature(self) -> None:
        # 37 weeks of amenorrhoea = due date - 28 days = 14 February.
        assert (
            ou_j_en_suis(Reperes(terme=self.TERME, naissance=date(2027, 2, 14)), le=self.TERME).mois_corriges is None
        )
        assert ou_j_en_suis(Reperes(terme=self.TERME, naissance=date(2027, 2, 13)), le=self.TERME).mois_corriges == 0


def test_a_working_day_is_neither_a_weekend_nor_a_holiday() -> None:
    # 1 May 2026 is a Friday: the next working day is Monday 4.
    assert jour_ouvrable(date(2026, 5, 1), est_ferie=est_ferie) == date(2026, 5, 4)
    assert jour_ouvrable(date(2026, 5, 4), est_ferie=est_ferie) == date(2026, 5, 4)


class TestProprietes:
    @given(terme=TERMES, ecart=st.none() | st.integers(-133, 28), bebes=st.integers(1, 3))
    def test_no_window_is_inverted(self, terme: date, ecart: int | None, bebes: int) -> None:
        naissance = None if ecart is None else terme + timedelta(days=ecart)
        for trouvee in fenetres(REGLES.values(), Reperes(terme=terme, naissance=naissance, bebes=bebes)):
            if trouvee.debut is not None and trouvee.fin is not None:
                assert trouvee.debut <= trouvee.fin
            assert trouvee.debut is not None or trouvee.fin is not None

    @given(naissance=TERMES)
    def test_none_is_inverted_from_a_birth_alone(self, naissance: date) -> None:
        for trouvee in fenetres(REGLES.values(), Reperes(naissance=naissance), est_ferie=est_ferie):
            assert trouvee.debut is None or trouvee.fin is None or trouvee.debut <= trouvee.fin

    @given(terme=TERMES, jours=st.integers(1, 400))
    def test_moving_the_due_date_moves_every_milestone_the_same_way(self, terme: date, jours: int) -> None:
        avant = {f.regle.code: f for f in fenetres(REGLES.values(), Reperes(terme=terme))}
        apres = {f.regle.code: f for f in fenetres(REGLES.values(), Reperes(terme=terme + timedelta(days=jours)))}
        assert set(avant) <= set(apres)
        for code, premiere in avant.items():
            for une, autre in _bornes(premiere, apres[code]):
                ecart = (autre - une).days
                if premiere.regle.ancre == Ancre.DERNIERES_REGLES:
                    assert ecart == jours
                # Calendar months are 28 to 31 days long: the same way, by as much to within a few days.
                assert ecart >= 0
                assert abs(ecart - jours) <= 5

    @given(terme=TERMES, premier=st.integers(-300, 900), ecart=st.integers(0, 900))
    def test_time_never_runs_back(self, terme: date, premier: int, ecart: int) -> None:
        """From to come, to open, to still possible, to past; never the other way."""
        ordre = [EtatFenetre.A_VENIR, EtatFenetre.OUVERTE, EtatFenetre.ENCORE_POSSIBLE, EtatFenetre.PASSEE]
        un, autre = terme + timedelta(days=premier), terme + timedelta(days=premier + ecart)
        for trouvee in fenetres(REGLES.values(), Reperes(terme=terme)):
            assert ordre.index(trouvee.etat(le=un)) <= ordre.index(trouvee.etat(le=autre))

    @given(terme=TERMES, mois=st.integers(-9, 30))
    def test_months_are_calendar_months(self, terme: date, mois: int) -> None:
        jour = Decalage(mois=mois).depuis(terme)
        assert (jour.year * 12 + jour.month) - (terme.year * 12 + terme.month) == mois
        assert jour.day == terme.day or (jour.day < terme.day and (jour + timedelta(days=1)).day == 1)


def _bornes(une: Fenetre, autre: Fenetre) -> list[tuple[date, date]]:
    paires = [(une.debut, autre.debut), (une.fin, autre.fin)]
    return [(a, b) for a, b in paires if a is not None and b is not None]


def test_a_rule_needs_no_more_than_its_anchor() -> None:
    regle = Regle(code="essai", ancre=Ancre.NAISSANCE, debut=None, fin=Decalage(mois=6))
    trouvee = fenetre(regle, Reperes(naissance=date(2026, 8, 31)))
    assert trouvee is not None
    assert (trouvee.debut, trouvee.fin) == (date(2026, 8, 31), date(2027, 2, 28))
