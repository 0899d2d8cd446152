# Python 3.11 or newer with pip and venv, git and make are all that is needed beforehand:
# every target fetches the rest by itself, first into .tools/ (uv) and then into .venv/.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3

# A uv that is already there is used; otherwise one is put beside the code, not into the system.
export UV ?= $(or $(shell command -v uv),$(CURDIR)/.tools/bin/uv)

# Always the project's own environment, whichever one the caller happens to stand in.
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
unexport VIRTUAL_ENV
# Never another Python than the machine's own, and a start in a third of the time.
export UV_PYTHON_DOWNLOADS := never
export UV_COMPILE_BYTECODE := 1
# What every process of a test run would otherwise compile anew: this code and the tests.
unexport PYTHONDONTWRITEBYTECODE

ADDRESS = $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))
BIN := .venv/bin
READY := .venv/.ready
# uv compiles what it installs, not this code: a start costs half as much with it.
COMPILE := $(BIN)/python -m compileall -q mmp

##@ Use

.PHONY: help
help: ## Say what there is (this list)
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: $(READY) ## Start with an invented programme to try everything on (HOST=, PORT=)
	@exec $(BIN)/mmp demo $(ADDRESS)

.PHONY: run
run: $(READY) ## Start with your own data, kept in instance/ (HOST=, PORT=)
	@exec $(BIN)/mmp run $(ADDRESS)

.PHONY: wheel
wheel: $(UV) ## Build the installable package into dist/
	$(UV) build --wheel --out-dir dist

##@ Work on it

.PHONY: test
test: $(READY) ## Run every test on all processors (ARGS= for pytest)
	@$(BIN)/python -m tests.support.packages
	@$(COMPILE)
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

.PHONY: check
check: lint types imports ## Everything that is judged without running it: lint, types, imports

.PHONY: lint
lint: $(READY) ## Style and likely mistakes (ruff)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

.PHONY: types
types: $(READY) ## Types (mypy --strict)
	@$(BIN)/mypy

.PHONY: imports
imports: $(READY) ## The rule between rooms (import-linter)
	@$(BIN)/lint-imports --cache-dir .import_linter_cache

.PHONY: format
format: $(READY) ## Bring the code into the house style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: translations
translations: $(READY) ## Bring the catalogues to what the code and the templates say
	@$(BIN)/python -m tests.web.catalogues

.PHONY: bench
bench: $(READY) ## Measure speed against the promises made in the docs
	@$(COMPILE)
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: bench-faults
bench-faults: $(READY) ## Kill, halt and cut off workers as often as the docs say, and count the mail
	@FAULTS=full $(BIN)/pytest tests/faults -n auto --dist worksteal $(ARGS)

.PHONY: mutants
mutants: $(READY) ## Take away what keeps mail from being sent twice, and see tests turn red
	@$(BIN)/python -m tests.faults.mutants

.PHONY: screenshots
screenshots: $(READY) ## Draw the documents' pictures anew, with the demo and Chromium
	@$(BIN)/python -m tests.support.screenshots

##@ Keep house

.PHONY: sync
sync: $(READY) ## Bring .venv/ to what uv.lock says

.PHONY: lock
lock: $(UV) ## Write uv.lock anew after a change in pyproject.toml
	$(UV) lock

.PHONY: clean
clean: ## Remove everything that can be made again; your data in instance/ stays
	rm -rf .venv .tools build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find mmp tests -name __pycache__ -prune -exec rm -rf {} +

# Files, not commands, from here on.

$(READY): uv.lock pyproject.toml $(wildcard mmp/translations/*/LC_MESSAGES/*.po) | $(UV)
	@$(UV) sync --frozen --quiet
	@$(COMPILE)
	@touch $@

$(CURDIR)/.tools/bin/uv:
	@$(PYTHON) -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv
