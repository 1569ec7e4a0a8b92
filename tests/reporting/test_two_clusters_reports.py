"""Figures and tables of clusters: that they show what outcomes say, on outcomes made up and played."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from ganscape.arrays import save_arrays
from ganscape.clusters.gaussians import COLUMNS as LOOKS
from ganscape.clusters.gaussians import MIXTURES, Samples
from ganscape.clusters.simulation import Execution
from ganscape.clusters.two_clusters import COLUMNS, Setting, play
from ganscape.errors import InputError
from ganscape.reporting.animation import animate
from ganscape.reporting.escape import draw_escape
from ganscape.reporting.figure5 import draw_figure5, escape_time
from ganscape.reporting.figure6 import collapsed_values, draw_figure6
from ganscape.reporting.gaussians import draw_gaussians, load_samples, read_looks
from ganscape.reporting.imbalance_clusters import draw_imbalance_clusters, ratio_name
from ganscape.reporting.outcomes import (
    collapsed_loss,
    ends_collapsed,
    of_setting,
    perfect_loss,
    read_outcomes,
    stuck_seed,
    typical_seed,
)
from ganscape.reporting.rendering import to_html, to_latex, to_markdown
from ganscape.reporting.two_clusters_table import summarised_outcomes, two_clusters_table
from ganscape.reporting.width import draw_width


def rows(loss="js", widths=(10, 5), share=0.5, escapes=(100, 300, 200, None), **changes):
    """Outcomes of one setting, a seed per escape time."""
    count = len(escapes)
    table = {
        "loss": loss,
        "seed": range(count),
        "discriminator_width": widths[0],
        "generator_width": widths[1],
        "share": share,
        "escape_time": pd.Series(escapes, dtype="Int64"),
        "iterations_collapsed": [5, 90, 7, 40][:count],
        "min_d_loss": [0.478, 0.55, 0.49, 0.4][:count],
        "final_first": [50, 49, 0, 99][:count],
        "final_second": [50, 48, 96, 1][:count],
        "success": [True, True, False, False][:count],
        "status": "done",
    }
    return pd.DataFrame(table | changes)[COLUMNS]


@pytest.fixture
def written(tmp_path):
    """A function that writes outcomes to one file and reads them back."""

    def write(*tables):
        path = tmp_path / "outcomes.csv"
        pd.concat(tables).to_csv(path, index=False)
        return read_outcomes([path])

    return write


@pytest.fixture(scope="module")
def played():
    """Two seeds of both losses, everything kept."""
    return {
        loss: play(Setting(loss), [0, 1], 30, Execution(), keep_every=1, places=[-1.0, 0.0, 4.0, 5.0])[1]
        for loss in ("js", "rs")
    }


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_the_typical_seed_has_the_median_escape_time_and_never_counts_last(written):
    outcomes = of_setting(written(rows()), "js")
    assert typical_seed(outcomes) == 2  # 100, 200, 300, never: the lower median
    assert stuck_seed(outcomes) == 1


def test_runs_that_end_collapsed_are_those_of_the_definition(written):
    assert ends_collapsed(written(rows())).tolist() == [False, False, True, True]


def test_outcomes_of_other_files_and_given_twice_are_refused(tmp_path, written):
    with pytest.raises(InputError, match="seed 0 of js was given twice"):
        written(rows(), rows())
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"other\.csv has other columns than `two-cluster` writes"):
        read_outcomes([other])
    with pytest.raises(InputError, match="no outcomes of rs with widths 10 and 5"):
        of_setting(written(rows()), "rs")


def test_the_theory_s_values_are_the_paper_s():
    assert perfect_loss("js") == pytest.approx(0.6931, abs=1e-4)
    assert collapsed_loss("js") == pytest.approx(0.4774, abs=1e-4)
    assert collapsed_loss("rs") == pytest.approx(0.3466, abs=1e-4)
    assert collapsed_loss("wgan-gp") is None and perfect_loss("wgan-gp") is None


def test_escape_says_how_many_times_longer_the_separable_loss_takes(written):
    faster = rows("rs", escapes=(50, 150, 100, None))
    drawn, numbers = draw_escape(written(rows(), faster), 1000)
    ratio = numbers[numbers["part"] == "ratio"].iloc[0]
    assert (ratio["loss"], ratio["other"], ratio["median"]) == ("js", "rs", 2.0)
    assert any(text.startswith("ratio 2") for text in texts(drawn))
    medians = numbers[numbers["part"] == "median"].set_index("loss")
    assert medians.loc["js", "median"] == 250 and medians.loc["js", "escaped"] == 3


def test_escape_shows_a_loss_without_a_twin_beside_the_first_pair(written):
    both = [rows(), rows("rs"), rows("wgan-gp", escapes=(None,) * 4)]
    drawn, numbers = draw_escape(written(*both), 1000)
    assert "WGAN-GP: never" in texts(drawn)
    assert len(drawn.axes) == 1
    curve = numbers[(numbers["part"] == "curve") & (numbers["loss"] == "wgan-gp")]
    assert (curve["not_escaped"] == 1).all()


def test_escape_shows_a_loss_whose_twin_was_not_played(written):
    drawn, numbers = draw_escape(written(rows(), rows("rs"), rows("hinge")), 1000)
    assert len(drawn.axes) == 2 and any(text.startswith("Hinge-GAN: 250") for text in texts(drawn))
    assert numbers[numbers["part"] == "ratio"]["loss"].tolist() == ["js"]
    assert len(draw_escape(written(rows("hinge")), 1000)[0].axes) == 1


def test_escape_compares_the_same_seeds_only(written):
    for other in (rows("rs", escapes=(50, 150)), rows("rs", seed=range(4, 8))):
        with pytest.raises(InputError, match="the seeds of js and rs differ: play both for the same seeds"):
            draw_escape(written(rows(), other), 1000)


@pytest.mark.parametrize("draw", [draw_escape, draw_width])
@pytest.mark.parametrize("iterations", [-5, 0, 299])
def test_outcomes_of_more_iterations_than_said_are_refused(draw, iterations, written):
    with pytest.raises(InputError, match=f"--iterations {iterations}: the outcomes are of at least 300"):
        draw(written(rows(), rows("rs")), iterations)


def test_ratios_are_shown_as_far_as_they_are_known(written):
    some, none = (100, 200, 300, None), (None,) * 4
    for slow, fast, text in (
        (none, some, "ratio unknown"),
        (none, none, "ratio unknown"),
    ):
        drawn, _ = draw_escape(written(rows(escapes=slow), rows("rs", escapes=fast)), 1000)
        assert any(shown.startswith(text) for shown in texts(drawn))
        assert not any("nan" in shown or "inf" in shown for shown in texts(drawn))


def test_width_says_never_where_the_median_seed_does_not_escape(written):
    pairs = [(10, 5), (20, 5), (10, 10), (20, 10)]
    never = {"escapes": (None,) * 4}
    tables = [
        rows(loss, widths, **(never if widths == (20, 5) else {}))
        for loss in ("js", "rs")
        for widths in pairs
    ]
    drawn, _ = draw_width(written(*tables), 1000)
    assert texts(drawn).count("never") == 2


def test_width_without_the_papers_widths_is_refused(written):
    tables = [rows(loss, widths) for loss in ("js", "rs") for widths in ((20, 7), (30, 7))]
    with pytest.raises(InputError, match="study discriminator has 0 widths of js"):
        draw_width(written(*tables), 1000)


def test_width_puts_every_pair_of_widths_where_it_belongs(written):
    pairs = [(10, 5), (20, 5), (10, 10), (20, 10)]
    tables = [rows(loss, widths) for loss in ("js", "rs") for widths in pairs]
    _, summary = draw_width(written(*tables), 1000)
    found = summary.groupby("study")[["discriminator_width", "generator_width"]].apply(
        lambda group: sorted(set(group.itertuples(index=False, name=None)))
    )
    assert found["discriminator"] == [(10, 5), (20, 5)]
    assert found["generator"] == [(10, 5), (10, 10)]
    assert found["both"] == [(10, 5), (20, 10)]
    assert (summary["median"] == 250).all() and (summary["escaped"] == 0.75).all()


def test_width_says_how_many_times_sooner_the_median_seed_escapes(written):
    twice_as_fast = {"escapes": (50, 150, 100, None)}
    pairs = [(10, 5), (20, 5), (10, 10), (20, 10)]
    tables = [
        rows(loss, widths, **(twice_as_fast if widths == (20, 10) else {}))
        for loss in ("js", "rs")
        for widths in pairs
    ]
    _, summary = draw_width(written(*tables), 1000)
    wide = summary[summary["discriminator_width"].eq(20) & summary["generator_width"].eq(10)].iloc[0]
    paper = summary[summary["discriminator_width"].eq(10) & summary["generator_width"].eq(5)].iloc[0]
    assert wide["sooner"] == 2 and wide["sooner_low"] <= 2 <= wide["sooner_high"]
    assert paper["sooner"] == 1


def test_width_with_one_width_is_refused(written):
    with pytest.raises(InputError, match="study discriminator has 1 widths of js: give outcomes of two"):
        draw_width(written(rows(), rows("rs")), 1000)


def test_imbalance_counts_ends_per_share(written):
    tables = [rows(loss, share=share) for loss in ("js", "rs") for share in (0.1, 0.5, 0.6667)]
    drawn, summary = draw_imbalance_clusters(written(*tables))
    assert (summary["collapsed"] == 0.5).all() and (summary["success"] == 0.5).all()
    assert {"1:9", "1:1", "2:1"} <= set(texts(drawn))
    assert (summary["reached"] == 0.495).all()


@pytest.mark.parametrize(
    ("share", "name"), [(0.5, "1:1"), (0.3333, "1:2"), (0.2, "1:4"), (0.1, "1:9"), (0.9, "9:1")]
)
def test_shares_are_named_as_ratios(share, name):
    assert ratio_name(share) == name


def test_the_table_has_a_row_per_setting_in_every_form(written):
    tables = [rows(), rows("rs"), rows(widths=(20, 5)), rows(share=0.1)]
    summary = summarised_outcomes(written(*tables))
    assert summary["escaped"].tolist() == [0.75] * 4
    js = summary[(summary["loss"] == "js") & (summary["share"] == 0.5)].iloc[0]
    assert js["at_collapsed_value"] == 0.5  # 0.478 and 0.49 are near 0.477
    table = two_clusters_table(summary)
    assert [section.heading for section in table.sections][1:] == ["Other widths", "Unequal clusters"]
    for form in (to_markdown, to_latex, to_html):
        assert "RS-GAN" in form(table)


def test_medians_that_are_never_reached_need_no_range_and_minus_signs_are_true_ones(written):
    summary = summarised_outcomes(written(rows(escapes=(None,) * 4, min_d_loss=-19.185)))
    shown = to_markdown(two_clusters_table(summary))
    assert "| never |" in shown and "| −19.185 (−19.185 to −19.185) |" in shown
    wide = summary.assign(escape_median_low=800.0)
    assert "| never (800 to never) |" in to_markdown(two_clusters_table(wide))


def test_seeds_that_diverged_are_counted_and_said(written):
    gone = rows(status="diverged", final_first=pd.NA, final_second=pd.NA, success=False, escapes=(None,) * 4)
    summary = summarised_outcomes(written(gone))
    assert summary["diverged"].tolist() == [4] and summary["ends_collapsed"].tolist() == [0]
    assert any("4 seeds diverged" in note for note in two_clusters_table(summary).notes)


def test_figure5_shows_the_points_of_both_losses(played):
    _, numbers = draw_figure5(played, seeds=2)
    assert set(numbers["kind"]) == {"real", "generated"}
    last = numbers[(numbers["loss"] == "rs") & (numbers["kind"] == "generated")]
    assert len(last[last["iteration"] == 1]) == 100
    assert escape_time(played["js"]) is None


def test_figure6_has_the_values_of_the_theory_and_draws_runs_that_never_collapse(played):
    drawn, numbers = draw_figure6(played, played, stuck=played["js"])
    shown = texts(drawn)
    for value in ("perfect: 0.693 ", "collapsed: 0.477 ", "collapsed: 0.347 "):
        assert value in shown
    bands = numbers[(numbers["part"] == "band") & (numbers["percentile"] == 50)]
    middle = np.nanmedian(played["js"].losses, axis=0)
    np.testing.assert_allclose(bands[bands["loss"] == "js"]["value"], middle, rtol=1e-6)


def test_figure6_refuses_runs_of_different_lengths(played):
    short = play(Setting("js"), [0], 10, Execution(), keep_every=1, places=[0.0, 4.0])[1]
    with pytest.raises(InputError, match=r"the runs have \[10, 30\] iterations"):
        draw_figure6(played, played, stuck=short)


def test_figure6_says_where_nothing_collapsed(played):
    run = played["js"]
    fields = {name: getattr(run, name) for name in run.__dataclass_fields__}
    never = type(run)(**fields | {"collapsed_at": np.zeros(2, int)})
    drawn, _ = draw_figure6(played | {"js": never}, played, stuck=never)
    assert texts(drawn).count("no collapse after the start") == 2


def test_values_at_a_collapse_are_turned_to_the_occupied_cluster(played):
    run = played["js"]
    fields = {name: getattr(run, name) for name in run.__dataclass_fields__}
    fields |= {
        "collapsed_at": np.array([3, 7]),
        "collapsed_counts": np.array([[90, 2], [0, 100]]),
        "collapsed_logits": np.log([[0.5, 9.0], [4.0, 0.25]]),  # D/(1 - D) at 0 and at 4
    }
    values = collapsed_values(type(run)(**fields))
    assert values["collapsed_on"].tolist() == [0, 1]
    np.testing.assert_allclose(values["occupied"], [1 / 3, 0.2])
    np.testing.assert_allclose(values["empty"], [0.9, 0.8])


def test_the_animation_is_a_gif_that_ends_in_rest(played, tmp_path):
    animate(played, 4, tmp_path / "run.gif")
    with Image.open(tmp_path / "run.gif") as animation:
        assert animation.n_frames >= 4
    assert [path.name for path in tmp_path.iterdir()] == ["run.gif"]


def looks(mixture, loss):
    seeds, iterations = np.meshgrid(range(3), [10, 20], indexing="ij")
    table = {
        "mixture": mixture,
        "loss": loss,
        "seed": seeds.ravel(),
        "iteration": iterations.ravel(),
        "modes": 3,
        "good_share": (0.1 * (1 + seeds)).ravel(),
        "d_loss": 0.5,
        "status": "done",
    }
    return pd.DataFrame(table)[LOOKS]


def test_gaussians_show_the_median_seed_and_its_samples(tmp_path):
    paths, samples = [], {}
    for mixture, distribution in MIXTURES.items():
        for loss in ("js", "rs"):
            path = tmp_path / f"{mixture}-{loss}.csv"
            looks(mixture, loss).to_csv(path, index=False)
            paths.append(path)
            points = np.tile(np.array(distribution.centres, dtype=np.float32), (3, 1, 1))
            samples[mixture, loss] = Samples(np.array(mixture), np.array(loss), np.arange(3), points, points)
    _, numbers = draw_gaussians(read_looks(paths), samples)
    assert set(numbers[numbers["part"] == "sample"]["seed"]) == {1}
    band = numbers[(numbers["part"] == "look") & (numbers["measure"] == "good_share")]
    np.testing.assert_allclose(band["median"], 0.2)
    with pytest.raises(InputError, match="nothing of js on grid is in these files"):
        read_looks(paths[:2])
    with pytest.raises(InputError, match="seed 0 of js on ring was given twice"):
        read_looks([*paths, paths[0]])
    fewer = {key: replace(value, seeds=np.arange(5, 8)) for key, value in samples.items()}
    with pytest.raises(InputError, match="the samples of js on ring lack seed 1"):
        draw_gaussians(read_looks(paths), fewer)
    gone = read_looks(paths).assign(status="diverged")
    draw_gaussians(gone, samples)


def test_samples_of_another_mixture_or_loss_are_refused(tmp_path):
    points = np.zeros((1, 4, 2), np.float32)
    save_arrays(Samples(np.array("ring"), np.array("js"), np.arange(1), points, points), tmp_path / "s.npz")
    assert load_samples(tmp_path / "s.npz", "ring", "js").seeds.tolist() == [0]
    for mixture, loss in (("grid", "js"), ("ring", "rs")):
        with pytest.raises(InputError, match=f"samples of js on the ring, not of {loss} on the {mixture}"):
            load_samples(tmp_path / "s.npz", mixture, loss)
