# What jobs take by the cost model (docs/cost.md), and so what run times they ask for.
from collections import namedtuple
from functools import cache
from math import ceil

from ganscape.costs.model import Model, Place, Protocol
from ganscape.costs.operations import Network

COSTS = config["costs"]
MODEL = Model(COSTS, config["training"]["precision"])
ITERATIONS = config["training"]["iterations"]
BATCH_SIZE = config["training"]["batch_size"]
PROTOCOL = Protocol(
    EXTRACTOR, config["evaluation"]["samples"], config["evaluation"]["fid_samples"]
)
TRACE_SAMPLES = config["evaluation"]["trace_samples"]
AUTHORS_WIDTHS = {"regular": "full", "quater": "quarter"}


def place_of(kind):
    """Where jobs compute that ask for these `resources`, and on how many cores."""
    asked = RESOURCES[kind]
    return Place(
        gpu=DEVICE != "cpu" and asked.get("gpu", 0) > 0, cores=asked["threads"]
    )


def check_costs_settings():
    """The machine that trains has constants for the precision; a limit leaves time for the shortest jobs."""
    machine = "gpu" if place_of("train").gpu else "cpu"
    known, precision = COSTS[machine]["training"], config["training"]["precision"]
    if precision not in known:
        problem = (
            f"costs.{machine}.training has no {precision}, only {', '.join(known)}"
        )
        configuration_error(["training", "precision"], problem)
    if 0 < RESOURCES["time_limit"] < 10:
        problem = "less than 10 minutes, which every job asks for"
        configuration_error(["resources", "time_limit"], problem)


check_costs_settings()


def minutes(seconds, kind=None):
    """The run time that jobs of so many seconds ask for; `kind`: those of these `resources`."""
    if kind and place_of(kind).gpu:
        # Jobs that share a GPU take turns on it.
        seconds *= RESOURCES["runs_per_gpu"]
    asked = COSTS["spare_minutes"] + ceil(COSTS["margin"] * seconds / 60)
    return min(asked, RESOURCES["time_limit"] or asked)


def shape_of(data):
    """Size and channels of prepared images, from their name."""
    size, _, channels = data.rsplit("-", 1)[1].split("x")
    return {"image_size": int(size), "channels": int(channels)}


def network_of(data, architecture, width):
    base = SETTINGS[data]["base_features"][architecture]
    return Network(architecture, width, base_features=base, **shape_of(data))


def network_from_bad_start():
    return Network(
        "cnn",
        BAD_INIT["width"],
        base_features=BAD_INIT["base_features"],
        **shape_of(BAD_INIT_DATA),
    )


def snapshots_in(every):
    """How many generators a run keeps: the initial one, and the final one too."""
    return 1 + ceil(ITERATIONS / every)


# ---------------------------------------------------------------------------------------------------
# Seconds


@cache
def training_seconds(network, loss, discriminator_steps):
    return MODEL.training(
        place_of("train"), network, loss, BATCH_SIZE, ITERATIONS, discriminator_steps
    )


@cache
def evaluation_seconds(network, generators=2):
    """Of raw and EMA weights."""
    return MODEL.evaluation(place_of("evaluate"), network, PROTOCOL, generators)


@cache
def trace_seconds(network, snapshots_every):
    protocol = Protocol(EXTRACTOR, TRACE_SAMPLES, TRACE_SAMPLES)
    return MODEL.trace(
        place_of("evaluate"), network, protocol, snapshots_in(snapshots_every)
    )


def real_seconds():
    return MODEL.real_evaluation(place_of("evaluate"), PROTOCOL)


def features_seconds(data):
    images = config["datasets"][dataset_of(data)]["reference_images"]
    return MODEL.features(place_of("evaluate"), EXTRACTOR, images)


def classifier_seconds(dataset):
    epochs = config["classifier"]["training"][dataset]["epochs"]
    return MODEL.classifier(place_of("train_classifier").cores, dataset, epochs)


def bad_start_seconds():
    iterations = BAD_INIT["start"]["iterations"]
    return MODEL.bad_start(
        place_of("train"), network_from_bad_start(), BATCH_SIZE, iterations
    )


def two_clusters_seconds(widths):
    return MODEL.two_clusters(
        place_of("play_two_clusters").cores,
        CLUSTERS["seeds"],
        CLUSTERS["iterations"],
        widths,
    )


def gaussians_seconds():
    chosen = CLUSTERS["gaussians"]
    return MODEL.gaussians(chosen["seeds"], chosen["iterations"])


def authors_network(generator):
    """Of a released generator, from its name."""
    _, architecture, width, _ = generator.split("-")
    width = AUTHORS_WIDTHS.get(width, width)
    return network_of(authors_data(generator), architecture.lower(), width)


# ---------------------------------------------------------------------------------------------------
# Jobs, by rule and wildcards


def network_in(wildcards):
    """Of a run, in a study of its own where it is one from a bad start, or of a released generator."""
    if "generator" in wildcards.keys():
        return authors_network(wildcards.generator)
    if "data" not in wildcards.keys():
        return network_from_bad_start()
    return network_of(wildcards.data, wildcards.architecture, wildcards.width)


def training_of(wildcards):
    if "data" in wildcards.keys():
        chosen = recipe(wildcards.data, wildcards.architecture, wildcards.loss)
    else:
        chosen = config["recipes"]["mnist-cnn"]
    return training_seconds(
        network_in(wildcards), wildcards.loss, chosen["discriminator_steps"]
    )


def trace_of(wildcards):
    every = BAD_INIT["snapshots_every"]
    if "data" in wildcards.keys():
        every = SETTINGS[wildcards.data]["snapshots"]["snapshots_every"]
    return trace_seconds(network_in(wildcards), every)


def two_clusters_of(wildcards):
    widths = int(wildcards.discriminator_width), int(wildcards.generator_width)
    return two_clusters_seconds(widths)


def machine_of(kind):
    return "gpu" if place_of(kind).gpu else "cpu"


# What is known of the jobs of a rule: their seconds, by wildcards; the `resources` that they ask for, if any; the
# constants in `costs` that count most.
Known = namedtuple("Known", "seconds kind constant")


def constant(name):
    """Of jobs that take about the same time in every configuration."""
    seconds = MODEL.constant(name)
    return Known(lambda wildcards: seconds, None, f"cpu.constant.{name}")


TRAINING_COSTS = f"{machine_of('train')}.training.{config['training']['precision']}"
METRICS_COSTS = f"cpu.metrics.{EXTRACTOR}"
IMAGES_COSTS = f"{machine_of('evaluate')}.images.{EXTRACTOR}"
KNOWN = {
    "train_gan": Known(training_of, "train", TRAINING_COSTS),
    "train_from_bad_start": Known(training_of, "train", TRAINING_COSTS),
    "find_bad_start": Known(
        lambda wildcards: bad_start_seconds(), "train", TRAINING_COSTS
    ),
    "evaluate_gan": Known(
        lambda wildcards: evaluation_seconds(network_in(wildcards)),
        "evaluate",
        METRICS_COSTS,
    ),
    "evaluate_authors": Known(
        lambda wildcards: evaluation_seconds(network_in(wildcards), generators=1),
        "evaluate",
        METRICS_COSTS,
    ),
    "evaluate_real": Known(lambda wildcards: real_seconds(), "evaluate", METRICS_COSTS),
    "trace_gan": Known(trace_of, "evaluate", IMAGES_COSTS),
    "trace_bad_init": Known(trace_of, "evaluate", IMAGES_COSTS),
    "extract_features": Known(
        lambda wildcards: features_seconds(wildcards.data), "evaluate", IMAGES_COSTS
    ),
    "train_classifier": Known(
        lambda wildcards: classifier_seconds(wildcards.dataset),
        "train_classifier",
        "cpu.classifier_epoch",
    ),
    "play_two_clusters": Known(
        two_clusters_of, "play_two_clusters", "cpu.two_clusters"
    ),
    "play_gaussians": Known(
        lambda wildcards: gaussians_seconds(), "play_gaussians", "cpu.gaussians"
    ),
    "prepare_dataset": Known(
        lambda wildcards: MODEL.preparing(wildcards.dataset), None, "cpu.preparing"
    ),
    "replay_two_clusters": constant("replay"),
    "find_minima": constant("minima"),
    **dict.fromkeys(
        ("fetch_dataset", "fetch_weights", "fetch_authors_generator"),
        constant("download"),
    ),
    **dict.fromkeys(
        (
            "tabulate_landscape",
            "draw_figure4",
            "draw_barriers",
            "draw_basin_depth",
            "descend_landscape",
        ),
        constant("landscape"),
    ),
}
DRAWING = constant("drawing")  # all other rules


def runtime(rule):
    """What the jobs of a rule ask for, in minutes, by their wildcards."""
    known = KNOWN[rule]
    return lambda wildcards: minutes(known.seconds(wildcards), known.kind)
