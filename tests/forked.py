"""Processes forked off one that has imported what takes long: to start Python takes longer than they do."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

processes = multiprocessing.get_context("forkserver")
# There is one such server, for whichever test asks first.
processes.set_forkserver_preload(["ganscape.images.training", "small_runs", "snakemake.cli"])


def snakemake(folder, arguments):
    """What `subprocess.run` would return of Snakemake in `folder`, with the output as text."""
    with tempfile.TemporaryDirectory() as scratch:
        outputs = [Path(scratch, name) for name in ("stdout", "stderr")]
        words = ["snakemake", *map(str, arguments)]
        process = processes.Process(target=_snakemake, args=(folder, words, outputs, dict(os.environ)))
        process.start()
        process.join()
        printed = [path.read_text(encoding="utf-8") for path in outputs]
    return subprocess.CompletedProcess(words, process.exitcode, *printed)


def _snakemake(folder, words, outputs, environment):
    for descriptor, path in enumerate(outputs, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = words

    from snakemake.cli import main

    main(words[1:])
