"""The transformer pipeline: windows, tagger, fine-tuning, and that the spaCy pipeline tags as the trained tagger does."""
import json
from pathlib import Path

import numpy
import pytest
import spacy
from ar_news.tagger import best_tags, spans_of_tags, tag_names
from conftest import TOKENIZER, gold
from hypothesis import given
from hypothesis import strategies as st
from spacy.training import Example

NEEDS = "needs PyTorch and spacy-transformers: pip install -r requirements-best.txt"
TEXTS = [
    ("قال ترامب إن كازاخستان تنضم", [(4, 9, "PERSON"), (13, 22, "COUNTRY")]),
    ("ذكرت رويترز أن ترامب وصل", [(5, 11, "MEDIA"), (15, 20, "PERSON")]),
    ("وقع ترامب معاهدة السلام وترامب عاد إلى مصر", [(4, 9, "PERSON"), (10, 23, "AGREEMENT"), (25, 30, "PERSON"), (39, 42, "COUNTRY")]),
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
def windows():
    pytest.importorskip("spacy_transformers", reason=NEEDS)
    from ar_news.windows import make_windows

    return make_windows


def test_windows_hold_every_token_of_a_long_article(nlp, windows):
    text = "\n".join(record["text"] for record in gold("dev")[:20])
    doc = nlp.make_doc(text)
    spans = windows()([doc])[0]
    assert len(spans) > 10
    assert {token.i for span in spans for token in span} == set(range(len(doc)))


def test_windows_of_an_endless_word_and_of_nothing_do_not_fail(nlp, windows):
    docs = [nlp.make_doc("ا" * 5000), nlp.make_doc("")]
    assert [len(spans) for spans in windows()(docs)] == [1, 0]


def test_the_encoder_reads_a_proclitic_apart_from_its_word(nlp, windows):
    doc = nlp.make_doc("قال وترامب.")
    assert windows()([doc])[0][0].text == "قال و ترامب."
    assert windows(split=False)([doc])[0][0].text == "قال وترامب."


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    """A tiny encoder with random weights and a real subword tokeniser, as a model folder."""
    transformers = pytest.importorskip("transformers", reason=NEEDS)
    torch = pytest.importorskip("torch", reason=NEEDS)
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [record["text"] for record in gold("dev")[:10]]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=2000, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $0 [SEP]", None, [("[CLS]", 2), ("[SEP]", 3)])
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special))
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names).save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.BertConfig(tokenizer.get_vocab_size(), 32, 2, 2, 64, max_position_embeddings=512)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def trained(encoder, script, tmp_path_factory):
    """A tagger fine-tuned on three sentences, and the pipeline made of it."""
    folder = tmp_path_factory.mktemp("tagger")
    records = [
        {"id": str(i), "text": text, "spans": [list(span) for span in spans]} for i, (text, spans) in enumerate(TEXTS * 20)
    ]
    articles = folder / "train.jsonl"
    articles.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    steps = [
        ("encode", articles, "--output", folder / "train.npz", "--encoder", encoder),
        ("finetune", folder / "train.npz", "--dev", folder / "train.npz", "--output", folder / "tagger", "--encoder", encoder,
         "--epochs", 60, "--rate", 0.003, "--batch", 512),
        ("assemble", folder / "tagger", folder / "pipeline"),
    ]
    for step in steps:
        done = script(*step)
        assert done.returncode == 0, done.stderr.decode()
    return folder


def test_a_fine_tuned_tagger_learns_bare_names(trained):
    report = json.loads((trained / "tagger" / "training.json").read_text(encoding="utf-8"))
    assert report["log"][-1]["f1"] == 1.0
    assert len(report["log"]) == 60


def test_the_pipeline_tags_as_the_fine_tuned_tagger_does(trained):
    from articles import read_articles
    from label import read_head
    from pipelines import load
    from reader import Tagger, probabilities, read_windows

    nlp = load(str(trained / "pipeline"))
    model = Tagger(trained / "tagger", read_head(trained / "tagger"))
    expected = probabilities(model, read_windows(trained / "train.npz"))
    for article, rows in list(zip(read_articles([trained / "train.jsonl"]), expected))[:3]:
        doc = nlp(article.text)
        assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [tuple(span) for span in article.spans]
        assert numpy.abs(nlp.get_pipe("ner").predict([doc])[0] - rows).max() < 0.02


def test_a_pipeline_holds_no_path_of_the_machine_that_built_it(trained):
    for file in (trained / "pipeline").rglob("*"):
        if file.is_file():
            assert str(trained).encode() not in file.read_bytes(), file.name


def test_every_word_of_a_long_article_is_read(trained):
    from pipelines import load

    nlp = load(str(trained / "pipeline"))
    doc = nlp("\n".join(record["text"] for record in gold("dev")[:30]))
    assert len(doc) > 5000
    words = [read for token, read in zip(doc, doc._.trf_data.align.lengths) if not token.is_space]
    assert min(words) > 0


def test_a_stopped_training_goes_on_where_it_was(trained, encoder, tmp_path, monkeypatch, capsys):
    import finetune

    def fitted(output):
        """The rows of a training, without their seconds."""
        windows = [trained / "train.npz"]
        finetune.main(windows, trained / "train.npz", output, encoder=str(encoder), epochs=40, rate=0.003, batch=512, seed=0)
        log = json.loads((output / "training.json").read_text(encoding="utf-8"))["log"]
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
    assert sorted(path.name for path in tmp_path.iterdir()) == ["stopped", "whole"]


def test_training_that_is_done_is_not_done_again(trained, script):
    done = script("finetune", trained / "none.npz", "--dev", trained / "none.npz", "--output", trained / "tagger")
    assert done.returncode == 0
    assert b"there already" in done.stdout


def test_windows_that_are_missing_are_told_in_one_line(script, tmp_path):
    pytest.importorskip("torch", reason=NEEDS)
    done = script("finetune", tmp_path / "none.npz", "--dev", tmp_path / "none.npz", "--output", tmp_path / "x")
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"error: {tmp_path / 'none.npz'}: cannot be read")
    assert Path(tmp_path / "x").exists() is False
