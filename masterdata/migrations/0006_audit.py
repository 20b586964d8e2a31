from pathlib import Path

import masterdata.models.audit
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0005_avoidable_limit_and_salvage"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(unique=True)),
                ("epoch", models.BigIntegerField()),
                ("from_xid", models.BigIntegerField()),
                ("below_xid", models.BigIntegerField()),
                ("events", models.BigIntegerField()),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("epoch", models.BigIntegerField()),
                ("xid", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("site_id", models.BigIntegerField(null=True)),
                ("tbl", models.CharField(max_length=63)),
                ("key", models.CharField(max_length=40)),
                ("op", models.CharField(max_length=8)),
                ("actor", models.CharField(max_length=120)),
                ("on_behalf", models.CharField(max_length=120)),
                ("reason", models.TextField()),
                ("db_user", models.CharField(max_length=63)),
                ("old", models.JSONField(decoder=masterdata.models.audit.EveryDigit, null=True)),
                ("new", models.JSONField(decoder=masterdata.models.audit.EveryDigit, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tbl", "key", "id"], name="audit_events_of_a_record"),
                    models.Index(fields=["epoch", "xid", "id"], name="audit_events_as_sealed"),
                    models.Index(fields=["at"], name="audit_events_by_time"),
                    models.Index(fields=["actor", "at"], name="audit_events_of_somebody"),
                ],
            },
        ),
        migrations.RunSQL(
            Path(__file__).with_name("audit.sql").read_text(encoding="utf-8"), reverse_sql=migrations.RunSQL.noop
        ),
    ]
