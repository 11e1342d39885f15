# The recipes people and CI share. `make demo`, `make test`: nothing is assumed but Python >= 3.11, make and a package index.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := ingest detect api media scenes config models kanmen
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SLOW := --durations 25 --durations-min 5
BESIDE := --dist loadfile --no-loadscope-reorder
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet

.PHONY: demo ultralytics test test-browser test-ultralytics test-ultralytics-here accuracy check lint types imports format pins clean

demo: $(VENV)/run.done
	@$(BIN)/kanmen demo $(ARGS)

# Most tests wait more than they compute: these run side by side, and then one by one those that would race.
# With ARGS it is one plain pytest.
test: $(VENV)/dev.done
ifeq ($(strip $(ARGS)),)
	@$(BIN)/python -m pytest -m "not browser and not alone" -n 4 $(BESIDE) $(SLOW); beside=$$?; \
	$(BIN)/python -m pytest -m "not browser and alone" $(SLOW) && exit $$beside
else
	@$(BIN)/python -m pytest -m "not browser" $(ARGS)
endif

# As above; those that look at a whole demo are alone with it.
test-browser: $(VENV)/browser.done
ifeq ($(strip $(ARGS)),)
	@$(BIN)/python -m pytest -m "browser and not alone" -n 3 $(BESIDE) $(SLOW); beside=$$?; \
	$(BIN)/python -m pytest -m "browser and alone" $(SLOW) && exit $$beside
else
	@$(BIN)/python -m pytest -m browser $(ARGS)
endif

# The extra has an environment of its own: the gate must hold without it too.
test-ultralytics:
	@$(MAKE) --no-print-directory VENV=.venv-ultralytics test-ultralytics-here

test-ultralytics-here: $(VENV)/dev.done $(VENV)/ultralytics.done
	@$(BIN)/python -m pytest tests/ultralytics tests/docs/test_licences.py $(ARGS)

# All of the accuracy tests, of which `make test` runs a small part; figures are kept, so that it goes on where it was cut off.
accuracy: $(VENV)/dev.done
	@KANMEN_ACCURACY=$${KANMEN_ACCURACY:-$(CURDIR)/var/accuracy} $(BIN)/python -m pytest tests/accuracy -s --timeout 0 $(ARGS)

# Adds the ultralytics backend to what `make demo` installs: GPUs, .pt, export.
ultralytics: $(VENV)/ultralytics.done

check: format lint types imports test

format: $(VENV)/dev.done
	@$(BIN)/ruff format --check .

lint: $(VENV)/dev.done
	@$(BIN)/ruff check .

types: $(VENV)/dev.done
	@$(BIN)/mypy

imports: $(VENV)/dev.done
	@$(BIN)/lint-imports

$(VENV)/run.done: requirements/build.txt requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Kanmen's packages into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

# As pinned and no more: trackers asks for an OpenCV that breaks the one that stands here.
$(VENV)/dev.done: $(VENV)/run.done requirements/dev.txt
	@$(PIP) install --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

$(VENV)/browser.done: $(VENV)/dev.done requirements/browser.txt
	@$(PIP) install --require-hashes --no-deps -r requirements/browser.txt
	@touch $@

$(VENV)/ultralytics.done: $(VENV)/run.done requirements/ultralytics.txt
	@echo "Installing the ultralytics extra into $(VENV): some 6 GB, a few minutes …"
	@$(PIP) install --require-hashes -r requirements/ultralytics.txt
	@touch $@

pins:
	@$(COMPILE) pyproject.toml -o requirements/run.txt
	@$(COMPILE) requirements/build.in -o requirements/build.txt
	@$(COMPILE) pyproject.toml --group dev -c requirements/run.txt -o requirements/dev.txt
	@$(COMPILE) pyproject.toml --group dev --group browser -c requirements/dev.txt -o requirements/browser.txt
	@$(COMPILE) pyproject.toml --extra ultralytics -c requirements/dev.txt -o requirements/ultralytics.txt

clean:
	rm -rf $(VENV) .venv-ultralytics var
