# make run: a floor on this machine.   make test: everything that is tested.   make check: before a commit.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run test check bench proof setup front-end chromium spin clean

PYTHON ?= python3
# uv from the machine, else from a private folder of this clone: nothing is installed elsewhere.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --locked --no-sync

# These reach every branch of the cores and of the vocabulary, and `make test` fails if they do
# not. The rest runs without counting, which doubles the time.
CORE_TESTS := $(wildcard tests/router/test_*.py) tests/store/test_apply.py \
	tests/store/test_scoring.py tests/telephony $(addprefix tests/desktop/test_,\
	documents.py intake.py permissions.py resume.py)

run: setup front-end
	$(RUN) aiguilleur serve --demo

setup: $(UV)
	$(UV) sync --locked --quiet --compile-bytecode

.tools/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

# Built again only when its sources changed.
front-end: setup
	$(RUN) python -m scripts.front_end build

chromium: setup
	$(RUN) python -m scripts.chromium

spin: setup
	$(RUN) python -m scripts.spin

check: setup
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) pytest -m "not browser" \
		--ignore=tests/contracts --ignore=tests/properties --ignore=tests/proof \
		--ignore=tests/bench/test_driving.py --ignore=tests/test_aiguilleur.py \
		--ignore=tests/test_export.py

test: setup front-end chromium spin
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) python -m scripts.front_end check test build
	$(RUN) pytest $(CORE_TESTS) --cov --cov-report=term-missing:skip-covered
	$(RUN) pytest -m "not browser" $(CORE_TESTS:%=--ignore=%)
	# On their own: Playwright keeps an event loop running in its process.
	$(RUN) pytest -m browser

bench: setup front-end
	$(RUN) aiguilleur bench router --json
	$(RUN) aiguilleur bench durable --json
	$(RUN) aiguilleur bench chat --json
	$(RUN) aiguilleur bench start --json

# The same properties, searched for much longer; larger models; every planted bug.
proof: setup spin
	HYPOTHESIS_PROFILE=proof $(RUN) pytest tests/properties --timeout=1800
	$(RUN) pytest tests/proof --long --timeout=3600
	$(RUN) python -m tests.proof.mutants

clean:
	rm -rf .venv .tools dist desktop/static desktop/web/node_modules
