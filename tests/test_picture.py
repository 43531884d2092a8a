"""The picture of README, in a real browser: every name in the colour of its label, from right to left."""

import json

from ar_news.data.labels import load_labels
from ar_news.figures import EXAMPLE, picture
from conftest import ROOT

MARKS = """() => [...document.querySelectorAll('mark')].map(mark => [
  mark.childNodes[0].data.trim(), mark.querySelector('span').innerText, getComputedStyle(mark).backgroundColor
])"""


def test_the_picture_shows_every_name_in_the_colour_of_its_label(page):
    names = json.loads((ROOT / "docs" / "measured.json").read_text(encoding="utf-8"))["example"]
    colours = {row["label"]: row["colour"] for row in load_labels()}
    page.set_viewport_size({"width": 860, "height": 400})
    page.set_content(picture(names))
    wanted = [[EXAMPLE[start:end], label, colours[label]] for _, label, start, end in names]
    found = page.evaluate(MARKS)
    shown = [[text, label, "#" + "".join(f"{int(n):02x}" for n in rgb[4:-1].split(","))] for text, label, rgb in found]
    assert [row[:2] for row in shown] == [row[:2] for row in wanted]
    assert [row[2] for row in shown] == [row[2].lower() for row in wanted]
    first, last = page.locator("mark").first.bounding_box(), page.locator("mark").last.bounding_box()
    assert first["x"] > 430 and last["y"] > first["y"]
    shots = ROOT / "training" / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    page.locator("figure").screenshot(path=shots / "example.png")
    assert (shots / "example.png").stat().st_size > 10_000
