"""Sample sheets: which run each panel shows, and what is written."""

import pandas as pd
import pytest
from PIL import Image

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.reporting.measurements import read_measurements
from ganscape.reporting.sample_sheet import draw_sample_sheet
from ganscape.reporting.studies import Half, study

TABLE2 = study("table2")
HALF = Half("cifar10", "digits-32x32x3")
STEP = ["sample-sheet", "--study", "table2"]


def test_paired_and_separable_loss_share_a_row(evaluated):
    paths = [evaluated(loss="js"), evaluated(loss="rs"), evaluated(loss="wgan-gp", normalisation="none")]
    figure, panels = draw_sample_sheet(TABLE2, read_measurements(paths), HALF)
    places = panels.set_index(["loss", "weights"])[["row", "column"]]
    assert places.loc[("js", "raw")].tolist() == [1, "separable loss"]
    assert places.loc[("rs", "ema")].tolist() == [1, "paired loss, EMA"]
    assert places.loc[("wgan-gp", "raw")].tolist() == [0, "separable loss"]
    titles = {axes.get_title() for axes in figure.axes}
    assert {"JS-GAN, FID 20.00", "RS-GAN, EMA, FID 10.00"} <= titles


def test_the_rate_of_the_table_and_the_first_finished_seed_are_shown(evaluated):
    paths = [
        evaluated(rate=1e-3, seed=0, raw=5.0),
        evaluated(rate=5e-4, seed=0, raw=None),
        evaluated(rate=5e-4, seed=1, raw=4.0),
        evaluated(rate=5e-4, seed=2, raw=2.0),
    ]
    _, panels = draw_sample_sheet(TABLE2, read_measurements(paths), HALF)
    raw = panels[panels["weights"] == "raw"].iloc[0]
    assert (raw["generator_lr"], raw["seed"], raw["fid"]) == (5e-4, 1, 4.0)
    assert raw["image"].endswith("lr0.0005-seed1/samples/final.png")
    assert raw["dataset"] == "digits-32x32x3 (stand-in for cifar10)"


def test_a_diverged_run_without_samples_is_said(evaluated):
    path = evaluated(raw=None, ema=None)
    for image in (path.parent / "samples").iterdir():
        image.unlink()
    figure, panels = draw_sample_sheet(TABLE2, read_measurements([path]), HALF)
    assert set(panels["status"]) == {"diverged"}
    assert "JS-GAN: diverged" in {axes.get_title() for axes in figure.axes}


def test_a_missing_grid_of_a_finished_run_is_named(evaluated):
    path = evaluated()
    (path.parent / "samples" / "final.png").unlink()
    with pytest.raises(InputError, match=r"samples/final\.png is missing"):
        draw_sample_sheet(TABLE2, read_measurements([path]), HALF)


def test_a_damaged_grid_is_named(evaluated):
    path = evaluated()
    (path.parent / "samples" / "final.png").write_bytes(b"not an image")
    with pytest.raises(InputError, match=r"samples/final\.png is not a grid of 8x8 images"):
        draw_sample_sheet(TABLE2, read_measurements([path]), HALF)


def test_runs_on_other_data_are_not_shown(evaluated):
    with pytest.raises(InputError, match="none of the given runs"):
        draw_sample_sheet(TABLE2, read_measurements([evaluated(data="digits-48x48x3")]), HALF)


def test_other_losses_have_a_sheet_of_their_own(evaluated):
    paths = [evaluated(architecture="resnet", loss=loss) for loss in ("hinge", "rp-hinge", "js")]
    figure, panels = draw_sample_sheet(study("hinge"), read_measurements(paths), HALF)
    assert set(panels["loss"]) == {"hinge", "rp-hinge"} and set(panels["row"]) == {0}
    assert figure.get_suptitle().startswith("Hinge losses, digits-32x32x3 (stand-in for CIFAR-10)")


def test_the_step_writes_image_document_and_numbers(evaluated, tmp_path):
    metrics = [str(evaluated(loss="js")), str(evaluated(loss="rs"))]
    output = tmp_path / "figures" / "samples.png"
    half = "cifar10=digits-32x32x3"
    assert main([*STEP, "--metrics", *metrics, "--half", half, "--output", str(output)]) == 0
    with Image.open(output) as image:
        assert image.width > image.height
    assert output.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert len(pd.read_csv(output.with_suffix(".csv"))) == 4


def test_the_same_input_gives_the_same_bytes(evaluated, tmp_path):
    metrics, half = str(evaluated()), "cifar10=digits-32x32x3"
    for name in ("a.png", "b.png"):
        main([*STEP, "--metrics", metrics, "--half", half, "--output", str(tmp_path / name)])
    for suffix in (".png", ".pdf", ".csv"):
        assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
