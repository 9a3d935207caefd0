# Every target runs in .venv, which is made from requirements.lock on first use.

PYTHON ?= python3
PROFILE ?= quick
CORES ?= all
TESTS ?=
BIN := .venv/bin
ENV := .venv/installed
HTML := _build/html/index.html
PDF := _build/lossstudy.pdf
CHROMIUM := $(firstword $(foreach name,chromium chromium-browser google-chrome,\
    $(shell command -v $(name))))

.DEFAULT_GOAL := help
.PHONY: help book pdf test browser check lab bench clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

book: $(ENV)  ## Run what is out of date of the study and build _build/html (PROFILE=quick CORES=all)
	OMP_NUM_THREADS=1 $(BIN)/snakemake --snakefile notebooks/Snakefile \
	    --cores $(CORES) --rerun-incomplete --quiet host --config profile=$(PROFILE) $(ROOTS)
	@echo "The book: file://$(CURDIR)/$(HTML)"

pdf: $(ENV) browser $(HTML)  ## Print the book that is built to _build/lossstudy.pdf, with Chromium
	$(BIN)/python -m lossstudy.printing $(dir $(HTML)) $(PDF)
	@echo "The book on paper: file://$(CURDIR)/$(PDF)"

$(HTML):
	$(MAKE) book

test: $(ENV) browser  ## Run the tests, the doctests and, if there is a book, open its pages in Chromium
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadscope $(TESTS)

# Tests that need a browser are skipped where there is none and it cannot be installed.
browser:
ifeq ($(CHROMIUM),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Chromium"; \
	    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	fi || echo "Chromium could not be installed"
endif

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

# Fonts are listed here: where that is slow, matplotlib says so, on the first page that draws.
$(ENV): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
	    "lossstudy needs Python 3.11 or newer, but $(PYTHON) is " + sys.version.split()[0] \
	    + "; name another one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	$(BIN)/python -c 'import matplotlib.font_manager'
	@touch $@
