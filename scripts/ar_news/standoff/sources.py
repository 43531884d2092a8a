"""The collections that stand-off gold is about: the address of an article in its collection, and its text at an address."""

import email.utils
import zipfile
import zlib
from abc import ABC, abstractmethod
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from ar_news.data.articles import Article
from ar_news.data.files import InputError
from ar_news.public.collections import COLLECTIONS, ant_article, clean, saudi_articles

# Where an article is in its collection; each collection says below of what it consists.
Address = dict[str, Any]


class Page(NamedTuple):
    """An article as its collection has it: lines of the text without markup, outlet, and day (YYYY-MM-DD, or a year)."""

    lines: tuple[str, ...]
    outlet: str
    date: str


class Source(ABC):
    """A collection in a folder of assets.

    prefix: what the ids of its articles begin with. licence: of the collection, as its makers state it. test: whether it
    serves to measure only, so that nothing of it may be trained on.
    """

    prefix: str
    licence: str
    test: bool = False

    def __init__(self, assets: Path):
        self.assets = assets

    @classmethod
    @abstractmethod
    def files(cls, name: str) -> str:
        """The pattern of the assets that an article is read from. name: its id without the prefix."""

    @abstractmethod
    def address(self, name: str) -> Address | None:
        """Where an article is; None if the collection has none of that name."""

    @abstractmethod
    def page(self, address: Address) -> Page | None:
        """The article at an address; None if nothing is there. Raises InputError for a file that cannot be read."""


def _page(article: Article, date: str) -> Page:
    return Page(tuple(clean(article.text).split("\n")), article.meta["outlet"], date)


class Ant(Source):
    """ANT: `member` is the file in its zip, without the folder that holds all, whose name is up to the packer."""

    prefix = "ant_multisource:"
    licence = "Apache-2.0 by a badge in its README; each text stays its outlet's"

    @classmethod
    def files(cls, name: str) -> str:
        return COLLECTIONS["ant"].glob

    @cached_property
    def _members(self) -> dict[str, tuple[zipfile.ZipFile, str]]:
        """The zip and the whole name of every member, by its name without the first folder."""
        found = {}
        for path in sorted(self.assets.glob(self.files(""))):
            try:
                archive = zipfile.ZipFile(path)
            except (zipfile.BadZipFile, OSError) as error:
                raise InputError(f"{path}: not a readable zip ({error}); fetch it again") from None
            found.update({n.partition("/")[2]: (archive, n) for n in archive.namelist() if n.endswith(".txt")})
        return found

    @cached_property
    def _places(self) -> dict[str, str]:
        return {Path(member).stem: member for member in self._members}

    def address(self, name: str) -> Address | None:
        return {"member": self._places[name]} if name in self._places else None

    def page(self, address: Address) -> Page | None:
        if address["member"] not in self._members:
            return None
        archive, whole = self._members[address["member"]]
        try:
            text = archive.read(whole).decode("utf-8")
        except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, OSError) as error:
            raise InputError(f"{archive.filename}: {whole} cannot be read ({error}); fetch it again") from None
        article = ant_article(Path(whole).stem, text)
        return _page(article, _day(article.meta["date"])) if article else None


def _day(date: str) -> str:
    """The day of an e-mail's date (RFC 2822), as the collection has it; the date itself if it is of another form."""
    try:
        return email.utils.parsedate_to_datetime(date.strip()).date().isoformat()
    except ValueError:
        return date.strip()


class SaudiNewsNet(Source):
    """SaudiNewsNet: `member` is the file of a day, in a zip of the same name, `number` the place in its list, from 0."""

    prefix = "saudinewsnet:"
    licence = "CC BY-NC-SA 4.0"

    def __init__(self, assets: Path):
        super().__init__(assets)
        self._days: dict[str, list[Article]] = {}

    @classmethod
    def files(cls, name: str) -> str:
        return f"saudinewsnet/{name.partition(':')[0]}.zip"

    def address(self, name: str) -> Address | None:
        day, _, number = name.partition(":")
        found = {"member": f"{day}.json", "number": int(number)} if number.isdecimal() else None
        return found if found and self.page(found) else None

    def page(self, address: Address) -> Page | None:
        articles = self._day(address["member"])
        if address["number"] >= len(articles):
            return None
        article = articles[address["number"]]
        return _page(article, article.meta["date"][:10])

    def _day(self, member: str) -> list[Article]:
        """The articles of one day, [] if its zip is not there."""
        path = self.assets / self.files(Path(member).stem)
        if member not in self._days and path.exists():
            try:
                with zipfile.ZipFile(path) as archive:
                    text = archive.read(member).decode("utf-8")
                self._days[member] = list(saudi_articles(Path(member).stem, text))
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path}: {member} cannot be read ({error}); fetch it again") from None
        return self._days.get(member, [])


class Ntrex(Source):
    """NTREX-128 (Federmann et al. 2022): `document` by DOCUMENT_IDS.tsv, `lines` its first and last line, from 1.

    It is lines, one a sentence or so; where a paragraph ends is not known, so each is a line of the article.
    """

    prefix = "ntrex:"
    licence = "CC BY-SA 4.0"
    test = True
    texts = "ntrex/newstest2019-ref.arb.txt"
    documents = "ntrex/DOCUMENT_IDS.tsv"

    @classmethod
    def files(cls, name: str) -> str:
        return "ntrex/*"

    def _lines(self, file: str) -> list[str]:
        path = self.assets / file
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: cannot be read ({error}); fetch it again") from None
        return [line.strip() for line in text.removesuffix("\n").split("\n")]

    @cached_property
    def _text(self) -> list[str]:
        return self._lines(self.texts)

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """First and last line of each document; its lines stand together."""
        numbered = enumerate(self._lines(self.documents), 1)
        groups = (
            (name, [number for number, _ in group]) for name, group in groupby(numbered, key=lambda pair: pair[1])
        )
        return {name: (numbers[0], numbers[-1]) for name, numbers in groups}

    def address(self, name: str) -> Address | None:
        return {"document": name, "lines": list(self._places[name])} if name in self._places else None

    def page(self, address: Address) -> Page | None:
        first, last = address["lines"]
        lines = self._text[first - 1 : last]
        if len(lines) != last - first + 1:
            return None
        # newstest2019 was gathered in the autumn of 2018 (Barrault et al. 2019); days are not told.
        return Page(tuple(lines), address["document"].partition(".")[0], "2018")


# The name of each is that of its file in corpus/standoff. Another one is an entry here and its assets in best/project.yml.
SOURCES: dict[str, type[Source]] = {"ant": Ant, "saudinewsnet": SaudiNewsNet, "ntrex": Ntrex}


def collection_of(article_id: str) -> str:
    """The collection that an article is of, by its id; InputError for an id of none."""
    for name, source in SOURCES.items():
        if article_id.startswith(source.prefix):
            return name
    known = ", ".join(source.prefix for source in SOURCES.values())
    raise InputError(f"article {article_id}: of no collection that can be fetched; such ids begin with {known}")
