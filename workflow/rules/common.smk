# The only place that reads the configuration, once it was checked: it turns it into file names and options.
import json
import os
import signal
import sys
from itertools import product
from pathlib import Path
from shlex import join, quote

from ganscape.decimals import decimal
from snakemake.settings.types import DeploymentMethod

# ---------------------------------------------------------------------------------------------------
# Names

RESULTS = f"results/{config['preset']}"
DOWNLOADS_FOLDER = config["directories"]["downloads"]
RUN = (
    f"{RESULTS}/runs/{{data}}/{{architecture}}-{{width}}-{{normalisation}}-{{loss}}/"
    "lr{generator_learning_rate}-seed{seed}"
)
TWO_CLUSTERS = (
    f"{RESULTS}/clusters/two/"
    "{loss}-{discriminator_width}-{generator_width}-share{share}"
)
REPLAY = f"{RESULTS}/clusters/two/replays/{{loss}}-{{choice}}.npz"
GAUSSIANS = f"{RESULTS}/clusters/gaussians/{{mixture}}-{{loss}}"
EXTRACTOR = config["evaluation"]["extractor"]
INCEPTION_WEIGHTS = f"{DOWNLOADS_FOLDER}/extractors/inception.pth"
# Features of real images by content, so that presets share them.
SHARED_FEATURES = f"{DOWNLOADS_FOLDER}/features"

HALVES = {
    name: prepared_name(half) for name, half in config["table2"]["halves"].items()
}
NARROW, LSUN = config["narrow"], config["lsun"]
IMBALANCED, BAD_INIT = config["imbalanced"], config["bad_init"]
IMBALANCED_SUFFIX = "_imbalanced"
IMBALANCED_DATA = prepared_name(
    IMBALANCED["images"]
    | {"dataset": IMBALANCED["images"]["dataset"] + IMBALANCED_SUFFIX}
)
BAD_INIT_DATA = prepared_name(BAD_INIT["images"])
BAD_START = f"{RESULTS}/bad_init/seed{{seed}}/start"
BAD_INIT_RUN = f"{RESULTS}/bad_init/seed{{seed}}/{{loss}}-lr{{generator_learning_rate}}"

COMPARED = ["js", "rs"]  # the paper's two


def places_in(study):
    """Data by the name of what they stand for."""
    return {
        images["stands_for"]: prepared_name(images)
        for images in config[study]["images"]
    }


# Of the data of every training: whose recipes it takes, full-width features of the generator, by architecture, and
# the option that says how often generators are kept, where any are.
SETTINGS = {
    **{
        HALVES[name]: {
            "recipes": name,
            "base_features": half["base_features"],
            "snapshots": {},
        }
        for name, half in config["table2"]["halves"].items()
    },
    **{
        data: {
            "recipes": recipes,
            "base_features": {"cnn": study["base_features"]},
            "snapshots": {
                key: study[key] for key in ["snapshots_every"] if key in study
            },
        }
        for recipes, study, datas in (
            ("mnist", NARROW, places_in("narrow").values()),
            ("lsun", LSUN, places_in("lsun").values()),
            ("mnist", IMBALANCED, [IMBALANCED_DATA]),
        )
        for data in datas
    },
}
OWN_LOSSES = config["own_losses"]
OTHER_LOSSES = {"hinge": ["hinge", "rp-hinge"], "least_squares": ["ls", "rp-ls"]}
if OWN_LOSSES["losses"]:
    OTHER_LOSSES["own_losses"] = [*COMPARED, *OWN_LOSSES["losses"]]
# Of every table of scores: its data by the name of what they stand for, its rows, its seeds.
STUDIES = {
    "table2": {**config["table2"], "places": HALVES},
    "narrow": {
        "places": places_in("narrow"),
        "rows": [
            {
                "architecture": "cnn",
                "width": width,
                "normalisation": normalisation,
                "loss": loss,
            }
            for normalisation, width, loss in product(
                NARROW["normalisations"], NARROW["widths"], COMPARED
            )
        ],
        "seeds": NARROW["seeds"],
    },
    "lsun": {
        "places": places_in("lsun"),
        "rows": [
            {
                "architecture": "cnn",
                "width": "full",
                "normalisation": "spectral",
                "loss": loss,
            }
            for loss in COMPARED
        ],
        "seeds": LSUN["seeds"],
    },
    **{
        study: {
            "places": {"cifar10": HALVES["cifar10"]},
            "rows": [
                {
                    "architecture": "resnet",
                    "width": width,
                    "normalisation": "spectral",
                    "loss": loss,
                }
                for width, loss in product(config["other_losses"]["widths"], losses)
            ],
            "seeds": config["other_losses"]["seeds"],
        }
        for study, losses in OTHER_LOSSES.items()
    },
}
AUTHORS = config["authors"]
AUTHORS_GENERATOR = f"{RESULTS}/authors/{{generator}}"
AUTHORS_HALVES = {"cifar": "cifar10", "stl": "stl10"}
STUDY_TITLES = {
    "table2": "Table 2",
    "hinge": "Hinge losses",
    "least_squares": "Least-squares losses",
    "narrow": "Narrow networks on small images",
    "lsun": "LSUN",
    "own_losses": "Losses of one's own",
}
# The losses of both theorems; WGAN-GP needs a constraint on f.
THEORY_LOSSES = ["js", "hinge", "ls", "rs", "rp-hinge", "rp-ls"]


wildcard_constraints:
    dataset="[a-z0-9_]+",
    image_size=r"\d+",
    channels=r"\d+",
    data=r"[a-z0-9_]+-\d+x\d+x\d+",
    architecture="[a-z0-9]+",
    width="[a-z]+",
    normalisation="[a-z]+",
    loss="[a-z][a-z0-9-]*",
    generator_learning_rate="[0-9.e-]+",
    seed=r"\d+",
    place="|".join({name for study in STUDIES.values() for name in study["places"]}),
    study="|".join(STUDIES),
    generator="RSGAN-[A-Za-z]+-[a-z]+-(cifar|stl)",
    discriminator_width=r"\d+",
    generator_width=r"\d+",
    share=r"0\.\d+",
    choice="typical|stuck",
    mixture="ring|grid",


def recipe(data, architecture, loss):
    """Adam's settings for one network on one prepared data set."""
    name = (
        loss
        if loss in config["recipes"]
        else f"{SETTINGS[data]['recipes']}-{architecture}"
    )
    return config["recipes"][name]


def runs_on(data, rows, seeds):
    """Run folders on a prepared data set: every row, learning rate and seed."""
    return [
        RUN.format(data=data, generator_learning_rate=decimal(rate), seed=seed, **row)
        for row, seed in product(rows, seeds)
        for rate in recipe(data, row["architecture"], row["loss"])[
            "generator_learning_rates"
        ]
    ]


def runs_of(study, place):
    """Run folders of one part of a table of scores."""
    chosen = STUDIES[study]
    return runs_on(chosen["places"][place], chosen["rows"], chosen["seeds"])


def metrics_of(study, place):
    """The scores of these runs."""
    return [f"{run}/metrics.json" for run in runs_of(study, place)]


def prepared(data):
    """The three files of a prepared data set, by its name."""
    folder = f"{RESULTS}/data/{data}"
    return {
        "images": f"{folder}/images.npy",
        "labels": f"{folder}/labels.npy",
        "metadata": f"{folder}/metadata.json",
    }


def dataset_of(data):
    """The published data set that prepared data come from."""
    return data.rsplit("-", 1)[0].removesuffix(IMBALANCED_SUFFIX)


def place_options(study):
    """Which data stand for which, of a table of scores."""
    places = STUDIES[study]["places"]
    return repeated("--half", [f"{name}={data}" for name, data in places.items()])


def classifier_data(dataset):
    """Name of the data that the classifier of a data set is trained on: the same, in its own size."""
    shape = {key: config["classifier"][key] for key in ("image_size", "channels")}
    return prepared_name({"dataset": dataset, **shape})


def extractor_weights(data):
    if EXTRACTOR == "inception":
        # Its checksum fixes it: downloading it again changes no feature.
        return ancient(INCEPTION_WEIGHTS)
    return classifier_weights(data)


def classifier_weights(data):
    """Of the classifier of the classes of prepared data."""
    return f"{RESULTS}/extractors/{dataset_of(data)}-classifier.safetensors"


def downloaded(dataset):
    """The record of a data set's download, as a list: the embedded one has none."""
    if dataset == "digits":
        return []
    return [f"{DOWNLOADS_FOLDER}/{dataset}/manifest.json"]


def authors_file(generator):
    """Where a released generator lies, or will."""
    folder = AUTHORS["folder"] or f"{DOWNLOADS_FOLDER}/authors"
    return f"{folder}/{generator}.pth"


def authors_data(generator):
    """Name of the prepared data that a released generator is held against."""
    return HALVES[AUTHORS_HALVES[generator.rsplit("-", 1)[1]]]


def authors_at_hand():
    """Released generators that can be had, for images like those of the half that stands for their data."""
    names = [Path(file).stem for file in AUTHORS["generators"]]
    if AUTHORS["folder"]:
        names = [name for name in names if Path(authors_file(name)).is_file()]
    elif not AUTHORS["addresses"]:
        names = []
    shapes = {"cifar": "32x32x3", "stl": "48x48x3"}
    return [
        name
        for name in names
        if authors_data(name).endswith(f"-{shapes[name.rsplit('-', 1)[1]]}")
    ]


def two_clusters(loss, widths=PAPER_WIDTHS, share=0.5):
    """Name, without its ending, of what became of the seeds of one two-cluster setting."""
    discriminator, generator = widths
    return TWO_CLUSTERS.format(
        loss=loss,
        discriminator_width=discriminator,
        generator_width=generator,
        share=decimal(share),
    )


def figure_files(*names):
    """The files that a figure is written as, with its numbers."""
    return expand(
        "{folder}/{name}.{form}",
        folder=f"{RESULTS}/figures",
        name=names,
        form=("png", "pdf", "csv"),
    )


def table_files(*names):
    """The files that a table is written as."""
    return expand(
        "{folder}/{name}.{form}",
        folder=f"{RESULTS}/tables",
        name=names,
        form=("csv", "md", "tex", "html"),
    )


# Chapters of the report, in the paper's order: claims first, what is beyond the paper last.
CHAPTERS = {
    "claims": "0 Claims",
    "landscape": "1 Landscape",
    "clusters": "2 Two clusters",
    "table2": "3 Table 2",
    "other_losses": "4 Other losses",
    "imbalanced": "5 Imbalance",
    "bad_init": "6 Bad initial point",
    "lsun": "7 LSUN",
    "authors": "8 The authors' generators",
    "narrow": "9 Narrow networks",
}


def chapter_of(wildcards):
    """Where the report shows a table of scores, and the samples that belong to it."""
    return CHAPTERS.get(wildcards.study, CHAPTERS["other_losses"])


def labels_of(wildcards, form):
    return {"item": STUDY_TITLES[wildcards.study], "form": form}


# ---------------------------------------------------------------------------------------------------
# What the target rules ask for

RUNS = {
    study: [run for place in STUDIES[study]["places"] for run in runs_of(study, place)]
    for study in STUDIES
}
IMBALANCED_ROW = {key: IMBALANCED[key] for key in ("width", "normalisation")}
IMBALANCED_RUNS = runs_on(
    IMBALANCED_DATA,
    [{"architecture": "cnn", **IMBALANCED_ROW, "loss": loss} for loss in COMPARED],
    IMBALANCED["seeds"],
)
BAD_INIT_RATES = [
    rate * BAD_INIT["learning_rate_factor"] for rate in BAD_INIT["learning_rates"]
]
BAD_INIT_RUNS = [
    BAD_INIT_RUN.format(seed=seed, loss=loss, generator_learning_rate=decimal(rate))
    for seed, loss, rate in product(BAD_INIT["seeds"], COMPARED, BAD_INIT_RATES)
]
TRAINED = [
    f"{run}/training.json"
    for runs in (*RUNS.values(), IMBALANCED_RUNS, BAD_INIT_RUNS)
    for run in runs
]
TRACES = {
    "narrow": [f"{run}/trace.json" for run in RUNS["narrow"]],
    "imbalanced": [f"{run}/trace.json" for run in IMBALANCED_RUNS],
    "bad_init": [f"{run}/trace.json" for run in BAD_INIT_RUNS],
}
NARROW_RESULTS = figure_files("narrow")
IMBALANCED_RESULTS = [*table_files("imbalanced"), *figure_files("imbalanced")]
BAD_START_VALUES = expand(f"{BAD_START}.csv", seed=BAD_INIT["seeds"])
BAD_INIT_RESULTS = [
    *table_files("bad_init"),
    *figure_files("bad_init", "bad_init_samples"),
]
METRICS = {
    study: [
        path for place in STUDIES[study]["places"] for path in metrics_of(study, place)
    ]
    for study in STUDIES
}
for study in ("table2", "narrow", "lsun"):
    METRICS[study] += [
        f"{RESULTS}/real/{data}/metrics.json"
        for data in STUDIES[study]["places"].values()
    ]
SCORES = {
    study: [
        *table_files(study),
        f"{RESULTS}/tables/{study}_details.csv",
        *figure_files(
            *(f"{study}_samples_{place}" for place in STUDIES[study]["places"])
        ),
    ]
    for study in STUDIES
}


def scores_of_own_losses(wildcards):
    if not OWN_LOSSES["losses"]:
        problem = "none are named: name the file that defines them, and the losses to train (docs/extend.md)"
        configuration_error(["own_losses", "losses"], problem)
    return SCORES["own_losses"]


AUTHORS_AT_HAND = authors_at_hand()
AUTHORS_METRICS = [
    f"{AUTHORS_GENERATOR.format(generator=name)}/metrics.json"
    for name in AUTHORS_AT_HAND
]
AUTHORS_RESULTS = [*table_files("authors"), *figure_files("authors")]
EMA = [*table_files("ema"), *figure_files("ema")]
LANDSCAPE_TABLES = {
    "landscape_values": "Values of two points",
    "strict_minima": "Strict local minima",
    "global_minima": "Global minima",
    "assumptions": "Assumptions of the theorems",
}
FIGURE4 = figure_files("figure4")
MINIMA = [f"{RESULTS}/landscape/minima/{loss}.csv" for loss in THEORY_LOSSES]
DESCENTS = [f"{RESULTS}/landscape/descents/{loss}.csv" for loss in THEORY_LOSSES]
LANDSCAPE_RESULTS = [
    *figure_files("barriers", "basin_depth", "bad_minima"),
    *table_files(*LANDSCAPE_TABLES, "minima"),
]
CLUSTERS = config["clusters"]
OUTCOMES = {
    "escape": [f"{two_clusters(loss)}.csv" for loss in CLUSTERS["losses"]],
    "width": [
        f"{two_clusters(loss, widths)}.csv"
        for loss in COMPARED
        for widths in [PAPER_WIDTHS, *CLUSTERS["widths"]]
    ],
    "imbalance_clusters": [
        f"{two_clusters(loss, share=share)}.csv"
        for loss in COMPARED
        for share in [0.5, *CLUSTERS["shares"]]
    ],
}
ALL_OUTCOMES = sorted({file for files in OUTCOMES.values() for file in files})
FIGURE5 = figure_files("figure5")
FIGURE6 = figure_files("figure6")
IMBALANCED_CLUSTERS = figure_files("imbalance_clusters")
CLUSTERS_RESULTS = [
    *FIGURE5,
    *FIGURE6,
    *IMBALANCED_CLUSTERS,
    *figure_files("escape", "width", "gaussians"),
    f"{RESULTS}/figures/two_clusters.gif",
    *table_files("two_clusters"),
]
# What the ledger may look at.
EVIDENCE = [
    *table_files(
        "landscape_values",
        "strict_minima",
        "global_minima",
        "assumptions",
        "two_clusters",
        "network_sizes",
        "table2",
        "hinge",
        "ema",
        "imbalanced",
        "bad_init",
        "lsun",
    ),
    *(f"{RESULTS}/tables/{study}_details.csv" for study in ("table2", "hinge", "lsun")),
    *figure_files(
        "basin_depth",
        "figure6",
        "escape",
        "width",
        "imbalance_clusters",
        "imbalanced",
        "bad_init",
    ),
]


DATA = [*SETTINGS, BAD_INIT_DATA]
PREPARED = sorted({path for data in DATA for path in prepared(data).values()})
DOWNLOADS = sorted({path for data in DATA for path in downloaded(dataset_of(data))})
if not AUTHORS["folder"]:
    DOWNLOADS += [authors_file(name) for name in AUTHORS_AT_HAND]
if EXTRACTOR == "inception":
    DOWNLOADS.append(INCEPTION_WEIGHTS)

# ---------------------------------------------------------------------------------------------------
# Options of the rules, as they pass them on

# Rules take it as a resource: unlike `params`, a change of resources makes nothing run again.
DEVICE = config["device"]
RESOURCES = config["resources"]


def options(settings):
    """Settings as command-line options: {"batch_size": 64} is --batch-size 64, a list several words, True none.

    Quoted for the shell, like those of `repeated`: rules pass them on as they are.
    """
    words = []
    for name, value in settings.items():
        if value is False:
            continue
        words.append(f"--{name.replace('_', '-')}")
        if value is not True:
            words.extend(map(str, value if isinstance(value, list) else [value]))
    return join(words)


def repeated(option, values):
    """An option given once per value: `--mirror A --mirror B`."""
    return join(word for value in values for word in (option, value))


# How a GPU computes, not what: like DEVICE, a change of it makes nothing run again, so it is not among `params`.
ON_GPU = ("cuda_graph", "deterministic")
TRAINING = {
    name: value for name, value in config["training"].items() if name not in ON_GPU
}
GPU_OPTIONS = options(
    {
        "cuda_graph": config["training"]["cuda_graph"],
        "no_deterministic": not config["training"]["deterministic"],
    }
)


def own_loss_file(loss):
    """The option that says where a loss of one's own is defined."""
    return {"loss_file": OWN_LOSSES["file"]} if loss in OWN_LOSSES["losses"] else {}


def study_options(wildcards):
    """Which table of scores, and of which losses of one's own."""
    own = OWN_LOSSES["losses"] if wildcards.study == "own_losses" else []
    return f"--study {wildcards.study} {repeated('--own-loss', own)}"


def training_options(wildcards):
    settings = SETTINGS[wildcards.data]
    chosen = recipe(wildcards.data, wildcards.architecture, wildcards.loss)
    return options(
        {
            "architecture": wildcards.architecture,
            "width": wildcards.width,
            "base_features": settings["base_features"][wildcards.architecture],
            "normalisation": wildcards.normalisation,
            "loss": wildcards.loss,
            **own_loss_file(wildcards.loss),
            **TRAINING,
            **settings["snapshots"],
            "generator_learning_rate": wildcards.generator_learning_rate,
            "discriminator_learning_rate": chosen["discriminator_learning_rate"],
            "betas": chosen["betas"],
            "discriminator_steps": chosen["discriminator_steps"],
            "seed": wildcards.seed,
        }
    )


def bad_init_network():
    """Options of both networks of the bad start's runs."""
    return {
        "architecture": "cnn",
        **{key: BAD_INIT[key] for key in ("width", "base_features", "normalisation")},
    }


def bad_start_options(wildcards):
    return options(
        {
            "collapsed_class": BAD_INIT["collapsed_class"],
            **bad_init_network(),
            **BAD_INIT["start"],
            "batch_size": config["training"]["batch_size"],
            "seed": wildcards.seed,
        }
    )


def bad_init_options(wildcards, input):
    """One learning rate for both players, as in the paper."""
    rate = wildcards.generator_learning_rate
    chosen = config["recipes"]["mnist-cnn"]
    return options(
        {
            "start": input.start,
            **bad_init_network(),
            "loss": wildcards.loss,
            **TRAINING,
            "snapshots_every": BAD_INIT["snapshots_every"],
            "generator_learning_rate": rate,
            "discriminator_learning_rate": rate,
            "betas": chosen["betas"],
            "discriminator_steps": chosen["discriminator_steps"],
            "seed": wildcards.seed,
        }
    )


def reference_options(wildcards):
    chosen = config["datasets"][dataset_of(wildcards.data)]
    return options(
        {
            "split": chosen["reference_split"],
            "images": chosen["reference_images"],
            "batch_size": config["evaluation"]["batch_size"],
        }
    )


def classifier_options(wildcards):
    chosen = config["classifier"]
    return options({"seed": chosen["seed"], **chosen["training"][wildcards.dataset]})


# The sections of the configuration that say on what data, and at what scale, something was measured.
SCALE = ["training", "evaluation", "datasets", "recipes", "table2", "imbalanced"]
SCALE += ["bad_init", "lsun", "clusters", "other_losses"]


def scale_options():
    return options({"configuration": json.dumps({key: config[key] for key in SCALE})})


LANDSCAPE = config["landscape"]
SMOOTHING = {key: LANDSCAPE[key] for key in ("kernel_width", "regularisation")}
TWO_CLUSTERS_OPTIONS = options(
    {
        "seeds": f"0:{CLUSTERS['seeds']}",
        "iterations": CLUSTERS["iterations"],
        "trajectory_every": CLUSTERS["trajectory_every"],
    }
)
GAUSSIANS_OPTIONS = options(
    CLUSTERS["gaussians"] | {"seeds": f"0:{CLUSTERS['gaussians']['seeds']}"}
)


def shares_options(wildcards):
    """Of the clusters at 0 and at 4, from the name of a setting."""
    share = float(wildcards.share)
    return options({"shares": [decimal(share), decimal(1 - share)]})


EVALUATION = {
    key: config["evaluation"][key]
    for key in ("samples", "fid_samples", "splits", "batch_size", "seed")
}
EVALUATION_OPTIONS = options(
    {**EVALUATION, "batch_norm": config["evaluation"]["batch_norm"]}
)
IMBALANCED_PLACE, BAD_INIT_PLACE = (
    options({"half": f"{images['stands_for']}={prepared_name(images)}"})
    for images in (IMBALANCED["images"], BAD_INIT["images"])
)
TRACE_OPTIONS = options(
    {
        "samples": config["evaluation"]["trace_samples"],
        **{
            key: config["evaluation"][key]
            for key in ("batch_size", "batch_norm", "seed")
        },
    }
)
IMBALANCED_OPTIONS = repeated(
    "--keep", [f"{kept['name']}={kept['share']}" for kept in IMBALANCED["classes"]]
)
# Real images are scored like generated ones, from those that are not the reference.
REAL_OPTIONS = options({**EVALUATION, "split": "train"})
MIRRORS = {
    dataset: repeated("--mirror", chosen["mirrors"])
    for dataset, chosen in config["datasets"].items()
}
WEIGHTS_ADDRESSES = repeated("--url", config["evaluation"]["inception_weights"])
AUTHORS_NAMES = options({"generators": list(AUTHORS["generators"])})

# ---------------------------------------------------------------------------------------------------
# How jobs start

# Jobs find the package in src/ and, unless conda or a container gives them another, the Python that runs Snakemake.
exports = [
    f"PYTHONPATH={quote(str(Path(workflow.basedir) / 'src'))}",
    f"GANSCAPE_RUNS_PER_GPU={config['resources']['runs_per_gpu']}",
]
if not workflow.deployment_settings.deployment_method & {
    DeploymentMethod.CONDA,
    DeploymentMethod.APPTAINER,
}:
    exports.append(f"PATH={quote(str(Path(sys.executable).parent))}:$PATH")
starting = ["set -euo pipefail", f"export {' '.join(exports)}"]

# A training that SLURM warned has saved itself and ends with this status (ganscape.images.training): its job goes
# back into the queue, any number of times, and goes on there. Where SLURM refuses, the job has failed, and what
# `retries` are left submit it again. Asked to end, the shell waits for the training, which saves itself as well.
WARNED = 128 + signal.SIGURG
if "SLURM_JOB_ID" in os.environ:
    starting += [
        f'trap "[ \\$? != {WARNED} ] || scontrol requeue $SLURM_JOB_ID" EXIT',
        "trap : TERM",
    ]
shell.prefix("; ".join(starting) + "; ")
