"""What all tests share: a thread each where they run side by side, no time limits, short reports."""

import json
import os

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:
    # Before anything imports PyTorch. With as many processes as cores, threads would wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# A busy machine fails nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Where either is set, pytest prints whole what two values differ in. Of networks' files that takes minutes,
# and pytest-xdist ends in an error of its own where a report exceeds 2 GB.
for sign_of_ci in ("CI", "BUILD_NUMBER"):
    os.environ.pop(sign_of_ci, None)


def _released_name(name):
    """Our name of a parameter of the CNN's generator as the authors' released files have it."""
    layer, rest = name.split(".", 1)
    if layer == "ups":
        index, parameter = rest.split(".")
        return f"deconv{int(index) // 3 + 1}{'_bn' if int(index) % 3 else ''}.{parameter}"
    return {"linear": "l1", "to_image": "conv4"}[layer] + f".{rest}"


@pytest.fixture(scope="session")
def release_generator():
    """A function that puts a file such as the authors released, with fresh weights, into a folder."""
    import torch

    from ganscape.files import git_blob_id
    from ganscape.images.networks.authors import generator_for

    def release(folder):
        path = folder / "RSGAN-CNN-quater-cifar.pth"
        generator = generator_for(path.name)
        torch.save({_released_name(name): tensor for name, tensor in generator.state_dict().items()}, path)
        return path, git_blob_id(path.read_bytes()), generator

    return release


@pytest.fixture
def altered():
    """A function that changes one field of a JSON file, at keys and numbers with points between them."""

    def alter(path, place, value):
        record = found = json.loads(path.read_text())
        *outer, last = place.split(".")
        for key in outer:
            found = found[int(key) if key.isdecimal() else key]
        found[last] = value
        path.write_text(json.dumps(record))
        return path

    return alter


@pytest.fixture
def released_generator(tmp_path, release_generator):
    """A file such as the authors released, with fresh weights; its git blob id; the generator."""
    return release_generator(tmp_path)
