"""The parts a machine needs, each with its check and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from domain.errors import MissingPart, TipstaffError
from tipstaff.settings import Settings

SETUP = "make demo"
PACKAGES = (
    "scrapy",
    "web-poet",
    "scrapy-playwright",
    "playwright",
    "beautifulsoup4",
    "sentence-transformers",
    "sqlmodel",
    "cryptography",
    "rapidocr",
    "onnxruntime",
    "opencv-python-headless",
    "pillow",
    "zxing-cpp",
    "warcio",
    "weasyprint",
    "python-docx",
    "stix2",
    "pymisp",
)
LEAST_FREE = 1 << 30  # bytes: room for an unpacked encoder and some weeks of captures


@dataclass(frozen=True)
class Part:
    """One part of the machine: how it is, and what mends it. A part that is not `needed` is only reported."""

    name: str
    well: bool
    state: str
    mend: str | None = None
    needed: bool = True


def examine(settings: Settings, *, quick: bool = False) -> Iterator[Part]:
    """Every part, one after the other."""
    for check in CHECKS:
        if not (quick and check in SLOW):
            part = check(settings)
            yield replace(part, mend=None) if part.well else part


def check_python(settings: Settings) -> Part:
    """Python 3.11 or newer."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Part("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer, then: " + SETUP)


def check_packages(settings: Settings) -> Part:
    """The packages the program stands on."""
    missing = [name for name in PACKAGES if not _version_of(name)]
    return Part(
        "packages",
        not missing,
        "missing: " + ", ".join(missing) if missing else "all installed",
        SETUP if missing else None,
    )


def check_torch(settings: Settings) -> Part:
    """Torch, and whether it is the small CPU build."""
    version = _version_of("torch")
    if not version:
        return Part("torch", well=False, state="missing", mend=SETUP)
    cuda = any(name.lower().startswith("nvidia-") for name in _distribution_names())
    return Part(
        "torch", well=True, state=version + (" (CUDA build: it works, but takes gigabytes more)" if cuda else " (CPU)")
    )


def check_browser(settings: Settings) -> Part:
    """A Chromium that starts."""
    mend = "apt-get install chromium" if shutil.which("apt-get") else ".venv/bin/playwright install chromium"
    path = settings.browser_path
    if not path:
        return Part(
            "browser", well=False, state="no Chromium found; boards that need JavaScript cannot be read", mend=mend
        )
    try:
        told = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        return Part("browser", well=False, state=f"{path} does not start: {error}", mend=mend)
    return Part("browser", well=True, state=f"{told} at {path}")


def check_glyphs(settings: Settings) -> Part:
    """A font with Chinese glyphs, for pictures of pages."""
    lister = shutil.which("fc-list")
    found = bool(lister) and bool(
        subprocess.run(
            [str(lister), ":lang=zh"], capture_output=True, text=True, timeout=20, check=False
        ).stdout.strip()
    )
    state = "found" if found else "none found; pictures would show boxes"
    return Part("Chinese font", found, state, None if found else "apt-get install fonts-wqy-zenhei")


def check_press(settings: Settings) -> Part:
    """What sets the type of referrals."""
    from store.referrals.printing import check_press as try_press

    try:
        try_press()
    except (MissingPart, ImportError) as error:
        mend = str(error.facts["mend"]) if isinstance(error, MissingPart) else SETUP
        return Part("press", well=False, state=f"{error}; nothing can be referred", mend=mend)
    return Part("press", well=True, state="referrals can be printed")


def check_encoder(settings: Settings) -> Part:
    """The encoder and the model in use, by loading and asking them."""
    from classifier.reader import load_reader
    from domain.signals import Passage

    try:
        reader = load_reader(settings.models_folder, encoder=settings.encoder, prevalence=settings.prevalence)
        reader.read([Passage("doctor", "车主信息")])
    except TipstaffError as error:
        return Part("encoder", well=False, state=str(error), mend=SETUP)
    return Part("encoder", well=True, state=f"{settings.encoder}; {reader.model}")


def check_pictures(settings: Settings) -> Part:
    """The reading of pictures, by letting it read one: a code drawn on the spot, and the models that letters need."""
    from classifier.pictures.lettering import find_models
    from classifier.pictures.reader import PictureReader
    from classifier.pictures.sample import draw_sample

    try:
        find_models()
        with PictureReader(decode_seconds=20) as pictures:
            seen = pictures.look(draw_sample("tipstaff"))
    except (TipstaffError, ImportError) as error:
        return Part("pictures", well=False, state=str(error), mend=SETUP)
    well = seen.codes == ("tipstaff",) and seen.whole
    return Part("pictures", well, "text and codes can be read" if well else "nothing could be read", SETUP)


def check_store(settings: Settings) -> Part:
    """The store, opened."""
    from store.database import is_made, open_store

    if (not settings.home.exists() or settings.home.is_dir()) and not is_made(settings.home, settings.database):
        return Part("store", well=True, state=f"none yet at {settings.home}; the first command makes it", needed=False)
    try:
        with open_store(settings.home, settings.database) as store:
            # A URL is written without its password.
            where = f"{settings.home}, in {store.engine.url}" if store.url else str(settings.home)
            return Part("store", well=True, state=where)
    except TipstaffError as error:
        return Part(
            "store", well=False, state=str(error), mend="name another folder in TIPSTAFF_HOME, or restore a backup"
        )


def check_sqlite(settings: Settings) -> Part:
    """SQLite with what the store needs (RETURNING came with 3.35)."""
    return Part(
        "SQLite",
        sqlite3.sqlite_version_info >= (3, 35),
        sqlite3.sqlite_version,
        "a Python built with SQLite 3.35 or newer",
    )


def check_certificates(settings: Settings) -> Part:
    """Roots of trust, without which no https page can be fetched."""
    paths = ssl.get_default_verify_paths()
    found = next((path for path in (paths.cafile, paths.capath) if path and Path(path).exists()), None)
    return Part(
        "certificates", bool(found), found or "none found", None if found else "apt-get install ca-certificates"
    )


def check_contact(settings: Settings) -> Part:
    """The contact address that public crawls need."""
    mend = 'contact = "mailto:you@example.org" in settings.toml, or TIPSTAFF_CONTACT'
    if settings.contact:
        return Part("contact", well=True, state=settings.contact)
    return Part("contact", well=False, state="not set: public addresses are not crawled", mend=mend, needed=False)


def check_room(settings: Settings) -> Part:
    """Room on the disk of the store."""
    folder = next(parent for parent in (settings.home, *settings.home.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    return Part("disk", free > LEAST_FREE, f"{free / (1 << 30):.1f} GiB free", "make room")


def check_memory(settings: Settings) -> Part:
    """Memory for the encoder and a browser."""
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Part("memory", size > 2 << 30, f"{size / (1 << 30):.1f} GiB", "a machine with 2 GiB or more")


CHECKS: tuple[Callable[[Settings], Part], ...] = (
    check_python,
    check_packages,
    check_torch,
    check_encoder,
    check_pictures,
    check_browser,
    check_glyphs,
    check_press,
    check_certificates,
    check_sqlite,
    check_store,
    check_contact,
    check_room,
    check_memory,
)
SLOW = frozenset({check_encoder, check_pictures})


def _version_of(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _distribution_names() -> list[str]:
    site = Path(str(importlib.metadata.distribution("torch").locate_file("")))
    return [path.name for path in site.glob("*.dist-info")]
