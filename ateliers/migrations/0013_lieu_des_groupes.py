from dateutil.relativedelta import relativedelta
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def donner_un_lieu(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Where it already meets, else the first place of its house; its end is the youngest baby's first birthday."""
    GroupePairs = apps.get_model("ateliers", "GroupePairs")
    Seance = apps.get_model("ateliers", "Seance")
    Lieu = apps.get_model("maisons", "Lieu")
    for groupe in GroupePairs.objects.filter(lieu__isnull=True):
        lieux = list(Seance.objects.filter(groupe=groupe).order_by("debut").values_list("lieu", flat=True)[:1])
        lieux += list(
            Lieu.objects.filter(maison=groupe.maison_id).order_by("-actif", "pk").values_list("pk", flat=True)[:1]
        )
        groupe.lieu_id = lieux[0]
        groupe.fin_prevue = groupe.naissances_au + relativedelta(years=1)
        groupe.save(update_fields=["lieu", "fin_prevue"])


class Migration(migrations.Migration):
    dependencies = [("ateliers", "0012_groupes")]

    operations = [migrations.RunPython(donner_un_lieu, migrations.RunPython.noop, elidable=True)]
