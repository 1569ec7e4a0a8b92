"""Tables and figures of the exact landscape: what they say, and that their numbers come with them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ganscape.errors import InputError
from ganscape.reporting.bad_minima import draw_bad_minima
from ganscape.reporting.barriers import draw_barriers
from ganscape.reporting.basin_depth import basin_depths, draw_basin_depth
from ganscape.reporting.descents import end_shares, proportion_interval
from ganscape.reporting.landscape_tables import (
    assumptions,
    assumptions_table,
    global_minima,
    global_minima_table,
    landscape_values,
    strict_minima,
    strict_minima_table,
    values_table,
)
from ganscape.reporting.minima import COLUMNS, counted_minima, minima_table, read_minima
from ganscape.reporting.rendering import to_html, to_latex, to_markdown, write_table
from ganscape.reporting.style import save


def bold(table):
    return [
        (section.heading, row[0].text, cell.text)
        for section in table.sections
        for row in section.rows
        for cell in row
        if cell.emphasised
    ]


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def test_every_value_that_the_paper_prints_is_ours_to_its_digits():
    values = landscape_values()
    printed = values.dropna(subset="paper_value")
    assert len(values) == 6 * 9 and len(printed) == 9 + 9
    assert set(printed["state"]) == {"s0", "s1a", "s1b", "s1b crossed", "s2"}
    # Claim 3.2 has one value of RS-GAN for four states, two of which have another.
    other = np.abs(printed["value"] - printed["paper_value"]) > 2e-4
    assert printed[other][["state", "loss", "value"]].to_numpy().tolist() == 2 * [["s1b crossed", "rs", 0.0]]
    assert [text for _, _, text in bold(values_table(values))] == ["−0.3466"]


def test_values_table_shows_the_climb_out_of_collapse():
    shown = to_markdown(values_table(landscape_values()))
    (collapse,) = (line for line in shown.splitlines() if "collapse" in line and "0.1308" in line)
    climbs = "0.1308 | 0.0000 | 0.0417 | 0.0000 | 0.0000 | 0.0000"
    assert climbs in collapse


def test_counts_that_differ_from_the_theorem_are_bold():
    table = strict_minima_table(strict_minima(4))
    assert [(row, count) for _, row, count in bold(table)] == [("2", "0"), ("3", "0"), ("4", "0")]


@pytest.fixture(scope="module")
def lowest():
    return global_minima()


def test_the_global_minimum_is_the_theorems_and_reached_exactly_where_all_points_are_found(lowest):
    assert np.allclose(lowest["lowest"], lowest["theorem"], rtol=0, atol=1e-12)
    assert (lowest["at_lowest"] == lowest["permutations"]).all()
    assert (lowest["permutations"] == lowest["n"].map({2: 2, 3: 6, 4: 24})).all()


def test_from_every_state_of_a_paired_loss_a_path_that_never_rises_leads_to_the_global_minimum(lowest):
    cut_off = (lowest["states"] - lowest["reaching"]).groupby(lowest["loss"]).apply(list)
    assert all(cut_off[loss] == [0, 0, 0] for loss in ("rs", "rp-hinge", "rp-ls", "hinge"))
    assert all(cut_off[loss] == [2, 21, 232] for loss in ("js", "ls"))  # those of Theorem 1


def test_states_that_are_cut_off_are_bold(lowest):
    assert {(row, count) for _, row, count in bold(global_minima_table(lowest))} == {
        ("2", "2"),
        ("3", "21"),
        ("4", "232"),
    }


def test_failing_assumptions_are_bold():
    failing = [(loss, row) for loss, row, _ in bold(assumptions_table(assumptions()))]
    assert failing == [
        ("Hinge-GAN (Theorem 1)", "4.3: xi(m) < xi(m-1) for m in [1, n]"),
        ("WGAN-GP (Theorem 2)", "4.4: sup h = 0 and h(0) < 0"),
    ]


def test_tables_are_written_in_every_form(tmp_path):
    values = landscape_values()
    write_table(values, values_table(values), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"landscape_values.{form}" for form in ("csv", "md", "tex", "html")
    }
    read = pd.read_csv(tmp_path / "landscape_values.csv")
    pd.testing.assert_series_equal(read["value"], values["value"], atol=1e-5)


def test_words_stand_flush_left_and_numbers_right():
    table = assumptions_table(assumptions())
    assert "| --- | --- | --- |" in to_markdown(table)
    assert r"\begin{tabular}{lll}" in to_latex(table)
    assert '<td class="words"><strong>fails</strong></td>' in to_html(table)
    assert r"\begin{tabular}{lrrrrrrrr}" in to_latex(values_table(landscape_values()))


def test_barriers_names_every_kind_of_basin(tmp_path):
    figure, numbers = draw_barriers(3)
    assert numbers.groupby(["loss", "kind"]).size().to_dict() == {
        ("js", "bad basin"): 21,
        ("js", "global minimum"): 6,
        ("rs", "global minimum"): 6,
    }
    said = "\n".join(texts(figure))
    assert "21 of JS-GAN and none of RS-GAN" in said
    assert "18 bad basins: two on one, one missed" in said and "3 bad basins:\nall three on one" in said
    written = save(figure, tmp_path / "barriers.png", numbers)
    assert [path.suffix for path in written] == [".png", ".pdf", ".csv"]


@pytest.mark.parametrize("points", [1, 4])
def test_barriers_of_too_many_or_too_few_points_are_refused(points):
    with pytest.raises(InputError, match=f"{points} points: give 2 or 3"):
        draw_barriers(points)


def test_depth_under_imbalance_is_a_number():
    depths = basin_depths().set_index(["study", "loss", "pairing", "share"]).sort_index()
    small, missing = depths.loc["small share"], depths.loc["missing share"]
    assert small.loc[("js", "none", 0.9), "ratio_to_balanced"] == pytest.approx(1.58, abs=0.01)
    assert small.loc[("ls", "none", 0.9), "ratio_to_balanced"] == pytest.approx(2.02, abs=0.02)
    assert missing.loc[("js", "none", 0.9), "ratio_to_balanced"] < 0.3
    for study in (small, missing):
        for loss, pairing in (("hinge", "none"), ("rs", "fixed"), ("rp-ls", "fixed")):
            assert study.loc[(loss, pairing), "rise"].abs().max() < 1e-12
    two_points = depths.loc[("number of points", "js", "none", 0.5)]
    assert two_points["n"] == 2 and two_points["rise"] == pytest.approx(0.1308, abs=1e-4)


def test_basin_depth_labels_its_lines():
    figure, _ = draw_basin_depth()
    said = "\n".join(texts(figure))
    for name in ("JS-GAN", "LS-GAN", "Hinge-GAN", "drawn anew"):
        assert name in said


def minima_file(folder, loss, rows):
    table = pd.DataFrame(rows, columns=["kind", "is_global", "climb"]).assign(
        loss=loss, kernel_width=0.5, regularisation=0.01, y1=0, y2=0, value=0, smallest_curvature=1
    )
    path = folder / f"{loss}.csv"
    table[COLUMNS].to_csv(path, index=False)
    return path


def test_minima_are_counted_by_kind(tmp_path):
    perfect = ("perfect", True, np.inf)
    files = [
        minima_file(tmp_path, "rs", [perfect, perfect]),
        minima_file(tmp_path, "js", [perfect, perfect, ("collapsed", False, 0.2), ("dropped", False, 0.1)]),
    ]
    counts = counted_minima(read_minima(files))
    assert list(counts["loss"]) == ["js", "rs"]  # the usual order, not that of the files
    assert list(counts["bad"]) == [2, 0] and list(counts["deepest_bad_climb"]) == [0.2, 0]
    assert bold(minima_table(counts)) == [("JS-GAN (separable)", "0.5", "2 + 1 + 1 (0.2)")]


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    whole = minima_file(tmp_path, "js", [("perfect", True, 0.0), ("collapsed", False, 0.2)])
    content = Path(whole).read_bytes()
    for kept in (len(content) - 3, content.index(b"\n") + 1):
        Path(whole).write_bytes(content[:kept])
        with pytest.raises(InputError, match="has no rows, or was cut off in its last one: make it again"):
            read_minima([whole])


def test_a_file_of_another_step_is_refused(tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="other columns than `find-minima` writes"):
        read_minima([other])
    with pytest.raises(InputError, match="cannot be read"):
        read_minima([tmp_path / "missing.csv"])


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("value", "low", "have words in value, which `find-minima` never writes"),
        ("loss", "gan", r"have the losses \['gan'\], which `find-minima` never writes"),
    ],
)
def test_files_with_other_content_are_refused(tmp_path, column, value, complaint):
    first = minima_file(tmp_path, "js", [("perfect", True, 0.0)])
    second = tmp_path / "second.csv"
    pd.read_csv(first).assign(**{column: value}).to_csv(second, index=False)
    with pytest.raises(InputError, match=complaint):
        read_minima([first, second])


def test_a_figure_of_some_losses_only_is_refused(tmp_path):
    counts = counted_minima(read_minima([minima_file(tmp_path, "js", [("perfect", True, np.inf)])]))
    with pytest.raises(InputError, match="nothing of hinge, ls, rs, rp-hinge, rp-ls is in these files"):
        draw_bad_minima(counts, pd.DataFrame({"loss": ["js"]}))


def test_signs_of_comparison_survive_latex():
    assert r"xi(m) $>$ m xi(1)" in to_latex(assumptions_table(assumptions()))


def test_shares_of_ends_have_intervals():
    ends = pd.DataFrame({"loss": "js", "end": ["perfect"] * 30 + ["bad minimum"] * 10})
    shares = end_shares(ends).set_index("end")
    assert shares.loc["bad minimum", "share"] == 0.25
    assert shares.loc["bad minimum", "low"] < 0.25 < shares.loc["bad minimum", "high"]
    assert proportion_interval(0, 100)[0] == 0 and 0 < proportion_interval(0, 100)[1] < 0.05
