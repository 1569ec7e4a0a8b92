"""The table of options: all of them, the paper's beside, bold where it is another."""

from pathlib import Path

import yaml

from ganscape.claims.protocol import PAPER
from ganscape.reporting.configuration import configuration_figures, configuration_table
from ganscape.reporting.rendering import to_markdown

ROOT = Path(__file__).parents[2]


def defaults():
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def test_every_option_has_a_row_and_the_default_is_the_paper_s():
    found = configuration_figures(defaults(), PAPER).set_index("option")
    assert found.index.is_unique
    assert found.loc["training.iterations"].to_list() == ["100000", "100000"]
    assert found.loc["imbalanced.classes.1.share"].to_list() == ["0.2", "0.2"]
    assert found.loc["recipes.cifar10-resnet.betas"].to_list() == ["0.0 0.9", "0.0 0.9"]
    assert found.loc["table2.seeds", "value"] == "0 1 2" and found.loc["table2.seeds", "paper_value"] == ""
    printed = found[found["paper_value"] != ""]
    assert len(printed) > 80 and printed["value"].equals(printed["paper_value"].rename("value"))


def test_the_paper_s_value_is_bold_where_it_is_another():
    settings = defaults()
    settings["training"]["iterations"] = 100
    lines = to_markdown(configuration_table(configuration_figures(settings, PAPER), "mine")).splitlines()
    assert [line for line in lines if "**" in line] == ["| training.iterations | 100 | **100000** |"]
    assert "## own_losses" in lines
