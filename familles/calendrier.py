"""The calendar of the 1000 days: pure functions from a due date or a birth date to windows of dates.

Conventions of donnees/calendrier.json: the last period is 287 days (41 weeks of amenorrhoea) before the due date; the
first day of the n-th month of pregnancy is the due date minus (10 - n) calendar months; a month is added as calendars
do, a 31st ending on the last day of a shorter month. Both ends of a window are shown as the file gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from familles.ages import JOURS_DDR_AVANT_TERME, age_en_mois, naissance_corrigee
from familles.enums import Ajustement, Ancre, Condition, EtatFenetre

MOIS_GROSSESSE = 9
# 37 weeks of amenorrhoea, counted back from the due date at 41: a birth before is premature.
JOURS_PREMATURITE = 28
DEBUT_1000_JOURS_MOIS = -6
FIN_1000_JOURS_MOIS = 24

EstFerie = Callable[[date], bool]


@dataclass(frozen=True)
class Decalage:
    """A distance from an anchor: calendar months first, then weeks and days."""

    mois: int = 0
    semaines: int = 0
    jours: int = 0

    def depuis(self, ancre: date) -> date:
        return ancre + relativedelta(months=self.mois) + timedelta(weeks=self.semaines, days=self.jours)


@dataclass(frozen=True, kw_only=True)
class Regle:
    """When a milestone begins and ends; None is no bound. `visible_jours` is how long one without an end is shown."""

    code: str
    ancre: Ancre
    debut: Decalage | None
    fin: Decalage | None
    fin_ancre: Ancre | None = None
    fin_exclue: bool = False
    tolerance_fin: Ancre | None = None
    ajustement: Ajustement | None = None
    condition: Condition | None = None
    naissances_depuis: date | None = None
    age_corrige: bool = False
    visible_jours: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reperes:
    """What a family tells: a due date, a birth date, or the one then the other; how many babies, and which child."""

    terme: date | None = None
    naissance: date | None = None
    bebes: int = 1
    rang: Condition | None = None

    def __post_init__(self) -> None:
        if self.terme is None and self.naissance is None:
            raise ValueError("A due date or a birth date is needed.")

    @property
    def est_ne(self) -> bool:
        return self.naissance is not None

    @property
    def est_premature(self) -> bool:
        """Whether the birth came before 37 weeks of amenorrhoea."""
        return (
            self.naissance is not None
            and self.terme is not None
            and self.naissance < self.terme - timedelta(days=JOURS_PREMATURITE)
        )

    @property
    def naissance_ou_terme(self) -> date:
        """The birth; until then the due date stands for it, and what follows from it is an estimate."""
        repere = self.naissance or self.terme
        if repere is None:
            raise ValueError("A due date or a birth date is needed.")
        return repere

    def date_ancre(self, ancre: Ancre, *, corrigee: bool = False) -> date | None:
        match ancre:
            case Ancre.TERME:
                return self.terme
            case Ancre.DERNIERES_REGLES:
                return None if self.terme is None else self.terme - timedelta(days=JOURS_DDR_AVANT_TERME)
            case Ancre.TERME_OU_NAISSANCE:
                return None if self.terme is None else max(self.terme, self.naissance_ou_terme)
            case Ancre.NAISSANCE:
                if corrigee and self.naissance and self.terme:
                    return naissance_corrigee(self.naissance, self.terme)
                return self.naissance_ou_terme


@dataclass(frozen=True, kw_only=True)
class Fenetre:
    """The dates of one milestone for one family.

    `estimee`: counted from a birth that has not come. `a_demander`: the birth came before the period could begin, and
    the sources read don't say what becomes of it. `jusqu_au`: still possible after the advised period, up to that day.
    """

    regle: Regle
    debut: date | None
    fin: date | None
    jusqu_au: date | None = None
    estimee: bool = False
    a_demander: bool = False

    def etat(self, *, le: date) -> EtatFenetre:
        if self.debut is not None and le < self.debut:
            return EtatFenetre.A_VENIR
        fin = self.fin
        if fin is None and self.debut is not None and self.regle.visible_jours is not None:
            fin = self.debut + timedelta(days=self.regle.visible_jours)
        if fin is None or le < fin or (le == fin and not self.regle.fin_exclue):
            return EtatFenetre.OUVERTE
        if self.jusqu_au is not None and le <= self.jusqu_au:
            return EtatFenetre.ENCORE_POSSIBLE
        return EtatFenetre.PASSEE


def jamais_ferie(jour: date) -> bool:
    return False


def fenetre(regle: Regle, reperes: Reperes, *, est_ferie: EstFerie = jamais_ferie) -> Fenetre | None:
    """The window of a milestone for a family; None when it isn't theirs or can't be known from what they told."""
    if not _concerne(regle, reperes):
        return None
    de_grossesse = regle.ancre in (Ancre.TERME, Ancre.DERNIERES_REGLES)
    ancre = reperes.date_ancre(regle.ancre, corrigee=regle.age_corrige)
    ancre_fin = reperes.date_ancre(regle.fin_ancre or regle.ancre, corrigee=regle.age_corrige)
    # Only the birth is known: of a pregnancy nothing is left but what ends counted from the birth.
    if ancre is None and (ancre_fin is None or regle.fin is None):
        return None
    debut = regle.debut.depuis(ancre) if regle.debut is not None and ancre is not None else None
    fin = regle.fin.depuis(ancre_fin) if regle.fin is not None and ancre_fin is not None else None
    if debut is None and regle.ancre == Ancre.NAISSANCE:
        # "Within six months of the birth" begins with the birth.
        debut = ancre
    if fin is not None and regle.ajustement == Ajustement.JOUR_OUVRABLE:
        fin = jour_ouvrable(fin, est_ferie=est_ferie)
    jusqu_au = reperes.date_ancre(regle.tolerance_fin) if regle.tolerance_fin else None
    a_demander = False
    if de_grossesse and reperes.naissance is not None:
        if debut is not None and debut > reperes.naissance:
            if regle.fin_ancre is None:
                return None
            debut, fin, a_demander = reperes.naissance, None, True
        elif regle.fin_ancre is None and fin is not None:
            fin = min(fin, reperes.naissance)
            jusqu_au = None if jusqu_au is None else min(jusqu_au, reperes.naissance)
    if debut is not None and fin is not None and fin < debut:
        return None
    estimee = not reperes.est_ne and Ancre.NAISSANCE in (regle.ancre, regle.fin_ancre)
    return Fenetre(regle=regle, debut=debut, fin=fin, jusqu_au=jusqu_au, estimee=estimee, a_demander=a_demander)


def fenetres(regles: Iterable[Regle], reperes: Reperes, *, est_ferie: EstFerie = jamais_ferie) -> list[Fenetre]:
    """The windows of all milestones that concern a family, by their start, then by their end."""
    trouvees = [trouvee for regle in regles if (trouvee := fenetre(regle, reperes, est_ferie=est_ferie)) is not None]
    return sorted(trouvees, key=lambda f: (f.debut or date.min, f.fin or date.max, f.regle.code))


def _concerne(regle: Regle, reperes: Reperes) -> bool:
    if regle.naissances_depuis is not None:
        # "Births, or due dates, from that day on": a baby born before its date is not left out.
        connues = [jour for jour in (reperes.naissance, reperes.terme) if jour is not None]
        if max(connues) < regle.naissances_depuis:
            return False
    match regle.condition:
        case Condition.JUMEAUX:
            return reperes.bebes == 2
        case Condition.TRIPLES:
            return reperes.bebes >= 3
        case Condition.PREMIERS_ENFANTS | Condition.TROISIEME_ENFANT:
            return reperes.bebes == 1 and reperes.rang in (None, regle.condition)
        case _:
            return True


def jour_ouvrable(jour: date, *, est_ferie: EstFerie) -> date:
    """The day itself, or the first one after it that is neither Saturday, Sunday nor public holiday."""
    while jour.weekday() >= 5 or est_ferie(jour):
        jour += timedelta(days=1)
    return jour


@dataclass(frozen=True, kw_only=True)
class OuJenSuis:
    """Where a family stands on a day. Before the birth `mois` is the month of pregnancy, 0 before the first one;
    after it the child's age in whole months, and `mois_corriges` that from the due date for a premature child."""

    est_ne: bool
    mois: int
    semaines: int
    jours: int
    terme_depasse: bool = False
    mois_corriges: int | None = None
    finis: bool = False
    # 0 to 1 over the 1000 days; from the start of pregnancy when that is where the family is.
    avancement: float = 0.0


def ou_j_en_suis(reperes: Reperes, *, le: date) -> OuJenSuis:
    """Weeks of amenorrhoea and month of pregnancy before the birth, age after it."""
    du, au = bornes(reperes)
    avancement = min(max((le - du) / (au - du), 0.0), 1.0)
    if reperes.naissance is not None and le >= reperes.naissance:
        corrige = None
        if reperes.est_premature and reperes.terme is not None:
            corrige = max(age_en_mois(reperes.terme, le), 0)
        semaines, jours = divmod((le - reperes.naissance).days, 7)
        return OuJenSuis(
            est_ne=True,
            mois=age_en_mois(reperes.naissance, le),
            semaines=semaines,
            jours=jours,
            mois_corriges=corrige,
            finis=le > au,
            avancement=avancement,
        )
    terme = reperes.naissance_ou_terme
    semaines, jours = divmod((le - (terme - timedelta(days=JOURS_DDR_AVANT_TERME))).days, 7)
    mois = sum(1 for n in range(1, MOIS_GROSSESSE + 1) if debut_mois(terme, n) <= le)
    return OuJenSuis(
        est_ne=False, mois=mois, semaines=semaines, jours=jours, terme_depasse=le > terme, avancement=avancement
    )


def debut_mois(terme: date, n: int) -> date:
    """The first day of the n-th month of pregnancy: the due date minus (10 - n) calendar months."""
    return Decalage(mois=n - 10).depuis(terme)


def mille_jours(reperes: Reperes) -> tuple[date, date]:
    """From the first day of the fourth month of pregnancy to the child's second birthday."""
    naissance = reperes.naissance_ou_terme
    return (
        Decalage(mois=DEBUT_1000_JOURS_MOIS).depuis(reperes.terme or naissance),
        Decalage(mois=FIN_1000_JOURS_MOIS).depuis(naissance),
    )


def bornes(reperes: Reperes) -> tuple[date, date]:
    """What a timeline shows: the whole pregnancy, then up to the child's second birthday."""
    naissance = reperes.naissance_ou_terme
    debut = Decalage(mois=-MOIS_GROSSESSE).depuis(reperes.terme or naissance)
    return min(debut, naissance), Decalage(mois=FIN_1000_JOURS_MOIS).depuis(naissance)
