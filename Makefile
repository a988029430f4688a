# Two commands matter: `make preview` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The day that the example fleet is planned for, so that it gives the same plan next year.
TODAY  ?= 2026-12-01
PARTS  := fleet policies tests benchmarks scripts examples plugin __main__.py

.DEFAULT_GOAL := help
.PHONY: help setup preview test check fix bench docs golden clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / \t/' | expand -t 12

setup: $(VENV)/.dev  ## the environment in .venv, with every extra

preview: $(VENV)/.run  ## plan fleet.yaml, preview the Pulumi program with prices and policies
	$(BIN)/fleet plan --today $(TODAY)
	$(BIN)/fleet preview --stack prod --today $(TODAY)

test: $(VENV)/.dev  ## the whole test suite, the real engine included
	@scripts/install-chromium
	@$(BIN)/fleet doctor --build
	$(BIN)/pytest -n 2 --dist worksteal

check: $(VENV)/.dev  ## what a reviewer would run: formatter, linter, types, import contracts, docs
	$(BIN)/ruff format --check $(PARTS)
	$(BIN)/ruff check $(PARTS)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/build_catalog.py --check
	$(BIN)/python scripts/docs.py --check

fix: $(VENV)/.dev  ## format, and mend what the linter can
	$(BIN)/ruff format $(PARTS)
	$(BIN)/ruff check --fix $(PARTS)

docs: $(VENV)/.dev  ## rewrite the generated parts of the documentation
	$(BIN)/python scripts/docs.py

bench: $(VENV)/.dev  ## time what docs/benchmarks.md speaks of, one after the other
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

golden: $(VENV)/.dev  ## rewrite the golden files of the tests; review the difference
	FLEET_WRITE_GOLDEN=1 $(BIN)/pytest -q -m "not engine" tests -k golden

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Installing without byte code and compiling on all cores afterwards halves the time.
$(VENV)/.run: requirements.txt constraints.txt pyproject.toml
	@scripts/install $(PYTHON) $(VENV) .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@scripts/install $(PYTHON) $(VENV) ".[aws,rehearsal,dev]"
	@touch $@
