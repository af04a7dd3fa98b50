"""All parts of all records, by vote."""

from __future__ import annotations

from crawlers.inference.anchors import read_numbers, vote_floors
from crawlers.inference.matter import vote_bodies
from crawlers.inference.names import vote_authors
from crawlers.inference.paragraphs import free_paragraphs, free_repeated
from crawlers.inference.parts import Parts, Reading, learn_labels, vote_times, walk
from crawlers.inference.records import Record
from crawlers.inference.shapes import Element
from crawlers.inference.trees import Tree


def read_parts(tree: Tree, records: list[Record]) -> Reading:
    """All parts of all records, by vote."""
    paths: dict[Element, str] = {}
    owner: dict[Element, int] = {}
    for number, record in enumerate(records):
        walk(record, number, paths, owner)
    reading = Reading(tree, [Parts(record) for record in records], paths, {})
    learn_labels(reading)
    vote_times(reading, owner)
    vote_authors(reading, owner)
    free_paragraphs(reading)
    vote_bodies(reading)
    if 2 * sum(part.body_length > 0 for part in reading.parts) < len(reading.parts) and free_repeated(reading):
        vote_bodies(reading)
    vote_floors(reading)
    read_numbers(reading)
    return reading
