"""What the cost model says of jobs that differ in one thing."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ganscape.costs.model import Model, Place, Protocol
from ganscape.costs.operations import Network

ROOT = Path(__file__).parents[2]
CONSTANTS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["costs"]
MODEL = Model(CONSTANTS, "float32")
PLACES = {"gpu": Place(gpu=True, cores=2), "cpu": Place(gpu=False, cores=1)}
NETWORK = Network("cnn", "quarter", 32, 3, 64)
PROTOCOL = Protocol("inception", 50000, 10000)


def training(place, network=NETWORK, loss="js", batch_size=64, iterations=1000, steps=1, model=MODEL):
    return model.training(place, network, loss, batch_size, iterations, steps)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_trainings_take_their_start_and_as_long_as_they_have_iterations(place):
    start = MODEL.start(place)
    assert training(place, iterations=0) == start
    assert training(place, iterations=2000) - start == pytest.approx(2 * (training(place) - start))


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize(
    "more",
    [
        {"network": replace(NETWORK, width="full")},
        {"network": replace(NETWORK, image_size=48)},
        {"loss": "rs"},
        {"loss": "wgan-gp"},
        {"batch_size": 128},
        {"steps": 5},
    ],
    ids=str,
)
def test_trainings_with_more_to_do_take_longer(place, more):
    assert training(place, **more) > training(place)


def test_networks_that_are_computed_on_two_cores_take_half_as_long_beside_the_steps():
    one, two = (MODEL.features(Place(gpu=False, cores=cores), "inception", 1000) for cores in (1, 2))
    start = MODEL.start(PLACES["cpu"])
    assert one - start == pytest.approx(2 * (two - start))


def test_lower_precision_is_no_slower_on_a_gpu():
    seconds = [
        training(PLACES["gpu"], model=Model(CONSTANTS, precision))
        for precision in ("float32", "tf32", "bf16")
    ]
    assert seconds == sorted(seconds, reverse=True)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_two_generators_are_scored_in_twice_the_time_of_one(place):
    start = MODEL.start(place)
    one, two = (MODEL.evaluation(place, NETWORK, PROTOCOL, generators) for generators in (1, 2))
    assert two - start == pytest.approx(2 * (one - start))
    assert MODEL.real_evaluation(place, PROTOCOL) < one


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_traces_take_as_long_as_they_have_snapshots_and_longer_with_a_second_extractor(place):
    start = MODEL.start(place)
    one, three = (MODEL.trace(place, NETWORK, PROTOCOL, snapshots) for snapshots in (1, 3))
    assert three - start == pytest.approx(3 * (one - start))
    assert MODEL.trace(place, NETWORK, replace(PROTOCOL, extractor="classifier"), 1) < one


def test_an_iteration_of_a_training_is_as_fast_as_the_table_of_measurements_says():
    """The H200's of docs/training.md, which the constants were fitted to."""
    page = (ROOT / "docs/training.md").read_text(encoding="utf-8")
    section = page.partition("\n## On a GPU\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:] for line in section.splitlines() if line.startswith(("| CNN,", "| ResNet,"))]
    assert len(rows) == 4
    for name, _, _, float32, _, tf32, bf16, *_ in rows:
        architecture, width = name.lower().strip().split(", ")
        network = Network(architecture, width, 32, 3, {"cnn": 64, "resnet": 256}[architecture])
        for precision, cell in (("float32", float32), ("tf32", tf32), ("bf16", bf16)):
            model = Model(CONSTANTS, precision)
            seconds = training(PLACES["gpu"], network, "rs", model=model) - model.start(PLACES["gpu"])
            assert 1 / 1.5 < 1000 / seconds / float(cell.split()[0]) < 1.5, (name, precision)


def test_gaussians_and_two_clusters_take_longer_with_more_seeds():
    assert MODEL.two_clusters(2, 256, 5000, (10, 5)) > MODEL.two_clusters(2, 32, 5000, (10, 5))
    assert MODEL.two_clusters(2, 256, 5000, (40, 20)) > MODEL.two_clusters(2, 256, 5000, (10, 5))
    assert MODEL.gaussians(32, 20000) > MODEL.gaussians(4, 20000)
