# Every target runs in .venv, which is made from requirements.lock on first use.

PYTHON ?= python3
PROFILE ?= quick
CORES ?= all
BIN := .venv/bin
ENV := .venv/installed

.DEFAULT_GOAL := help
.PHONY: help book test check lab bench clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

book: $(ENV)  ## Run what is out of date of the study and build _build/html (PROFILE=quick CORES=all)
	OMP_NUM_THREADS=1 $(BIN)/snakemake --snakefile notebooks/Snakefile \
	    --cores $(CORES) --rerun-incomplete --quiet host --config profile=$(PROFILE) $(ROOTS)
	@echo "The book: file://$(CURDIR)/_build/html/index.html"

test: $(ENV)  ## Run the tests, the doctests and, if there is a book, open its pages in Chromium
	$(BIN)/python -m pytest

check: $(ENV)  ## Lint, formatting, types, import order
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lab: $(ENV)  ## Open the notebooks in JupyterLab
	$(BIN)/jupyter-lab notebooks

bench: $(ENV)  ## Measure what losses, training, loading and scenes cost
	$(BIN)/lossstudy bench losses
	OMP_NUM_THREADS=1 $(BIN)/lossstudy bench train
	$(BIN)/lossstudy bench loading
	OMP_NUM_THREADS=1 $(BIN)/lossstudy bench scenes

clean:  ## Remove the book and the tools' caches; .venv, data/ and runs/ stay
	rm -rf _build book/notebooks book/runs .pytest_cache .mypy_cache .ruff_cache \
	    .import_linter_cache .hypothesis

$(ENV): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
	    "lossstudy needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] \
	    + "; name another one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@
