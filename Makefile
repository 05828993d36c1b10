# TuneFi. `make help` lists what there is; each target does its own set-up, and a second run starts at once.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := .make
PACKAGES := tunefi graph_schema ingest training recsys engagement commitments keepers api benchmarks cli
PYTEST_ARGS ?=
DEMO_ARGS ?=
GRAPH ?= ladybug
ANALYSIS := PATH="$(CURDIR)/contracts/.venv/bin:$$PATH"
export PYTHON TORCH_INDEX

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  \033[1mmake %-16s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Check (as root on Debian: install) what the machine must have, then install everything into the checkout
	@sh deploy/prerequisites.sh test
	@$(MAKE) --no-print-directory $(STAMPS)/python $(STAMPS)/contracts-build $(STAMPS)/vectors-node $(STAMPS)/web-build

# --- what is installed ----------------------------------------------------------------------------

$(STAMPS)/prerequisites: deploy/prerequisites.sh
	@mkdir -p $(STAMPS)
	@sh deploy/prerequisites.sh run
	@touch $@

$(STAMPS)/prerequisites-test: deploy/prerequisites.sh
	@mkdir -p $(STAMPS)
	@sh deploy/prerequisites.sh test
	@touch $@

$(STAMPS)/python: requirements.lock pyproject.toml deploy/python_env.sh | $(STAMPS)/prerequisites
	@echo "python: installing into $(VENV)"
	@sh deploy/python_env.sh $(VENV) requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/contracts-node: contracts/package-lock.json | $(STAMPS)/prerequisites
	@echo "contracts: installing npm packages"
	@npm ci --prefix contracts --no-audit --no-fund --loglevel=error
	@touch $@

# The deployment's script, compiled: the demonstration and the tests deploy by it.
$(STAMPS)/contracts-build: $(STAMPS)/contracts-node contracts/foundry.toml \
		$(shell find contracts/src contracts/script -name '*.sol' 2>/dev/null)
	@echo "contracts: compiling"
	@npm run --silent --prefix contracts build:deployment
	@touch $@

# Slither and Halmos, apart from the packages, with whose versions theirs need not agree.
$(STAMPS)/contracts-analysis: contracts/requirements.lock deploy/python_env.sh | $(STAMPS)/prerequisites
	@echo "contracts: installing what analyses them"
	@sh deploy/python_env.sh contracts/.venv contracts/requirements.lock
	@touch $@

$(STAMPS)/web-node: web/package-lock.json | $(STAMPS)/prerequisites
	@echo "web: installing npm packages"
	@npm ci --prefix web --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/web-build: $(STAMPS)/web-node $(shell find web -type f -not -path '*/node_modules/*' 2>/dev/null)
	@echo "web: building the page"
	@npm run --silent --prefix web build
	@touch $@

$(STAMPS)/vectors-node: tests/vectors/package-lock.json | $(STAMPS)/prerequisites
	@npm ci --prefix tests/vectors --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: web
web: $(STAMPS)/web-build ## Build the page into api/page

# --- run ------------------------------------------------------------------------------------------

.PHONY: demo
demo: $(STAMPS)/python $(STAMPS)/contracts-build $(STAMPS)/web-build ## Run the whole loop and open it: make demo [GRAPH=neo4j] [DEMO_ARGS=--exit]
	@if [ "$(GRAPH)" = neo4j ]; then \
		sh deploy/prerequisites.sh test && \
		$(BIN)/python -m tests.kit.with_neo4j --data .demo/neo4j -- $(BIN)/tunefi demo $(DEMO_ARGS); \
	else \
		$(BIN)/tunefi demo $(DEMO_ARGS); \
	fi

.PHONY: demo-clean
demo-clean: ## Forget the demo's chain, log, graph, models and epochs
	@rm -rf .demo

# --- prove ----------------------------------------------------------------------------------------

.PHONY: check
check: $(STAMPS)/python $(STAMPS)/contracts-node $(STAMPS)/vectors-node $(STAMPS)/web-build ## Format, lint, types, layers, docs, committed artifacts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(foreach package,$(PACKAGES),-p $(package))
	$(BIN)/lint-imports
	npm run --silent --prefix contracts fmt:check
	npm run --silent --prefix contracts lint
	npm run --silent --prefix contracts artifacts:check
	npm run --silent --prefix contracts permissions:check
	npm run --silent --prefix web check
	npm run --silent --prefix tests/vectors check
	$(BIN)/pytest -q tests/docs

.PHONY: test
test: $(STAMPS)/prerequisites-test $(STAMPS)/python contracts $(STAMPS)/web-build ## All tests: Solidity, TypeScript, Python, two stores, browser
	npm test --silent --prefix web
	@$(MAKE) --no-print-directory -j2 --output-sync=line test-packages test-e2e

.PHONY: contracts
contracts: $(STAMPS)/contracts-build $(STAMPS)/contracts-analysis ## Contracts: tests, attacks, invariants, gas, coverage, slither, mutants
	@$(MAKE) --no-print-directory -j2 --output-sync=line contracts-run contracts-read

# Side by side: what runs the optimised code, and what works on copies of its own.
.PHONY: contracts-run contracts-read
contracts-run: $(STAMPS)/contracts-build
	npm run --silent --prefix contracts test
	npm run --silent --prefix contracts gas:check
contracts-read: $(STAMPS)/contracts-node $(STAMPS)/contracts-analysis
	npm run --silent --prefix contracts mutate:check
	npm run --silent --prefix contracts coverage
	$(ANALYSIS) npm run --silent --prefix contracts slither

.PHONY: contracts-deep
contracts-deep: $(STAMPS)/contracts-build $(STAMPS)/contracts-analysis ## Hours: fuzzing and invariants of 10,000 runs, symbolic checks
	FOUNDRY_PROFILE=deep npm run --silent --prefix contracts test
	npm run --silent --prefix contracts symbolic

.PHONY: test-packages
test-packages: $(STAMPS)/python $(STAMPS)/contracts-build ## Python tests of the packages
	$(BIN)/pytest --ignore=tests/e2e $(PYTEST_ARGS)

.PHONY: test-e2e
test-e2e: $(STAMPS)/python $(STAMPS)/contracts-build $(STAMPS)/web-build ## The whole demonstration and a browser
	$(BIN)/pytest tests/e2e $(PYTEST_ARGS)

.PHONY: format
format: $(STAMPS)/python $(STAMPS)/contracts-node $(STAMPS)/web-node ## Rewrite the code in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	npm run --silent --prefix contracts fmt
	npm run --silent --prefix web format

# --- package --------------------------------------------------------------------------------------

.PHONY: wheel
wheel: $(STAMPS)/python $(STAMPS)/web-build ## Build the wheel, the page and the contracts' artifacts inside
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --upgrade

.PHONY: lock
lock: $(STAMPS)/python ## Resolve the lock files anew (hashes, no addresses)
	$(LOCK) --extra dev pyproject.toml -o requirements.lock
	$(LOCK) contracts/requirements.in -o contracts/requirements.lock

.PHONY: clean
clean: demo-clean ## Remove everything that make made
	@rm -rf $(STAMPS) $(VENV) build dist api/page contracts/node_modules contracts/.venv contracts/out contracts/cache web/node_modules
