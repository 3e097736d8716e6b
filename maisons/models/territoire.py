from __future__ import annotations

import re

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Replace
from django.utils.translation import gettext_lazy as _

from maisons.enums import (
    ZoneScolaire,
)
from socle.portee import ReferenceQuerySet
from socle.texte import normaliser

CODE_DEPARTEMENT = RegexValidator(r"^(\d{2}|2[AB]|97\d|98\d)$", _("Code de département inconnu."))


class DepartementQuerySet(ReferenceQuerySet["Departement"]):
    pass


class Departement(models.Model):
    code = models.CharField(_("code"), max_length=3, primary_key=True, validators=[CODE_DEPARTEMENT])
    nom = models.CharField(_("nom"), max_length=80)
    nom_recherche = models.CharField(_("nom sans accents"), max_length=80, editable=False)
    fuseau = models.CharField(_("fuseau horaire"), max_length=40, default="Europe/Paris")
    zone_scolaire = models.CharField(_("zone de vacances scolaires"), max_length=1, choices=ZoneScolaire, blank=True)

    objects = DepartementQuerySet.as_manager()

    class Meta:
        verbose_name = _("département")
        verbose_name_plural = _("départements")

    def __str__(self) -> str:
        return f"{self.nom} ({self.code})"


# The name in one piece, for those who type "lhay" or "charlevillemezieres".
NOM_COLLE = Replace(F("nom_recherche"), models.Value(" "), models.Value(""))
# "Paris 10e", "Lyon 3ème": how people name the postcodes of the three cities with arrondissements.
_ARRONDISSEMENT = re.compile(r"^(paris|lyon|marseille) (\d{1,2}) ?(?:e|er|eme|ieme)?(?: arrondissement| arr)?$")
_CODES_ARRONDISSEMENTS = {"paris": "750", "lyon": "690", "marseille": "130"}
# Nobody types more to name a commune (the longest name has 45 letters); what is longer is not a name.
SAISIE_MAX = 80


class CommuneQuerySet(ReferenceQuerySet["Commune"]):
    def correspondant_a(self, saisie: str) -> CommuneQuerySet:
        """Communes that what was typed may name, best match first: a postcode, a name, or both.

        Each word is the beginning of a word of the name ("charl mez"), accents and hyphens are optional, "st" is
        "saint". A postcode may be typed in part; "Paris 10e" is its postcode.
        """
        texte = normaliser(saisie[: SAISIE_MAX * 2])[:SAISIE_MAX]
        if arrondissement := _ARRONDISSEMENT.match(texte):
            ville, numero = arrondissement[1], int(arrondissement[2])
            return self.filter(codes_postaux__contains=[f"{_CODES_ARRONDISSEMENTS[ville]}{numero:02}"])
        mots = texte.split()
        if mots and all(mot.isdigit() for mot in mots):
            mots = ["".join(mots)]
        codes, noms = [mot for mot in mots if mot.isdigit()], [mot for mot in mots if not mot.isdigit()]
        if not mots or len(codes) > 1:
            return self.none()

        resultat = self
        for code in codes:
            resultat = resultat.filter(_code_postal(code))
        if not noms:
            return resultat.order_by("-population", "code_insee")
        nom = " ".join(noms)
        # Only letters, digits and spaces are left, so a word is its own regular expression; all of it uses the
        # trigram indexes.
        par_mots = Q(*(Q(nom_recherche__regex=f"(^| ){mot}") for mot in noms))
        return (
            resultat.alias(nom_colle=NOM_COLLE)
            .filter(par_mots | Q(nom_colle__startswith="".join(noms)))
            .alias(
                rang=models.Case(
                    models.When(nom_recherche=nom, then=0),
                    models.When(nom_recherche__startswith=f"{nom} ", then=1),
                    models.When(nom_recherche__startswith=nom, then=2),
                    models.When(nom_recherche__regex="^" + ".* ".join(noms), then=3),
                    models.When(nom_recherche__regex="(^| )" + ".* ".join(noms), then=4),
                    default=5,
                    output_field=models.IntegerField(),
                )
            )
            .order_by("rang", "-population", "code_insee")
        )

    def ressemblant_a(self, saisie: str) -> CommuneQuerySet:
        """Communes whose name looks like what was typed, for "did you mean…" when nothing matches."""
        texte = normaliser(saisie[: SAISIE_MAX * 2])[:SAISIE_MAX]
        return (
            self.filter(nom_recherche__trigram_similar=texte)
            .alias(ressemblance=TrigramSimilarity("nom_recherche", texte))
            .order_by("-ressemblance", "-population", "code_insee")
        )


def _code_postal(chiffres: str) -> Q:
    if len(chiffres) == 5:
        return Q(codes_postaux__contains=[chiffres])
    return Q(codes_postaux_texte__regex=f"(^| ){chiffres}")


class Commune(models.Model):
    """A commune of the official geographic code, with the point of its town hall (WGS 84)."""

    code_insee = models.CharField(_("code INSEE"), max_length=5, primary_key=True)
    nom = models.CharField(_("nom"), max_length=80)
    nom_recherche = models.CharField(_("nom sans accents"), max_length=80, editable=False)
    departement = models.ForeignKey(
        Departement, verbose_name=_("département"), on_delete=models.PROTECT, related_name="communes"
    )
    epci = models.CharField(_("SIREN de l'intercommunalité"), max_length=9, blank=True)
    codes_postaux = ArrayField(models.CharField(max_length=5), verbose_name=_("codes postaux"), default=list)
    # The postcodes once more as "08000 08090": where the beginning of one is looked up.
    codes_postaux_texte = models.CharField(_("codes postaux (texte)"), max_length=200, editable=False, default="")
    population = models.PositiveIntegerField(_("population"), default=0)
    latitude = models.FloatField(_("latitude"))
    longitude = models.FloatField(_("longitude"))

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        indexes = [
            GinIndex(OpClass(F("nom_recherche"), name="gin_trgm_ops"), name="commune_nom_trgm"),
            GinIndex(fields=["codes_postaux"], name="commune_codes_postaux"),
            GinIndex(OpClass(F("codes_postaux_texte"), name="gin_trgm_ops"), name="commune_cp_trgm"),
            GinIndex(OpClass(NOM_COLLE, name="gin_trgm_ops"), name="commune_nom_colle_trgm"),
        ]

    def __str__(self) -> str:
        return self.nom

    @property
    def libelle(self) -> str:
        """The name with a postcode, which tells two communes of one name apart."""
        return f"{self.nom} ({self.codes_postaux[0]})" if self.codes_postaux else self.nom


class TerritoireQuerySet(ReferenceQuerySet["Territoire"]):
    pass


class Territoire(models.Model):
    """Where a house works: communes, an EPCI, one or several départements."""

    nom = models.CharField(_("nom"), max_length=160, unique=True)
    communes = models.ManyToManyField(Commune, verbose_name=_("communes"), blank=True, related_name="territoires")
    departements = models.ManyToManyField(
        Departement, verbose_name=_("départements"), blank=True, related_name="territoires"
    )
    precision = models.CharField(_("précision"), max_length=200, blank=True)

    objects = TerritoireQuerySet.as_manager()

    class Meta:
        verbose_name = _("territoire")
        verbose_name_plural = _("territoires")

    def __str__(self) -> str:
        return self.nom
