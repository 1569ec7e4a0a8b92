"""The ledger's page in a real browser: it loads without errors, sorts, filters and shows its evidence."""

import re

import pytest
from made_up_results import configuration, results, write
from PIL import Image

from browser import in_a_browser, told_by_browser
from ganscape.claims.evidence import Evidence
from ganscape.claims.ledger import ledger
from ganscape.claims.page import overview, page


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A ledger of made-up results with one table and one figure as evidence, and its page."""
    folder = tmp_path_factory.mktemp("quick")
    write(folder, results())
    body = '<div class="ganscape"><h1>Values</h1></div>'
    (folder / "tables/landscape_values.html").write_text(f"<html><body>{body}</body></html>")
    Image.new("RGB", (300, 200), "white").save(folder / "figures/basin_depth.png")
    judged = ledger(Evidence(folder), configuration())
    return judged, page(judged, "quick", folder)


def test_the_page_has_every_claim_and_needs_nothing_else(shown):
    judged, text = shown
    assert all(f'<tr id="{claim}"' in text for claim in judged["id"])
    assert not re.search(r'(src|href)="(?!data:|#)', text) and "{{" not in text
    assert "195 reproduced, 8 deviate" in text


def test_evidence_that_is_there_is_shown_and_linked(shown):
    _, text = shown
    assert '<section id="figures-basin_depth"><h2>Figure basin depth</h2><div class="figure"><img' in text
    assert '<a href="#tables-landscape_values">table landscape values</a>' in text
    # A table that was not rendered is shown as it is, a figure is not.
    assert '<h2>Table 2 details</h2><div class="ganscape"><table' in text
    assert '<section id="figures-figure6">' not in text and 'href="#figures-figure6"' not in text
    assert "<div>Figure 6</div>" in text


def test_what_is_measured_is_text_and_not_markup(shown):
    judged, _ = shown
    judged = judged.copy()
    judged.loc[0, "measured_value"] = "<script>alert(1)</script>{{rows}}"
    text = page(judged, "<quick>")
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)&lt;/script&gt;{{rows}}" in text
    assert "preset &lt;quick&gt;" in text
    assert "<script>" not in overview(judged)


def test_the_overview_lists_what_deviates(shown):
    judged, _ = shown
    text = overview(judged)
    assert "Assumptions 4.1-4.3 hold for hinge" in text
    # Sizes of networks are printed for both losses.
    assert text.count("<li>") == 8 - 3 and text.count("(and 1 more with the same figures)") == 3


def test_the_overview_tells_theory_from_images(shown):
    text = overview(shown[0])
    kinds = dict(re.findall(r"<tr><td>([\w ]+)</td><td>(\d+)</td>", text))
    assert kinds == {
        **{"theory": "25", "two clusters": "10", "sizes of networks": "28"},
        **{"trained on images": "132", "all": "195"},
    }


# What a reader does, and what is then on the page.
DEEDS = """
  const rows = () => Array.from(document.querySelectorAll(".ledger tbody tr"));
  const visible = () => rows().filter((row) => row.getClientRects().length);
  const told = {all: visible().length};
  const press = (column) => document.querySelector("th." + column + " button").click();
  press("verdict");
  told.first = rows()[0].dataset.verdict;
  press("verdict");
  told.last = rows()[0].dataset.verdict;
  press("paper_value");
  told.numbers = rows().slice(0, 120).map((row) => parseFloat(row.querySelector(".paper_value").textContent));
  document.querySelector('#filters input[value="reproduced"]').click();
  told.deviating = visible().length;
  const search = document.querySelector("#filters input[type=search]");
  search.value = "hinge assumption";
  search.dispatchEvent(new Event("input"));
  told.found = visible().map((row) => row.id);
  told.output = document.querySelector("#filters output").textContent;
  told.wide = document.documentElement.scrollWidth > innerWidth;
  told.pictures = Array.from(document.images).map((image) => image.naturalWidth);
  return told;
"""


@in_a_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_a_reader_sorts_and_filters(shown, tmp_path, width):
    told = told_by_browser(shown[1], DEEDS, tmp_path, width)
    assert told["width"] == width
    assert told["errors"] == [] and told["all"] == 203
    assert (told["first"], told["last"]) == ("reproduced", "deviates")
    assert told["numbers"] == sorted(told["numbers"])
    assert told["deviating"] == 8
    assert told["found"] == ["thm1-assumptions-hinge"]
    assert told["output"] == "1 of 203 shown"
    assert told["pictures"] == [300] and not told["wide"]
