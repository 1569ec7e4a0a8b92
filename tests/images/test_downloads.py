import hashlib
import os
import socket
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.images import downloads
from ganscape.images.downloads import IN_PLACE, Checksum, download

CONTENT = np.random.default_rng(0).bytes(300_000)
RIGHT = Checksum("md5", hashlib.md5(CONTENT).hexdigest())
ANOTHER = bytes(reversed(CONTENT))


@pytest.fixture
def target(tmp_path):
    return tmp_path / "downloads" / "archive.bin"


@pytest.fixture
def address(server):
    server.files["archive.bin"] = CONTENT
    return f"{server.address}/archive.bin"


def partial_of(target):
    return target.with_name("archive.bin.partial")


def leave_partial(target, content):
    target.parent.mkdir(parents=True, exist_ok=True)
    partial_of(target).write_bytes(content)


def assert_complete(target):
    assert target.read_bytes() == CONTENT
    assert sorted(path.name for path in target.parent.iterdir()) == ["archive.bin"]


def test_downloads_and_verifies(address, target):
    assert download([address], target, RIGHT) == address
    assert_complete(target)


def test_a_right_file_is_kept_without_asking(server, address, target):
    download([address], target, RIGHT)
    server.requests.clear()
    assert download([address], target, RIGHT) == IN_PLACE
    assert server.requests == []


def test_a_wrong_file_is_reported_and_left_alone(server, address, target):
    target.parent.mkdir()
    target.write_bytes(CONTENT[:-1])
    with pytest.raises(InputError) as caught:
        download([address], target, RIGHT)
    message = str(caught.value)
    assert str(target) in message and RIGHT.value in message and "move it away" in message
    assert hashlib.md5(CONTENT[:-1]).hexdigest() in message
    assert target.read_bytes() == CONTENT[:-1]
    assert server.requests == []


def test_an_interrupted_transfer_continues_at_once(server, address, target):
    server.cut_after = [100_000, 50_000]
    download([address], target, RIGHT)
    assert_complete(target)
    assert [asked for _, asked in server.requests] == [None, "bytes=100000-", "bytes=150000-"]


def test_an_interrupted_run_is_continued_by_the_next(server, address, target):
    leave_partial(target, CONTENT[:123_456])
    download([address], target, RIGHT)
    assert_complete(target)
    assert server.requests == [("archive.bin", "bytes=123456-")]


def test_what_arrived_is_kept_when_every_attempt_breaks_off(server, address, target):
    server.cut_after = [10_000] * downloads.ATTEMPTS
    with pytest.raises(InputError, match="broke off"):
        download([address], target, RIGHT)
    assert partial_of(target).read_bytes() == CONTENT[: 10_000 * downloads.ATTEMPTS]
    assert not target.exists()
    download([address], target, RIGHT)
    assert_complete(target)


def test_a_server_without_ranges_restarts_from_the_first_byte(server, address, target):
    server.ranges = False
    leave_partial(target, ANOTHER[:1000])
    download([address], target, RIGHT)
    assert_complete(target)
    assert len(server.requests) == 1


def test_a_truncated_answer_is_detected_without_ranges(server, address, target):
    server.ranges = False
    server.cut_after = [1000] * 10
    with pytest.raises(InputError, match="broke off after 1000 of 300000 bytes"):
        download([address], target, RIGHT)
    assert not target.exists()
    assert len(server.requests) == 2  # the second made no progress


def test_a_partial_of_another_edition_is_started_over(server, address, target):
    leave_partial(target, ANOTHER[:1000])
    download([address], target, RIGHT)
    assert_complete(target)
    assert [asked for _, asked in server.requests] == ["bytes=1000-", None]


def test_a_partial_longer_than_the_file_is_started_over(server, address, target):
    leave_partial(target, CONTENT + b"more")
    download([address], target, RIGHT)
    assert_complete(target)


def test_a_complete_partial_only_needs_its_name(server, address, target):
    leave_partial(target, CONTENT)
    download([address], target, RIGHT)
    assert_complete(target)
    assert server.requests == []


def test_mirrors_are_tried_in_turn(server, address, refusing_address, target):
    server.files["other.bin"] = ANOTHER
    addresses = [
        f"{refusing_address}/archive.bin",
        f"{server.address}/absent.bin",
        f"{server.address}/other.bin",
        "no address",
        address,
    ]
    assert download(addresses, target, RIGHT) == address
    assert_complete(target)


def test_when_all_fail_one_line_says_everything(server, refusing_address, target):
    server.files["other.bin"] = ANOTHER
    addresses = [f"{refusing_address}/a.bin", f"{server.address}/absent.bin", f"{server.address}/other.bin"]
    with pytest.raises(InputError) as caught:
        download(addresses, target, RIGHT)
    message = str(caught.value)
    assert "\n" not in message
    assert "refused" in message and "HTTP 404" in message
    assert f"served another file, md5 {hashlib.md5(ANOTHER).hexdigest()}" in message
    for part in (*addresses, str(target), f"md5 {RIGHT.value}"):
        assert part in message
    assert list(target.parent.iterdir()) == []


def test_a_server_that_falls_silent_is_given_up(monkeypatch, target):
    monkeypatch.setattr(downloads, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/archive.bin"
        with pytest.raises(InputError, match="timed out"):
            download([address], target, RIGHT)


def test_a_folder_that_cannot_be_made_is_named(tmp_path, address):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot write .*file"):
        download([address], tmp_path / "file" / "archive.bin", RIGHT)


def test_a_full_disk_is_not_taken_for_a_bad_mirror(server, address, target):
    script = f"""
        import resource
        from ganscape.images.downloads import Checksum, download
        from ganscape.errors import InputError
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            download(["{address}"] * 3, "{target}", Checksum("md5", "{RIGHT.value}"))
        except InputError as error:
            print(error)
    """
    finished = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert finished.stdout.startswith(f"cannot write {partial_of(target)}")
    assert not target.exists()
    assert len(server.requests) == 1


class TestFetchWeights:
    sha256 = hashlib.sha256(CONTENT).hexdigest()

    def fetch(self, address, target, prefix):
        options = ["--url", address, "--sha256-prefix", prefix, "--output", str(target)]
        return main(["fetch-weights", *options])

    def test_accepts_a_prefix(self, address, target):
        assert self.fetch(address, target, self.sha256[:8].upper()) == 0
        assert_complete(target)

    def test_refuses_another_file(self, address, target, capsys):
        assert self.fetch(address, target, "00000000") == 1
        message = capsys.readouterr().err.rstrip("\n")
        assert "\n" not in message and self.sha256 in message and "sha256 00000000" in message
        assert not target.exists()

    def test_accepts_a_git_blob_id_and_no_other(self, address, target, capsys):
        blob = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()
        words = ["fetch-weights", "--url", address, "--output", str(target), "--git-blob"]
        assert main([*words, "0" * 40]) == 1
        assert f"git blob {blob}" in capsys.readouterr().err and not target.exists()
        assert main([*words, blob[:39]]) == 1
        assert "--git-blob" in capsys.readouterr().err and not target.exists()
        assert main([*words, blob]) == 0
        assert_complete(target)

    @pytest.mark.parametrize("prefix", ["", "6726825", "6726825g"])
    def test_a_prefix_that_proves_nothing_is_bad_input(self, address, target, prefix, capsys):
        assert self.fetch(address, target, prefix) == 1
        assert "hexadecimal" in capsys.readouterr().err
