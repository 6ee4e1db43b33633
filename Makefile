# Verbs: demo · test · fuzz · lint · bench · docs · peers. Each sets up what it needs in .venv.
PYTHON ?= python3
BIN := .venv/bin
NATIVE := pyproject.toml CMakeLists.txt $(wildcard src/boxscore/kernels/cpp/*)
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test peers smoke sanitize fuzz lint fix web web-check bench docs docs-check lock clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort

.venv/pyvenv.cfg:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv

.venv/.run: .venv/pyvenv.cfg requirements/run.txt $(NATIVE)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.peers: .venv/.dev requirements/peers.txt
	$(BIN)/python -m pip install --quiet --no-deps -r requirements/peers.txt
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target .venv/peers/ultralytics83 \
	  ultralytics==8.3.200
	@{ $(BIN)/python -m pip install --quiet --no-deps torch==2.13.0 && $(BIN)/python -c 'import torch'; } \
	  || { $(BIN)/python -m pip uninstall --quiet --yes torch; \
	       echo 'peers: no build of torch runs here; the tests that need it are skipped'; }
	@touch $@

.venv/.docs: .venv/.run requirements/docs.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/docs.txt
	@touch $@

demo: .venv/.run ## import the bundled demo, evaluate both models, print the scores
	@$(BIN)/boxscore quickstart --no-serve --target .
	@echo 'or, without activating anything:  $(BIN)/boxscore start --target demo'

test: .venv/.dev ## all tests; browser journeys where Chromium is present
	$(BIN)/python -m pytest -n 2 --dist worksteal

peers: .venv/.peers ## install the other tools that some tests run beside ours (optional)

smoke: .venv/.dev ## the tests that take seconds
	$(BIN)/python -m pytest -n 2 -m 'not slow and not journey' -x -q

SANITIZERS = $(foreach lib,libasan.so libstdc++.so.6,$(shell $(CXX) -print-file-name=$(lib)))

sanitize: .venv/.dev ## the kernel and parity tests on a build with address and undefined-behaviour checks
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir build/sanitize/wheel \
	  -C build-dir=build/sanitize/cmake -C cmake.define.BOXSCORE_SANITIZE=ON \
	  -C cmake.define.BOXSCORE_CHECKED=ON .
	BOXSCORE_KERNELS=build/sanitize/cmake LD_PRELOAD="$(SANITIZERS)" \
	  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
	  $(BIN)/python -m pytest -q -p tests.kernels.sanitized tests/kernels tests/parity \
	  tests/matching -m 'not slow'

lint: .venv/.dev web-check ## style, types, layers, the app's own checks, generated files current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

fix: .venv/.dev ## mend what the linters can mend, write the generated references
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python docs/generate.py

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund

web: web/node_modules/.package-lock.json ## build the app into the package
	cd web && npm run build

web-check: ## the app's lint, types, unit tests; its committed build is current (needs Node)
	@if command -v npm >/dev/null; then \
	  $(MAKE) --no-print-directory web/node_modules/.package-lock.json && cd web \
	  && npm run --silent check && npm run --silent build \
	  && git diff --exit-code --stat -- ../src/boxscore/api/static; \
	else echo 'web: no npm here; the committed build is used as it is'; fi

bench: .venv/.dev ## measure speed and memory against the peers
	$(BIN)/python -m benchmarks

docs: .venv/.docs ## build the documentation into site/
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --strict

fuzz: .venv/.dev ## every reader and route on damaged input, ten minutes each
	BOXSCORE_FUZZ_SECONDS=$${BOXSCORE_FUZZ_SECONDS:-600} BOXSCORE_FUZZ_SEED=$${BOXSCORE_FUZZ_SEED:-$$(date +%s)} \
	  $(BIN)/python -m pytest -n 2 --dist worksteal tests/fuzz

lock: .venv/.dev ## resolve the dependencies anew for Python 3.11 to 3.14
	$(BIN)/python -m pip install --quiet uv
	for extra in run dev docs; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url \
	    --extra video --extra parquet --extra embeddings \
	    $$( [ $$extra = run ] || echo --extra $$extra ) pyproject.toml -o requirements/$$extra.txt; \
	done

clean: ## remove everything that was set up or built
	rm -rf .venv build site demo web/node_modules .pytest_cache .mypy_cache .ruff_cache
