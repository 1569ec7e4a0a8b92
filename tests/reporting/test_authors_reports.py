"""The authors' generators beside Table 2: which rows there are, what stands in, what is shown."""

import json

import pandas as pd
import pytest
from PIL import Image

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.evaluation.scoring import METRICS
from ganscape.reporting.authors import COLUMNS, authors_summary, authors_table, draw_authors, read_released
from ganscape.reporting.rendering import to_markdown

FILES = ["RSGAN-ResNet-half-stl.pth", "RSGAN-CNN-quater-cifar.pth", "RSGAN-ResNet-bottleneck-cifar.pth"]
PAPER = {"data": "cifar10-32x32x3", "features": "inception-v3-compat"}


@pytest.fixture
def evaluated(tmp_path):
    """A function that writes what evaluate-authors leaves of one generator and returns its path."""

    def write(file=FILES[1], data="digits-32x32x3", features="digits-classifier", fid=44.0, status="done"):
        folder = tmp_path / "authors" / file.removesuffix(".pth")
        folder.mkdir(parents=True)
        entry = {"weights": "released", "status": status, **dict.fromkeys(METRICS)}
        entry |= (
            {"inception_score_mean": 5.9, "inception_score_std": 0.1, "fid": fid} if status == "done" else {}
        )
        record = {
            "kind": "released",
            "data": data,
            "release": {"file": file},
            "parameters": {"generator": 436995},
            "features": features,
            "protocol": {"samples": 50000, "fid_samples": 10000},
            "entries": [entry],
        }
        (folder / "metrics.json").write_text(json.dumps(record))
        Image.new("RGB", (256, 256), "gray").save(folder / "samples.png")
        return folder / "metrics.json"

    return write


def test_every_released_generator_has_a_row_in_the_order_of_table_2(evaluated):
    summary = authors_summary(read_released([evaluated()]), FILES)
    assert list(summary.columns) == list(COLUMNS)
    assert summary["file"].tolist() == [FILES[1], FILES[2], FILES[0]]
    assert summary["status"].tolist() == ["done", "missing", "missing"]
    assert summary["paper_fid"].tolist() == [45.37, 25.44, 42.18]  # RS-GAN with SN


def test_only_the_papers_data_and_extractor_are_held_against_its_figures(evaluated):
    ours = authors_summary(read_released([evaluated(**PAPER)]), FILES)
    assert ours["fid_difference"].iloc[0] == pytest.approx(44.0 - 45.37)
    text = to_markdown(authors_table(ours))
    assert "Stand-in" not in text and "## CIFAR-10" in text and "−1.37" in text


def test_a_stand_in_says_so_and_has_no_difference(evaluated):
    measured = read_released([evaluated()])
    summary = authors_summary(measured, FILES)
    assert summary["fid_difference"].isna().all()
    text = to_markdown(authors_table(summary))
    assert "Stand-in: scores from the features of digits-classifier, against digits-32x32x3" in text
    assert "stand-in for CIFAR-10" in text and "2 of 3 generators were not at hand" in text
    drawn, _ = draw_authors(measured, summary)
    assert "FID of a stand-in (digits-classifier) 44.00; paper: 45.37" in drawn.axes[0].get_title()


def test_without_any_generator_table_and_figure_say_so(tmp_path):
    words = ["--generators", *FILES, "--metrics"]
    assert main(["authors-table", *words, "--output-directory", str(tmp_path)]) == 0
    assert (pd.read_csv(tmp_path / "authors.csv")["status"] == "missing").all()
    assert "3 of 3 generators were not at hand" in (tmp_path / "authors.md").read_text()
    assert main(["authors-figure", *words, "--output", str(tmp_path / "figure.png")]) == 0


def test_a_generator_whose_images_are_not_finite_is_said(evaluated):
    measured = read_released([evaluated(status="diverged")])
    summary = authors_summary(measured, FILES)
    assert "| — | diverged |" in to_markdown(authors_table(summary))
    assert "diverged; paper" in draw_authors(measured, summary)[0].axes[0].get_title()


def test_other_files_and_files_given_twice_are_refused(evaluated, altered, tmp_path):
    path = evaluated()
    with pytest.raises(InputError, match="was given twice"):
        read_released([path, path])
    other = tmp_path / "metrics.json"
    other.write_text('{"kind": "run"}')
    with pytest.raises(InputError, match=r"is not a metrics\.json of evaluate-authors"):
        read_released([other])
    with pytest.raises(InputError, match=r"evaluate-authors \(release is \"x\", not an object\)"):
        read_released([altered(path, "release", "x")])
