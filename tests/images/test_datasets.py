import dataclasses
import gzip
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fabricated_archives import COUNTS, fabricate_cifar10, fabricate_mnist, fabricate_stl10, idx, tar
from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.images import archives, resampling, sources
from ganscape.images.archives import fetch
from ganscape.images.datasets import load, prepare


@dataclasses.dataclass
class Published:
    """A fabricated data set: its true images and labels by split, and its files by place."""

    truth: dict
    files: dict

    def lay_down(self, downloads):
        for place, content in self.files.items():
            path = downloads / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def md5(content):
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def publish(monkeypatch, server):
    """Publish a fabricated data set: torchvision's checksums and addresses are made to be its own."""
    published = pytest.importorskip("torchvision").datasets
    generator = np.random.default_rng(0)

    def publish_mnist(name):
        truth, files = fabricate_mnist(generator)
        source = {"mnist": published.MNIST, "fashion_mnist": published.FashionMNIST}[name]
        monkeypatch.setattr(source, "resources", [(file, md5(files[file])) for file, _ in source.resources])
        monkeypatch.setattr(source, "mirrors", [server.address + "/"])
        monkeypatch.setattr(archives, "IDX_COUNTS", COUNTS)
        server.files.update(files)
        return truth, {f"{name}/{source.__name__}/raw/{file}": content for file, content in files.items()}

    def publish_tar(name, fabricated):
        truth, content = fabricated
        source = {"cifar10": published.CIFAR10, "stl10": published.STL10}[name]
        monkeypatch.setattr(source, "tgz_md5", md5(content))
        monkeypatch.setattr(source, "url", f"{server.address}/{source.filename}")
        server.files[source.filename] = content
        return truth, {f"{name}/{source.filename}": content}

    def publish(name, fabricated=None):
        if name in ("mnist", "fashion_mnist"):
            return Published(*publish_mnist(name))
        fabricate = {"cifar10": fabricate_cifar10, "stl10": fabricate_stl10}[name]
        return Published(*publish_tar(name, fabricated or fabricate(generator)))

    return publish


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def one_line(caught):
    message = str(caught.value)
    assert "\n" not in message
    return message


# Preparing.


@pytest.mark.parametrize(
    ("name", "size", "channels"),
    [("mnist", 28, 1), ("fashion_mnist", 28, 1), ("cifar10", 32, 3), ("stl10", 96, 3)],
)
def test_values_are_exact_where_nothing_is_resampled(publish, tmp_path, monkeypatch, name, size, channels):
    monkeypatch.setattr(sources, "CHUNK", 7)  # several chunks, the last one shorter
    published = publish(name)
    published.lay_down(tmp_path)
    prepare(name, tmp_path, size, channels, tmp_path / "prepared")
    dataset = load(tmp_path / "prepared")
    assert list(dataset.splits) == list(published.truth)
    for split, (images, labels) in published.truth.items():
        found_images, found_labels = dataset.split(split)
        np.testing.assert_array_equal(found_images, images)
        np.testing.assert_array_equal(found_labels, labels)
    metadata = json.loads((tmp_path / "prepared/metadata.json").read_text())
    assert metadata["resampling"] == "none"
    assert metadata["name"] == f"{name}-{size}x{size}x{channels}"
    assert all(md5(content) in metadata["source"] for content in published.files.values())


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "stl10"])
def test_torchvision_reads_the_same_images(publish, tmp_path, monkeypatch, name):
    """The fabricated files are in torchvision's format: its own class reads what we read."""
    published = pytest.importorskip("torchvision").datasets
    fabricated = publish(name)
    fabricated.lay_down(tmp_path)
    source = {
        "mnist": published.MNIST,
        "fashion_mnist": published.FashionMNIST,
        "cifar10": published.CIFAR10,
        "stl10": published.STL10,
    }[name]
    if name in ("mnist", "fashion_mnist"):
        dataset = source(tmp_path / name, train=False, download=True)
        images, split = np.asarray(dataset.data)[..., np.newaxis], "test"
    else:
        with tarfile.open(tmp_path / name / source.filename) as archive:
            archive.extractall(tmp_path / name, filter="data")
        monkeypatch.setattr(source, "_check_integrity", lambda self: True)
        monkeypatch.setattr(source, "_load_meta", lambda self: None, raising=False)
        dataset, split = (
            (source(tmp_path / name, split="unlabeled"), "train")
            if name == "stl10"
            else (source(tmp_path / name, train=True), "train")
        )
        images = dataset.data if name == "cifar10" else dataset.data.transpose(0, 2, 3, 1)
    size, channels = images.shape[1], images.shape[3]
    prepare(name, tmp_path, size, channels, tmp_path / "prepared")
    np.testing.assert_array_equal(load(tmp_path / "prepared").split(split)[0], images)


def test_digits_are_scaled_to_the_full_range(tmp_path):
    from sklearn.datasets import load_digits

    prepare("digits", tmp_path / "absent", 8, 1, tmp_path / "prepared")
    dataset = load(tmp_path / "prepared")
    assert dataset.images.shape == (1797, 8, 8, 1)
    assert dataset.classes == tuple("0123456789")
    bundled = load_digits()
    expected = np.floor(bundled.images * 255 / 16 + 0.5).astype(np.uint8)
    assert {expected.min(), expected.max()} == {0, 255}
    assert sorted(image.tobytes() for image in expected) == sorted(
        image.tobytes() for image in np.asarray(dataset.images)
    )
    of_label = {image.tobytes(): label for image, label in zip(expected, bundled.target, strict=True)}
    assert all(
        of_label[image.tobytes()] == label
        for image, label in zip(dataset.images, dataset.labels, strict=True)
    )


def test_digits_hold_out_a_fifth_of_every_class_disjointly(tmp_path):
    prepare("digits", tmp_path, 8, 1, tmp_path / "prepared")
    dataset = load(tmp_path / "prepared")
    train, test = (dataset.split(split)[1] for split in ("train", "test"))
    assert len(train) + len(test) == 1797
    for label in range(10):
        held_out, kept = np.sum(test == label), np.sum(train == label)
        assert held_out == (held_out + kept) // 5
    # Disjoint by rows, and every image of scikit-learn's is in one of them (the test above).
    (train_start, train_stop), (test_start, test_stop) = dataset.splits["train"], dataset.splits["test"]
    assert (train_start, train_stop, test_stop) == (0, test_start, len(dataset.labels))


def test_resizing_is_pillows_bilinear_filter(publish, tmp_path):
    published = publish("stl10")
    published.lay_down(tmp_path)
    prepare("stl10", tmp_path, 48, 3, tmp_path / "prepared")
    dataset = load(tmp_path / "prepared")
    images = published.truth["train"][0]
    expected = [np.asarray(Image.fromarray(image).resize((48, 48), Image.BILINEAR)) for image in images]
    np.testing.assert_array_equal(dataset.images, expected)
    assert (
        "antialiased, 96x96 to 48x48"
        in json.loads((tmp_path / "prepared/metadata.json").read_text())["resampling"]
    )


def test_resizing_keeps_a_constant_image_constant_and_a_ramp_monotonous():
    constant = np.full((1, 28, 28, 3), 201, np.uint8)
    assert np.all(resampling.resample(constant, 32, 3) == 201)
    ramp = np.zeros((1, 8, 8, 1), np.uint8) + np.arange(0, 256, 32, dtype=np.uint8)[:, None]
    grown = resampling.resample(ramp, 32, 1)[0, :, :, 0].astype(int)
    assert np.all(np.diff(grown, axis=1) >= 0) and np.all(np.diff(grown, axis=0) == 0)


def test_shrinking_averages_instead_of_picking():
    stripes = np.zeros((1, 96, 96, 1), np.uint8)
    stripes[:, :, ::2] = 255
    inside = resampling.resample(stripes, 24, 1)[0, :, 2:-2, 0].astype(int)
    assert np.all(np.abs(inside - 127) <= 8)


def test_one_channel_is_repeated_and_three_become_luminance(publish, tmp_path):
    for name in ("mnist", "cifar10"):
        publish(name).lay_down(tmp_path)
    prepare("mnist", tmp_path, 28, 3, tmp_path / "colour")
    images = load(tmp_path / "colour").images
    assert images.shape == (60, 28, 28, 3)
    assert np.all(images == images[..., :1])

    prepare("cifar10", tmp_path, 32, 3, tmp_path / "cifar")
    prepare("cifar10", tmp_path, 32, 1, tmp_path / "grey")
    colour, grey = load(tmp_path / "cifar").images, load(tmp_path / "grey").images
    expected = [np.asarray(Image.fromarray(image).convert("L"))[..., np.newaxis] for image in colour]
    np.testing.assert_array_equal(grey, expected)


def test_two_preparations_are_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        prepare("digits", tmp_path, 32, 3, tmp_path / name)
    one = contents(tmp_path / "one")
    assert one == contents(tmp_path / "two")
    metadata = json.loads(one["metadata.json"])
    for name in ("images", "labels"):
        assert metadata[f"{name}_sha256"] == hashlib.sha256(one[f"{name}.npy"]).hexdigest()


@pytest.mark.parametrize(
    ("name", "size", "channels", "complaint"),
    [
        ("imagenet", 32, 3, "unknown data set 'imagenet'.*digits, mnist, fashion_mnist, cifar10, stl10"),
        ("digits", 0, 3, "image size 0"),
        ("digits", 32, 2, "2 channels"),
    ],
)
def test_nonsense_is_refused(tmp_path, name, size, channels, complaint):
    with pytest.raises(InputError, match=complaint):
        prepare(name, tmp_path, size, channels, tmp_path / "prepared")
    assert not (tmp_path / "prepared").exists()


@pytest.mark.parametrize("name", ["mnist", "cifar10", "stl10"])
def test_a_missing_archive_points_at_fetch(publish, tmp_path, name):
    published = publish(name)
    with pytest.raises(InputError) as caught:
        prepare(name, tmp_path, 32, 3, tmp_path / "prepared")
    message = one_line(caught)
    place, content = next(iter(published.files.items()))
    assert (
        str(tmp_path / place) in message and md5(content) in message and f"fetch --dataset {name}" in message
    )


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-5], lambda content: content[:50] + b"?" + content[51:]]
)
@pytest.mark.parametrize("name", ["fashion_mnist", "cifar10", "stl10"])
def test_a_damaged_archive_is_reported_and_older_output_stays(publish, tmp_path, name, damage):
    published = publish(name)
    published.lay_down(tmp_path)
    prepare(name, tmp_path, 32, 3, tmp_path / "prepared")
    before = contents(tmp_path / "prepared")
    place, content = next(iter(published.files.items()))
    (tmp_path / place).write_bytes(damage(content))
    with pytest.raises(InputError) as caught:
        prepare(name, tmp_path, 32, 1, tmp_path / "prepared")
    message = one_line(caught)
    assert str(tmp_path / place) in message and "fetch" in message
    assert md5(content) in message and md5(damage(content)) in message
    assert contents(tmp_path / "prepared") == before


def truncated_stl10():
    truth, content = fabricate_stl10(np.random.default_rng(1))
    return truth, content[: len(content) // 2]


def incomplete_cifar10():
    return fabricate_cifar10(np.random.default_rng(1), ["data_batch_1", "data_batch_2", "test_batch"])


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("executed",)


def malicious_cifar10():
    files = {f"cifar-10-batches-py/data_batch_{k}": pickle.dumps({"data": Malicious()}) for k in range(1, 6)}
    return {}, tar({**files, "cifar-10-batches-py/test_batch": b""})


@pytest.mark.parametrize(
    ("name", "fabricate", "complaint"),
    [
        ("stl10", truncated_stl10, "cannot be decoded"),
        ("stl10", lambda: ({}, tar({"readme": b""})), "lacks .*unlabeled_X.bin"),
        ("stl10", lambda: ({}, tar({"stl10_binary/unlabeled_X.bin": b"123"})), "whole number of images"),
        ("cifar10", incomplete_cifar10, "lacks .*data_batch_3"),
        ("cifar10", malicious_cifar10, "the pickle asks for posix.mkdir"),
        ("cifar10", lambda: ({}, b"not a tar file at all"), "cannot be decoded"),
    ],
)
def test_nothing_is_written_from_an_archive_that_cannot_be_decoded(
    publish, tmp_path, monkeypatch, name, fabricate, complaint
):
    """Even when its checksum is right."""
    monkeypatch.chdir(tmp_path)
    publish(name, fabricate()).lay_down(tmp_path)
    with pytest.raises(InputError, match=complaint) as caught:
        prepare(name, tmp_path, 32, 3, tmp_path / "prepared")
    one_line(caught)
    assert list((tmp_path / "prepared").iterdir()) == []
    assert not (tmp_path / "executed").exists()


def test_a_disk_that_fills_up_leaves_older_output_alone(tmp_path):
    prepare("digits", tmp_path, 8, 1, tmp_path / "prepared")
    before = contents(tmp_path / "prepared")
    script = f"""
        import resource
        from ganscape.errors import InputError
        from ganscape.images.datasets import prepare
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            prepare("digits", "unused", 32, 3, "{tmp_path / "prepared"}")
        except InputError as error:
            print(error)
    """
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert finished.stdout.startswith("cannot write") and "images.npy" in finished.stdout
    assert contents(tmp_path / "prepared") == before


# Loading.


@pytest.fixture(scope="module")
def prepared_digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    prepare("digits", folder, 8, 3, folder / "digits-8x8x3")
    return folder / "digits-8x8x3"


@pytest.fixture
def copied_digits(prepared_digits, tmp_path):
    folder = tmp_path / "copy"
    folder.mkdir()
    for name, content in contents(prepared_digits).items():
        (folder / name).write_bytes(content)
    return folder


def test_images_are_mapped_and_read_only(prepared_digits):
    dataset = load(prepared_digits)
    assert isinstance(dataset.images, np.memmap)
    assert dataset.images.dtype == np.uint8 and dataset.labels.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        dataset.images[0] = 0
    images, labels = dataset.split("test")
    assert np.shares_memory(images, dataset.images) and np.shares_memory(labels, dataset.labels)
    assert (dataset.name, dataset.dataset) == ("digits-8x8x3", "digits")
    assert (dataset.image_size, dataset.channels) == (8, 3)


def test_loading_needs_neither_torchvision_nor_torch_nor_scikit_learn(prepared_digits):
    script = f"""
        import sys
        from ganscape.images.datasets import load
        load("{prepared_digits}")
        print([name for name in ("torch", "torchvision", "sklearn", "PIL") if name in sys.modules])
    """
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert finished.stdout.strip() == "[]"


def test_an_unknown_split_is_refused(prepared_digits):
    with pytest.raises(InputError, match="no split 'validation', only train, test"):
        load(prepared_digits).split("validation")


def test_stl10_has_no_test_split(publish, tmp_path):
    publish("stl10").lay_down(tmp_path)
    prepare("stl10", tmp_path, 48, 3, tmp_path / "prepared")
    dataset = load(tmp_path / "prepared")
    assert dataset.splits == {"train": (0, 23)} and dataset.classes == ()
    assert np.all(dataset.labels == -1)
    with pytest.raises(InputError, match="no split 'test'"):
        dataset.split("test")


def change_metadata(key, value):
    def change(folder):
        metadata = json.loads((folder / "metadata.json").read_text())
        (folder / "metadata.json").write_text(json.dumps({**metadata, key: value}))

    return change


def truncate(name):
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size - 1)


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        (lambda folder: (folder / "metadata.json").unlink(), "metadata.json"),
        (lambda folder: (folder / "images.npy").unlink(), "images.npy"),
        (lambda folder: (folder / "labels.npy").unlink(), "labels.npy"),
        (truncate("images.npy"), "images.npy"),
        (truncate("labels.npy"), "labels.npy"),
        (lambda folder: (folder / "images.npy").write_bytes(b"no array"), "images.npy"),
        (lambda folder: (folder / "metadata.json").write_text("{"), "metadata.json"),
        (lambda folder: (folder / "metadata.json").write_text("[]"), "metadata.json"),
        (lambda folder: np.save(folder / "labels.npy", np.zeros(5, np.int64)), "images.npy"),
        (lambda folder: np.save(folder / "labels.npy", np.zeros(1797, np.int32)), "labels.npy"),
        (change_metadata("image_size", 16), "images.npy"),
        (change_metadata("channels", 1), "images.npy"),
        (change_metadata("splits", {"train": [0, 1000]}), "metadata.json"),
        (change_metadata("splits", {"train": [0, 1000], "test": [900, 1797]}), "metadata.json"),
        (change_metadata("splits", {}), "metadata.json"),
        (change_metadata("splits", 5), "metadata.json"),
        (change_metadata("splits", {"train": [0, "1797"]}), "metadata.json"),
        (change_metadata("classes", "0123456789"), "metadata.json"),
        (change_metadata("image_size", float("inf")), "metadata.json"),
    ],
)
def test_an_inconsistent_folder_names_the_file_and_the_step(copied_digits, damage, file):
    damage(copied_digits)
    with pytest.raises(InputError) as caught:
        load(copied_digits)
    message = one_line(caught)
    assert message.startswith(str(copied_digits / file)) and message.count("step `prepare`") == 1


@pytest.mark.parametrize("file", ["images.npy", "labels.npy", "metadata.json"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(copied_digits, monkeypatch, file):
    def refused(path, *arguments, **options):
        if path.name == file:
            raise PermissionError(13, "Permission denied")
        return open(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(InputError, match=f"cannot read .*/{file}: Permission denied$"):
        load(copied_digits)


def test_a_pickled_array_is_refused(copied_digits):
    np.save(copied_digits / "labels.npy", np.array([Malicious()], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"labels\.npy"):
        load(copied_digits)


# Fetching.


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "stl10"])
def test_fetches_what_prepare_needs_once(publish, server, tmp_path, name):
    published = publish(name)
    downloads, manifest = tmp_path / "data", tmp_path / "data" / name / "manifest.json"
    fetch(name, downloads, manifest)
    for place, content in published.files.items():
        assert (downloads / place).read_bytes() == content
    written = json.loads(manifest.read_text())
    assert written["dataset"] == name
    assert {
        file["path"]: (file["bytes"], file["algorithm"], file["checksum"]) for file in written["files"]
    } == {place: (len(content), "md5", md5(content)) for place, content in published.files.items()}
    assert all(file["source"].startswith(server.address) for file in written["files"])
    prepare(name, downloads, 32, 3, tmp_path / "prepared")

    server.requests.clear()
    fetch(name, downloads, manifest)
    assert server.requests == []
    assert {file["source"] for file in json.loads(manifest.read_text())["files"]} == {"found in place"}


def test_digits_need_no_download(tmp_path):
    fetch("digits", tmp_path / "data", tmp_path / "manifest.json")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest == {"dataset": "digits", "source": "bundled with scikit-learn", "files": []}


def test_mirrors_come_before_the_published_addresses(publish, server, refusing_address, tmp_path):
    publish("cifar10")
    server.files["mirror/cifar-10-python.tar.gz"] = server.files["cifar-10-python.tar.gz"]
    fetch("cifar10", tmp_path, tmp_path / "m.json", [refusing_address, f"{server.address}/mirror/"])
    assert [name for name, _ in server.requests] == ["mirror/cifar-10-python.tar.gz"]


def test_without_network_one_line_says_what_to_do(publish, monkeypatch, refusing_address, tmp_path, capsys):
    published = publish("cifar10")
    monkeypatch.setattr(
        "torchvision.datasets.CIFAR10.url", f"{refusing_address}/cifar-10-python.tar.gz", raising=True
    )
    options = ["--dataset", "cifar10", "--downloads", str(tmp_path), "--manifest", str(tmp_path / "m.json")]
    assert main(["fetch", *options, "--mirror", f"{refusing_address}/mirror"]) == 1
    message = capsys.readouterr().err.rstrip("\n")
    ((place, content),) = published.files.items()
    assert "\n" not in message
    for part in (
        f"{refusing_address}/mirror/cifar-10-python.tar.gz",
        f"{refusing_address}/cifar-10-python.tar.gz",
        str(tmp_path / place),
        f"md5 {md5(content)}",
    ):
        assert part in message
    assert not (tmp_path / "m.json").exists()


def test_a_damaged_archive_in_place_is_never_replaced_silently(publish, server, tmp_path):
    published = publish("stl10")
    ((place, content),) = published.files.items()
    published.lay_down(tmp_path)
    (tmp_path / place).write_bytes(content[:-1])
    with pytest.raises(InputError) as caught:
        fetch("stl10", tmp_path, tmp_path / "m.json")
    message = one_line(caught)
    for part in (str(tmp_path / place), md5(content), md5(content[:-1]), "move it away"):
        assert part in message
    assert server.requests == []


def unpack(published, downloads):
    """Lay the files down without their compression, as Debian's package does once it is decompressed."""
    for place, content in published.files.items():
        path = downloads / place.removesuffix(".gz")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.decompress(content))


def test_unpacked_idx_files_are_as_good(publish, server, tmp_path):
    published = publish("fashion_mnist")
    unpack(published, tmp_path)
    fetch("fashion_mnist", tmp_path, tmp_path / "m.json")
    assert server.requests == []
    files = json.loads((tmp_path / "m.json").read_text())["files"]
    assert {file["verified"] for file in files} == {"IDX header and size"}
    place, content = next(iter(published.files.items()))
    assert files[0]["path"] == place.removesuffix(".gz")
    assert files[0]["checksum"] == hashlib.sha256(gzip.decompress(content)).hexdigest()

    prepare("fashion_mnist", tmp_path, 28, 1, tmp_path / "prepared")
    dataset = load(tmp_path / "prepared")
    np.testing.assert_array_equal(dataset.split("test")[0], published.truth["test"][0])
    assert dataset.classes[9] == "Ankle boot"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: b"\0\0\x0d" + content[3:],
        lambda content: idx(np.zeros((COUNTS["train"], 14, 56), np.uint8)),
        lambda content: content[:7],
        lambda content: b"",
    ],
)
def test_damaged_unpacked_idx_files_are_reported(publish, tmp_path, damage):
    published = publish("mnist")
    unpack(published, tmp_path)
    path = tmp_path / next(iter(published.files)).removesuffix(".gz")
    path.write_bytes(damage(path.read_bytes()))
    for step in (
        lambda: fetch("mnist", tmp_path, tmp_path / "m.json"),
        lambda: prepare("mnist", tmp_path, 28, 1, tmp_path / "prepared"),
    ):
        with pytest.raises(InputError) as caught:
            step()
        assert str(path) in one_line(caught) and "fetch" in str(caught.value)
    assert not (tmp_path / "m.json").exists() and not (tmp_path / "prepared").exists()


def test_the_published_checksums_are_torchvisions():
    published = pytest.importorskip("torchvision").datasets
    (cifar10,) = archives.required_archives("cifar10", ["http://127.0.0.1/x/"])
    assert cifar10.checksum.value == published.CIFAR10.tgz_md5
    assert cifar10.addresses == ("http://127.0.0.1/x/cifar-10-python.tar.gz", published.CIFAR10.url)
    mnist = archives.required_archives("mnist")
    assert [archive.path.as_posix() for archive in mnist] == [
        f"MNIST/raw/{name}" for name, _ in published.MNIST.resources
    ]
    assert [archive.idx_shape for archive in mnist] == [(60000, 28, 28), (60000,), (10000, 28, 28), (10000,)]


def test_class_names_are_torchvisions():
    published = pytest.importorskip("torchvision").datasets
    assert list(sources.CLASSES["fashion_mnist"]) == published.FashionMNIST.classes


def test_the_steps_run_from_the_command_line(tmp_path, capsys):
    prepared = tmp_path / "digits-32x32x3"
    options = ["--dataset", "digits", "--downloads", str(tmp_path / "data")]
    assert main(["fetch", *options]) == 0
    assert (tmp_path / "data/digits/manifest.json").is_file()
    assert (
        main(["prepare", *options, "--image-size", "32", "--channels", "3", "--output", str(prepared)]) == 0
    )
    assert load(prepared).images.shape == (1797, 32, 32, 3)
    assert (
        main(["prepare", *options, "--image-size", "32", "--channels", "4", "--output", str(prepared)]) == 1
    )
    assert capsys.readouterr().err == "ganscape prepare: 4 channels: images have 1 or 3\n"
