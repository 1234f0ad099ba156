# Everything a newcomer needs: `make demo` and `make test`. Both set the environment up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
  --no-annotate

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types unit bench docs spark web lock pack clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## make the environment in .venv

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.11 …"; exit 1; }
	@echo "Setting up $(VENV) (about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(STAMP)

demo: setup ## load the Chongqing pack, compute, open the report
	@$(BIN)/lianzhang demo

test: setup lint types unit ## everything that has to hold: style, arrows, types, tests

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

types: setup
	@$(BIN)/mypy

unit: setup
	@$(BIN)/python -m pytest -q -n auto

bench: setup ## run the benchmarks, each beside its peer or oracle
	@$(BIN)/python -m benchmarks

docs: setup ## write the generated pages of docs/reference
	@$(BIN)/python -m tools.reference

spark: setup ## add Spark to the environment, 450 MB (needs Java 17 or newer to run)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --require-hashes \
	  -r requirements-spark.lock

web: ## build the browser code into the package (needs Node)
	@cd web && npm ci --silent && npm run --silent build

pack: setup ## build the bundled Chongqing pack from its sources
	@$(BIN)/python -m packs.chongqing.build

lock: ## renew the locks (needs uv)
	@uv pip compile $(LOCK) --extra documents --extra linkage --extra web --group dev -o requirements.lock pyproject.toml
	@echo 'pyspark>=4' | uv pip compile $(LOCK) -c requirements.lock -o requirements-spark.lock -

clean: ## remove the environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
