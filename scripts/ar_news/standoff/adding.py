"""From annotated articles to stand-off gold: find each in its collection, check it, keep its address, sum and spans."""

from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from ar_news.data.articles import Article, gold_files, read_articles, splits_of
from ar_news.data.files import ROOT, InputError
from ar_news.data.near_articles import Copies
from ar_news.standoff.rebuilding import fetch_for, rebuild
from ar_news.standoff.records import (
    SPLITS,
    Double,
    Record,
    as_written,
    read_doubles,
    read_records,
    record_faults,
    sha256,
    write_lines,
)
from ar_news.standoff.sources import SOURCES, Source, collection_of

# Held out whatever else is.
OWN = tuple(ROOT / "corpus" / f"{split}.jsonl" for split in splits_of(ROOT / "corpus") if split != "train")
NEAR = "near copy of a held-out article"


class Told(NamedTuple):
    """What one article says of its annotation, beside its spans."""

    split: str
    annotators: tuple[str, ...]
    reviewer: str


def told_by(article: Article, given: Told) -> tuple[Told, list[str]]:
    """What an article says of its annotation under the keys `split`, `annotators` and `reviewer`, else what is given for all."""
    split, reviewer = (article.meta.get(key, getattr(given, key)) for key in ("split", "reviewer"))
    annotators = article.meta.get("annotators", given.annotators)
    faults = []
    if split not in SPLITS:
        faults.append(f"split {split!r} is none of {', '.join(SPLITS)}; give it by --split")
    if not annotators or not isinstance(annotators, (list, tuple)):
        faults.append("nobody says who annotated it; give them by --annotator")
    if article.annotated_for is not None or article.unsure:
        faults.append("was not annotated for all labels, or is unsure in places; decide it first")
    return Told(split, tuple(annotators), reviewer), [f"article {article.id}: {fault}" for fault in faults]


def left_out(lines: tuple[str, ...], text: str) -> list[int] | None:
    """The lines (from 0) that a text lacks of an article of its collection; None if the text is something else."""
    missing, wanted = [], text.split("\n")
    for number, line in enumerate(lines):
        if wanted and line == wanted[0]:
            wanted.pop(0)
        else:
            missing.append(number)
    return None if wanted else missing


def record_of(article: Article, told: Told, sources: dict[str, Source]) -> Record | str:
    """The article as a line of stand-off gold, or what is wrong with it."""
    name = collection_of(article.id)
    source = sources[name]
    address = source.address(article.id.removeprefix(source.prefix))
    page = source.page(address) if address else None
    if address is None or page is None:
        return f"article {article.id}: not in {name}; correct its id"
    missing = left_out(page.lines, article.text)
    if missing is None:
        return f"article {article.id}: its text is not that of {name} without some lines; give the text as it was drawn"
    if source.test and told.split != "test":
        return f"article {article.id}: {name} serves to measure only; its split is test"
    where = {**address, **({"left_out": missing} if missing else {})}
    made = Record(article.id, where, sha256(article.text), page.outlet, page.date, *told, article.spans)
    faults = record_faults(as_written(made), Record)
    return f"article {article.id}: {faults[0]}" if faults else made


def copy_faults(new: dict[str, Article], known: list[Article], held_out: list[Article]) -> list[str]:
    """New articles that are held out or near copies; training articles that share sentences with one of dev or test.

    new: by id, their split in their meta, as in `known`, what is there already.
    """
    every = [*known, *new.values()]
    copies, guard = Copies(held_out), Copies([article for article in every if article.meta["split"] != "train"])
    faults = []
    for article in tqdm(every, desc="copies", unit="article", disable=None):
        reason = copies.reason(article)
        if article.id in new and reason:
            faults.append(f"article {article.id}: {reason}; take it away")
        elif article.meta["split"] == "train" and guard.reason(article) == NEAR:
            faults.append(f"article {article.id}: in train, but {NEAR} of dev or test; put both into one split")
    return faults


def doubles_of(first: list[Path], second: list[Path], sums: dict[str, str]) -> list[Double]:
    """What two annotators marked, an article a line. sums: SHA-256 of the text of every article of stand-off gold, by id.

    Raises InputError for an article that only one of them has, or whose text is not that of the gold.
    """
    one, two = ({a.id: a for a in read_articles(files)} for files in (first, second))
    faults = [
        f"article {name}: only one of the two annotators has it; leave it out"
        for name in sorted(one.keys() ^ two.keys())
    ]
    found = []
    for name in sorted(one.keys() & two.keys()):
        texts = {sha256(side[name].text) for side in (one, two)}
        if texts != {sums.get(name)}:
            faults.append(
                f"article {name}: an annotator had another text than the gold, or it is no gold; leave it out"
            )
        else:
            found.append(Double(name, sums[name], one[name].spans, two[name].spans))
    if faults:
        raise InputError(*faults)
    return found


def add(
    files: list[Path],
    standoff: Path,
    given: Told,
    without: list[Path],
    twice: tuple[list[Path], list[Path]],
    root: Path,
    mirror: str,
) -> tuple[int, int]:
    """Put annotated articles into the files of stand-off gold; those whose ids stand there already are replaced.

    files: JSONL of articles with their final spans. given: what holds for those that do not tell themselves. without: held-out
    articles, besides dev and test of the corpus. twice: JSONL of the one and of the other annotator. Returns how many were
    added and how many replaced. Raises InputError with every fault; then nothing is written.
    """
    told = [(article, *told_by(article, given)) for article in read_articles(files)]
    faults = [fault for _, _, found in told for fault in found]
    records = read_records(standoff)
    new = {a.id: Article(a.id, a.text, a.spans, {**a.meta, "split": said.split}) for a, said, _ in told}
    kept = {name: [line for line in lines if line.id not in new] for name, lines in records.items()}
    assets = fetch_for([*new, *(line.id for lines in kept.values() for line in lines)], root, mirror)
    sources = {name: source(assets) for name, source in SOURCES.items()}
    found = [record_of(article, said, sources) for article, said, _ in told]
    faults += [fault for fault in found if isinstance(fault, str)]
    held_out = [file for path in (*OWN, *without) for file in gold_files(path)]
    faults += copy_faults(new, rebuild(kept, assets)[0], read_articles(held_out, spans=False))
    if faults:
        raise InputError(*faults)
    made = [line for line in found if isinstance(line, Record)]
    whole = {name: [*lines, *(line for line in made if collection_of(line.id) == name)] for name, lines in kept.items()}
    doubles = doubles_of(*twice, {line.id: line.sha256 for lines in whole.values() for line in lines})
    write(standoff, whole, doubles)
    replaced = sum(len(records[name]) - len(lines) for name, lines in kept.items())
    return len(made) - replaced, replaced


def write(standoff: Path, records: dict[str, list[Record]], doubles: list[Double]) -> None:
    """Write the files of stand-off gold that have lines; an old double annotation of a text that is another now goes."""
    before = read_doubles(standoff)
    fresh = {double.id for double in doubles}
    for name, lines in records.items():
        sums = {line.id: line.sha256 for line in lines}
        twice = [double for double in before[name] if double.id not in fresh and sums.get(double.id) == double.sha256]
        twice += [double for double in doubles if double.id in sums]
        if lines:
            write_lines(standoff / f"{name}.jsonl", lines)
        if twice:
            write_lines(standoff / "double" / f"{name}.jsonl", twice)
