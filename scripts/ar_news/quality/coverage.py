"""Count what the names of a corpus cover: states, outlets, agreements, people, and the proclitics before them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from ar_news.data.articles import Article
from ar_news.data.labels import label_names
from ar_news.data.lists import read_list
from ar_news.pipeline.tokenizer import fold

# States that are mentioned less often are named as rare.
LEAST = 8


# Labels of which only names of two parts or more are counted as different: a family name alone may repeat a full name.
FULL_NAMES = ("PERSON",)


# The label whose first words are counted.
HEADED = "AGREEMENT"


# The letters written onto a name; a tatweel, a quotation mark or a bracket may stand between.
_PROCLITICS = re.compile(r"(?<!\w)([وفبلكس]{1,3})ـ*[«\"“‘'(#]*$")


def names(articles: list[Article]) -> Iterator[tuple[str, str, str]]:
    """Label, surface and proclitics of every span. Of لل the first letter is the proclitic, shown as لل."""
    for article in articles:
        for start, end, label in article.spans:
            surface = article.text[start:end]
            match = _PROCLITICS.search(article.text, max(0, start - 6), start)
            proclitics = match[1] if match else ""
            if proclitics.endswith("ل") and surface.startswith("ل") and article.text[start - 1] == "ل":
                proclitics += "ل"
            yield label, surface, proclitics


@dataclass
class State:
    """Mentions of a state: all, under an official name, and behind each proclitic; and the spellings it has."""

    mentions: int = 0
    official: int = 0
    spellings: int = 0
    behind: Counter = field(default_factory=Counter)


def states(articles: list[Article]) -> dict[str, State]:
    """What the articles hold of every state of configs/countries.json, by its first short name.

    A state without an entry under `official`, such as كندا, has its short name for its official one.
    """
    table: dict[str, State] = {}
    forms: dict[str, tuple[str, str]] = {}
    for state in read_list("countries.json"):
        key = state["short"][0]
        table[key] = State()
        forms.update({fold(form): (key, "short") for form in state["short"]})
        forms.update({fold(form): (key, "official") for form in state["official"] or state["short"][:1]})
    spellings: set[tuple[str, str]] = set()
    for label, surface, proclitics in names(articles):
        folded = fold(surface)
        # Behind لل the alif of the article is not written.
        found = forms.get(folded) or forms.get("ا" + folded)
        if label == "COUNTRY" and found:
            key, kind = found
            table[key].mentions += 1
            table[key].official += kind == "official"
            if proclitics:
                # لل is ل before the article, here one kind.
                table[key].behind[proclitics.replace("لل", "ل")] += 1
            spellings.add((key, surface))
    for key, _ in spellings:
        table[key].spellings += 1
    return table


def coverage(articles: list[Article]) -> dict:
    """Mentions and different names of each label, the proclitics before them, and mentions of each state.

    Different names are counted by folded spelling.
    """
    labels = label_names()
    mentions = dict.fromkeys(labels, 0)
    proclitics: dict[str, Counter] = {label: Counter() for label in labels}
    different: dict[str, set[str]] = {label: set() for label in labels}
    found = list(names(articles))
    spelt = {fold(surface) for _, surface, _ in found}
    for label, surface, before in found:
        mentions[label] += 1
        if before:
            proclitics[label][before] += 1
        key = fold(surface)
        if before.endswith("لل") and "ا" + key in spelt:
            key = "ا" + key
        if label not in FULL_NAMES or len(re.split(r"[\s_]+", surface)) > 1:
            different[label].add(key.removeprefix("ال"))
    return {
        "mentions": mentions,
        "different": {label: len(keys) for label, keys in different.items()},
        # Sorted, as the order of a set, and with it that of equal counts, changes from run to run.
        "heads": dict(
            Counter(name.split()[0] for name in sorted(different.get(HEADED, ())) if " " in name).most_common(30)
        ),
        "proclitics": {label: dict(letters.most_common()) for label, letters in proclitics.items()},
        "states": {
            name: {**asdict(state), "behind": dict(sorted(state.behind.items()))}
            for name, state in states(articles).items()
        },
    }
