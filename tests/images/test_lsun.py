"""LSUN: photographs of all sizes and modes, from its database or a folder, and what is wrong with some."""

import hashlib
import io
import json
import logging
import os
import struct
import subprocess
import sys
import textwrap
import zlib

import lmdb
import lmdb.verify
import numpy as np
import pytest
from PIL import Image

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.images import photographs
from ganscape.images.archives import fetch
from ganscape.images.datasets import load, prepare

DATASET, ARCHIVE = "lsun_tower", "tower_train_lmdb"
PAGE = 4096


def picture(width, height, mode="RGB", seed=0):
    """A random image that is smooth enough to survive JPEG."""
    generator = np.random.default_rng(seed)
    coarse = Image.fromarray(generator.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def lay_database(downloads, values):
    """Write LSUN's database, one entry for each of `values`, under random-looking keys; returns those."""
    folder = downloads / DATASET / ARCHIVE
    folder.mkdir(parents=True)
    keys = [hashlib.sha1(b"%d" % number).hexdigest().encode() for number in range(len(values))]
    with lmdb.open(str(folder), map_size=2**30) as environment:
        for start in range(0, len(keys), 100):
            with environment.begin(write=True) as transaction:
                for key, value in zip(keys[start : start + 100], values[start : start + 100], strict=True):
                    transaction.put(key, value)
    (folder / "lock.mdb").unlink()
    return keys


def lay_folder(downloads, files):
    for name, content in files.items():
        path = downloads / DATASET / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def prepared(downloads, size=16, channels=3):
    output = downloads / "prepared"
    prepare(DATASET, downloads, size, channels, output)
    return load(output).images, json.loads((output / "metadata.json").read_text())


def refusal(step):
    with pytest.raises(InputError) as caught:
        step()
    message = str(caught.value)
    assert "\n" not in message
    return message


def run(script, *arguments):
    """Run a script in a process of its own, so that its death is seen."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )


# Values.


def test_images_and_order_are_torchvisions(tmp_path, monkeypatch):
    classes = pytest.importorskip("torchvision.datasets.lsun")
    sizes = [(16, 16), (40, 16), (16, 23), (64, 50), (33, 80)] * 6
    formats = [("JPEG", {"quality": 75}), ("WEBP", {}), ("PNG", {})] * 10
    lay_database(
        tmp_path,
        [
            encoded(picture(*size, "L" if seed % 7 == 3 and kind != "WEBP" else "RGB", seed), kind, **options)
            for seed, (size, (kind, options)) in enumerate(zip(sizes, formats, strict=True))
        ],
    )
    images, _ = prepared(tmp_path)
    monkeypatch.chdir(tmp_path)  # where torchvision leaves its list of keys
    published = classes.LSUNClass(str(tmp_path / DATASET / ARCHIVE))
    assert len(published) == len(images) == 30
    exact = 0
    for found, (image, _) in zip(images, published, strict=True):
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        values = np.asarray(image)[top : top + side, left : left + side]
        expected = Image.fromarray(np.ascontiguousarray(values)).resize((16, 16), Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(found, expected)
        exact += image.size == (16, 16) and np.array_equal(found, image)
    published.env.close()
    assert exact == 6


def test_nothing_is_labeled_and_all_is_for_training(tmp_path):
    lay_database(tmp_path, [encoded(picture(16, 16, seed=seed)) for seed in range(5)])
    images, metadata = prepared(tmp_path)
    dataset = load(tmp_path / "prepared")
    assert dataset.splits == {"train": (0, 5)} and dataset.classes == () and images.shape == (5, 16, 16, 3)
    assert np.all(dataset.labels == -1)
    assert metadata["source"] == f"{ARCHIVE} (an LMDB of 5 entries)"
    assert "centre crop" in metadata["resampling"] and "16x16" in metadata["resampling"]


def test_a_folder_is_searched_with_its_subfolders_in_sorted_order(tmp_path):
    names = ["b.png", "a/z.JPG", "a/b/c.webp", "B.jpeg", "é.bmp"]
    kinds = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "jpeg": "JPEG", "bmp": "BMP"}
    files = {
        name: encoded(picture(16, 16, seed=seed), kinds[name.split(".")[1].lower()])
        for seed, name in enumerate(names)
    }
    lay_folder(tmp_path, {**files, "readme.txt": b"no image", "._b.png": b"a Mac's", "c.gif": b"no format"})
    images, metadata = prepared(tmp_path)
    expected = [np.asarray(Image.open(io.BytesIO(files[name]))) for name in sorted(names)]
    np.testing.assert_array_equal(images, expected)
    assert metadata["source"] == "images (a folder of 5 image files)"


def test_the_crop_is_the_square_at_the_centre(tmp_path):
    wide = np.zeros((4, 9, 3), np.uint8) + np.arange(9, dtype=np.uint8)[:, np.newaxis]
    lay_folder(tmp_path, {"a.png": encoded(Image.fromarray(wide))})
    lay_folder(tmp_path, {"b.png": encoded(Image.fromarray(np.ascontiguousarray(wide.transpose(1, 0, 2))))})
    images, _ = prepared(tmp_path, size=4)
    assert images[0, 0, :, 0].tolist() == images[1, :, 0, 0].tolist() == [2, 3, 4, 5]


def colours():
    """Images of every mode that the formats have, the colours they should become, and what is counted."""
    half = Image.new("RGBA", (4, 4), (200, 0, 100, 0))
    half.paste((200, 0, 100, 255), (0, 0, 2, 4))
    veil = Image.new("LA", (4, 4), (100, 51))  # a fifth of 100, four fifths of white
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([9, 8, 7, 30, 60, 90])
    sixteen = Image.fromarray(np.full((4, 4), 0x7F80, np.uint16))
    return {
        "grey": (encoded(Image.new("L", (4, 4), 77)), (77,) * 3, ["grey"]),
        "grey jpeg": (encoded(Image.new("L", (4, 4), 77), "JPEG"), (77,) * 3, ["grey"]),
        "black and white": (encoded(Image.new("1", (4, 4), 1)), (255,) * 3, ["grey"]),
        "16 bits": (encoded(sixteen), (127,) * 3, ["grey"]),
        "veiled grey": (encoded(veil), (224,) * 3, ["grey", "transparent"]),
        "opaque": (encoded(Image.new("RGBA", (4, 4), (1, 2, 3, 255))), (1, 2, 3), []),
        "palette": (encoded(palette), (30, 60, 90), ["palette"]),
        "transparent palette": (encoded(palette, transparency=1), (255,) * 3, ["palette", "transparent"]),
        "transparent colour": (
            encoded(Image.new("RGB", (4, 4), (5, 6, 7)), transparency=(5, 6, 7)),
            (255,) * 3,
            ["transparent"],
        ),
        "transparent webp": (
            encoded(Image.new("RGBA", (4, 4), (1, 2, 3, 0)), "WEBP", lossless=True),
            (255,) * 3,
            ["transparent"],
        ),
        "cmyk": (encoded(Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG"), (255, 0, 0), ["cmyk"]),
        "half": (encoded(half), [[(200, 0, 100)] * 2 + [(255,) * 3] * 2] * 4, ["transparent"]),
    }


@pytest.mark.parametrize("mode", colours())
def test_every_mode_becomes_colours_on_white(tmp_path, mode):
    content, expected, counted = colours()[mode]
    lay_folder(tmp_path, {"a.png": content})
    images, metadata = prepared(tmp_path, size=4)
    difference = images[0].astype(int) - np.asarray(expected)
    assert np.abs(difference).max() <= (1 if mode == "cmyk" else 0)
    assert {kind for kind, count in metadata["converted"].items() if count} == set(counted)


def test_one_channel_is_luminance(tmp_path):
    image = picture(16, 16)
    lay_folder(tmp_path, {"a.png": encoded(image)})
    images, _ = prepared(tmp_path, channels=1)
    np.testing.assert_array_equal(images[0, :, :, 0], image.convert("L"))


def test_small_images_are_enlarged_and_counted(tmp_path):
    lay_folder(tmp_path, {f"{size}.png": encoded(picture(40, size)) for size in (15, 16, 17)})
    images, metadata = prepared(tmp_path)
    assert len(images) == 3 and metadata["converted"]["enlarged"] == 1


def test_two_preparations_are_the_same_bytes_whatever_the_threads(tmp_path, monkeypatch):
    lay_database(tmp_path, [encoded(picture(20 + seed, 30, seed=seed)) for seed in range(60)])
    monkeypatch.setattr(photographs, "CHUNK_BYTES", 7 * 16 * 16 * 3)
    contents = []
    for threads in (1, 4):
        monkeypatch.setattr(photographs, "available_cores", lambda threads=threads: threads)
        prepared(tmp_path)
        contents.append({path.name: path.read_bytes() for path in (tmp_path / "prepared").iterdir()})
    assert contents[0] == contents[1]


def test_nothing_is_written_beside_what_was_given(tmp_path):
    lay_database(tmp_path, [encoded(picture(16, 16))])
    folder = tmp_path / DATASET / ARCHIVE
    before = os.stat(folder).st_mtime_ns, os.stat(folder / "data.mdb").st_mtime_ns
    fetch(DATASET, tmp_path, tmp_path / "m.json")
    prepared(tmp_path)
    assert before == (os.stat(folder).st_mtime_ns, os.stat(folder / "data.mdb").st_mtime_ns)
    assert [path.name for path in folder.iterdir()] == ["data.mdb"]


# Unreadable images.


def bomb(width, height):
    """A PNG that says it is large."""
    content = encoded(Image.new("L", (1, 1)))
    header = struct.pack(">II", width, height) + content[24:29]
    checksum = struct.pack(">I", zlib.crc32(b"IHDR" + header))
    return content[:16] + header + checksum + content[33:]


def unreadable():
    whole = {kind: encoded(picture(90, 90), kind) for kind in ("PNG", "JPEG", "WEBP", "BMP")}
    postscript = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"  # Pillow would let Ghostscript run it
    return {
        **{f"cut.{kind.lower()}": content[: len(content) // 2] for kind, content in whole.items()},
        **{f"beginning.{kind.lower()}": content[:20] for kind, content in whole.items()},
        "empty.png": b"",
        "text.jpg": b"<html>no such image</html>",
        "program.png": postscript,
        "bomb.png": bomb(60_000, 60_000),
        "large.png": bomb(9_000, 9_000),
    }


@pytest.mark.parametrize("name", unreadable())
def test_an_unreadable_image_is_skipped_and_counted(tmp_path, caplog, name):
    good = [encoded(picture(16, 16, seed=seed)) for seed in range(2)]
    lay_folder(tmp_path, {"a.png": good[0], f"b-{name}": unreadable()[name], "c.png": good[1]})
    with caplog.at_level(logging.INFO):
        images, metadata = prepared(tmp_path)
    np.testing.assert_array_equal(images, [np.asarray(Image.open(io.BytesIO(content))) for content in good])
    assert metadata["skipped"] == {"unreadable": 1} and metadata["splits"] == {"train": [0, 2]}
    (record,) = caplog.records
    line = record.getMessage()
    assert record.levelname == "WARNING" and "\n" not in line
    assert f"skipped 1 of 3 images as unreadable (b-{name}: " in line


def test_damage_anywhere_in_a_file_never_ends_in_a_traceback(tmp_path, monkeypatch):
    generator = np.random.default_rng(0)
    files = {"good.png": encoded(picture(16, 16))}
    for kind in ("PNG", "JPEG", "WEBP", "BMP"):
        for number in range(50):
            content = bytearray(encoded(picture(24, 24), kind))
            for place in generator.integers(0, min(len(content), 10 * (number + 1)), 3):
                content[place] = generator.integers(256)
            files[f"{kind.lower()}{number}.png"] = bytes(content)
    lay_folder(tmp_path, files)
    monkeypatch.setattr(photographs, "TOLERATED_SHARE", 1)
    images, metadata = prepared(tmp_path)
    assert metadata["skipped"]["unreadable"] > 50
    assert len(images) + metadata["skipped"]["unreadable"] == 201


def test_the_warning_names_only_the_first_few_on_one_line(tmp_path, caplog):
    lay_folder(tmp_path, {f"{n}.png": encoded(picture(16, 16)) for n in range(5)})
    lay_folder(tmp_path, {f"x\n{n}.png": b"" for n in range(5)})
    _, metadata = prepared(tmp_path)
    (line,) = [record.getMessage() for record in caplog.records]
    assert metadata["skipped"]["unreadable"] == 5 and "skipped 5 of 10" in line
    assert r"'x\n0.png'" in line and r"'x\n2.png'" in line and "3.png" not in line and "\n" not in line


def test_more_than_a_handful_is_too_many_in_a_small_collection(tmp_path):
    lay_folder(tmp_path, {f"{n:02}.png": encoded(picture(16, 16)) for n in range(20)})
    lay_folder(tmp_path, {f"1{n}.png": b"no image" for n in range(6)})
    message = refusal(lambda: prepared(tmp_path))
    assert "6 of the first 16 images are unreadable, too many of 20" in message
    assert str(tmp_path / DATASET / "images") in message and "10.png: no JPEG" in message
    assert list((tmp_path / "prepared").iterdir()) == []


@pytest.mark.parametrize(("bad", "accepted"), [(8, True), (9, False)])
def test_more_than_a_hundredth_is_too_many_in_a_large_one(tmp_path, bad, accepted):
    good = encoded(picture(4, 4))
    lay_database(tmp_path, [b"no image"] * bad + [good] * (800 - bad))
    if accepted:
        assert prepared(tmp_path, size=4)[1]["skipped"] == {"unreadable": bad}
    else:
        message = refusal(lambda: prepared(tmp_path, size=4))
        assert "too many of 800" in message and "unpack" in message


def test_a_collection_of_which_nothing_is_readable_is_refused(tmp_path):
    lay_folder(tmp_path, {"a.png": b"", "b.png": b"no image"})
    message = refusal(lambda: prepared(tmp_path))
    assert "none of 2 images is readable" in message and "a.png" in message


def test_what_the_disk_refuses_is_not_an_unreadable_image(tmp_path):
    lay_folder(tmp_path, {"a.png": encoded(picture(16, 16))})
    (tmp_path / DATASET / "images/b.png").symlink_to(tmp_path / "gone.png")
    for step in (lambda: prepared(tmp_path), lambda: fetch(DATASET, tmp_path, tmp_path / "m.json")):
        message = refusal(step)
        assert message.startswith(f"cannot read {tmp_path / DATASET / 'images/b.png'}: No such file")


# What is in place, and what is wrong with it.


def test_fetch_says_where_to_put_the_images(tmp_path, capsys):
    options = ["--dataset", "lsun_church_outdoor", "--downloads", str(tmp_path)]
    assert main(["fetch", *options]) == 1
    message = capsys.readouterr().err.rstrip("\n")
    assert "\n" not in message
    assert str(tmp_path / "lsun_church_outdoor/church_outdoor_train_lmdb/data.mdb") in message
    assert str(tmp_path / "lsun_church_outdoor/images") in message
    assert not (tmp_path / "lsun_church_outdoor").exists()
    output = ["--image-size", "16", "--channels", "3", "--output", str(tmp_path / "out")]
    assert main(["prepare", *options, *output]) == 1
    assert capsys.readouterr().err.rstrip("\n").removeprefix("ganscape prepare") in message.removeprefix(
        "ganscape fetch"
    )


def test_fetch_writes_down_a_database(tmp_path):
    lay_database(tmp_path, [encoded(picture(16, 16, seed=seed)) for seed in range(3)])
    fetch(DATASET, tmp_path, tmp_path / "m.json")
    content = (tmp_path / DATASET / ARCHIVE / "data.mdb").read_bytes()
    assert json.loads((tmp_path / "m.json").read_text()) == {
        "dataset": DATASET,
        "source": "files",
        "files": [
            {
                "path": f"{DATASET}/{ARCHIVE}/data.mdb",
                "bytes": len(content),
                "algorithm": "sha256",
                "checksum": hashlib.sha256(content).hexdigest(),
                "source": "found in place",
                "verified": "an LMDB of 3 entries; no checksum is published",
            }
        ],
    }


def test_fetch_writes_down_a_folder(tmp_path):
    files = {"b.png": encoded(picture(16, 16)), "a/c.jpg": encoded(picture(16, 16), "JPEG")}
    lay_folder(tmp_path, files)
    fetch(DATASET, tmp_path, tmp_path / "m.json")
    (entry,) = json.loads((tmp_path / "m.json").read_text())["files"]
    listing = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    assert entry == {
        "path": f"{DATASET}/images",
        "bytes": sum(map(len, files.values())),
        "algorithm": "sha256",
        "checksum": hashlib.sha256(listing.encode()).hexdigest(),
        "source": "found in place",
        "verified": "a folder of 2 image files; no checksum is published",
    }


def both_places(downloads):
    lay_database(downloads, [encoded(picture(16, 16))])
    lay_folder(downloads, {"a.png": encoded(picture(16, 16))})


def empty_folder(downloads):
    lay_folder(downloads, {"sub/readme.txt": b"no images yet"})


def folder_without_database(downloads):
    (downloads / DATASET / ARCHIVE).mkdir(parents=True)


def database_of(content):
    def write(downloads):
        folder_without_database(downloads)
        (downloads / DATASET / ARCHIVE / "data.mdb").write_bytes(content)

    return write


@pytest.mark.parametrize(
    ("arrange", "complaint"),
    [
        (both_places, "both there: keep one"),
        (empty_folder, "hold no image files"),
        (folder_without_database, "data.mdb is missing: unpack tower_train_lmdb.zip"),
        (database_of(b""), "cannot be read as an LMDB"),
        (database_of(b"PK not unpacked" * 1000), "cannot be read as an LMDB"),
        (lambda downloads: lay_database(downloads, []), "without entries"),
    ],
)
def test_what_is_wrong_with_the_source_is_said_in_one_line(tmp_path, arrange, complaint):
    arrange(tmp_path)
    for step in (lambda: fetch(DATASET, tmp_path, tmp_path / "m.json"), lambda: prepared(tmp_path)):
        message = refusal(step)
        assert complaint in message and str(tmp_path / DATASET) in message
    assert not (tmp_path / "m.json").exists()


STEPS = """
    import sys
    from ganscape.cli import main
    options = ["--dataset", "lsun_tower", "--downloads", sys.argv[1]]
    print(main(["fetch", *options]))
    print(main(["prepare", *options, "--image-size=8", "--channels=3", "--output", sys.argv[1] + "/out"]))
"""


@pytest.mark.parametrize("keep", [PAGE // 2, PAGE + 200, 2 * PAGE, "half", "all but one byte"])
def test_a_truncated_database_is_refused_and_kills_nothing(tmp_path, keep):
    """A page beyond the end of a mapped file is a signal that no handler survives."""
    lay_database(tmp_path, [os.urandom(20_000)] * 300)
    path = tmp_path / DATASET / ARCHIVE / "data.mdb"
    size = path.stat().st_size
    os.truncate(path, {"half": size // 2, "all but one byte": size - 1}.get(keep, keep))
    finished = run(STEPS, tmp_path)
    assert (finished.returncode, finished.stdout) == (0, "1\n1\n"), finished.stderr
    lines = finished.stderr.splitlines()
    assert len(lines) == 2 and all(
        f"{path} " in line and "unpack tower_train_lmdb.zip" in line for line in lines
    )
    if keep in ("half", "all but one byte", 2 * PAGE):
        assert f"truncated: {path.stat().st_size} bytes instead of {size}" in lines[0]


def test_a_database_with_a_hole_is_refused_and_kills_nothing(tmp_path):
    """LMDB itself ends the process where it meets some pages of zeroes, such as a broken-off copy leaves."""
    keys = sorted(lay_database(tmp_path, [encoded(picture(40, 40, seed=seed)) for seed in range(300)]))
    first, middle = keys[0], keys[150]
    path = tmp_path / DATASET / ARCHIVE / "data.mdb"
    content = path.read_bytes()
    for number in range(2, len(content) // PAGE):
        page = content[number * PAGE : (number + 1) * PAGE]
        # A leaf, whether in use or not, from which reading does not begin.
        if struct.unpack_from("<Q2xH", page) == (number, 2) and middle in page and first not in page:
            content = content[: number * PAGE] + bytes(PAGE) + content[(number + 1) * PAGE :]
    path.write_bytes(content)
    finished = run(STEPS, tmp_path)
    assert (finished.returncode, finished.stdout) == (0, "0\n1\n"), finished.stderr
    (line,) = finished.stderr.splitlines()
    assert f"{path} cannot be read as an LMDB" in line


def waste_a_page(path):
    """Count one page more at the end of a database than is in use, as older versions of LMDB could."""
    content = bytearray(path.read_bytes())
    # Of the two pages of metadata, that of the later transaction counts. After the page's header of 16 bytes,
    # the last page is at 120 and the transaction at 128.
    transactions = [struct.unpack_from("<Q", content, page * PAGE + 16 + 128)[0] for page in (0, 1)]
    place = transactions.index(max(transactions)) * PAGE + 16 + 120
    struct.pack_into("<Q", content, place, struct.unpack_from("<Q", content, place)[0] + 1)
    path.write_bytes(content + bytes(PAGE))


def test_a_database_with_a_history_is_as_good(tmp_path):
    """Pages that are free or wasted take nothing from reading."""
    keys = lay_database(tmp_path, [encoded(picture(40, 40, seed=seed)) for seed in range(300)])
    folder = tmp_path / DATASET / ARCHIVE
    with lmdb.open(str(folder), map_size=2**24, sync=False) as environment:
        for start in range(3):
            with environment.begin(write=True) as transaction:
                for key in keys[start::9]:
                    transaction.delete(key)
    (folder / "lock.mdb").unlink()
    assert lmdb.verify.verify(str(folder)) == []
    waste_a_page(folder / "data.mdb")
    (problem,) = lmdb.verify.verify(str(folder))
    assert "leak" in problem
    assert len(prepared(tmp_path)[0]) == 198


# Memory.


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_does_not_grow_with_the_number_of_images(tmp_path):
    lay_database(tmp_path, [encoded(picture(300, 256), "JPEG")] * 4000)  # 786 MB, once they are decoded
    finished = run(
        """
        import re, sys
        from ganscape.images.sources import open_source
        def anonymous():
            return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
        chunks = open_source("lsun_tower", sys.argv[1], 256).chunks
        before = anonymous()
        print(max(anonymous() for chunk in chunks) - before)
        """,
        tmp_path,
    )
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) < 200e6
