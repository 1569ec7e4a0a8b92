import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from small_images import DIGITS, resized_digits

from ganscape.errors import InputError
from ganscape.evaluation import classifier as classifiers
from ganscape.images import tensor_files
from ganscape.images.pixels import to_batch


@pytest.mark.parametrize(("size", "channels"), [(32, 1), (32, 3), (48, 1), (48, 3), (64, 3)])
def test_digits_of_any_size_and_channels_are_classified(digits_classifier, size, channels):
    images, labels, train = resized_digits(size, channels)
    assert classifiers.accuracy(digits_classifier, images[train:], labels[train:]) >= 0.97


def test_features_have_unit_mean_square_and_give_the_logits(digits_classifier):
    images, _, train = resized_digits(32, 1)
    features, logits = digits_classifier(to_batch(images[:train]))
    assert features.shape == (train, 64) and logits.shape == (train, 10)
    assert features.square().mean().item() == pytest.approx(1, rel=1e-4)
    assert torch.allclose(digits_classifier.head(features), logits)


def test_training_is_fixed_by_its_seed_and_leaves_the_global_random_state():
    images, labels, _ = resized_digits(32, 1)
    before = torch.get_rng_state()
    first, again, other = (classifiers.train(images[:128], labels[:128], 10, 1, seed) for seed in (0, 0, 1))
    assert torch.equal(before, torch.get_rng_state())
    weights = [trained.state_dict()["head.weight"] for trained in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_grey_is_the_mean_of_the_channels():
    images = torch.tensor([30, 60, 120], dtype=torch.uint8).view(1, 3, 1, 1).expand(2, 3, 40, 40)
    grey = classifiers.standardise(images)
    assert grey.shape == (2, 1, 32, 32)
    assert torch.allclose(grey, torch.tensor(70 / 127.5 - 1), atol=1e-6)


def test_augmentation_moves_images_a_little():
    images, _, _ = resized_digits(32, 1)
    grey = classifiers.standardise(to_batch(images[:100]))
    moved = classifiers.augment(grey, torch.Generator().manual_seed(0))
    assert moved.shape == grey.shape
    change = (moved - grey).square().mean()
    assert 0 < change < 0.5 * (grey[1:] - grey[:-1]).square().mean()


def test_unlabeled_images_are_refused():
    images = np.zeros((10, 32, 32, 1), np.uint8)
    with pytest.raises(InputError, match="labels"):
        classifiers.train(images, np.full(10, -1), 10, epochs=1, seed=0)


def test_saving_and_loading(tmp_path, digits_classifier):
    path = tmp_path / "classifier.safetensors"
    description = classifiers.Description("digits", DIGITS)
    classifiers.save_classifier(path, digits_classifier, description)
    loaded, found = classifiers.load_classifier(path)
    assert found == description
    images = to_batch(resized_digits(48, 3)[0][:5])
    for ours, theirs in zip(loaded(images), digits_classifier(images), strict=True):
        assert torch.equal(ours, theirs)


def test_absent_damaged_and_foreign_weights_are_named(tmp_path, classifier_weights):
    with pytest.raises(InputError, match="train-classifier"):
        classifiers.load_classifier(tmp_path / "absent.safetensors")
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(classifier_weights.read_bytes()[:-100])
    with pytest.raises(
        InputError, match=r"damaged\.safetensors is damaged .*: name another, or make it again"
    ):
        classifiers.load_classifier(damaged)
    save_file({"weight": torch.zeros(2)}, tmp_path / "foreign.safetensors")
    with pytest.raises(InputError, match="does not hold a classifier"):
        classifiers.load_classifier(tmp_path / "foreign.safetensors")


@pytest.mark.parametrize("header", ["[]", "3", "{", "[" * 100_000])
def test_weights_with_a_header_that_is_no_object_are_named(tmp_path, header):
    path = tmp_path / "odd.safetensors"
    save_file({"weight": torch.zeros(2)}, path, metadata={tensor_files.HEADER: header})
    with pytest.raises(InputError, match=r"odd\.safetensors is damaged"):
        classifiers.load_classifier(path)
    content = header.encode()
    path.write_bytes(len(content).to_bytes(8, "little") + content)
    with pytest.raises(InputError, match=r"odd\.safetensors is damaged"):
        classifiers.load_classifier(path)


@pytest.mark.parametrize("classes", [5, {}, [[1]], "ab", None])
def test_weights_of_classes_that_are_none_are_named(tmp_path, digits_classifier, classes):
    path = tmp_path / "odd.safetensors"
    header = {"dataset": "digits", "classes": classes}
    tensor_files.write(path, classifiers.KIND, header, digits_classifier.state_dict())
    with pytest.raises(InputError, match=r"odd\.safetensors is damaged"):
        classifiers.load_classifier(path)
