"""Load items, suppliers and dated BOM lines from a folder of CSV files, as one signed import."""

import getpass
import hashlib
import os
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from masterdata.actions.import_records import import_content, import_records
from masterdata.actions.verify_credentials import verify_credentials
from masterdata.models import Person, ProductionLine
from masterdata.queries import find_person, unit_facts
from masterdata.rules.bom_csv import ITEMS, LINES, SUPPLIERS, read_source
from masterdata.rules.import_plan import ImportPlan, plan_import
from masterdata.rules.refusal import Refusal, Refused
from masterdata.rules.signatures import content_digest

PASSWORD_VARIABLE = "APPROVER_PASSWORD"  # noqa: S105
SHOWN_FAULTS = 200


class Command(BaseCommand):
    help = (
        f"Load {ITEMS}, {LINES} and, if it is there, {SUPPLIERS}. Every fault is listed with its line, and then nothing "
        f"is loaded. The approver's password is read from a file, from {PASSWORD_VARIABLE}, or asked for."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--author", required=True, help="user name of the engineer who answers for the data")
        parser.add_argument("--approver", required=True, help="user name of whoever signs it; not the author")
        parser.add_argument("--approver-password-file", type=Path)
        parser.add_argument("--stocked", action="store_true", help="made components are stocked, not phantoms")
        parser.add_argument("--time-zone", default="UTC", help="where a day of the files begins (default UTC)")
        parser.add_argument("--line", default="", help="SITE/LINE where imported products usually run")
        parser.add_argument("--check", action="store_true", help="only look for faults; load nothing")

    def handle(self, *args, folder, author, approver, **options):
        texts, files = self._read(folder)
        try:
            zone = ZoneInfo(options["time_zone"])
        except (KeyError, ValueError, OSError) as error:
            raise CommandError(f"{options['time_zone']} is no time zone. Use a name such as Europe/Berlin.") from error
        plan = plan_import(read_source(texts), units=unit_facts(), stocked=options["stocked"], zone=zone)
        if plan.faults:
            self._stop(plan.faults)
        if options["check"]:
            self._say(plan)
            return
        writer, line = self._person(author), self._line(options["line"])
        now = timezone.now()
        try:
            if self._person(approver) == writer:
                raise CommandError("Author and approver must be two people.")
            ticket = verify_credentials(
                user=approver,
                password=self._password(approver, options["approver_password_file"]),
                content_digest=content_digest(import_content(plan, files, author=writer)),
                now=now,
            )
            done = import_records(plan=plan, files=files, author=writer, ticket=ticket, now=now, line=line)
        except Refused as refused:
            self._stop(refused.refusals)
        self.stdout.write(
            f"Loaded {done.items} items, {done.suppliers} suppliers, {done.versions} BOM versions with {done.lines} "
            f"lines, {done.triggers} trigger definitions; signed by {ticket.person.name}."
        )

    def _read(self, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
        """The files' texts and digests by name."""
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        texts, files = {}, {}
        for name in (ITEMS, LINES, SUPPLIERS):
            path = folder / name
            if not path.is_file():
                continue
            data = path.read_bytes()
            try:
                texts[name] = data.decode("utf-8")
            except UnicodeDecodeError as error:
                line = data[: error.start].count(b"\n") + 1
                raise CommandError(f"{name} line {line}: not UTF-8. Save the file as UTF-8.") from error
            files[name] = hashlib.sha256(data).hexdigest()
        return texts, files

    def _person(self, name: str) -> Person:
        person = find_person(name)
        if person is None:
            raise CommandError(f"There is no active person {name}.")
        return person

    def _line(self, text: str) -> ProductionLine | None:
        if not text:
            return None
        site, _, code = text.partition("/")
        line = ProductionLine.objects.filter(site__code=site, code=code).first()
        if line is None:
            raise CommandError(f"There is no production line {text}. Write it as SITE/LINE.")
        return line

    def _password(self, approver: str, file: Path | None) -> str:
        if file is not None:
            try:
                return file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"{file} cannot be read: {error}.") from error
        return os.environ.get(PASSWORD_VARIABLE) or getpass.getpass(f"Password of {approver}, to sign the import: ")

    def _say(self, plan: ImportPlan) -> None:
        lines = sum(len(version.lines) for version in plan.versions)
        self.stdout.write(f"No fault: {len(plan.items)} items, {len(plan.versions)} BOM versions, {lines} lines.")

    def _stop(self, faults: tuple[Refusal, ...]) -> None:
        told = [f"{one.sentence} {one.remedy}".strip() for one in faults[:SHOWN_FAULTS]]
        if len(faults) > SHOWN_FAULTS:
            told.append(f"… and {len(faults) - SHOWN_FAULTS} more.")
        raise CommandError("Nothing was loaded.\n" + "\n".join(told))
