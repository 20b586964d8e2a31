"""Who somebody is, by user name, badge or token. Inactive people are not found."""

from django.db.models import Q

from masterdata.models import Person, PersonToken
from masterdata.rules.tokens import token_digest


def find_person(text: str) -> Person | None:
    """The active person with this user name (in any case) or badge. A lost badge is nobody's."""
    typed = text.strip()
    if not typed or "\x00" in typed:
        return None
    # Enrolment sees to it that nobody's badge is another's user name.
    means = Q(username__iexact=typed) | Q(badge=typed, badge_revoked_at__isnull=True)
    return Person.objects.filter(means, is_active=True).order_by("id").first()


def person_by_badge(badge: str) -> Person | None:
    typed = badge.strip()
    if not typed or "\x00" in typed:
        return None
    good = Person.objects.filter(badge=typed, badge_revoked_at__isnull=True, is_active=True)
    return good.select_related("site").first()


def person_by_token(token: str) -> Person | None:
    """The active person whose script uses this token, unless it was revoked."""
    found = (
        PersonToken.objects.select_related("person", "person__site")
        .filter(digest=token_digest(token), revoked_at__isnull=True, person__is_active=True)
        .first()
    )
    return found.person if found else None
