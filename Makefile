# make quick   the whole workflow on embedded data, up to results/quick/report.html
# make test    the tests
# make test-slurm  the workflow on a SLURM cluster of one node, which it starts and stops (Debian's packages
#              slurm-wlm, munge and iproute2, and root; without them it says what is missing)
# make compare  results/quick held against results/reference/quick, figure by figure
# make bench   speed, as ratios to a plain implementation: results/bench.csv
# make gpu     what holds on an NVIDIA GPU, and speed there: results/bench_gpu.csv
# make lint    style of Python and of the workflow, and type hints
# make coverage  the tests, with the lines that none of them runs
# Each sets up .venv first, once. Options: PYTHON=python3.11 CORES=2 (default: all cores)
#          TEST_PROCESSES=2 (default: as many as there are cores)
#          MEMORY_MB=3600 (what the jobs of `make quick` take together, whatever the number of cores: two
#          trainings at a time; more of it lets more cores work)

PYTHON ?= python3.11
CORES ?= all
MEMORY_MB ?= 3600
TEST_PROCESSES ?= logical
PRESET ?= quick
VENV := .venv
READY := $(VENV)/.ready
QUICK := snakemake all --cores $(CORES) --resources mem_mb=$(MEMORY_MB) --configfile workflow/presets/quick.yaml
QUICK_REPORT := results/quick/report.html

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.DEFAULT_GOAL := quick
.PHONY: quick test test-slurm compare coverage bench gpu lint

quick: $(READY)
	$(QUICK)
	@# The report is drawn again only if a result or a caption is newer than it.
	@if [ -e $(QUICK_REPORT) ] && [ -z "$$(find results/quick/claims.csv results/quick/tables \
		results/quick/figures workflow/report -type f -newer $(QUICK_REPORT))" ]; then \
		echo "$(QUICK_REPORT) is up to date: nothing to be done."; \
	else \
		$(QUICK) --report results/quick/report.partial.html \
			--report-stylesheet workflow/report/report.css && \
		mv results/quick/report.partial.html $(QUICK_REPORT) && \
		echo "Open $(QUICK_REPORT) in a browser."; \
	fi
	@tail -n 1 results/quick/logs/tabulate_claims.log

test: $(READY)
	python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --ignore tests/slurm

test-slurm: $(READY)
	python -m pytest tests/slurm -rs

coverage: $(READY)
	python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --ignore tests/slurm \
		--cov --cov-report term-missing:skip-covered

compare: $(READY)
	python -m ganscape compare --results results/$(PRESET) --reference results/reference/$(PRESET)

bench: $(READY)
	python -m ganscape bench --device cpu --output results/bench.csv

gpu: $(READY)
	@# A test that fails does not keep the measurements from being taken.
	timeout 480 sh -c 'python -m pytest tests/gpu tests/clusters/test_engines.py -k gpu; tested=$$?; \
		python -m ganscape bench --device cuda --repeats 3 --seconds 1 --output results/bench_gpu.csv && exit $$tested'

lint: $(READY)
	ruff check .
	mypy src/ganscape
	ruff format --check .
	snakefmt --check Snakefile workflow
	snakemake --lint

$(READY): requirements.txt
	@$(PYTHON) -c "" 2>/dev/null || { echo "$(PYTHON) was not found: install Python 3.11, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --requirement requirements.txt
	$(VENV)/bin/python -m pip install --no-deps --no-build-isolation --editable .
	touch $@
