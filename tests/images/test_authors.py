"""The authors' released generators: what their files must be, told by made-up ones and by three real ones."""

import re
from pathlib import Path

import pytest
import torch
import yaml

from ganscape.errors import InputError
from ganscape.files import git_blob_id
from ganscape.images.networks import count_parameters
from ganscape.images.networks.authors import Release, load_released, release_of

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "authors_checkpoints"
GENERATORS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["authors"]["generators"]
NAME = "RSGAN-CNN-quater-cifar.pth"


def test_a_released_generator_is_loaded_under_our_names(released_generator):
    path, blob, generator = released_generator
    loaded = load_released(path, blob)
    latents = torch.randn(4, 128)
    torch.testing.assert_close(loaded(latents), generator.train()(latents))


def test_a_file_with_another_blob_id_is_refused_and_never_read(released_generator):
    path, _, _ = released_generator
    with pytest.raises(InputError, match=r"its git blob id is .*, not 0000.*; name another, or download it"):
        load_released(path, "0" * 40)


@pytest.mark.parametrize(
    "content", [b"", b"no weights", {"l9.weight": torch.zeros(1)}, {"l1.weight": torch.zeros(1)}, [1]]
)
def test_a_file_that_holds_something_else_is_refused(content, tmp_path):
    path = tmp_path / NAME
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(InputError):
        load_released(path, git_blob_id(path.read_bytes()))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=f"cannot read .*{NAME}: No such file"):
        load_released(tmp_path / NAME, "0" * 40)


def test_names_say_which_network_a_file_holds():
    assert release_of("RSGAN-ResNet-bottleneck-stl.pth") == Release("stl10", 48, "resnet", "bottleneck")
    assert release_of("RSGAN-CNN-regular-cifar") == Release("cifar10", 32, "cnn", "full")
    for name in ("RSGAN-CNN-tiny-cifar.pth", "JSGAN-CNN-half-cifar.pth", "RSGAN-CNN-half-cifar.pth.bak"):
        with pytest.raises(InputError, match="is not the name of one of the authors"):
            release_of(name)


def test_the_configuration_names_all_fourteen():
    assert len({release_of(name) for name in GENERATORS}) == len(GENERATORS) == 14
    assert all(re.fullmatch("[0-9a-f]{40}", blob) for blob in GENERATORS.values())


@pytest.mark.skipif(not SHARED.is_dir(), reason="the authors' checkpoints are not at hand")
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("RSGAN-CNN-quater-cifar.pth", 436995),
        ("RSGAN-ResNet-quater-cifar.pth", 367235),
        ("RSGAN-ResNet-bottleneck-cifar.pth", 758467),
    ],
)
def test_the_real_files_have_their_blob_ids_and_the_papers_parameters(name, parameters):
    assert count_parameters(load_released(SHARED / name, GENERATORS[name])) == parameters
