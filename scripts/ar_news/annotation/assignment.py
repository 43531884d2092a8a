"""Send articles with suggested spans to the annotators' Doccano projects, each article once."""

import random
from collections import Counter

from ar_news.annotation.doccano_import import Target, row
from ar_news.data.articles import Article

# Doccano imports by the thousand, and imports a failing upload's first thousand four times over.
CHUNK = 200


def assign(articles: list[Article], targets: dict[str, Target], overlap: float, seed: int) -> None:
    """Fill `new` of each target: a share `overlap` of the articles goes to two annotators, the rest to one.

    An article that stands in projects already stays there and counts, so that running it again adds nothing.
    """
    order = sorted(articles, key=lambda article: article.id)
    random.Random(seed).shuffle(order)
    twice = round(overlap * len(order)) if len(targets) > 1 else 0
    placed = {article.id: {name for name, target in targets.items() if article.id in target.there} for article in order}
    # Those that two annotators have already are part of the share.
    order.sort(key=lambda article: len(placed[article.id]) < 2)
    load = Counter({name: 0 for name in targets})
    for names in placed.values():
        load.update(names)
    for number, article in enumerate(order):
        holders = placed[article.id]
        while len(holders) < (2 if number < twice else 1):
            name = min((name for name in targets if name not in holders), key=lambda name: load[name])
            holders.add(name)
            load[name] += 1
            targets[name].new.append(article)
    places = {article.id: place for place, article in enumerate(articles)}
    for target in targets.values():
        target.new.sort(key=lambda article: places[article.id])


def compare(target: Target, articles: list[Article], update: bool) -> tuple[Counter, list[str], list[dict]]:
    """What is there already: counts, notes about changed texts, and untouched examples that `update` replaces."""
    counts: Counter = Counter()
    notes: list[str] = []
    replaced: list[dict] = []
    for article in articles:
        examples = target.there.get(article.id)
        if not examples:
            continue
        example, wanted = examples[0], row(article)
        same_text = example["text"] == article.text
        same_spans = example["meta"].get("suggested") == wanted["suggested"]
        if same_text and (same_spans or not update):
            counts["same"] += 1
        elif update and target.untouched(example):
            replaced.append(example)
            target.new.append(article)
            counts["replaced"] += 1
        elif same_text:
            counts["same"] += 1
            notes.append(
                f"article {article.id}: somebody has worked on it in {target.name!r}; its suggestions stay as they are"
            )
        else:
            counts["changed"] += 1
            todo = (
                "somebody has worked on it; decide in Doccano"
                if update
                else "give --update to replace it if nobody has worked on it"
            )
            notes.append(f"article {article.id}: its text is another in {target.name!r} than here; {todo}")
    return counts, notes, replaced
