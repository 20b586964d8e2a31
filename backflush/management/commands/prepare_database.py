"""Migrate as the owner, then give the serving role its rights. Safe to run again at every start."""

import os
from collections.abc import Iterable

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from backflush.project.addresses import database_settings
from backflush.project.grants import apply_grants, sql_that_mends, tune_roles
from backflush.project.safety import Unsafe, not_durable, rights_too_many, unsafe_key


class Command(BaseCommand):
    help = "Migrate the database as its owner (DATABASE_OWNER_URL) and apply the grants of the serving role."
    requires_system_checks = []

    def handle(self, *args, verbosity, **options):
        serving = settings.DATABASES["default"]
        role, name = str(serving["USER"]), str(serving["NAME"])
        address = os.environ.get("DATABASE_OWNER_URL")
        owner = database_settings(address, "DATABASE_OWNER_URL") if address else {}
        if not address or owner["USER"] == role:
            raise CommandError(
                f"The role that serves ({role}) must not own the tables, or history could be rewritten through it.\n"
                f"Set DATABASE_OWNER_URL to another role. If {role} owns them already, an administrator runs:\n\n"
                + sql_that_mends(role, name)
            )
        if owner["NAME"] != name:
            raise CommandError(f"DATABASE_OWNER_URL names database {owner['NAME']}, DATABASE_URL names {name}.")
        connection = connections["default"]
        connection.close()
        options_of_owner = {**connection.settings_dict["OPTIONS"], **owner.pop("OPTIONS")}
        connection.settings_dict.update(owner, OPTIONS=options_of_owner)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                raise CommandError(f"There is no role {role}. An administrator runs: CREATE ROLE {role} LOGIN …;")
            # Migrations may wait and work for longer than a request may.
            cursor.execute("SET statement_timeout = 0; SET jit = off")
            _refuse(not_durable(cursor, role))
        call_command("migrate", interactive=False, verbosity=max(0, verbosity - 1))
        apply_grants(role)
        with connection.cursor() as cursor:
            _refuse([*unsafe_key(), *rights_too_many(cursor, role)])
        left = tune_roles(role)
        if left:
            self.stderr.write("These settings need an administrator:\n  " + "\n  ".join(left))
        if verbosity:
            self.stdout.write(f"Database {name} is prepared for {role}.")
        connection.close()


def _refuse(reasons: Iterable[Unsafe]) -> None:
    """CommandError with every reason, where there is one."""
    found = [f"  - {one}" for one in reasons]
    if found:
        raise CommandError("\n".join(["Nothing may serve this, since it would be unsafe:", *found]))
