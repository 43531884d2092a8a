"""The transformer pipeline: windows, tagger, fine-tuning, and that the spaCy pipeline tags as the trained tagger does."""

import json
import os
import random
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import Example

from ar_news.data.articles import Article, Span
from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.pipeline.tagger import best_tags, spans_of_tags, tag_names
from conftest import ROOT, TOKENIZER, gold

NEEDS = "needs PyTorch and spacy-transformers: pip install -r requirements-best.txt"
TEXTS = [
    ("قال ترامب إن كازاخستان تنضم", [(4, 9, "PERSON"), (13, 22, "COUNTRY")]),
    ("ذكرت رويترز أن ترامب وصل", [(5, 11, "MEDIA"), (15, 20, "PERSON")]),
    (
        "وقع ترامب معاهدة السلام وترامب عاد إلى مصر",
        [(4, 9, "PERSON"), (10, 23, "AGREEMENT"), (25, 30, "PERSON"), (39, 42, "COUNTRY")],
    ),
]


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=9, max_size=9), max_size=12))
def test_no_name_goes_on_without_a_beginning(rows):
    tags = best_tags(numpy.log(numpy.array(rows, dtype="f").reshape(-1, 9)))
    assert len(tags) == len(rows)
    for before, tag in zip([0, *tags], tags):
        assert tag == 0 or tag % 2 == 1 or before in (tag, tag - 1)


def test_the_best_sequence_of_tags_wins_over_the_best_single_tags():
    names = tag_names(["PERSON"])
    rows = numpy.log(numpy.array([[0.5, 0.45, 0.05], [0.1, 0.1, 0.8]]))
    assert [names[tag] for tag in best_tags(rows)] == ["B-PERSON", "I-PERSON"]


def test_neighbouring_names_stay_apart():
    assert spans_of_tags([1, 1, 2, 0, 3, 4, 1]) == [(0, 1, 0), (1, 3, 0), (4, 6, 1), (6, 7, 0)]


def examples(nlp):
    return [Example.from_dict(nlp.make_doc(text), {"entities": spans}) for text, spans in TEXTS]


def test_the_tagger_learns_bare_names_in_spacy(nlp):
    pipeline = spacy.blank("ar", config=TOKENIZER).from_bytes(nlp.to_bytes())
    pipeline.add_pipe("ar_news_tagger")
    optimizer = pipeline.initialize(lambda: examples(pipeline))
    for _ in range(40):
        pipeline.update(examples(pipeline), sgd=optimizer)
    for text, spans in TEXTS:
        assert [(e.start_char, e.end_char, e.label_) for e in pipeline(text).ents] == spans
    assert pipeline("").ents == ()


def test_a_token_of_missing_annotation_teaches_nothing(nlp):
    pipeline = spacy.blank("ar", config=TOKENIZER).from_bytes(nlp.to_bytes())
    tagger = pipeline.add_pipe("ar_news_tagger")
    pipeline.initialize(lambda: examples(pipeline))
    doc = pipeline.make_doc("قال ترامب")
    reference = pipeline.make_doc("قال ترامب")
    reference.set_ents([], missing=[reference[1:2]])
    _, (gradient,) = tagger.get_loss([Example(doc, reference)], tagger.predict([doc]))
    assert numpy.abs(gradient[0]).sum() > 0
    assert numpy.abs(gradient[1]).sum() == 0


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A tiny encoder with random weights and a real subword tokeniser, as a model folder."""
    transformers = pytest.importorskip("transformers", reason=NEEDS)
    torch = pytest.importorskip("torch", reason=NEEDS)
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=5000))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [record["text"] for record in gold("dev")[:10]]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=2000, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $0 [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special))
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names).save_pretrained(
        folder
    )
    torch.manual_seed(0)
    config = transformers.BertConfig(tokenizer.get_vocab_size(), 32, 2, 2, 64, max_position_embeddings=512)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def windows(encoder):
    """The windows of docs, measured by the tokeniser of the tiny encoder; and that tokeniser."""
    pytest.importorskip("spacy_transformers", reason=NEEDS)
    from ar_news.pipeline.windows import windows
    from ar_news.transformer.windows_file import read_tokenizer

    tokenizer = read_tokenizer(encoder)
    return partial(windows, tokenizer=tokenizer), tokenizer


def random_words():
    """300 words that no tokeniser has pieces for, and one that alone has more pieces than the encoder reads."""
    rng = random.Random(0)
    found = ["".join(rng.choices("ضصثقغعهخحجدشسيتنمطئءؤرىةزظ", k=9)) for _ in range(300)]
    return " ".join([*found[:150], "".join(rng.choices("ضثغخظطذ", k=1500)), *found[150:]])


def test_windows_hold_every_token_of_a_long_article(nlp, windows):
    text = "\n".join(record["text"] for record in gold("dev")[:20])
    doc = nlp.make_doc(text)
    spans = windows[0]([doc])[0]
    assert len(spans) > 10
    assert {token.i for span in spans for token in span} == set(range(len(doc)))


def test_a_window_that_is_too_long_for_the_encoder_is_cut_and_no_token_left_out(nlp, windows):
    cut, tokenizer = windows
    doc = nlp.make_doc(random_words())
    spans = cut([doc], overlap=0)[0]
    assert [token.i for span in spans for token in span] == list(range(len(doc)))
    long = [span for span in spans if len(tokenizer(span.text)["input_ids"]) > 512]
    assert [(len(span), len(span.text)) for span in long] == [(1, 1500)]
    assert (
        len(tokenizer(doc[:150].text)["input_ids"])
        > 512
        > max(len(tokenizer(s.text)["input_ids"]) for s in spans if s not in long)
    )
    # Few cuts: windows of normal length, not of a word each.
    assert len(spans) < 12


def test_windows_of_an_endless_word_and_of_nothing_do_not_fail(nlp, windows):
    docs = [nlp.make_doc("ا" * 5000), nlp.make_doc("")]
    assert [len(spans) for spans in windows[0](docs)] == [1, 0]


def test_the_encoder_reads_a_proclitic_apart_from_its_word(nlp, windows):
    doc = nlp.make_doc("قال وترامب.")
    assert windows[0]([doc])[0][0].text == "قال و ترامب."
    assert windows[0]([doc], split=False)[0][0].text == "قال وترامب."


def test_every_token_of_any_article_is_encoded(nlp, windows):
    from ar_news.transformer.windows_file import encode

    article = Article("a", random_words(), (Span(0, 4, "PERSON"),))
    columns = encode(nlp, windows[1], [article], windows[0])
    assert columns["window"][:, 0].max() == 512
    starts, read = 0, set()
    for _, pairs, _, _, start in columns["window"]:
        read.update((columns["token"][starts : starts + pairs] + start).tolist())
        starts += pairs
    assert read == set(range(len(nlp.make_doc(article.text))))


def test_what_was_not_annotated_is_told_apart_from_what_is_no_name(nlp, windows):
    from ar_news.transformer.windows_file import MISSING, encode

    text = "زار سالم مصر قناة الجزيرة"
    spans = (Span(4, 8, "PERSON"), Span(19, 25, "PERSON"))
    article = Article("a", text, spans, {}, annotated_for=("PERSON",), unsure=((9, 12),))
    columns = encode(nlp, windows[1], [article], windows[0])
    # The second span ends within a word, so nobody knows how it is to be tagged.
    assert columns["tags"].tolist() == [0, 1, MISSING, 0, MISSING]
    assert columns["annotated"].tolist() == [[label == "PERSON" for label in label_names()]]


@pytest.fixture(scope="module")
def trained(encoder, script, tmp_path_factory):
    """A tagger fine-tuned on three sentences, and the pipeline made of it."""
    folder = tmp_path_factory.mktemp("tagger")
    records = [
        {"id": str(i), "text": text, "spans": [list(span) for span in spans]}
        for i, (text, spans) in enumerate(TEXTS * 20)
    ]
    articles = folder / "train.jsonl"
    articles.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    steps = [
        ("trf_windows", articles, "--output", folder / "train.npz", "--encoder", encoder),
        (
            "trf_finetune",
            folder / "train.npz",
            "--dev",
            folder / "train.npz",
            "--output",
            folder / "tagger",
            "--encoder",
            encoder,
            "--epochs",
            60,
            "--rate",
            0.003,
            "--batch",
            512,
        ),
        ("trf_assemble", folder / "tagger", folder / "pipeline"),
    ]
    for step in steps:
        done = script(*step)
        assert done.returncode == 0, done.stderr.decode()
    return folder


def test_a_fine_tuned_tagger_learns_bare_names(trained):
    report = json.loads((trained / "tagger" / "training.json").read_text(encoding="utf-8"))
    assert report["log"][-1]["f1"] == 1.0
    assert len(report["log"]) == 60
    assert report["labels"] == label_names()


def test_the_pipeline_tags_as_the_fine_tuned_tagger_does(trained):
    from ar_news.data.articles import read_articles
    from ar_news.docs import load
    from ar_news.transformer.labelling import read_head
    from ar_news.transformer.token_tagger import Tagger, probabilities, read_windows

    nlp = load(str(trained / "pipeline"))
    assert nlp.pipe_names == ["transformer", "ner", "ar_news_name_rules", "ar_news_second_look", "ar_news_edges"]
    model = Tagger(trained / "tagger", read_head(trained / "tagger"))
    expected = probabilities(model, read_windows(trained / "train.npz"))
    for article, rows in list(zip(read_articles([trained / "train.jsonl"]), expected))[:3]:
        doc = nlp(article.text)
        assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [tuple(span) for span in article.spans]
        assert numpy.abs(nlp.get_pipe("ner").predict([doc])[0] - rows).max() < 0.02


def test_a_saved_pipeline_holds_the_weights_that_it_had(trained, tmp_path):
    from ar_news.docs import load

    nlp = load(str(trained / "pipeline"))
    weights = nlp.get_pipe("transformer").model.transformer.state_dict()
    nlp.to_disk(tmp_path / "again")
    again = load(str(tmp_path / "again")).get_pipe("transformer").model.transformer.state_dict()
    assert all((again[name] == value).all() for name, value in weights.items())
    size = sum(value.nbytes for value in weights.values())
    assert (tmp_path / "again" / "transformer" / "model").stat().st_size < size / 2


def test_a_pipeline_reads_the_weights_as_spacy_transformers_writes_them(trained):
    from spacy_transformers.layers.hf_shim import HFShim

    from ar_news.docs import load

    nlp = load(str(trained / "pipeline"))
    shim = nlp.get_pipe("transformer").model.layers[0].shims[0]
    written = HFShim.to_bytes(shim)
    weights = {name: value.clone() for name, value in shim._model.state_dict().items()}
    read = shim.from_bytes(written)._model.state_dict()
    assert all((read[name] == value).all() for name, value in weights.items())


def test_a_pipeline_holds_no_path_of_the_machine_that_built_it(trained):
    for file in (trained / "pipeline").rglob("*"):
        if file.is_file():
            assert str(trained).encode() not in file.read_bytes(), file.name


def test_every_word_of_any_text_is_read(trained):
    from ar_news.docs import load

    nlp = load(str(trained / "pipeline"))
    for text in ("\n".join(record["text"] for record in gold("dev")[:30]), random_words()):
        doc = nlp(text)
        words = [read for token, read in zip(doc, doc._.trf_data.align.lengths) if not token.is_space]
        assert len(words) > 290 and min(words) > 0


def test_a_word_that_is_too_long_is_tagged_as_the_tagger_tags_it(trained):
    from ar_news.docs import load
    from ar_news.transformer.labelling import read_head
    from ar_news.transformer.token_tagger import Tagger, probabilities, with_ends
    from ar_news.transformer.windows_file import encode

    nlp = load(str(trained / "pipeline"))
    transformer = nlp.get_pipe("transformer").model
    article = Article("a", random_words())
    columns = with_ends(encode(nlp, transformer.tokenizer, [article], transformer.attrs["get_spans"]))
    (rows,) = probabilities(Tagger(trained / "tagger", read_head(trained / "tagger")), columns)
    (found,) = nlp.get_pipe("ner").predict([nlp(article.text)])
    assert numpy.abs(found - rows).max() < 0.02


IN_PROCESSES = """
import sys, spacy
sys.path.insert(0, sys.argv[2])
import ar_news.pipeline.tagger, ar_news.pipeline.tokenizer, ar_news.pipeline.windows
if __name__ == "__main__":
    nlp = spacy.load(sys.argv[1])
    for doc in nlp.pipe(sys.argv[3:] * 5, n_process=2, batch_size=2):
        print(*[ent.text for ent in doc.ents])
"""


def test_two_processes_give_what_one_gives(trained, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(IN_PROCESSES, encoding="utf-8")
    texts = [text for text, _ in TEXTS]
    command = [sys.executable, str(program), str(trained / "pipeline"), str(ROOT / "scripts"), *texts]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, check=True, timeout=300)
    expected = [" ".join(text[start:end] for start, end, _ in spans) for text, spans in TEXTS]
    assert done.stdout.decode().splitlines() == expected * 5


def test_words_that_no_window_held_are_told_once(trained, caplog, monkeypatch):
    from ar_news.docs import load
    from ar_news.pipeline.windows import warn_unread

    nlp = load(str(trained / "pipeline"))
    warn_unread.cache_clear()
    nlp(TEXTS[0][0] + "\n\n.")
    assert caplog.messages == []
    monkeypatch.setitem(nlp.get_pipe("transformer").model.attrs, "get_spans", lambda docs: [[doc[:]] for doc in docs])
    for _ in range(2):
        nlp(random_words())
    (message,) = (record.getMessage() for record in caplog.records if record.name == "spacy")
    assert "read by no window" in message and "\n" not in message


def test_a_folder_that_is_no_pipeline_is_not_replaced(trained, tmp_path):
    from trf_assemble import main

    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(InputError, match="there already, and holds no config.cfg"):
        main(trained / "tagger", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("file", ["train.npz", "tagger/head.npz"])
def test_tags_of_other_labels_are_refused(trained, tmp_path, file):
    from ar_news.transformer.labelling import read_head
    from ar_news.transformer.token_tagger import read_windows

    def read(folder):
        return read_windows(folder / file) if file == "train.npz" else read_head(folder / "tagger")

    assert len(read(trained)) > 1
    with numpy.load(trained / file) as whole:
        arrays = dict(whole)
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    for theirs in (label_names()[::-1], [*label_names(), "ORG"], None):
        what = "its labels are " if theirs else "it names no labels"
        names = {} if theirs is None else {"labels": numpy.array(theirs)}
        numpy.savez(path, **{**{key: value for key, value in arrays.items() if key != "labels"}, **names})
        with pytest.raises(InputError) as caught:
            read(tmp_path)
        (line,) = caught.value.messages
        assert line.startswith(f"{path}: {what}") and ", ".join(label_names()) in line and "with " in line


def train(trained, output, **more):
    """A training that takes a second, as it goes on with a tagger that knows all already; its report."""
    import trf_finetune

    windows = more.pop("windows", trained / "train.npz")
    how = {"encoder": trained / "tagger", "epochs": 2, "rate": 1e-5, "batch": 4096, "seed": 0, **more}
    trf_finetune.main([windows], trained / "train.npz", output, **how)
    return json.loads((output / "training.json").read_text(encoding="utf-8"))


def test_a_training_is_done_again_exactly_when_something_has_changed(trained, tmp_path, capsys):
    first = train(trained, tmp_path / "tagger")
    capsys.readouterr()
    assert train(trained, tmp_path / "tagger") == first
    assert (
        capsys.readouterr().out
        == f"{tmp_path / 'tagger'}: up to date, made of the same inputs with the same settings\n"
    )
    assert train(trained, tmp_path / "tagger", seed=1)["seed"] == 1
    with numpy.load(trained / "train.npz") as whole:
        arrays = {**whole, "tags": numpy.where(whole["tags"] == 3, 0, whole["tags"])}
    numpy.savez(tmp_path / "other.npz", **arrays)
    again = train(trained, tmp_path / "tagger", seed=1, windows=tmp_path / "other.npz")
    assert str(tmp_path / "other.npz") in dict(again["inputs"])
    shutil.copytree(trained / "tagger", tmp_path / "start")
    (tmp_path / "start" / "README.md").write_text("another encoder")
    last = train(trained, tmp_path / "tagger", seed=1, windows=tmp_path / "other.npz", encoder=tmp_path / "start")
    assert str(tmp_path / "start") in dict(last["inputs"]) and "up to date" not in capsys.readouterr().out


def test_a_checkpoint_counts_only_for_the_same_settings_and_inputs(tmp_path, capsys):
    torch = pytest.importorskip("torch", reason=NEEDS)
    from ar_news.transformer.training_state import resume, save

    path, made_of = tmp_path / "tagger.checkpoint", {"settings": {"seed": 0}, "inputs": {"train.npz": "1"}}
    part = torch.nn.Linear(2, 2)
    save(path, {"model": part}, made_of, [{"epoch": 1}], 3.0)
    other = torch.nn.Linear(2, 2)
    for changed in ({**made_of, "settings": {"seed": 1}}, {**made_of, "inputs": {"train.npz": "2"}}):
        assert resume(path, {"model": other}, changed) == ([], 0.0)
        assert "begun anew" in capsys.readouterr().out
    assert not torch.equal(other.weight, part.weight)
    assert resume(path, {"model": other}, made_of) == ([{"epoch": 1}], 3.0)
    assert torch.equal(other.weight, part.weight)


@pytest.mark.parametrize("content", [b"", b"half", b"PK\x03\x04", "cut"])
def test_a_checkpoint_that_cannot_be_read_is_one_line_and_training_begins_anew(tmp_path, capsys, content):
    torch = pytest.importorskip("torch", reason=NEEDS)
    from ar_news.transformer.training_state import resume, save

    path, parts = tmp_path / "tagger.checkpoint", {"model": torch.nn.Linear(2, 2)}
    save(path, parts, {}, [{"epoch": 1}], 3.0)
    path.write_bytes(path.read_bytes()[:700] if content == "cut" else content)
    assert resume(path, parts, {}) == ([], 0.0)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: {path}: cannot be read (") and line.endswith("; the training begins anew")


@pytest.fixture
def two_taggers(trained, tmp_path):
    """Folders of two taggers, of which the second takes every PERSON for a COUNTRY."""
    for number in "01":
        shutil.copytree(trained / "tagger", tmp_path / "taggers" / number / "tagger")
    head = tmp_path / "taggers" / "1" / "tagger" / "head.npz"
    with numpy.load(head) as file:
        arrays = dict(file)
    order = [0, 3, 4, 1, 2, 5, 6, 7, 8]
    numpy.savez(head, labels=arrays["labels"], W=arrays["W"][order], b=arrays["b"][order])
    return [tmp_path / "taggers" / seed / "tagger" for seed in "01"]


def test_tokens_on_which_the_taggers_differ_are_not_sure(trained, two_taggers, tmp_path, capsys):
    import silver_label
    from ar_news.transformer.arrays import read_arrays
    from ar_news.transformer.token_tagger import read_windows

    def labelled(taggers):
        silver_label.main(trained / "train.npz", taggers, tmp_path / "labels.npz")
        return read_arrays(tmp_path / "labels.npz", ["tags", "sure", "size"], "")

    gold = read_windows(trained / "train.npz")["tags"]
    one = labelled(two_taggers[:1])
    assert one["tags"].tolist() == gold.tolist() and one["sure"].min() > 128
    assert one["size"].tolist() == [len(tags) for tags in numpy.split(gold, one["size"].cumsum()[:-1])]
    capsys.readouterr()
    labelled(two_taggers[:1])
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'labels.npz'}: up to date")
    both = labelled(two_taggers)
    assert (both["sure"] == 0).tolist() == [tag in (1, 2, 3, 4) for tag in gold]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels.npz", "labels.npz.stamp.json", "taggers"]


def test_labelling_that_was_stopped_goes_on_with_the_next_tagger(trained, two_taggers, tmp_path, monkeypatch):
    import silver_label
    from ar_news.transformer import labelling as label

    read, done = label.probabilities, []

    def stop_at_the_second(*arguments):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(1)
        return read(*arguments)

    monkeypatch.setattr(label, "probabilities", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        silver_label.main(trained / "train.npz", two_taggers, tmp_path / "labels.npz")
    assert not (tmp_path / "labels.npz").exists()
    again = []
    monkeypatch.setattr(label, "probabilities", lambda *arguments: again.append(1) or read(*arguments))
    silver_label.main(trained / "train.npz", two_taggers, tmp_path / "labels.npz")
    assert len(again) == 1 and (tmp_path / "labels.npz").exists()


@pytest.mark.parametrize("able, wanted", [({"avx512_bf16": True}, "bfloat16"), ({"avx2": True}, "float32")])
def test_an_encoder_reads_in_bfloat16_where_the_processor_knows_it(able, wanted, monkeypatch):
    torch = pytest.importorskip("torch", reason=NEEDS)
    from ar_news.transformer import token_tagger

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with token_tagger.mixed_precision():
        assert torch.nn.Linear(8, 2)(torch.ones(1, 8)).dtype == getattr(torch, wanted)


def test_a_stopped_training_goes_on_where_it_was(trained, tmp_path, monkeypatch, capsys):
    from ar_news.transformer import fine_tuning as finetune

    def fitted(output):
        """The rows of a training, without their seconds."""
        log = train(trained, output, epochs=4, rate=1e-3)["log"]
        return [{key: value for key, value in row.items() if key != "seconds"} for row in log]

    expected = fitted(tmp_path / "whole")
    first = finetune.save

    def stop(*state):
        first(*state)
        raise KeyboardInterrupt

    monkeypatch.setattr(finetune, "save", stop)
    with pytest.raises(KeyboardInterrupt):
        fitted(tmp_path / "stopped")
    monkeypatch.setattr(finetune, "save", first)
    assert not (tmp_path / "stopped").exists()
    assert fitted(tmp_path / "stopped") == expected
    assert "goes on after epoch 1" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "stopped",
        "stopped.stamp.json",
        "whole",
        "whole.stamp.json",
    ]


def test_windows_that_are_missing_are_told_in_one_line(script, tmp_path):
    pytest.importorskip("torch", reason=NEEDS)
    done = script("trf_finetune", tmp_path / "none.npz", "--dev", tmp_path / "none.npz", "--output", tmp_path / "x")
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"error: {tmp_path / 'none.npz'}: cannot be read")
    assert Path(tmp_path / "x").exists() is False
