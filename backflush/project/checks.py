"""Refuse to serve what is unsafe, as Django's checks say it: `check --database default`, before the processes start."""

from django.core.checks import Critical, Tags, register
from django.db import DatabaseError

from backflush.project.safety import what_is_unsafe

#: ids of the checks by reason
IDS = {
    "role_owns_tables": "backflush.E002",
    "role_too_strong": "backflush.E003",
    "role_creates": "backflush.E004",
    "role_may_rewrite": "backflush.E005",
    "fsync_off": "backflush.E006",
    "full_page_writes_off": "backflush.E007",
    "synchronous_commit_off": "backflush.E008",
    "migrations_missing": "backflush.E009",
    "secret_key_weak": "backflush.E010",
}


@register(Tags.database)
def it_is_safe_to_serve(app_configs, databases, **_):
    """Runs with `check --database default`, as the launch and the container do before they serve."""
    if not databases:
        return []
    try:
        found = what_is_unsafe()
    except DatabaseError as error:
        return [Critical(f"The database does not answer: {error}", id="backflush.E001")]
    return [Critical(one.sentence, hint=one.remedy, id=IDS[one.code]) for one in found]
