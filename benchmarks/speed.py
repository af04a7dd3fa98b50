"""How fast posts are read, and what a cold process costs.

.venv/bin/python benchmarks/speed.py
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

from classifier.corpus import read_corpus
from classifier.reader import load_reader
from domain.signals import Passage
from tipstaff.settings import load_settings

COLD = """
import time; start = time.perf_counter()
from sentence_transformers import SentenceTransformer; imported = time.perf_counter()
from pathlib import Path
from classifier.encoders import DEFAULT, load_encoder
encoder = load_encoder(DEFAULT, Path({models!r})); loaded = time.perf_counter()
encoder.encode(["车主"]); done = time.perf_counter()
print(f"import {{imported - start:.2f}} s, load {{loaded - imported:.2f}} s, first text {{done - loaded:.2f}} s")
"""
LONG = 200_000


def main() -> None:
    """Print the figures."""
    models = load_settings().models_folder
    script = COLD.format(models=str(models))
    cold = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    print(f"cold process: {cold.stdout.strip()}")
    reader = load_reader(models)
    reader.read([Passage("warm", "车主")])
    passages = [Passage(one.id, one.text, one.thread_title, one.board) for one in read_corpus()][:600]
    start = time.perf_counter()
    for first in range(0, len(passages), 64):
        reader.read(passages[first : first + 64])
    took = time.perf_counter() - start
    length = sum(len(passage.text) for passage in passages) / len(passages)
    print(f"{len(passages) / took:.0f} posts/s, {length:.0f} characters a post")
    page = "".join(passage.text for passage in passages)
    for size in (1_000, 10_000, LONG):
        start = time.perf_counter()
        reader.read([Passage("long", (page * (size // len(page) + 1))[:size])])
        print(f"one text of {size:,} characters: {time.perf_counter() - start:.2f} s")
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
