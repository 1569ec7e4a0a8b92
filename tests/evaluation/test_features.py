import copy
import re

import numpy as np
import pytest
import torch
from small_images import CPU, resized_digits

from ganscape.errors import InputError
from ganscape.evaluation import features
from ganscape.evaluation.features import (
    Reference,
    choose,
    generate,
    load_reference,
    save_reference,
    shared_reference,
)
from ganscape.images.pixels import NonFiniteError, quantise, to_batch


def images_of(generator, samples, batch_size, batch_norm="batch", seed=0):
    return torch.cat(list(generate(generator, samples, batch_size, batch_norm, seed, CPU)))


def test_batch_statistics_are_those_of_each_full_batch(small_generator):
    latents = torch.randn(30, 8, generator=torch.Generator().manual_seed(5))
    reference = copy.deepcopy(small_generator).train()
    expected = quantise(reference(latents))
    found = images_of(small_generator, 22, batch_size=30, seed=5)
    assert found.shape == (22, 1, 8, 8)
    assert torch.equal(found, expected[:22])


def test_a_larger_sample_begins_with_the_smaller_one(small_generator):
    small, large = (images_of(small_generator, samples, batch_size=8) for samples in (12, 40))
    assert len(small) == 12 and len(large) == 40
    assert torch.equal(small, large[:12])


def test_running_statistics_are_the_stored_ones(small_generator):
    small_generator.norm.running_mean.fill_(0.3)
    latents = torch.randn(10, 8, generator=torch.Generator().manual_seed(0))
    expected = quantise(copy.deepcopy(small_generator).eval()(latents))
    running = images_of(small_generator, 10, batch_size=10, batch_norm="running")
    assert torch.equal(running, expected)
    assert not torch.equal(running, images_of(small_generator, 10, batch_size=10))


@pytest.mark.parametrize("batch_norm", features.BATCH_NORMS)
def test_sampling_leaves_the_generator_as_it_was(small_generator, batch_norm):
    before = copy.deepcopy(small_generator.state_dict())
    images_of(small_generator, 20, batch_size=5, batch_norm=batch_norm)
    assert small_generator.training
    for name, tensor in small_generator.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_latents_are_fixed_by_the_seed_alone(small_generator):
    first = images_of(small_generator, 10, batch_size=10)
    torch.manual_seed(99)
    assert torch.equal(first, images_of(small_generator, 10, batch_size=10))
    assert not torch.equal(first, images_of(small_generator, 10, batch_size=10, seed=1))


def test_a_generator_that_is_not_finite_is_noticed(small_generator):
    with torch.no_grad():
        small_generator.linear.weight[0, 0] = float("nan")
    with pytest.raises(NonFiniteError):
        images_of(small_generator, 4, batch_size=4)


def test_unknown_statistics(small_generator):
    with pytest.raises(InputError, match="batch, running"):
        images_of(small_generator, 4, batch_size=4, batch_norm="none")


def test_extract_keeps_all_logits_and_the_first_features(digits_extractor):
    images, _, _ = resized_digits(32, 1)
    expected_features, expected_logits = digits_extractor(to_batch(images[:30]))
    batches = to_batch(images[:30]).split(8)
    sample = features.extract(batches, 30, 11, digits_extractor, "test")
    assert sample.features.shape == (11, 64) and sample.logits.shape == (30, 10)
    assert np.allclose(sample.features, expected_features[:11], atol=1e-5)
    assert np.allclose(sample.logits, expected_logits, atol=1e-4)


def test_choice_of_images_is_a_permutation_cut_into_disjoint_parts():
    first = choose(100, 200, 30, offset=0, seed=4)
    second = choose(100, 200, 1000, offset=30, seed=4)
    assert len(first) == 30 and len(second) == 70
    assert sorted([*first, *second]) == list(range(100, 200))
    assert np.array_equal(first, choose(100, 200, 30, offset=0, seed=4))
    assert not np.array_equal(first, choose(100, 200, 30, offset=0, seed=5))


def reference(**changes) -> Reference:
    numbers = {"image_size": 32, "channels": 1, "offset": 0, "seed": 0}
    metadata = dict.fromkeys(features.METADATA, "x") | numbers
    arrays = {
        "features": np.ones((4, 3), np.float32),
        "logits": np.ones((4, 2), np.float32),
        "labels": np.zeros(4, np.int64),
        "indices": np.arange(4),
    }
    return Reference(**(arrays | {"metadata": metadata} | changes))


def test_reference_survives_its_file(tmp_path):
    path = tmp_path / "features.npz"
    save_reference(path, reference())
    loaded = load_reference(path)
    assert loaded.metadata == reference().metadata
    for name in ("features", "logits", "labels", "indices"):
        stored = getattr(loaded, name)
        assert np.array_equal(stored, getattr(reference(), name))
        assert stored.dtype == getattr(reference(), name).dtype
    assert [file.name for file in tmp_path.iterdir()] == ["features.npz"]


def test_features_are_extracted_once_for_all_that_they_depend_on(tmp_path, caplog):
    made = []

    def make():
        made.append(1)
        return reference()

    kept = [shared_reference(tmp_path, 4, reference().metadata, make) for _ in range(2)]
    assert len(made) == 1
    assert np.array_equal(kept[0].features, kept[1].features)
    for other in ({"weights_sha256": "other"}, {"images_sha256": "other"}, {"seed": 1}, {"split": "train"}):
        shared_reference(tmp_path, 4, reference().metadata | other, make)
    shared_reference(tmp_path, 3, reference().metadata, make)
    assert len(made) == len(list(tmp_path.iterdir())) == 6
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    shared_reference(tmp_path, 4, reference().metadata, make)
    assert len(made) == 7
    assert "damaged" in caplog.text and "extracting the features again" in caplog.text


def test_features_that_cannot_be_shared_are_not_lost(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    made = shared_reference(tmp_path / "file" / "features", 4, reference().metadata, reference)
    assert np.array_equal(made.features, reference().features)
    assert "the features are not shared" in caplog.text


def test_absent_and_damaged_references_are_named(tmp_path):
    path = tmp_path / "features.npz"
    with pytest.raises(InputError, match="extract-features"):
        load_reference(path)
    save_reference(path, reference())
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(
        InputError, match=r"damaged .*: name another, or make it again with step extract-features"
    ):
        load_reference(path)
    np.savez(path, features=np.array([{}], dtype=object))
    with pytest.raises(InputError, match="damaged"):
        load_reference(path)
    path.write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        load_reference(path)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"labels": np.zeros(3, np.int64)}, "labels has the shape (3,), with 3 instead of 4"),
        ({"labels": np.zeros(4)}, "labels holds no whole numbers"),
        ({"features": np.ones((4, 3, 2), np.float32)}, "features has 3 axes, not 2"),
        ({"features": np.full((4, 3), np.nan, np.float32)}, "features holds numbers that are not finite"),
        ({"logits": np.full((4, 2), "x")}, "logits holds no finite numbers"),
        ({"metadata": []}, "it is a list, not an object"),
        ({"metadata": {}}, "extractor is missing"),
        ({"metadata": 5}, "it is 5, not an object"),
    ],
)
def test_features_of_another_form_are_named(tmp_path, changes, complaint):
    path = tmp_path / "features.npz"
    save_reference(path, reference(**changes))
    complaint = rf"features\.npz is not a file of step extract-features \({re.escape(complaint)}\)"
    with pytest.raises(InputError, match=complaint):
        load_reference(path)


def test_a_reference_of_something_else_is_refused():
    with pytest.raises(InputError, match=r"features\.npz has image_size 32, but 48 is needed"):
        features.require_match(reference(), "features.npz", extractor="x", image_size=48)
