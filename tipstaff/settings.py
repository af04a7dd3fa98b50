"""The one reader of the environment.

Order of trust: command-line options, then `TIPSTAFF_…` in the environment, then `settings.toml` in TIPSTAFF_HOME,
then the defaults below.
"""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.errors import BadValue
from tipstaff import retention as spans

DEFAULT_HOME = "tipstaff-data"
PRACTICE_HOME = "tipstaff-demo"
DATABASE_FORM = "postgresql://USER@HOST/NAME"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")


def _read_spans(value: Any) -> dict[str, int | None]:
    try:
        return spans.read_retention(value)
    except BadValue as error:
        raise ValueError(error.facts["want"]) from None


class Settings(BaseSettings):
    """All that can be set: as options first, then from the environment; the file comes in through `load_settings`.

    Times in seconds unless the name says otherwise.
    """

    model_config = SettingsConfigDict(env_prefix="TIPSTAFF_", extra="forbid", frozen=True)

    home: Path = Path(DEFAULT_HOME)
    # A PostgreSQL database by its URL; without one the store has its own, SQLite in TIPSTAFF_HOME.
    database: str | None = Field(default=None, pattern="^postgres(ql)?://", repr=False)
    # A way to reach whoever runs this, for the user agent: no public address is crawled without it.
    contact: str | None = None
    allow_private: bool = False
    # Between two requests to one public host.
    delay: float = Field(default=1.0, ge=0.1)
    # A fetched page that was not scored within this time is destroyed, and fetched again.
    spool_hours: float = Field(default=24, gt=0)
    # A Chromium; found on the PATH, or in Playwright's own folder, when not set.
    browser: Path | None = None
    encoder: str = "packaged-e5-small"
    # Where unpacked encoders and models trained here are kept.
    models: Path | None = None
    # How many posts in one are offers on the boards that are watched: the rate that scores are calibrated for.
    prevalence: float = Field(default=1 / 200, gt=0, lt=1)
    language: Literal["auto", "en", "zh"] = "auto"
    # Who answers for what is done here: stands in the ledger. The name of the login when not set.
    operator: str | None = Field(default=None, min_length=1)
    # In which role sealed originals are opened here: stands in the ledger.
    role: str = Field(default="analyst", min_length=1)
    # A timestamp authority (RFC 3161), and the file of certificates (PEM) that must vouch for what it answers.
    tsa: str | None = Field(default=None, pattern="^https?://")
    tsa_roots: Path | None = None
    # How long findings and their captures are kept, by state: "dismissed=30d confirmed=never".
    retention: Annotated[dict[str, int | None], NoDecode, BeforeValidator(_read_spans)] = Field(default_factory=dict)

    @property
    def login(self) -> str:
        """The account that runs this program."""
        return getpass.getuser()

    @property
    def acting(self) -> str:
        """Who acts, for the ledger."""
        return self.operator or self.login

    @property
    def keeps(self) -> dict[str, int | None]:
        """Days that findings are kept by state, None for good."""
        return {**spans.DEFAULT, **self.retention}

    @property
    def user_agent(self) -> str:
        """What servers are told. The contact stands in it, as crawlers' good manners want."""
        from tipstaff.version import VERSION

        return f"Tipstaff/{VERSION} (+{self.contact})" if self.contact else f"Tipstaff/{VERSION}"

    @property
    def models_folder(self) -> Path:
        """Beside the program when it may write there (then every store shares one copy), else in the store's folder."""
        if self.models:
            return self.models
        beside = Path(sys.prefix) / "share" / "tipstaff" / "models"
        writable = next(parent for parent in (beside, *beside.parents) if parent.exists())
        return beside if os.access(writable, os.W_OK) else self.home / "models"

    @property
    def speaks(self) -> str:
        """ "zh" or "en": what the person at the desk reads."""
        return spoken_language() if self.language == "auto" else self.language

    @property
    def browser_path(self) -> str | None:
        """A Chromium to draw pages with, or None where the machine has none."""
        if self.browser:
            return str(self.browser) if self.browser.exists() else None
        on_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
        return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    patterns = ("chromium-*/chrome-linux*/chrome", "chromium_headless_shell-*/chrome-*/*headless*shell")
    found = sorted(path for pattern in patterns for path in cache.glob(pattern))
    return str(found[-1]) if found else None


def load_settings(**given: Any) -> Settings:
    """The settings in force; `given` are options, None meaning not given. Raises BadValue, one clear line."""
    options = {name: value for name, value in given.items() if value is not None}
    home = Path(options.get("home") or os.environ.get("TIPSTAFF_HOME") or DEFAULT_HOME)
    kept = read_settings_file(home / "settings.toml")
    kept = {name: value for name, value in kept.items() if f"TIPSTAFF_{name.upper()}" not in os.environ}
    try:
        return Settings(**{**kept, **options, "home": home.absolute()})
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(part) for part in fault["loc"])
        where = f"{home / 'settings.toml'}: {name}" if name in kept else name
        if fault["type"] == "extra_forbidden":
            raise BadValue(name=where, value="set", want="one of " + ", ".join(Settings.model_fields)) from None
        if name == "database":  # There may be a password in it.
            raise BadValue(name=where, value="what was given", want=DATABASE_FORM) from None
        raise BadValue(name=where, value=repr(fault.get("input")), want=fault["msg"]) from None


def read_settings_file(path: Path) -> dict[str, Any]:
    """The settings kept in TIPSTAFF_HOME, or none. Raises BadValue when the file is not TOML."""
    if not os.path.isfile(path):  # unlike Path's own, it has no opinion on names that cannot be
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadValue(name=str(path), value="read", want=f"TOML ({error})") from None


def home_is_set() -> bool:
    """Whether the user chose a store."""
    return bool(os.environ.get("TIPSTAFF_HOME"))


def spoken_language() -> str:
    """ "zh" or "en", by TIPSTAFF_LANGUAGE or the locale."""
    wanted = os.environ.get("TIPSTAFF_LANGUAGE")
    names = [wanted] if wanted in ("en", "zh") else [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    return "zh" if next((name for name in names if name), "").lower().startswith("zh") else "en"


def calm_threads() -> None:
    """Numeric libraries loaded after this let their waiting threads sleep, as long as nobody asked for other ways.

    Threads that spin while they wait take the processor from the crawl beside them, and both become slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def child_environment() -> dict[str, str]:
    """The environment of a crawl's process: this one's, with no way for a library to call home."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "SCRAPY_SETTINGS_MODULE": "crawlers.settings"}
