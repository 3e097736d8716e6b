from django.db import migrations
from django.db.models import Q

MOITIE = Q(petits_avant_mois__isnull=True) ^ Q(capacite_petits__isnull=True)


def defaire(apps, schema_editor):
    """Half a rule about little ones never counted seats: it goes, as in the constraint to come."""
    ateliers, seances, inscriptions = (
        apps.get_model("ateliers", nom).objects for nom in ("Atelier", "Seance", "Inscription")
    )
    ateliers.filter(MOITIE).update(petits_avant_mois=None, capacite_petits=None)
    sans_regle = seances.filter(MOITIE)
    inscriptions.filter(seance__in=sans_regle, petits__gt=0).update(petits=0)
    sans_regle.update(petits_avant_mois=None, capacite_petits=None, petits_pris=0)


class Migration(migrations.Migration):
    dependencies = [("ateliers", "0024_historique_groupes")]

    operations = [migrations.RunPython(defaire, migrations.RunPython.noop)]
