# Each target makes .venv itself when it is missing or the versions have changed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
EXAMPLES := data/kristinehamn data/gss

.PHONY: report test lab lint docs bench bench-nation clean
.DEFAULT_GOAL := report

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "trygghet needs Python 3.11 or newer; name one with: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 2; }

$(STAMP): $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the tested versions into $(VENV) (a few minutes the first time) ..."
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(DEV_STAMP): $(STAMP)
	@$(PIP) install -c constraints.txt -e '.[dev,docs,cluster]'
	@touch $@

report: $(STAMP)  ## build both example workspaces into reports/
	@$(BIN)/trygghet build $(EXAMPLES) --out reports
	@echo "To use the command trygghet in this window: source $(BIN)/activate"

test: $(DEV_STAMP)  ## run every test
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

lab: $(STAMP)  ## open JupyterLab on the example
	@$(BIN)/trygghet lab data/kristinehamn

lint: $(DEV_STAMP)  ## what pre-commit checks
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

docs: $(DEV_STAMP)  ## the docs as a site without a network: open site/index.html
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet && echo "site/index.html"

bench: $(DEV_STAMP)  ## ratios against peers, measured in one run
	@for script in $(filter-out benchmarks/nation.py,$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

dist: $(DEV_STAMP)  ## the wheel and the sdist it is made from; nothing is fetched
	@$(BIN)/python -m build --no-isolation --outdir dist .

bench-nation: $(DEV_STAMP)  ## 20, 29 and all 290 simulated municipalities built whole; needs a machine of its own for an hour
	@$(BIN)/python benchmarks/nation.py

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache
