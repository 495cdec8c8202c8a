# `make` alone lists what there is to do. Each target first sets up what it needs.

VENV := .venv
PYTHON := $(VENV)/bin/python
STREAMLIT := $(PYTHON) -m streamlit run app.py

# Two processes, each with whole files of tests. What fails beside others is tried once more, alone:
# what passes then was upset by a busy machine. Both runs are printed, and it is a fault to look for,
# of the test or of the page. A wait in a browser has a bound of its own: the machine may be slow.
UNITS := "not browser"
SCREENS := "browser and not notebook and not recipes" -o faulthandler_timeout=1800
tried = $(PYTHON) -m pytest -n 2 --dist loadfile -m $(1) || { [ $$? = 1 ] && \
    $(PYTHON) -m pytest -m $(1) --last-failed --last-failed-no-failures none; }

.PHONY: help run dev test notebook recipes image site pictures lint frontend fuzz mutation chaos soak lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

run: $(VENV)/.installed  ## start the app on http://localhost:8501
	$(STREAMLIT)

dev: $(VENV)/.installed  ## the same, and follow each change of the source
	$(STREAMLIT) --server.fileWatcherType=auto --server.folderWatchBlacklist=$(VENV) \
	    --server.folderWatchBlacklist=explorer/ui/pointcloud/frontend \
	    --server.runOnSave=true --client.showErrorDetails=full

test: $(VENV)/.installed-dev  ## run all tests, those in the browser too
	.ci/setup chromium
	.ci/frontend test
	$(call tried,$(UNITS))
	$(call tried,$(SCREENS))

notebook: $(VENV)/.installed-dev  ## test the map in a real JupyterLab
	.ci/setup chromium
	$(PYTHON) -m pytest -m notebook

recipes: $(VENV)/.installed-dev  ## run the recipes of docs/deploy.md, behind the real nginx and Caddy
	.ci/setup chromium
	.ci/setup proxies
	$(PYTHON) -m pytest -m recipes

lint: $(VENV)/.installed-dev  ## check format, style and types
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	.ci/frontend check
	$(PYTHON) -m pytest -q tests/ui/test_pointcloud_built.py

frontend:  ## build the map's program again, after a change of its TypeScript (needs Node)
	.ci/frontend build

image: $(VENV)/.installed-dev  ## as root on Debian: run the Dockerfile's steps without a container engine
	.ci/setup debootstrap
	$(PYTHON) -m tests.image.run

site: $(VENV)/.installed-dev  ## build the documentation as a site in build/site
	$(PYTHON) -m mkdocs build --quiet

pictures: $(VENV)/.installed-dev  ## take the documentation's pictures from the running app
	.ci/setup chromium
	$(PYTHON) -m tests.browser.take_pictures

fuzz: $(VENV)/.installed-dev  ## open broken files of each format, and pages at random addresses
	$(PYTHON) -m tests.fuzz.run --seconds 120
	$(PYTHON) -m tests.fuzz.addresses --count 1000

chaos: $(VENV)/.installed-dev  ## as root on Linux: kill processes, take disk, cache and line away
	$(PYTHON) -m tests.chaos.run --times 20

soak: $(VENV)/.installed-dev  ## thirty visitors for half an hour: is memory flat, is there an error?
	$(PYTHON) -m tests.soak.run --visitors 30 --minutes 30

mutation: $(VENV)/.installed-dev  ## take away each bound of the readers: do the tests see it?
	$(PYTHON) -m tests.mutation.run

lock:  ## renew requirements.txt and tests/requirements.txt from pyproject.toml
	.ci/setup venv build/lock
	build/lock/bin/python -m pip install --disable-pip-version-check --quiet uv==0.13.8
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --group dev --constraints requirements.txt --output-file tests/requirements.txt

LOCK := build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
    --custom-compile-command "make lock"

clean:  ## remove the environment, caches and test results
	rm -rf $(VENV) build test-results .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamp files: while a lock file does not change, nothing is installed and no network is needed.
INSTALL = .ci/setup install $(VENV) $< || \
    { echo "Not everything was installed. Try again; if that fails too, run 'make clean' first."; exit 1; }

$(VENV)/.installed: requirements.txt
	.ci/setup venv $(VENV)
	$(INSTALL)
	touch $@

$(VENV)/.installed-dev: tests/requirements.txt $(VENV)/.installed
	$(INSTALL)
	touch $@
