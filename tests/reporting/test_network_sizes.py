"""Sizes of Table 2's networks: the released code's, and where the paper prints others."""

from ganscape.reporting.network_sizes import network_sizes, network_sizes_table
from ganscape.reporting.rendering import to_markdown


def test_sizes_are_those_of_the_released_code_and_differ_from_the_paper_where_design_says_so():
    sizes = network_sizes().round({"relative_size_percent": 1})
    assert len(sizes) == 14
    other = sizes[sizes["relative_size_percent"] != sizes["paper_relative_size_percent"]]
    assert other[["dataset", "architecture", "width", "relative_size_percent"]].to_numpy().tolist() == [
        ["cifar10", "resnet", "quarter", 8.1],
        ["stl10", "cnn", "half", 32.4],
        ["stl10", "cnn", "quarter", 11.8],
    ]


def test_sizes_that_the_paper_prints_otherwise_are_bold():
    lines = to_markdown(network_sizes_table(network_sizes())).splitlines()
    assert [line for line in lines if "**" in line] == [
        "| resnet, quarter | 367,235 | 68,960 | 436,195 | 8.1 | **10.4** |",
        "| cnn, half | 1,878,531 | 741,920 | 2,620,451 | 32.4 | **32.9** |",
        "| cnn, quarter | 767,235 | 188,176 | 955,411 | 11.8 | **11.9** |",
    ]
