# Two targets are all a newcomer needs: `make demo` and `make test`. Both set up a virtual environment first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench

# Generated test cases are the same in every run.
export PYTHONHASHSEED := 0
# The tests start hundreds of commands: their code is compiled once, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench docs generated lock clean
.DEFAULT_GOAL := demo

demo: $(VENV)/installed
	$(BIN)/reconciler demo

# Without the tests that drive a real Chromium, which a newcomer's machine need not have, and without the thorough ones,
# which take minutes; `.ci/run` runs those too.
test: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 -m "not browser and not thorough"

check: $(VENV)/installed-dev
	bash .ci/check

# How long a fleet takes, next to the alternatives; about 15 minutes. Narrower: make bench SIZES=1000,10000 PARTS=floor,plan
bench: $(VENV)/installed-dev $(BENCH_VENV)/installed
	$(BIN)/python -m benchmarks $(if $(SIZES),--sizes $(SIZES)) $(if $(PARTS),--parts $(PARTS)) $(BENCH)

# The schemas, the settings' reference and the page about commands; run after changing the settings models, the plan or a command.
generated: $(VENV)/installed
	$(BIN)/reconciler schema --reference docs/configuration.md --commands docs/commands.md --rules docs/rules.md

# A checkout has every extra, so that each can be tried and tested.
EXTRAS := --extra build --extra postgresql --extra simulator --extra cluster
STARTER := reconciler/configuration/template/files/requirements.txt

# The documentation site, into var/site.
docs: $(VENV)/installed-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# Versions and hashes; run after changing the dependencies in pyproject.toml, or the peers' in benchmarks/peers.
lock:
	uv pip compile pyproject.toml $(EXTRAS) --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements.txt
	uv pip compile pyproject.toml $(EXTRAS) --extra dev -c requirements.txt --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements-dev.txt
	uv pip compile pyproject.toml --extra postgresql -c requirements.txt --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11 -o $(STARTER)
	uv pip compile benchmarks/peers/requirements.in -c requirements.txt --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 -o requirements-bench.txt

clean:
	rm -rf $(VENV) $(BENCH_VENV)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; run: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# Only for the benchmark: the tools that it measures next to this one.
$(BENCH_VENV)/installed: requirements-bench.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	touch $@
