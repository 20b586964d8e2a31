"""`--cases DIR`: which stories are told; default: our own."""

from pathlib import Path

import pytest

OWN = Path(__file__).parent / "cases"


def pytest_addoption(parser):
    parser.addoption("--cases", default=str(OWN), help="a directory of worked examples (JSON, see README.md)")


def pytest_generate_tests(metafunc):
    if "case_file" not in metafunc.fixturenames:
        return
    folder = Path(metafunc.config.getoption("cases", default=str(OWN)))
    if not folder.is_dir():
        raise pytest.UsageError(f"--cases {folder}: there is no such directory.")
    files = sorted(folder.glob("*.json"))
    if not files:
        raise pytest.UsageError(f"--cases {folder}: no *.json in it.")
    metafunc.parametrize("case_file", files, ids=[file.stem for file in files])


@pytest.fixture(autouse=True)
def _no_password_is_too_old(settings):
    """A story may be told years from now; how old a password may be is none of its business."""
    settings.PASSWORD_AGE_DAYS = 0
