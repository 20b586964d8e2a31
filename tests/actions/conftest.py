"""Whatever an action did in its test, every signature that was given stands and fits its record when the test ends."""

import pytest

from masterdata.models import Signature
from masterdata.queries.signature_check import broken_signatures


@pytest.fixture(autouse=True)
def every_signature_stands_in_the_end(request):
    """Of tests in one transaction; what is signed under a kind that only a test knows is compared with no record."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")
    yield
    assert [(one.subject_kind, wrong) for one, wrong in broken_signatures(Signature.objects.all())] == []
