"""The admin shows every record of master data with its history, and changes nothing: every write goes through an action."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from masterdata import models as tables
from masterdata.rules.secret_columns import SECRET_COLUMNS

#: Never shown, not even as hashes.
SECRETS = SECRET_COLUMNS | {"digest"}
#: Tables whose digests are evidence, not secrets.
EVIDENCE = frozenset({tables.Signature})


class ReadOnly(admin.ModelAdmin):
    """Nothing to add, change or delete; search by code or name."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return ["__str__", *(field.name for field in _shown(self.model) if field.name != "id")][:8]

    def get_queryset(self, request: HttpRequest) -> Any:
        files = [field.name for field in self.model._meta.concrete_fields if isinstance(field, models.BinaryField)]
        return super().get_queryset(request).defer(*files) if files else super().get_queryset(request)

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return [field.name for field in _shown(self.model) if isinstance(field, models.ForeignKey)]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        own = {"code", "name", "username", "badge", "number", "printed_name", "subject_key"}
        found = [field.name for field in _shown(self.model) if field.name in own]
        return [*found, "item__code"] if hasattr(self.model, "item") else found

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in _shown(self.model)] + [field.name for field in self.model._meta.many_to_many]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)


class ReadOnlyWithHistory(ReadOnly, SimpleHistoryAdmin):
    """The same, with every earlier state of the record."""

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An earlier state, to read. The library itself would save a form posted here by anybody who may look."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return super().history_form_view(request, *args, **kwargs)


def _shown(model: type[models.Model]) -> list[models.Field]:
    secret = frozenset() if model in EVIDENCE else SECRETS
    fields = [field for field in model._meta.concrete_fields if field.name not in secret]
    return [field for field in fields if not isinstance(field, models.BinaryField)]  # files are saved, never shown


for name in tables.__all__:
    table = getattr(tables, name)
    admin.site.register(table, ReadOnlyWithHistory if hasattr(table, "history") else ReadOnly)
