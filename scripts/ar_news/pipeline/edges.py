"""A component that keeps the names of a pipeline to the rule of where a name begins and ends.

This file imports nothing but spaCy and the rule beside it: it is copied into the wheel as it is.
"""

from spacy.language import Language
from spacy.tokens import Doc, Span

from .bare import bare


def name_in(span: Span) -> Span | None:
    """The whole tokens of a span that make a name by the rule, with its label and ids; the span itself, or None for none.

    A token of which only a part is inside the rule (هـ) is left out: its other part can be of no name.
    """
    found: Span | None = span
    while found is not None:
        text = found.text
        start, end = bare(text, 0, len(text))
        if (start, end) == (0, len(text)):
            break
        begin, doc = found.start_char, span.doc
        # Of characters within one token spaCy makes a span without tokens.
        inside = doc.char_span(begin + start, begin + end, alignment_mode="contract") if start < end else None
        found = Span(doc, inside.start, inside.end, span.label, kb_id=span.kb_id, span_id=span.id) if inside else None
    return found


def mend(doc: Doc) -> Doc:
    """The doc, its names kept to the rule. Tokens of other names, and those of which nothing is known, stay as they are."""
    changed, freed = [], []
    for ent in doc.ents:
        name = name_in(ent)
        if name is ent:
            continue
        if name is None:
            freed.append(ent)
            continue
        changed.append(name)
        freed += [part for part in (doc[ent.start : name.start], doc[name.end : ent.end]) if len(part)]
    if freed:
        doc.set_ents(changed, outside=freed, default="unmodified")
    return doc


@Language.factory("ar_news_edges", assigns=["doc.ents", "token.ent_iob", "token.ent_type"], requires=["doc.ents"])
def make_edges(nlp: Language, name: str):
    """The component, which learns nothing; it comes behind whatever finds the names."""
    return mend
