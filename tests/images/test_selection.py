"""Data sets made of some classes of another, in unequal shares."""

import numpy as np
import pytest
import torch
from small_runs import specification

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.images import datasets
from ganscape.images.selection import select
from ganscape.images.training import Schedule, train


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    datasets.prepare("digits", folder, 32, 1, folder / "data")
    return folder / "data"


def counts_of(dataset, split):
    return dict(zip(*np.unique(dataset.split(split)[1], return_counts=True), strict=True))


def test_classes_are_kept_in_their_shares_in_both_splits(digits, tmp_path):
    whole = datasets.load(digits)
    select(whole, {"7": 1.0, "5": 0.2}, "digits_imbalanced", tmp_path / "part")
    part = datasets.load(tmp_path / "part")
    assert (part.name, part.dataset, part.classes) == ("digits_imbalanced-32x32x1", "digits", whole.classes)
    for split in ("train", "test"):
        before, after = counts_of(whole, split), counts_of(part, split)
        assert after == {5: round(0.2 * before[5]), 7: before[7]}


def test_images_stay_with_their_labels_and_in_their_order(digits, tmp_path):
    whole = datasets.load(digits)
    select(whole, {"7": 1.0, "5": 0.2}, "part", tmp_path / "part")
    images, labels = datasets.load(tmp_path / "part").split("train")
    of_sevens = whole.split("train")[0][whole.split("train")[1] == 7]
    np.testing.assert_array_equal(images[labels == 7], of_sevens)
    fives = whole.split("train")[0][whole.split("train")[1] == 5]
    kept = images[labels == 5]
    found = [int(np.flatnonzero((fives == image).all(axis=(1, 2, 3)))[0]) for image in kept]
    assert found == sorted(set(found)) and set(np.diff(found)) <= {4, 5, 6}  # evenly spaced


def test_the_same_choice_gives_the_same_bytes(digits, tmp_path):
    for name in ("a", "b"):
        select(datasets.load(digits), {"3": 0.5}, "part", tmp_path / name)
    for file in ("images.npy", "labels.npy", "metadata.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_selection_in_a_run_s_folder_replaces_nothing_of_the_run(digits, tmp_path):
    whole = datasets.load(digits)
    run = specification(data=whole.name, images_sha256=whole.images_sha256, iterations=2)
    schedule = Schedule(history_every=1, checkpoint_every=1, samples_every=1, snapshots_every=1)
    record = train(run, whole, tmp_path, schedule, torch.device("cpu"))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    select(whole, {"3": 0.5}, "part", tmp_path)
    assert len(before) > 5 and all(path.read_bytes() == content for path, content in before.items())
    assert train(run, whole, tmp_path, schedule, torch.device("cpu")) == record
    assert datasets.load(tmp_path).name == "part-32x32x1"


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"12": 1.0}, "digits-32x32x1 has no class '12'; its classes: 0, 1, 2"),
        ({"5": 0.0}, "class 5: a share of 0.0 is not above 0"),
        ({"5": 1.5}, "class 5: a share of 1.5 is not above 0"),
        ({"5": float("nan")}, "class 5: a share of nan"),
    ],
)
def test_unknown_classes_and_impossible_shares_are_refused_in_one_line(digits, tmp_path, shares, message):
    with pytest.raises(InputError, match=message):
        select(datasets.load(digits), shares, "part", tmp_path / "part")
    assert not (tmp_path / "part").exists()


def test_the_step_keeps_what_it_is_told(digits, tmp_path, capsys):
    words = ["select", "--data", str(digits), "--name", "part", "--output", str(tmp_path / "part")]
    assert main([*words, "--keep", "7=1", "--keep", "5=0.2"]) == 0
    assert counts_of(datasets.load(tmp_path / "part"), "train").keys() == {5, 7}
    assert main([*words, "--keep", "7=1", "--keep", "7=0.2"]) == 1
    assert "class 7 is named twice" in capsys.readouterr().err
    assert main([*words[:-1], str(digits), "--keep", "7=1"]) == 1
    assert "is the folder to be read" in capsys.readouterr().err
    assert main([*words[:3], "--name", "A b", *words[5:], "--keep", "7=1"]) == 1
    assert "--name 'A b' is not made of small letters" in capsys.readouterr().err
    for wrong in ("seven", "5", "=0.2", "7=all"):
        with pytest.raises(SystemExit):
            main([*words, "--keep", wrong])
        assert "write CLASS=SHARE" in capsys.readouterr().err
