"""What two-cluster games did, as arrays, and their files."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from ganscape.arrays import ANY, FINITE, NAME, WHOLE, Layout, check_arrays_path, load_arrays, save_arrays
from ganscape.errors import InputError


@dataclass(frozen=True)
class Trajectory:
    """S games of one loss; T iterations were kept, of n points, and of f at p places.

    losses: D's, (S, all iterations). points: (S, T, n), generated, at `iterations` (T,). logits: (S, T,
    p), f at `places` (p,). real: (S, n). collapsed_at: (S,), the middle of the longest uninterrupted
    stretch of collapsed iterations that did not begin with the first, 0 where there was none;
    collapsed_counts and collapsed_logits: (S, 2), how many generated points either cluster had then, and f
    at both centres.
    """

    loss: np.ndarray
    seeds: np.ndarray
    losses: np.ndarray
    iterations: np.ndarray
    points: np.ndarray
    places: np.ndarray
    logits: np.ndarray
    real: np.ndarray
    collapsed_at: np.ndarray
    collapsed_counts: np.ndarray
    collapsed_logits: np.ndarray


# Of games that diverge, losses, points and logits are not finite.
LAYOUTS = {
    "loss": Layout("", NAME),
    "seeds": Layout("s", WHOLE),
    "losses": Layout("si", ANY),
    "iterations": Layout("t", WHOLE),
    "points": Layout("stn", ANY),
    "places": Layout("p", FINITE),
    "logits": Layout("stp", ANY),
    "real": Layout("sn", FINITE),
    "collapsed_at": Layout("s", WHOLE),
    "collapsed_counts": Layout("s2", WHOLE),
    "collapsed_logits": Layout("s2", ANY),
}
OF_ALL_SEEDS = ("loss", "iterations", "places")


def together(trajectories: Sequence[Trajectory]) -> Trajectory:
    """Trajectories of different seeds as one."""

    def joined(name: str) -> np.ndarray:
        parts = [getattr(trajectory, name) for trajectory in trajectories]
        return parts[0] if name in OF_ALL_SEEDS else np.concatenate(parts)

    return Trajectory(**{field.name: joined(field.name) for field in fields(Trajectory)})


def check_trajectory_path(target: Path) -> None:
    """Raise `InputError`, before anything is played, unless a trajectory can be saved by this name."""
    check_arrays_path(target, "a trajectory")


def save_trajectory(trajectory: Trajectory, target: Path) -> None:
    """Write all arrays to `target` (.npz), compressed."""
    check_trajectory_path(target)
    save_arrays(trajectory, target)


def load_trajectory(source: Path, loss: str) -> Trajectory:
    """Read what `save_trajectory` wrote of `loss`; raises `InputError` for anything else."""
    trajectory = load_arrays(Trajectory, source, LAYOUTS, "a trajectory", "`two-cluster` or `replay`")
    if str(trajectory.loss) != loss:
        raise InputError(f"{source} is a trajectory of {trajectory.loss}, not of {loss}")
    if not trajectory.losses.size:
        raise InputError(f"{source} holds no games: make it with `two-cluster` or `replay`")
    last = trajectory.losses.shape[1]
    if trajectory.collapsed_at.min() < 0 or trajectory.collapsed_at.max() > last:
        raise InputError(f"{source} has a collapse outside of its {last} iterations: make it again")
    return trajectory


def load_replay(source: Path, loss: str) -> Trajectory:
    """Read one seed of `loss` with everything kept; raises `InputError` for anything else."""
    trajectory = load_trajectory(source, loss)
    everything = len(trajectory.iterations) == trajectory.losses.shape[1] and len(trajectory.places)
    if len(trajectory.seeds) != 1 or not everything:
        raise InputError(f"{source} is not one seed with everything kept: make it with `replay`")
    return trajectory
