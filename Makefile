# `make help` explains the targets. Each does the set-up that it needs; stamp files remember it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# Given on the command line only: some shells export a HOST of their own.
HOST :=
PORT :=
NAME :=
# The first Python that is new enough, unless one is named: make PYTHON=/path/to/python3
PYTHON := $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
PIP_INSTALL = $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
UNFINISHED := $(wildcard $(VENV)/.unfinished)
WEB_SOURCES := $(shell find webui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# Tests that need neither torch nor Chromium: those of the trainer that are pure arithmetic, too.
CHECK_TESTS := $(wildcard tests/test_*.py tests/core tests/migrations tests/scripts tests/server \
	tests/trainer/pipeline/test_gate.py tests/trainer/pipeline/test_gather.py tests/trainer/process/test_lease.py)

.PHONY: help setup run check test bench audit fuzz images clean
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: need-python need-node $(VENV)/.trainer webui/dist/.built ## Install and build everything that `make run` needs
	@echo "Set up. Start it with: make run"

run: need-python need-node $(VENV)/.trainer webui/dist/.built ## Start Inkloop (make run HOST=0.0.0.0 PORT=8000); Ctrl-C stops it
	@exec env $(if $(HOST),INKLOOP_HOST=$(HOST)) $(if $(PORT),INKLOOP_PORT=$(PORT)) $(BIN)/inkloop up

check: need-python need-node lint types contracts quicktests webtests ## The quick checks: no torch, no browser, within a minute

test: need-python need-node $(VENV)/.trainer $(VENV)/.dev webui/dist/.built chromium mnist lint types contracts webtests websize ## Every check and every test, in a real browser too
	@echo "Python and browser tests"
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10

bench: need-python need-node $(VENV)/.trainer webui/dist/.built ## Measure something: make bench NAME=loop
	@exec $(BIN)/inkloop bench $(NAME)

audit: need-python need-node $(VENV)/.auditor ## Known holes in the packages: clean, argued (scripts/audit-arguments.toml), or not
	@$(BIN)/python scripts/audit.py $(VENV)/auditor/bin/pip-audit

fuzz: need-python need-node $(VENV)/.dev ## Made-up requests, deeds and files for longer (make fuzz EFFORT=50)
	@TEST_EFFORT=$(or $(EFFORT),20) $(BIN)/pytest -q -n 2 --dist load tests/server/test_any_request.py \
		tests/server/test_any_contribution.py tests/server/test_any_administration.py \
		tests/core/transfer/test_mutilated_files.py

images: need-python need-node $(VENV)/.trainer $(VENV)/.dev webui/dist/.built chromium ## Take the pictures of docs/images anew
	@$(BIN)/python -m scripts.screenshots

clean: ## Remove what the set-up made; instance/ (drawings, models) is kept
	rm -rf $(VENV) webui/node_modules webui/dist .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis inkloop.egg-info

# Two installations at once would spoil the environment.
.NOTPARALLEL:

# The steps of the checks.
.PHONY: lint types contracts quicktests webtests websize chromium mnist
lint: $(VENV)/.dev
	@echo "Format and lint"
	@$(BIN)/ruff format --quiet --check . || { echo "Not formatted as agreed: run $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check .

types: $(VENV)/.dev
	@echo "Types"
	@$(BIN)/mypy

contracts: $(VENV)/.dev
	@echo "Import contracts"
	@$(BIN)/lint-imports | tail -n 4

quicktests: $(VENV)/.dev
	@echo "Python tests that need neither torch nor a browser"
	@$(BIN)/pytest -q -n 2 -m "not browser and not slow" $(CHECK_TESTS)

webtests: webui/node_modules/.installed
	@echo "Types, lint and tests of the web pages"
	@npm --prefix webui run --silent check
	@npm --prefix webui run --silent test

websize: webui/dist/.built
	@npm --prefix webui run --silent size

chromium: $(VENV)/.dev
	@scripts/get-chromium.sh $(BIN)/playwright

mnist: $(VENV)/.base
	@$(BIN)/inkloop data fetch

# The set-up. Whatever was broken off left `.unfinished` behind, and is started over: a package
# that was unpacked by half would pass for installed.
.PHONY: start-over need-python need-node
need-python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Inkloop needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 1; }

need-node:
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(+(a < 20 || (a == 20 && b < 19)))' \
		2>/dev/null && command -v npm >/dev/null || { \
		echo "Inkloop needs Node 20.19 or newer, with npm: install it, then repeat this command." >&2; exit 1; }

start-over:
	@if kill -0 "$$(cat $(VENV)/.unfinished)" 2>/dev/null; then \
		echo "Another set-up is at work in this folder: wait until it is done." >&2; exit 1; fi
	@echo "The last set-up was broken off: starting over."
	@rm -rf $(VENV)

$(VENV)/.base: pyproject.toml constraints.txt $(if $(UNFINISHED),start-over) | need-python
	@echo "Set-up: Python packages of the server"
	@mkdir -p $(VENV) && echo $$PPID > $(VENV)/.unfinished
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) -e .
	@rm $(VENV)/.unfinished && touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "Set-up: tools for checks and tests"
	@echo $$PPID > $(VENV)/.unfinished
	@$(PIP_INSTALL) -e '.[dev]'
	@rm $(VENV)/.unfinished && touch $@

$(VENV)/.trainer: $(VENV)/.base
	@echo "Set-up: PyTorch and what else the trainer needs (the largest download)"
	@echo $$PPID > $(VENV)/.unfinished
	@$(PIP_INSTALL) -e '.[trainer]'
	@rm $(VENV)/.unfinished && touch $@

webui/node_modules/.installed: webui/package.json webui/package-lock.json | need-node
	@echo "Set-up: packages of the web pages"
	@npm --prefix webui ci --no-audit --no-fund
	@touch $@

# By itself: what it needs is no part of what it looks at.
$(VENV)/.auditor: $(VENV)/.base
	@echo "Set-up: pip-audit"
	@$(BIN)/python -m venv $(VENV)/auditor
	@$(VENV)/auditor/bin/pip install --quiet --disable-pip-version-check 'pip-audit==2.10.1'
	@touch $@

# Vite empties dist/ before it builds, so a build that was broken off has no stamp.
webui/dist/.built: webui/node_modules/.installed $(WEB_SOURCES)
	@echo "Set-up: building the web pages"
	@npm --prefix webui run --silent build
	@touch $@
