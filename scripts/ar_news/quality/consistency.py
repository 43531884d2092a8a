"""List names that are marked in one place of a corpus and unmarked in another."""

from collections import Counter, defaultdict

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans
from tqdm import tqdm

from ar_news.data.articles import Article, Span
from ar_news.docs import blank_pipeline
from ar_news.pipeline.tokenizer import fold

CONTEXT = 30


# Places shown of one name: what stands unmarked hundreds of times is another word, as a look at a few tells.
SHOWN = 20


def name_key(doc: Doc, span: Span) -> str:
    """The folded spelling of a name; behind لل with the alif that is not written there."""
    tokens = doc.char_span(span.start, span.end)
    if tokens is None:
        return fold(doc.text[span.start : span.end])
    return "".join(token.norm_ + token.whitespace_ for token in tokens).strip()


def unmarked(articles: list[Article]) -> tuple[Counter, dict[str, list[str]]]:
    """How often each name is marked, and where it stands unmarked, both by `name_key`.

    Found by tokens with spaCy's PhraseMatcher, so proclitics and spelling variants do not hide a name.
    Places inside another span are no fault: the longest name wins. Nor are those that an article was not annotated for.
    """
    nlp = blank_pipeline()
    docs = [nlp.make_doc(article.text) for article in tqdm(articles, desc="tokenise", unit="article", disable=None)]
    marked: Counter = Counter()
    labels: dict[str, set[str]] = defaultdict(set)
    for article, doc in zip(articles, docs):
        for span in article.spans:
            key = name_key(doc, span)
            marked[key] += 1
            labels[key].add(span.label)
    matcher = PhraseMatcher(nlp.vocab, attr="NORM")
    for name in sorted(marked):
        matcher.add(name, [nlp.make_doc(name)])
    places = defaultdict(list)
    for article, doc in zip(articles, tqdm(docs, desc="search", unit="article", disable=None)):
        for found in filter_spans(matcher(doc, as_spans=True)):
            start, end = found.start_char, found.end_char
            told = article.decided(Span(start, end, label) for label in labels[found.label_])
            if told and not any(span.start < end and start < span.end for span in article.spans):
                before, after = article.text[max(0, start - CONTEXT) : start], article.text[end : end + CONTEXT]
                places[found.label_].append(f"{article.id}: …{before}**{found.text}**{after}…".replace("\n", " ¶ "))
    return marked, dict(places)
