"""Studies that look at generators along the way: narrow networks, unequal shares, a bad initial point."""

import pandas as pd
import pytest
from PIL import Image

from ganscape.cli import main
from ganscape.decimals import decimal
from ganscape.errors import InputError
from ganscape.reporting.bad_init import (
    COLUMNS,
    VALUES,
    bad_init_summary,
    bad_init_table,
    draw_bad_init,
    draw_bad_init_samples,
)
from ganscape.reporting.imbalanced import draw_imbalanced, final_shares, imbalanced_table
from ganscape.reporting.narrow import draw_narrow
from ganscape.reporting.rendering import to_html, to_latex, to_markdown
from ganscape.reporting.studies import Half, study
from ganscape.reporting.traces import read_traces

DIGITS, MNIST = Half("mnist", "digits-32x32x1"), Half("mnist", "mnist-32x32x1")


def titles(figure):
    return [axes.get_title() for axes in figure.axes]


# ---------------------------------------------------------------------------------------------------
# Traces


def test_traces_are_read_into_rows_of_scores_and_of_shares(traced):
    shares, real = {"5": 0.1, "7": 0.9}, {"5": 0.2, "7": 0.8}
    traces = read_traces([traced({0: 30.0, 10: 4.0}, shares=shares, real=real), traced({0: None}, seed=1)])
    assert len(traces.scores) == 4 + 2 and len(traces.shares) == 2 * 4
    last = traces.final().query("weights == 'raw' and seed == 0").iloc[0]
    assert (last["iteration"], last["fid"], last["spectral_norm"]) == (10, 4.0, "yes")
    found = traces.shares.query("iteration == 10 and weights == 'ema'").set_index("class")
    assert found["share"].to_dict() == shares and found["real_share"].to_dict() == real


def test_a_run_is_given_once(traced):
    path = traced({0: 1.0})
    with pytest.raises(InputError, match="is of a run that was given before"):
        read_traces([path, path])


# ---------------------------------------------------------------------------------------------------
# Narrow networks


def test_every_data_normalisation_and_width_has_a_panel(traced):
    paths = [
        traced({0: 30.0, 10: 4.0}, loss=loss, width=width, normalisation=normalisation)
        for loss in ("js", "rs")
        for width in ("quarter", "eighth")
        for normalisation in ("spectral", "batch")
    ]
    figure, numbers = draw_narrow(read_traces(paths), [DIGITS, Half("fashion_mnist", "other-32x32x1")])
    assert len(titles(figure)) == 4 and len(numbers) == 8 * 4
    assert titles(figure)[0] == "digits-32x32x1 (stand-in for MNIST), quarter width, with spectral norm"
    assert "eighth width, batch norm in D" in titles(figure)[3]
    assert "digits-classifier" in figure.get_suptitle()
    assert figure.axes[0].texts[0].get_text() == "gap at the end 0.00, 1 seed"
    with pytest.raises(InputError, match="none of the given traces is of mnist"):
        draw_narrow(read_traces(paths), [MNIST])


def test_the_gap_of_a_panel_is_over_seeds_with_students_interval(traced):
    pairs = [(8.0, 5.0), (7.0, 6.0), (9.0, 4.0)]  # gaps 3, 1, 5: mean 3, deviation 2
    paths = [
        traced({0: 30.0, 10: fid}, loss=loss, seed=seed)
        for seed, pair in enumerate(pairs)
        for loss, fid in zip(("js", "rs"), pair, strict=True)
    ]
    figure, _ = draw_narrow(read_traces(paths), [DIGITS])
    assert figure.axes[0].texts[0].get_text() == "gap at the end 3.00 (−1.97 to 7.97), 3 seeds"


def test_the_table_of_narrow_networks_prints_no_figures_of_the_paper():
    narrow = study("narrow")
    assert len(narrow.configurations) == 2 * (1 + 2 * 2 * 2) and not narrow.sizes_printed
    assert set(narrow.configurations["width"]) == {"", "quarter", "eighth"}
    assert study("lsun").tiles == 4 and len(study("lsun").configurations) == 2 * 3


# ---------------------------------------------------------------------------------------------------
# Unequal shares

REAL = {"3": 0.0, "5": 0.2, "7": 0.8}


@pytest.fixture
def unequal(traced):
    def write(loss, seed, three, five, seven):
        shares = {"3": three, "5": five, "7": seven}
        return traced({0: 50.0, 10: 5.0}, loss=loss, seed=seed, shares=shares, real=REAL)

    return read_traces(
        [
            write("rs", 0, 0.02, 0.18, 0.80),
            write("js", 0, 0.0, 0.02, 0.98),
            write("js", 1, 0.06, 0.10, 0.84),
        ]
    )


def test_outcomes_are_in_proportion_missing_or_uneven(unequal):
    shares = final_shares(unequal)
    outcomes = shares[shares["weights"] == "raw"].drop_duplicates(["loss", "seed"])
    assert outcomes[["loss", "seed", "outcome"]].to_numpy().tolist() == [
        ["js", 0, "missing"],
        ["js", 1, "uneven"],
        ["rs", 0, "in proportion"],
    ]
    paired = shares[(shares["loss"] == "rs") & (shares["weights"] == "raw")].set_index("class")
    assert paired["share"].to_dict() == pytest.approx({"5": 0.18, "7": 0.80, "other classes": 0.02})


def test_the_table_of_shares_says_what_is_real_and_what_stands_in(unequal):
    shown = imbalanced_table(final_shares(unequal), unequal, DIGITS)
    text = to_markdown(shown)
    assert "| JS-GAN, seed 0 | 2.0 | 98.0 | 0.0 | missing | 5.00 |" in text
    assert "Share of images, % 5 (20.0 in the data)" in text
    for form in (text, to_latex(shown), to_html(shown)):
        assert "Stand-in: digits-32x32x1 in place of MNIST" in form
    assert (
        "CNN of quarter width (full width: 64 features), with spectral norm, after 10 iterations; FID on 500 "
        "generated images" in text
    )


def test_shares_over_training_are_drawn_beside_the_datas(unequal, traced):
    figure, numbers = draw_imbalanced(unequal, DIGITS)
    assert titles(figure)[:2] == ["JS-GAN, 2 seeds", "RS-GAN, 1 seed"]
    labels = {text.get_text() for text in figure.legends[0].get_texts()}
    assert labels == {"class 7", "class 5", "other classes"}
    assert set(numbers["weights"]) == {"raw"} and len(numbers) == 3 * 2 * 3


def test_shares_of_one_loss_are_drawn_while_the_other_is_not_evaluated(traced):
    def alone(loss):
        return read_traces([traced({0: 1.0}, loss=loss, seed=5, shares={"5": 1.0}, real={"5": 1.0})])

    figure, numbers = draw_imbalanced(alone("rs"), DIGITS)
    assert titles(figure)[:2] == ["JS-GAN: not evaluated", "RS-GAN, 1 seed"]
    assert set(numbers["loss"]) == {"rs"} and figure.legends[0].get_texts()
    with pytest.raises(InputError, match="no trace with class shares of js or rs"):
        draw_imbalanced(alone("hinge"), DIGITS)


def test_a_diverged_run_has_no_shares_but_a_line(traced):
    """Even where its last kept generator, from before it diverged, has good ones."""
    traces = read_traces(
        [
            traced({0: 50.0, 10: None}, loss="js", shares=REAL, real=REAL),
            traced({0: 50.0, 5: 4.0}, loss="js", shares=REAL, real=REAL, seed=1, status="diverged"),
            traced({0: 50.0, 10: 5.0}, loss="rs", shares=REAL, real=REAL),
        ]
    )
    shares = final_shares(traces)
    assert set(shares.loc[shares["loss"] == "js", "outcome"]) == {"diverged"}
    text = to_markdown(imbalanced_table(shares, traces, DIGITS))
    for seed in (0, 1):
        assert f"| JS-GAN, seed {seed} |  |  |  | diverged |  |" in text


def test_of_several_learning_rates_the_best_is_shown(traced):
    traces = read_traces(
        [
            traced({0: 50.0, 10: fid}, loss=loss, rate=rate, shares=REAL, real=REAL)
            for loss in ("js", "rs")
            for rate, fid in ((1e-3, 9.0), (5e-4, 3.0))
        ]
    )
    shares = final_shares(traces)
    assert len(shares) == 2 * 2 * 3 and set(shares["fid"]) == {3.0, 1.5}
    _, numbers = draw_narrow(traces, [DIGITS])
    assert set(numbers["generator_lr"]) == {5e-4}


def test_where_no_run_finished_with_any_learning_rate_those_of_the_lowest_are_shown(traced):
    traces = read_traces(
        [
            traced({0: 50.0, 10: 9.0}, loss=loss, rate=rate, shares=REAL, real=REAL, status=status)
            for loss, status in (("js", "diverged"), ("rs", "done"))
            for rate in (1e-3, 5e-4)
        ]
    )
    shares = final_shares(traces)
    assert len(shares) == 2 * 2 * 3
    assert set(shares.loc[shares["loss"] == "js", "outcome"]) == {"diverged"}
    assert "| JS-GAN, seed 0 |" in to_markdown(imbalanced_table(shares, traces, DIGITS))


def test_traces_of_other_data_or_several_networks_are_refused(unequal, traced):
    with pytest.raises(InputError, match="is of digits-32x32x1, not of mnist-32x32x1"):
        imbalanced_table(final_shares(unequal), unequal, MNIST)
    with pytest.raises(InputError, match="is of digits-32x32x1, not of nosize"):
        imbalanced_table(final_shares(unequal), unequal, Half("mnist", "nosize"))
    several = read_traces([traced({0: 1.0}, width=width, seed=7) for width in ("quarter", "eighth")])
    with pytest.raises(InputError, match="are of several networks"):
        draw_bad_init_samples(several, DIGITS)


def test_runs_of_several_networks_are_not_mixed(traced, altered, tmp_path, capsys):
    one, other = (traced({0: 1.0}, width=width, rate=1e-4) for width in ("quarter", "eighth"))
    words = ["--traces", str(one), str(other), "--half", "mnist=digits-32x32x1"]
    assert main(["bad-init-table", *words, "--output-directory", str(tmp_path / "t")]) == 1
    assert "are of several networks: give those of one" in capsys.readouterr().err
    altered(altered(other, "specification.architecture", "resnet"), "specification.width", "quarter")
    assert main(["narrow-figure", *words, "--output", str(tmp_path / "narrow.png")]) == 1
    assert "are of several architectures: give those of one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("place", "value", "complaint"),
    [
        ("data", 7, "data is 7, not text"),
        ("entries", [], "entries is empty"),
        ("entries.0.iteration", "0", 'entries.0.iteration is "0", not a whole number'),
        ("entries.0.fid", True, "entries.0.fid is true, not a finite number"),
        ("entries.0.class_shares", {"a": 1}, "entries.0.class_shares is an object, not a list"),
        ("classes", "ab", 'classes is "ab", not a list'),
        ("specification.seed", [0], "specification.seed is a list, not a whole number"),
        ("protocol.samples", None, "protocol.samples is null, not a whole number"),
    ],
)
def test_a_wrong_field_of_a_trace_is_named(traced, altered, place, value, complaint):
    path = altered(traced({0: 1.0}), place, value)
    with pytest.raises(InputError, match=rf"trace\.json is not the trace\.json of a run \({complaint}"):
        read_traces([path])


# ---------------------------------------------------------------------------------------------------
# Bad initial point


@pytest.fixture
def from_bad_start(traced):
    return read_traces(
        [
            traced({0: 80.0, 10: 60.0}, loss="js", rate=1e-5),
            traced({0: 80.0, 10: 20.0}, loss="rs", rate=1e-5),
            traced({0: 90.0, 10: 70.0}, loss="js", rate=1e-5, seed=1),
            traced({0: 90.0, 10: 20.0}, loss="rs", rate=1e-5, seed=1),
            traced({0: 80.0, 10: None}, loss="js", rate=1e-4),
            traced({0: 80.0, 10: 20.0}, loss="rs", rate=1e-4),
        ]
    )


def test_gaps_are_over_the_seeds_of_both_losses_beside_the_papers(from_bad_start):
    summary = bad_init_summary(from_bad_start, factor=10.0)
    assert list(summary.columns) == list(COLUMNS) and len(summary) == 12
    found = summary[summary["ema"] == "no"].set_index("paper_learning_rate")
    row = found.loc[1e-6]
    assert row[["fid_js", "fid_rs", "fid_gap", "seeds"]].tolist() == [65, 20, 45, 2]
    assert row["fid_gap_std"] == pytest.approx(50**0.5)
    assert row[["paper_fid_js", "paper_fid_rs", "paper_fid_gap"]].tolist() == [78, 30, 48]
    diverged = found.loc[1e-5]
    assert diverged["status"] == "diverged" and pd.isna(diverged["fid_js"]) and diverged["fid_rs"] == 20
    assert found.loc[5e-7, "status"] == "missing"


def test_the_table_of_the_bad_start_shows_both_learning_rates(from_bad_start):
    summary = bad_init_summary(from_bad_start, factor=10.0)
    text = to_markdown(bad_init_table(summary, from_bad_start, DIGITS))
    gap = "65.00 ± 7.07 | **20.00 ± 0.00** | 45.00 ± 7.07"
    assert f"| 1e-05 | {gap} |" in text and "| 2 | 1e-06 | 78 | 30 | 48 |" in text
    assert "| 0.0001 | diverged | 20.00 | — |" in text
    assert "Stand-in: digits-32x32x1" in text and "our reading" in text


@pytest.mark.parametrize("factor", [0.01, 1234.5678, 1 / 3])
def test_learning_rates_are_told_apart_whatever_the_factor(traced, factor):
    rates = [float(decimal(paper * factor)) for paper in (5e-7, 1e-6, 1e-4)]
    traces = read_traces([traced({0: 9.0}, loss=loss, rate=rate) for loss in ("js", "rs") for rate in rates])
    summary = bad_init_summary(traces, factor)
    assert (summary[summary["ema"] == "no"]["status"] == "done").sum() == 3


@pytest.fixture
def values(tmp_path):
    rows = [[0, "no", 10, 0.5, 0.97, 0.1, 1.0], [1, "yes", 10, 0.5, 0.4, 0.1, 1 / 3]]
    pd.DataFrame(rows, columns=list(VALUES)).to_csv(tmp_path / "start.csv", index=False)
    return tmp_path / "start.csv"


def test_the_figure_shows_the_start_and_every_learning_rate(from_bad_start, values):
    figure, numbers = draw_bad_init(from_bad_start, pd.read_csv(values), DIGITS)
    shown = titles(figure)
    assert "all generated images are copies of class 1" in shown[0]
    assert shown[1:3] == ["learning rate 1e-05", "learning rate 0.0001"]
    assert len(numbers) == 6 * 2 * 2
    samples, runs = draw_bad_init_samples(from_bad_start, DIGITS)
    assert titles(samples)[:2] == ["learning rate 1e-05\nFID 60.0", "learning rate 0.0001"] and len(runs) == 4


def test_the_steps_write_what_they_are_asked_for(from_bad_start, values, tmp_path, capsys):
    paths = sorted(map(str, (tmp_path / "traced").rglob("trace.json")))
    words = ["--traces", *paths, "--half", "mnist=digits-32x32x1"]
    assert main(["bad-init-table", *words, "--factor", "10", "--output-directory", str(tmp_path / "t")]) == 0
    assert len(pd.read_csv(tmp_path / "t" / "bad_init.csv")) == 12
    figure = tmp_path / "f" / "bad_init.png"
    assert main(["bad-init-figure", *words, "--values", str(values), "--output", str(figure)]) == 0
    assert main(["bad-init-samples", *words, "--output", str(tmp_path / "f" / "samples.png")]) == 0
    for path in (figure, tmp_path / "f" / "samples.png"):
        with Image.open(path) as image:
            assert image.width > 900
    assert main(["bad-init-table", *words, "--factor", "0", "--output-directory", str(tmp_path / "t")]) == 1
    assert "--factor must be positive" in capsys.readouterr().err
    assert main(["bad-init-figure", *words, "--values", paths[0], "--output", str(figure)]) == 1
    assert "make it" in capsys.readouterr().err


def test_the_steps_of_unequal_shares_and_narrow_networks_write_too(unequal, tmp_path, capsys):
    paths = sorted(map(str, (tmp_path / "traced").rglob("trace.json")))
    words = ["--traces", *paths, "--half", "mnist=digits-32x32x1"]
    assert main(["imbalanced-table", *words, "--output-directory", str(tmp_path / "t")]) == 0
    for name in ("imbalanced", "narrow"):
        output = tmp_path / "f" / f"{name}.png"
        assert main([f"{name}-figure", *words, "--output", str(output)]) == 0
        assert output.with_suffix(".csv").exists() and output.with_suffix(".pdf").exists()
    more = ["--half", "mnist=mnist-32x32x1", "--output", str(output)]
    assert main(["imbalanced-figure", *words, *more]) == 1
    assert "--half: this study is of one data set" in capsys.readouterr().err
