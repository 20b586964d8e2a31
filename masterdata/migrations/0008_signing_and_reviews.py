"""Credentials that age and are revoked, reviews of the audit trail, and the laws of signatures: see signing_laws.sql."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("masterdata", "0007_change_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "target",
                    models.CharField(
                        choices=[
                            ("any", "any"),
                            ("deletions", "deletions"),
                            ("outside_hours", "outside hours"),
                            ("credentials", "credentials"),
                            ("other_hands", "other hands"),
                        ],
                        max_length=20,
                    ),
                ),
                ("who", models.CharField(blank=True, default="", max_length=120)),
                ("tbl", models.CharField(blank=True, default="", max_length=63)),
                ("record", models.CharField(blank=True, default="", max_length=200)),
                ("seed", models.CharField(max_length=60)),
                ("hours", models.CharField(max_length=40)),
                ("last_event", models.BigIntegerField()),
                ("population", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                ("conclusion", models.CharField(blank=True, default="", max_length=500)),
                ("signed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CredentialEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("badge_lost", "badge lost"),
                            ("badge_given", "badge given"),
                            ("password_changed", "password changed"),
                            ("password_reset", "password reset"),
                            ("lockout_lifted", "lockout lifted"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("badge", models.CharField(blank=True, default="", max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="HistoryMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("block", models.BigIntegerField()),
                ("compared_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ReviewedEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("event_id", models.BigIntegerField()),
                ("verdict", models.CharField(blank=True, default="", max_length=10)),
                ("remark", models.CharField(blank=True, default="", max_length=500)),
                ("marked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="badge_revoked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="must_change_password",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="historicalperson",
            name="password_set_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddField(
            model_name="person",
            name="badge_revoked_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="must_change_password",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="person",
            name="password_set_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(fields=["signed_at"], name="signatures_by_time"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("username"), name="user_name_means_one_person_in_any_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.UniqueConstraint(fields=("person", "digest"), name="signature_is_never_copied"),
        ),
        migrations.AddField(
            model_name="auditreview",
            name="signature",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="masterdata.signature"
            ),
        ),
        migrations.AddField(
            model_name="auditreview",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="masterdata.site"),
        ),
        migrations.AddField(
            model_name="auditreview",
            name="started_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="credentialevent",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="credentialevent",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credential_events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="formerpassword",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former_passwords",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="historymark",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="history_mark_is_one_row"),
        ),
        migrations.AddField(
            model_name="reviewedevent",
            name="marked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="reviewedevent",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="masterdata.auditreview"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("target__in", ["any", "deletions", "outside_hours", "credentials", "other_hands"])),
                name="review_target_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="review_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditreview",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 1)), name="review_looks_at_something"),
        ),
        migrations.AddConstraint(
            model_name="auditreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__lte", models.F("population"))), name="sample_is_of_what_there_is"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("seed", ""), _negated=True), name="review_states_its_seed"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("conclusion", ""), ("signature", None), ("signed_at", None)),
                    models.Q(
                        ("signature__isnull", False),
                        ("signed_at__isnull", False),
                        models.Q(("conclusion", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="review_is_signed_with_its_conclusion",
            ),
        ),
        migrations.AddIndex(
            model_name="credentialevent",
            index=models.Index(fields=["badge"], name="badges_once_given"),
        ),
        migrations.AddConstraint(
            model_name="credentialevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("step__in", ["badge_lost", "badge_given", "password_changed", "password_reset", "lockout_lifted"])
                ),
                name="credential_step_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedevent",
            constraint=models.UniqueConstraint(
                fields=("review", "event_id"), name="event_is_reviewed_once_in_a_review"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedevent",
            constraint=models.UniqueConstraint(fields=("review", "position"), name="reviewed_events_have_an_order"),
        ),
        migrations.AddConstraint(
            model_name="reviewedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("verdict__in", ["", "in_order", "question"])), name="review_verdict_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verdict", "question"), _negated=True),
                    models.Q(("remark", ""), _negated=True),
                    _connector="OR",
                ),
                name="question_says_what_it_asks",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("marked_at", None), ("marked_by", None), ("verdict", "")),
                    models.Q(
                        models.Q(("verdict", ""), _negated=True),
                        ("marked_at__isnull", False),
                        ("marked_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="verdict_names_who_and_when",
            ),
        ),
        migrations.RunSQL(
            Path(__file__).with_name("signing_laws.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    ]
