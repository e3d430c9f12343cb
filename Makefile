# Everything runs in .venv, which `make` builds from uv.lock by itself. `make help` lists the targets.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
# uv from PATH, else one of its own inside .venv: Debian's Python refuses `pip install` outside of one.
UV := $(shell command -v uv || echo $(BIN)/uv)
# Each worker and each program that tests start would compile all modules anew where Python is told to keep nothing.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist worksteal
# xdist hands tests that are left over to the worker that is free. Half of the time they wait for browser or disk, so
# four workers suit even two cores.
TEST := $(PYTEST) -n 4

.DEFAULT_GOAL := help
.PHONY: help setup run fresh test quick test-all check browser bench screenshots translations wheel vendor clean

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(STAMP) ## builds .venv from uv.lock

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed, and '$(PYTHON)' is none. Install it, or name another: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(UV) -o -x $(BIN)/python || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@test -x $(UV) || { $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet --disable-pip-version-check uv; }
	@# --inexact leaves the uv that pip put there; compiling now halves the first start.
	UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --python $(PYTHON) --frozen --inexact --all-extras --compile-bytecode
	@touch $@

run: $(STAMP) ## starts the demo at http://127.0.0.1:8000 (PORT=…), with what was changed before
	$(BIN)/tracker demo --port $(PORT)

fresh: $(STAMP) ## throws the demo's changes away and starts it anew
	@echo "Removing instance/demo.db: the demo starts from seed_data/ again."
	@rm -f instance/demo.db instance/demo.db-*
	$(BIN)/tracker demo --port $(PORT)

test: $(STAMP) browser ## runs all tests, those with counts a tenth of the times
	$(TEST)

quick: $(STAMP) ## runs the tests of rules, commands and queries alone, on SQLite
	$(PYTEST) -n 2 --sqlite tests/unit tests/db

test-all: $(STAMP) browser ## runs all tests in full
	$(TEST) --full

check: $(STAMP) ## lint, format, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: $(STAMP)
	@$(BIN)/python -m tests.browser.find_browser

bench: $(STAMP) ## measures what requests take, against a bare answer
	$(BIN)/python -m tests.bench

screenshots: $(STAMP) browser ## takes the pictures of README and handbook anew
	TRACKER_SCREENSHOTS=1 $(BIN)/python -m pytest -q tests/browser/test_screenshots.py tests/browser/test_planning_week.py tests/browser/setup/test_first_cycle.py

# The catalogue keeps no places in the code: they would change with every move. Source strings are English.
CATALOGUE := tracker/translations/sv/LC_MESSAGES/messages
translations: $(STAMP) ## brings the Swedish catalogue up to date with code and templates, and compiles it
	$(BIN)/pybabel extract -F pyproject.toml -k N_ -k NN_:1,2 -k NN_:1,1,1t --no-location --sort-output -o $(VENV)/messages.pot .
	$(BIN)/pybabel update -i $(VENV)/messages.pot -o $(CATALOGUE).po -l sv -w 120 --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel compile -i $(CATALOGUE).po -o $(CATALOGUE).mo -l sv --statistics

wheel: $(STAMP) ## builds the file to install, in dist/, and a list of its libraries with their digests
	$(BIN)/python -m hatchling build -t wheel -d dist
	$(UV) export --frozen --quiet --no-dev --all-extras --no-emit-project --no-header --no-annotate -o dist/requirements.txt

vendor: $(STAMP) ## fetches the browser libraries of tests/vendoring/vendor.json again (needs npm)
	$(BIN)/python -m tests.vendoring.vendor

clean: ## removes .venv, caches and build results; never instance/
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find tracker tests alembic -name __pycache__ -prune -exec rm -rf {} +
