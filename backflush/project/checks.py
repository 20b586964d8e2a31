"""Refuse to serve with a role that could rewrite history: it must own no table."""

from django.core.checks import Critical, Tags, register
from django.db import DatabaseError, connection

from backflush.project.grants import sql_that_mends, tables_owned_by_server


@register(Tags.database)
def serving_role_owns_nothing(app_configs, databases, **_):
    """Runs with `check --database default`, as the launch and the container do before they serve."""
    if not databases:
        return []
    try:
        with connection.cursor() as cursor:
            owned = tables_owned_by_server(cursor)
    except DatabaseError as error:
        return [Critical(f"The database does not answer: {error}", id="backflush.E001")]
    if not owned:
        return []
    role, name = connection.settings_dict["USER"], connection.settings_dict["NAME"]
    return [
        Critical(
            f"{role} owns {len(owned)} tables ({owned[0]}, …): through it history could be rewritten.",
            hint="An administrator runs:\n" + sql_that_mends(role, name),
            id="backflush.E002",
        )
    ]
