"""Splitting a corpus: shares, genres, seed, and duplicates told with the files that hold them."""

import json

import pytest


@pytest.fixture
def split(script, tmp_path):
    """Run corpus_split.py; id to genre of each part."""

    def call(source, *options):
        done = script("corpus_split", source, "--output", tmp_path / "out", *options)
        assert done.returncode == 0, done.stderr.decode()
        parts = {}
        for name in ("train", "dev", "test"):
            lines = (tmp_path / "out" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
            parts[name] = {record["id"]: record.get("genre") for record in map(json.loads, lines)}
        return parts

    return call


def records(number, **meta):
    return [{"id": f"{i:03}", "text": f"الخبر رقم {i}", "spans": [], **meta} for i in range(number)]


def test_every_article_is_in_one_part_and_the_parts_have_the_shares_asked_for(split, jsonl):
    parts = split(jsonl(*records(40)), "--dev", 0.1, "--test", 0.2)
    assert {name: len(part) for name, part in parts.items()} == {"train": 28, "dev": 4, "test": 8}
    assert sorted(identity for part in parts.values() for identity in part) == [record["id"] for record in records(40)]


def test_a_genre_has_its_share_in_every_part_and_rare_genres_are_one_rest(split, jsonl):
    pool = records(80)
    for number, record in enumerate(pool):
        record["genre"] = "sport" if number < 20 else f"rare {number}" if number < 24 else "politics"
    parts = split(jsonl(*pool), "--dev", 0.25, "--test", 0.25)
    assert [list(parts[name].values()).count("sport") for name in ("train", "dev", "test")] == [10, 5, 5]


def test_the_same_seed_gives_the_same_parts_and_another_seed_others(split, jsonl):
    pool = jsonl(*records(40))
    first, again, other = (split(pool, "--seed", seed) for seed in (1, 1, 2))
    assert first == again != other


def test_an_article_that_stands_twice_is_told_with_both_files(script, jsonl, tmp_path):
    pool = records(12)
    one = jsonl(*pool, name="one.jsonl")
    two = jsonl({**pool[3], "id": "copy"}, {**pool[4], "text": "خبر آخر"}, name="two.jsonl")
    done = script("corpus_split", one, two, "--output", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        f"error: {two}: article copy: same text as 003 in {one}; remove one of the two",
        f"error: {two}: article 004: this id is also in {one}; ids are unique",
    ]
    assert not (tmp_path / "out").exists()


def test_faults_of_all_files_are_told_at_once(script, jsonl, tmp_path):
    broken = [jsonl({"id": "a", "text": "", "spans": []}, name=name) for name in ("one.jsonl", "two.jsonl")]
    said = script("corpus_split", *broken, "--output", tmp_path / "out").stderr.decode()
    assert all(f"{path}:1: article a: the text is empty" in said for path in broken)
