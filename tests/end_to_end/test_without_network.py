"""A cluster without a network: `snakemake fetch` elsewhere, a copy of its folder, and all the rest there.

Data sets, weights and checkpoints are stand-ins, served on the loopback interface. The Python that runs the
workflow holds their checksums for the published ones; everything else is the workflow as it is. What comes
after `fetch` runs in a network namespace of its own, in which there is no route to anywhere.
"""

import contextlib
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import venv
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
from torchvision import datasets as published

from fabricated_archives import fabricate_cifar10, fabricate_mnist, fabricate_stl10
from ganscape.files import git_blob_id
from ganscape.images.downloads import IN_PLACE

ROOT = Path(__file__).parents[2]
CONFIGURATION = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
DOWNLOADED = ("mnist", "fashion_mnist", "cifar10", "stl10")
BY_HAND = ("lsun_church_outdoor", "lsun_tower")
RESULTS = Path("results/air_gapped")
RELEASED = "RSGAN-CNN-quater-cifar"
METRICS = RESULTS / "authors" / RELEASED / "metrics.json"
# A training, an evaluation by Inception, and a table and a figure that need no data.
TARGETS = (
    RESULTS / "runs/mnist_imbalanced-32x32x1/cnn-eighth-spectral-rs/lr0.0005-seed0/training.json",
    METRICS,
    RESULTS / "tables/strict_minima.html",
    "figure5",
)

# Runs a command where there is no network, after it has made sure of that.
CUT_OFF = """
import os, socket, sys
for address in (("192.0.2.1", 80), ("127.0.0.1", int(sys.argv[1]))):
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError as error:
        print(f"no connection to {address[0]}: {error}", flush=True)
    else:
        sys.exit(f"there is a network: {address[0]} answers")
os.execv(sys.argv[2], sys.argv[2:])
"""

# Imported by the Python that runs the workflow as it starts; changes each module once it has been imported.
STAND_INS = """
from wrapt import register_post_import_hook

CHECKSUMS = {checksums!r}

def change_data_sets(module):
    for name in ("MNIST", "FashionMNIST"):
        getattr(module, name).resources = CHECKSUMS[name]
    for name in ("CIFAR10", "STL10"):
        getattr(module, name).tgz_md5 = CHECKSUMS[name]

def change_weights(module):
    module.SHA256_PREFIX = CHECKSUMS["inception"]

register_post_import_hook(change_data_sets, "torchvision.datasets")
register_post_import_hook(change_weights, "ganscape.evaluation.inception_weights")
"""

pytestmark = pytest.mark.end_to_end


@functools.cache
def without_network():
    """Words in front of a command that cut it off from the network; skips where that is not allowed."""
    complaint = "there is no program `unshare`"
    for words in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        if shutil.which(words[0]):
            tried = subprocess.run([*words, "true"], capture_output=True, text=True)
            if tried.returncode == 0:
                return words
            complaint = tried.stderr.strip()
    pytest.skip(f"no network namespace can be made here: {complaint}")


class Mirror:
    """A folder served by HTTP on the loopback interface; `asked` lists the paths that were asked for."""

    def __init__(self, folder):
        self.asked = asked = []

        class Handler(SimpleHTTPRequestHandler):
            def log_request(self, *_):
                asked.append(self.path)

        serve = functools.partial(Handler, directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), serve)
        self.port = self._server.server_port
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def random_inception():
    """Initial weights of torch-fidelity's Inception. Its class insists on some, so it loads none."""
    with pytest.MonkeyPatch.context() as patch:
        loader = "torch_fidelity.feature_extractor_inceptionv3.load_state_dict_from_url"
        patch.setattr(loader, lambda *_, **__: {})
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", lambda *_: None)
        torch.manual_seed(0)
        return FeatureExtractorInceptionV3("inception-v3-compat", ["2048"]).state_dict()


def lay_mirror(folder, released):
    """Fill a folder with all that is downloaded. Returns the checksums by name, and blob ids by file."""
    generator = np.random.default_rng(0)
    (folder / "released").mkdir(parents=True)
    checksums, blobs = {}, {}
    for name, source, (_, files) in (
        ("mnist", published.MNIST, fabricate_mnist(generator)),
        ("fashion_mnist", published.FashionMNIST, fabricate_mnist(generator)),
    ):
        (folder / name).mkdir()
        for file, content in files.items():
            (folder / name / file).write_bytes(content)
        checksums[source.__name__] = [
            (file, hashlib.md5(files[file]).hexdigest()) for file, _ in source.resources
        ]
    for name, source, (_, content) in (
        ("cifar10", published.CIFAR10, fabricate_cifar10(generator)),
        ("stl10", published.STL10, fabricate_stl10(generator)),
    ):
        (folder / name).mkdir()
        (folder / name / source.filename).write_bytes(content)
        checksums[source.__name__] = hashlib.md5(content).hexdigest()
    torch.save(random_inception(), folder / "inception.pth")
    checksums["inception"] = hashlib.sha256((folder / "inception.pth").read_bytes()).hexdigest()
    for file in CONFIGURATION["authors"]["generators"]:
        # Only one of them is evaluated below.
        content = released.read_bytes() if file == released.name else file.encode()
        (folder / "released" / file).write_bytes(content)
        blobs[file] = git_blob_id(content)
    return checksums, blobs


def lay_photographs(downloads):
    """LSUN's are put in place by hand."""
    for dataset in BY_HAND:
        folder = downloads / dataset / "images"
        folder.mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (300, 280), (40 * number, 0, 0)).save(folder / f"{number}.png")


def python_with_stand_ins(folder, checksums):
    """A Python with this one's packages, to which the checksums of the stand-ins are the published ones."""
    venv.create(folder, symlinks=True, with_pip=False)
    packages = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    (packages / "stand_ins.py").write_text(STAND_INS.format(checksums=checksums))
    (packages / "stand_ins.pth").write_text(f"{sysconfig.get_path('purelib')}\nimport stand_ins\n")
    return folder / "bin" / "python"


def overlay(mirror, blobs):
    """The default configuration with addresses on the mirror, small networks and short trainings."""
    datasets = {name: {"mirrors": [f"{mirror.address}/{name}"], "reference_images": 6} for name in DOWNLOADED}
    return {
        "preset": RESULTS.name,
        "device": "cpu",
        "datasets": datasets | {name: {"reference_images": 6} for name in BY_HAND},
        "training": {"iterations": 2, "batch_size": 4},
        "evaluation": {
            **{"samples": 6, "splits": 2, "fid_samples": 6, "batch_size": 6, "trace_samples": 6},
            "inception_weights": [f"{mirror.address}/inception.pth"],
        },
        "landscape": {"largest_n": 3},
        "clusters": {"seeds": 2, "iterations": 20, "trajectory_every": 10},
        "imbalanced": {"base_features": 16, "width": "eighth", "seeds": [0], "snapshots_every": 2},
        "authors": {"addresses": [f"{mirror.address}/released/{{file}}"], "generators": blobs},
        "resources": {name: {"gpu": 0, "mem_mb": 1000, "threads": 1} for name in ("train", "evaluate")},
    }


class Site:
    """A mirror and its folder, a configuration that names it, and a Python that holds it for the real one."""

    def __init__(self, folder, released):
        self.folder = folder / "mirror"
        checksums, blobs = lay_mirror(self.folder, released)
        self.mirror = Mirror(self.folder)
        self.python = python_with_stand_ins(folder / "python", checksums)
        self.configuration = folder / "overlay.yaml"
        self.configuration.write_text(yaml.safe_dump(overlay(self.mirror, blobs)))

    def snakemake(self, directory, *arguments, before=()):
        directory.mkdir(exist_ok=True)
        return subprocess.run(
            [
                *(*before, self.python, "-m", "snakemake", *arguments),
                *("--snakefile", ROOT / "Snakefile", "--directory", directory, "--cores", "2"),
                *("--workflow-profile", ROOT / "workflow/profiles/default"),
                *("--configfile", self.configuration),
            ],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )

    def cut_off(self, directory, *arguments):
        """The same without a network."""
        program = (self.python, "-c", CUT_OFF, str(self.mirror.port))
        return self.snakemake(directory, *arguments, before=(*without_network(), *program))


@pytest.fixture(scope="module")
def site(tmp_path_factory, release_generator):
    without_network()  # or skip
    folder = tmp_path_factory.mktemp("site")
    released, *_ = release_generator(folder)
    site = Site(folder, released)
    with contextlib.closing(site.mirror):
        yield site


@pytest.fixture(scope="module")
def login_node(site, tmp_path_factory):
    """A folder in which `fetch` has run, with the network."""
    folder = tmp_path_factory.mktemp("login_node")
    lay_photographs(folder / "data")
    result = site.snakemake(folder, "fetch")
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="module")
def cluster(login_node, tmp_path_factory):
    """Another folder, to which nothing but the downloads was copied."""
    folder = tmp_path_factory.mktemp("cluster")
    shutil.copytree(login_node / "data", folder / "data")
    return folder


def test_fetch_downloads_every_file_once_and_says_what_was_verified(site, login_node):
    served = {f"/{path.relative_to(site.folder)}" for path in site.folder.rglob("*.*")}
    assert sorted(site.mirror.asked) == sorted(served)
    for dataset in (*DOWNLOADED, *BY_HAND):
        manifest = json.loads((login_node / "data" / dataset / "manifest.json").read_text())
        assert manifest["files"]
        for file in manifest["files"]:
            assert file["verified"] and file["checksum"] and file["algorithm"]
            by_hand = dataset in BY_HAND
            assert file["source"] == IN_PLACE if by_hand else file["source"].startswith(site.mirror.address)
    assert (login_node / "data/extractors/inception.pth").is_file()
    released = {path.name for path in (login_node / "data/authors").iterdir()}
    assert released == set(CONFIGURATION["authors"]["generators"])


def test_without_the_downloads_each_one_is_missed_in_a_line(site, tmp_path):
    """That the network is cut off is seen by what needs it, too."""
    wanted = ("mnist/manifest.json", "extractors/inception.pth", f"authors/{RELEASED}.pth")
    result = site.cut_off(tmp_path, *(f"data/{name}" for name in wanted))
    assert result.returncode != 0
    complaints = [line for line in result.stderr.splitlines() if line.startswith("ganscape fetch")]
    assert len(complaints) == len(wanted)
    assert all("cannot download" in line and "by hand" in line for line in complaints)


def test_after_fetch_no_target_has_anything_left_to_download(site, cluster):
    result = site.cut_off(cluster, "all", "--dry-run", "--quiet", "rules")
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^train_gan +\d+$", result.stdout, re.MULTILINE)
    assert not re.search(r"^fetch_\w+ +\d+$", result.stdout, re.MULTILINE)


def test_after_fetch_the_workflow_runs_without_a_network(site, cluster):
    asked = len(site.mirror.asked)
    result = site.cut_off(cluster, *TARGETS)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("no connection to ") == 2
    assert len(site.mirror.asked) == asked
    scores = json.loads((cluster / METRICS).read_text())
    assert scores["features"] == "inception-v3-compat"
    assert (cluster / RESULTS / "tables/strict_minima.html").stat().st_size > 0
    assert (cluster / RESULTS / "figures/figure5.png").stat().st_size > 0
