"""What can be known of the container files without an engine."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
DOCKERFILE = (DOCKER / "Dockerfile").read_text()
OURS = ("prepare", "web", "worker", "beat")


def test_the_plant_has_database_broker_proxy_and_every_process():
    assert set(COMPOSE["services"]) == {"database", "broker", "proxy", *OURS}


def test_only_the_preparation_knows_the_owner_of_the_tables():
    knowing = {name for name in OURS if "DATABASE_OWNER_URL" in COMPOSE["services"][name]["environment"]}
    assert knowing == {"prepare"}


def test_only_the_proxy_is_reached_from_outside():
    assert {name for name, service in COMPOSE["services"].items() if service.get("ports")} == {"proxy"}


@pytest.mark.parametrize("name", OURS)
def test_our_processes_have_no_rights_they_do_not_need(name):
    service = COMPOSE["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_serves_before_the_database_is_prepared(name):
    wanted = {"condition": "service_completed_successfully"}
    assert COMPOSE["services"][name]["depends_on"]["prepare"] == wanted


def test_every_variable_that_is_demanded_is_in_the_example():
    demanded = set(re.findall(r"\$\{([A-Z_]+):\?", (DOCKER / "compose.yaml").read_text()))
    offered = {line.partition("=")[0] for line in (DOCKER / "example.env").read_text().splitlines() if "=" in line}
    assert demanded
    assert demanded == offered


def test_every_volume_and_command_exists():
    entrypoint = (DOCKER / "entrypoint").read_text()
    for name in OURS:
        assert f"    {COMPOSE['services'][name]['command'][0]})\n" in entrypoint
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (DOCKER / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_image_runs_as_an_ordinary_user_from_locked_packages():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER backflush$", final, re.MULTILINE)
    assert final.index("USER backflush") < final.index("ENTRYPOINT")
    assert "--require-hashes" in DOCKERFILE
    assert ":latest" not in DOCKERFILE
    assert "curl" not in DOCKERFILE


def test_everything_that_the_image_copies_is_there_and_let_through():
    let_through = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = [word for word in line.split() if not word.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists(), source
            assert any(source == kept or source.startswith(kept + "/") for kept in let_through), source


@pytest.mark.parametrize("script", ["docker/entrypoint", "docker/database-roles.sh", ".ci/run"])
def test_scripts_are_written_without_mistakes_of_syntax(script):
    shell = (ROOT / script).read_text().splitlines()[0].rpartition("/")[2].replace("env ", "")
    done = subprocess.run([shell, "-n", ROOT / script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_role_of_the_image_is_refused():
    script = (DOCKER / "entrypoint").read_text().replace("cd /opt/backflush", ":")
    done = subprocess.run(["sh", "-c", script, "backflush", "dance"], capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "not dance" in done.stderr
