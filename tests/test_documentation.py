"""The documentation says what the code does: its examples run, its commands and links exist."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from snakemake.cli import parse_args

import forked
from ganscape.claims.ledger import summary
from ganscape.claims.page import kind_of_claim
from ganscape.cli import STEPS, main
from ganscape.reporting.rendering import number
from ganscape.reporting.statistics import mean_interval

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "results/reference/README.md",
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_give_what_the_page_says(page):
    results = doctest.testfile(str(page), module_relative=False)
    assert results.failed == 0
    assert results.attempted > 0 or ">>>" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


PROGRAMS = ("snakemake", "make", "python", "python3.11", "apptainer", "docker")


def commands_of(page):
    """The words of each indented command, those that go on after a backslash in one piece."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(rf"^    ((?:{'|'.join(PROGRAMS)}) .*)", text, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def commands_with(program):
    """What follows `program` in the commands of every page, each once."""
    found = [words for page in PAGES for words in commands_of(page) if program in words]
    return sorted({tuple(words[words.index(program) + 1 :]) for words in found})


def targets_of_workflow():
    files = [ROOT / "Snakefile", ROOT / "workflow/rules/estimate.smk"]
    sources = "".join(file.read_text(encoding="utf-8") for file in files)
    return set(re.findall(r"^rule (\w+):", sources, re.MULTILINE))


def test_snakemake_understands_what_pages_ask_of_it(monkeypatch):
    """Options, targets, overlays and style sheets; that targets can be made is tested with the workflow."""
    monkeypatch.chdir(ROOT)
    asked = commands_with("snakemake")
    assert len(asked) > 20
    for words in asked:
        _, options = parse_args(list(words))
        assert set(options.targets) <= targets_of_workflow(), words
        overlays = [path for path in options.configfile or [] if path.name != "mine.yaml"]
        sheets = [options.report_stylesheet] if options.report_stylesheet else []
        assert all(Path(path).exists() for path in (*overlays, *sheets)), words


def test_make_has_what_pages_ask_of_it():
    asked = commands_with("make")
    assert ("quick",) in asked and ("test",) in asked and ("compare",) in asked
    goals = [word for words in asked for word in words]
    result = subprocess.run(["make", "-n", *goals], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_steps_understand_what_pages_ask_of_them(monkeypatch):
    taken = []
    asked = [words[1:] for words in commands_with("-m") if words[0] == "ganscape" and len(words) > 2]
    assert len(asked) >= 2
    for step, *words in asked:
        module = import_module(f"ganscape.commands.{step.replace('-', '_')}")
        monkeypatch.setattr(module, "run", taken.append)
        assert main([step, *words]) == 0, words
    assert len(taken) == len(asked)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_steps_that_pages_name_exist(page):
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"python -m ganscape ([a-z]\S*)", text)) <= set(STEPS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_overlays_that_pages_show_are_valid(page, tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for overlay in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        (tmp_path / "mine.yaml").write_text(overlay)
        asked = ["all", "--dry-run", "--quiet", "all", "--cores", "1", "--snakefile", ROOT / "Snakefile"]
        result = forked.snakemake(tmp_path, [*asked, "--configfile", tmp_path / "mine.yaml"])
        assert result.returncode == 0, result.stderr


def test_what_the_page_on_clusters_asks_of_snakemake_and_make_can_be_run(tmp_path):
    """As dry runs, with an Apptainer that only says its version."""
    apptainer = tmp_path / "apptainer"
    apptainer.write_text("#!/bin/sh\necho apptainer version 1.3.6\n")
    apptainer.chmod(0o755)
    path = os.pathsep.join([str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]])
    asked = []
    for words in commands_of(ROOT / "docs/air_gapped.md"):
        for program, options in (("snakemake", ["--dry-run", "--directory", tmp_path]), ("make", ["-n"])):
            if program in words:
                command = [*words[words.index(program) :], *options]
                result = subprocess.run(
                    command,
                    cwd=ROOT,
                    capture_output=True,
                    text=True,
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, "PATH": path},
                )
                assert result.returncode == 0, result.stdout + result.stderr
                asked.append(" ".join(words))
    assert len(asked) == 8 and any("profiles/slurm" in command for command in asked)


def test_what_the_page_on_clusters_installs_is_the_lock():
    commands = [" ".join(words) for words in commands_of(ROOT / "docs/air_gapped.md")]
    packed, *installed = (command for command in commands if "-m pip" in command)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    expected = re.findall(r"-m pip install (.*)", makefile)
    offline = [re.sub("--no-index |--find-links build/wheels ", "", command) for command in installed]
    assert offline == [f"python -m pip install {options}" for options in expected]
    assert packed == f"python -m pip wheel {expected[0]} --wheel-dir build/wheels"


def test_the_gaps_of_narrow_networks_are_those_of_the_reference_results():
    """The table of docs/laptop.md, computed again from the scores in results/reference."""
    scores = pd.read_csv(ROOT / "results/reference/laptop/figures/narrow.csv")
    final = scores[(scores["weights"] == "raw") & (scores["iteration"] == scores["iteration"].max())]
    page = (ROOT / "docs/laptop.md").read_text(encoding="utf-8")
    names = {"fashion_mnist-32x32x1": "Fashion-MNIST", "mnist-32x32x1": "MNIST"}
    for (data, spectral), runs in final.groupby(["data", "spectral_norm"]):
        cells = []
        for width in ("quarter", "eighth"):
            fids = runs[runs["width"] == width].pivot(index="seed", columns="loss", values="fid")
            mean, low, high = mean_interval((fids["js"] - fids["rs"]).to_numpy())
            cells.append(f"{number(mean)} ({number(low)} to {number(high)})")
        kind = "spectral norm" if spectral == "yes" else "batch norm in D"
        assert f"| {names[data]}, {kind} | {' | '.join(cells)} |" in page


def test_the_digits_of_unequal_data_are_as_the_page_on_real_images_says():
    table = pd.read_csv(ROOT / "results/reference/laptop/tables/imbalanced.csv", dtype={"class": str})
    fives = table[(table["weights"] == "raw") & (table["class"] == "5")].sort_values(["loss", "seed"])
    page = (ROOT / "docs/laptop.md").read_text(encoding="utf-8")
    (real,) = fives["real_share"].unique()
    js, rs = (
        "{}, {} and {}".format(*(number(100 * share, 1) for share in of_loss["share"]))
        for _, of_loss in fives.groupby("loss")
    )
    assert f"digit 5 is {number(100 * real, 1)} % of the data; JS-GAN generates {js} %, RS-GAN {rs} %" in page
    in_proportion = fives["outcome"].eq("in proportion").groupby(fives["loss"]).sum()
    assert in_proportion.to_dict() == {"js": 2, "rs": 1}
    assert "in proportion are two of three JS-GANs and one of three RS-GANs" in page


def test_the_bad_initial_point_is_as_the_page_on_real_images_says():
    folder = ROOT / "results/reference/laptop"
    page = " ".join((folder.parents[2] / "docs/laptop.md").read_text(encoding="utf-8").split())
    table = pd.read_csv(folder / "tables/bad_init.csv")
    gaps = table.loc[table["ema"] == "no", "fid_gap"]
    assert f"the gap is between {number(gaps.min(), 1)} and {number(gaps.max(), 1)}, three seeds each" in page
    assert gaps.max() < 0 and "JS-GAN is better in the mean at every learning rate" in page
    runs = pd.read_csv(folder / "figures/bad_init.csv")
    final = runs[(runs["weights"] == "raw") & (runs["iteration"] == runs["iteration"].max())]
    *others, worst = final[final["generator_lr"] == final["generator_lr"].min()]["fid"].sort_values()
    assert f"(FID {worst:.0f}, where the other five have {others[0]:.0f} to {others[-1]:.0f})" in page
    assert final["loss"][final["fid"].idxmax()] == "rs" and final["fid"].max() == worst
    starts = pd.concat(pd.read_csv(path) for path in folder.glob("bad_init/seed*/start.csv"))
    collapsed, others = (starts[starts["collapsed"] == said] for said in ("yes", "no"))
    assert (others["optimum"] == 1).all()
    optimum = number(collapsed["optimum"].iloc[0])
    assert (
        f"{span(collapsed['discriminator'])} on the collapsed digit, where the optimum of the collapse is "
        f"{optimum}, and {span(others['discriminator'])} on the others, where it is 1"
    ) in page


def span(values):
    return " to ".join(dict.fromkeys([number(values.min()), number(values.max())]))


@pytest.mark.parametrize("preset", ["paper", "laptop", "quick"])
def test_what_pages_say_of_reference_ledgers_is_what_these_say(preset):
    said = summary(pd.read_csv(ROOT / f"results/reference/{preset}/claims.csv"))
    assert f"- `{preset}/` ({said})" in (ROOT / "results/reference/README.md").read_text(encoding="utf-8")
    assert preset != "paper" or f"    {said}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_counts_what_is_reproduced_as_the_reference_ledger_does():
    overview = summary_of_kinds(pd.read_csv(ROOT / "results/reference/paper/claims.csv"))
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for kind, words in {
        "theory": "- **Theory**: {reproduced} of {claims} statements are reproduced",
        "two clusters": "- **Two clusters**: {reproduced} of {claims}, over 256 seeds.",
        "sizes of networks": "- **Sizes of networks**: {reproduced} of {claims}, two losses",
    }.items():
        assert words.format(**overview[kind]) in readme


def summary_of_kinds(judged):
    of_kind = judged.groupby(judged["id"].map(kind_of_claim))["verdict"]
    return {kind: {"claims": len(rows), "reproduced": rows.eq("reproduced").sum()} for kind, rows in of_kind}


def test_the_minima_of_a_smooth_discriminator_are_as_the_page_on_the_landscape_says():
    minima = pd.read_csv(ROOT / "results/reference/paper/tables/minima.csv")
    page = " ".join((ROOT / "docs/landscape.md").read_text(encoding="utf-8").split())
    climbs = minima[minima["bad"] > 0].pivot(
        index=["kernel_width", "regularisation"], columns="loss", values="deepest_bad_climb"
    )
    either = climbs[["js", "rs"]].dropna(how="all").fillna(0)
    deeper = (either["rs"] > either["js"]).sum()
    assert f"of the {len(either)} pairs of width and penalty where either loss has a bad minimum" in page
    assert f"RS-GAN has the deeper one in {deeper}." in page
    assert climbs["hinge"].loc[0.5:].isna().all()
    hinge, js = climbs.loc[(0.2, 0.1), ["hinge", "js"]]
    assert f"At width 0.2 and a penalty of 0.1 one is {hinge:.3f} deep, and JS-GAN's {js:.3f}." in page
    mild = (climbs["js"] / climbs["rs"]).loc[:0.5].loc[lambda ratio: ratio.index.get_level_values(1) <= 1e-3]
    assert f"by a factor of {mild.min():.0f} to {mild.max():.0f} at widths" in page


def test_the_costs_of_the_papers_scale_are_those_that_snakemake_estimates(tmp_path):
    """The table of docs/cost.md, line by line as it is printed."""
    result = subprocess.run(
        [
            *(
                Path(sys.executable).with_name("snakemake"),
                "estimate",
                "--cores",
                "1",
                "--directory",
                tmp_path,
            ),
            *("--snakefile", ROOT / "Snakefile"),
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    _, table, _ = result.stdout.strip().split("\n\n")
    page = (ROOT / "docs/cost.md").read_text(encoding="utf-8")
    assert "".join(f"    {line}\n" for line in table.splitlines()) in page
