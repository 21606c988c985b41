# One word does a thing. `make run` shows the whole job, `make test` proves it, `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCALE ?= 100
PEOPLE ?= 5600000

.PHONY: help setup run test test-15 prove check lock docs bench clean
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## .venv, from the lock file
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tenggat needs Python 3.11 or newer; call: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) from requirements.lock (once; a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

lock: setup ## write requirements.lock anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--extra dev pyproject.toml --output-file requirements.lock

run: setup ## replay the ten waves of 2020 (SCALE=1 for all 5.6 million people) and print the press table
	@$(BIN)/tenggat replay prakerja-2020 --scale $(SCALE)

check: setup ## lint, types, floors and the fast tests, in under a minute
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo >/dev/null || { $(BIN)/lint-imports --no-logo; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/pytest -q -n 2 -m "not slow and not db" --no-header

test: setup ## everything: the whole suite, on the embedded server
	@scripts/with-kannel scripts/with-pango scripts/with-chromium $(BIN)/pytest -n 2 -q

test-15: setup ## the database tests on Debian's PostgreSQL 15, the oldest supported
	@scripts/with-postgresql-15 scripts/with-pango scripts/with-chromium $(BIN)/pytest -q -n 2 -m db --ignore=src/tenggat/foundation/tests/embedded

prove: setup ## crashes, month, model, interleavings, random histories, plans, mutants (QUICK=1 a share; PART=NAME one)
	@$(BIN)/python -m proof $(if $(QUICK),--quick) $(PART)

docs: setup ## write docs/commands.md anew
	@$(BIN)/python scripts/write-commands

bench: setup ## ratios against bare PostgreSQL in one run (PEOPLE=5600000 for all)
	@$(BIN)/python -m bench --people $(PEOPLE) --page docs/benchmarks.md

clean: ## stop the embedded servers of this checkout and remove .venv and var
	@for home in var var/replays/prakerja-2020; do \
		test ! -e $$home/home.json || TENGGAT_HOME=$$home $(BIN)/tenggat db stop; done
	rm -rf $(VENV) var
