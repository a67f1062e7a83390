# Every target works on a fresh machine: `.venv` is made when it is missing or older than pyproject.toml.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TRAIN_VENV := .venv-train
TRAIN_BIN := $(TRAIN_VENV)/bin
# CUEBRIDGE_HOME of the demo: its own daemon and takes, so that it never touches the user's.
DEMO := out/demo

.PHONY: setup demo test check format test-slow test-train bench bench-live bench-looking bench-shots figures \
	textures evaluate bench-decoding wheel train clean

setup: $(STAMP)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[cpu,dev]"
	touch $@

# A short film with known cuts and a Resolve-shaped timeline, scored through the daemon.
demo: $(STAMP)
	$(BIN)/python -m scripts.demo $(DEMO)

test: $(STAMP)
	$(BIN)/python -m pytest -m "not slow and not train"

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	bash scripts/lint_proto

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Readers nobody here wrote: MuseScore for tempo events, Ardour for notes. Debian and Ubuntu. Before them, Resolve's
# scripts with an error at every call of every version and edition.
test-slow: $(STAMP)
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get -qq update && apt-get -qq install -y --no-install-recommends musescore3 ardour; fi
	CUEBRIDGE_REQUIRE_OUTSIDE=1 $(BIN)/python -m pytest -m slow plugins tests/slow

# The figures in README.md, on the sample timelines and films beside the repository.
figures: $(STAMP)
	$(BIN)/python -m bench.figures

# Textures, palettes and promises over 90 cues, with the corpora beside; piano rolls in out/palettes.
textures: $(STAMP)
	$(BIN)/python -m bench.textures --references --palettes out/palettes

# Every table of the sync benchmark, growth and drift: about half an hour on one core.
bench: $(STAMP)
	$(BIN)/python -m bench.sync --results bench/sync/RESULTS.md

# Cuts, dissolves, fades, dips and wipes of flat films, and false alarms in motion; about four minutes.
bench-shots: $(STAMP)
	$(BIN)/python -m bench.shots

# Ten minutes live on JACK's dummy driver, and fifty interruptions; on an idle machine. Debian and Ubuntu.
bench-live: $(STAMP)
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get -qq update && apt-get -qq install -y --no-install-recommends jackd2; fi
	$(BIN)/python -m bench.live

# Looking at films beside decoding them, a second look, and how memory grows.
bench-looking: $(STAMP)
	$(BIN)/python -m bench.looking

wheel: $(STAMP)
	$(BIN)/python -m build --wheel

$(TRAIN_BIN)/python:
	$(PYTHON) -m venv $(TRAIN_VENV)
	$(TRAIN_BIN)/python -m pip install --quiet --upgrade pip
	$(TRAIN_BIN)/python -m pip install --quiet torch==2.13.0 -e ".[cpu,train,dev]"

test-train: $(TRAIN_BIN)/python
	$(TRAIN_BIN)/python -m pytest -m train

# Every table of models/EVALUATION.md, from the released models; an hour and a half on one core, and before them a
# quarter of an hour for the packs of the corpus that are not written yet.
evaluate: $(TRAIN_BIN)/python
	$(TRAIN_BIN)/python -m models.packs judge
	$(TRAIN_BIN)/python -m models.judging

# Tokens a second beside the same weights in torch, with a cache and without.
bench-decoding: $(TRAIN_BIN)/python
	$(TRAIN_BIN)/python -m bench.decoding

# Corpus, training and judging of the decoders, version 1 before 2, and the regressor; hours on two cores, resumable.
# What is good enough is released by hand: the last line of v2.sh says how.
train: $(TRAIN_BIN)/python
	sh models/runs/v2.sh
	$(TRAIN_BIN)/python -m models.sight

clean:
	rm -rf $(VENV) $(TRAIN_VENV) out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
