"""Table 2 and its kin: which rows there are, what stands in them, and how they are shown."""

import io

import pandas as pd
import pytest

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.reporting.measurements import read_measurements
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.rendering import to_html, to_latex, to_markdown
from ganscape.reporting.score_tables import COLUMNS, display, score_table, write
from ganscape.reporting.studies import STUDIES, Half, study

CONTRACT = [
    *("dataset", "architecture", "width", "spectral_norm", "loss", "ema", "generator_lr", "seeds"),
    *("is_mean", "is_std", "fid", "fid_std", "fid_gap", "parameters", "relative_size_percent"),
    *("paper_is", "paper_fid", "paper_relative_size_percent", "features", "status"),
]
TABLE2 = study("table2")
HALVES = (Half("cifar10", "digits-32x32x3"), Half("stl10", "digits-48x48x3"))


def tabulate(*paths, halves=HALVES, of=TABLE2):
    return score_table(of, read_measurements(paths), halves)


def row(
    table, dataset="digits-32x32x3", ema="no", loss="js", width="full", architecture="cnn", spectral="yes"
):
    found = table[
        table["dataset"].str.startswith(dataset)
        & (table["ema"] == ema)
        & (table["loss"] == loss)
        & (table["width"] == width)
        & (table["architecture"] == architecture)
        & (table["spectral_norm"] == spectral)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_every_configuration_of_the_paper_has_its_rows_in_order(evaluated, evaluated_real):
    table = tabulate(evaluated(), evaluated_real())
    assert list(table.columns) == CONTRACT == list(COLUMNS)
    paper = paper_figures("table2")
    trained = table[table["loss"] != "real"]
    assert len(trained) == 2 * 34 and (table["loss"] == "real").sum() == 2
    keys = ["architecture", "width", "spectral_norm", "loss"]
    once = table[table["ema"] != "yes"]
    assert once[keys].values.tolist() == paper[keys].values.tolist()
    assert set(trained["ema"]) == {"no", "yes"}


def test_paper_figures_stand_on_raw_rows_only(evaluated):
    table = tabulate(evaluated(raw=20.0, ema=10.0))
    raw, ema = row(table, ema="no"), row(table, ema="yes")
    assert (raw["fid"], ema["fid"]) == (20.0, 10.0)
    assert (raw["paper_is"], raw["paper_fid"], raw["paper_relative_size_percent"]) == (7.42, 28.07, 100)
    assert ema[["paper_is", "paper_fid", "paper_relative_size_percent"]].isna().all()


def test_gap_is_separable_minus_paired_and_keeps_its_sign(evaluated):
    table = tabulate(
        evaluated(loss="js", raw=30.0, ema=12.0),
        evaluated(loss="rs", raw=22.5, ema=13.0),
        evaluated(loss="wgan-gp", normalisation="none", raw=5.0),
        evaluated(loss="js", normalisation="batch", data="digits-48x48x3", raw=50.38),
        evaluated(loss="rs", normalisation="batch", data="digits-48x48x3", raw=52.54),
    )
    assert row(table, loss="rs")["fid_gap"] == pytest.approx(7.5)
    assert row(table, loss="rs", ema="yes")["fid_gap"] == pytest.approx(-1.0)
    assert row(table, "digits-48x48x3", loss="rs", spectral="no")["fid_gap"] == pytest.approx(-2.16)
    without = table[(table["loss"] != "rs") | (table["status"] != "done")]
    assert without["fid_gap"].isna().all()


def test_several_seeds_give_mean_and_deviation(evaluated):
    table = tabulate(
        *(evaluated(seed=seed, raw=fid, inception_score=fid / 2) for seed, fid in enumerate((8, 10, 12)))
    )
    mean = row(table)
    assert (mean["seeds"], mean["fid"], mean["fid_std"]) == (3, 10.0, 2.0)
    assert (mean["is_mean"], mean["is_std"]) == (5.0, 1.0)


def test_one_seed_has_the_deviation_over_splits(evaluated):
    one = row(tabulate(evaluated()))
    assert (one["seeds"], one["is_std"]) == (1, 0.1) and pd.isna(one["fid_std"])


def test_the_best_learning_rate_by_mean_fid_is_named_for_each_kind_of_weights(evaluated):
    table = tabulate(
        evaluated(rate=2e-4, seed=0, raw=9.0, ema=5.0),
        evaluated(rate=2e-4, seed=1, raw=31.0, ema=5.0),
        evaluated(rate=1e-3, seed=0, raw=15.0, ema=6.0),
        evaluated(rate=1e-3, seed=1, raw=17.0, ema=6.0),
    )
    assert row(table)[["generator_lr", "fid"]].tolist() == [1e-3, 16.0]
    assert row(table, ema="yes")[["generator_lr", "fid"]].tolist() == [2e-4, 5.0]


def test_a_rate_at_which_more_seeds_finished_is_better(evaluated):
    table = tabulate(
        *(evaluated(rate=5e-4, seed=seed, raw=20.0) for seed in range(3)),
        evaluated(rate=1e-3, seed=0, raw=10.0),
        *(evaluated(rate=1e-3, seed=seed, raw=None) for seed in (1, 2)),
    )
    assert row(table)[["generator_lr", "seeds", "fid"]].tolist() == [5e-4, 3, 20.0]


def test_a_diverged_run_is_a_row(evaluated):
    diverged = row(tabulate(evaluated(raw=None, ema=None, width="half")), width="half")
    assert (diverged["status"], diverged["seeds"], diverged["generator_lr"]) == ("diverged", 0, 5e-4)
    assert diverged[["is_mean", "fid", "fid_gap"]].isna().all() and diverged["parameters"] == 290


def test_seeds_that_diverged_do_not_count(evaluated):
    table = tabulate(evaluated(seed=0, raw=None), evaluated(seed=1, raw=14.0), evaluated(rate=1e-3, raw=None))
    assert row(table)[["status", "seeds", "fid", "generator_lr"]].tolist() == ["done", 1, 14.0, 5e-4]


def test_what_was_not_evaluated_is_missing(evaluated):
    missing = row(tabulate(evaluated()), width="quarter")
    assert (missing["status"], missing["seeds"], missing["features"], missing["paper_fid"]) == (
        "missing",
        0,
        "",
        52.63,
    )
    assert pd.isna(missing["fid"]) and pd.isna(missing["parameters"])


def test_relative_size_is_to_the_full_width_of_the_same_network(evaluated):
    table = tabulate(evaluated(), evaluated(width="half"), evaluated(width="quarter", architecture="resnet"))
    assert row(table, width="half")["relative_size_percent"] == pytest.approx(29.0)
    assert row(table)["relative_size_percent"] == 100
    # Also where that is not trained: the record of a run has its size.
    assert row(table, width="quarter", architecture="resnet")["relative_size_percent"] == pytest.approx(9.2)


def test_stand_ins_say_so_everywhere(evaluated, evaluated_real):
    measurements = read_measurements([evaluated(), evaluated_real()])
    table = score_table(TABLE2, measurements, HALVES)
    assert row(table)["dataset"] == "digits-32x32x3 (stand-in for cifar10)"
    shown = display(TABLE2, table, measurements, HALVES)
    for text in (to_markdown(shown), to_latex(shown), to_html(shown)):
        assert "Stand-in: digits-32x32x3 in place of CIFAR-10" in text
        assert "they are not Inception scores" in text


def test_the_papers_own_data_need_no_label(evaluated):
    path = evaluated(data="cifar10-32x32x3", features="inception-v3-compat")
    halves = (Half("cifar10", "cifar10-32x32x3"),)
    measurements = read_measurements([path])
    table = score_table(TABLE2, measurements, halves)
    assert set(table["dataset"]) == {"cifar10"}
    shown = to_markdown(display(TABLE2, table, measurements, halves))
    assert "tand-in" not in shown and "Inception network" not in shown


def test_the_better_of_each_pair_is_emphasised(evaluated):
    measurements = read_measurements(
        [
            evaluated(loss="js", raw=30.0, inception_score=4.0),
            evaluated(loss="rs", raw=22.5, inception_score=3.0),
        ]
    )
    text = to_markdown(display(TABLE2, score_table(TABLE2, measurements, HALVES), measurements, HALVES))
    separable, paired = (
        next(line for line in text.splitlines() if line.startswith(f"| {name} + SN |"))
        for name in ("JS-GAN", "RS-GAN")
    )
    assert "| **4.00 ± 0.10** | 30.00 |  |" in separable
    assert "| 3.00 ± 0.10 | **22.50** | 7.50 |" in paired


# --- Hinge and least squares ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "losses"), [("hinge", ["hinge", "rp-hinge"]), ("least_squares", ["ls", "rp-ls"])]
)
def test_other_losses_have_the_resnets_of_the_first_half_in_table_2s_order(name, losses, evaluated):
    table = tabulate(evaluated(architecture="resnet", loss=losses[1]), of=study(name))
    raw = table[table["ema"] == "no"]
    assert list(table.columns) == CONTRACT and len(table) == 2 * len(raw) == 16
    assert raw["loss"].tolist() == losses * 4
    assert raw["width"].tolist()[::2] == ["full", "half", "quarter", "bottleneck"]
    assert set(raw["architecture"]) == {"resnet"} and set(raw["spectral_norm"]) == {"yes"}
    assert raw["paper_relative_size_percent"].tolist()[::2] == [100, 27.5, 10.4, 16.8]
    assert raw["status"].tolist() == ["missing", "done", *["missing"] * 6]


def test_hinge_is_held_against_the_figures_of_the_talk(evaluated):
    hinge = study("hinge")
    measurements = read_measurements(
        [
            evaluated(architecture="resnet", width="bottleneck", loss=loss, raw=fid)
            for loss, fid in (("hinge", 12.5), ("rp-hinge", 11.0))
        ]
    )
    table = score_table(hinge, measurements, HALVES)
    paired = row(table, loss="rp-hinge", width="bottleneck", architecture="resnet")
    assert paired[["fid", "fid_gap", "paper_fid", "paper_is"]].tolist() == [11.0, 1.5, 24.07, 7.52]
    text = to_markdown(display(hinge, table, measurements, HALVES))
    assert "Talk FID ↓" in text and "Paper FID" not in text
    assert "in place of CIFAR-10" in text and "STL-10" not in text  # of which the talk has nothing
    assert "Gap = FID(Hinge-GAN) − FID(Rp-hinge-GAN)." in text
    bottleneck = next(line for line in text.splitlines() if "Rp-hinge-GAN + SN; bottleneck" in line)
    assert "**24.07** | 9.17 |" in bottleneck


def test_least_squares_show_no_figures_of_others(evaluated):
    squares = study("least_squares")
    measurements = read_measurements([evaluated(architecture="resnet", loss="ls")])
    table = score_table(squares, measurements, HALVES)
    assert table[["paper_is", "paper_fid"]].isna().all(axis=None)
    text = to_markdown(display(squares, table, measurements, HALVES))
    assert "Paper" not in text and "Talk" not in text and "FID(LS-GAN) − FID(Rp-LS-GAN)" in text


def test_an_unknown_study_is_refused():
    with pytest.raises(ValueError, match="the tables of scores are table2, hinge, least_squares"):
        study("table3")


def test_the_paper_gap_keeps_its_sign(evaluated):
    measurements = read_measurements([evaluated()])
    text = to_markdown(display(TABLE2, score_table(TABLE2, measurements, HALVES), measurements, HALVES))
    assert "−2.16" in text and "| 15.34 |" in text


def test_files_are_written_and_the_csv_reads_back(evaluated, tmp_path):
    measurements = read_measurements([evaluated()])
    table = score_table(TABLE2, measurements, HALVES)
    write(table, display(TABLE2, table, measurements, HALVES), tmp_path)
    again = pd.read_csv(tmp_path / "table2.csv")
    assert list(again.columns) == CONTRACT and len(again) == 70
    assert {path.suffix for path in tmp_path.glob("table2.*")} == {".csv", ".md", ".tex", ".html"}


def test_details_have_a_row_per_run_and_weights(evaluated, evaluated_real, tmp_path):
    paths = [
        *(evaluated(), evaluated(seed=1, ema=None), evaluated_real()),
        *(
            evaluated(data="digits-48x48x3", loss="rs", normalisation="batch"),
            evaluated(data="mnist-32x32x1"),
        ),
    ]
    measurements = read_measurements(paths)
    table = score_table(TABLE2, measurements, HALVES)
    write(table, display(TABLE2, table, measurements, HALVES), tmp_path)
    details = pd.read_csv(tmp_path / "table2_details.csv", dtype={"seed": "Int64"}, keep_default_na=True)
    assert list(details.columns) == [
        *("dataset", "architecture", "width", "spectral_norm", "loss", "generator_lr", "seed", "weights"),
        *("status", "kid_mean", "kid_std", "precision", "recall", "coverage", "kl_divergence"),
    ]
    assert details["weights"].tolist() == ["raw", "ema", "raw", "ema", "real", "raw", "ema"]
    assert details["seed"].dropna().tolist() == [0, 0, 1, 1, 0, 0]
    assert details["dataset"].unique().tolist() == [half.label for half in HALVES]
    done, diverged = details.iloc[0], details.iloc[3]
    assert done[["kid_mean", "recall", "coverage"]].tolist() == [0.02, 0.7, 9]
    assert diverged["status"] == "diverged" and diverged[["kid_mean", "coverage"]].isna().all()
    assert details["kl_divergence"].isna().all()


def test_latex_is_escaped_and_balanced(evaluated):
    measurements = read_measurements([evaluated(features="odd_name & 100%")])
    text = to_latex(display(TABLE2, score_table(TABLE2, measurements, HALVES), measurements, HALVES))
    assert r"odd\_name \& 100\%" in text and r"\toprule" in text
    assert text.count(r"\begin") == text.count(r"\end")
    columns = text.split(r"\begin{tabular}{")[1].split("}")[0]
    rows = [line for line in text.splitlines() if line.startswith(("JS-GAN", "RS-GAN", "Real", "WGAN"))]
    assert {line.count(" & ") for line in rows} == {len(columns) - 1}


@pytest.mark.parametrize("name", STUDIES)
def test_the_step_writes_the_table(name, evaluated, tmp_path):
    path, words = str(evaluated(architecture="resnet", loss="hinge")), ["score-table", "--study", name]
    halves = ["--half", "cifar10=digits-32x32x3", "--half", "stl10=digits-48x48x3"]
    assert main([*words, "--metrics", path, *halves, "--output-directory", str(tmp_path / "out")]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *(f"{name}.{form}" for form in ("csv", "md", "tex", "html")),
        f"{name}_details.csv",
    }


@pytest.mark.parametrize("step", [["score-table", "--study", "table2"], ["ema-table"]])
def test_metrics_of_which_none_is_of_a_half_are_not_passed_over(step, evaluated, tmp_path, capsys):
    path, output = str(evaluated()), tmp_path / "out"
    half = "cifar10=digits-32x32xq"
    assert main([*step, "--metrics", path, "--half", half, "--output-directory", str(output)]) == 1
    assert (
        "none of the given metrics is of digits-32x32xq: they are of digits-32x32x3"
        in capsys.readouterr().err
    )
    assert not output.exists()


@pytest.mark.parametrize("half", ["cifar100=cifar100-32x32x3", "cifar10"])
def test_an_unknown_half_is_bad_usage(half, capsys):
    with pytest.raises(SystemExit):
        words = ["score-table", "--study", "table2", "--metrics", "m.json", "--half", half]
        main([*words, "--output-directory", "out"])
    assert "write NAME=DATA" in capsys.readouterr().err


def test_a_half_that_is_given_twice_is_bad_usage(capsys):
    halves = ["--half", "cifar10=cifar10-32x32x3", "--half", "cifar10=cifar10-48x48x3"]
    with pytest.raises(SystemExit):
        main(["ema-table", "--metrics", "m.json", *halves, "--output-directory", "out"])
    assert "cifar10 was given twice: give it once" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "complaint"),
    [(["mine", "js"], "--own-loss js: that is a loss of ours"), (["mine", "mine"], "mine was given twice")],
)
def test_a_loss_of_ones_own_is_none_of_ours_and_given_once(names, complaint, evaluated, tmp_path, capsys):
    words = ["score-table", "--study", "own_losses", "--metrics", str(evaluated())]
    words += ["--half", "cifar10=digits-32x32x3", *(word for name in names for word in ("--own-loss", name))]
    assert main([*words, "--output-directory", str(tmp_path / "out")]) == 1
    assert complaint in capsys.readouterr().err


def test_runs_of_one_configuration_and_seed_are_refused(evaluated, tmp_path):
    path = evaluated()
    copy = tmp_path / "copy.json"
    copy.write_bytes(path.read_bytes())
    with pytest.raises(InputError, match="same configuration and seed"):
        read_measurements([path, copy])


def test_two_extractors_on_the_same_data_are_refused(evaluated):
    paths = [evaluated(), evaluated(loss="rs", features="inception-v3-compat")]
    with pytest.raises(InputError, match=r"digits-classifier and with inception-v3-compat.*do not compare"):
        read_measurements(paths)


@pytest.mark.parametrize("content", ["{}", "[]", '{"kind": "run", "specification": null}', "not JSON"])
def test_another_kind_of_file_is_named(tmp_path, content):
    path = tmp_path / "metrics.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"metrics\.json"):
        read_measurements([path])


@pytest.mark.parametrize(
    ("place", "value", "complaint"),
    [
        ("specification", [], "specification is a list, not an object"),
        ("specification.generator_learning_rate", "5e-4", 'is "5e-4", not a finite number'),
        ("specification.loss", None, "specification.loss is null, not text"),
        ("parameters.full_width", "many", 'parameters.full_width is "many", not a whole number'),
        ("protocol", 5, "protocol is 5, not an object"),
        ("features", ["x"], "features is a list, not text"),
        ("entries", {}, "entries is an object, not a list"),
        ("entries", [3], "entries.0 is 3, not an object"),
        ("entries.0.fid", "low", 'entries.0.fid is "low", not a finite number'),
        ("entries.0.fid", None, "entries.0 is done, and has no fid"),
        ("kind", {}, "kind is an object, not text"),
    ],
)
def test_a_wrong_field_of_metrics_is_named(evaluated, altered, place, value, complaint):
    path = altered(evaluated(), place, value)
    with pytest.raises(InputError, match=r"metrics\.json is not the metrics\.json of .*" + complaint):
        read_measurements([path])


def test_paper_figures_read_as_words_and_numbers():
    table = paper_figures("table2")
    assert table["width"].tolist()[:2] == ["", "full"] and table["fid"].dtype == float
    assert len(pd.read_csv(io.StringIO(table.to_csv(index=False)))) == 36
