"""A milestone's window and a family's place in the 1000 days, in words."""

from __future__ import annotations

from datetime import date

from django.utils.dateformat import format as date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from familles.calendrier import Fenetre, OuJenSuis
from familles.enums import Confiance
from socle.dates import ESPACE

MOIS_PAR_AN = 12
# Under this age weeks say more than months.
MOIS_EN_SEMAINES = 2


def jour_court(jour: date, *, annee: bool = True) -> str:
    """ "14 mars 2027", "1er mai": without the day of the week, which says nothing of a window of weeks."""
    if (get_language() or "fr").startswith("fr"):
        numero = "1er" if jour.day == 1 else str(jour.day)
    else:
        numero = str(jour.day)
    texte = f"{numero}{ESPACE}{date_format(jour, 'F')}"
    return f"{texte}{ESPACE}{jour.year}" if annee else texte


def quand(fenetre: Fenetre) -> str:
    """ "Du 14 septembre au 14 octobre 2026", "Avant le …", "À partir du …"; "environ" before a birth to come."""
    if fenetre.a_demander:
        return _("Votre bébé est né avant le début prévu : demandez vos dates à votre caisse d'assurance maladie.")
    debut, fin = fenetre.debut, fenetre.fin
    if fin is not None and fenetre.regle.fin_exclue:
        texte = _("avant le %(fin)s") % {"fin": jour_court(fin)}
    elif debut is not None and fin is not None:
        if debut == fin:
            texte = _("le %(jour)s") % {"jour": jour_court(fin)}
        else:
            texte = _("du %(debut)s au %(fin)s") % {
                "debut": jour_court(debut, annee=debut.year != fin.year),
                "fin": jour_court(fin),
            }
    elif fin is not None:
        texte = _("jusqu'au %(fin)s") % {"fin": jour_court(fin)}
    elif debut is not None:
        texte = _("à partir du %(debut)s") % {"debut": jour_court(debut)}
    else:
        return ""
    if fenetre.estimee:
        texte = _("environ %(quand)s") % {"quand": texte}
    return texte[:1].upper() + texte[1:]


def mention(confiance: str) -> str:
    """What a reader must know of a rule that is not fully established; "" for one that is."""
    return {
        Confiance.PARTIEL: _(
            "Dates indicatives : une partie de la règle reste à confirmer. Demandez à la personne qui vous suit."
        ),
        Confiance.A_CONFIRMER: _("Repère à confirmer : il n'y a pas de règle nationale."),
        Confiance.SOURCE_SECONDAIRE: _(
            "À vérifier avec votre médecin ou la PMI : le calendrier officiel peut avoir changé."
        ),
    }.get(Confiance(confiance), "")


def ou_j_en_suis(ou: OuJenSuis) -> str:
    """ "Vous êtes dans le 6e mois de grossesse." or "Votre bébé a 4 mois." """
    if not ou.est_ne:
        if ou.mois == 0:
            return _("Vous êtes au tout début de la grossesse.")
        if ou.mois == 1:
            return _("Vous êtes dans le premier mois de grossesse.")
        return _("Vous êtes dans le %(mois)de mois de grossesse.") % {"mois": ou.mois}
    return _("Votre bébé a %(age)s.") % {"age": age(ou)}


def age(ou: OuJenSuis) -> str:
    """ "3 jours", "5 semaines", "4 mois", "1 an et 3 mois"."""
    if ou.mois < MOIS_EN_SEMAINES:
        if ou.semaines == 0:
            return ngettext("%(n)d jour", "%(n)d jours", ou.jours) % {"n": ou.jours}
        return ngettext("%(n)d semaine", "%(n)d semaines", ou.semaines) % {"n": ou.semaines}
    return en_mois(ou.mois)


def en_mois(mois: int) -> str:
    ans, reste = divmod(mois, MOIS_PAR_AN)
    en_ans = ngettext("%(n)d an", "%(n)d ans", ans) % {"n": ans}
    mots = ngettext("%(n)d mois", "%(n)d mois", reste) % {"n": reste}
    if not ans:
        return mots
    return _("%(ans)s et %(mois)s") % {"ans": en_ans, "mois": mots} if reste else en_ans
