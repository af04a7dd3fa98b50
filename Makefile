# The two commands: `make demo` and `make test`. Each does its whole set-up on a fresh machine.
SHELL := /bin/bash
PYTHON := .venv/bin/python
# No model hub, no usage reports: what runs here talks to nobody.
export HF_HUB_OFFLINE := 1
export TRANSFORMERS_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false
# The first run of everything then writes its bytecode, and the second starts in a fraction of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check setup setup-test model

demo: setup  ## crawl the practice market and show what was found
	@.venv/bin/tipstaff demo

test: setup-test check  ## lint, layers, types and every test
	@$(PYTHON) -m pytest

check: setup-test  ## lint, layers and types alone
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/lint-imports
	@.venv/bin/mypy

model: setup  ## train the shipped model again, after a change of the corpus
	@.venv/bin/tipstaff train --no-verdicts --out classifier/models/packaged-e5-small

setup:
	@scripts/setup.sh run

setup-test:
	@scripts/setup.sh test
