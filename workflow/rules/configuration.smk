# Is the configuration valid? Whatever is not ends Snakemake with one line, before anything runs.
import csv
import sys
from math import isfinite
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from snakemake.common.configfile import load_configfile

# What the Snakefile shares with the package, of which only modules without PyTorch, for the sake of quick starts.
sys.path.insert(0, str(Path(workflow.basedir) / "src"))
from ganscape.images.classes import CLASSES
from ganscape.widths import WIDTHS

# The losses of `ganscape.objectives`, which imports PyTorch.
KNOWN_LOSSES = ["js", "hinge", "ls", "rs", "rp-hinge", "rp-ls", "wgan-gp"]
# Widths of discriminator and generator in the paper's two-cluster experiment.
PAPER_WIDTHS = [10, 5]


def configuration_error(location, problem):
    """End with one line: in which file, at which key, what is wrong."""
    *overlays, default = map(Path, workflow.configfiles)
    value = value_at(config, location)
    for file in [*reversed(overlays), default]:
        found = value_at(load_configfile(file), location)
        # The number that is not one is not equal to itself.
        if found == value or (found != found and value != value):
            origin = shown(file)
            break
    else:
        origin = "configuration"
    sys.exit(f"{origin}: {'.'.join(map(str, location)) or 'top level'}: {problem}")


def shown(file):
    """Its path, from this folder if it is below it."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def value_at(settings, location):
    """What `settings` have at `location`, a list of keys and positions; "(not set)" if nothing."""
    for key in location:
        try:
            settings = settings[key]
        except (KeyError, IndexError, TypeError):
            return "(not set)"
    return settings


def check_configuration():
    """Hold the configuration against the schema, then what a schema cannot say."""
    for file in map(Path, workflow.configfiles):
        try:
            content = yaml.compose(file.read_text(encoding="utf-8"), yaml.SafeLoader)
        except yaml.YAMLError:  # Snakemake could read it, so it is JSON, with tabs
            continue
        check_keys(file, content, ())
    check_schema()
    check_directories()
    check_numbers(config)
    check_halves()
    check_images()
    check_classes()
    check_rows()
    check_own_losses()
    check_base_features()
    check_evaluation()
    check_clusters()


def check_keys(file, node, location):
    """Every key is given once: of two alike YAML takes the last and says nothing of the other."""
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            check_keys(file, item, (*location, str(place)))
    if isinstance(node, yaml.MappingNode):
        lines = {}
        for key, value in node.value:
            here, line = (*location, str(key.value)), key.start_mark.line + 1
            if key.value in lines:
                where = f"{shown(file)}: {'.'.join(here)}"
                twice = f"given twice, in lines {lines[key.value]} and {line}"
                sys.exit(f"{where}: {twice}: keep one")
            lines[key.value] = line
            check_keys(file, value, here)


def check_schema():
    schema_file = Path(workflow.basedir) / "workflow/schemas/config.schema.yaml"
    schema = yaml.safe_load(schema_file.read_text(encoding="utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(config))
    if error is None:
        return
    location = list(error.absolute_path)
    if error.validator == "additionalProperties":
        allowed = error.schema["properties"]
        unknown = next(key for key in error.instance if key not in allowed)
        problem = f"unknown key; known are {', '.join(allowed)}"
        configuration_error([*location, unknown], problem)
    if error.validator == "enum":
        allowed = ", ".join(map(str, error.validator_value))
        problem = f"{error.instance!r} is not one of {allowed}"
        configuration_error(location, problem)
    number = {"number": "a number, such as 5.0e-4", "integer": "a whole number"}
    if error.validator == "type" and error.validator_value in number:
        problem = f"{error.instance!r} is not {number[error.validator_value]}"
        configuration_error(location, problem)
    configuration_error(location, error.message)


def check_numbers(settings, location=()):
    """Refuse what is not finite; no bound of a schema refuses "not a number"."""
    if isinstance(settings, float) and not isfinite(settings):
        configuration_error(location, f"{settings} is not a finite number")
    if isinstance(settings, dict):
        for key, value in settings.items():
            check_numbers(value, (*location, key))
    if isinstance(settings, list):
        for position, value in enumerate(settings):
            check_numbers(value, (*location, position))


def check_directories():
    """Folders are as they will be found: nothing in a path is expanded."""
    for location in (["directories", "downloads"], ["authors", "folder"]):
        folder = value_at(config, location)
        unfit = [mark for mark in "{}*?" if mark in folder]
        if folder.startswith("~") or unfit:
            mark = unfit[0] if unfit else "~"
            problem = (
                f"{folder}: {mark} is not expanded: write the path out, without any"
            )
            configuration_error(location, problem)
    folder = config["authors"]["folder"]
    if folder and not Path(folder).is_dir():
        problem = f"{folder} is no folder: name that of the authors' checkpoints, or leave it empty to download"
        configuration_error(["authors", "folder"], problem)


def check_halves():
    """The halves have different data."""
    halves = config["table2"]["halves"]
    if prepared_name(halves["cifar10"]) == prepared_name(halves["stl10"]):
        problem = "both halves have the same data at the same size: change one"
        configuration_error(["table2", "halves", "stl10"], problem)


def places_of_images():
    """Where the configuration names images, and what it names there."""
    for name, half in config["table2"]["halves"].items():
        yield ["table2", "halves", name], half
    for study in ("narrow", "lsun"):
        for place, images in enumerate(config[study]["images"]):
            yield [study, "images", place], images
    for study in ("imbalanced", "bad_init"):
        yield [study, "images"], config[study]["images"]


def check_classes():
    """Classes are those of the images, and every one is named once."""
    names = [kept["name"] for kept in config["imbalanced"]["classes"]]
    places = {
        ("imbalanced", "classes", place, "name"): name
        for place, name in enumerate(names)
    }
    places["bad_init", "collapsed_class"] = config["bad_init"]["collapsed_class"]
    for location, name in places.items():
        dataset = config[location[0]]["images"]["dataset"]
        if name not in CLASSES[dataset]:
            problem = (
                f"{dataset} has no class {name}, only {', '.join(CLASSES[dataset])}"
            )
            configuration_error(location, problem)
    for place, name in enumerate(names):
        if name in names[:place]:
            problem = (
                f"class {name} is named at {names.index(name)} already (counted from 0)"
            )
            configuration_error(["imbalanced", "classes", place, "name"], problem)


def check_images():
    """A classifier serves for the images where one is needed; of no two studies are they the same."""
    classified = config["classifier"]["training"]
    places = {}
    for location, images in places_of_images():
        by_classes = location[0] in ("imbalanced", "bad_init")
        needed = by_classes or config["evaluation"]["extractor"] == "classifier"
        if needed and images["dataset"] not in classified:
            remedy = "" if by_classes else "needs evaluation.extractor inception: "
            problem = (
                f"{images['dataset']}: {remedy}a classifier serves for "
                f"{', '.join(classified)}"
            )
            configuration_error([*location, "dataset"], problem)
        stands_for = (location[0], images.get("stands_for"))
        if location[0] in ("narrow", "lsun"):
            first = places.setdefault(stands_for, location)
            if first != location:
                problem = f"{stands_for[1]} has images at {'.'.join(map(str, first))} already: keep one"
                configuration_error([*location, "stands_for"], problem)
        if not by_classes:
            # The runs of these studies lie in folders by the names of their data.
            first = places.setdefault(prepared_name(images), location)
            if first != location:
                problem = f"the same images as {'.'.join(map(str, first))}: change one"
                configuration_error(location, problem)


def check_rows():
    """Each row is one of the paper's Table 2, where both halves have the same ones, and another one."""
    table_file = Path(workflow.basedir) / "src/ganscape/reporting/paper/table2.csv"
    with table_file.open(encoding="utf-8", newline="") as lines:
        papers = {row_of_table(line) for line in csv.DictReader(lines)}
    places = {}
    for place, row in enumerate(config["table2"]["rows"]):
        spectral = "yes" if row["normalisation"] == "spectral" else "no"
        of_table = row_of_table({**row, "spectral_norm": spectral})
        if of_table not in papers:
            described = "{architecture}, {width}, {normalisation}, {loss}".format(**row)
            problem = f"the paper's Table 2 has no row {described}"
            configuration_error(["table2", "rows", place], problem)
        first = places.setdefault(of_table, place)
        if first != place:
            problem = f"rows {first} and {place} (counted from 0) are the same row of Table 2: keep one"
            configuration_error(["table2", "rows", place], problem)


def row_of_table(settings):
    """What tells rows of Table 2 apart; batch normalisation and none are both "not spectral" there."""
    return tuple(
        settings[key] for key in ("architecture", "width", "spectral_norm", "loss")
    )


def check_own_losses():
    """They are in a file, and have names that no other loss has."""
    own = config["own_losses"]
    if own["losses"] and not Path(own["file"]).is_file():
        problem = f"{own['file'] or '(empty)'} does not exist: name the Python file that defines the losses"
        configuration_error(["own_losses", "file"], problem)
    if own["file"] and not own["losses"]:
        problem = f"none are named: name those of {own['file']} to train"
        configuration_error(["own_losses", "losses"], problem)
    for place, loss in enumerate(own["losses"]):
        if loss in KNOWN_LOSSES:
            problem = f"there is a loss {loss} already: give yours another name"
            configuration_error(["own_losses", "losses", place], problem)


def check_base_features():
    """Every row's network has whole numbers of features."""
    others = [
        {"architecture": "resnet", "width": width}
        for width in config["other_losses"]["widths"]
    ]
    for study, widths in (
        ("narrow", config["narrow"]["widths"]),
        ("lsun", ["full"]),
        ("imbalanced", [config["imbalanced"]["width"]]),
        ("bad_init", [config["bad_init"]["width"]]),
    ):
        base = config[study]["base_features"]
        for width in widths:
            if base % WIDTHS[width].multiple:
                problem = f"{base} is not a multiple of {WIDTHS[width].multiple}, as width {width} needs"
                configuration_error([study, "base_features"], problem)
    rows = {"cifar10": others, "stl10": []}
    for name, half in config["table2"]["halves"].items():
        for row in config["table2"]["rows"] + rows[name]:
            architecture, width = row["architecture"], row["width"]
            base = half["base_features"][architecture]
            if base % WIDTHS[width].multiple:
                problem = (
                    f"{base} is not a multiple of {WIDTHS[width].multiple}, "
                    f"as {architecture} rows of width {width} need"
                )
                location = ["table2", "halves", name, "base_features", architecture]
                configuration_error(location, problem)


def check_evaluation():
    """What is scored is among the images there are."""
    evaluation = config["evaluation"]
    for key in ("fid_samples", "splits"):
        if evaluation[key] > evaluation["samples"]:
            problem = f"more than the {evaluation['samples']} samples there are"
            configuration_error(["evaluation", key], problem)


def check_clusters():
    """The width study has at least two widths of each network, and of both; looks divide the iterations."""
    clusters = config["clusters"]
    pairs = {tuple(pair) for pair in [PAPER_WIDTHS, *clusters["widths"]]}
    discriminator, generator = PAPER_WIDTHS
    studies = {
        f"[D, {generator}]": [pair for pair in pairs if pair[1] == generator],
        f"[{discriminator}, G]": [pair for pair in pairs if pair[0] == discriminator],
        f"in the ratio {discriminator} to {generator}": [
            pair for pair in pairs if pair[0] * generator == pair[1] * discriminator
        ],
    }
    for name, found in studies.items():
        if len(found) < 2:
            problem = f"no pair {name} beside the paper's {PAPER_WIDTHS}: the figure needs one"
            configuration_error(["clusters", "widths"], problem)
    if PAPER_WIDTHS in clusters["widths"]:
        problem = f"{PAPER_WIDTHS} is the paper's setting, which is always played: leave it out"
        configuration_error(["clusters", "widths"], problem)
    if 0.5 in clusters["shares"]:
        problem = "0.5 is in the paper's setting, which is always played: leave it out"
        configuration_error(["clusters", "shares"], problem)
    gaussians = clusters["gaussians"]
    if gaussians["iterations"] % gaussians["observe_every"]:
        problem = f"does not divide the {gaussians['iterations']} iterations"
        configuration_error(["clusters", "gaussians", "observe_every"], problem)


def prepared_name(images):
    """Name of a prepared data set: what it is, at which size, with how many channels."""
    return "{dataset}-{image_size}x{image_size}x{channels}".format(**images)


check_configuration()
