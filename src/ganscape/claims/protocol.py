"""The paper's scale, against which a configuration is held: what differs makes a result a stand-in.

The figures are those of the paper and of its released code, and where both leave something open, those of
`docs/choices.md`. Not held against anyone are learning rates of the generator, which the paper tunes, and the
number of seeds.
"""

from collections.abc import Iterable
from typing import Any

from ganscape.errors import InputError


def _recipe(rate: float, betas: list[float], steps: int) -> dict[str, Any]:
    return {"discriminator_learning_rate": rate, "betas": betas, "discriminator_steps": steps}


def _images(dataset: str, size: int, channels: int) -> dict[str, Any]:
    return {"dataset": dataset, "image_size": size, "channels": channels}


def _reference(split: str) -> dict[str, Any]:
    return {"reference_split": split, "reference_images": 10000}


_CNN = {"base_features": 64, "width": "full", "normalisation": "spectral"}
_MNIST = _images("mnist", 32, 1)

# In the keys of `config.yaml`.
PAPER: dict[str, Any] = {
    "training": {"batch_size": 64, "iterations": 100000, "ema_decay": 0.9999, "precision": "float32"},
    "evaluation": {
        **{"extractor": "inception", "samples": 50000, "splits": 10, "fid_samples": 10000},
        **{"batch_size": 500, "batch_norm": "batch", "trace_samples": 10000},
    },
    "datasets": {
        "cifar10": _reference("test"),
        "stl10": _reference("train"),
        "mnist": _reference("test"),
        "lsun_church_outdoor": _reference("train"),
        "lsun_tower": _reference("train"),
    },
    "recipes": {
        "cifar10-cnn": _recipe(2e-4, [0.5, 0.999], 1),
        "cifar10-resnet": _recipe(2e-4, [0.0, 0.9], 5),
        "stl10-cnn": _recipe(2e-4, [0.5, 0.999], 1),
        "stl10-resnet": _recipe(2e-4, [0.5, 0.999], 5),
        "mnist-cnn": _recipe(2e-4, [0.5, 0.999], 1),
        "lsun-cnn": _recipe(2e-4, [0.5, 0.999], 1),
        "wgan-gp": _recipe(1e-4, [0.0, 0.9], 5),
    },
    "table2": {
        "halves": {
            "cifar10": _images("cifar10", 32, 3) | {"base_features": {"cnn": 64, "resnet": 256}},
            "stl10": _images("stl10", 48, 3) | {"base_features": {"cnn": 64, "resnet": 64}},
        }
    },
    "imbalanced": {
        "images": _MNIST,
        **_CNN,
        "classes": [{"name": "7", "share": 1.0}, {"name": "5", "share": 0.2}],
    },
    "bad_init": {
        **{"images": _MNIST, **_CNN, "learning_rate_factor": 1.0},
        **{"collapsed_class": "1", "start": {"iterations": 5000, "learning_rate": 2.0e-4}},
        "learning_rates": [5.0e-7, 1.0e-6, 5.0e-6, 1.0e-5, 5.0e-5, 1.0e-4],
    },
    "lsun": {
        "images": [
            _images("lsun_church_outdoor", 256, 3),
            _images("lsun_tower", 256, 3),
        ],
        "base_features": 32,
    },
    "clusters": {"iterations": 5000},
}


def departures(configuration: dict[str, Any], sections: Iterable[str]) -> list[str]:
    """Where `configuration`, nested like `config.yaml`, is not the paper's, in these sections of it.

    `sections` are dotted keys of `PAPER`, such as `table2.halves.stl10`. Each departure is in words: the data
    first, then the extractor, then the rest in order. Raises `InputError` for a configuration that lacks a
    key.
    """
    found: list[str] = []
    for section in sections:
        ours, paper = configuration, PAPER
        for key in section.split("."):
            ours, paper = _at(ours, key, section), paper[key]
        found += _differences(ours, paper, section)
    return sorted(dict.fromkeys(found), key=_weight)


def _at(settings: Any, key: str, section: str) -> Any:
    try:
        return settings[key]
    except (KeyError, TypeError):
        raise InputError(
            f"the configuration has no {section}: give that of `config.yaml` as a whole"
        ) from None


def _differences(ours: Any, paper: Any, name: str) -> list[str]:
    if isinstance(paper, dict):
        return [
            difference
            for key, value in paper.items()
            for difference in _differences(_at(ours, key, f"{name}.{key}"), value, f"{name}.{key}")
        ]
    if isinstance(paper, list) and paper and isinstance(paper[0], dict):
        if not isinstance(ours, list) or len(ours) != len(paper):
            found = len(ours) if isinstance(ours, list) else _shown(ours)
            return [f"{name} has {found} instead of {len(paper)}"]
        return [
            difference
            for number, (mine, theirs) in enumerate(zip(ours, paper, strict=True))
            for difference in _differences(mine, theirs, f"{name}.{number}")
        ]
    return [] if ours == paper else [f"{name} {_shown(ours)} instead of {_shown(paper)}"]


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _weight(departure: str) -> int:
    key = departure.split(" ")[0]
    if key.endswith(".dataset"):
        return 0
    if key == "evaluation.extractor":
        return 1
    return 2 if key == "training.iterations" else 3
