"""Make clean unlabelled articles out of the public raw collections, without those that are held out."""

import html
import json
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from tqdm import tqdm

from ar_news.data.articles import Article, gold_files, read_articles, text_faults
from ar_news.data.files import InputError, write_json, writing
from ar_news.data.near_articles import Copies

# A line that so many articles of one outlet share belongs to the page (notices, teasers, rules, bylines): a count
# needs no list of phrases for each outlet.
FURNITURE = 5


_FIELD = re.compile(r"<(DOCNO|SRC|CAT|TITLE|TIME|TEXT)>(.*?)</\1>", re.DOTALL)


_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,300}>|https?://\S+")


_LETTER = re.compile(r"[^\W\d_]")


_ARABIC = re.compile(r"[\u0620-\u064A]")


def clean(text: str) -> str:
    """Text without markup and addresses: one paragraph a line, single spaces, no line without letters."""
    text = _MARKUP.sub(" ", html.unescape(text))
    lines = (" ".join(line.split()) for line in re.split(r"[\n\r\u2028\u2029]+", text))
    return "\n".join(line for line in lines if _LETTER.search(line))


def members(path: Path, ending: str) -> Iterator[tuple[str, str]]:
    """Name without ending and UTF-8 text of the files in a zip; InputError if one cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(ending):
                    yield Path(name).stem, archive.read(name).decode("utf-8")
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{path}: not a readable zip of UTF-8 texts ({error}); download it again") from None


def ant_article(name: str, text: str) -> Article | None:
    """The article of one file of ANT, whose name without ending is given; None for a file without a text."""
    fields = dict(_FIELD.findall(text))
    if "TEXT" not in fields:
        return None
    meta = {"outlet": fields.get("SRC", ""), "date": fields.get("TIME", ""), "section": fields.get("CAT", "")}
    return Article(f"ant_multisource:{name}", f"{fields.get('TITLE', '')}\n{fields['TEXT']}", (), meta)


def read_ant(path: Path) -> Iterator[Article]:
    """Articles of the ANT corpus (Chouigui et al. 2017): one file an article, fields in tags."""
    for name, text in members(path, ".txt"):
        if article := ant_article(name, text):
            yield article


def saudi_articles(day: str, text: str) -> Iterator[Article]:
    """The articles of one day of SaudiNewsNet, out of its JSON; ValueError, KeyError or TypeError if it is none."""
    for number, record in enumerate(json.loads(text)):
        meta = {"outlet": record["source"], "date": record["date_extracted"]}
        section = "sport" if "sport" in record.get("url", "").lower() else ""
        body = f"{record['title'] or ''}\n{record['content'] or ''}"
        yield Article(f"saudinewsnet:{day}:{number}", body, (), {**meta, "section": section})


def read_saudi(path: Path) -> Iterator[Article]:
    """Articles of SaudiNewsNet (Alhagri 2015): one JSON list a day; the id is day and place in the list."""
    for name, text in members(path, ".json"):
        try:
            yield from saudi_articles(name, text)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: {name}.json is no list of articles ({error!r}); download it again") from None


@dataclass(frozen=True)
class Collection:
    """A raw collection of news.

    glob: its zips in the folder of the assets. reader: the articles of one zip, with `outlet`, `date` and `section` (sport
    or another) in their meta. limited: whether no outlet gives more articles than a limit.
    """

    glob: str
    reader: Callable[[Path], Iterator[Article]]
    limited: bool


# In the order in which their articles are chosen; the names are the `source` of the articles. A new one is an entry here, with its reader, and its assets in project.yml.
COLLECTIONS = {
    "ant": Collection("antcorpus*.zip", read_ant, limited=False),
    "saudinewsnet": Collection("saudinewsnet/*.zip", read_saudi, limited=True),
}


def read_assets(assets: Path) -> list[Article]:
    """All articles of a folder of assets, cleaned; InputError if it holds none of the collections."""
    zips = [(path, name) for name, kind in COLLECTIONS.items() for path in sorted(assets.glob(kind.glob))]
    if not zips:
        missing = " and ".join(f"no {kind.glob}" for kind in COLLECTIONS.values())
        raise InputError(f"{assets}: {missing} in it; fetch the assets first")
    found: list[Article] = []
    for path, name in tqdm(zips, desc="read", unit="zip", disable=None):
        for article in COLLECTIONS[name].reader(path):
            found.append(Article(article.id, clean(article.text), (), {"source": name, **article.meta}))
    return found


def without_furniture(articles: list[Article]) -> list[Article]:
    """The articles without the lines that FURNITURE articles of their outlet share; a first line, the title, stays."""
    shared: dict[str, Counter] = defaultdict(Counter)
    for article in articles:
        shared[article.meta["outlet"]].update(set(article.text.split("\n")[1:]))
    kept = []
    for article in articles:
        title, *lines = article.text.split("\n")
        counts = shared[article.meta["outlet"]]
        lines = [line for line in lines if counts[line] < FURNITURE]
        kept.append(Article(article.id, "\n".join([title, *lines]), (), article.meta))
    return kept


def chosen_first(article: Article, seed: int) -> tuple[int, bool, bytes]:
    """What articles are sorted by before they are chosen: the order of the collections, sports last, then at random."""
    place = list(COLLECTIONS).index(article.meta["source"])
    order = blake2b(f"{seed}:{article.id}".encode(), digest_size=8).digest()
    return place, article.meta["section"] == "sport", order


def unfit(text: str, words: int) -> str:
    """Why a text is no raw material, or "": fewer than so many words, letters of another script, broken characters."""
    if len(text.split()) < words:
        return "short"
    if len(_ARABIC.findall(text)) < 0.7 * len(_LETTER.findall(text)):
        return "little Arabic"
    return "broken text" if text_faults(text) else ""


@dataclass(frozen=True)
class Counts:
    """Articles and words that were kept, by COLLECTION/OUTLET, and articles that were left out, by reason."""

    articles: Counter = field(default_factory=Counter)
    words: Counter = field(default_factory=Counter)
    dropped: Counter = field(default_factory=Counter)


def make_raw(assets: Path, output: Path, without: list[Path], limit: int, seed: int, words: int) -> Counts:
    """Write the articles of the collections as JSONL, each once, and counts beside it (.json).

    without: held-out articles, JSONL or folders of it, which are left out with their near copies. limit: most articles of an outlet of
    a limited collection. words: fewest of an article. Raises InputError if nothing is left.
    """
    held_out = [file for path in without for file in gold_files(path)]
    copies, counts = Copies(read_articles(held_out, spans=False)), Counts()
    pool = sorted(without_furniture(read_assets(assets)), key=lambda article: chosen_first(article, seed))
    with writing(output) as file:
        for article in tqdm(pool, desc="choose", unit="article", disable=None):
            source, text = article.meta["source"], article.text
            outlet = f"{source}/{article.meta['outlet']}"
            reason = unfit(text, words)
            if not reason and COLLECTIONS[source].limited and counts.articles[outlet] >= limit:
                reason = "over the limit"
            reason = reason or copies.reason(article)
            if reason:
                counts.dropped[reason] += 1
                continue
            counts.articles[outlet] += 1
            counts.words[outlet] += len(text.split())
            file.write(json.dumps({"id": article.id, **article.meta, "text": text}, ensure_ascii=False) + "\n")
        if not counts.articles:
            dropped = dict(counts.dropped)
            raise InputError(f"{assets}: every article was left out ({dropped}); lower --words or hold out fewer")
    told = {
        "articles": counts.articles.total(),
        "words": counts.words.total(),
        "by outlet": counts.articles,
        "dropped": counts.dropped,
    }
    write_json(output.with_suffix(".json"), told)
    return counts
