"""Every method of the API, by every role, by a device and by nobody: what a view declares is what is refused and taken."""

import pytest

from masterdata.models import Person
from masterdata.rules.duties import MAY
from masterdata.rules.vocabulary import Role
from tests import plant
from tests.api.shop import ApiClient, device_client, person_client
from tests.roles.addresses import addresses, is_api, patterns

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ONLY_FOR_DEVICES = {"api-device-heartbeats"}


def call(client, one, method: str) -> int:
    client.raise_request_exception = False
    return client.generic(method, one.path, "{}", content_type="application/json").status_code


def test_every_method_declares_who_may():
    for one in patterns():
        if is_api(one.callback) and one.name not in ("schema", "api-docs"):
            routed = {method for method in METHODS if hasattr(one.callback.cls, method.lower())}
            assert set(getattr(one.callback.cls, "duties", ())) == routed, one.name


@pytest.mark.parametrize("username", [role.value for role in Role])
def test_every_method_is_for_whoever_may_and_for_nobody_else(whole_plant, username):
    person = Person.objects.get(username=username)
    client, wrong = person_client(person), []
    for one in addresses(api=True):
        for method in METHODS:
            duties, code = one.view.cls.duties, call(client, one, method)
            if method not in duties:
                fits = code == 405
            elif one.name in ONLY_FOR_DEVICES or (duties[method] and not MAY[duties[method]] & set(person.roles)):
                fits = code == 403
            else:
                fits = code < 500 and code not in (401, 403, 404, 405)
            if not fits:
                wrong.append(f"{method} {one}: {code}")
    assert not wrong, "\n".join(wrong)


def test_a_device_may_report_and_look_and_do_nothing_that_takes_a_duty(whole_plant):
    client, wrong = device_client(plant.DEVICE_TOKEN), []
    for one in addresses(api=True):
        for method, duty in one.view.cls.duties.items():
            code = call(client, one, method)
            may = duty is None or method in getattr(one.view.cls, "open_to_devices", ())
            if (code in (401, 403, 404, 405) or code >= 500) if may else code != 403:
                wrong.append(f"{method} {one}: {code}")
    assert not wrong, "\n".join(wrong)


def test_nobody_gets_anything(whole_plant):
    wrong = [
        f"{method} {one}" for one in addresses(api=True) for method in METHODS if call(ApiClient(), one, method) != 401
    ]
    assert not wrong, "\n".join(wrong)
