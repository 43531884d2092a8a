"""An encoder that tags the tokens of windows, as trf_windows.py cut them."""

import random
from pathlib import Path

import numpy
import torch
from torch import nn
from tqdm import tqdm
from transformers import AutoModel

from ar_news.transformer.arrays import Arrays, read_arrays

Columns = Arrays


COLUMNS = ("ids", "piece", "token", "tags", "window", "annotated")


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision() -> torch.dtype:
    """What the encoder's matrix products are made in: bfloat16 on a GPU and on a CPU that has instructions for it.

    On one core of a Zen 5 they make 390 GFLOP/s in bfloat16 and 105 in single precision. A CPU without AVX512_BF16 or AMX
    is slower in bfloat16, so it stays in single precision, as does PyTorch before 2.10, which cannot tell.
    """
    able: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    mixed = device().type == "cuda" or able.get("avx512_bf16", False) or able.get("amx_bf16", False)
    return torch.bfloat16 if mixed else torch.float32


def mixed_precision() -> torch.autocast:
    """The context in which an encoder reads."""
    return torch.autocast(device().type, torch.bfloat16, enabled=precision() == torch.bfloat16)


def read_windows(path: Path) -> Columns:
    """What trf_windows.py wrote, as `with_ends` gives it; InputError if it cannot be read or has other labels."""
    return with_ends(read_arrays(path, COLUMNS, "make it with trf_windows.py"))


def with_ends(columns: Columns) -> Columns:
    """The columns, and where each window ends in the flat ones: a row (wordpieces, pairs, tokens) each, zeros first."""
    return {**columns, "ends": numpy.vstack([numpy.zeros((1, 3), int), columns["window"][:, :3].cumsum(0)])}


class Tagger(nn.Module):
    """An encoder, the mean of each token's wordpieces, and one linear layer over the tags.

    head: weights (tags, width) and bias (tags) of that layer.
    """

    def __init__(self, encoder: str | Path, head: tuple[numpy.ndarray, numpy.ndarray], dropout: float = 0.1):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(encoder))
        # The embeddings stay as they are: a fifth of the time, and rare words keep their neighbours.
        self.encoder.get_input_embeddings().weight.requires_grad = False
        self.dropout = nn.Dropout(dropout)
        tags, width = head[0].shape
        self.head = nn.Linear(width, tags)
        self.head.weight.data, self.head.bias.data = (torch.from_numpy(part).float() for part in head)

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """Logits of every token of every window, shape (tokens, tags)."""
        hidden = self.encoder(input_ids=batch["ids"], attention_mask=batch["mask"]).last_hidden_state
        hidden = hidden.flatten(0, 1).float()[batch["piece"]]
        size = len(batch["allowed"])
        total = torch.zeros(size, hidden.shape[1], device=hidden.device).index_add_(0, batch["token"], hidden)
        count = torch.bincount(batch["token"], minlength=size).clamp(min=1)
        return self.head(self.dropout(total / count[:, None]))


def make_batch(columns: Columns, numbers: list[int], pad: int) -> dict[str, torch.Tensor]:
    """Some windows as tensors; `allowed` tells which tags a token may have (all of them if it has no annotation)."""
    parts: dict[str, list[numpy.ndarray]] = {key: [] for key in ("ids", "piece", "token", "allowed")}
    width = int(columns["window"][numbers, 0].max())
    tokens, tags = 0, 1 + 2 * columns["annotated"].shape[1]
    for row, number in enumerate(numbers):
        # Wordpieces, pairs and tokens of the window, as places in the flat columns.
        pieces, pairs, own = map(slice, columns["ends"][number], columns["ends"][number + 1])
        ids = columns["ids"][pieces]
        parts["ids"].append(numpy.pad(ids, (0, width - len(ids)), constant_values=pad))
        parts["piece"].append(columns["piece"][pairs].astype("i8") + row * width)
        parts["token"].append(columns["token"][pairs].astype("i8") + tokens)
        gold = columns["tags"][own].astype(int)
        allowed = numpy.zeros((len(gold), tags), dtype=bool)
        allowed[numpy.arange(len(gold)), gold.clip(0)] = True
        # Where a label was not annotated, O means O or any of its tags.
        unknown = numpy.repeat(~columns["annotated"][columns["window"][number, 3]], 2)
        allowed[gold == 0, 1:] |= unknown
        allowed[gold < 0] = True
        parts["allowed"].append(allowed)
        tokens += len(gold)
    batch = {key: torch.from_numpy(numpy.concatenate(parts[key])) for key in ("piece", "token", "allowed")}
    batch["ids"] = torch.from_numpy(numpy.stack(parts["ids"]).astype("i8"))
    batch["mask"] = (batch["ids"] != pad).long()
    return {key: value.to(device(), non_blocking=True) for key, value in batch.items()}


def batches(columns: Columns, pieces: int, rng: random.Random | None) -> list[list[int]]:
    """Numbers of windows of like length, in batches of so many wordpieces; in random order if rng is given."""
    numbers = list(range(len(columns["window"])))
    if rng:
        rng.shuffle(numbers)
    lengths = columns["window"][:, 0]
    chunks = [sorted(numbers[i : i + 512], key=lambda n: lengths[n]) for i in range(0, len(numbers), 512)]
    found: list[list[int]] = []
    for chunk in chunks:
        batch: list[int] = []
        for number in chunk:
            if batch and lengths[number] * (len(batch) + 1) > pieces:
                found.append(batch)
                batch = []
            batch.append(number)
        found.append(batch)
    if rng:
        rng.shuffle(found)
    return found


def probabilities(model: Tagger, columns: Columns, pieces: int = 16384) -> list[numpy.ndarray]:
    """Tag probabilities of each article, shape (tokens, tags).

    A token of two windows gets the mean of its logits, as spacy-transformers gives it the mean of its vectors.
    """
    sizes = [0] * len(columns["annotated"])
    for _, _, tokens, article, start in columns["window"]:
        sizes[article] = max(sizes[article], start + tokens)
    totals = [numpy.zeros((size, model.head.out_features), "f") for size in sizes]
    counts = [numpy.zeros((size, 1), "f") for size in sizes]
    model.eval()
    with torch.inference_mode():
        for numbers in tqdm(batches(columns, pieces, None), desc="read", unit="batch", disable=None):
            batch = make_batch(columns, numbers, model.encoder.config.pad_token_id)
            with mixed_precision():
                logits = model(batch).float().cpu().numpy()
            places = columns["window"][numbers, 2:]
            for rows, (tokens, article, start) in zip(numpy.split(logits, places[:, 0].cumsum()[:-1]), places):
                totals[article][start : start + tokens] += rows
                counts[article][start : start + tokens] += 1
    return [softmax(total / count) for total, count in zip(totals, counts)]


def softmax(logits: numpy.ndarray) -> numpy.ndarray:
    exp = numpy.exp(logits - logits.max(axis=1, keepdims=True, initial=-numpy.inf))
    return exp / exp.sum(axis=1, keepdims=True)
