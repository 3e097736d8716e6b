import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ateliers", "0003_inscription_contact")]

    operations = [
        # No series exists before this one: a single default for old rows would break the unique index.
        migrations.AddField(
            model_name="serie",
            name="cle_idempotence",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="clé d'idempotence"),
        ),
    ]
