# Everything a newcomer needs. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# What the pages are made of, without what was fetched to make them.
WEB := $(shell find api/web -name node_modules -prune -o -type f ! -name 'schema.*' -print)
# Node comes as a Python package, so that a machine needs none of its own.
WEB_RUN = $(BIN)/python api/web/build_hook.py run --silent
# A government network often has a certificate authority of its own: trust what the machine trusts.
export UV_SYSTEM_CERTS := 1
# Whatever the machine's habit: what is compiled is kept, or each of the many programs that tests start compiles it all.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test bench lint types floors logic unit lock pages postgis sample pictures clean

help: ## Say what each command does
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit("gridgov needs Python 3.11 or newer; set PYTHON=... to one" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(VENV)/.run: $(BIN)/uv requirements.lock pyproject.toml $(WEB)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

pages: $(BIN)/uv ## Build the pages anew from api/web
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --reinstall -e .

postgis: ## Install PostgreSQL with PostGIS if the machine has none (needs root or sudo)
	@sh .ci/install-postgis

demo: $(VENV)/.run postgis ## Set everything up, play one day of the sample district, serve the map and the API
	@$(BIN)/gridgov demo

# The pages' types of the API, which their style is judged with as well.
SCHEMA := api/web/src/shared/schema.d.ts
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What asks for one processor only is done side by side.
test: $(SCHEMA) postgis ## Lint, types, floors and every test
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint types floors logic
	$(PYTEST)

$(SCHEMA): $(VENV)/.dev $(shell find api gridgov -name '*.py' -not -path '*/node_modules/*')
	$(BIN)/python -m tests.openapi api/web/src/shared/schema.json
	@$(WEB_RUN) schema

lint: $(VENV)/.dev $(SCHEMA) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(WEB_RUN) lint

types: $(VENV)/.dev $(SCHEMA) ## Check types, strictly
	$(BIN)/mypy
	@$(WEB_RUN) types

floors: $(VENV)/.dev ## Check that no floor or step looks upwards
	$(BIN)/lint-imports

logic: $(VENV)/.dev $(SCHEMA)
	@$(WEB_RUN) test

unit: logic ## Run the tests
	$(PYTEST)

bench: $(VENV)/.dev postgis ## Measure against named peers and print the ratios
	$(BIN)/python -m tests.bench

sample: $(VENV)/.run ## Make sample_geo/data anew from its seed
	$(BIN)/python -m sample_geo.make

pictures: $(VENV)/.dev postgis ## Make the README's pictures with a real browser
	$(BIN)/python -m tests.pictures

lock: $(BIN)/uv ## Pin the newest allowed versions into the lock files
	for kind in "requirements-dev.lock --group dev --group bench --all-extras --upgrade" "requirements.lock -c requirements-dev.lock"; do \
	  set -- $$kind; $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-find-links --no-emit-index-url -o $$1 $${@:2}; done

clean: ## Remove the virtual environment and caches (never the data)
	rm -rf $(VENV) api/web/node_modules api/pages .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
