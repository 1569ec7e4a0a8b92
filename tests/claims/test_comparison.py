"""A run beside reference results: what counts as the same, what differs, what is refused."""

import shutil

import pandas as pd
import pytest
from made_up_results import ROOT, results, write

from ganscape.claims.comparison import COMPARED, MISSING, OTHER, SAME, compare
from ganscape.claims.ledger import all_claims
from ganscape.cli import main
from ganscape.errors import InputError

PROVENANCE = pd.DataFrame(
    [
        ("version", "ganscape", "0.1.0"),
        ("version", "torch", "2.14.1"),
        ("hardware", "cores", "2"),
        ("not as in the paper", "training.iterations", "100 instead of 100000"),
    ],
    columns=["section", "name", "value"],
)


def over_seeds():
    """D's loss at two iterations, as percentiles over seeds, and D in the longest collapses of nine seeds."""
    bands = pd.DataFrame(
        {"part": "band", "loss": "js", "iteration": iteration, "percentile": percentile, "value": value}
        for iteration in (1, 2)
        for percentile, value in ((5, 0.1), (25, 0.5), (50, 0.6), (75, 0.7), (95, 0.9))
    )
    return pd.concat([bands, results()["figures/figure6"].assign(loss="js")], ignore_index=True)


def gaussians():
    look = {"part": "look", "mixture": "ring", "loss": "js", "measure": "modes", "seeds": 4}
    sample = {"part": "sample", "mixture": "ring", "loss": "js", "seed": 0}
    looks = [look | {"iteration": i, "lower": 2.0, "median": 3.0, "upper": 4.0} for i in (1, 2)]
    return pd.DataFrame([*looks, *(sample | {"x": x, "y": 0.5} for x in (0.0, 1.0))])


def class_shares():
    run = {"loss": "rs", "weights": "raw", "seed": 0, "iteration": 10}
    return pd.DataFrame([run | {"class": "5", "share": 0.2}, run | {"class": "7", "share": 0.8}])


def run(folder, **changed):
    """Results of a preset in `folder`: made-up tables, some of them changed."""
    tables = results() | {"tables/provenance": PROVENANCE.copy(), "figures/figure6": over_seeds()}
    tables |= {"figures/gaussians": gaussians(), "figures/imbalanced": class_shares()}
    tables["claims"] = pd.DataFrame({"id": ["a", "b"], "verdict": ["reproduced", "deviates"]})
    tables["figures/imbalance_clusters"] = tables["figures/imbalance_clusters"].assign(
        ever=0.5, ever_low=0.4, ever_high=0.6
    )
    for name, change in changed.items():
        change(tables[f"{name.split('_')[0]}/{name.split('_', 1)[1]}" if name != "claims" else name])
    for name in ("tables/two_clusters", "figures/width", "figures/escape"):
        del tables[name]
    write(folder, tables)
    return folder


@pytest.fixture
def reference(tmp_path):
    return run(tmp_path / "reference")


def verdicts(found):
    return {one.name: one.verdict for one in found}


def test_a_run_is_the_same_as_itself(reference):
    found = compare(reference, reference)
    assert set(verdicts(found).values()) == {SAME}
    assert all(one.figures for one in found)


def set_to(column, value, row=0):
    def change(table):
        table.loc[table.index[row], column] = value

    return change


@pytest.mark.parametrize(
    ("file", "column", "value", "verdict"),
    [
        ("tables_landscape_values", "value", -0.4775, SAME),
        ("tables_landscape_values", "value", -0.49, OTHER),
        ("tables_assumptions", "holds", False, OTHER),
        ("tables_assumptions", "evidence", "in other words", SAME),
        ("tables_table2", "fid", 5.18 * 1.2, SAME),
        ("tables_table2", "fid", 5.18 * 1.3, OTHER),
        ("tables_table2", "is_mean", 11.24 * 0.85, OTHER),
        ("tables_table2", "status", "diverged", OTHER),
        ("figures_imbalance_clusters", "collapsed_low", 0.94, SAME),
        ("figures_imbalance_clusters", "collapsed_low", 0.96, OTHER),
        ("figures_imbalanced", "share", 0.28, SAME),
        ("figures_imbalanced", "share", 0.32, OTHER),
        ("claims", "verdict", "deviates", OTHER),
    ],
)
def test_a_figure_is_the_same_within_its_tolerance(reference, tmp_path, file, column, value, verdict):
    ours = run(tmp_path / "ours", **{file: set_to(column, value)})
    found = {one.name: one for one in compare(ours, reference)}
    name = file if file == "claims" else file.replace("_", "/", 1)
    assert found[name].verdict == verdict
    if verdict == OTHER:
        assert found[name].outside == 1 and found[name].first.startswith(
            f"row 1, {column.removesuffix('_low')}"
        )
    assert {one.verdict for one in found.values() if one.name != name} == {SAME}


@pytest.mark.parametrize(
    ("file", "rows", "column", "value", "verdict"),
    [
        # The middle half of the seeds, 0.5 to 0.7, at the first iteration.
        ("figures_figure6", {"percentile": 25.0, "iteration": 1}, "value", 0.69, SAME),
        ("figures_figure6", {"percentile": 25.0, "iteration": 1}, "value", 0.71, OTHER),
        ("figures_figure6", {"percentile": 95.0}, "value", 2.0, SAME),
        # D's values in the collapses, 0.99 to 0.998.
        ("figures_figure6", {"at": "empty"}, "value", 0.995, SAME),
        ("figures_figure6", {"at": "empty"}, "value", 0.5, OTHER),
        ("figures_gaussians", {"part": "look"}, "lower", 3.9, SAME),
        ("figures_gaussians", {"part": "look"}, "lower", 4.1, OTHER),
        ("figures_gaussians", {"part": "sample"}, "x", 9.0, SAME),
    ],
)
def test_what_a_figure_shows_of_many_seeds_is_the_same_where_it_overlaps(
    reference, tmp_path, file, rows, column, value, verdict
):
    def change(table):
        chosen = (table[list(rows)] == pd.Series(rows)).all(axis=1)
        assert chosen.any()
        table.loc[chosen, column] = value

    found = compare(run(tmp_path / "ours", **{file: change}), reference)
    assert verdicts(found)[file.replace("_", "/")] == verdict


def test_rows_of_other_settings_are_not_compared_by_position(reference, tmp_path):
    ours = run(tmp_path / "ours", figures_imbalance_clusters=set_to("share", 0.3))
    found = {one.name: one for one in compare(ours, reference)}
    assert found["figures/imbalance_clusters"].first == "row 1, share: 0.3, not 0.2"


def test_a_figure_that_has_gone_is_not_the_same(reference, tmp_path):
    ours = run(tmp_path / "ours", figures_imbalance_clusters=set_to("ever_low", None))
    assert {one.name: one.verdict for one in compare(ours, reference)}["figures/imbalance_clusters"] == OTHER


@pytest.mark.parametrize("change", ["words", "lacking"])
def test_tables_that_cannot_be_compared_are_named(tmp_path, change):
    folders = [run(tmp_path / name) for name in ("reference", "ours")]
    for folder in folders:
        table = pd.read_csv(folder / "tables/table2.csv")
        table = table.assign(fid="low") if change == "words" else table.drop(columns="fid")
        table.to_csv(folder / "tables/table2.csv", index=False)
        band = pd.read_csv(folder / "figures/figure6.csv")
        band = band.drop(columns="value") if change == "lacking" else band
        band.to_csv(folder / "figures/figure6.csv", index=False)
    complaint = "tables/table2" if change == "words" else "figures/figure6"
    with pytest.raises(InputError, match=rf"{complaint}\.csv of .* lacks a column or has words for numbers"):
        compare(folders[1], folders[0])


def test_files_and_rows_that_are_missing_are_named(reference, tmp_path):
    ours = run(tmp_path / "ours")
    (ours / "tables/hinge.csv").unlink()
    shorter = pd.read_csv(ours / "tables/lsun.csv").iloc[:2]
    shorter.to_csv(ours / "tables/lsun.csv", index=False)
    found = {one.name: one for one in compare(ours, reference)}
    assert found["tables/hinge"].verdict == MISSING
    assert found["tables/lsun"].verdict == OTHER and found["tables/lsun"].first.startswith("2 rows of")


@pytest.mark.parametrize("name", COMPARED)
def test_a_difference_in_any_file_is_noticed_and_told(name, tmp_path):
    """In the reference results themselves: all of a file's numbers become others."""
    reference = ROOT / "results/reference/quick"
    for needed in ("tables/provenance", name):
        (tmp_path / needed).parent.mkdir(exist_ok=True)
        shutil.copy(reference / f"{needed}.csv", tmp_path / f"{needed}.csv")
    table = pd.read_csv(tmp_path / f"{name}.csv")
    numbers = table.select_dtypes("number").columns.difference(["percentile"])
    table[numbers] = 3 * table[numbers] + 7
    if name == "claims":
        table["verdict"] = "unheard of"
    if name == "tables/authors":  # of which there is none in the quick preset
        table["status"] = "done"
    if name == "tables/assumptions":
        table["holds"] = ~table["holds"]
    table.to_csv(tmp_path / f"{name}.csv", index=False)
    found = {one.name: one for one in compare(tmp_path, reference)}[name]
    assert found.verdict == OTHER and found.first.startswith("row ")


def test_a_claim_that_the_reference_did_not_judge_may_have_any_verdict(tmp_path):
    reference = run(tmp_path / "reference", claims=set_to("verdict", "not run"))
    found = compare(run(tmp_path / "ours", claims=set_to("verdict", "deviates")), reference)
    assert set(verdicts(found).values()) == {SAME}


def test_a_reference_without_figures_is_refused(reference, tmp_path):
    empty = tmp_path / "empty"
    write(empty, {"tables/provenance": PROVENANCE})
    with pytest.raises(InputError, match="has no figures to compare with"):
        compare(reference, empty)


def test_results_of_another_version_are_refused(reference, tmp_path):
    ours = run(tmp_path / "ours", tables_provenance=set_to("value", "0.2.0"))
    with pytest.raises(
        InputError, match=r"ours is of another version than .*: ganscape is 0\.2\.0 and 0\.1\.0"
    ):
        compare(ours, reference)


def test_results_of_another_configuration_are_refused(reference, tmp_path):
    ours = run(tmp_path / "ours", tables_provenance=set_to("value", "300 instead of 100000", 3))
    with pytest.raises(InputError, match=r"another configuration than .*: training\.iterations is 300"):
        compare(ours, reference)


def test_another_machine_is_not(reference, tmp_path):
    ours = run(tmp_path / "ours", tables_provenance=set_to("value", "64", 2))
    assert set(verdicts(compare(ours, reference)).values()) == {SAME}


def test_a_provenance_of_another_form_is_of_another_version(reference, tmp_path):
    ours = run(tmp_path / "ours")
    (ours / "tables/provenance.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"another version than .*: ganscape is unknown and"):
        compare(ours, reference)


def test_results_without_provenance_are_refused(reference, tmp_path):
    with pytest.raises(
        InputError, match=r"provenance\.csv does not exist: make it with `snakemake available`"
    ):
        compare(tmp_path, reference)


def test_the_step_prints_a_line_per_file_and_fails_where_one_differs(reference, tmp_path, capsys):
    arguments = ["compare", "--results", str(reference), "--reference", str(reference)]
    assert main(arguments) == 0
    assert "| tables/table2 |" in capsys.readouterr().out
    ours = run(tmp_path / "ours", tables_table2=set_to("fid", 99.0))
    assert main(["compare", "--results", str(ours), "--reference", str(reference)]) == 1
    said = capsys.readouterr()
    assert "row 1, fid: 99.0, not 5.18" in said.out
    assert said.err.strip().endswith("tables/table2") and said.err.count("\n") == 1


@pytest.mark.parametrize(("preset", "least"), [("quick", len(COMPARED)), ("paper", 15), ("laptop", 12)])
def test_the_reference_results_have_what_is_compared_and_are_of_this_version(preset, least):
    folder = ROOT / "results/reference" / preset
    found = compare(folder, folder)
    assert {one.verdict for one in found} == {SAME}
    assert len(found) >= least
    rules = set(pd.read_csv(folder / "claims.csv")["tolerance"])
    assert rules == {claim.rule.tolerance for claim in all_claims()}
