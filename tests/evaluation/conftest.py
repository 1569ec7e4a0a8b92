"""Small prepared data sets and one classifier of digits, shared by the tests of evaluation."""

from pathlib import Path

import pytest
import torch
from small_images import CPU, DIGITS, SmallGenerator, resized_digits, write_prepared

from ganscape.evaluation import classifier as classifiers
from ganscape.evaluation.extractors import create_classifier


@pytest.fixture(scope="session")
def data_directory(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("data")
    for size, channels in ((32, 1), (32, 3), (48, 3)):
        write_prepared(directory, size, channels)
    return directory


@pytest.fixture(scope="session")
def digits_classifier() -> classifiers.Classifier:
    images, labels, train = resized_digits(32, 1)
    return classifiers.train(images[:train], labels[:train], 10, epochs=10, seed=0)


@pytest.fixture(scope="session")
def classifier_weights(digits_classifier, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("extractors") / "digits-classifier.safetensors"
    classifiers.save_classifier(path, digits_classifier, classifiers.Description("digits", DIGITS))
    return path


@pytest.fixture(scope="session")
def digits_extractor(classifier_weights):
    return create_classifier(classifier_weights, CPU)


@pytest.fixture
def small_generator() -> SmallGenerator:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        return SmallGenerator().train()
