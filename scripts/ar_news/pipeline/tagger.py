"""A BIO tagger for spaCy.

This file imports nothing but spaCy, thinc and numpy: it is copied into the wheel as it is.
"""

from collections.abc import Callable, Iterable

import numpy
from spacy.errors import Errors
from spacy.language import Language
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.scorer import get_ner_prf
from spacy.tokens import Doc, Span, Token
from spacy.training import Example, validate_examples, validate_get_examples
from spacy.vocab import Vocab
from thinc.api import Config, Model, Optimizer, SequenceCategoricalCrossentropy, set_dropout_rate
from thinc.types import Floats2d

DEFAULT_MODEL = Config().from_str(
    """
[model]
@architectures = "spacy.Tagger.v2"
normalize = true

[model.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
pretrained_vectors = null
width = 96
depth = 4
embed_size = 2000
window_size = 1
maxout_pieces = 3
subword_features = true
"""
)["model"]


def tag_names(labels: Iterable[str]) -> list[str]:
    """The tags of some labels: O, then B- and I- of each label."""
    return ["O", *(f"{prefix}-{label}" for label in labels for prefix in "BI")]


def best_tags(scores: numpy.ndarray) -> list[int]:
    """The most probable tags of one text in which every I- continues a name of its label (Viterbi 1967).

    scores: log probabilities, shape (tokens, 1 + 2 * labels), in the order of `tag_names`.
    """
    tokens, tags = scores.shape
    if not tokens:
        return []
    inside = numpy.arange(2, tags, 2)
    best = scores[0].copy()
    best[inside] = -numpy.inf
    back = numpy.zeros((tokens, tags), dtype="i")
    for i in range(1, tokens):
        back[i] = best.argmax()
        continues = best[inside] > best[inside - 1]
        back[i, inside] = numpy.where(continues, inside, inside - 1)
        best = best[back[i]] + scores[i]
    path = [int(best.argmax())]
    for i in range(tokens - 1, 0, -1):
        path.append(int(back[i, path[-1]]))
    return path[::-1]


def likely_tags(chances: numpy.ndarray) -> list[int]:
    """`best_tags` of probabilities, of the same shape."""
    return best_tags(numpy.log(chances + 1e-9))


def tag_of(token: Token) -> str:
    """The BIO tag of a token in a doc whose names are set."""
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type_ else "O"


def spans_of_tags(tags: list[int]) -> list[tuple[int, int, int]]:
    """(first token, token after the last, number of the label) of every name in a sequence of `best_tags`."""
    spans: list[tuple[int, int, int]] = []
    for i, tag in enumerate(tags):
        if tag % 2:
            spans.append((i, i + 1, tag // 2))
        elif tag:
            start, _, label = spans.pop()
            spans.append((start, i + 1, label))
    return spans


@Language.factory(
    "ar_news_tagger",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    default_config={"model": DEFAULT_MODEL, "scorer": {"@scorers": "spacy.ner_scorer.v1"}},
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_tagger(nlp: Language, name: str, model: Model, scorer: Callable | None) -> "BioTagger":
    return BioTagger(nlp.vocab, model, name, scorer=scorer)


class BioTagger(TrainablePipe):
    """Marks names by one BIO tag a token. Its model gives each token the probabilities of `tag_names(labels)`.

    Tokens whose annotation is missing (spaCy's ENT_IOB 0) teach nothing.
    """

    def __init__(
        self, vocab: Vocab, model: Model, name: str = "ar_news_tagger", *, scorer: Callable | None = get_ner_prf
    ):
        self.vocab = vocab
        self.model = model
        self.name = name
        self.scorer = scorer
        self.cfg: dict = {"labels": []}

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        return list(self.labels)

    def add_label(self, label: str) -> int:
        """1 for a new label, 0 for a known one; ValueError once the model has its size."""
        if label in self.cfg["labels"]:
            return 0
        self._allow_extra_label()
        self.cfg["labels"].append(label)
        return 1

    def predict(self, docs: Iterable[Doc]) -> list[numpy.ndarray]:
        """Tag probabilities of every token, one array a doc, on the CPU."""
        docs = list(docs)
        if not any(len(doc) for doc in docs):
            return [numpy.zeros((0, len(tag_names(self.labels))), dtype="f") for _ in docs]
        return [self.model.ops.to_numpy(found) for found in self.model.predict(docs)]

    def set_annotations(self, docs: Iterable[Doc], scores: list[numpy.ndarray]) -> None:
        for doc, rows in zip(docs, scores):
            found = spans_of_tags(likely_tags(rows))
            doc.set_ents([Span(doc, start, end, label=self.labels[label]) for start, end, label in found])

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optimizer | None = None,
        losses: dict[str, float] | None = None,
    ) -> dict[str, float]:
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "BioTagger.update")
        if not any(len(eg.predicted) for eg in examples):
            return losses
        set_dropout_rate(self.model, drop)
        scores, backprop = self.model.begin_update([eg.predicted for eg in examples])
        loss, gradient = self.get_loss(examples, scores)
        backprop(gradient)
        if sgd is not None:
            self.finish_update(sgd)
        losses[self.name] += loss
        return losses

    def get_loss(self, examples: Iterable[Example], scores: list[Floats2d]) -> tuple[float, list[Floats2d]]:
        names = tag_names(self.labels)
        truths = []
        for eg in examples:
            tags = eg.get_aligned_ner()
            truths.append(
                [{"L": "I", "U": "B"}.get(tag[0], tag[0]) + tag[1:] if tag and tag != "-" else "" for tag in tags]
            )
        gradient, loss = SequenceCategoricalCrossentropy(names=names, normalize=False, missing_value="")(scores, truths)
        if self.model.ops.xp.isnan(loss):
            raise ValueError(Errors.E910.format(name=self.name))
        return float(loss), gradient

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: list[str] | None = None,
    ) -> None:
        """Take the labels given or found in the examples and give the model its size."""
        validate_get_examples(get_examples, "BioTagger.initialize")
        for label in labels or sorted({ent.label_ for eg in get_examples() for ent in eg.reference.ents}):
            self.add_label(label)
        sample = [eg.x for eg, _ in zip(get_examples(), range(10))]
        size = len(tag_names(self.labels))
        self.model.initialize(X=sample, Y=[self.model.ops.alloc2f(len(doc), size) for doc in sample])
