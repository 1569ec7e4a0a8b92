"""The steps as the workflow calls them: `ganscape STEP OPTIONS`."""

import json

import numpy as np
import pytest
from PIL import Image

from ganscape.cli import main
from ganscape.evaluation import features


@pytest.fixture(scope="module")
def reference_path(data_directory, classifier_weights, tmp_path_factory):
    path = tmp_path_factory.mktemp("features") / "digits-32x32x3.npz"
    assert main(extract_options(data_directory / "digits-32x32x3", classifier_weights, path)) == 0
    return path


def extract_options(data, weights, output, *more):
    return [
        *("extract-features", "--data", str(data), "--extractor", "classifier", "--weights", str(weights)),
        *("--split", "train", "--images", "300", "--device", "cpu", "--output", str(output), *more),
    ]


def evaluate_options(run_directory, reference, weights, output, *more):
    return [
        *("evaluate", "--run", str(run_directory), "--reference", str(reference), "--weights", str(weights)),
        *("--extractor", "classifier", "--samples", "60", "--fid-samples", "50", "--batch-size", "25"),
        *("--device", "cpu", "--output", str(output), *more),
    ]


def real_options(data, reference, weights, output, split):
    return [
        *("evaluate-real", "--data", str(data), "--reference", str(reference), "--weights", str(weights)),
        *("--extractor", "classifier", "--split", split, "--device", "cpu", "--output", str(output)),
    ]


def test_train_classifier(data_directory, tmp_path, capsys):
    output, record = tmp_path / "digits.safetensors", tmp_path / "digits.json"
    options = [
        *("train-classifier", "--data", str(data_directory / "digits-32x32x1"), "--output", str(output)),
        *("--record", str(record), "--epochs", "1"),
    ]
    assert main([*options, "--epochs", "0"]) == 1
    assert "--epochs must be at least 1" in capsys.readouterr().err
    assert main([*options, "--minimum-accuracy", "1"]) == 1
    assert "less than 1.0" in capsys.readouterr().err
    assert not output.exists() and not record.exists()
    assert main([*options, "--minimum-accuracy", "0.1"]) == 0
    written = json.loads(record.read_text())
    assert 0.1 <= written["test_accuracy"] <= 1
    assert written["data"] == "digits-32x32x1" and written["epochs"] == 1 and written["seed"] == 0
    metadata = json.loads((data_directory / "digits-32x32x1" / "metadata.json").read_text())
    assert written["images_sha256"] == metadata["images_sha256"]
    assert written["classes"] == list("0123456789")
    assert sum(written["class_shares"]) == pytest.approx(1)


def test_reference_features(reference_path, data_directory, digits_extractor):
    reference = features.load_reference(reference_path)
    assert reference.features.shape == (300, 64) and reference.logits.shape == (300, 10)
    assert reference.metadata["data"] == "digits-32x32x3"
    assert reference.metadata["extractor"] == "digits-classifier"
    assert reference.metadata["weights_sha256"] == digits_extractor.weights_sha256
    labels = np.load(data_directory / "digits-32x32x3" / "labels.npy")
    assert np.array_equal(reference.labels, labels[reference.indices])
    assert (reference.logits.argmax(axis=1) == reference.labels).mean() > 0.97


def test_features_without_inception_weights(data_directory, tmp_path, capsys):
    options = extract_options(
        data_directory / "digits-32x32x3", tmp_path / "inception.pth", tmp_path / "x.npz"
    )
    options[options.index("classifier")] = "inception"
    assert main(options) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "fetch-weights" in error and "6726825d" in error


def test_features_of_nothing(data_directory, classifier_weights, tmp_path, capsys):
    data = data_directory / "digits-32x32x3"
    output = tmp_path / "x.npz"
    assert main(extract_options(data, classifier_weights, output, "--offset", "5000")) == 1
    assert "--offset 5000" in capsys.readouterr().err
    assert main(extract_options(data, classifier_weights, output, "--split", "validation")) == 1
    assert "validation" in capsys.readouterr().err
    for option, value in (("--images", "0"), ("--offset", "-1"), ("--seed", "-1")):
        assert main(extract_options(data, classifier_weights, output, option, value)) == 1
        assert f"{option} must be at least" in capsys.readouterr().err
    assert not output.exists()


@pytest.fixture
def run_directory(tmp_path, data_directory):
    """A real run of two iterations."""
    directory = tmp_path / "run"
    options = [
        *("train", "--data", str(data_directory / "digits-32x32x3"), "--output", str(directory)),
        *("--architecture", "cnn", "--width", "eighth", "--base-features", "16", "--loss", "rs"),
        *("--iterations", "2", "--batch-size", "8", "--generator-learning-rate", "1e-3", "--device", "cpu"),
    ]
    assert main(options) == 0
    return directory


def write_record(directory, status, **changes):
    record = json.loads((directory / "training.json").read_text())
    record["status"] = status
    record["specification"] |= changes
    (directory / "training.json").write_text(json.dumps(record))


def test_evaluate(run_directory, reference_path, classifier_weights):
    output = run_directory / "metrics.json"
    before = reference_path.stat().st_mtime_ns
    assert main(evaluate_options(run_directory, reference_path, classifier_weights, output)) == 0
    metrics = json.loads(output.read_text())
    assert [(entry["weights"], entry["status"]) for entry in metrics["entries"]] == [
        ("raw", "done"),
        ("ema", "done"),
    ]
    assert metrics["protocol"]["batch_norm"] == "batch"
    assert metrics["protocol"]["reference_images"] == 300
    assert reference_path.stat().st_mtime_ns == before


def test_no_step_writes_over_what_it_reads_or_as_another_kind_of_file(
    run_directory, reference_path, classifier_weights, data_directory, tmp_path, capsys
):
    data = data_directory / "digits-32x32x3"
    record = run_directory / "training.json"
    kept = {path: path.read_bytes() for path in (record, reference_path, classifier_weights)}
    own = (run_directory, reference_path, classifier_weights)
    for options, said in (
        (evaluate_options(*own, record), "is to be read too"),
        (evaluate_options(*own, reference_path), "a file of scores ends in .json"),
        (evaluate_options(*own, tmp_path), "a file of scores ends in .json"),
        (real_options(data, *own[1:], classifier_weights, "test"), "a file of scores ends in .json"),
        (extract_options(data, classifier_weights, classifier_weights), "a file of features ends in .npz"),
        (
            ["trace", *evaluate_options(*own, record, "--classifier", str(classifier_weights))[1:]],
            "is to be read too",
        ),
        (
            [
                "train-classifier",
                "--data",
                str(data),
                "--output",
                str(classifier_weights),
                "--record",
                str(classifier_weights),
                "--epochs",
                "1",
            ],
            "a record ends in .json",
        ),
    ):
        if options[0] == "trace":
            where = options.index("--fid-samples")
            del options[where : where + 2]
        assert main(options) == 1
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1
    assert {path: path.read_bytes() for path in kept} == kept


def test_evaluate_with_running_statistics(run_directory, reference_path, classifier_weights):
    output = run_directory / "metrics.json"
    options = evaluate_options(run_directory, reference_path, classifier_weights, output)
    assert main(options) == 0
    batch = json.loads(output.read_text())
    assert main([*options, "--batch-norm", "running"]) == 0
    running = json.loads(output.read_text())
    assert running["protocol"]["batch_norm"] == "running"
    assert running["entries"][0]["fid"] != batch["entries"][0]["fid"]


def test_evaluate_a_diverged_run(run_directory, reference_path, classifier_weights):
    write_record(run_directory, "diverged")
    output = run_directory / "metrics.json"
    assert main(evaluate_options(run_directory, reference_path, classifier_weights, output)) == 0
    assert [entry["status"] for entry in json.loads(output.read_text())["entries"]] == ["diverged"] * 2


def test_evaluate_what_is_no_run(run_directory, reference_path, classifier_weights, capsys):
    (run_directory / "training.json").write_text("{}")
    output = run_directory / "metrics.json"
    assert main(evaluate_options(run_directory, reference_path, classifier_weights, output)) == 1
    assert "not the record of a training" in capsys.readouterr().err
    assert not output.exists()


def test_evaluate_against_the_wrong_reference(
    run_directory, reference_path, classifier_weights, data_directory, tmp_path, capsys
):
    output = tmp_path / "metrics.json"
    write_record(run_directory, "done", data="digits-48x48x3", image_size=48)
    assert main(evaluate_options(run_directory, reference_path, classifier_weights, output)) == 1
    assert "but 'digits-48x48x3' is needed" in capsys.readouterr().err
    write_record(run_directory, "done")
    other = tmp_path / "other.safetensors"
    options = [
        *("train-classifier", "--data", str(data_directory / "digits-32x32x1"), "--output", str(other)),
        *("--record", str(tmp_path / "other.json"), "--epochs", "1", "--minimum-accuracy", "0"),
    ]
    assert main(options) == 0
    assert main(evaluate_options(run_directory, reference_path, other, output)) == 1
    assert "weights_sha256" in capsys.readouterr().err
    assert not output.exists()


def test_evaluate_real(data_directory, reference_path, classifier_weights, tmp_path):
    data, output = data_directory / "digits-32x32x3", tmp_path / "metrics.json"
    assert main(real_options(data, reference_path, classifier_weights, output, "test")) == 0
    metrics = json.loads(output.read_text())
    (entry,) = metrics["entries"]
    assert metrics["kind"] == "real" and entry["coverage"] == 10
    # Class shares of 355 and of 300 images: by chance alone KL is about (10 - 1) / 2 (1/355 + 1/300) = 0.03.
    assert entry["fid"] < 2 and entry["kl_divergence"] < 0.1
    # training images: those that the reference does not have
    assert main(real_options(data, reference_path, classifier_weights, output, "train")) == 0
    train = json.loads((data / "metadata.json").read_text())["splits"]["train"][1]
    assert json.loads(output.read_text())["protocol"]["samples"] == train - 300


def test_evaluate_real_on_the_reference_itself(data_directory, classifier_weights, tmp_path, capsys):
    data, whole, output = data_directory / "digits-32x32x3", tmp_path / "whole.npz", tmp_path / "metrics.json"
    assert main(extract_options(data, classifier_weights, whole, "--images", "10000")) == 0
    assert main(real_options(data, whole, classifier_weights, output, "train")) == 1
    assert "every image" in capsys.readouterr().err
    assert not output.exists()


def test_evaluate_authors(released_generator, tmp_path, reference_path, classifier_weights, capsys):
    path, blob, _ = released_generator
    words = evaluate_options(tmp_path, reference_path, classifier_weights, tmp_path / "metrics.json")
    run = words.index("--run")
    options = ["evaluate-authors", *words[1:run], *words[run + 2 :], "--generator", str(path)]
    options += ["--grid", str(tmp_path / "samples.png"), "--git-blob"]
    assert main([*options, "0" * 40]) == 1
    assert f"its git blob id is {blob}" in capsys.readouterr().err
    assert main([*options, blob]) == 0
    record = json.loads((tmp_path / "metrics.json").read_text())
    assert record["kind"] == "released" and record["parameters"] == {"generator": 436995}
    assert record["release"]["architecture"] == "cnn" and record["release"]["width"] == "quarter"
    assert [entry["status"] for entry in record["entries"]] == ["done"]
    with Image.open(tmp_path / "samples.png") as grid:
        assert grid.size == (256, 256)
