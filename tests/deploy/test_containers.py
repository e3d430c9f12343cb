"""The container file and the compose file: read line by line, for no container is made here."""

import json
import re
import shlex
import stat
import subprocess
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.deploy.files import FOLDER, ROOT, text_of, without_comments
from tracker.config import Settings, read_settings
from tracker.db.engine import make_engine
from tracker.web.security.secret_key import secret_keys

COMPOSE = cast("dict[str, Any]", yaml.safe_load(text_of("compose.yaml")))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
TOOLS = {"upgrade", "backup", "owner"}  # they end by themselves
STEPS = [tuple(line.split(" ", 1)) for line in without_comments(text_of("Containerfile")).splitlines() if line]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_PINNED = re.compile(r"[a-z-]+:\d+\.\d+(\.\d+)?(-[a-z]+)*")


def of(word: str) -> list[str]:
    """The arguments of the steps of this kind."""
    return [rest for kind, rest in STEPS if kind == word]


def settings_of(service: str) -> dict[str, str]:
    return cast("dict[str, str]", SERVICES[service].get("environment", {}))


def test_two_processes_a_database_and_a_proxy_start_together() -> None:
    started = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert started == {"database", "upgrade", "tracker-1", "tracker-2", "proxy"}
    assert SERVICES["tracker-1"] == SERVICES["tracker-2"]
    upstream = re.findall(r"server ([\w-]+):(\d+) ", text_of("compose-upstream.conf"))
    assert upstream == [("tracker-1", "8000"), ("tracker-2", "8000")]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_pinned_shut_in_and_watched(name: str) -> None:
    service = SERVICES[name]
    assert _PINNED.fullmatch(service["image"]), service["image"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    if name in TOOLS:
        assert service.get("restart", "no") == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or "build" in service, "the image has the check"


def test_nobody_but_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = [name for name, service in SERVICES.items() if service["networks"] != ["inside"]]
    assert outside == ["proxy"]


def test_secrets_are_files_and_no_password_stands_anywhere() -> None:
    for name, service in SERVICES.items():
        for variable, value in settings_of(name).items():
            assert not re.search("PASSWORD$|SECRET_KEY$|DATABASE_URL$", variable), variable
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
    assert "trust" not in text_of("compose.yaml")
    assert {each["file"] for each in COMPOSE["secrets"].values()} == {
        f"./secrets/{name}" for name in COMPOSE["secrets"]
    }


def test_only_who_upgrades_and_restores_comes_as_the_owner_of_the_tables() -> None:
    owners = {name for name, service in SERVICES.items() if "tracker_owner_database_url" in service.get("secrets", ())}
    assert owners == {"upgrade", "owner"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_mounts_and_keeps_is_there(name: str) -> None:
    service = SERVICES[name]
    for other, how in service.get("depends_on", {}).items():
        awaited = SERVICES[other]
        assert how["condition"] != "service_healthy" or "healthcheck" in awaited
        assert how["condition"] != "service_completed_successfully" or other in TOOLS
    for mount in service.get("volumes", ()):
        source, target, *mode = mount.split(":")
        if source == "./tls":  # the certificate is the operator's
            continue
        assert target.startswith("/")
        assert source in COMPOSE["volumes"] or ((FOLDER / source).exists() and mode == ["ro"]), mount


def test_data_and_backups_outlive_the_containers() -> None:
    assert "database:/var/lib/postgresql/data" in SERVICES["database"]["volumes"]
    for name in ("backup", "owner"):
        assert SERVICES[name]["volumes"] == ["backups:/var/lib/tracker/instance/backups"]


@pytest.mark.parametrize("name", ["compose.yaml", "Containerfile", "systemd/tracker.env", "systemd/tracker.sh"])
def test_every_setting_that_a_file_names_is_one(name: str) -> None:
    named = set(re.findall(r"TRACKER_[A-Z_]+", text_of(name)))
    assert named <= {f"TRACKER_{field.upper()}" for field in Settings.model_fields}


def test_the_image_is_of_this_version_and_pg_dump_of_the_servers() -> None:
    assert SERVICES["tracker-1"]["image"] == f"{PROJECT['name']}:{PROJECT['version']}"
    server = re.fullmatch(r"postgres:(\d+)\..*", SERVICES["database"]["image"])
    assert server is not None
    assert f"postgresql-client-{server[1]} " in "".join(of("RUN"))


def test_the_image_is_built_from_pinned_parts() -> None:
    bases = of("FROM")
    assert {base.removesuffix(" AS build") for base in bases} == {bases[-1]}
    assert _PINNED.fullmatch(bases[-1])
    python = ".".join(bases[-1].split(":")[1].split(".")[:2])
    assert python in PROJECT["requires-python"]
    installs = [line for line in of("RUN") if "pip install" in line]
    assert [option in installs[0] for option in ("--require-hashes", "--only-binary :all:")] == [True, True]
    assert "--no-deps" in installs[1]
    assert of("COPY") == ["dist/ /dist/", "--from=build /opt/tracker /opt/tracker"]


def test_the_image_holds_no_secret_and_runs_as_nobody_special() -> None:
    assert {kind for kind, _rest in STEPS} <= {
        *("FROM", "COPY", "RUN", "ENV", "WORKDIR", "USER", "EXPOSE", "HEALTHCHECK", "CMD")
    }
    assert of("ENV") == ["PATH=/opt/tracker/bin:$PATH PYTHONUNBUFFERED=1"]
    assert of("USER") == ["tracker"]
    assert STEPS.index(("USER", "tracker")) > max(place for place, step in enumerate(STEPS) if step[0] == "RUN")
    assert any(re.fullmatch(r"useradd .*--uid \d{4,5} .*tracker", line) for line in of("RUN"))
    for line in of("RUN"):
        subprocess.run(["sh", "-n", "-c", line], check=True)


def test_the_image_is_asked_whether_it_lives_and_serves_as_the_handbook_says() -> None:
    check = json.loads(of("HEALTHCHECK")[0].partition(" CMD ")[2])
    compile(check[2], "HEALTHCHECK", "exec")
    assert "127.0.0.1:8000/healthz" in check[2]
    command = json.loads(of("CMD")[0])
    unit = re.findall(
        r"^ExecStart=/opt/tracker/bin/(.+)", text_of("systemd/tracker.service.d/gunicorn.conf"), re.MULTILINE
    )
    said = shlex.split(unit[0])
    differ = {"2", "1", "127.0.0.1:8000", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"}
    assert [word for word in command if word not in differ] == [word for word in said if word not in differ]
    assert find_spec(command[-1].partition(":")[0]) is not None


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folder that the script makes."""
    subprocess.run(["sh", FOLDER / "make-secrets.sh"], cwd=tmp_path, check=True)
    return tmp_path / "secrets"


def test_secrets_are_made_once_each_another_and_readable_in_containers_alone(secrets: Path) -> None:
    made = {file.name: file.read_text() for file in secrets.iterdir()}
    assert made.keys() == COMPOSE["secrets"].keys()
    assert len(set(made.values())) == len(made)
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.iterdir()} == {0o444}
    subprocess.run(["sh", FOLDER / "make-secrets.sh"], cwd=secrets.parent, check=True)
    assert made == {file.name: file.read_text() for file in secrets.iterdir()}


def test_the_settings_of_the_compose_file_are_taken(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in settings_of("tracker-1").items():
        monkeypatch.setenv(variable, value.replace("/run/secrets", str(secrets)))
    settings = read_settings()
    password = (secrets / "tracker_app_password").read_text().strip()
    assert settings.database_url == f"postgresql+psycopg://tracker_app:{password}@database/tracker"
    engine = make_engine(settings.database_url)
    assert len(secret_keys(settings, engine)[0]) == 64
    engine.dispose()
