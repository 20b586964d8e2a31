"""`manage.py replay_postings`: decides every stored posting again and compares, digit by digit."""

from django.core.management.base import BaseCommand, CommandError

from backflush.models import Posting
from backflush.queries.postings import posting_number, replay_differences


class Command(BaseCommand):
    help = "Compute every stored posting again from its facts; exit 0 only where all digits are the same."

    def add_arguments(self, parser):
        parser.add_argument("--order", help="only the postings of this order number")
        parser.add_argument("--since", type=int, default=0, help="only from this posting number on")

    def handle(self, *args, **options):
        postings = Posting.objects.filter(number__gte=options["since"]).order_by("site_id", "number")
        if options["order"]:
            from traceability.models import WorkOrder

            orders = WorkOrder.objects.filter(number=options["order"]).values_list("id", flat=True)
            postings = postings.filter(order_id__in=list(orders))
        checked = wrong = 0
        for posting in postings.iterator(chunk_size=500):
            differences = replay_differences(posting)
            checked += 1
            wrong += bool(differences)
            for difference in differences:
                self.stdout.write(f"{posting_number(posting.number)}: {difference}")
        self.stdout.write(f"{checked} postings replayed, {wrong} differ.")
        if wrong:
            raise CommandError(f"{wrong} of {checked} postings do not replay to the same digits.")
