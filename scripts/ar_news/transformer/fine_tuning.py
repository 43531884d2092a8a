"""Fine-tune an encoder to tag names, on a GPU if there is one."""

import random
import time
from pathlib import Path

import numpy
import torch
from tqdm import tqdm
from transformers import AutoConfig, AutoTokenizer, get_linear_schedule_with_warmup

from ar_news.data.files import LIBRARY, InputError, write_json
from ar_news.data.labels import label_names
from ar_news.data.stamps import Stamp
from ar_news.pipeline.tagger import likely_tags, spans_of_tags, tag_names
from ar_news.scores.scoring import Score, prf
from ar_news.transformer.arrays import write_arrays
from ar_news.transformer.labelling import read_head
from ar_news.transformer.token_tagger import (
    Columns,
    Tagger,
    batches,
    device,
    make_batch,
    mixed_precision,
    precision,
    probabilities,
    read_windows,
    with_ends,
)
from ar_news.transformer.training_state import resume, save

PROGRAMS = [
    LIBRARY / name for name in ("transformer/fine_tuning.py", "transformer/token_tagger.py", "pipeline/tagger.py")
]


def gold_spans(columns: Columns) -> list[set[tuple[int, int, int]]]:
    """The names of each article, by the first window that holds each token."""
    tags: list[dict[int, int]] = [{} for _ in columns["annotated"]]
    for (_, _, _, article, start), begin, end in zip(
        columns["window"], columns["ends"][:-1, 2], columns["ends"][1:, 2]
    ):
        for place, tag in enumerate(columns["tags"][begin:end], start):
            tags[article].setdefault(place, max(0, int(tag)))
    return [set(spans_of_tags([own[i] for i in sorted(own)])) for own in tags]


def token_f1(model: Tagger, columns: Columns) -> Score:
    """Exact scores over all labels, spans counted in tokens."""
    found = [set(spans_of_tags(likely_tags(rows))) for rows in probabilities(model, columns)]
    gold = gold_spans(columns)
    right = sum(len(a & b) for a, b in zip(gold, found))
    return prf(right, right, sum(map(len, gold)), sum(map(len, found)))


def fit(model: Tagger, columns: Columns, dev: Columns, made_of: dict, state: Path) -> tuple[list[dict], float]:
    """Train by AdamW with linear warm-up and decay; the dev scores and seconds of each epoch, and all seconds.

    made_of: what `Stamp.made_of` gives, with the settings epochs, rate (the highest learning rate), batch (in
    wordpieces) and seed. After each epoch the training is kept in the file state; a stopped one of the same settings
    and inputs goes on from it.
    """
    settings = made_of["settings"]
    epochs, rate = settings["epochs"], settings["rate"]
    torch.manual_seed(settings["seed"])
    rng = random.Random(settings["seed"])
    head = list(model.head.parameters())
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": body, "lr": rate}, {"params": head, "lr": 10 * rate}], weight_decay=0.01)
    order = [batches(columns, settings["batch"], rng) for _ in range(epochs)]
    steps = sum(map(len, order))
    schedule = get_linear_schedule_with_warmup(optimizer, steps // 10, steps)
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    log, spent = resume(state, parts, made_of)
    for epoch, numbers in enumerate(order[len(log) :], len(log) + 1):
        start, total = time.perf_counter(), 0.0
        model.train()
        for chosen in tqdm(numbers, desc=f"epoch {epoch} of {epochs}", unit="batch", disable=None):
            batch = make_batch(columns, chosen, model.encoder.config.pad_token_id)
            with mixed_precision():
                logits = model(batch)
            chances = logits.float().log_softmax(1).masked_fill(~batch["allowed"], -torch.inf)
            loss = -chances.logsumexp(1).mean()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            total += loss.detach()
        seconds = time.perf_counter() - start
        row = {
            "epoch": epoch,
            "seconds": round(seconds, 1),
            "loss": float(total) / len(numbers),
            **token_f1(model, dev),
        }
        log.append(row)
        print(f"epoch {epoch}: loss {row['loss']:.4f}, dev F {row['f1']:.4f}, {seconds:.0f} s")
        spent += time.perf_counter() - start
        if epoch < epochs:
            save(state, parts, made_of, log, spent)
    return log, spent


def join(parts: list[Columns]) -> Columns:
    """Several files of windows as one."""
    shift, rows = 0, []
    for part in parts:
        rows.append(part["window"] + numpy.array([0, 0, 0, shift, 0]))
        shift += len(part["annotated"])
    joined = {
        key: numpy.concatenate([part[key] for part in parts]) for key in ("ids", "piece", "token", "tags", "annotated")
    }
    joined["window"] = numpy.concatenate(rows)
    return with_ends(joined)


def write(model: Tagger, encoder: Path, folder: Path, report: dict) -> None:
    """Fill the folder with the encoder as a normal model folder, the head beside it, and how they were trained."""
    folder.mkdir()
    model.encoder.save_pretrained(folder)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)
    write_arrays(folder / "head.npz", W=model.head.weight.detach().cpu(), b=model.head.bias.detach().cpu())
    write_json(folder / "training.json", report)


def new_head(encoder: Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The last layer to start from: that of a tagger's folder, else zeros."""
    if (encoder / "head.npz").exists():
        return read_head(encoder)
    width = AutoConfig.from_pretrained(encoder).hidden_size
    tags = len(tag_names(label_names()))
    return numpy.zeros((tags, width), "f"), numpy.zeros(tags, "f")


def fine_tune(windows: list[Path], dev: Path, output: Path, encoder: Path, settings: dict[str, int | float]) -> str:
    """Train a tagger and write its folder; what is to be said about it, "" if it was up to date.

    windows, dev: training and dev windows (.npz). encoder: folder of the encoder, or of a tagger, to start from.
    settings: epochs, rate, batch and seed, as `fit` reads them. Raises InputError for what cannot be read, and for a
    tagger that found no name on dev.
    """
    stamp = Stamp(output, settings, [*windows, dev, encoder, *PROGRAMS])
    if stamp.fresh():
        return ""
    state = output.with_name(f"{output.name}.checkpoint")
    name = torch.cuda.get_device_name() if device().type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    with stamp.making("training.json") as temporary:
        made_of = stamp.made_of()
        columns = join([read_windows(path) for path in windows])
        model = Tagger(encoder, new_head(encoder)).to(device())
        log, seconds = fit(model, columns, read_windows(dev), made_of, state)
        if log[-1]["f1"] == 0:
            state.unlink(missing_ok=True)
            raise InputError(
                f"{output}: not written, as the tagger found no name on dev; take another seed or a lower rate"
            )
        how = {
            "device": name,
            "precision": str(precision()).removeprefix("torch."),
            "seconds": round(seconds),
            **settings,
            "inputs": made_of["inputs"],
        }
        write(model, encoder, temporary, {"labels": label_names(), **how, "log": log})
    state.unlink(missing_ok=True)
    return f"dev F {log[-1]['f1']:.4f} after {round(seconds)} s on {name}"
