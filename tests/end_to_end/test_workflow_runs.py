"""The workflow itself, run by Snakemake: the quick preset's graph with four tiny runs, up to the report."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from browser import in_a_browser, told_by_browser

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
RESULTS = Path("results/tiny")

OVERLAY = """
preset: tiny
datasets: {digits: {reference_images: 60}}
training: {iterations: 4, batch_size: 8}
classifier: {training: {digits: {epochs: 1, minimum_accuracy: 0.2}}}
evaluation: {samples: 40, fid_samples: 20, splits: 2, batch_size: 20, trace_samples: 20}
landscape:
  largest_n: 3
  resolution: 11
  kernel_widths: [0.3]
  regularisations: [1.0e-3]
  descents: {starts: 8}
clusters:
  seeds: 3
  iterations: 40
  losses: [js, rs]
  widths: [[20, 5], [10, 10], [20, 10]]
  shares: [0.2]
  trajectory_every: 10
  frames: 3
  gaussians: {seeds: 2, iterations: 20, observe_every: 10, samples: 50}
other_losses: {widths: [bottleneck]}
own_losses: {file: EXAMPLE, losses: [rs-r1r2]}
narrow: {base_features: 8, snapshots_every: 2}
imbalanced: {snapshots_every: 2}
bad_init: {learning_rates: [1.0e-5], snapshots_every: 2, start: {iterations: 2}}
table2:
  halves:
    cifar10: {base_features: {cnn: 8, resnet: 8}}
    stl10: {base_features: {cnn: 8, resnet: 8}}
  rows:
    - {architecture: cnn, width: quarter, normalisation: spectral, loss: js}
    - {architecture: cnn, width: quarter, normalisation: spectral, loss: rs}
""".replace("EXAMPLE", str(ROOT / "examples/gradient_penalties.py"))

pytestmark = pytest.mark.end_to_end


def command(folder, *arguments, overlay=OVERLAY):
    """The repository's workflow in `folder`, on two cores, with an overlay on the quick preset."""
    (folder / "overlay.yaml").write_text(overlay)
    return [
        *(BIN / "snakemake", *arguments),
        *("--snakefile", ROOT / "Snakefile", "--directory", folder, "--cores", "2"),
        *("--workflow-profile", ROOT / "workflow/profiles/default"),
        *("--configfile", ROOT / "workflow/presets/quick.yaml", folder / "overlay.yaml"),
    ]


def environment():
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def snakemake(folder, *arguments, overlay=OVERLAY):
    return subprocess.run(
        command(folder, *arguments, overlay=overlay),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(),
    )


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder in which the workflow has run to its end."""
    folder = tmp_path_factory.mktemp("workflow")
    result = snakemake(folder, "all")
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def test_a_second_workflow_in_the_same_folder_says_so_and_stops(tmp_path):
    begun = subprocess.Popen(
        command(tmp_path, "prepare"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=environment(),
    )
    locks = tmp_path / ".snakemake" / "locks"
    while begun.poll() is None and not list(locks.glob("*")):
        time.sleep(0.01)
    second = snakemake(tmp_path, "prepare")
    begun.communicate()
    assert begun.returncode == 0
    assert second.returncode != 0 and "locked" in second.stdout + second.stderr
    assert snakemake(tmp_path, "prepare").returncode == 0


def test_a_loss_of_ones_own_is_trained_and_stands_beside_the_paper_s(finished):
    table = pd.read_csv(finished / RESULTS / "tables/own_losses.csv")
    done = table[(table["status"] == "done") & (table["ema"] == "no")]
    assert list(done["loss"]) == ["js", "rs", "rs-r1r2"]
    assert "rs-r1r2 + SN; bottleneck" in (finished / RESULTS / "tables/own_losses.md").read_text()


def test_what_a_failed_job_leaves_as_it_was_is_not_taken_for_its_result(finished):
    """The run that is there is of other options: it stays, and asking again for the new ones fails again."""
    run = RESULTS / "runs/digits-32x32x1/cnn-quarter-spectral-rs/lr0.002-seed0"
    before = (finished / run / "training.json").read_bytes()
    longer = OVERLAY.replace("training: {iterations: 4", "training: {iterations: 5")
    for _ in range(2):
        result = snakemake(finished, run / "training.json", overlay=longer)
        assert result.returncode == 1
        assert "is of another configuration (iterations 4, not 5)" in result.stdout + result.stderr
        assert (finished / run / "training.json").read_bytes() == before
    result = snakemake(finished, run / "training.json")
    assert result.returncode == 0 and (finished / run / "training.json").read_bytes() == before


def test_every_claim_is_judged_and_the_report_opens_with_the_verdicts(finished):
    ledger = pd.read_csv(finished / RESULTS / "claims.csv").set_index("id")
    assert len(ledger) == 203
    assert ledger.loc["thm2-gmr", "verdict"] == "reproduced"
    assert ledger.loc["table2-cifar10-cnn-quarter-rs-fid", "verdict"] == "stand-in"
    assert ledger.loc["table2-cifar10-cnn-full-rs-fid", "verdict"] == "not run"
    assert ledger.loc["two-rs-escape", "verdict"] == "stand-in"
    said = (finished / RESULTS / "logs/tabulate_claims.log").read_text()
    assert re.fullmatch(r"203 claims: \d+ reproduced, \d+ deviate, \d+ stand in, \d+ not run\n", said)
    provenance = pd.read_csv(finished / RESULTS / "tables/provenance.csv")
    assert "training.iterations" in set(provenance["name"])
    options = pd.read_csv(finished / RESULTS / "tables/configuration.csv").set_index("option")
    assert options.loc["training.iterations", ["value", "paper_value"]].to_list() == ["4", "100000"]
    jobs = pd.read_csv(finished / RESULTS / "tables/jobs.csv")
    assert jobs["kind"].value_counts()[["training", "evaluation"]].to_list() == [19, 15]


def test_the_table_has_what_was_run_and_names_what_was_not(finished):
    table = pd.read_csv(finished / RESULTS / "tables/table2.csv")
    done = table[table["status"] == "done"]
    assert len(table) == 70
    assert len(done) == 2 * (1 + 2 * 2)  # per half: real images, and two losses with raw and EMA weights
    assert done["fid"].notna().all() and (done["features"] == "digits-classifier").all()
    assert done["dataset"].str.contains("stand-in").all()
    assert set(table["status"]) == {"done", "missing"}


def test_every_run_leaves_its_record_log_and_samples(finished):
    runs = list((finished / RESULTS / "runs").glob("*/*/*"))
    assert len(runs) == 4 + 4 + 3 + 2 * 3  # of Table 2, other losses, one's own, studies of two runs
    bad_starts = list((finished / RESULTS / "bad_init/seed0").glob("*-lr*"))
    assert len(bad_starts) == 2
    for run in [*runs, *bad_starts]:
        for name in ("training.json", "history.csv", "samples/final.png", "logs/training.log"):
            assert (run / name).stat().st_size > 0
        scores = [name for name in ("metrics.json", "trace.json") if (run / name).exists()]
        assert scores and (("trace.json" in scores) == (run / "snapshots").exists())
        assert len((run / "logs/training.benchmark.tsv").read_text().splitlines()) == 2


def test_figures_come_with_their_numbers(finished):
    studies = ("table2_samples_cifar10", "table2_samples_stl10", "hinge_samples_cifar10")
    samples = (*studies, "least_squares_samples_cifar10", "ema", "authors")
    samples += ("narrow_samples_mnist", "lsun_samples_lsun_church_outdoor", "bad_init_samples")
    samples += ("narrow", "imbalanced", "bad_init")
    landscape = ("figure4", "barriers", "basin_depth", "bad_minima")
    clusters = ("figure5", "figure6", "escape", "width", "imbalance_clusters", "gaussians")
    for name in (*samples, *landscape, *clusters):
        for suffix in ("png", "pdf", "csv"):
            assert (finished / RESULTS / f"figures/{name}.{suffix}").stat().st_size > 0


def test_tables_come_in_every_form(finished):
    scores = ("table2", "hinge", "least_squares", "ema", "authors", "narrow", "lsun")
    scores += ("imbalanced", "bad_init")
    landscape = ("landscape_values", "strict_minima", "assumptions", "minima")
    for name in (*scores, *landscape, "two_clusters"):
        for suffix in ("csv", "md", "tex", "html"):
            assert (finished / RESULTS / f"tables/{name}.{suffix}").stat().st_size > 0


def test_other_losses_have_the_rows_that_were_run(finished):
    for name, losses in (("hinge", {"hinge", "rp-hinge"}), ("least_squares", {"ls", "rp-ls"})):
        table = pd.read_csv(finished / RESULTS / f"tables/{name}.csv")
        done = table[table["status"] == "done"]
        assert len(done) == 2 * 2 and set(done["loss"]) == losses and set(done["width"]) == {"bottleneck"}


def test_the_smoothed_landscape_has_the_minima_of_its_theory(finished):
    """At this width and penalty: deep ones for JS and LS, at most shallow ones for the others."""
    minima = pd.read_csv(finished / RESULTS / "tables/minima.csv").set_index("loss")
    assert (minima["perfect"] == 2).all()
    deep = minima["deepest_bad_climb"] > 0.02
    assert set(deep[deep].index) == {"js", "ls"}


def test_the_animation_has_its_frames(finished):
    with Image.open(finished / RESULTS / "figures/two_clusters.gif") as animation:
        assert animation.n_frames >= 3


def test_every_seed_of_every_setting_of_clusters_has_its_row(finished):
    table = pd.read_csv(finished / RESULTS / "tables/two_clusters.csv")
    assert len(table) == 2 * (1 + 3 + 1) and (table["seeds"] == 3).all()


def test_a_second_run_has_nothing_to_do(finished):
    result = snakemake(finished, "all")
    assert result.returncode == 0 and "Nothing to be done" in result.stdout + result.stderr


def report_of(folder, target):
    """The report of what has been computed for a target, as text."""
    file = folder / RESULTS / f"report_{target}.html"
    style = ROOT / "workflow/report/report.css"
    result = snakemake(folder, target, "--report", file, "--report-stylesheet", style)
    assert result.returncode == 0, result.stdout + result.stderr
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(finished):
    return report_of(finished, "all")


def test_the_report_is_one_file_with_the_verdicts_the_tables_and_the_samples(finished, report):
    overview = (finished / RESULTS / "claims_overview.html").read_text()
    assert "this is a stand-in" in report and "Assumptions 4.1-4.3 hold for hinge" in report
    assert overview.count("<li>") > 3
    assert "table2_samples_cifar10.png" in report and "hinge_samples_cifar10.png" in report


# The first page; every result of the report, as the browser decodes it; then chapter after chapter, and in
# each every result that is shown in the page.
LOOK = """
  const told = {broken: [], pages: 0, pictures: 0};
  for (const [path, entry] of Object.entries(results)) {
    if (entry.mime_type.startsWith("image/")) {
      const picture = new Image();
      const seen = new Promise((done) => { picture.onload = picture.onerror = done; });
      picture.src = entry.data_uri;
      if ((await seen).type === "error") told.broken.push(path);
      told.pictures += picture.naturalWidth > 100 && picture.naturalHeight > 100 ? 1 : 0;
    } else if (entry.mime_type === "text/html") {
      const text = atob(entry.data_uri.split(",")[1]);
      told.pages += text.includes("<table") ? 1 : 0;
      if (path.endsWith("claims.html")) told.ledger = (text.match(/<tr id=/g) || []).length;
    }
  }
  told.chapters = Object.keys(categories).sort();
  told.overview = document.querySelectorAll(".ganscape-claims tr").length;
  told.readable = document.querySelector(".ganscape-claims").getBoundingClientRect().width;
  told.first = document.querySelector(".ganscape-claims p").textContent;

  const press = async (link) => { link.click(); await new Promise((done) => setTimeout(done, 100)); };
  const links = () => Array.from(document.querySelectorAll("a"));
  const named = (text) => links().find((link) => link.textContent.trim() === text);
  const eyes = () => Array.from(document.querySelectorAll('td a[iconname=eye][href="#"]'));
  told.opened = {};
  for (const chapter of told.chapters) {
    await press(named(chapter));
    told.opened[chapter] = [];
    for (const eye of eyes()) {
      await press(eye);
      const shown = document.querySelector("iframe, img[src^='data:image/png'], img[src^='data:image/gif']");
      told.opened[chapter].push(shown ? shown.getBoundingClientRect().width : 0);
    }
    await press(named("Results"));
  }
  return told;
"""


@in_a_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_opens_in_a_browser_and_shows_every_figure(report, tmp_path, width):
    told = told_by_browser(report, LOOK, tmp_path, width)
    assert told["errors"] == []
    assert told["broken"] == [] and told["width"] == width
    assert told["pictures"] >= 20 and told["pages"] >= 12 and told["ledger"] == 203
    assert told["chapters"][0] == "0 Claims" and told["chapters"][1] == "1 Landscape"
    assert told["overview"] == 6 and told["readable"] > 300
    assert re.match(r"Of the paper's 203 claims, \d+ are reproduced, ", told["first"])
    assert set(told["opened"]) == set(told["chapters"])
    assert all(widths and min(widths) > 100 for widths in told["opened"].values()), told["opened"]
    assert sum(map(len, told["opened"].values())) >= 30
    assert len(report) < 15e6


def test_of_partial_results_there_is_a_report_that_says_what_is_missing(tmp_path):
    assert snakemake(tmp_path, "figure4").returncode == 0
    result = snakemake(tmp_path, "available")
    assert result.returncode == 0, result.stdout + result.stderr
    ledger = pd.read_csv(tmp_path / RESULTS / "claims.csv")
    sizes = ledger["id"].str.endswith("-size")  # which need nothing but the networks
    assert set(ledger[~sizes]["verdict"]) == {"not run"} and "not run" not in set(ledger[sizes]["verdict"])
    page = report_of(tmp_path, "available")
    assert "figure4.png" in page and "its evidence was not made" in page


def test_of_studies_underway_tables_and_figures_show_what_there_is(finished, tmp_path):
    """Here JS-GAN's scores, of one half of Table 2 and of one seed from the bad initial point."""
    shutil.copytree(
        finished, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("tables", "figures")
    )
    for path in (tmp_path / RESULTS).rglob("*.json"):
        is_score = path.name in ("metrics.json", "trace.json")
        is_paired = re.search(r"(-|/)(rs|rp-\w+)(-lr|/)", str(path.relative_to(tmp_path)))
        if is_score and (is_paired or "48x48" in str(path) or "seed1" in str(path)):
            path.unlink()
    result = snakemake(tmp_path, "available")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "train_gan" not in result.stdout + result.stderr
    tables, figures = tmp_path / RESULTS / "tables", tmp_path / RESULTS / "figures"
    for study in ("table2", "hinge", "ema", "bad_init"):
        statuses = set(pd.read_csv(tables / f"{study}.csv")["status"])
        assert "missing" in statuses and (statuses == {"missing"}) == (study == "bad_init")
    for figure in ("ema", "narrow", "imbalanced", "bad_init", "bad_init_samples", "table2_samples_cifar10"):
        assert (figures / f"{figure}.png").exists()
    assert not (figures / "table2_samples_stl10.png").exists() and not (figures / "figure5.png").exists()
    assert (tables / "minima.csv").exists() and (figures / "escape.png").exists()
    ledger = pd.read_csv(tmp_path / RESULTS / "claims.csv", index_col="id")
    assert ledger.loc["table2-cifar10-cnn-quarter-js-fid", "verdict"] == "stand-in"
    assert ledger.loc["table2-cifar10-cnn-quarter-rs-fid", "measured_value"].endswith("missing)")


def test_a_run_of_another_configuration_is_refused_and_kept(finished):
    """Last, because it leaves Snakemake's records of these runs at odds with their configuration."""
    kept = {
        path: path.read_bytes()
        for path in (finished / RESULTS).rglob("*")
        if path.suffix in (".json", ".safetensors")
    }
    longer = OVERLAY.replace("training: {iterations: 4", "training: {iterations: 5")
    runs = sorted(path.relative_to(finished) for path in finished.rglob("training.json"))
    result = snakemake(finished, *runs[:2], runs[-1], overlay=longer)
    assert result.returncode != 0
    output = result.stdout + result.stderr
    complaints = [line for line in output.splitlines() if line.startswith("ganscape train:")]
    assert complaints and all("iterations 4, not 5" in line for line in complaints)
    assert all(path.read_bytes() == content for path, content in kept.items())
