"""A captured page as a WARC file (ISO 28500, WARC 1.1), each record gzipped on its own, and back."""

from __future__ import annotations

from store.warc.facts import Maker, Setting
from store.warc.reading import read_warc
from store.warc.writing import write_warc

__all__ = ["Maker", "Setting", "read_warc", "write_warc"]
