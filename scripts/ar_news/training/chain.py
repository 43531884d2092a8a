"""Several augmenters of training articles as one."""

from collections.abc import Callable, Iterable, Iterator

from spacy.language import Language
from spacy.training import Example
from spacy.util import registry

# spaCy's signature: an example, and what a training sees in its place.
Augmenter = Callable[[Language, Example], Iterable[Example]]


@registry.augmenters("ar_news.chain_augmenters.v1")
def chain_augmenters(*augmenters: Augmenter) -> Augmenter:
    """One augmenter of several, by any names and in their order: each is given all examples that the ones before it gave.

    [corpora.train.augmenter]
    @augmenters = "ar_news.chain_augmenters.v1"

    [corpora.train.augmenter.*.swaps]
    @augmenters = "ar_news.swap_words.v1"
    ...
    """

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        examples: list[Example] = [example]
        for augmenter in augmenters:
            examples = [after for before in examples for after in augmenter(nlp, before)]
        yield from examples

    return augment
