"""Settings from the environment, and where the files beside the code lie. Nothing else reads either."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from tracker.domain.errors import N_, TrackerError

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent


def _beside(folder: str, packaged: str) -> Path:
    """The folder of a checkout, or what the wheel carries inside the package."""
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _CHECKOUT / folder


TEMPLATES = _beside("templates", "_templates")
MIGRATIONS = _beside("alembic", "_alembic")
SEED_DATA = _beside("seed_data", "_seed")
TRANSLATIONS = _PACKAGE / "translations"
HANDBOOK = _PACKAGE / "handbook"
STATIC = _PACKAGE / "web" / "static"
BACKDATE_DAYS = 14  # how far back leads may date what they enter, unless a setting says otherwise


class SettingsError(TrackerError):
    """A setting in the environment is wrong."""


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"{name!r} is no time zone; write for example Europe/Stockholm"
        raise ValueError(message) from error
    return name


def _known_database(url: str) -> str:
    try:
        driver = make_url(url).drivername
    except ArgumentError:
        driver = ""
    if driver not in {"sqlite", "postgresql+psycopg"}:
        message = "write sqlite:///path/to/tracker.db or postgresql+psycopg://user:password@host/name"
        raise ValueError(message)
    return url


def _known_public_url(url: str) -> str:
    if not url:
        return url
    if not url.startswith(("http://", "https://")):
        message = "must start with http:// or https://"
        raise ValueError(message)
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None:
        message = "write the address that people type, for example https://tracker.example.org"
        raise ValueError(message)
    if parts.path.strip("/") or parts.query or parts.fragment:
        message = (
            f"nothing may follow the host, as Tracker is served at its root: write {parts.scheme}://{parts.netloc}"
        )
        raise ValueError(message)
    return url


def _default_database_url() -> str:
    return f"sqlite:///{Path.cwd() / 'instance' / 'tracker.db'}"


class Settings(BaseSettings):
    """What an installation can set, each as an environment variable `TRACKER_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", extra="ignore")

    database_url: Annotated[str, AfterValidator(_known_database)] = Field(default_factory=_default_database_url)
    database_url_file: Path | None = None
    database_pool: int = Field(default=7, ge=2, le=100)
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    secret_key_fallbacks: list[SecretStr] = []
    secret_key_fallbacks_file: Path | None = None
    public_url: Annotated[str, AfterValidator(_known_public_url)] = ""
    timezone: Annotated[str, AfterValidator(_known_time_zone)] = "Europe/Stockholm"
    proxy_hops: int = Field(default=0, ge=0, le=8)
    backdate_days: int = Field(default=BACKDATE_DAYS, ge=0, le=365)
    insecure_http: bool = False
    contact: str = ""
    log_level: str = "INFO"
    security_log: Path | None = None
    postgres_bin: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_secrets_from_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Takes what is secret out of the file that `TRACKER_<NAME>_FILE` names: one line, or one for each key."""
        for name in ("database_url", "secret_key", "secret_key_fallbacks"):
            file = values.get(f"{name}_file")
            if file:
                if values.get(name):
                    message = f"{variable(name)} is set and {variable(name)}_FILE too; leave out one of them"
                    raise ValueError(message)
                lines = _secret_lines(f"{variable(name)}_FILE", Path(file))
                values[name] = lines if name == "secret_key_fallbacks" else lines[0]
        return values


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"TRACKER_{name.upper()}"


def _secret_lines(named_by: str, file: Path) -> list[str]:
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        problem = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
        message = f"{named_by}: {file} cannot be read ({problem})"
        raise ValueError(message) from error
    if not lines:
        message = f"{named_by}: {file} is empty"
        raise ValueError(message)
    return lines


def read_settings(**overrides: object) -> Settings:
    """The settings of the environment; raises SettingsError that names the variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        problem = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:  # of several settings, which it names itself
            raise SettingsError(problem) from error
        name = variable("_".join(str(part) for part in first["loc"]))
        raise SettingsError(N_("%(name)s: %(problem)s"), name=name, problem=problem) from error
