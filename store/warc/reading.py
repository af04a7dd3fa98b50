"""A haul out of the WARC file that it was written to."""

from __future__ import annotations

import json
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from domain.pages import Haul
from domain.plain import restore
from store.bodies import bodies_of
from store.warc.writing import JSON_TYPE, READING


def read_warc(data: bytes) -> Haul:
    """The haul that `write_warc` wrote. Raises ValueError when there is none in it, or a digest of it is not true."""
    bodies: dict[str, bytes] = {}
    reading = None
    try:
        for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
            body = record.raw_stream.read()
            bodies[record.rec_headers.get_header("WARC-Record-ID")] = body
            if record.rec_type == "metadata" and record.content_type == JSON_TYPE:
                found = json.loads(body.decode("utf-8", "surrogatepass"))
                reading = found["haul"] if found.get("form") == READING else reading
    except (ArchiveLoadFailed, EOFError) as error:
        raise ValueError(f"not a whole WARC file: {error}") from None
    if reading is None:
        raise ValueError("a WARC file without a reading of its page")
    for page, name in bodies_of(reading):
        page[name] = None if page[name] is None else bodies[page[name]]
    return restore(Haul, reading)
