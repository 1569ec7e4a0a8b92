"""The ledger has every statement and every printed figure, and its evidence is what the workflow makes."""

import csv
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from made_up_results import ROOT, configuration, results, write

from ganscape.claims.evidence import Evidence
from ganscape.claims.ledger import (
    COLUMNS,
    VERDICTS,
    all_claims,
    counts,
    ledger,
    summary,
)
from ganscape.claims.protocol import PAPER, departures
from ganscape.claims.rules import CLAIMS
from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.reporting import paper_figures

SHARED = ROOT.parent / "shared" / "paper"
OURS = Path(paper_figures.__file__).parent / "paper"


def printed(folder, name):
    with open(folder / f"{name}.csv", newline="") as handle:
        return list(csv.DictReader(handle))


def sources():
    """Where the paper's figures are: those that we carry, and those they were copied from, if here."""
    missing = pytest.mark.skipif(
        not SHARED.exists(), reason=f"{SHARED.name} with the paper's figures is not here"
    )
    return [pytest.param(OURS, id="ours"), pytest.param(SHARED, id="shared", marks=missing)]


@pytest.mark.parametrize("folder", sources())
def test_every_statement_is_a_claim_as_the_paper_has_it(folder):
    claims = {claim.id: claim for claim in all_claims()}
    for row in printed(folder, "claims"):
        claim = claims[row["id"]]
        number, kind, place = row["source"].split(" ", 2)  # "002 (paper) Claim 3.1"
        assert number.isdigit() and claim.source == f"{kind[1:-1]}, {place}"
        assert claim.statement == row["statement"]
        value = row["paper_value"]
        assert claim.paper_value == (float(value) if value.lstrip("-").replace(".", "").isdigit() else value)


@pytest.mark.parametrize("folder", sources())
@pytest.mark.parametrize("table", ["table2", "hinge"])
def test_every_printed_score_and_size_is_a_claim(folder, table):
    claims = {claim.id: claim for claim in all_claims()}
    cells = 0
    for row in printed(folder, table):
        if row["loss"] == "real":
            name = f"{table}-{row['dataset']}-real"
        else:
            unnormalised = ["no"] if row["spectral_norm"] == "no" else []
            parts = [table, row["dataset"], row["architecture"], row["width"], *unnormalised, row["loss"]]
            name = "-".join(parts)
        mean, spread = claims[f"{name}-is"].paper_value.split(" ± ")
        assert (float(mean), float(spread)) == (float(row["is_mean"]), float(row["is_std"]))
        assert claims[f"{name}-fid"].paper_value == float(row["fid"])
        cells += 2
        if row.get("relative_size_percent"):
            assert claims[f"{name}-size"].paper_value == float(row["relative_size_percent"])
            cells += 1
    of_table = [
        claim.id for claim in all_claims() if claim.id.startswith((f"{table}-cifar10", f"{table}-stl10"))
    ]
    assert cells == sum(not claim.endswith("-gap") for claim in of_table)


def test_every_printed_gap_is_a_claim():
    """The paper's column "FID gap", from above; that of STL-10 without SN has another sign by its FIDs."""
    claims = {claim.id: claim for claim in all_claims()}
    networks = ["cnn-full-no", "cnn-full", "cnn-half", "cnn-quarter"]
    networks += ["resnet-full", "resnet-half", "resnet-quarter", "resnet-bottleneck"]
    for dataset, gaps in {
        "cifar10": [15.34, 0.91, 1.16, 7.26, 0.82, 1.51, 13.94, 1.54],
        "stl10": [2.16, 0.18, 4.69, 9.35, 1.56, 2.21, 1.48, 3.80],
    }.items():
        of_data = [claims[f"table2-{dataset}-{network}-gap"] for network in networks]
        assert [claim.paper_value for claim in of_data] == gaps
    assert claims["table2-stl10-cnn-full-no-gap"].statement.startswith(
        "FID of RS-GAN − that of JS-GAN, STL-10"
    )


@pytest.mark.parametrize("folder", sources())
def test_every_printed_figure_of_the_bad_initial_point_is_a_claim(folder):
    claims = {claim.id: claim.paper_value for claim in all_claims()}
    for row in printed(folder, "bad_init"):
        assert claims[f"bad-init-{row['loss']}-{float(row['learning_rate']):g}"] == float(row["fid"])


def test_ids_are_unique_and_the_columns_are_the_contract_s(tmp_path):
    judged = ledger(Evidence(tmp_path), configuration())
    assert judged["id"].is_unique and len(judged) == 203
    assert list(judged.columns) == [
        *("id", "source", "statement", "paper_value", "measured_value", "tolerance", "verdict", "evidence")
    ]
    assert list(COLUMNS) == list(judged.columns)
    assert set(judged["verdict"]) <= set(VERDICTS)
    assert not (judged == "").any(axis=None)


def test_the_default_configuration_is_the_paper_s_and_presets_are_not():
    settings = configuration()
    assert departures(settings, PAPER) == []
    settings["training"]["iterations"] = 300
    settings["table2"]["halves"]["stl10"]["dataset"] = "digits"
    assert departures(settings, PAPER) == [
        "table2.halves.stl10.dataset digits instead of stl10",
        "training.iterations 300 instead of 100000",
    ]
    settings["lsun"]["images"] = settings["lsun"]["images"][:1]
    assert "lsun.images has 1 instead of 2" in departures(settings, ["lsun"])
    settings["lsun"]["images"] = "none"
    assert "lsun.images has none instead of 2" in departures(settings, ["lsun"])


def test_what_differs_is_shortened_after_three(tmp_path):
    settings = configuration()
    settings["training"] |= {"iterations": 1, "batch_size": 2, "ema_decay": 0.5, "precision": "bf16"}
    write(tmp_path, results())
    judged = ledger(Evidence(tmp_path), settings).set_index("id")
    assert judged.loc["lsun", "measured_value"].endswith(
        "[stand-in: training.iterations 1 instead of 100000, training.batch_size 2 instead of 64, "
        "training.ema_decay 0.5 instead of 0.9999, and 1 more (tables/provenance)]"
    )


def test_the_summary_counts_every_verdict(tmp_path):
    write(tmp_path, results())
    judged = ledger(Evidence(tmp_path), configuration())
    assert sum(counts(judged).values()) == 203
    assert summary(judged) == "203 claims: 195 reproduced, 8 deviate, 0 stand in, 0 not run"


def test_the_step_writes_the_ledger_and_its_pages_and_says_the_summary(tmp_path, capsys):
    write(tmp_path / "results", results())
    outputs = [tmp_path / "claims.csv", tmp_path / "claims.html", tmp_path / "overview.html"]
    arguments = ["claims", "--results", tmp_path / "results", "--configuration", json.dumps(configuration())]
    arguments += ["--output", outputs[0], "--page", outputs[1], "--overview", outputs[2]]
    assert main(list(map(str, arguments))) == 0
    assert "195 reproduced" in capsys.readouterr().out
    assert all(path.stat().st_size for path in outputs)
    assert len(list(csv.DictReader(outputs[0].open()))) == 203


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"--configuration": "{"}, "--configuration is not valid JSON"),
        ({"--configuration": "[]"}, "--configuration is not valid JSON, an object (it is a list, not an"),
        ({"--results": "nowhere"}, "nowhere is no folder: give that of a preset"),
        ({"--output": "claims.txt"}, "the ledger ends in .csv"),
    ],
)
def test_the_step_answers_bad_input_in_one_line(changed, said, tmp_path, capsys):
    arguments = {
        **{"--results": tmp_path, "--configuration": "{}", "--output": tmp_path / "claims.csv"},
        **{"--page": tmp_path / "claims.html", "--overview": tmp_path / "overview.html"},
    } | changed
    assert main(["claims", *(str(word) for pair in arguments.items() for word in pair)]) == 1
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def rules_in_words() -> list[tuple[str, str, str]]:
    """Every rule once: the ids of the claims it judges, what counts as agreement, and its evidence.

    Cells of a table are under one name, such as `table2-*-fid`.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for claim in all_claims():
        key = claim.rule.tolerance, ", ".join(claim.rule.evidence)
        ids = found.setdefault(key, [])
        if (name := family(claim.id)) not in ids:
            ids.append(name)
    return [(", ".join(ids), tolerance, evidence) for (tolerance, evidence), ids in found.items()]


def family(claim: str) -> str:
    """A statement's own id; of a cell, the table and what is printed in it."""
    if claim in CLAIMS:
        return claim
    if claim.startswith("bad-init"):
        return "bad-init-*"
    real = "real-" if "-real-" in claim else ""
    return f"{claim.split('-')[0]}-*-{real}{claim.split('-')[-1]}"


def test_the_page_of_the_documentation_has_every_rule():
    page = (ROOT / "docs/claims.md").read_text(encoding="utf-8")
    lines = [
        f"| {ticked(ids)} | {tolerance} | {ticked(evidence)} |"
        for ids, tolerance, evidence in rules_in_words()
    ]
    table = page.split("| --- | --- | --- |\n")[1].splitlines()
    assert table == lines


def ticked(names):
    return ", ".join(f"`{name}`" for name in names.split(", "))


def test_the_workflow_makes_all_evidence():
    """What `claims` waits for is what the rules look at."""
    common = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    listed = common.split("EVIDENCE = [")[1].split("\n]")[0]
    tables, figures = listed.split("*figure_files(")
    tables, details = tables.split("_details.csv")
    names = {f"tables/{name}" for name in re.findall(r'"(\w+)"', tables)}
    names |= {f"tables/{name}_details" for name in re.findall(r'"(\w+)"', details)}
    names |= {f"figures/{name}" for name in re.findall(r'"(\w+)"', figures)}
    assert names == {name for claim in all_claims() for name in claim.rule.evidence}


def test_the_workflow_gives_every_section_of_the_configuration_that_rules_look_at(tmp_path):
    common = (ROOT / "workflow/rules/common.smk").read_text(encoding="utf-8")
    given = set(re.findall(r'"(\w+)"', " ".join(re.findall(r"^SCALE .*", common, re.MULTILINE))))
    write(tmp_path, results())
    judged = ledger(Evidence(tmp_path), {key: configuration()[key] for key in given})
    assert counts(judged)["stand-in"] == 0


@pytest.mark.parametrize("section", ["other_losses", "bad_init", "training"])
def test_a_configuration_without_a_section_is_refused(section, tmp_path):
    write(tmp_path, results())
    settings = configuration()
    del settings[section]
    with pytest.raises(InputError, match=f"the configuration has no {section}"):
        ledger(Evidence(tmp_path), settings)


def test_of_a_table_of_another_version_the_column_that_it_lacks_is_named(tmp_path):
    tables = results()
    tables["tables/table2"] = tables["tables/table2"].drop(columns="ema")
    write(tmp_path, tables)
    with pytest.raises(InputError, match=r"table2\.csv has no column ema: it is not of this version"):
        ledger(Evidence(tmp_path), configuration())


def test_a_damaged_table_is_named(tmp_path):
    write(tmp_path, results())
    (tmp_path / "tables/table2.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"table2\.csv cannot be read"):
        ledger(Evidence(tmp_path), configuration())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tables/landscape_values", "loss js, pattern x1 x1"),
        ("tables/two_clusters", "loss rs, discriminator_width 20"),
        ("figures/escape", "part ratio, loss js, other rs"),
        ("tables/table2", "dataset cifar10, architecture"),
    ],
)
def test_a_table_with_a_row_twice_is_named(name, told, tmp_path):
    tables = results()
    first = told.split(", ")[0].split(" ")
    rows = tables[name]
    again = rows[rows[first[0]] == first[1]]
    write(tmp_path, tables | {name: pd.concat([rows, again])})
    with pytest.raises(InputError, match=rf"{name}\.csv has two rows of {told}.*: make it again"):
        ledger(Evidence(tmp_path), configuration())


@pytest.mark.parametrize(
    ("name", "column"), [("tables/table2", "fid"), ("tables/strict_minima", "by_symmetry")]
)
def test_a_table_with_words_for_numbers_is_named(name, column, tmp_path):
    tables = results()
    words = tables[name].astype({column: object})
    words.loc[words.index[0], column] = "many"
    write(tmp_path, tables | {name: words})
    with pytest.raises(InputError, match=rf"{name}\.csv has words in {column}: make it again"):
        ledger(Evidence(tmp_path), configuration())
