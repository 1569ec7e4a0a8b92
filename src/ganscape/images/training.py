"""One training run from start, or from its last checkpoint, to end.

Every random number is a function of the seed and the iteration (`ganscape.images.sampling`), so a run that
was interrupted and resumed ends in the same bits as one that was not.
"""

import logging
import math
import platform
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from tqdm import tqdm

from ganscape import __version__
from ganscape.compilation import compiler_version
from ganscape.cores import processor
from ganscape.errors import InputError
from ganscape.files import atomic_path, held, remove_partial_files, write_json
from ganscape.images import checkpoints, snapshots
from ganscape.images.datasets import Dataset
from ganscape.images.game import Game, learning_rate_factor
from ganscape.images.iterations import Batches, captured_if_possible, play
from ganscape.images.networks import count_full_width, count_parameters, latent_dimension
from ganscape.images.networks.layers import filters_minimally
from ganscape.images.pixels import NonFiniteError
from ganscape.images.precision import arithmetic, require_possible
from ganscape.images.resident import ResidentImages, fits
from ganscape.images.samples import draw_grid, grid_latents, save_image
from ganscape.images.sampling import RealImages, Stream, random_generator
from ganscape.images.specification import RunSpecification
from ganscape.images.starts import Start
from ganscape.images.transfer import sent
from ganscape.progress import progress_bar

HISTORY = "history.csv"
# Losses are means over the iterations since the row before, the discriminator's that of each last step.
HISTORY_COLUMNS = ("iteration", "generator_loss", "discriminator_loss", "learning_rate_factor")

FINAL_SAMPLES = ("final.png", "final_ema.png")  # of the generator, and of its moving average

# Adam moves a weight by some learning rates at most each time, which leaves any run far below this; a
# few layers of such weights exceed single precision.
LARGEST_WEIGHT = 1e6

# Urged, too: a scheduler's warning that time is short goes to every process of a job, and whoever does not
# know this one ignores it, where most others would end the shell and the workflow engine around a training.
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGURG)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """How a run proceeds: how often, in iterations, it looks at its losses, saves itself, draws samples.

    `snapshots_every`, between generators that are kept, may be 0, never; otherwise the initial and the final
    one are kept too. On a GPU, and nowhere else: with `cuda_graph` images lie in its memory, if they fit, and
    each iteration is one CUDA graph, if it can be; `deterministic` runs have the same bits each time.
    """

    history_every: int
    checkpoint_every: int
    samples_every: int
    snapshots_every: int = 0
    cuda_graph: bool = False
    deterministic: bool = True

    def __post_init__(self) -> None:
        if self.snapshots_every < 0:
            raise InputError(f"snapshots every must be at least 0 (none), not {self.snapshots_every}")
        for name in ("history_every", "checkpoint_every", "samples_every"):
            if getattr(self, name) < 1:
                raise InputError(f"{name.replace('_', ' ')} must be at least 1, not {getattr(self, name)}")


class Diverged(Exception):
    """A loss or a weight is no longer finite, or a weight has exploded, at an iteration."""

    def __init__(self, what: str, iteration: int) -> None:
        super().__init__(f"{what} at iteration {iteration}")
        self.iteration = iteration


def train(
    specification: RunSpecification,
    dataset: Dataset,
    run_directory: Path,
    schedule: Schedule,
    device: torch.device,
    start: Start | None = None,
) -> dict:
    """Train to the end and return the run's record, which is also written to `training.json`.

    Writes `checkpoints/`, `snapshots/`, `history.csv` and `samples/` into `run_directory`. Networks begin as
    in `start`, or with random weights. A run whose losses or weights stop being finite, or of which a weight
    exceeds `LARGEST_WEIGHT`, ends with the status `diverged`, its last sound checkpoint kept. `STOPPING`
    signals save and exit with 128 + the signal's number. Raises `InputError` where `run_directory` holds a
    run of another specification, another process trains there, or `dataset` or `start` is not what the
    specification names.
    """
    _check_dataset(specification, dataset)
    _check_start(specification, start)
    require_possible(specification.precision, device)
    with held(run_directory, "training"), arithmetic(specification.precision, schedule.deterministic):
        for written in ("checkpoints", "snapshots", "samples", HISTORY, checkpoints.RECORD):
            remove_partial_files(run_directory / written)
        if (record := _finished(specification, run_directory)) is not None:
            logger.info("%s has been trained already", run_directory)
            return record
        return _train(_Run(specification, dataset, run_directory, schedule, device, start))


def _finished(specification: RunSpecification, run_directory: Path) -> dict | None:
    """The record of a run that has nothing left to do: it says how the run came about, so it stays."""
    if not (run_directory / checkpoints.RECORD).exists():
        return None
    try:
        record = checkpoints.read_training_record(run_directory)
    except InputError as error:
        logger.warning("%s: going on from the last checkpoint, and writing it again", error)
        return None
    checkpoints.require_specification(run_directory / checkpoints.RECORD, record, specification)
    is_whole = (
        record["status"] == "done"
        and record["iteration"] == specification.iterations
        and checkpoints.is_whole(run_directory, record["iteration"])
        and all((run_directory / "samples" / name).exists() for name in FINAL_SAMPLES)
    )
    if not is_whole:
        return None
    # The record may be older than the rest, of a run that was trained again and killed as it ended.
    checkpoints.remove_old(run_directory, record["iteration"])
    return record


def _train(run: "_Run") -> dict:
    specification = run.specification
    # Before the first iteration, so that a folder that cannot be written is noticed at once.
    run.write_history()
    begin = time.monotonic()
    first = run.iteration
    status, reason, ended = "done", None, specification.iterations
    try:
        with _signals_noted() as noted, _progress_bar(specification, run.iteration) as bar:
            while run.iteration < specification.iterations:
                run.advance()
                bar.update()
                if noted:
                    run.save()
                    logger.info("stopped by signal %d after iteration %d", noted[0], run.iteration)
                    raise SystemExit(128 + noted[0])
        run.draw_final_samples()
    except (Diverged, NonFiniteError) as divergence:
        logger.warning("diverged: %s", divergence)
        status, reason = "diverged", str(divergence)
        ended = getattr(divergence, "iteration", run.iteration)
    run.write_history()
    record = {
        "specification": specification.as_dict(),
        "status": status,
        "reason": reason,
        "iteration": ended,
        "parameters": run.parameters(),
        "environment": _environment(run.game, run.device, run.is_graph),
        "iterations_of_this_session": run.iteration - first,
        "wall_time_seconds_of_this_session": round(time.monotonic() - begin, 3),
    }
    write_json(run.run_directory / checkpoints.RECORD, record)
    # A run so short that its bar was never drawn still leaves a line in its log.
    logger.info("%s after iteration %d", status, ended)
    return record


class _Run:
    """The state of a run between iterations."""

    def __init__(
        self,
        specification: RunSpecification,
        dataset: Dataset,
        run_directory: Path,
        schedule: Schedule,
        device: torch.device,
        start: Start | None,
    ) -> None:
        self.specification, self.schedule = specification, schedule
        self.run_directory, self.device = run_directory, device
        initialisation = random_generator(specification.seed, Stream.INITIALISATION)
        torch.manual_seed(initialisation.initial_seed())
        generator, discriminator = specification.generator(), specification.discriminator()
        if start is not None:
            start.fill(generator, discriminator)
        networks = generator.to(device), discriminator.to(device)
        wants_graph = schedule.cuda_graph and device.type == "cuda"
        self.game = Game(*networks, specification, capturable=wants_graph)
        self.latent_dimension = latent_dimension(self.game.generator)
        self.images = self._images(dataset.split("train")[0], resident=wants_graph)
        self.grid_latents = grid_latents(specification.seed, self.latent_dimension).to(device)
        self.iteration, logs = checkpoints.restore(run_directory, self.game)
        self.history = [tuple(row) for row in logs["history"].tolist()] if logs else []
        self.recent = list(logs["recent"].to(device)) if logs else []
        if self.iteration:
            logger.info("resuming %s after iteration %d", run_directory, self.iteration)
        elif schedule.snapshots_every:
            snapshots.save(run_directory, self.game, 0)
        self.play: Callable[[Batches], Tensor] = partial(play, self.game)
        self.is_graph = False
        if wants_graph:
            self.play, self.is_graph = captured_if_possible(self.game, self._batches())

    def advance(self) -> None:
        """One iteration: one generator step, then the discriminator steps, each on fresh batches."""
        factor = learning_rate_factor(self.iteration, self.specification.iterations)
        self.game.set_learning_rates(factor)
        self.recent.append(self.play(self._batches()))
        self.iteration += 1
        last = self.iteration == self.specification.iterations
        if last or self.iteration % self.schedule.history_every == 0:
            self._record_history(factor)
        if not last and self.iteration % self.schedule.samples_every == 0:
            image = draw_grid(self.game.generator, self.grid_latents)
            save_image(image, self.run_directory / "samples" / f"iteration-{self.iteration:08d}.png")
        # Before the checkpoint, from which a run would go on without it.
        if self.schedule.snapshots_every and (last or self.iteration % self.schedule.snapshots_every == 0):
            self._require_sound(self.game.generator)
            snapshots.save(self.run_directory, self.game, self.iteration)
        if last or self.iteration % self.schedule.checkpoint_every == 0:
            self.save()

    def _images(self, images: np.ndarray, resident: bool) -> RealImages:
        run = self.specification
        if resident and fits(images, self.device):
            return ResidentImages(images, run.batch_size, run.seed, self.device)
        return RealImages(images, run.batch_size, run.seed)

    def _batches(self) -> Batches:
        """Of this iteration, all fresh."""
        run = self.specification
        draws = random_generator(run.seed, Stream.ITERATION, self.iteration)
        latents, positions = [self._latents(draws)], []
        for _ in range(run.discriminator_steps):
            if run.objective.penalty is not None:
                positions.append(sent(torch.rand(run.batch_size, generator=draws), self.device))
            latents.append(self._latents(draws))
        batches = run.discriminator_steps + run.objective.generator_needs_real
        first = self.iteration * batches
        real = [sent(self.images.batch(first + step), self.device) for step in range(batches)]
        return Batches(tuple(latents), tuple(real), tuple(positions))

    def _latents(self, draws: torch.Generator) -> Tensor:
        latents = torch.randn(self.specification.batch_size, self.latent_dimension, generator=draws)
        return sent(latents, self.device)

    def _record_history(self, factor: float) -> None:
        """Mean losses since the last record: with what is saved, all for which training waits."""
        self._require_finite_losses()
        losses = torch.stack(self.recent).double().mean(0)
        self.recent.clear()
        self.history.append((float(self.iteration), *losses.tolist(), factor))

    def save(self) -> None:
        """History and checkpoint; a run that has diverged is not worth keeping and raises `Diverged`."""
        self._require_finite_losses()
        self._require_sound(self.game.generator)
        self._require_sound(self.game.discriminator)
        logs = {
            "history": torch.tensor(self.history, dtype=torch.float64).reshape(-1, len(HISTORY_COLUMNS)),
            "recent": torch.stack(self.recent) if self.recent else torch.empty(0, 2),
        }
        # Last, as with samples and snapshots: a run that is killed goes on from there, or has ended.
        self.write_history()
        checkpoints.save(self.run_directory, self.game, self.iteration, logs)

    def _require_finite_losses(self) -> None:
        """Name the first iteration that was not, wherever interruptions have let the run look."""
        if self.recent and not (finite := torch.stack(self.recent).isfinite().all(1)).all():
            first = finite.tolist().index(False)
            raise Diverged("a loss is not finite", self.iteration - len(self.recent) + 1 + first)

    def _require_sound(self, network: nn.Module) -> None:
        for weights in network.parameters():
            largest = float(weights.detach().abs().max())  # not a number, if any is
            if not math.isfinite(largest):
                raise Diverged("a weight is not finite", self.iteration)
            if largest > LARGEST_WEIGHT:
                raise Diverged(f"a weight of {largest:.3g} has exploded", self.iteration)

    def write_history(self) -> None:
        frame = pd.DataFrame(self.history, columns=list(HISTORY_COLUMNS)).astype({"iteration": int})
        with atomic_path(self.run_directory / HISTORY) as path:
            frame.to_csv(path, index=False)

    def parameters(self) -> dict[str, int]:
        """Of both networks, and of both together at full width."""
        run = self.specification
        shape = (run.architecture, run.image_size, run.channels, run.base_features, run.normalisation)
        return {
            "generator": count_parameters(self.game.generator),
            "discriminator": count_parameters(self.game.discriminator),
            "full_width": count_full_width(*shape),
        }

    def draw_final_samples(self) -> None:
        for network, name in zip((self.game.generator, self.game.average), FINAL_SAMPLES, strict=True):
            save_image(draw_grid(network, self.grid_latents), self.run_directory / "samples" / name)


def _check_dataset(specification: RunSpecification, dataset: Dataset) -> None:
    expected = (specification.data, specification.image_size, specification.channels)
    if (dataset.name, dataset.image_size, dataset.channels) != expected:
        raise InputError(f"the specification asks for {specification.data}, the data set is {dataset.name}")
    if dataset.images_sha256 != specification.images_sha256:
        raise InputError(
            f"the specification asks for other images of {dataset.name} ({specification.images_sha256}) than "
            f"there are ({dataset.images_sha256})"
        )
    images, _ = dataset.split("train")
    if len(images) < specification.batch_size:
        raise InputError(
            f"{dataset.name} has {len(images)} training images, "
            f"fewer than a batch of {specification.batch_size}"
        )


def _check_start(specification: RunSpecification, start: Start | None) -> None:
    given = "" if start is None else start.digest
    if specification.start != given:
        raise InputError(
            f"the specification asks for the start {specification.start or '(random)'}, "
            f"not {given or '(random)'}"
        )


def _progress_bar(specification: RunSpecification, done: int) -> tqdm:
    return progress_bar(
        total=specification.iterations,
        initial=done,
        unit="it",
        desc=f"{specification.data} {specification.architecture} {specification.width} {specification.loss}",
    )


@contextmanager
def _signals_noted() -> Iterator[list[int]]:
    """Note `STOPPING` instead of dying of them; the loop looks at the list after each iteration."""
    noted: list[int] = []

    def note(number: int, frame: object) -> None:
        noted.append(number)

    before: dict[signal.Signals, Any] = {}
    try:
        for number in STOPPING:
            before[number] = signal.signal(number, note)
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _environment(game: Game, device: torch.device, cuda_graph: bool) -> dict[str, str | int | bool]:
    filtered = [filters_minimally(network) for network in (game.generator, game.discriminator)]
    convolutions = ["minimal filtering, where it suits" if is_so else "PyTorch's" for is_so in filtered]
    return {
        "ganscape": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "cuda": (torch.version.cuda or "") if device.type == "cuda" else "",
        "numpy": np.__version__,  # whose generators order and dequantise the images
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "processor": processor(),
        "compiler": compiler_version() if any(filtered) else "",
        "threads": torch.get_num_threads(),
        "generator_convolutions": convolutions[0],
        "discriminator_convolutions": convolutions[1],
        "cuda_graph": cuda_graph,
        "deterministic_algorithms": torch.are_deterministic_algorithms_enabled(),
        "cudnn": torch.backends.cudnn.version() or "",
        "cudnn_deterministic": torch.backends.cudnn.deterministic,
        "cudnn_benchmark": torch.backends.cudnn.benchmark,
    }
