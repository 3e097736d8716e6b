from django.db import migrations, models
from django.db.models import F, Q


def dater(apps, schema_editor):
    """What was answered so far was so on the day of its question, as far as anybody knows."""
    scenarios = apps.get_model("maisons", "ScenarioImplantation").objects
    scenarios.filter(calcule_le=None, reponse__isnull=False).update(calcule_le=F("cree_le"))


class Migration(migrations.Migration):
    dependencies = [("maisons", "0016_modifie_le")]

    operations = [
        migrations.AddField(
            model_name="scenarioimplantation",
            name="calcule_le",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="calculé le"),
        ),
        migrations.RunPython(dater, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="scenarioimplantation",
            constraint=models.CheckConstraint(
                condition=Q(("reponse__isnull", True), ("calcule_le__isnull", False), _connector="OR"),
                name="scenario_calcule_le",
            ),
        ),
    ]
