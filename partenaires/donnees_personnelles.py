"""This room is a directory of professionals, and counts referrals without the families."""

from __future__ import annotations

from partenaires.models import JeuDeDonnees, Orientation, Partenaire, Permanence
from socle.registre import sans_donnees

sans_donnees("annuaire professionnel, public", Partenaire, Permanence)
sans_donnees("chiffres, reliés à personne", Orientation)
sans_donnees("données ouvertes, publiques", JeuDeDonnees)
