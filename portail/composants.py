"""The catalogue of components at /composants/ (demo settings): each one in each of its states.

?sens=rtl lays the page from right to left, ?theme=sombre or ?theme=clair forces the theme.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from socle.graphiques import Barre, Serie

PICTOS = (
    "maison fourgon bulle berceau mains calendrier horloge lieu groupe personne telephone enveloppe recherche filtre "
    "carte langue poussette check alerte croix info aide position label bus sablier livre feuille coeur imprimer "
    "telecharger partir suivant precedent repli plus moins crayon ecouter accessible"
).split()
# Name, then the token of its text where it is a surface.
COULEURS = [
    ("papier", "encre"),
    ("surface", "encre"),
    ("abricot", "encre"),
    ("brume", "encre"),
    ("action", "sur-action"),
    ("feuille-fond", "feuille"),
    ("ocre-fond", "ocre"),
    ("prune-fond", "prune"),
    ("rouge-fond", "rouge"),
    ("pied", "sur-pied"),
]
PARIS = ZoneInfo("Europe/Paris")


class FormulaireExemple(forms.Form):
    """Every kind of field a page may hold."""

    prenom = forms.CharField(label="Votre prénom", max_length=60)
    contact = forms.CharField(
        label="Votre e-mail ou votre numéro de mobile",
        help_text="Pour vous confirmer la place et vous prévenir si la séance change. Rien d'autre.",
    )
    naissance = forms.DateField(
        label="Date de naissance ou date prévue",
        required=False,
        help_text="Par exemple 27/03/2026.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    adultes = forms.IntegerField(label="Combien d'adultes viennent ?", min_value=1, max_value=4, initial=1)
    rayon = forms.ChoiceField(label="Jusqu'où ?", choices=[("10", "10 km"), ("20", "20 km"), ("50", "50 km")])
    moment = forms.ChoiceField(
        label="Quand préférez-vous venir ?",
        choices=[("semaine", "En semaine"), ("mercredi", "Le mercredi"), ("samedi", "Le samedi")],
        widget=forms.RadioSelect,
    )
    besoins = forms.MultipleChoiceField(
        label="Pour bien vous accueillir",
        required=False,
        choices=[
            ("poussette", "Place pour une poussette"),
            ("interprete", "Interprète"),
            ("lsf", "Langue des signes"),
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    mot = forms.CharField(label="Un mot pour l'équipe", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sms = forms.BooleanField(label="Je veux aussi un rappel par SMS", required=False)


def seance_exemple(**attributs: Any) -> SimpleNamespace:
    """What the session card reads, without a database."""
    debut = datetime.combine(timezone.localdate() + timedelta(days=6), datetime.min.time(), PARIS).replace(hour=14)
    return SimpleNamespace(
        **{
            "titre": "Café des parents : le sommeil, parlons-en",
            "debut": debut,
            "fin": debut + timedelta(minutes=90),
            "zone": PARIS,
            "lieu": SimpleNamespace(
                nom="Salle des familles",
                fuseau="Europe/Paris",
                commune=SimpleNamespace(nom="Rethel"),
                maison=SimpleNamespace(nom="Maison des 1000 premiers jours de Rethel"),
            ),
            "format": "cafe",
            "get_format_display": "café des parents",
            "public_libelle": "futurs parents et bébés jusqu'à 12 mois",
            "capacite_adultes": 10,
            "capacite_enfants": 8,
            "places_adultes": 6,
            "places_enfants": 5,
            "est_complete": False,
            "statut": "publiee",
            "inscriptions_du": None,
            "inscriptions_au": None,
            "get_absolute_url": "#seances",
            "distance_km": 3.2,
            **attributs,
        }
    )


def groupe_exemple(**attributs: Any) -> SimpleNamespace:
    """What the card of a group reads."""
    jour = timezone.localdate()
    return SimpleNamespace(
        **{
            "nom": "Les bébés du printemps",
            "naissances_du": jour + timedelta(days=60),
            "naissances_au": jour + timedelta(days=115),
            "premiere_rencontre": jour + timedelta(days=140),
            "debut_premiere": datetime.combine(jour + timedelta(days=140), datetime.min.time(), PARIS).replace(
                hour=14
            ),
            "jour_de_semaine": "mardi",
            "get_rythme_display": "une semaine sur deux",
            "lieu": seance_exemple().lieu,
            "binomes_libres": 6,
            "particularites_libelles": ["coparents bienvenus"],
            "langue": "fr",
            "get_langue_display": "français",
            **attributs,
        }
    )


def maison_exemple(**attributs: Any) -> SimpleNamespace:
    return SimpleNamespace(
        **{
            "nom": "Maison des 1000 premiers jours de Rethel",
            "get_absolute_url": "#maisons",
            "type": "fixe",
            "statut_label": "labellisee",
            "demonstration": False,
            **attributs,
        }
    )


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    maintenant = timezone.now()
    contexte = {
        "sens": request.GET.get("sens", ""),
        "theme": request.GET.get("theme", ""),
        "couleurs": COULEURS,
        "series": [Serie("L'an dernier"), Serie("Cette année")],
        "barres": [
            Barre("Un lieu où venir sans rendez-vous, près de chez moi, le samedi matin", [62, 71]),
            Barre("Parler avec une professionnelle", [38, 35]),
            Barre("Autre chose", [12, None]),
        ],
        "pictos": PICTOS,
        "seances": [
            ("Places libres", seance_exemple()),
            (
                "Presque complet",
                seance_exemple(
                    titre="Portage et premiers mois",
                    places_adultes=2,
                    places_enfants=1,
                    distance_km=0.4,
                    format="pratique",
                    get_format_display="atelier pratique",
                ),
            ),
            (
                "Plus de place pour un bébé",
                seance_exemple(
                    titre="Jouer avec trois fois rien", places_adultes=4, places_enfants=0, distance_km=None
                ),
            ),
            ("Complet", seance_exemple(titre="Massage bébé", est_complete=True, places_adultes=0, distance_km=24.6)),
            (
                "Groupe de parents",
                seance_exemple(
                    titre="Groupe des bébés de mars", format="groupe", get_format_display="groupe de parents"
                ),
            ),
            ("Inscriptions à venir", seance_exemple(inscriptions_du=maintenant + timedelta(days=2))),
            ("Annulée", seance_exemple(statut="annulee")),
            (
                "Commencée",
                seance_exemple(debut=maintenant - timedelta(minutes=20), fin=maintenant + timedelta(minutes=70)),
            ),
        ],
        "groupes": [
            groupe_exemple(),
            groupe_exemple(
                nom="Les jumeaux du soir", binomes_libres=2, particularites_libelles=["jumeaux et plus", "le soir"]
            ),
            groupe_exemple(nom="Mars, en turc", binomes_libres=0, langue="tr", get_langue_display="turc"),
            groupe_exemple(nom="Les petits de l'été", premiere_rencontre=None),
        ],
        "maisons": [
            {"maison": maison_exemple(), "distance": 3.2, "ouvert": True, "ouverture": "jusqu'à 17 h"},
            {
                "maison": maison_exemple(nom="La Bulle parentale", type="vehicule", statut_label="aucun"),
                "distance": 12.4,
                "ouvert": False,
                "ouverture": "À Attigny mardi à 9 h",
            },
            {
                "maison": maison_exemple(
                    nom="Maison des Solidarités de Vouziers", statut_label="candidate", demonstration=True
                ),
                "distance": None,
                "ouvert": False,
                "ouverture": "Ouvre lundi à 9 h",
            },
        ],
        "prochaine": seance_exemple(),
        "jours": [
            {"nom": "lundi", "plages": ["9 h – 12 h", "13 h 30 – 17 h"], "aujourdhui": False},
            {"nom": "mardi", "plages": ["13 h 30 – 18 h 30"], "aujourdhui": True},
            {"nom": "mercredi", "plages": [], "aujourdhui": False},
        ],
        "numeros": [
            {"numero": "15", "nom": "Samu, urgence vitale", "horaires": "jour et nuit", "urgent": True, "sms": False},
            {
                "numero": "3114",
                "nom": "Prévention du suicide",
                "horaires": "jour et nuit",
                "urgent": True,
                "sms": False,
            },
            {
                "numero": "119",
                "nom": "Enfance en danger",
                "horaires": "jour et nuit, gratuit",
                "urgent": False,
                "sms": False,
            },
            {"numero": "114", "nom": "Urgence par SMS", "horaires": "jour et nuit", "urgent": False, "sms": True},
        ],
        "formulaire": FormulaireExemple(auto_id="libre_%s"),
        "formulaire_faux": FormulaireExemple(
            {"prenom": "", "naissance": "31/02/2026", "adultes": "0"}, auto_id="faux_%s"
        ),
        "page": Paginator(range(200), 10).get_page(4),
        "fil": [("Accueil", "#"), ("Maisons", "#maisons")],
    }
    return render(request, "portail/composants.html", contexte)


app_name = "composants"
urlpatterns = [path("", catalogue, name="catalogue")]
