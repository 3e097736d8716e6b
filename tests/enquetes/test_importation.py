"""Answers from a workbook: judged whole, written whole, once, as anonymous as the others."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enquetes import fournis, importation, publication
from enquetes.models import Campagne, Reponse, TexteLibre
from maisons.models import Maison
from socle.classeurs import FichierRefuse
from tests.acces import personne
from tests.enquetes import fabrique
from tests.equipe import entrer
from tests.factories import CommuneFactory, MaisonFactory, dans

pytestmark = pytest.mark.django_db

BONNE = {
    "maison": "maison bleue",
    "etape": "Bébé",
    "freins": "Horaires ; distance",
    "transport": "En bus",
    "note": 4,
    "accord.a": "oui",
    "accord.b": "Non",
    "minutes": "25",
    "commune": "Rethel",
    "mot": "Merci à l'équipe.",
}


@pytest.fixture
def maison() -> Maison:
    return MaisonFactory(nom="Maison Bleue")


@pytest.fixture
def campagne(maison: Maison) -> Campagne:
    CommuneFactory()
    version = fabrique.version(departement=maison.departement)
    return fabrique.campagne(vers=version, maisons=[maison], departement=maison.departement)


def analyser(campagne: Campagne, *rangees: dict[str, Any]) -> importation.Analyse:
    lignes = importation.lire_classeur(fabrique.classeur(campagne, rangees), campagne=campagne)
    return importation.analyser(campagne=campagne, lignes=lignes, maintenant=dans())


def importer(campagne: Campagne, *rangees: dict[str, Any]) -> int:
    octets = fabrique.classeur(campagne, rangees)
    return importation.importer(campagne=campagne, octets=octets, maintenant=dans())


def test_a_row_becomes_the_answer_that_the_form_would_have_given(campagne: Campagne, maison: Maison) -> None:
    assert importer(campagne, {**BONNE, "semaine": fabrique.semaine(3)}, {"note": "1", "transport": "bus"}) == 2
    complete = Reponse.objects.get(maison=maison)
    assert complete.valeurs == {
        "etape": "bebe",
        "freins": ["horaires", "distance"],
        "transport": "bus",
        "note": 4,
        "accord": {"a": "oui", "b": "non"},
        "minutes": 25,
        "commune": "08362",
    }
    assert complete.semaine == fabrique.semaine(3)
    texte = TexteLibre.objects.get()
    assert (texte.texte, texte.statut) == ("Merci à l'équipe.", "a_lire")
    # Asked of nobody who did not tick the distance: not kept, as on the screens.
    assert Reponse.objects.get(maison=None).valeurs == {"note": 1}


@pytest.mark.parametrize(
    ("cellule", "quoi"),
    [
        ({"etape": "licorne"}, "n'est pas un des choix"),
        ({"freins": "rien; horaires"}, "pas possible"),
        ({"note": "9"}, "pas possible"),
        ({"note": "beaucoup"}, "nombre entier"),
        ({"note": ""}, "obligatoire"),
        ({"commune": "Nulle-Part"}, "commune"),
        ({"maison": "Ailleurs"}, "pas de la campagne"),
        ({"semaine": "hier"}, "Écrivez un jour"),
        ({"semaine": "01/01/2001"}, "pas de la campagne"),
        ({"mot": "=1+1"}, "formule"),
        ({"mot": "x" * 501}, "pas possible"),
    ],
)
def test_a_cell_that_does_not_hold_is_named_and_keeps_every_row_out(
    campagne: Campagne, cellule: dict[str, Any], quoi: str
) -> None:
    analyse = analyser(campagne, BONNE, {**BONNE, **cellule})
    assert len(analyse.reponses) == 1
    (erreur,) = analyse.erreurs
    assert (erreur.ligne, erreur.colonne) == (3, next(iter(cellule)))
    assert quoi in erreur.quoi
    with pytest.raises(importation.ImportRefuse):
        importer(campagne, BONNE, {**BONNE, **cellule})
    assert not Reponse.objects.exists()


def test_a_file_serves_once(campagne: Campagne) -> None:
    octets = fabrique.classeur(campagne, [BONNE])
    importation.importer(campagne=campagne, octets=octets, maintenant=dans())
    with pytest.raises(importation.ImportRefuse, match="déjà"):
        importation.importer(campagne=campagne, octets=octets, maintenant=dans())
    assert Reponse.objects.count() == 1


def test_a_file_is_read_before_the_campaign_s_row_is_held(campagne: Campagne, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer to the campaign waits for that row."""
    ordre: list[str] = []
    lire, verrouiller = importation.lire_classeur, importation._verrouiller
    monkeypatch.setattr(importation, "lire_classeur", lambda *a, **k: ordre.append("lu") or lire(*a, **k))
    monkeypatch.setattr(importation, "_verrouiller", lambda *a: ordre.append("verrou") or verrouiller(*a))
    importer(campagne, BONNE)
    assert ordre == ["lu", "verrou"]


def test_a_week_whose_results_are_out_takes_no_more(campagne: Campagne) -> None:
    fabrique.repondre_au_hasard(campagne, 20, graine=1, semaines=[fabrique.semaine(3)])
    publication.publier(campagne=campagne, maintenant=dans())
    (erreur,) = analyser(campagne, {**BONNE, "semaine": fabrique.semaine(2)}).erreurs
    assert "déjà publiés" in erreur.quoi
    assert importer(campagne, BONNE) == 1


def test_columns_of_another_questionnaire_are_named(campagne: Campagne) -> None:
    autre = fabrique.campagne(
        vers=fournis.charger(fournis.definition("avant_apres"), departement=None, le=dans().date())
    )
    with pytest.raises(FichierRefuse, match=r"accord\.confiance"):
        importation.lire_classeur(importation.modele(autre), campagne=campagne)
    assert "moment" in importation.colonnes(autre)
    with pytest.raises(FichierRefuse, match="lisible"):
        importation.lire_classeur(b"nom;prenom", campagne=campagne)


def test_checked_on_the_page_without_a_row_written_then_imported(
    client: Client, campagne: Campagne, maison: Maison
) -> None:
    client = entrer(client, personne("pilote", maison))
    page = reverse("admin:enquetes_campagne_importer", args=[campagne.pk])

    def envoyer(acte: str, *rangees: dict[str, Any]) -> Any:
        fichier = SimpleUploadedFile("reponses.xlsx", fabrique.classeur(campagne, rangees))
        return client.post(page, {"fichier": fichier, "acte": acte})

    modele = client.get(reverse("admin:enquetes_campagne_modele", args=[campagne.pk])).content
    with pytest.raises(FichierRefuse, match="aucune réponse"):
        importation.lire_classeur(modele, campagne=campagne)
    for acte in ("importer", "verifier"):
        refuse = envoyer(acte, BONNE, {**BONNE, "note": "9"})
        assert refuse.status_code == 422
        # Which cell, and what to do: whichever of the two was asked for.
        assert [(e.ligne, e.colonne) for e in refuse.context["erreurs"]] == [(3, "note")]
        vide = envoyer(acte)
        assert (vide.status_code, "Le fichier est juste" in vide.content.decode()) == (422, False)
        assert vide.context["form"].errors["fichier"] == ["Ce fichier ne contient aucune réponse."]
    assert "rien n&#x27;est encore écrit" in envoyer("verifier", BONNE).content.decode().replace("'", "&#x27;")
    assert not Reponse.objects.exists()
    assert envoyer("importer", BONNE).status_code == 302
    assert Reponse.objects.count() == 1
