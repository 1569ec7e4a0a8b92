"""Wall times of list schedules against what bounds any of them, and small ones by hand."""

import random

import pytest

from ganscape.costs.schedule import Jobs, wall_time


def random_groups(seed):
    """Layers of jobs on one GPU, each after some of those before."""
    generator = random.Random(seed)
    groups = []
    for index in range(generator.randint(1, 12)):
        before = generator.sample(groups, min(len(groups), generator.randint(0, 2)))
        groups.append(
            Jobs(
                name=str(index),
                count=generator.choice([1, 2, 3, 7]),
                seconds=generator.uniform(1, 100),
                gpus=1,
                after=tuple(group.name for group in before),
            )
        )
    return groups


def longest_chain(groups):
    """Seconds of the longest way through the jobs, each after those it comes after."""
    ends = {}
    for group in groups:
        ends[group.name] = group.seconds + max((ends[name] for name in group.after), default=0.0)
    return max(ends.values(), default=0.0)


@pytest.mark.parametrize("gpus", [1, 2, 5])
@pytest.mark.parametrize("seed", range(20))
def test_wall_times_are_within_the_bounds_of_list_scheduling(seed, gpus):
    groups = random_groups(seed)
    share = sum(group.gpu_seconds for group in groups) / gpus
    chain = longest_chain(groups)
    wall = wall_time(groups, gpus=gpus)
    assert max(share, chain) <= wall * (1 + 1e-9) and wall <= (share + chain) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_one_gpu_takes_the_sum_and_enough_take_the_longest_chain(seed):
    groups = random_groups(seed)
    assert wall_time(groups, gpus=1) == pytest.approx(sum(group.gpu_seconds for group in groups))
    assert wall_time(groups) == pytest.approx(longest_chain(groups))


def test_groups_of_the_same_size_are_pairs_and_others_wait_for_all():
    trainings = Jobs("train", 2, 10.0, gpus=1)
    pairs = Jobs("evaluate", 2, 4.0, gpus=1, after=("train",))
    table = Jobs("render", 1, 1.0, after=("evaluate",))
    assert wall_time([trainings, pairs, table], gpus=2) == 15.0
    assert wall_time([trainings, pairs, table], gpus=1) == 29.0


def test_jobs_that_ask_for_more_cores_than_there_are_take_all():
    assert wall_time([Jobs("wide", 3, 2.0, cores=8)], cores=4) == 6.0
    assert wall_time([Jobs("narrow", 3, 2.0, cores=1)], cores=4) == 2.0


def test_nothing_to_do_takes_no_time():
    assert wall_time([], gpus=1) == longest_chain([]) == 0.0
