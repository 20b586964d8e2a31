"""Give an electronic signature: joins the transaction of the action that is signed, and uses up the ticket."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from masterdata.actions.acting import acting
from masterdata.models import Person, Signature, SigningTicket
from masterdata.queries.contents import time_text
from masterdata.rules.refusal import Refused
from masterdata.rules.signatures import COMPONENTS, content_digest, manifestation_digest, ticket_refusal


def sign(
    *, ticket: SigningTicket, meaning: str, subject_kind: str, subject_key: str, content: dict[str, Any], now: datetime
) -> Signature:
    """The signature of the ticket's person under exactly this content.

    Refused (`ticket_used`, `ticket_expired`, `content_changed`, `signer_not_active`) where the ticket is not good for it.
    """
    with acting(ticket.person):
        held = SigningTicket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.pk)
        person = Person.objects.select_related("site").get(pk=held.person_id)
        refusal = ticket_refusal(
            ticket_digest=held.content_digest,
            digest=content_digest(content),
            age_seconds=(now - held.given_at).total_seconds(),
            used=held.used_at is not None,
            signer_active=person.is_active,
        )
        if refusal is not None:
            raise Refused(refusal)
        held.used_at = now
        held.save(update_fields=["used_at"])
        shown: dict[str, Any] = {
            "content": content,
            "printed_name": person.name,
            "meaning": meaning,
            "subject_kind": subject_kind,
            "subject_key": subject_key,
            "components": COMPONENTS,
        }
        return Signature.objects.create(
            person=person,
            signed_at=now,
            site_time=site_time(person, now),
            digest=manifestation_digest(**shown, signed_at=str(time_text(now))),
            **shown,
        )


def site_time(person: Person, now: datetime) -> str:
    """The time as the signer's clock showed it, with its zone."""
    zone = ZoneInfo(person.site.time_zone if person.site else "UTC")
    return now.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z (UTC%z)")
