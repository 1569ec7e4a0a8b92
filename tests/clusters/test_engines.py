"""Both engines against the plain loop, and every seed the same game whatever is played beside it."""

import math
import os
import random
import shlex
import sys
from concurrent.futures import wait
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from small_games import (
    CPU,
    ENGINES,
    PROBES,
    assert_close,
    assert_same_bits,
    compiling_ahead,
    needs_compiler,
    play,
    play_by_the_textbook,
    two_cluster_game,
)

from ganscape import compilation
from ganscape.clusters import native, simulation
from ganscape.clusters.batched import BatchedGames
from ganscape.clusters.distributions import Gaussians, TwoClusters
from ganscape.clusters.games import SGD, Adam, Perceptron, RMSprop
from ganscape.clusters.simulation import Execution, chosen_engine
from ganscape.clusters.starts import start
from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES, PairedObjective

SEEDS = (7, 0, 3)  # played together; the textbook plays the one in the middle
PLANE = Gaussians(Gaussians.ring().centres, points=37)  # no multiple of a vector's width

# The rate is the paper's; at it points travel from cluster to cluster, and rounding stays rounding. Not so
# with the gradient penalty, whose game is chaotic at that rate: the last bit grows into the first within 200
# iterations. The networks are the paper's where the loss is; others differ in their scalar functions alone,
# and smaller networks are played and compiled in half the time.
SMALL = {
    "discriminator": Perceptron((1, 10, 1), "sigmoid"),
    "generator": Perceptron((1, 5, 1), "tanh"),
}
CENTRAL = {
    "js": two_cluster_game("js", precision="float64", discriminator_steps=2),
    "hinge": two_cluster_game("hinge", precision="float64", **SMALL),
    "ls": two_cluster_game("ls", precision="float64", **SMALL),
    "rs": two_cluster_game("rs", precision="float64", discriminator_steps=2),
    "rp-hinge": two_cluster_game("rp-hinge", precision="float64", **SMALL),
    "rp-ls": two_cluster_game("rp-ls", precision="float64", **SMALL),
    "wgan-gp": two_cluster_game("wgan-gp", rate=0.001, precision="float64", discriminator_steps=2),
}
CENTRAL_ITERATIONS = 200
CENTRAL_CLUSTERS = TwoClusters(points=64)  # a whole number of vectors: batches need no games for padding

# What the central game leaves out: other optimisers, orders, numbers of steps, widths, depths, activations
# and dimensions, spread over few games because a textbook is slow and so is a compiler.
VARIANTS = {
    "Adam, simultaneous, one wide layer": two_cluster_game(
        "js",
        precision="float64",
        discriminator=Perceptron((1, 40, 1), "relu"),
        generator=Perceptron((1, 7, 1), "leaky_relu"),
        discriminator_optimiser=Adam(1e-3),
        generator_optimiser=Adam(2e-3, betas=(0.5, 0.9), epsilon=1e-6),
        generator_steps=3,
        simultaneous=True,
        separable_factor=1.0,
    ),
    "RMSprop, three hidden layers": two_cluster_game(
        "rs",
        precision="float64",
        discriminator=Perceptron((1, 6, 1), "tanh"),
        generator=Perceptron((1, 4, 7, 3, 1), "sigmoid"),
        discriminator_optimiser=RMSprop(1e-3),
        generator_optimiser=RMSprop(5e-4, smoothing=0.9, epsilon=1e-6),
        discriminator_steps=3,
        generator_steps=2,
    ),
    "plain SGD in the plane": two_cluster_game(
        "rp-ls",
        precision="float64",
        discriminator=Perceptron((2, 9, 1), "sigmoid"),
        generator=Perceptron((2, 5, 2), "relu"),
        discriminator_optimiser=SGD(0.05),
        generator_optimiser=SGD(0.02),
        generator_steps=2,
        simultaneous=True,
    ),
    "gradient penalty in the plane, no hidden units in G": two_cluster_game(
        "wgan-gp",
        precision="float64",
        discriminator=Perceptron((2, 9, 1), "leaky_relu"),
        generator=Perceptron((2, 2), "relu"),
        discriminator_optimiser=Adam(1e-3, betas=(0.0, 0.9)),
        generator_optimiser=Adam(1e-3, betas=(0.0, 0.9)),
        discriminator_steps=2,
        generator_steps=2,
        simultaneous=True,
    ),
}
VARIANT_ITERATIONS = 40

# In float32, as it is used: the paper's own game, one with a gradient penalty, and one of so few points and
# units that most of a game's numbers lie at an edge of what is computed together.
PAPER = two_cluster_game("rs", discriminator_steps=10, generator_steps=10)
PENALTY = two_cluster_game(
    "wgan-gp",
    rate=0.001,
    discriminator=Perceptron((1, 6, 1), "tanh"),
    discriminator_steps=2,
    generator_steps=3,
)
TINY = two_cluster_game(
    "ls",
    discriminator=Perceptron((1, 3, 1), "sigmoid"),
    generator=Perceptron((1, 3, 1), "tanh"),
    discriminator_steps=2,
    generator_steps=2,
)
SINGLE = {"paper": PAPER, "penalty": PENALTY, "tiny": TINY}
FEW = TwoClusters(points=10)
PAPER_PROBES = PROBES[:2]


def distribution_of(game):
    if game.discriminator.sizes[0] == 2:
        return PLANE
    if game in CENTRAL.values():
        return CENTRAL_CLUSTERS
    return FEW if game is TINY else TwoClusters()


def probes_of(game):
    """For points in the plane far more than there are points, so that they need more room."""
    if game.discriminator.sizes[0] == 2:
        return torch.randn(101, 2, generator=torch.Generator().manual_seed(0))
    return PAPER_PROBES if game in (PAPER, PENALTY, TINY) else PROBES


@pytest.fixture(scope="module", autouse=True)
def compiled_ahead():
    games = [*CENTRAL.values(), *VARIANTS.values(), *SINGLE.values()]  # as the tests need them
    with compiling_ahead((game, distribution_of(game), probes_of(game)) for game in games) as futures:
        yield futures


@cache
def textbook_of(game, seed, iterations):
    return play_by_the_textbook(
        game, seed, iterations, distribution=distribution_of(game), probes=probes_of(game)
    )


def play_kind(game, seeds, iterations, engine, **options):
    """On the game's own points, seen at its own probes."""
    kind = {"distribution": distribution_of(game), "probes": probes_of(game)}
    return play(game, seeds, iterations, engine, **kind, **options)


# --- Equal to the textbook ---------------------------------------------------------------------------


@pytest.mark.parametrize("loss", OBJECTIVES)
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_play_every_objective_as_the_textbook_does(engine, loss):
    assert list(CENTRAL) == list(OBJECTIVES)
    game = CENTRAL[loss]
    ours = play_kind(game, SEEDS, CENTRAL_ITERATIONS, engine).of(SEEDS[1])
    theirs = textbook_of(game, SEEDS[1], CENTRAL_ITERATIONS)
    assert np.abs(theirs.points[-1] - theirs.points[0]).max() > 0.3  # something happened
    assert_close(ours, theirs, 1e-9)
    assert ours.finite


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_play_every_kind_of_game_as_the_textbook_does(engine, name):
    game = VARIANTS[name]
    ours = play_kind(game, SEEDS, VARIANT_ITERATIONS, engine).of(SEEDS[1])
    assert_close(ours, textbook_of(game, SEEDS[1], VARIANT_ITERATIONS), 1e-8)


@pytest.mark.parametrize("game", [PAPER, PENALTY], ids=["paper", "penalty"])
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_play_in_single_precision_too(engine, game):
    ours = play_kind(game, SEEDS, 5, engine)
    assert ours.losses.dtype == ours.points.dtype == ours.logits.dtype == np.float32
    # Rounding grows with every step, and wgan-gp's losses are ten times as large: few iterations.
    assert_close(ours.of(SEEDS[1]), textbook_of(game, SEEDS[1], 5), 2e-4)


@pytest.mark.parametrize("loss", ["js", "rs", "wgan-gp"])
def test_fresh_batches_are_played_as_the_textbook_does(loss):
    adam = Adam(1e-3, betas=(0.0, 0.9))
    game = two_cluster_game(
        loss,
        precision="float64",
        discriminator=Perceptron((2, 12, 12, 1), "leaky_relu", output_bias=False),
        generator=Perceptron((2, 12, 12, 2), "relu"),
        discriminator_optimiser=adam,
        generator_optimiser=adam,
        discriminator_steps=2,
        separable_factor=1.0,
        batch_size=16,
    )
    kind = {"distribution": Gaussians(Gaussians.ring().centres, points=80), "probes": torch.eye(2)}
    ours = play(game, SEEDS, 40, "batched", **kind).of(SEEDS[1])
    assert_close(ours, play_by_the_textbook(game, SEEDS[1], 40, **kind), 1e-9)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
@pytest.mark.parametrize("loss", OBJECTIVES)
def test_a_gpu_plays_as_the_textbook_does(loss):
    game = CENTRAL[loss]
    ours = play_kind(game, SEEDS, 60, "batched", device=torch.device("cuda"))
    assert_close(ours.of(SEEDS[1]), textbook_of(game, SEEDS[1], 60), 1e-8)


# --- The textbook itself, against arithmetic that shares nothing with it ---------------------------


def logistic_loss(margin):
    return np.logaddexp(0, -margin).mean(-1)


DISCRIMINATOR_LOSS = {
    "js": lambda real, fake: (logistic_loss(real) + logistic_loss(-fake)) / 2,  # the paper's Eq. (1)
    "rs": lambda real, fake: logistic_loss(real - fake),
}
GENERATOR_LOSS = {
    "js": lambda real, fake: logistic_loss(fake),
    "rs": lambda real, fake: logistic_loss(fake - real),
}


def evaluate(network, parameters, inputs, activation):
    """A two-hidden-layer perceptron of one input and output for every row of parameters, by NumPy."""
    _, first, second, _ = network.sizes
    ends = np.cumsum([first, first, first * second, second, second])
    w1, b1, w2, b2, w3, b3 = np.split(parameters, ends, axis=1)
    hidden = activation(w1[:, :, None] * inputs + b1[:, :, None])
    hidden = activation(w2.reshape(-1, second, first) @ hidden + b2[:, :, None])
    return (w3[:, None] @ hidden)[:, 0] + b3


def stepped(loss, parameters, rate):
    """Plain gradient descent, by central differences; `loss` takes rows of parameters."""
    shifts = 1e-6 * np.eye(len(parameters))
    return parameters - rate * (loss(parameters + shifts) - loss(parameters - shifts)) / 2e-6


@pytest.mark.parametrize("simultaneous", [False, True])
@pytest.mark.parametrize("loss", DISCRIMINATOR_LOSS)
def test_the_textbooks_iteration_is_gradient_descent_on_the_papers_losses(loss, simultaneous):
    rate, clusters = 0.5, TwoClusters(points=8)  # so large that the order of the steps shows
    plain = SGD(rate)
    game = two_cluster_game(
        loss,
        precision="float64",
        discriminator_optimiser=plain,
        generator_optimiser=plain,
        discriminator_steps=2,
        generator_steps=2,
        simultaneous=simultaneous,
    )
    begin = start(game, clusters, [5])
    real, latents = begin.real[0, :, 0].numpy(), begin.latents[0, :, 0].numpy()
    d, g = begin.discriminator[0].numpy(), begin.generator[0].numpy()

    def judge(rows, points):
        return evaluate(game.discriminator, rows, points, lambda t: 1 / (1 + np.exp(-t)))

    def generate(rows):
        return evaluate(game.generator, rows, latents, np.tanh)

    def discriminator_loss(rows):
        return DISCRIMINATOR_LOSS[loss](judge(rows, real), judge(rows, generate(g[None])[0]))

    before = d
    for _ in range(2):
        last_loss = discriminator_loss(d[None])[0]
        d = stepped(discriminator_loss, d, rate)
    opponent = (before if simultaneous else d)[None]

    def generator_loss(rows):
        fake = judge(opponent, generate(rows)[:, None]) if len(rows) == 1 else None
        if fake is None:
            fake = np.concatenate([judge(opponent, points) for points in generate(rows)])
        return GENERATOR_LOSS[loss](judge(opponent, real), fake)

    for _ in range(2):
        g = stepped(generator_loss, g, rate)

    played = play_by_the_textbook(game, 5, 1, distribution=clusters)
    assert played.losses[0] == pytest.approx(last_loss, abs=1e-9)
    np.testing.assert_allclose(played.points[0, :, 0], generate(g[None])[0], atol=1e-8)
    np.testing.assert_allclose(played.logits[0], judge(d[None], PROBES[:, 0].numpy())[0], atol=1e-8)


# --- Seen now and then -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_looking_less_often_shows_the_same_game(engine):
    always = play_kind(TINY, SEEDS, 140, engine)
    assert always.iterations.tolist() == list(range(1, 141))
    for every in (7, 70):  # within a block of iterations, and longer than one
        seldom = play_kind(TINY, SEEDS, 140, engine, every=every)
        assert seldom.iterations.tolist() == list(range(every, 141, every))
        for name in ("losses", "points", "logits"):
            seen = getattr(always, name)[:, every - 1 :: every]
            np.testing.assert_array_equal(getattr(seldom, name), seen)


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("engine", ENGINES)
def test_how_many_iterations_are_played_at_a_time_changes_nothing(engine, kind, monkeypatch):
    at_once = play_kind(SINGLE[kind], SEEDS, 24, engine)
    for block in (1, 5, 23):
        monkeypatch.setattr(simulation, "ITERATIONS_AT_ONCE", block)
        assert_same_bits(play_kind(SINGLE[kind], SEEDS, 24, engine), at_once)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_longer_run_begins_as_a_shorter_one(engine):
    longer, shorter = play_kind(PAPER, SEEDS, 77, engine), play_kind(PAPER, SEEDS, 61, engine)
    for name in ("losses", "points", "logits"):
        np.testing.assert_array_equal(getattr(longer, name)[:, :61], getattr(shorter, name))


def test_fresh_batches_are_watched_at_as_many_points_as_one_likes():
    game = two_cluster_game("js", batch_size=6)
    assert play(game, SEEDS, 2, observed=9).points.shape == (3, 2, 9, 1)
    assert play(game, SEEDS, 2).points.shape == (3, 2, 100, 1)


@pytest.mark.parametrize(
    ("iterations", "every", "complaint"),
    [
        (0, 1, "0 iterations, observed every 1: both must be at least 1"),
        (-3, 1, "-3 iterations"),
        (3, 0, "3 iterations, observed every 0: both must be at least 1"),
        (7, 2, "7 iterations are no multiple of the 2 between observations"),
    ],
)
def test_iterations_that_cannot_be_watched_are_refused(iterations, every, complaint):
    with pytest.raises(InputError, match=complaint):
        play(TINY, [0], iterations, every=every)


# --- A seed is the same game whatever is played beside it -----------------------------------------


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_seed_is_the_same_to_the_bit_alone_and_in_any_company(engine, kind):
    game, iterations = SINGLE[kind], 3
    shuffled = random.Random(0).sample(range(100, 140), 40)
    everyone = play_kind(game, shuffled, iterations, engine)
    companies = [
        shuffled[:17][::-1],
        shuffled[17:34],
        shuffled[:3],
        shuffled[34:37],
        *([s] for s in shuffled[:2]),
    ]
    if kind == "tiny":  # cheap, and the last game of a few is where company has shown in the past
        companies += [shuffled[first : first + 5] for first in range(0, 40, 5)]
    for company in companies:
        together = play_kind(game, company, iterations, engine)
        for seed in company:
            assert_same_bits(together.of(seed), everyone.of(seed))


def test_fresh_batches_are_the_same_to_the_bit_alone_and_in_any_company():
    game = two_cluster_game(
        "wgan-gp",
        discriminator=Perceptron((2, 33, 1), "leaky_relu", output_bias=False),
        generator=Perceptron((2, 17, 2), "relu"),
        batch_size=13,
    )
    seeds = random.Random(1).sample(range(100), 40)
    everyone = play(game, seeds, 30, distribution=PLANE, probes=torch.eye(2))
    for company in (seeds[:1], seeds[20:23][::-1], seeds[5:22]):
        together = play(game, company, 30, distribution=PLANE, probes=torch.eye(2))
        for seed in company:
            assert_same_bits(together.of(seed), everyone.of(seed))


@needs_compiler
@pytest.mark.parametrize("kind", SINGLE)
def test_threads_change_nothing(kind):
    seeds = range(17)
    one = play_kind(SINGLE[kind], seeds, 8, "native", threads=1)
    for threads in (2, 5, 40):
        assert_same_bits(play_kind(SINGLE[kind], seeds, 8, "native", threads=threads), one)


def test_pytorchs_threads_change_nothing_and_are_left_as_they_were():
    one = play_kind(PAPER, range(17), 3, "batched")
    torch.set_num_threads(2)
    try:
        assert_same_bits(play_kind(PAPER, range(17), 3, "batched"), one)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


@pytest.mark.parametrize("engine", ENGINES)
def test_more_seeds_than_are_played_at_once_come_back_in_order(engine, monkeypatch):
    seeds = (9, 2, 5, 0, 7, 1, 8, 3)
    at_once = play_kind(TINY, seeds, 20, engine)
    monkeypatch.setattr(simulation, "SEEDS_AT_ONCE", 3)
    by_and_by = play_kind(TINY, seeds, 20, engine)
    assert at_once.seeds == by_and_by.seeds == seeds
    assert_same_bits(by_and_by, at_once)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_seeds_are_refused(engine):
    with pytest.raises(InputError, match="no seeds were given: name at least one"):
        list(simulation.simulate(TINY, FEW, [], 1, Execution(engine)))


def test_a_seed_given_twice_is_refused_however_far_apart(monkeypatch):
    monkeypatch.setattr(simulation, "SEEDS_AT_ONCE", 2)
    with pytest.raises(InputError, match="a seed was given twice"):
        play(TINY, [0, 1, 0], 1)


# --- Which engine, and what neither can do ------------------------------------------------------------

OWN = PairedObjective("rp-softplus-squared", h=lambda t: -(torch.nn.functional.softplus(-t) ** 2))


def test_an_objective_of_ones_own_is_played_in_batches_and_refused_by_native():
    game = two_cluster_game(OWN, precision="float64")
    assert chosen_engine(game, Execution("auto"), 100) == "batched"
    ours = play(game, SEEDS, 30, "auto", probes=PROBES)
    assert_close(ours.of(SEEDS[1]), play_by_the_textbook(game, SEEDS[1], 30), 1e-9)
    with pytest.raises(InputError, match=r"engine native cannot play this game \(the loss is not one of"):
        play(game, SEEDS, 30, "native")


@pytest.mark.parametrize(
    ("changes", "device", "reason"),
    [
        ({}, "cuda", "the device is not a processor"),
        ({"batch_size": 10}, "cpu", "batches are drawn anew"),
        ({"loss": OWN}, "cpu", "the loss is not one of ganscape.objectives"),
        ({"generator": Perceptron((1, 65, 1), "tanh")}, "cpu", "a layer has more than 64 units"),
        (
            {"discriminator": Perceptron((1, 5, 1), "tanh", output_bias=False)},
            "cpu",
            "a network's output has no bias",
        ),
    ],
)
def test_auto_says_why_it_does_not_choose_native(changes, device, reason, caplog):
    game, device = two_cluster_game(**changes), torch.device(device)
    with caplog.at_level("INFO"):
        assert chosen_engine(game, Execution("auto", device), 100) == "batched"
    assert caplog.messages == [f"engine batched: {reason}"]
    with pytest.raises(InputError, match="engine native cannot play this game") as refused:
        chosen_engine(game, Execution("native", device), 100)
    assert str(refused.value).endswith(f"({reason}): use engine batched, or auto")


def test_games_on_very_many_points_are_played_in_batches():
    wide = two_cluster_game(discriminator=Perceptron((1, 64, 64, 1), "tanh"))
    plane = Gaussians(Gaussians.ring().centres, points=20_000)
    for game, points in ((wide, 5000), (two_cluster_game(), plane.points)):
        with pytest.raises(InputError, match=f"{points} points and such layers do not fit"):
            chosen_engine(game, Execution("native"), points)


@needs_compiler
@pytest.mark.parametrize("loss", OBJECTIVES)
def test_auto_chooses_native_for_all_seven_objectives(loss, caplog):
    with caplog.at_level("INFO"):
        assert chosen_engine(two_cluster_game(loss), Execution("auto"), 100) == "native"
    assert chosen_engine(two_cluster_game(loss), Execution("batched"), 100) == "batched"
    assert not caplog.messages


@pytest.fixture
def compiler_named(compiled_ahead, monkeypatch):
    """A function that makes CXX name this compiler, now that no one else compiles."""
    wait([future for future in compiled_ahead if not future.cancel()])

    def name(command):
        monkeypatch.setitem(os.environ, "CXX", command)
        compilation.compiler.cache_clear()

    yield name
    compilation.compiler.cache_clear()


@pytest.mark.parametrize("command", ["no-such-compiler-anywhere", "", "/"])
def test_without_a_compiler_games_are_played_in_batches(command, compiler_named):
    compiler_named(command)
    assert chosen_engine(TINY, Execution("auto"), 100) == "batched"
    assert_same_bits(play_kind(TINY, SEEDS, 3, "auto"), play_kind(TINY, SEEDS, 3, "batched"))
    with pytest.raises(InputError, match=r"no C\+\+ compiler was found .*use engine batched"):
        play_kind(TINY, SEEDS, 3, "native")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("import sys; sys.exit(1)", "no message"),
        ("import sys; sys.exit('no space left\\nand more\\nlines')", "no space left"),
    ],
)
@pytest.mark.parametrize("engine", ["auto", "native"])
def test_a_compiler_that_fails_is_one_clear_line(engine, script, problem, compiler_named):
    compiler_named(shlex.join([sys.executable, "-c", script]))
    with pytest.raises(InputError) as failed:
        play_kind(TINY, SEEDS, 3, engine)
    assert str(failed.value) == (
        f"the C++ compiler {sys.executable} failed ({problem}): name another one in CXX, "
        "or use --engine batched"
    )


def test_a_compilers_name_with_an_open_quote_is_bad_input(compiler_named):
    compiler_named('c++ "-O2')
    with pytest.raises(InputError, match="CXX"):
        play_kind(TINY, SEEDS, 3, "native")


# --- Numbers too large, and no numbers ----------------------------------------------------------------


@needs_compiler
@pytest.mark.parametrize("loss", OBJECTIVES)
def test_native_takes_logits_of_ten_thousand(loss):
    """Sigmoids of tens of thousands, and logits too: where e^t itself is no number any more."""
    game = CENTRAL[loss]
    begin = start(game, CENTRAL_CLUSTERS, SEEDS)
    begin = replace(begin, discriminator=1e5 * begin.discriminator, generator=1e2 * begin.generator)
    ours = native.NativeGames(game, begin, PROBES, 1).advance(1, 1)
    theirs = BatchedGames(game, CENTRAL_CLUSTERS, begin, PROBES, CPU).advance(1, 1)
    assert np.abs(ours.logits).max() > 1e4
    for name in ("losses", "points", "logits"):
        values = getattr(ours, name)
        assert np.isfinite(values).all()
        np.testing.assert_allclose(values, getattr(theirs, name), rtol=1e-6, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("kind", ["tiny", "penalty"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_game_that_diverges_leaves_the_others_alone(engine, value, kind, monkeypatch):
    game, seeds, lost = SINGLE[kind], (4, 2, 9, 5), 2
    sound = play_kind(game, seeds, 20, engine)

    def poisoned(*arguments):
        begin = start(*arguments)
        generator = begin.generator.clone()
        generator[begin.seeds.index(lost)] = value
        return replace(begin, generator=generator)

    monkeypatch.setattr(simulation, "start", poisoned)
    with_one_lost = play_kind(game, seeds, 20, engine)
    assert sound.finite.all()
    assert with_one_lost.finite.tolist() == [seed != lost for seed in seeds]
    for seed in seeds:
        if seed != lost:
            assert_same_bits(with_one_lost.of(seed), sound.of(seed))


@pytest.mark.parametrize("engine", ENGINES)
def test_games_that_overflow_on_the_way_are_finite_until_then(engine):
    rapid = replace(TINY, discriminator_optimiser=SGD(100.0, momentum=0.9))
    options = {"distribution": FEW, "probes": PAPER_PROBES}
    early = play(rapid, SEEDS, 2, engine, **options)
    late = play(rapid, SEEDS, 100, engine, **options)
    assert early.finite.all()
    assert np.isfinite(early.losses).all()
    assert not late.finite.any()
    np.testing.assert_array_equal(late.losses[:, :2], early.losses)
