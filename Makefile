# Everything here sets up what it needs in .venv and is quick where that is up to date.
# `make PYTHON=/path/to/python3` chooses the Python; `make test ARGS="-k waitlist"` passes ARGS on.

SHELL := /bin/sh
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench prove messages lock clean

help: ## List what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: .venv/.runtime ## Open the demo: phones, a day board and a clock on one page
	@exec $(BIN)/slotkeeper demo $(ARGS)

test: .venv/.dev ## Run every test at everyday counts (within 10 minutes on 2 cores)
	@.ci/system-packages
	.ci/test $(ARGS)

lint: .venv/.dev ## Check style, types, the walls between the floors, and known vulnerabilities
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	MYPYPATH=tests $(BIN)/mypy --explicit-package-bases tests
	$(BIN)/lint-imports
	@.ci/audit

format: .venv/.dev ## Put the code into its form
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

bench: .venv/.dev ## Measure, as ratios within one run
	$(BIN)/python benchmarks/run.py $(ARGS)

prove: .venv/.dev ## Run the tests and the measurements at the full count of every bar
	@.ci/system-packages
	SLOTKEEPER_PROVE=1 $(BIN)/pytest -q --timeout=7200 $(ARGS)
	SLOTKEEPER_PROVE=1 $(BIN)/python benchmarks/run.py

messages: .venv/.dev ## Collect the messages to translate, and bring the catalogs up to them
	$(BIN)/python -m dialogs.wording.extract

lock: ## Choose the newest versions that pyproject.toml allows and write the lock files
	.ci/lock --upgrade

clean: ## Remove everything that was made here (no data of the bot lies here)
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@python=$$(.ci/find-python) && echo "Making .venv with $$python" && "$$python" -m venv .venv
	@touch $@

# The lock holds what builds the package too, so its own installation asks no index for anything.
.venv/.runtime: .venv/.made requirements.lock pyproject.toml
	@echo "Installing what requirements.lock names"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q bot channels core dialogs workers
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	@echo "Installing what requirements-dev.lock names"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
