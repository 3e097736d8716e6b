"""How requests for a group and the team's words go when they are over, and what shows that a family is there."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from ateliers.donnees_personnelles import effacer_demandes
from ateliers.enums import MEMBRES_AVEC_PLACE, StatutDemande
from ateliers.groupes import places
from ateliers.models import DemandeGroupe, EntreeJournal, FicheAccueil, Inscription, MembreGroupe, MotDeLaMaison
from familles.effacement import effacer_tout
from familles.mes_donnees import personne_de
from familles.models import AccesFamille, Famille
from familles.purges import enregistrer_activite, rappel_demande, suivi_confirme
from socle.conservation import purge
from socle.models import Utilisateur
from socle.registre import Personne

_SIENNE = Q(famille=OuterRef("pk")) | Q(famille__fusionnee_dans=OuterRef("pk"))


@enregistrer_activite
def _reservation(depuis: datetime) -> Exists:
    """A booking made, held or cancelled since, or a session since."""
    quand = Q(cree_le__gte=depuis) | Q(seance__fin__gte=depuis) | Q(annulee_le__gte=depuis)
    return Exists(Inscription.objects.filter(_SIENNE, quand))


@enregistrer_activite
def _demande(depuis: datetime) -> Exists:
    quand = Q(cree_le__gte=depuis) | Q(en_attente_depuis__gte=depuis) | Q(retiree_le__gte=depuis)
    return Exists(DemandeGroupe.objects.filter(_SIENNE, quand))


@enregistrer_activite
def _groupe(depuis: datetime) -> Exists:
    la = Q(demande__famille=OuterRef("pk")) | Q(demande__famille__fusionnee_dans=OuterRef("pk"))
    quand = Q(statut__in=MEMBRES_AVEC_PLACE) | Q(fini_le__gte=depuis)
    return Exists(MembreGroupe.objects.filter(la, quand))


@purge("contacts_urgence")
def contacts_urgence(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """Whom to call during childcare goes once the child is home, or does not come; the reason stays, for figures."""
    finies = FicheAccueil.objects.filter(
        Q(inscription__seance__fin__lt=avant) | Q(inscription__annulee_le__lt=avant), effacee_le__isnull=True
    )
    lot = finies.order_by("pk").values("pk")[:nombre]
    return FicheAccueil.objects.filter(pk__in=lot).update(urgence_nom="", urgence_telephone="", effacee_le=maintenant)


@purge("demandes_groupe", lot=200)
def demandes_groupe(avant: datetime, maintenant: datetime, nombre: int) -> int:
    """Requests that came to nothing: neither a place nor an offer of one now, and the baby is there long since.

    One that waits for a birth is not without a follow-up: its six months begin at the due date.
    """
    sans_suite = DemandeGroupe.objects.filter(
        Q(statut=StatutDemande.EN_ATTENTE, en_attente_depuis__lt=avant, repere__lt=timezone.localdate(avant))
        | Q(statut=StatutDemande.RETIREE, retiree_le__lt=avant),
        ~Exists(MembreGroupe.objects.filter(demande=OuterRef("pk"), membre_depuis__isnull=False)),
        famille__isnull=False,
    )
    lot = list(sans_suite.order_by("pk").values_list("pk", flat=True)[:nombre])
    for pk in lot:
        demande = places.verrouiller_demande(pk)
        if demande.est_ouverte:
            places.passer(demande, StatutDemande.RETIREE)
            demande.retiree_le = maintenant
            demande.save(update_fields=["statut", "retiree_le"])
    familles = list(DemandeGroupe.objects.filter(pk__in=lot).values_list("famille", flat=True))
    effacer_demandes(DemandeGroupe.objects.filter(pk__in=lot), Personne(), maintenant)
    # Known for nothing else: there is no reason left to know the family.
    seules = Famille.objects.filter(
        ~Exists(Inscription.objects.filter(_SIENNE)),
        ~Exists(DemandeGroupe.objects.filter(_SIENNE)),
        ~Exists(Utilisateur.objects.filter(email=Lower(OuterRef("email")))),
        ~Exists(AccesFamille.objects.filter(famille=OuterRef("pk"))),
        ~rappel_demande(avant),
        ~suivi_confirme(avant),
        pk__in=familles,
        fusionnee_dans=None,
        absorbees=None,
    )
    for pk in list(seules.order_by("pk").values_list("pk", flat=True)):
        effacer_tout(personne_de(fiches=[pk]), maintenant=maintenant)
    return len(lot)


@purge("mots")
def mots(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = MotDeLaMaison.objects.filter(le__lt=avant).order_by("pk")[:nombre]
    supprimes, _detail = MotDeLaMaison.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimes


@purge("journaux")
def journaux(avant: datetime, maintenant: datetime, nombre: int) -> int:
    lot = EntreeJournal.objects.filter(groupe__clos_le__lt=avant).order_by("pk")[:nombre]
    supprimees, _detail = EntreeJournal.objects.filter(pk__in=lot.values("pk")).delete()
    return supprimees
