# Everything starts here, and needs only Python 3.11 or later and make.
# Each goal makes the environment that it needs, once: .venv/service, .venv/training
# or .venv/dev, from the pinned and hashed set in requirements/.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
export HOST PORT

DEV = .venv/dev/bin

.PHONY: help serve install train check test test-fast test-compose bench images lock clean
.DEFAULT_GOAL := help

help: ## Show this list
	@echo "Usage: make GOAL [ARGS=...] [HOST=$(HOST)] [PORT=$(PORT)] [PYTHON=$(PYTHON)]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1@/p' Makefile | while IFS=@ read -r goal does; do printf '  %-14s%s\n' "$$goal" "$$does"; done
	@echo
	@echo "New here? 'make serve', and the curl line that README.md begins with."

serve: .venv/service/ready ## Serve models/ on HOST:PORT
	.venv/service/bin/mnist-serve $(ARGS)

install: .venv/service/ready ## Make .venv/service, with mnist-serve, mnist-models, mnist-classify and the client

train: .venv/training/ready ## Train a new version into models/, the default if it is no worse; ARGS="--epochs 1" for a quick one
	@# 3: published, but the gate left the default as it was, and has said so.
	.venv/training/bin/mnist-train $(ARGS) || [ $$? -eq 3 ]

check: .venv/dev/ready ## Check format, style, types and which part may import which
	$(DEV)/ruff format --check .
	$(DEV)/ruff check .
	$(DEV)/mypy
	$(DEV)/lint-imports

test: .venv/dev/ready ## Run all tests but the container ones, with branch coverage
	$(DEV)/pytest --cov $(ARGS)

test-fast: .venv/dev/ready ## Run the unit tests only, in seconds
	$(DEV)/pytest -m "not slow" $(ARGS)

test-compose: .venv/dev/ready ## Build, start, train and stop the containers for real (needs Docker)
	$(DEV)/pytest -m compose tests/compose $(ARGS)

bench: .venv/dev/ready ## Measure speed and memory
	$(DEV)/python -m benchmarks

images: ## Build both container images (needs Docker)
	$$(docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) \
		--profile train build

lock: .venv/dev/ready ## Resolve requirements/ from pyproject.toml; ARGS=--upgrade for newer versions
	$(RESOLVE) --group build -o requirements/build.txt
	$(RESOLVE) pyproject.toml -o requirements/service.txt
	$(RESOLVE) pyproject.toml --extra otel -o requirements/otel.txt
	$(RESOLVE) pyproject.toml --extra training -o requirements/training.txt
	$(RESOLVE) pyproject.toml --extra training --extra otel --group dev -o requirements/dev.txt

RESOLVE = $(DEV)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header $(ARGS)

clean: ## Remove the environments and every cache
	rm -rf .venv .*_cache .coverage .hypothesis
	find service training tests -name __pycache__ -prune -exec rm -rf {} +

# An environment is ready when the file of that name is in it. It is written last, so
# that one left half-made is made anew.
.venv/%/ready: requirements/%.txt requirements/build.txt
	@$(PYTHON) -c $(PYTHON_WILL_DO)
	@echo "Making .venv/$* from $<, once. This takes a while and says little."
	@rm -rf .venv/$*
	@$(PYTHON) -m venv .venv/$*
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --require-hashes -r $<
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

PIP = .venv/$*/bin/python -m pip --quiet --disable-pip-version-check install

define PYTHON_WILL_DO
'import sys; \
found = "%s is Python %d.%d" % ((sys.executable,) + tuple(sys.version_info[:2])); \
sys.version_info >= (3, 11) or sys.exit(found + "; 3.11 or later is needed: make PYTHON=python3.12 ..."); \
from importlib.util import find_spec; \
find_spec("ensurepip") or sys.exit(found + " without venv; on Debian and Ubuntu: apt install python3-venv")'
endef
