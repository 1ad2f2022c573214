# The one list of commands. Two do all the set-up: `make demo` and `make test`.
VENV := .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/bin/

.PHONY: demo test check bench chaos superset browser servers format clean

demo: $(VENV)/ready
	$(RUN)troth demo

test: $(VENV)/ready browser servers
	$(RUN)pytest -q -n auto --dist worksteal tests

# mypy reads Django's settings: given a database and a key, they start and make nothing.
check: $(VENV)/ready
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	TROTH_DATABASE_URL=postgresql:///none TROTH_SECRET_KEY=none $(RUN)mypy
	$(RUN)lint-imports
	$(RUN)troth check policies/quali

bench: $(VENV)/ready
	$(PY) -m benchmarks

chaos: $(VENV)/ready
	$(RUN)pytest -q tests/chaos -m chaos

# The connector's story against a real Superset 6.1, kept where TROTH_SUPERSET_HOME says (800 MB, a few minutes).
superset: $(VENV)/ready
	TROTH_SUPERSET_HOME=$${TROTH_SUPERSET_HOME:-/tmp/troth-superset} $(RUN)pytest -q tests/systems/test_vendor_superset_real.py

# Browser tests want a Chromium; Debian's is installed when we may, else the message says how.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
		echo "the browser tests need Chromium: install it with 'sudo apt-get install chromium', then run make test again"; exit 1; \
	fi

# Tests also run on a real MariaDB and on azurite, Microsoft's own stand-in for Blob storage; they start and end both
# themselves. Debian's bare server programs are enough: without the full package no server starts by itself and no port
# is taken. Where one cannot be installed, its tests are skipped, and say so.
AZURITE := $(VENV)/node/node_modules/azurite

servers: $(VENV)/ready
	@PATH="$$PATH:/usr/sbin"; command -v mariadbd >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core >/dev/null; } || \
	echo "MariaDB is not installed, its tests are skipped: apt-get install mariadb-server-core mariadb-client-core"
	@test -d $(AZURITE) || { command -v npm >/dev/null && \
		npm install --prefix $(VENV)/node --no-audit --no-fund --silent azurite@3 >/dev/null; } || \
	echo "azurite is not installed, its tests are skipped: npm install --prefix $(VENV)/node azurite@3"

format: $(VENV)/ready
	$(RUN)ruff check --fix .
	$(RUN)ruff format .

$(VENV)/ready: pyproject.toml uv.lock
	python3 -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Troth needs Python 3.11 or later")'
	test -x $(PY) || python3 -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	$(RUN)uv sync --frozen --quiet --compile-bytecode
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
