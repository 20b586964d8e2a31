"""A quality record names only signatures that were given for it: see masterdata/migrations/signing_laws.sql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("traceability", "0008_audit"), ("masterdata", "0008_signing_and_reviews")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER signature_is_for_its_record BEFORE INSERT OR UPDATE ON traceability_qualityrecord FOR EACH ROW"
            " EXECUTE FUNCTION masterdata_signature_is_for_its_record("
            "'quality_record', 'number', 'disposition_signature_id', 'closing_signature_id');"
            " ALTER TABLE traceability_qualityrecord ENABLE ALWAYS TRIGGER signature_is_for_its_record",
            migrations.RunSQL.noop,
        )
    ]
