"""Render the measured figures of the pages (README.md, corpus/datasheet.md, docs/*.md) from what the workflow wrote."""

import re
from pathlib import Path

from spacy import displacy

from ar_news.data.articles import splits_of
from ar_news.data.files import ROOT, InputError, read_json
from ar_news.data.labels import load_labels
from ar_news.docs import load
from ar_news.quality.corpus import checksum
from ar_news.quality.coverage import LEAST
from ar_news.quality.news_rates import table as rates_table
from ar_news.release import RELEASE, released, unpacked
from ar_news.scores.scoring import ALL
from ar_news.scores.trials import trials_table

MEASURED = ROOT / "docs" / "measured.json"


PAGES = tuple(ROOT / page for page in ("README.md", "corpus/datasheet.md", "docs/best.md", "docs/speed.md"))


EXAMPLE = (
    "نقل موقع «أكسيوس» عن مصادره أن كازاخستان تستعد للاتفاقات الإبراهيمية، وأن توكاييف بحث ذلك مع روبيو وترامب. "
    "وذكرت سكاي نيوز عربية أن بالإمارات من يرحب بالخطوة، كما قال نتنياهو لـ«رويترز»."
)


# Every other test is of held-out articles, whatever the files are called.
OWN_TESTS = ("dev", "test", "anercorp")


# Folders of training/ with rebuilt stand-off gold, and what the pages call it.
STANDOFF = {"standoff": "real news", "ntrex": "NTREX, translated"}


_BLOCK = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def own_corpus(manifest: dict) -> None:
    """InputError if a manifest is of another corpus than the one in corpus/, whose figures the pages tell."""
    counted = {split: counts["sha256"] for split, counts in manifest.items() if "sha256" in counts}
    if counted != {split: checksum(ROOT / "corpus" / f"{split}.jsonl") for split in splits_of(ROOT / "corpus")}:
        raise InputError(
            "the run is of another corpus than corpus/, of which these pages tell; run `spacy project run all` first"
        )


def measure(training: Path, before: dict) -> dict:
    """Corpus counts and quality, scores, speed, the names that the release finds in the example, and the ablation.

    A figure whose file the last runs did not write keeps its value of `before`; InputError if it has none.
    """
    files = {
        "corpus": training / "manifest.json",
        "coverage": training / "coverage.json",
        "rates": training / "rates.json",
        "everyday_rates": training / "everyday-rates.json",
        "agreement": ROOT / "corpus" / "double" / "agreement.json",
        "curve": training / "curve" / "curve.json",
        "doccano": training.parent / "doccano.json",
        "seeds": training / "scores" / "seeds.json",
        "speed": training / "scores" / "speed.json",
        "ablation": training / "ablation" / "ablation.json",
        "peers": training / "peers" / "peers.json",
        "experiments": ROOT / "docs" / "experiments.json",
        "trials": ROOT / "docs" / "trials.json",
        "release": RELEASE / "release.json",
    }
    found = {name: read_json(path, "run that step again") for name, path in files.items() if path.exists()}
    own_corpus(found.get("corpus", {}))
    if "seeds" in found:
        found["seeds"] = {**before.get("seeds", {}), **found["seeds"]}
    if wheel := released(RELEASE):
        ents = load(str(unpacked(wheel)))(EXAMPLE).ents
        found["example"] = [[ent.text, ent.label_, ent.start_char, ent.end_char] for ent in ents]
    found["standoff"] = {**before.get("standoff", {}), **measure_standoff(training.parent)}
    known = {*files, "example", "standoff"}
    missing = known - {*before, *found}
    if missing:
        raise InputError(
            f"{training}: nothing measured for {', '.join(sorted(missing))}; run the workflows all, quality, best and pages and the tests"
        )
    return {name: value for name, value in {**before, **found}.items() if name in known}


def measure_standoff(training: Path) -> dict:
    """Counts and agreement of the stand-off gold that was rebuilt in training/, by what the pages call its parts.

    The differences between annotators stay out, as they hold words of texts that are not ours.
    """
    parts: dict[str, dict] = {}
    for folder, name in STANDOFF.items():
        for file in ("counts", "agreement"):
            path = training / folder / f"{file}.json"
            if path.exists():
                read = read_json(path, "make it again")
                parts.setdefault(name, {})[file] = {key: value for key, value in read.items() if key != "differences"}
    return parts


def corpus_table(manifest: dict) -> str:
    """Articles, words and mentions of each label, a split a line."""
    labels = list(manifest["all"]["names"])
    lines = [f"| | articles | words | {' | '.join(labels)} |", "|-" * (3 + len(labels)) + "|"]
    for split, counts in manifest.items():
        names = " | ".join(f"{counts['names'][label]['mentions']:,}" for label in labels)
        lines.append(f"| {split} | {counts['articles']:,} | {counts['words']:,} | {names} |")
    different = " | ".join(f"{manifest['all']['names'][label]['different']:,}" for label in labels)
    lines.append(f"| different spellings | | | {different} |")
    return "\n".join(lines)


def coverage_table(coverage: dict) -> str:
    """What the corpus was to cover, and what it does."""
    states = {state: row["mentions"] for state, row in coverage["states"].items()}
    mentions, different = coverage["mentions"], coverage["different"]
    rows = [
        ("names", 25_000, sum(mentions.values())),
        ("AGREEMENT mentions", 3_500, mentions["AGREEMENT"]),
        ("MEDIA mentions", 3_500, mentions["MEDIA"]),
        ("different people, in two words or more", 2_500, different["PERSON"]),
        ("different outlets, by spelling", 350, different["MEDIA"]),
        ("different agreements, by spelling", 300, different["AGREEMENT"]),
        (f"states mentioned {LEAST} times or more", len(states), sum(n >= LEAST for n in states.values())),
        ("states under an official name", len(states), sum(row["official"] > 0 for row in coverage["states"].values())),
        *(
            (
                f"states behind {letters}",
                len(states),
                sum(letters in row["behind"] for row in coverage["states"].values()),
            )
            for letters in ("و", "ف", "ب", "ل", "ك", "وب", "ول")
        ),
    ]
    lines = ["| | aim | reached |", "|-|-|-|", *(f"| {name} | {aim:,} | {reached:,} |" for name, aim, reached in rows)]
    rare = ", ".join(f"{state} {n}" for state, n in states.items() if n < LEAST)
    heads = ", ".join(f"{head} {n}" for head, n in coverage["heads"].items())
    lines += ["", f"States mentioned less than {LEAST} times: {rare or 'none'}.", ""]
    lines += ["| behind | " + " | ".join(mentions) + " |", "|-" * (1 + len(mentions)) + "|"]
    for letters in sorted({letters for row in coverage["proclitics"].values() for letters in row}):
        counts = " | ".join(str(coverage["proclitics"][label].get(letters, 0)) for label in mentions)
        lines.append(f"| {letters} | {counts} |")
    return "\n".join([*lines, "", f"First words of the different agreements (spelling folded): {heads}."])


def agreement_table(agreement: dict) -> str:
    """Agreement of two annotators, a label a line, with 95 % intervals of F by bootstrap over articles."""
    lines = ["| | span F1 | 95 % of F1 | kappa, tokens | names |", "|-|-|-|-|-|"]
    for label, row in agreement["agreement"].items():
        shown = "–" if row["kappa"] is None else f"{row['kappa']:.3f}"
        bounds = " – ".join(f"{bound:.3f}" for bound in row["interval"])
        lines.append(f"| {label} | {row['f1']:.3f} | {bounds} | {shown} | {row['names']:,} |")
    return "\n".join([*lines, "", f"{agreement['articles']:,} articles, {agreement['tokens']:,} tokens."])


def standoff_tables(parts: dict[str, dict]) -> str:
    """What each part of the stand-off gold holds: articles, words and names by split, outlets, agreement of two annotators.

    parts: as STANDOFF names them, those that were not measured left out.
    """
    lines: list[str] = []
    for name, part in parts.items():
        counted = {f"{name}, {split}": counts for split, counts in part["counts"]["splits"].items() if split != "all"}
        labels = list(part["counts"]["splits"]["all"]["names"])
        lines += lines and [""]
        lines += [f"| | articles | words | {' | '.join(labels)} |", "|-" * (3 + len(labels)) + "|"]
        for row, counts in counted.items():
            names = " | ".join(f"{counts['names'][label]['mentions']:,}" for label in labels)
            lines.append(f"| {row} | {counts['articles']:,} | {counts['words']:,} | {names} |")
        for collection, outlets in part["counts"]["outlets"].items():
            told = ", ".join(f"{outlet} {number}" for outlet, number in sorted(outlets.items()))
            lines += ["", f"Articles of {collection} by outlet: {told}."]
        if "agreement" in part:
            lines += ["", f"{name}, two annotators:", "", agreement_table(part["agreement"])]
    return "\n".join(lines) or "Nothing is annotated yet."


def curve_table(points: list[dict]) -> str:
    """F of each label on each test set, a share of the training articles a line."""
    sets = list(points[0]["f1"])
    columns = [(name, label) for name in sets for label in points[0]["f1"][name]]
    lines = ["| articles | words | " + " | ".join(f"{label}, {name}" for name, label in columns) + " |"]
    lines.append("|-" * (2 + len(columns)) + "|")
    for point in points:
        cells = [f"{100 * point['f1'][name][label]:.1f}" for name, label in columns]
        lines.append(f"| {point['articles']:,} | {point['words']:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def doccano_line(trip: dict) -> str:
    return (
        f"On 2 cores, {trip['articles']:,} short articles with {trip['spans']:,} spans, emoji, tashkeel, tatweel, CRLF, U+2028 and bidi "
        f"marks take {trip['push_seconds']:.0f} s to push and {trip['pull_seconds']:.0f} s to pull; {trip['lost']} spans were lost or moved."
    )


def ablation_table(steps: dict[str, dict], peers: dict[str, dict]) -> str:
    """F over all labels of every step and peer on every test, with speed, memory, size and training time.

    – where one was not scored on a test.
    """
    scores = {name: row["f1"] if "f1" in row else row["tests"] for name, row in {**steps, **peers}.items()}
    sets = list(dict.fromkeys(test for tests in scores.values() for test in tests))
    lines = [
        "| | " + " | ".join(sets) + " | words/s | memory, MB | size, MB | training, min |",
        "|-" * (5 + len(sets)) + "|",
    ]
    for name, row in {**peers, **steps}.items():
        cells = []
        for test in sets:
            if test not in scores[name]:
                cells.append("–")
            elif "f1" in row:
                values = row["f1"][test][ALL]
                spread = f" ± {100 * values['sd']:.1f}" if values["n"] > 1 else ""
                cells.append(f"{100 * values['mean']:.1f}{spread}")
            else:
                cells.append(f"{100 * row['tests'][test][ALL]['f1']:.1f}")
        rest = (
            f"{row['words_per_second']:,.0f}",
            f"{row['memory_mb']:,.0f}",
            f"{row['megabytes']:,.0f}",
            f"{row['train_seconds'] / 60:.0f}",
        )
        lines.append(f"| {name} | {' | '.join((*cells, *rest))} |")
    told = "\n".join(f"- *{name}*: {row['what']}" for name, row in steps.items())
    return "\n".join(lines) + f"\n\n{told}"


def labels_table(steps: dict[str, dict], test: str) -> str:
    """F of each label on one test, a step a line; – where a pipeline was made without the label."""
    found = dict.fromkeys(label for row in steps.values() for label in row["f1"].get(test, ()))
    names = sorted(found, key=lambda label: label == ALL)
    lines = [f"| | {' | '.join(names)} |", "|-" * (1 + len(names)) + "|"]
    for name, row in steps.items():
        scores = row["f1"].get(test, {})
        cells = [f"{100 * scores[label]['mean']:.1f}" if label in scores else "–" for label in names]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def held_out_tables(steps: dict[str, dict]) -> str:
    """F of each label on each test of held-out articles, a table a test."""
    tests = dict.fromkeys(test for row in steps.values() for test in row["f1"] if test not in OWN_TESTS)
    return "\n\n".join(f"On `{test}`:\n\n{labels_table(steps, test)}" for test in tests) or "No articles were held out."


def experiments_table(rows: list[dict]) -> str:
    """Dev F of what was tried once, one number a seed."""
    lines = ["| of | tried | dev | kept |", "|-|-|-|-|"]
    for row in rows:
        scores = ", ".join(f"{100 * f1:.1f}" for f1 in row["dev"])
        lines.append(f"| {row['of']} | {row['tried']} | {scores} | {'yes' if row['kept'] else 'no'} |")
    return "\n".join(lines)


def picture(names: list[list]) -> str:
    """The example as a page of HTML with its names in the colours of their labels, to be photographed for README.

    names: text, label, start and end of each, in code points, as `measure` keeps them.
    """
    shown = {
        "text": EXAMPLE,
        "ents": [{"start": start, "end": end, "label": label} for _, label, start, end in names],
        "settings": {"lang": "ar", "direction": "rtl"},
    }
    colours = {row["label"]: row["colour"] for row in load_labels()}
    page = displacy.render(shown, style="ent", manual=True, page=True, options={"colors": colours})
    tight = "<style>body {padding: 1rem !important; margin: 0} figure {margin: 0 !important} mark {white-space: nowrap}</style>"
    return page.replace("</head>", f"{tight}</head>")


def release_table(release: dict[str, dict]) -> str:
    """The released pipelines, one a line: F on each yardstick of real news, speed on one core, size, licence."""
    told = {
        "open": "F, news of diplomacy",
        "everyday": "F, an ordinary day's news",
        "ntrex": "F, NTREX (public, translated)",
    }
    yardsticks = {test: name for test, name in told.items() if all(test in row["tests"] for row in release.values())}
    lines = [f"| | {' | '.join(yardsticks.values())} | words/s | MB | licence |", "|-" * (4 + len(yardsticks)) + "|"]
    for name, row in release.items():
        scores = [f"{100 * row['tests'][test][ALL]['f1']:.1f}" for test in yardsticks]
        size = f"{row['bytes'] / 1e6:.1f}" if row["shipped"] else f"{row['bytes'] / 1e6:.0f}, made by `run best best`"
        lines.append(
            f"| `{name}` | {' | '.join(scores)} | {row['words_per_second']['median']:,} | {size} | {row['license']} |"
        )
    return "\n".join(lines)


def seeds_table(result: dict) -> str:
    """Scores by label as compare_seeds.py writes them: means over the seeds, of F also the standard deviation."""

    def percent(score: dict) -> str:
        return f"{100 * score['mean']:.1f}"

    lines = [
        "| | P | R | F | 95 % of F | F, overlap | names |"
        + "".join(f" F, {part} | names |" for part in result["seen_apart"])
    ]
    lines.append("|-" * (7 + 2 * len(result["seen_apart"])) + "|")
    for label, row in result["exact"].items():
        f1 = f"{percent(row['f1'])} ± {100 * row['f1']['sd']:.1f}"
        bounds = " – ".join(map(percent, result["interval"][label]))
        cells = [
            label,
            percent(row["precision"]),
            percent(row["recall"]),
            f1,
            bounds,
            percent(result["overlap"][label]["f1"]),
            str(row["support"]),
        ]
        for scores in result["seen_apart"].values():
            cells += [percent(scores[label]["f1"]), str(scores[label]["support"])]
        lines.append(f"| {' | '.join(cells)} |")
    words = f"{result['articles']:,} articles, {result['words']:,} words; trainings of {result['seeds']} seeds, mean ± standard deviation"
    return "\n".join([*lines, "", f"{words}; gold names that no token boundary fits: {result['unaligned']}."])


def speed_table(result: dict) -> str:
    """Speeds as compare_speed.py writes them, median and bounds of the rounds, and what they were measured on."""

    def cell(row: dict, digits: str) -> str:
        return f"{row['median']:{digits}} ({row['lowest']:{digits}} – {row['highest']:{digits}})"

    kinds = {"long": "articles", "short": "paragraphs"}
    rows = {
        f"{kinds[row['texts']]}, {'one by one' if row['batch'] == 1 else format(row['batch'], ',') + ' a batch'}": row
        for row in result["reading"]
    }
    first = result["first"]
    rows[f"{kinds[first['texts']]}, {first['batch']} a batch, just started"] = first
    rows["training"] = result["training"]
    lines = ["| | ours | spaCy's own | times as fast |", "|-|-|-|-|"]
    lines += [
        f"| {name} | {cell(row['ours'], ',')} | {cell(row['stock'], ',')} | {cell(row['ratio'], '.2f')} |"
        for name, row in rows.items()
    ]
    read = (f"{some['texts']:,} {kinds[kind]} of {some['words']:,} words" for kind, some in result["texts"].items())
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    same = result["same"]
    lines += [
        "",
        f"{result['rounds']} rounds; {', '.join(read)}; training on {result['training']['tokens']:,} tokens a round.",
        "; ".join([result["processor"], *result["kernels"], versions]) + ".",
        f"Both find the same names in {same['same']:,} of {same['texts']:,} texts, {same['names']:,} names in all.",
    ]
    return "\n".join(lines)


def where_table(result: dict) -> str:
    """CPU seconds and shares of the parts of reading, by our layers and by spaCy's own."""
    lines = [f"| | {' | '.join(result['where']['ours'])} | all |", "|-" * (2 + len(result["where"]["ours"])) + "|"]
    for name, shown in (("ours", "ours"), ("stock", "spaCy's own")):
        spent = result["where"][name]
        whole = sum(spent.values())
        cells = [f"{seconds:.2f} s, {100 * seconds / whole:.0f} %" for seconds in spent.values()]
        lines.append(f"| {shown} | {' | '.join(cells)} | {whole:.2f} s |")
    return "\n".join(lines)


def spread(manifest: dict) -> str:
    """How the articles divide over what their metadata say."""
    lines = ["| | articles |", "|-|-|"]
    for key, counts in manifest["all"].items():
        if isinstance(counts, dict) and key != "names":
            lines.append(f"| {key.replace('_', ' ')} | {', '.join(f'{name} {n}' for name, n in counts.items())} |")
    return "\n".join(lines)


def blocks(measured: dict) -> dict[str, str]:
    """Markdown for every marked block, by its name."""
    found = "\n".join(f"| {name} | {label} | {start} | {end} |" for name, label, start, end in measured["example"])
    return {
        "example": f"![{EXAMPLE}](docs/example.png)\n\n| `ent.text` | label | start | end |\n|-|-|-|-|\n{found}",
        "corpus": corpus_table(measured["corpus"]),
        "spread": spread(measured["corpus"]),
        "coverage": coverage_table(measured["coverage"]),
        "rates": rates_table(measured["rates"]),
        "everyday_rates": rates_table(measured["everyday_rates"]),
        "agreement": agreement_table(measured["agreement"]),
        "standoff": standoff_tables(measured["standoff"]),
        "curve": curve_table(measured["curve"]),
        "ablation": ablation_table(measured["ablation"], measured["peers"]),
        "labels": held_out_tables(measured["ablation"]),
        "experiments": experiments_table(measured["experiments"]),
        "trials": "\n\n".join(f"{of}:\n\n{trials_table(rows)}" for of, rows in measured["trials"].items()),
        "doccano": doccano_line(measured["doccano"]),
        "release": release_table(measured["release"]),
        "speed": speed_table(measured["speed"]),
        "where": where_table(measured["speed"]),
        **{name: seeds_table(result) for name, result in measured["seeds"].items()},
    }


def render(page: str, measured: dict) -> str:
    """The page with each block between `<!-- begin NAME -->` and `<!-- end NAME -->` written anew.

    Raises InputError for a block of an unknown name.
    """
    known = blocks(measured)

    def fill(match: re.Match) -> str:
        if match[2] not in known:
            raise InputError(f"block {match[2]}: no such figure; use one of {', '.join(known)}")
        return f"{match[1]}{known[match[2]]}\n{match[3]}"

    return _BLOCK.sub(fill, page)
