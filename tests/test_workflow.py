"""The workflow as a whole, without running a job: its style, its configuration, and what it would run."""

import os
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import forked
from ganscape.objectives import OBJECTIVES
from ganscape.reporting.paper_figures import paper_figures

ROOT = Path(__file__).parents[1]
PRESETS = sorted((ROOT / "workflow/presets").glob("*.yaml"))
ROW = "architecture: cnn, width: full, normalisation"
TRAINED_CONFIGURATIONS = 34  # rows of the paper's Table 2 without those of real images


def run(program, *arguments):
    """Run a program of this Python's environment in the repository's root."""
    folder = str(Path(sys.executable).parent)
    return subprocess.run(
        [f"{folder}/{program}", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
    )


def dry_run(folder, *arguments, quiet="rules", profile="default"):
    """`snakemake -n` as if nothing had been computed yet: from an empty folder."""
    profile = ROOT / "workflow/profiles" / profile
    where = ("--snakefile", ROOT / "Snakefile", "--directory", folder, "--workflow-profile", profile)
    return forked.snakemake(ROOT, [*arguments, *where, "-n", "--quiet", quiet])


def job_counts(folder, *arguments, profile="default"):
    result = dry_run(folder, *arguments, profile=profile)
    assert result.returncode == 0, result.stdout + result.stderr
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE)}


def test_snakemake_lint_is_clean():
    result = run("snakemake", "--lint")
    assert result.returncode == 0, result.stdout + result.stderr


def test_snakefmt_is_clean():
    result = run("snakefmt", "--check", "Snakefile", "workflow")
    assert result.returncode == 0, result.stderr


def test_what_takes_long_is_kept_until_a_new_job_has_ended_well():
    """But not prepared data: Snakemake would copy all images first."""
    kept, long = set(), {"find_minima", "descend_landscape"}
    for file in (ROOT / "workflow/rules").glob("*.smk"):
        for rule in re.split(r"\n\n\n", file.read_text(encoding="utf-8")):
            if found := re.search(r"rule (\w+):\n(?:.*\n)*? +output:\n((?: {8,}.+\n)+)", rule):
                name, outputs = found.groups()
                if all("update(" in line for line in outputs.splitlines() if "# " not in line):
                    kept.add(name)
                if "runtime=runtime(" in rule:
                    long.add(name)
    assert len(long) > 10 and long - kept == {"prepare_dataset"}


def test_the_workstation_profile_is_found_without_being_named():
    result = run("snakemake", "fetch", "-n", "--quiet", "all")
    assert "Using workflow specific profile profiles/default" in result.stderr


def test_the_default_is_table2_at_paper_scale(tmp_path):
    configuration = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    seeds = len(configuration["table2"]["seeds"])
    counts = job_counts(tmp_path, "table2")
    assert counts["train_gan"] == counts["evaluate_gan"] == TRAINED_CONFIGURATIONS * seeds
    assert counts["evaluate_real"] == counts["extract_features"] == counts["fetch_dataset"] == 2
    assert counts["fetch_weights"] == counts["render_scores"] == 1
    assert "train_classifier" not in counts


@pytest.mark.parametrize("target", ["hinge", "least_squares"])
def test_other_losses_are_two_of_each_width_on_the_first_half(tmp_path, target):
    counts = job_counts(tmp_path, target)
    assert counts["train_gan"] == counts["evaluate_gan"] == 2 * 4 * 3  # losses, widths, seeds
    assert counts["fetch_dataset"] == counts["render_scores"] == counts["draw_samples"] == 1


def test_ema_needs_no_other_runs_than_table_2(tmp_path):
    table2, ema = (job_counts(tmp_path, target) for target in ("table2", "ema"))
    assert ema["train_gan"] == table2["train_gan"] and ema["render_ema"] == ema["draw_ema"] == 1


def test_the_authors_generators_are_downloaded_and_need_no_training(tmp_path):
    counts = job_counts(tmp_path, "authors")
    assert counts["fetch_authors_generator"] == counts["evaluate_authors"] == 14
    assert "train_gan" not in counts
    assert job_counts(tmp_path, "fetch")["fetch_authors_generator"] == 14


@pytest.mark.parametrize("preset", [None, *PRESETS], ids=lambda path: path.stem if path else "paper")
def test_fetch_downloads_all_that_any_target_needs(tmp_path, preset):
    overlay = ("--configfile", preset) if preset else ()
    needed, fetched = (
        {name: count for name, count in job_counts(tmp_path, target, *overlay).items() if "fetch_" in name}
        for target in ("all", "fetch")
    )
    assert needed == fetched and (preset or fetched["fetch_dataset"] == 6)


def test_jobs_in_a_container_use_its_python(tmp_path):
    """Of an Apptainer that only writes down what it was asked to do."""
    apptainer = tmp_path / "bin" / "apptainer"
    apptainer.parent.mkdir()
    asked = tmp_path / "asked"
    apptainer.write_text(
        f"""#!/bin/sh
        if [ "$1" = --version ]; then echo apptainer version 1.3.6; else echo "$@" >> {asked}; exit 1; fi
        """
    )
    apptainer.chmod(0o755)
    folder = str(Path(sys.executable).parent)
    subprocess.run(
        [
            *(f"{folder}/snakemake", "figure4", "--snakefile", ROOT / "Snakefile", "--directory", tmp_path),
            *("--cores", "1", "--software-deployment-method", "apptainer", "--apptainer-args=--nv"),
        ],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": os.pathsep.join([str(apptainer.parent), folder, os.environ["PATH"]])},
    )
    command = asked.read_text()
    assert (
        command.startswith(f"exec --home {tmp_path} --nv ") and " containers/ganscape.sif bash -c " in command
    )
    assert f"export PYTHONPATH={ROOT / 'src'} " in command and "python -m ganscape" in command
    assert "PATH=" not in command.replace("PYTHONPATH=", "") and folder not in command


def test_a_folder_of_the_authors_generators_is_used_as_far_as_it_goes(tmp_path):
    (tmp_path / "RSGAN-CNN-half-stl.pth").touch()
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(f"authors: {{folder: '{tmp_path}'}}")
    counts = job_counts(tmp_path, "authors", "--configfile", overlay)
    assert counts["evaluate_authors"] == 1 and "fetch_authors_generator" not in counts
    quick = job_counts(tmp_path, "authors", "--configfile", ROOT / "workflow/presets/quick.yaml")
    assert {name for name in quick if name != "total"} == {"authors", "render_authors", "draw_authors"}


NARROW = 2 * 2 * 2 * 2  # data, widths, normalisations, losses


def test_narrow_networks_are_evaluated_at_the_end_and_over_training(tmp_path):
    counts = job_counts(tmp_path, "narrow")
    assert counts["train_gan"] == counts["evaluate_gan"] == counts["trace_gan"] == 3 * NARROW
    assert counts["evaluate_real"] == counts["fetch_dataset"] == counts["draw_samples"] == 2
    assert counts["draw_narrow"] == counts["render_scores"] == 1


def test_the_imbalanced_images_are_a_selection_and_a_classifier_counts_them(tmp_path):
    counts = job_counts(tmp_path, "imbalanced")
    assert counts["select_classes"] == counts["train_classifier"] == 1
    assert counts["train_gan"] == counts["trace_gan"] == 2 * 3  # losses, seeds
    assert counts["draw_imbalanced"] == counts["render_imbalanced"] == 1
    assert "evaluate_gan" not in counts


def test_both_losses_start_from_one_stored_pair_per_seed_at_the_papers_learning_rates(tmp_path):
    counts = job_counts(tmp_path, "bad_init")
    assert counts["find_bad_start"] == 3
    assert counts["train_from_bad_start"] == counts["trace_bad_init"] == 2 * 6 * 3
    assert "train_gan" not in counts
    result = dry_run(tmp_path, "bad_init", "--printshellcmds", quiet="progress")
    commands = [shlex.split(line) for line in result.stdout.splitlines() if "-m ganscape train " in line]
    rates = set()
    for command in commands:
        given = {word: after for word, after in pairwise(command) if word.startswith("--")}
        assert given["--generator-learning-rate"] == given["--discriminator-learning-rate"]
        assert given["--start"].endswith(f"seed{given['--seed']}/start.safetensors")
        rates.add(float(given["--generator-learning-rate"]))
    assert rates == set(paper_figures("bad_init")["learning_rate"])


def test_lsun_is_church_and_tower_with_both_losses(tmp_path):
    counts = job_counts(tmp_path, "lsun")
    assert counts["train_gan"] == counts["evaluate_gan"] == 4
    assert counts["fetch_dataset"] == counts["prepare_dataset"] == counts["draw_samples"] == 2


def test_all_has_every_study_of_the_paper(tmp_path):
    counts = job_counts(tmp_path, "all")
    scored = 3 * (TRAINED_CONFIGURATIONS + 2 * 8 + NARROW) + 4
    assert counts["evaluate_gan"] == scored and counts["train_gan"] == scored + 6
    assert counts["train_from_bad_start"] == 36
    assert counts["render_scores"] == 5 and counts["draw_samples"] == 8


def test_losses_of_ones_own_are_trained_beside_the_paper_s(tmp_path):
    example = ROOT / "examples/gradient_penalties.py"
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(f"own_losses: {{file: {example}, losses: [rs-r1r2]}}")
    counts = job_counts(tmp_path, "own_losses", "--configfile", overlay)
    assert counts["train_gan"] == counts["evaluate_gan"] == 3 * 4 * 3  # losses, widths, seeds
    result = dry_run(tmp_path, "own_losses", "--printshellcmds", "--configfile", overlay, quiet="progress")
    commands = [line for line in result.stdout.splitlines() if "-m ganscape train " in line]
    assert all((f"--loss-file {example}" in line) == ("--loss rs-r1r2" in line) for line in commands)
    everything = job_counts(tmp_path, "all", "--configfile", overlay)
    assert everything["train_gan"] == job_counts(tmp_path, "all")["train_gan"] + 4 * 3


def test_the_target_of_own_losses_says_where_to_name_them(tmp_path):
    result = dry_run(tmp_path, "own_losses")
    assert result.returncode != 0
    assert (
        "config.yaml: own_losses.losses: none are named: name the file that" in result.stderr + result.stdout
    )


def test_options_that_differ_little_have_folders_of_their_own(tmp_path):
    overlay = tmp_path / "overlay.yaml"
    played = []
    for shares in ("0.12345678", "0.12345678, 0.12345679"):
        overlay.write_text(f"clusters: {{shares: [{shares}]}}")
        played.append(job_counts(tmp_path, "clusters", "--configfile", overlay)["play_two_clusters"])
    assert played[1] == played[0] + 2  # of both losses


def test_a_loss_of_ones_own_has_a_name_of_its_own(tmp_path):
    overlay = tmp_path / "overlay.yaml"
    for loss in OBJECTIVES:
        overlay.write_text(
            f"own_losses: {{file: {ROOT / 'examples/gradient_penalties.py'}, losses: [{loss}]}}"
        )
        result = dry_run(tmp_path, "all", "--configfile", overlay)
        assert f"own_losses.losses.0: there is a loss {loss} already" in result.stderr


AVAILABLE = {"count_networks": 1, "tabulate_claims": 1, "tabulate_provenance": 1, "available": 1}


def test_the_claims_wait_for_everything_and_what_is_available_for_nothing(tmp_path):
    counts = job_counts(tmp_path, "claims")
    assert counts["tabulate_claims"] == counts["tabulate_provenance"] == counts["count_networks"] == 1
    assert counts["train_gan"] > 100 and counts["render_scores"] == 3
    table = tmp_path / "results/paper/tables/two_clusters.csv"
    table.parent.mkdir(parents=True)
    table.touch()  # which nothing is left of that it was made from
    assert job_counts(tmp_path, "available") == {**AVAILABLE, "total": 4}
    result = dry_run(tmp_path, "available", "table2")
    assert result.returncode != 0 and "available: ask for it alone" in result.stdout + result.stderr


def test_what_is_available_of_a_study_is_shown_though_not_all_of_it_is(tmp_path):
    """By the scores that there are; nothing is trained or evaluated for it, though its data be newer."""
    some = [f"cifar10-32x32x3/cnn-full-spectral-{loss}/lr0.0005-seed0" for loss in ("js", "rs")]
    starts = [f"bad_init/seed0/{loss}-lr5e-06" for loss in ("js", "rs")]
    for path in (
        *(f"runs/{run}/{name}.json" for run in some for name in ("metrics", "training")),
        *(f"{run}/{name}.json" for run in starts for name in ("trace", "training")),
        *(f"clusters/two/{loss}-10-5-share0.5.csv" for loss in ("js", "rs")),
        *(f"data/cifar10-32x32x3/{name}" for name in ("images.npy", "labels.npy", "metadata.json")),
    ):
        kept = tmp_path / "results/paper" / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch()
    shown = {"render_scores": 1, "draw_samples": 1, "render_ema": 1, "draw_ema": 1}
    shown |= {"render_bad_init": 1, "draw_bad_init_samples": 1} | AVAILABLE
    assert job_counts(tmp_path, "available") == {**shown, "total": sum(shown.values())}
    (tmp_path / "results/paper/bad_init/seed0/start.csv").touch()
    shown |= {"draw_bad_init": 1}
    assert job_counts(tmp_path, "available") == {**shown, "total": sum(shown.values())}
    assert job_counts(tmp_path, "table2")["evaluate_gan"] > 50


LANDSCAPE_JOBS = {
    **{"find_minima": 6, "descend_landscape": 6, "render_minima": 1, "draw_bad_minima": 1},
    **{"tabulate_landscape": 1, "draw_figure4": 1, "draw_barriers": 1, "draw_basin_depth": 1},
}


@pytest.mark.parametrize("preset", [None, *PRESETS], ids=lambda path: path.stem if path else "paper")
def test_the_landscape_is_the_same_in_every_preset_and_needs_nothing_else(tmp_path, preset):
    overlay = ("--configfile", preset) if preset else ()
    counts = job_counts(tmp_path, "landscape", *overlay)
    assert {name: count for name, count in counts.items() if name != "total"} == {
        **LANDSCAPE_JOBS,
        "landscape": 1,
    }
    assert job_counts(tmp_path, "figure4", *overlay) == {"draw_figure4": 1, "figure4": 1, "total": 2}


CLUSTER_FIGURES = {
    **{"draw_figure5": 1, "draw_figure6": 1, "draw_escape": 1, "draw_width": 1, "draw_imbalance_clusters": 1},
    **{"draw_gaussians": 1, "render_two_clusters": 1, "animate_two_clusters": 1, "replay_two_clusters": 3},
}


@pytest.mark.parametrize("preset", [None, *PRESETS], ids=lambda path: path.stem if path else "paper")
def test_clusters_are_played_once_per_setting_and_need_nothing_else(tmp_path, preset):
    configuration = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["clusters"]
    if preset:
        configuration |= yaml.safe_load(preset.read_text(encoding="utf-8")).get("clusters", {})
    both = 2 * (len(configuration["widths"]) + len(configuration["shares"]))
    counts = job_counts(tmp_path, "clusters", *(("--configfile", preset) if preset else ()))
    assert {name: count for name, count in counts.items() if name != "total"} == {
        **CLUSTER_FIGURES,
        "play_two_clusters": len(configuration["losses"]) + both,
        "play_gaussians": 4,
        "clusters": 1,
    }


def test_presets_have_the_seeds_and_iterations_that_statistics_need():
    clusters = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["clusters"]
    quick = yaml.safe_load((ROOT / "workflow/presets/quick.yaml").read_text(encoding="utf-8"))["clusters"]
    assert clusters["seeds"] >= 256 and clusters["iterations"] == 5000
    assert quick["seeds"] >= 32 and "iterations" not in quick  # the paper's


@pytest.mark.parametrize(
    ("target", "jobs"),
    [
        ("figure5", {"play_two_clusters": 2, "replay_two_clusters": 2, "draw_figure5": 1}),
        ("figure6", {"play_two_clusters": 2, "replay_two_clusters": 3, "draw_figure6": 1}),
    ],
)
def test_each_figure_of_clusters_is_a_target_that_plays_what_it_shows(tmp_path, target, jobs):
    assert job_counts(tmp_path, target) == {**jobs, target: 1, "total": sum(jobs.values()) + 1}


@pytest.mark.parametrize("preset", [None, *PRESETS], ids=lambda path: path.stem if path else "paper")
def test_the_cluster_profile_submits_the_same_jobs(tmp_path, preset):
    # Groups are put together in a dry run, too: jobs whose resources do not add up would end it.
    overlay = ["--configfile", preset] if preset else []
    assert job_counts(tmp_path, "all", *overlay, profile="slurm") == job_counts(tmp_path, "all", *overlay)


def test_all_has_the_landscape_and_the_clusters(tmp_path):
    assert job_counts(tmp_path, "all").items() >= {**LANDSCAPE_JOBS, **CLUSTER_FIGURES}.items()


def test_quick_is_the_same_graph_on_embedded_data(tmp_path):
    counts = job_counts(tmp_path, "all", "--configfile", ROOT / "workflow/presets/quick.yaml")
    scored = TRAINED_CONFIGURATIONS + 2 * 2 + 2 + 2  # other losses, narrow networks, LSUN's stand-in
    assert counts["evaluate_gan"] == scored and counts["train_gan"] == scored + 2
    assert counts["train_from_bad_start"] == 4
    assert counts["train_classifier"] == 1
    assert counts["render_scores"] == 5 and counts["draw_samples"] == 6
    assert "fetch_dataset" not in counts and "fetch_weights" not in counts


def test_a_grid_of_learning_rates_multiplies_the_runs(tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("recipes: {stl10-resnet: {generator_learning_rates: [2.0e-4, 1.0e-3]}}")
    counts = job_counts(tmp_path, "table2", "--configfile", overlay)
    assert counts["train_gan"] == 3 * (TRAINED_CONFIGURATIONS + 8)  # eight rows of ResNets on stl10


def test_base_features_need_divide_only_by_what_the_rows_do(tmp_path):
    overlay = tmp_path / "overlay.yaml"
    features = "base_features: {cnn: 2, resnet: 2}"
    halves = f"{{cifar10: {{{features}}}, stl10: {{{features}}}}}"
    table2 = f"table2: {{seeds: [0], rows: [{{{ROW}: batch, loss: js}}], halves: {halves}}}"
    overlay.write_text(f"{table2}\nother_losses: {{widths: [full], seeds: [0]}}")
    assert job_counts(tmp_path, "table2", "--configfile", overlay)["train_gan"] == 2
    assert job_counts(tmp_path, "hinge", "--configfile", overlay)["train_gan"] == 2


def test_what_the_configuration_says_reaches_the_shell_as_it_is(tmp_path):
    mirror, weights = "https://example.org/a?b=1&c='$(x)'", "https://example.org/weights one.pth"
    settings = {
        "directories": {"downloads": "my data; $(y)"},
        "datasets": {"cifar10": {"mirrors": [mirror, weights]}},
        "evaluation": {"inception_weights": [weights, mirror]},
    }
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump(settings))
    result = dry_run(tmp_path, "evaluate", "--configfile", overlay, "--printshellcmds", quiet="progress")
    assert result.returncode == 0, result.stdout + result.stderr
    commands = [shlex.split(line) for line in result.stdout.splitlines() if "-m ganscape" in line]
    steps = {command[command.index("ganscape") + 1]: command for command in commands}
    folder = settings["directories"]["downloads"]
    fetch = next(command for command in commands if "fetch" in command and "cifar10" in command)
    for words in (["--downloads", folder], ["--mirror", mirror, "--mirror", weights]):
        assert " ".join(words) in " ".join(fetch) and words[1] in fetch
    assert steps["fetch-weights"].count("--url") == 2 and {mirror, weights} <= set(steps["fetch-weights"])
    for step in ("extract-features", "evaluate", "evaluate-real"):
        assert f"{folder}/extractors/inception.pth" in steps[step]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_shipped_presets_are_valid(tmp_path, preset):
    assert dry_run(tmp_path, "all", "--configfile", preset).returncode == 0


@pytest.mark.parametrize(
    ("overlay", "complaint"),
    [
        ("training: {itertions: 3}", "{file}: training.itertions: unknown key; known are batch_size,"),
        ("colour: blue", "{file}: colour: unknown key; known are preset,"),
        ("device: gpu", "{file}: device: 'gpu' is not one of auto, cpu, cuda"),
        ("training: {iterations: many}", "{file}: training.iterations: 'many' is not a whole number"),
        ("training: {ema_decay: 1e-4}", "{file}: training.ema_decay: '1e-4' is not a number, such as 5.0e-4"),
        ("preset: ../elsewhere", "{file}: preset: '../elsewhere' does not match"),
        ("recipes: {wgan-gp: {betas: [0.5]}}", "{file}: recipes.wgan-gp.betas: [0.5] is too short"),
        (
            "recipes: {wgan-gp: {betas: [0.5, .nan]}}",
            "{file}: recipes.wgan-gp.betas.1: nan is not a finite number",
        ),
        (
            "recipes: {wgan-gp: {generator_learning_rates: [.inf]}}",
            "rates.0: inf is greater than the maximum",
        ),
        ("recipes: {wgan-gp: {generator_learning_rates: [.nan]}}", "rates.0: nan is not a finite number"),
        ("recipes: {wgan-gp: {discriminator_learning_rate: 2.0}}", "{file}: recipes.wgan-gp.discriminator"),
        ("recipes: {wgan-gp: {discriminator_learning_rate: 0}}", "{file}: recipes.wgan-gp.discriminator"),
        (
            f"table2: {{rows: [{{{ROW}: batch, loss: js}}, {{{ROW}: none, loss: js}}]}}",
            "{file}: table2.rows.1: rows 0 and 1 (counted from 0) are the same row of Table 2",
        ),
        (
            f"table2: {{rows: [{{{ROW}: spectral, loss: wgan-gp}}]}}",
            "{file}: table2.rows.0: the paper's Table 2 has no row cnn, full, spectral, wgan-gp",
        ),
        (
            "table2: {rows: [{architecture: cnn, width: bottleneck, normalisation: spectral, loss: js}]}",
            "{file}: table2.rows.0: the paper's Table 2 has no row cnn, bottleneck, spectral, js",
        ),
        (
            "table2: {halves: {stl10: {base_features: {cnn: 12}}}}",
            "{file}: table2.halves.stl10.base_features.cnn: 12 is not a multiple of 8, as cnn rows of width",
        ),
        ("table2: {halves: {stl10: {base_features: {cnn: 0}}}}", "base_features.cnn: 0 is less than"),
        (
            "datasets: {stl10: {reference_split: test}}",
            "{file}: datasets.stl10.reference_split: 'test' is not",
        ),
        (
            "landscape: {kernel_width: 0}",
            "{file}: landscape.kernel_width: 0 is less than the minimum of 0.05",
        ),
        ("landscape: {regularisations: []}", "{file}: landscape.regularisations: [] should be non-empty"),
        ("landscape: {kernel_widths: [0.3, .nan]}", "landscape.kernel_widths.1: nan is not a finite number"),
        ("landscape: {descents: {begin: 3}}", "landscape.descents.begin: unknown key; known are starts,"),
        ("resources: {time_limit: 5}", "{file}: resources.time_limit: less than 10 minutes, which every job"),
        (
            "{device: cpu, training: {precision: tf32}}",
            "{file}: training.precision: costs.cpu.training has no tf32, only float32, bf16",
        ),
        ("costs: {margin: 0.5}", "{file}: costs.margin: 0.5 is less than the minimum of 1"),
        ("costs: {gpu: {start: soon}}", "{file}: costs.gpu.start: 'soon' is not a number"),
        ("landscape: {regularisation: 1.0e-9}", "landscape.regularisation: 1e-09 is less than the minimum"),
        (
            "clusters: {losses: [js, hinge]}",
            "{file}: clusters.losses: ['js', 'hinge'] does not contain items",
        ),
        ("clusters: {seeds: 0}", "{file}: clusters.seeds: 0 is less than the minimum of 2"),
        (
            "clusters: {widths: [[20, 5]]}",
            "{file}: clusters.widths: no pair [10, G] beside the paper's [10, 5]",
        ),
        ("clusters: {widths: [[10, 5]]}", "{file}: clusters.widths: no pair [D, 5] beside"),
        ("clusters: {widths: [[20, 0]]}", "{file}: clusters.widths.0.1: 0 is less than the minimum of 1"),
        ("clusters: {shares: [0.5]}", "{file}: clusters.shares: 0.5 is in the paper's setting"),
        ("clusters: {shares: [1.0]}", "{file}: clusters.shares.0: 1.0 is greater than the maximum of 0.93"),
        (
            "clusters: {gaussians: {observe_every: 300}}",
            "{file}: clusters.gaussians.observe_every: does not divide the 20000 iterations",
        ),
        (
            "resources: {play_gaussians: {gpu: 1}}",
            "resources.play_gaussians.gpu: unknown key; known are mem_mb",
        ),
        (
            "other_losses: {widths: [eighth]}",
            "{file}: other_losses.widths.0: 'eighth' is not one of full, half",
        ),
        (
            "table2: {halves: {cifar10: {base_features: {resnet: 4}}}}",
            "{file}: table2.halves.cifar10.base_features.resnet: 4 is not a multiple of 8, as resnet rows",
        ),
        (
            "authors: {generators: {RSGAN-CNN-half-stl.pth: abc}}",
            "{file}: authors.generators.RSGAN-CNN-half-stl.pth: 'abc' does not match",
        ),
        ("authors: {generators: {a.pth: abc}}", "authors.generators: 'a.pth' does not match"),
        ("authors: {addresses: [https://example.org/]}", "{file}: authors.addresses.0: 'https://example"),
        ("landscape: {largest_n: 99}", "{file}: landscape.largest_n: 99 is greater than the maximum of 30"),
        ("evaluation: {splits: 60000}", "{file}: evaluation.splits: more than the 50000 samples"),
        ("evaluation: {fid_samples: 3}", "{file}: evaluation.fid_samples: 3 is less than the minimum of 4"),
        ("evaluation: {inception_weights: https://a.b/c}", "{file}: evaluation.inception_weights: 'https://"),
        ("evaluation: {samples: 100}", "config.yaml: evaluation.fid_samples: more than the 100 samples"),
        ("evaluation: {extractor: classifier}", "table2.halves.cifar10.dataset: cifar10: needs evaluation"),
        ("narrow: {widths: [half]}", "{file}: narrow.widths.0: 'half' is not one of quarter, eighth"),
        ("narrow: {base_features: 24}", "{file}: narrow.base_features: 24 is not a multiple of 16, as width"),
        ("narrow: {snapshots_every: 0}", "{file}: narrow.snapshots_every: 0 is less than the minimum of 1"),
        (
            "table2: {halves: {cifar10: {dataset: mnist, channels: 1}}}",
            "the same images as table2.halves.cifar10: change one",
        ),
        (
            "imbalanced: {classes: [{name: '7', share: 1.5}, {name: '5', share: 0.2}]}",
            "{file}: imbalanced.classes.0.share: 1.5 is greater than the maximum of 1",
        ),
        (
            "imbalanced: {classes: [{name: '7', share: 1}, {name: '7', share: 0.2}]}",
            "{file}: imbalanced.classes.1.name: class 7 is named at 0 already",
        ),
        (
            "imbalanced: {classes: [{name: '12', share: 1}, {name: '7', share: 1}]}",
            "name: '12' is not one of",
        ),
        ("bad_init: {collapsed_class: '13'}", "{file}: bad_init.collapsed_class: '13' is not one of 0, 1,"),
        (
            "narrow: {images: [{stands_for: mnist, dataset: digits, image_size: 32, channels: 1}, "
            "{stands_for: mnist, dataset: mnist, image_size: 32, channels: 1}]}",
            "{file}: narrow.images.1.stands_for: mnist has images at narrow.images.0 already",
        ),
        ("imbalanced: {images: {dataset: cifar10}}", "imbalanced.images.dataset: 'cifar10' is not one of"),
        (
            "bad_init: {normalisation: batch}",
            "{file}: bad_init.normalisation: 'batch' is not one of spectral",
        ),
        ("bad_init: {learning_rates: [1.0e-3]}", "{file}: bad_init.learning_rates.0: 0.001 is not one of"),
        ("bad_init: {learning_rate_factor: 0}", "bad_init.learning_rate_factor: 0 is less than or equal"),
        (
            "lsun: {images: [{stands_for: tower, dataset: digits, image_size: 256, channels: 3}]}",
            "{file}: lsun.images.0.stands_for: 'tower' is not one of lsun_church_outdoor, lsun_tower",
        ),
        ("own_losses: {losses: [mine]}", "own_losses.file: (empty) does not exist: name the Python file"),
        ("own_losses: {file: mine.py, losses: [a]}", "{file}: own_losses.file: mine.py does not exist"),
        ("own_losses: {file: mine.py}", "own_losses.losses: none are named: name those of mine.py to train"),
        (
            "training: {iterations: 3, iterations: 4}",
            "{file}: training.iterations: given twice, in lines 1 and",
        ),
        (
            "narrow: {seeds: [100000000000000000000000]}",
            "{file}: narrow.seeds.0: 100000000000000000000000 is",
        ),
        ("directories: {downloads: ~/data}", "{file}: directories.downloads: ~/data: ~ is not expanded"),
        ("directories: {downloads: 'data{seed}'}", "downloads: data{{seed}}: {{ is not expanded: write the"),
        ("authors: {folder: nowhere}", "{file}: authors.folder: nowhere is no folder: name that of"),
        (
            "bad_init: {images: {dataset: fashion_mnist}}",
            "config.yaml: bad_init.collapsed_class: fashion_mnist has no class 1, only T-shirt/top, Trouser,",
        ),
        (
            "imbalanced: {classes: [{name: Bag, share: 1}, {name: '7', share: 0.2}]}",
            "{file}: imbalanced.classes.0.name: mnist has no class Bag, only 0, 1",
        ),
        ("own_losses: {losses: [A/B]}", "{file}: own_losses.losses.0: 'A/B' does not match"),
    ],
)
def test_a_wrong_configuration_ends_in_one_line(tmp_path, overlay, complaint):
    file = tmp_path / "overlay.yaml"
    file.write_text(overlay)
    result = dry_run(tmp_path, "all", "--configfile", file)
    assert result.returncode != 0
    *announcements, last = result.stderr.strip().splitlines()
    assert complaint.format(file="overlay.yaml") in last
    assert all(line.startswith(("Using workflow", "Config file")) for line in announcements)
