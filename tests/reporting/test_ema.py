"""EMA: raw beside averaged weights, network by network, and the paper's statement about a small one."""

import pandas as pd
import pytest

from ganscape.cli import main
from ganscape.reporting.ema import COLUMNS, draw_ema, ema_summary, ema_table
from ganscape.reporting.measurements import read_measurements
from ganscape.reporting.rendering import to_markdown
from ganscape.reporting.score_tables import score_table
from ganscape.reporting.studies import Half, study

TABLE2 = study("table2")
HALVES = (Half("cifar10", "digits-32x32x3"), Half("stl10", "digits-48x48x3"))
HALF_WORDS = ["--half", "cifar10=digits-32x32x3", "--half", "stl10=digits-48x48x3"]


@pytest.fixture
def runs(evaluated):
    return [
        evaluated(architecture="resnet", loss="js", raw=20.0, ema=17.0),
        evaluated(architecture="resnet", loss="rs", raw=19.0, ema=17.5),
        evaluated(architecture="resnet", width="bottleneck", loss="rs", raw=25.0, ema=21.0),
        evaluated(architecture="resnet", width="half", loss="js", raw=24.0, ema=None),
    ]


def scores_of(paths):
    return score_table(TABLE2, read_measurements(paths), HALVES)


def test_raw_and_ema_stand_beside_each_other_for_every_network_of_table_2(runs):
    summary = ema_summary(scores_of(runs))
    assert list(summary.columns) == list(COLUMNS) and len(summary) == 34
    of_half = summary[summary["dataset"].eq(HALVES[0].label) & summary["spectral_norm"].eq("yes")]
    found = of_half.set_index(["architecture", "width", "loss"]).sort_index()
    full = found.loc[("resnet", "full", "rs")]
    assert full[["fid", "fid_ema", "ema_gain", "fid_gap", "fid_gap_ema"]].tolist() == [19, 17.5, 1.5, 1, -0.5]
    assert full["status"] == "done" and full["relative_size_percent"] == 100
    half = found.loc[("resnet", "half", "js")]
    assert half["status"] == "diverged" and pd.isna(half["ema_gain"])
    assert found.loc[("cnn", "quarter", "js")]["status"] == "missing"


def test_the_table_shows_the_gain_and_both_gaps(runs):
    measurements = read_measurements(runs)
    summary = ema_summary(score_table(TABLE2, measurements, HALVES))
    text = to_markdown(ema_table(TABLE2, summary, measurements, HALVES))
    assert "| RS-GAN + SN | 100.0 | 19.00 | 17.50 | 1.50 | 1.00 | −0.50 | 1 |" in text
    assert "| JS-GAN + SN; channels/2 |  | — | diverged | — | — | — |  |" in text
    assert text.count("(stand-in for CIFAR-10): ") == 2 and "): ResNet" in text and "): Standard CNN" in text
    assert "Stand-in: digits-32x32x3" in text and "not of the Inception network" in text


def texts(axes):
    return " ".join(text.get_text() for text in axes.texts)


def test_the_papers_statement_is_marked_in_its_figures_and_in_ours(runs):
    drawn, numbers = draw_ema(scores_of(runs), HALVES)
    paper, ours, other_paper, other_ours = drawn.axes
    assert "RS-GAN, bottleneck, EMA: 21.38 at 16.8 %" in texts(paper) and "raw: 20.13" in texts(paper)
    assert "RS-GAN, bottleneck, EMA: 21.00 at 16.8 %" in texts(ours) and "raw: 20.00" in texts(ours)
    assert "star" not in texts(other_paper) and texts(other_ours) == "nothing was evaluated"
    assert "stand-in for CIFAR-10" in ours.get_title() and "digits-classifier" in ours.get_title()
    printed = numbers[numbers["source"] == "paper"]
    assert len(printed) == 2 * 16 + 1  # JS and RS of both halves, and the one figure with EMA
    assert len(numbers[numbers["source"] == "ours"]) == 7


def test_without_the_two_networks_nothing_is_marked(evaluated):
    drawn, _ = draw_ema(scores_of([evaluated(architecture="resnet")]), HALVES)
    assert texts(drawn.axes[1]) == ""


def test_the_steps_write_table_and_figure(runs, tmp_path):
    metrics = ["--metrics", *map(str, runs), *HALF_WORDS]
    assert main(["ema-table", *metrics, "--output-directory", str(tmp_path)]) == 0
    assert list(pd.read_csv(tmp_path / "ema.csv").columns) == list(COLUMNS)
    assert main(["ema-figure", *metrics, "--output", str(tmp_path / "figure.png")]) == 0
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
