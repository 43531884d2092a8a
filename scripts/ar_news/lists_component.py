"""A component that marks the countries and outlets of the lists, for when no pipeline is trained yet."""

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from ar_news.data.lists import read_list
from ar_news.docs import blank_pipeline


@Language.factory("ar_news_lists", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def make_lists(nlp: Language, name: str) -> "Lists":
    return Lists(nlp)


class Lists:
    """Marks the countries and outlets of configs/countries.json and configs/outlets.json, for when no pipeline is trained yet.

    An outlet whose name is an ordinary word counts only behind a generic noun: صحيفة الحياة.
    """

    def __init__(self, nlp: Language):
        self.anywhere, self.after_noun = (PhraseMatcher(nlp.vocab, attr="NORM") for _ in range(2))
        outlets = read_list("outlets.json")
        countries = [form for state in read_list("countries.json") for form in state["short"] + state["official"]]
        self.anywhere.add("COUNTRY", [nlp.make_doc(form) for form in countries])
        self.anywhere.add("MEDIA", [nlp.make_doc(form) for form in outlets["anywhere"]])
        self.after_noun.add("MEDIA", [nlp.make_doc(form) for form in outlets["after_a_generic_noun"]])
        self.nouns = {token.norm_ for noun in outlets["generic_nouns"] for token in nlp.make_doc(noun)}

    def __call__(self, doc: Doc) -> Doc:
        found = self.anywhere(doc, as_spans=True)
        for span in self.after_noun(doc, as_spans=True):
            before = [token for token in doc[max(0, span.start - 3) : span.start] if not token.is_punct]
            if before and before[-1].norm_ in self.nouns:
                found.append(span)
        doc.set_ents(filter_spans(found))
        return doc


def lists_pipeline() -> Language:
    nlp = blank_pipeline()
    nlp.add_pipe("ar_news_lists")
    return nlp
