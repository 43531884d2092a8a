"""Articles as spaCy Docs: the blank and the trained pipeline, gold on its tokens, its names as spans."""

import zlib
from dataclasses import replace
from enum import Enum
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Token

from ar_news.data.articles import Article, Span, read_articles
from ar_news.data.files import InputError, in_project
from ar_news.pipeline import name_rules, tokenizer
from ar_news.pipeline.bare import bare


class Misfit(str, Enum):
    """What becomes of a name that no token boundary of the pipeline fits.

    cut: the tokens are cut at its edges; it counts as missed. missing: its tokens have no annotation. drop: its tokens
    are no name.
    """

    cut = "cut"
    missing = "missing"
    drop = "drop"


def blank_pipeline(stock: bool = False) -> Language:
    """An Arabic pipeline that holds nothing but the initialised news tokeniser, or spaCy's own one."""
    if stock:
        return spacy.blank("ar")
    nlp = spacy.blank("ar", config={"nlp": {"tokenizer": {"@tokenizers": "ar_news.tokenizer.v1"}}})
    cast(tokenizer.NewsTokenizer, nlp.tokenizer).initialize()
    return nlp


def cut(doc: Doc, spans: list[Span]) -> Doc:
    """The doc with its tokens cut at the edges of these spans."""
    bounds = {edge for span in spans for edge in (span.start, span.end)}
    words, spaces = [], []
    for token in doc:
        inner = sorted(edge - token.idx for edge in bounds if token.idx < edge < token.idx + len(token))
        for start, end in pairwise([0, *inner, len(token)]):
            words.append(token.text[start:end])
            spaces.append(end == len(token) and bool(token.whitespace_))
    return Doc(doc.vocab, words=words, spaces=spaces)


def tokens_of(doc: Doc, start: int, end: int) -> list[Token]:
    """The tokens that a stretch of text (code points) touches."""
    return list(doc.char_span(start, end, alignment_mode="expand") or ())


def gold_doc(nlp: Language, article: Article, misfit: Misfit = Misfit.cut) -> tuple[Doc, list[Span]]:
    """The article as a Doc with its gold spans, and the spans that no token boundary of the pipeline fits.

    In training the pipeline sees its own tokens, so a span that was cut free cannot be learnt or found, and spaCy's
    scorer counts it as missed; without the cut spaCy would leave it out of the gold and no score would show it.

    Tokens of unsure stretches have no annotation (ENT_IOB 0) and teach nothing. Where an article was annotated for
    some labels only, neither has any token outside its spans, as it may belong to a name of another label.
    """
    doc = nlp.make_doc(article.text)
    misfits = [span for span in article.spans if doc.char_span(span.start, span.end) is None]
    if misfits and misfit is Misfit.cut:
        doc = cut(doc, misfits)
    found = [doc.char_span(span.start, span.end, label=span.label) for span in article.spans]
    spans = [span for span in found if span is not None]
    taken = {token.i for span in spans for token in span}
    open_places = [*article.unsure, *((span.start, span.end) for span in (misfits if misfit is Misfit.missing else ()))]
    unknown = {token.i for start, end in open_places for token in tokens_of(doc, start, end)} - taken
    whole = article.annotated_for is None or set(article.labels) == set(replace(article, annotated_for=None).labels)
    doc.set_ents(spans, missing=[doc[i : i + 1] for i in sorted(unknown)], default="outside" if whole else "missing")
    return doc, misfits


def read_docs(path: Path) -> list[Doc]:
    """The docs of a .spacy file of `train_convert.py`; InputError if it is not there or damaged."""
    try:
        return list(DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; run `spacy project run convert` first") from None
    except (ValueError, KeyError, zlib.error) as error:
        raise InputError(f"{path}: no .spacy file of train_convert.py ({error}); make it again") from None


def trained_on(path: Path) -> list[Article]:
    """Training articles of a JSONL file, or of the .spacy file that `train_convert.py` made of several, with the names on its tokens.

    Raises InputError if the file cannot be read.
    """
    if path.suffix != ".spacy":
        return read_articles([path])
    return [Article(f"{path.stem}-{number}", doc.text, spans_of(doc)) for number, doc in enumerate(read_docs(path))]


def shown(article: Article, span: Span) -> str:
    """A span for a list: where it is, its label and its surface."""
    return f"{article.id} [{span.start}, {span.end}] {span.label} {article.text[span.start : span.end]}"


# The pipeline of `run all`, from wherever a command is started.
TRAINED = str(in_project("training/ent_news_sm/pipeline"))


# Letters of the longest article. spaCy's own limit of a million guards its parser's memory, which this pipeline has not.
LONGEST = 1_000_000_000


# What a pipeline's config names that its wheel would bring along.
PARTS = {
    "ar_news.Tok2Vec.v1": "ar_news.pipeline.word_layers",
    "ar_news.Tok2VecListener.v1": "ar_news.pipeline.listener",
    "ar_news_tagger": "ar_news.pipeline.tagger",
    "ar_news_name_rules": "ar_news.pipeline.name_rules",
    "ar_news_second_look": "ar_news.pipeline.second_look",
    "ar_news_edges": "ar_news.pipeline.edges",
    "ar_news.TransformerModel.v1": "ar_news.pipeline.windows",
}


def load(pipeline: str, overrides: dict[str, Any] | None = None) -> Language:
    """A pipeline by folder or package name; InputError if there is none or it cannot be loaded.

    overrides: values of its config by dotted key, in the place of those that stand there.
    """
    if not Path(pipeline).exists() and not spacy.util.is_package(pipeline):
        raise InputError(
            f"{pipeline}: no such pipeline; train one with `spacy project run all` or pip install its wheel"
        )
    config = Path(pipeline) / "config.cfg"
    try:
        text = config.read_text(encoding="utf-8") if config.exists() else ""
        for name, module in PARTS.items():
            if name in text:
                import_module(module)
        nlp = spacy.load(pipeline, config=overrides or {})
    except ModuleNotFoundError as error:
        raise InputError(f"{pipeline}: needs the package {error.name}; pip install -r requirements-best.txt") from None
    except ImportError as error:
        raise InputError(f"{pipeline}: {error}") from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{pipeline}: cannot be loaded ({str(error).splitlines()[0]}); train or install it again"
        ) from None
    if wanting := older_parts(nlp):
        raise InputError(f"{pipeline}: made by an older version of this project ({wanting}); train or install it again")
    nlp.max_length = LONGEST
    return nlp


def older_parts(nlp: Language) -> str:
    """What the code that lies here needs and a pipeline that was saved before has not; "" if nothing, or if it brings its own code."""
    for name, part in nlp.pipeline:
        if isinstance(part, name_rules.NameRules) and part.rules:
            missing = [rule for rule in name_rules.LISTS if rule not in part.rules]
            if missing:
                return f"{name} has no {missing[0]}"
    return ""


def spans_of(doc: Doc) -> tuple[Span, ...]:
    """The names of a doc as spans that may stand in gold, whatever pipeline found them."""
    # Doc.text is put together anew each time it is asked for.
    text, spans = doc.text, []
    for ent in doc.ents:
        start, end = bare(text, ent.start_char, ent.end_char)
        if start < end:
            spans.append(Span(start, end, ent.label_))
    return tuple(spans)
