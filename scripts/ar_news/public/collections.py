"""Make clean unlabelled articles out of the public raw collections, without those that are held out."""

import html
import json
import re
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from ar_news.data.articles import Article
from ar_news.data.files import InputError

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


def read_ant(path: Path) -> Iterator[Article]:
    """Articles of the ANT corpus (Chouigui et al. 2017): one file an article, fields in tags."""
    for name, text in members(path, ".txt"):
        fields = dict(_FIELD.findall(text))
        if "TEXT" in fields:
            meta = {"source": "ant", "outlet": fields.get("SRC", ""), "date": fields.get("TIME", "")}
            body = f"{fields.get('TITLE', '')}\n{fields['TEXT']}"
            yield Article(f"ant_multisource:{name}", body, (), {**meta, "section": fields.get("CAT", "")})


def read_saudi(path: Path) -> Iterator[Article]:
    """Articles of SaudiNewsNet (Alhagri 2015): one JSON list a day; the id is day and place in the list."""
    for name, text in members(path, ".json"):
        try:
            for number, record in enumerate(json.loads(text)):
                meta = {"source": "saudinewsnet", "outlet": record["source"], "date": record["date_extracted"]}
                section = "sport" if "sport" in record.get("url", "").lower() else ""
                body = f"{record['title'] or ''}\n{record['content'] or ''}"
                yield Article(f"saudinewsnet:{name}:{number}", body, (), {**meta, "section": section})
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: {name}.json is no list of articles ({error!r}); download it again") from None


def read_assets(assets: Path) -> list[Article]:
    """All articles of a folder of assets, cleaned; InputError if it holds none of the two collections."""
    ant, saudi = sorted(assets.glob("antcorpus*.zip")), sorted(assets.glob("saudinewsnet/*.zip"))
    if not ant + saudi:
        raise InputError(f"{assets}: no antcorpus*.zip and no saudinewsnet/*.zip in it; fetch the assets first")
    readers: list[tuple[Path, Callable]] = [(path, read_ant) for path in ant] + [(path, read_saudi) for path in saudi]
    found: list[Article] = []
    for path, reader in tqdm(readers, desc="read", unit="zip", disable=None):
        found.extend(Article(a.id, clean(a.text), (), a.meta) for a in reader(path))
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
