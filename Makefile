# Two commands do all the set-up on a bare Debian 12 (root, Python 3.11): `make demo` and `make test`.
# What is missing is installed by apt when you are root; otherwise the command to type is printed. Nothing is skipped.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test lint types contracts format lock bench clean system-run system-test spark test-spark

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
TEST := $(VENV)/.test-installed
SPARK := $(VENV)/.spark-installed
# Every file is checked against its hash. Byte code is left to the first import, which compiles only what is used.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -q install --no-compile
COMPILE := uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(RUN) system-run ## the environment alone, for a real installation (docs/operations.md)
	$(BIN)/python -c 'from pathlib import Path; from survey_app.web import language; language.compile_words(Path("survey_app/translations"))'

demo: $(RUN) system-run ## load the demo province once and serve it on 127.0.0.1:8000 (PORT= changes it)
	SIPAS_ENVIRONMENT=demo SIPAS_PORT=$(PORT) SIPAS_PUBLIC_URL=http://127.0.0.1:$(PORT) $(BIN)/sipas demo

test: system-test lint types contracts ## lint, types, contracts between layers, and every test (WORKERS= at once)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test-spark: $(TEST) spark system-test ## the cell query on a real Spark, one of whose workers dies in the middle
	$(BIN)/python -m pytest tests/spark/check_*.py --timeout 600

spark: $(SPARK) ## the environment with the extra for Spark, and Java
	@.ci/apt openjdk-17-jre-headless

lint: $(TEST) ## what ruff finds, and how files are laid out
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TEST) ## strict types
	$(BIN)/mypy

contracts: $(TEST) ## who may import whom
	$(BIN)/lint-imports

format: $(TEST) ## lay files out and mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(TEST) system-test ## answers per second on both databases against a bare insert (about two minutes)
	$(BIN)/python bench/load.py

lock: ## work out requirements*.txt from requirements*.in again (needs uv)
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-test.in -o requirements-test.txt
	$(COMPILE) requirements-spark.in -o requirements-spark.txt

clean: ## remove the environment and every cache; never var/, which holds data and keys
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-run:
	@.ci/apt libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2

system-test: system-run
	@.ci/apt chromium postgresql fonts-dejavu-core fonts-noto-core

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than Python 3.11; name another one: make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/apt python3-venv
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/pyvenv.cfg requirements.txt setup.cfg pyproject.toml
	@echo "Installing what the program needs (a minute or so the first time) ..."
	awk '/^[^ #]/ { on = /^pip==/ } on' requirements.txt > $(VENV)/pip.txt && $(PIP) --require-hashes -r $(VENV)/pip.txt
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TEST): $(RUN) requirements-test.txt
	$(PIP) --require-hashes -r requirements-test.txt
	@touch $@

# Spark comes as a source package of 450 MB that only unpacks itself, with the build tools of requirements.txt.
$(SPARK): $(RUN) requirements-spark.txt
	@echo "Installing Spark (450 MB, a minute or so) ..."
	$(PIP) --require-hashes --no-build-isolation -r requirements-spark.txt
	@touch $@
