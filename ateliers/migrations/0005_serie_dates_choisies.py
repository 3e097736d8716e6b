import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ateliers", "0004_serie_cle_idempotence")]

    operations = [
        migrations.AddField(
            model_name="serie",
            name="dates_choisies",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateField(),
                blank=True,
                default=list,
                size=None,
                verbose_name="dates choisies",
            ),
        ),
        migrations.AlterField(
            model_name="serie",
            name="rrule",
            field=models.CharField(blank=True, max_length=200, verbose_name="récurrence (RRULE)"),
        ),
    ]
