# Every target sets up what it needs. On a fresh machine: Python 3.11 or newer, then `make demo`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Present when what is in the environment is what the lock and pyproject.toml ask for.
READY := $(VENV)/.ready
SQL := cagraph/warehouse/schema queries

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint format docs lock clean

help: ## What can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F '|' '{ printf "%-12s %s\n", $$1, $$2 }'

demo: $(READY) ## Crawl the sample ecosystem from a local CCADB and crt.sh, analyse it, print its gaps
	rm -rf demo
	mkdir demo
	$(BIN)/python -m tests.standin --shell ' \
		export CAGRAPH_DB=demo/cagraph.duckdb PATH="$(BIN):$$PATH"; \
		CAGRAPH_CCADB_URL=$$STANDIN_URL/2023-05-08 cagraph crawl ccadb --only V5 --dated 2023-05-08 && \
		cagraph sweep --source ccadb --source extra --source onecrl --source crtsh \
			--dated 2024-05-08 --as-of 2024-05-08'

test: $(READY) ## The whole test suite
	$(BIN)/python -m pytest $(ARGS)

lint: $(READY) ## Style, types, layers and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint $(SQL)

format: $(READY) ## Lay out the Python code and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY) ## The catalogue's pages in docs/queries
	$(BIN)/python -m cagraph.report.catalogue_pages docs/queries

setup: $(READY) ## The environment in .venv, from the lock

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "cagraph needs Python 3.11 or newer; '$(PYTHON)' is not: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(READY): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# For newer versions of what is locked already: make lock LOCK=--upgrade
lock: | $(BIN)/python ## Write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet 'uv>=0.9'
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' --quiet --output-file requirements.lock $(LOCK)

clean: ## Remove all that was made, the environment too
	rm -rf $(VENV) demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -path ./.git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
