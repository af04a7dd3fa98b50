"""The packaged encoder for tests that need a real one, unpacked once for the environment and kept beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from classifier.encoders import DEFAULT, Encoder, load_encoder


@pytest.fixture(scope="session")
def models() -> Path:
    return Path(sys.prefix) / "share" / "tipstaff" / "models"


@pytest.fixture(scope="session")
def encoder(models: Path) -> Encoder:
    return load_encoder(DEFAULT, models)
