"""Read and train by our architectures and by spaCy's own, taking turns in one run: how fast both are, and where the time goes."""

import platform
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus
from spacy.training.batchers import minibatch_by_words
from spacy.training.initialize import init_nlp
from spacy.util import load_config
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from ar_news.data.articles import Article
from ar_news.data.files import InputError, read_bytes
from ar_news.docs import load
from ar_news.scores.measuring import apart, kernels

# It registers what the config names, too.
from ar_news.training.pipelines import check_keys

# Keys of a config, and what stands there; weights and files are the same.
ARCHITECTURES = {
    "ours": {
        "components.tok2vec.model.@architectures": "ar_news.Tok2Vec.v1",
        "components.ner.model.@architectures": "ar_news.TransitionBasedParser.v1",
    },
    "stock": {
        "components.tok2vec.model.@architectures": "spacy.Tok2Vec.v2",
        "components.ner.model.@architectures": "spacy.TransitionBasedParser.v2",
    },
}
# Texts a batch; 1 is nlp(text), one after the other.
BATCHES = (1, 64, 1000)
# The batch of the pipeline's own config, by which the first pass and the parts are measured.
USUAL = 64
# Words of a pass through whole articles (all of this corpus, or no batch is large) and through single lines, so that it takes
# some seconds, and the least number of lines, where there are so many.
LONG_WORDS = 200_000
SHORT_WORDS = 40_000
SHORT = 1000
# Batches of a round of training, and the words of each.
STEPS = 30
STEP = 1000
PARTS = ("tokeniser", "embedding", "encoder", "ner", "rest")


def check(where: Path, config: dict[str, Any]) -> None:
    """InputError if a config has not the layers of which there are two kinds."""
    for key, ours in ARCHITECTURES["ours"].items():
        found: Any = config
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found not in (ours, ARCHITECTURES["stock"][key]):
            raise InputError(
                f"{where}: its {key.split('.')[1]} is not of {ours}, so there is nothing to compare; "
                "give a pipeline or config like configs/cpu.cfg"
            )


def evenly(texts: Sequence[str], words: int, least: int = 1) -> list[str]:
    """Every n-th of the texts, so that they have at most so many words, but are at least so many texts if that can be."""
    total = sum(len(text.split()) for text in texts)
    return list(texts[:: max(1, min(-(-total // words), len(texts) // least))])


def seconds(function: Callable, *arguments) -> float:
    """CPU time of this process that a call takes."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start


def read(nlp: Language, texts: Sequence[str], batch: int) -> None:
    for _ in map(nlp, texts) if batch == 1 else nlp.pipe(texts, batch_size=batch):
        pass


def usual(nlp: Language, texts: Sequence[str], rounds: int) -> dict[str, Any]:
    """Words a second of CPU time, on one thread, of one pipeline in its usual batches, as `spread` tells them."""
    words = sum(len(text.split()) for text in texts)
    with threadpool_limits(limits=1, user_api="blas"):
        spent = [seconds(read, nlp, texts, USUAL) for _ in tqdm(range(rounds), desc="speed", unit="pass", disable=None)]
    return spread([words / value for value in spent])


def names(nlp: Language, texts: Sequence[str], batch: int = USUAL) -> list[list[tuple[int, int, str]]]:
    """The names of each text: start, end, label."""
    docs = nlp.pipe(texts, batch_size=batch)
    return [[(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in docs]


def same(pipelines: dict[str, Language], texts: Sequence[str]) -> dict[str, int]:
    """How many texts there are, names that were found in them, and texts in which all pipelines find the same."""
    found = [names(nlp, texts) for nlp in pipelines.values()]
    agreed = sum(all(one == first for one in rest) for first, *rest in zip(*found))
    return {"texts": len(texts), "names": sum(map(len, found[0])), "same": agreed}


def spread(values: Sequence[float], digits: int | None = None) -> dict[str, Any]:
    """Median, lowest and highest of a number of each round, and these themselves."""
    rounds = [round(value, digits) for value in values]
    return {"median": round(median(values), digits), "lowest": min(rounds), "highest": max(rounds), "rounds": rounds}


def in_turns(measure: Callable[[str], Any], rounds: int, bar: tqdm) -> dict[str, list]:
    """What is measured of ours and of stock, a value a round; each begins every second round."""
    found: dict[str, list] = {name: [] for name in ARCHITECTURES}
    for number in range(rounds):
        for name in sorted(found, reverse=number % 2 == 1):
            found[name].append(measure(name))
            bar.update()
    return found


def paired(measure: Callable[[str], float], amount: int, rounds: int, bar: tqdm) -> dict[str, Any]:
    """An amount a second of ours and of stock by seconds that are measured, and how many times as fast ours is, by round."""
    spent = in_turns(measure, rounds, bar)
    speeds = {name: spread([amount / value for value in values]) for name, values in spent.items()}
    return {**speeds, "ratio": spread([stock / ours for ours, stock in zip(spent["ours"], spent["stock"])], 3)}


def parts(nlp: Language, texts: Sequence[str]) -> dict[str, float]:
    """CPU seconds of each of PARTS while the pipeline reads these texts; the rest is what spaCy does around them."""
    layers: Any = nlp.get_pipe("tok2vec")
    ner: Any = nlp.get_pipe("ner")
    later = nlp.pipe_names[nlp.pipe_names.index("ner") + 1 :]
    embed, encode = layers.model.layers
    spent = dict.fromkeys(PARTS, 0.0)

    def timed(part: str, owner: Any, attribute: str) -> Any:
        function = getattr(owner, attribute)

        def call(*arguments, **settings):
            start = time.process_time()
            result = function(*arguments, **settings)
            spent[part] += time.process_time() - start
            return result

        return patch.object(owner, attribute, call)

    # In their places: called by themselves, they find the memory in another state, and the encoder takes up to half longer.
    docs: list[Doc] = []
    with timed("tokeniser", nlp, "tokenizer"), timed("embedding", embed, "_func"), timed("encoder", encode, "_func"):
        before = seconds(lambda: docs.extend(nlp.pipe(texts, batch_size=USUAL, disable=["ner", *later])))
    spent["rest"] = before - sum(spent.values())
    spent["ner"] = seconds(lambda: list(ner.pipe(docs, batch_size=USUAL)))
    for name in later:
        spent["rest"] += seconds(lambda part: list(map(part, docs)), nlp.get_pipe(name))
    return spent


def first_pass(pipeline: Path, overrides: dict[str, Any], texts: Sequence[str]) -> float:
    """CPU seconds of a pipeline's first pass over some texts; loading it does not count."""
    nlp = load(str(pipeline), overrides)
    with threadpool_limits(limits=1, user_api="blas"):
        return seconds(read, nlp, texts, USUAL)


class Learner:
    """A pipeline of a config with new weights, which learns from the first articles of a .spacy file."""

    def __init__(self, config: Path, train: Path, overrides: dict[str, Any]):
        paths = {"paths.train": str(train), "paths.dev": str(train)}
        self.nlp = init_nlp(load_config(config, overrides={**paths, **overrides}))
        self.batches = list(islice(minibatch_by_words(Corpus(train)(self.nlp), STEP), STEPS))
        self.tokens = sum(len(example.predicted) for batch in self.batches for example in batch)
        self.optimizer = self.nlp.create_optimizer()
        self.dropout = self.nlp.config["training"]["dropout"]

    def learn(self) -> None:
        """Learn once from every batch."""
        for batch in self.batches:
            self.nlp.update(batch, sgd=self.optimizer, drop=self.dropout)


def learners(config: Path, train: Path) -> dict[str, Learner]:
    """A learner of each kind; InputError for a config or file that cannot be trained with."""
    check_keys(config, {"paths.train": "", "paths.dev": ""})
    check(config, load_config(config))
    try:
        DocBin().from_bytes(read_bytes(train))
    except (ValueError, KeyError, zlib.error):
        raise InputError(f"{train}: no .spacy file; make it anew by scripts/train_convert.py") from None
    try:
        return {name: Learner(config, train, overrides) for name, overrides in ARCHITECTURES.items()}
    except ValueError as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"{config}: cannot be trained with {train} ({reason}); correct one of them") from None


def processor() -> str:
    """The name of this machine's processor, as far as the system tells it."""
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def speed(pipeline: Path, articles: Sequence[Article], config: Path, train: Path, rounds: int) -> dict[str, Any]:
    """How fast a pipeline reads articles and their paragraphs and one of a config learns, by ours and by spaCy's own layers.

    Speeds are words (in training: tokens) a second of CPU time on one thread, each with median, lowest and highest
    of the rounds.
    """
    check(pipeline, load(str(pipeline)).config)
    learning = learners(config, train)
    whole = [article.text for article in articles]
    lines = [line for text in whole for line in text.split("\n") if line.strip()]
    texts = {"long": evenly(whole, LONG_WORDS), "short": evenly(lines, SHORT_WORDS, SHORT)}
    words = {kind: sum(len(text.split()) for text in some) for kind, some in texts.items()}
    total = 2 * rounds * (3 + len(texts) * len(BATCHES))
    # Where the user asked for more threads, too: CPU time counts those that wait for work.
    with (
        threadpool_limits(limits=1, user_api="blas"),
        tqdm(total=total, desc="speed", unit="pass", disable=None) as bar,
    ):
        first = paired(
            # In processes of their own: in one that has loaded and read much, `ner` took 0.66 s in place of 0.48 s.
            lambda name: apart(first_pass, pipeline, ARCHITECTURES[name], texts["long"]),
            words["long"],
            rounds,
            bar,
        )
        pipelines = {name: load(str(pipeline), overrides) for name, overrides in ARCHITECTURES.items()}
        found = same(pipelines, [*whole, *texts["short"]])
        reading = [
            {
                "texts": kind,
                "batch": batch,
                **paired(lambda name: seconds(read, pipelines[name], some, batch), words[kind], rounds, bar),  # noqa: B023
            }
            for kind, some in texts.items()
            for batch in BATCHES
        ]
        tokens = learning["ours"].tokens
        training = paired(lambda name: seconds(learning[name].learn), tokens, rounds, bar)
        spent = in_turns(lambda name: parts(pipelines[name], texts["long"]), rounds, bar)
    return {
        "processor": processor(),
        # OpenMP has threads, but no products.
        "kernels": [name for name in kernels() if not name.startswith("openmp")],
        "versions": {name: version(name) for name in ("spacy", "thinc", "blis", "numpy")},
        "rounds": rounds,
        "texts": {kind: {"texts": len(some), "words": words[kind]} for kind, some in texts.items()},
        "same": found,
        "reading": reading,
        "first": {"texts": "long", "batch": USUAL, **first},
        "training": {"tokens": tokens, **training},
        "where": {
            name: {part: round(median(row[part] for row in rows), 3) for part in PARTS} for name, rows in spent.items()
        },
    }
