import masterdata.models.choices
import masterdata.rules.vocabulary
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0004_devices"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicaltriggerdefinition",
            name="avoidable_limit_percent",
            field=masterdata.models.choices.Percent(decimal_places=6, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="triggerdefinition",
            name="avoidable_limit_percent",
            field=masterdata.models.choices.Percent(decimal_places=6, max_digits=12, null=True),
        ),
        migrations.AlterField(
            model_name="bomoutput",
            name="kind",
            field=models.CharField(
                choices=[("by_product", "by product"), ("co_product", "co product"), ("salvage", "salvage")],
                default=masterdata.rules.vocabulary.OutputKind["BY_PRODUCT"],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="historicalbomoutput",
            name="kind",
            field=models.CharField(
                choices=[("by_product", "by product"), ("co_product", "co product"), ("salvage", "salvage")],
                default=masterdata.rules.vocabulary.OutputKind["BY_PRODUCT"],
                max_length=12,
            ),
        ),
    ]
