from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone


def confier(apps, schema_editor):
    """Childcare to come that nobody has booked yet follows the new rule; parents who booked keep the old one."""
    seances = apps.get_model("ateliers", "Seance").objects
    seances.filter(
        format="accueil_ponctuel", accueil="places", adultes_pris=0, inscriptions=None, debut__gt=timezone.now()
    ).update(
        accueil="enfants",
        adultes_gardes=0,
        capacite_enfants=Greatest(F("capacite_enfants"), Value(1)),
        capacite_adultes=Greatest(F("capacite_adultes"), F("capacite_enfants"), Value(1)),
    )


def reprendre(apps, schema_editor):
    apps.get_model("ateliers", "Seance").objects.filter(accueil="enfants").update(accueil="places")


class Migration(migrations.Migration):
    dependencies = [("ateliers", "0022_accueil_ponctuel")]

    operations = [migrations.RunPython(confier, reprendre)]
