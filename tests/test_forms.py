"""JSON of another form than expected: named by its first wrong field, never a traceback."""

import json

import pytest

from ganscape.errors import InputError
from ganscape.files import read_json
from ganscape.forms import NUMBER, OrNull, check_form, parsed
from ganscape.images.checkpoints import read_training_record

FORM = {"name": str, "runs": [{"fid": OrNull(NUMBER), "seed": int}]}
GOOD = {"name": "a", "runs": [{"fid": None, "seed": 3}, {"fid": 2, "seed": 0, "more": []}]}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"name": 3}, "name is 3, not text"),
        ({"name": None}, "name is null, not text"),
        ({"name": True}, "name is true, not text"),
        ({"runs": {}}, "runs is an object, not a list"),
        ({"runs": [5]}, "runs.0 is 5, not an object"),
        ({"runs": [{"fid": 1.0}]}, "runs.0.seed is missing"),
        ({"runs": [{"fid": 1.0, "seed": 1.5}]}, "runs.0.seed is 1.5, not a whole number"),
        ({"runs": [{"fid": 1.0, "seed": False}]}, "runs.0.seed is false, not a whole number"),
        ({"runs": [{"fid": 1.0, "seed": 2**63}]}, f"runs.0.seed is {2**63}, not a whole number"),
        ({"runs": [{"fid": "low", "seed": 1}]}, 'runs.0.fid is "low", not a finite number'),
        ({"runs": [{"fid": float("nan"), "seed": 1}]}, "runs.0.fid is NaN, not a finite number"),
        ({"runs": [{"fid": [1], "seed": 1}]}, "runs.0.fid is a list, not a finite number"),
    ],
)
def test_the_first_field_of_another_form_is_named(changes, complaint):
    check_form(GOOD, FORM)
    with pytest.raises(ValueError) as error:
        check_form(GOOD | changes, FORM)
    assert str(error.value) == complaint


def test_json_that_is_nested_too_deeply_is_named(tmp_path):
    path = tmp_path / "deep.json"
    path.write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"deep\.json is not valid JSON \(nested too deeply\)"):
        read_json(path)
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed('{"a":' * 100_000)


RECORD = {"status": "done", "iteration": 3, "parameters": {"generator": 5}}
SPECIFICATION = {
    **{"data": "digits-32x32x1", "image_size": 32, "channels": 1, "architecture": "cnn", "width": "full"},
    **{"base_features": 64, "normalisation": "spectral", "loss": "js", "batch_size": 4, "iterations": 3},
    **{"generator_learning_rate": 1e-3, "discriminator_learning_rate": 1e-3, "betas": [0, 0.9]},
    **{"discriminator_steps": 1, "ema_decay": 0.9, "seed": 0},
}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *(("status", 1), ("iteration", "3"), ("specification", []), ("parameters", 7)),
        *(("specification.seed", "0"), ("specification.betas", 0.5), ("specification.betas", [0, "0.9"])),
        *(("specification.iterations", None), ("specification.generator_learning_rate", "small")),
    ],
)
def test_a_record_of_a_training_with_a_wrong_field_is_named(tmp_path, altered, place, value):
    path = tmp_path / "training.json"
    path.write_text(json.dumps({**RECORD, "specification": SPECIFICATION}))
    assert read_training_record(tmp_path)["iteration"] == 3
    altered(path, place, value)
    field = place.removeprefix("specification.")
    with pytest.raises(
        InputError, match=rf"training\.json is not the record of a training \(.*{field}.* is "
    ):
        read_training_record(tmp_path)
