# Copydesk. `make demo` needs Python 3.11 or newer and git; everything else is set up in .venv.
#   make demo       open a desk with a sample brand in the browser    make test    everything that must be green
#   make dev        the tools for working on Copydesk                 make lint    the part of it that runs no test
#   make bench      measure (JSON to $BENCH_OUT)                      make chaos   kill it many times (KILLS=200)
#   make labels     a model that reads language and tone (100 MB, Linux on x86-64)
#   make screenshots         the pictures of README and docs/, taken anew by the browser tests
#   make messages   collect words for the translators                 make pins    renew the pinned requirements
#   make migration m="why"   write a migration from the models

.DEFAULT_GOAL := demo
unexport PYTHONDONTWRITEBYTECODE # a module is compiled once, not at every start
.PHONY: setup labels dev demo test lint bench chaos screenshots messages pins migration

BIN := .venv/bin
FIND_PYTHON := for each in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	if $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$each; break; fi; done
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

setup: .venv/.ready

.venv/.ready: requirements.txt pyproject.toml
	@python=$$($(FIND_PYTHON)); \
	test -n "$$python" || { echo "Copydesk needs Python 3.11 or newer: install it and run this again."; exit 1; }; \
	test -x $(BIN)/python || $$python -m venv .venv \
		|| { echo "Python came without venv: install it (Debian and Ubuntu: python3-venv) and run this again."; exit 1; }
	@echo "Setting up .venv: a minute or two, the first time ..."
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

labels: setup
	@$(PIP) --require-hashes -r requirements-labels.txt

dev: .venv/.dev

.venv/.dev: requirements-dev.txt .venv/.ready
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

demo: setup
	@$(BIN)/copydesk demo

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 --dist loadgroup

bench: dev
	$(BIN)/python bench/run.py

chaos: dev
	$(BIN)/python bench/chaos.py

SHOTS := $(CURDIR)/.venv/screenshots
screenshots: dev
	@rm -rf $(SHOTS) && mkdir -p $(SHOTS)
	COPYDESK_SCREENSHOTS=$(SHOTS) $(BIN)/pytest -q -m browser tests/journeys/test_newcomer_browser.py \
		tests/bot/web/pages/test_pages_browser.py tests/bot/web/pages/test_planning_browser.py
	@for picture in docs/screenshots/*.png; do cp $(SHOTS)/$$(basename $$picture) $$picture || exit 1; done

PO := -D copydesk -d config/locales -l ru
messages: dev
	$(BIN)/pybabel --quiet extract -F pyproject.toml -k t -k n:1,2 -k N_ --no-location --sort-output \
		--project Copydesk --copyright-holder "the authors of Copydesk" -o .venv/copydesk.pot .
	$(BIN)/pybabel --quiet update $(PO) --init-missing --no-wrap --no-fuzzy-matching --ignore-obsolete \
		--ignore-pot-creation-date -i .venv/copydesk.pot
	$(BIN)/pybabel --quiet compile $(PO)

PINS := $(BIN)/uv pip compile --quiet pyproject.toml --group build --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-header

pins: dev
	$(PINS) --group dev --extra labels -o requirements-dev.txt
	$(PINS) -c requirements-dev.txt -o requirements.txt
	$(PINS) --extra labels -c requirements-dev.txt -o requirements-labels.txt

migration: dev
	$(BIN)/python -m storage.migrate "$(m)"
	$(BIN)/ruff format --quiet storage/migrations
