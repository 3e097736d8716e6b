"""What the declaration of accessibility says: state, what was looked at, what is not right yet.

The page is written from this. Before an audit by somebody else the State asks to write "non conforme" (RGAA 4.1.2,
article 47 of the law of 11 February 2005). After one: change ETAT, TAUX, AUDIT and the lists, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NON_CONFORME, PARTIELLE, TOTALE = "non_conforme", "partielle", "totale"
LIBELLES: dict[str, str | Promise] = {
    NON_CONFORME: _("non conforme"),
    PARTIELLE: _("partiellement conforme"),
    TOTALE: _("totalement conforme"),
}


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """The declaration of one day."""

    etat: str
    faite_le: date
    # Share of the criteria that are met, in percent; None before an audit.
    taux: int | None = None
    # Who looked, and when; empty before.
    audit: str = ""
    pages: tuple[tuple[str | Promise, str], ...] = ()
    outils: tuple[str | Promise, ...] = ()
    faits: tuple[str | Promise, ...] = ()
    non_conformites: tuple[str | Promise, ...] = ()
    a_faire: tuple[str | Promise, ...] = ()

    @property
    def libelle(self) -> str:
        return str(LIBELLES[self.etat])


DECLARATION = Declaration(
    etat=NON_CONFORME,
    faite_le=date(2026, 11, 22),
    # (what it is, the name of its address)
    pages=(
        (_("Accueil"), "portail:accueil"),
        (_("Maisons"), "portail:maisons"),
        (_("Agenda"), "ateliers:agenda"),
        (_("Où est la Bulle ?"), "portail:bulle"),
        (_("Groupes de parents"), "portail:groupes"),
        (_("Calendrier des 1000 jours"), "compagnon:calendrier"),
        (_("Comment je me sens"), "compagnon:bien_etre"),
        (_("Mes réservations"), "ateliers:mes_reservations"),
        (_("Besoin d'aide"), "portail:besoin_aide"),
        (_("Vos données"), "portail:confidentialite"),
    ),
    outils=(
        _("axe-core, dans Chromium, à chaque changement"),
        _("la navigation au clavier, sans JavaScript, en 360 points de large"),
        _("un contrôle PDF/UA des documents"),
    ),
    faits=(
        _("Les pages fonctionnent sans JavaScript, au clavier, et jusqu'à 400 % d'agrandissement."),
        _("Les contrastes sont calculés, en clair comme en sombre."),
        _("La carte ne dit rien que la liste ne dise aussi."),
        _("Les documents PDF ont une structure, une langue et des titres."),
    ),
    non_conformites=(
        _("aucun critère n'a été vérifié par une personne indépendante : tous sont réputés non conformes"),
        _("les essais automatiques ne voient qu'une partie des défauts"),
        _("les images et les documents que les équipes ajoutent ne sont pas relus"),
    ),
    a_faire=(
        _("un audit par une personne indépendante ;"),
        _("des essais avec des personnes handicapées et des lecteurs d'écran ;"),
        _("un plan d'actions sur plusieurs années."),
    ),
)
