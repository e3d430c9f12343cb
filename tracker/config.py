"""Settings from the environment, and where the files beside the code lie. Nothing else reads either."""

from pathlib import Path
from typing import Annotated, Self
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


def _default_database_url() -> str:
    return f"sqlite:///{Path.cwd() / 'instance' / 'tracker.db'}"


class Settings(BaseSettings):
    """What an installation can set, each as an environment variable `TRACKER_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="TRACKER_", extra="ignore")

    database_url: Annotated[str, AfterValidator(_known_database)] = Field(default_factory=_default_database_url)
    database_pool: int = Field(default=7, ge=2, le=100)
    secret_key: SecretStr | None = None
    secret_key_fallbacks: list[SecretStr] = []
    public_url: str = ""
    timezone: Annotated[str, AfterValidator(_known_time_zone)] = "Europe/Stockholm"
    proxy_hops: int = Field(default=0, ge=0, le=8)
    backdate_days: int = Field(default=14, ge=0, le=365)
    insecure_http: bool = False
    contact: str = ""
    log_level: str = "INFO"
    postgres_bin: Path | None = None

    @model_validator(mode="after")
    def _public_url_has_a_scheme(self) -> Self:
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            message = "public_url must start with http:// or https://"
            raise ValueError(message)
        return self


def read_settings(**overrides: object) -> Settings:
    """The settings of the environment; raises SettingsError that names the variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = "TRACKER_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(N_("%(name)s: %(problem)s"), name=name, problem=first["msg"]) from error
