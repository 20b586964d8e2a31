"""Which site shows the records that apps register in their admin modules."""

from django.contrib.admin.apps import AdminConfig


class RecordsConfig(AdminConfig):
    default_site = "masterdata.pages.records.Records"
