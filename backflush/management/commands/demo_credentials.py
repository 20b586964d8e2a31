"""`manage.py demo_credentials`: who may sign in to the demo plant, and its devices' tokens, as JSON."""

import json

from django.core.management.base import BaseCommand, CommandError

from backflush.management.demo.credentials import demo_credentials
from masterdata.rules.refusal import Refused


class Command(BaseCommand):
    help = "Print the published credentials of a demo plant as JSON; refused for any other plant."

    def handle(self, *args, **options):
        try:
            known = demo_credentials()
        except Refused as error:
            raise CommandError(" ".join(f"{one.sentence} {one.remedy}" for one in error.refusals)) from error
        self.stdout.write(json.dumps(known, indent=1, ensure_ascii=False))
