"""Right-to-left web pages that set two or more annotations of the same text side by side."""

import html
from collections.abc import Iterable
from dataclasses import dataclass

from spacy import displacy

from ar_news.data.articles import Article, Span
from ar_news.data.labels import load_labels

CONTEXT = 90


@dataclass(frozen=True)
class Difference:
    """A place of an article with the spans that each side has in the article.

    heading: what differs. sides: spans by the name of who or what marked them, in the order shown.
    """

    heading: str
    article: Article
    start: int
    end: int
    sides: dict[str, Iterable[Span]]


def _table(difference: Difference, colours: dict[str, str]) -> str:
    text = difference.article.text
    start = max(text.rfind("\n", 0, difference.start) + 1, difference.start - CONTEXT)
    stop = text.find("\n", difference.end)
    end = min(len(text) if stop < 0 else stop, difference.end + CONTEXT)
    rows = []
    for side, spans in difference.sides.items():
        ents = [
            {"start": s.start - start, "end": s.end - start, "label": s.label}
            for s in sorted(spans)
            if start <= s.start and s.end <= end
        ]
        manual = {"text": text[start:end], "ents": ents, "settings": {"lang": "ar", "direction": "rtl"}}
        drawn = displacy.render(manual, style="ent", manual=True, options={"colors": colours}, jupyter=False)
        rows.append(f"<tr><th>{html.escape(side)}</th><td>{drawn}</td></tr>")
    return f"<h2>{html.escape(difference.heading)}</h2><table>{''.join(rows)}</table>"


def page(title: str, differences: list[Difference]) -> str:
    """An HTML page with every difference in its context, a row a side, drawn by displaCy."""
    colours = {label["label"]: label["colour"] for label in load_labels()}
    blocks = "".join(_table(difference, colours) for difference in differences)
    return (
        '<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>body{{font-family:sans-serif;max-width:60em;margin:2em auto}}"
        "h2{font-size:1em}table{border-collapse:collapse;width:100%}th{width:6em}th,td{border:1px solid #ccc;"
        f"padding:.4em}}</style></head><body><h1>{html.escape(title)}: {len(differences)}</h1>{blocks}</body></html>\n"
    )
