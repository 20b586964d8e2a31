"""Where deliveries may go, how they are signed and how long a failed one waits."""

import pytest

from backflush.rules.webhooks import (
    ATTEMPTS,
    LONGEST_WAIT,
    Target,
    address_fault,
    endpoint_refusals,
    networks_of,
    signature,
    target_of,
    wait_before_next,
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.9.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:0a00:0001::1",
    ],
)
def test_nothing_inside_is_called_unless_its_network_is_named(address):
    assert "not a public address" in address_fault(address, ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are_open(address):
    assert address_fault(address, ()) == ""


def test_a_named_network_is_open_and_its_neighbour_is_not():
    networks = networks_of(["10.1.0.0/16", "::1/128"])
    assert address_fault("10.1.255.1", networks) == ""
    assert address_fault("::ffff:10.1.0.1", networks) == ""
    assert address_fault("::1", networks) == ""
    assert address_fault("10.2.0.1", networks)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://erp.example.com", Target(True, "erp.example.com", 443, "/")),
        ("https://ERP.example.com:8443/a?b=c", Target(True, "erp.example.com", 8443, "/a?b=c")),
        ("http://[::1]:9/x", Target(False, "::1", 9, "/x")),
        ("https://a b/", None),
        ("https://a/\r\nX: y", None),
        ("https://a/#part", None),
        ("https://:443/", None),
        ("https://a:99999/", None),
        ("file:///etc/passwd", None),
        ("https://a/" + "x" * 500, None),
        ("", None),
    ],
)
def test_an_address_is_read_or_refused(url, target):
    assert target_of(url) == target


def test_plain_http_is_for_this_machine_alone():
    networks = networks_of(["127.0.0.0/8", "10.0.0.0/8"])
    assert endpoint_refusals("http://127.0.0.1:9/x", networks) == []
    assert endpoint_refusals("http://localhost:9/x", networks) == []
    assert [one.code for one in endpoint_refusals("http://10.0.0.1/x", networks)] == ["url_not_https"]
    assert endpoint_refusals("https://10.0.0.1/x", networks) == []


def test_a_signature_is_of_this_secret_this_time_and_this_body():
    found = signature("secret", 1, b"{}")
    assert found.startswith("v1=")
    assert len(found) == 3 + 64
    assert (
        len({found, signature("other", 1, b"{}"), signature("secret", 2, b"{}"), signature("secret", 1, b"{ }")}) == 4
    )


def test_waits_double_up_to_an_hour_and_are_spread():
    waits = [wait_before_next(failures, 1.0) for failures in range(1, ATTEMPTS + 1)]
    assert waits[:3] == [5, 10, 20]
    assert max(waits) == LONGEST_WAIT
    assert wait_before_next(3, 0.0) == 10
    assert 5 * 3600 > sum(wait_before_next(failures, 0.5) for failures in range(1, ATTEMPTS)) > 1.5 * 3600
