# On a fresh Debian 12 with this checkout and nothing else:
#   make demo    the sample villages as a project, six maps, and the window where there is a display
#   make test    every check there is, about the code and by the code
# Also: make bench, make clean. Everything installed lies in .venv, versions in constraints.txt.

PYTHON ?= python3
VENV   := .venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CONSTRAINT := constraints.txt

# What the program itself needs of the system: docs/decisions/0003-system-packages.md.
RUN_PACKAGES := libsqlite3-mod-spatialite fonts-noto-cjk fontconfig libegl1 libgl1 libglib2.0-0 libdbus-1-3 \
	libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-randr0 libxcb-shape0 \
	libxcb-sync1 libxcb-xfixes0
# What tests look at results with: a virtual screen, another reader of SpatiaLite files, one of PDF, a browser,
# and the PostGIS of a county, which they start in a folder of their own.
TEST_PACKAGES := $(RUN_PACKAGES) xvfb xauth gdal-bin poppler-utils chromium \
	postgresql-15 postgresql-15-postgis-3

.PHONY: demo test bench clean

demo: $(VENV)/run.stamp
	$(VENV)/bin/mingqing demo --out demo-output

test: $(VENV)/test.stamp
	$(VENV)/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: $(VENV)/test.stamp
	set -e; for program in $(patsubst %.py,%,$(notdir $(wildcard benchmarks/[a-z]*.py))); do \
		$(VENV)/bin/python -m benchmarks.$$program; done

clean:
	rm -rf $(VENV) demo-output build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/run.stamp: constraints.txt pyproject.toml scripts/system-packages
	PYTHON="$(PYTHON)" sh scripts/system-packages $(RUN_PACKAGES)
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --editable .
	touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	PYTHON="$(PYTHON)" sh scripts/system-packages $(TEST_PACKAGES)
	$(VENV)/bin/python -m pip install --quiet --editable '.[dev]'
	touch $@
