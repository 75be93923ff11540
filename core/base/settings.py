"""Settings, read from environment variables in one place.

They are built once at an entry point and passed on. Hyperparameters (rates, shares, seeds) are not
settings: they are in the trainer's configuration and in each version's manifest.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.base.errors import SettingsError

PREFIX = "INKLOOP_"
MIN_SECRET_LENGTH = 32  # characters; token_hex(32) makes 64


class Settings(BaseSettings):
    """One field for each `INKLOOP_…` variable. The README has a table of them."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    instance: Path = Path("instance")
    """Folder of all run-time data: database, models, MNIST, logs."""

    host: str = Field(default="127.0.0.1", min_length=1)
    """Address that the server listens on; 0.0.0.0 admits phones on the same network."""

    port: int = Field(default=8000, ge=1, le=65535)
    """Port that the server listens on."""

    workers: int = Field(default=2, ge=1, le=64)
    """Server processes, each with its own copy of the live model."""

    database_url: str = ""
    """SQLAlchemy URL of the database; empty means SQLite in the instance folder."""

    model_store_url: str = ""
    """Folder of the model store; empty means `models` in the instance folder."""

    mnist_dir: Path | None = None
    """Folder with MNIST's files (IDX, gzipped IDX or mnist.npz), used before any download."""

    secret_key: str = Field(default="", repr=False)
    """Signs the contributor's cookie; at least 32 characters. Empty: generated once and kept."""

    rate_limits: Literal["on", "off"] = "on"
    """Whether requests per contributor and address are limited."""

    trusted_proxies: int = Field(default=0, ge=0, le=8)
    """Number of reverse proxies in front that set X-Forwarded-For and -Proto."""

    log_format: Literal["console", "json"] = "console"
    """Format of log lines: readable text, or one JSON object a line."""

    train_threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    """Threads that training uses; by default the machine's cores."""

    max_drawings_per_minute: int = Field(default=120, ge=1)
    """Drawings that one contributor may send in a minute."""

    max_predictions_per_minute: int = Field(default=1200, ge=1)
    """Predictions that one contributor may request in a minute."""

    retention_days: int = Field(default=0, ge=0, le=36_500)
    """Age in days at which the server erases drawings; 0 keeps them."""

    webhook_private: Literal["on", "off"] = "off"
    """Whether the webhook may send to private addresses."""

    @field_validator("instance", mode="before")
    @classmethod
    def _some_folder(cls, folder: object) -> object:
        if folder == "":  # it would mean the current directory
            raise ValueError("a folder")
        return folder

    @field_validator("database_url")
    @classmethod
    def _only_sqlite(cls, url: str) -> str:
        if url and not url.startswith("sqlite:///"):
            raise ValueError("an address that begins with sqlite:///")
        return url

    @field_validator("model_store_url")
    @classmethod
    def _only_folders(cls, url: str) -> str:
        if "://" in url and not url.startswith("file://"):
            raise ValueError("a folder, or an address that begins with file://")
        return url

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, key: str) -> str:
        if key and len(key) < MIN_SECRET_LENGTH:
            raise ValueError(f"at least {MIN_SECRET_LENGTH} characters")
        return key

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **given: object) -> Self:
        """Read the environment once; `given` values win over it.

        Raises: SettingsError, naming each unknown or malformed variable and what is expected.
        """
        environ = os.environ if environ is None else environ
        found = {key: value for key, value in environ.items() if key.startswith(PREFIX)}
        unknown = sorted(found.keys() - {PREFIX + name.upper() for name in cls.model_fields})
        if unknown:
            raise SettingsError(
                f"unknown setting {', '.join(unknown)}: unset it, or look up its name in the "
                "README's table"
            )
        values: dict[str, object] = {
            name.removeprefix(PREFIX).lower(): value for name, value in found.items()
        }
        try:
            return cls.model_validate(values | given)
        except ValidationError as exc:
            raise SettingsError("; ".join(_sentence(error) for error in exc.errors())) from exc

    def environment(self) -> dict[str, str]:
        """Return this process's environment with these settings, for a child process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        given = self.model_dump(exclude_unset=True, exclude_none=True)
        given["instance"] = self.instance.resolve()
        return kept | {
            PREFIX + name.upper(): str(value) for name, value in given.items() if value != ""
        }

    @property
    def database_path(self) -> Path:
        """The database file. Only SQLite itself may open it while Inkloop runs."""
        if self.database_url:
            return Path(self.database_url.removeprefix("sqlite:///"))
        return self.instance / "inkloop.db"

    @property
    def shared_state_path(self) -> Path:
        """The file of the state that processes share and may lose: rate limits, heartbeats."""
        return self.database_path.with_name(self.database_path.stem + "-volatile.db")

    @property
    def restoring_path(self) -> Path:
        """Marks an unfinished restore, so that Inkloop refuses to start with an empty database."""
        return self.instance / "restore-unfinished"

    @property
    def models_dir(self) -> Path:
        """The folder of the model store."""
        if self.model_store_url:
            return Path(self.model_store_url.removeprefix("file://"))
        return self.instance / "models"

    @property
    def mnist_cache(self) -> Path:
        """The folder of the four verified IDX files of MNIST."""
        return self.instance / "mnist"

    @property
    def secret_path(self) -> Path:
        """The file of the secret key, if none is set."""
        return self.instance / "secret_key"

    def secret(self) -> bytes:
        """Return the secret key: the one set, else the one in the instance, generated if missing.

        Two processes that start at once get the same key: `os.link` makes the file appear whole,
        and fails if it exists.
        """
        if self.secret_key:
            return self.secret_key.encode()
        if not self.secret_path.exists():
            self._make_secret()
        key = self.secret_path.read_text(encoding="ascii").strip()
        if len(key) < MIN_SECRET_LENGTH:
            raise SettingsError(
                f"{self.secret_path} holds no usable key: delete it, and a new one is generated "
                "(this signs out every user, and contributors lose their identity)"
            )
        return key.encode()

    def _make_secret(self) -> None:
        self.instance.mkdir(parents=True, exist_ok=True)
        partial = self.secret_path.with_name(f"secret_key.{os.getpid()}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, self.secret_path)
        except FileExistsError:
            pass  # another process was first, and its key is used
        finally:
            partial.unlink()


def _sentence(error: ErrorDetails) -> str:
    name = PREFIX + "_".join(str(part) for part in error["loc"]).upper()
    expected = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    shown = "" if name.endswith("SECRET_KEY") else f"={error['input']!r}"
    return f"{name}{shown}: expected {expected}"
