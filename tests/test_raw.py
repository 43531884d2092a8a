"""Raw articles and vectors: what is held out stays out, each article comes once, spellings share a vector."""

import json
import zipfile

import pytest

SUBJECTS = "الوزير السفير الطبيب المعلم المهندس التاجر الكاتب الحارس".split()
VERBS = "زار افتتح وصف درس رمم باع صور حرس".split()
OBJECTS = "متحفا مستشفى معرضا جسرا سوقا مسرحا ملعبا ميناء".split()
PLACES = "القديمة الجديدة الساحلية الجبلية الصحراوية الصناعية الهادئة المزدحمة".split()


def story(number, sentences=8):
    """An invented article of its own words: a title line and paragraphs."""
    lines = [f"عنوان الخبر رقم {number}"]
    for i in range(sentences):
        a, b, c, d = (
            words[(number * step + i) % 8] for words, step in ((SUBJECTS, 1), (VERBS, 3), (OBJECTS, 5), (PLACES, 7))
        )
        lines.append(f"{a} {number} {b} صباح اليوم {number} {c} في {number} المدينة {d} رقم {number * 10 + i}.")
    return "\n".join(lines)


@pytest.fixture
def assets(tmp_path):
    """Write a folder with both collections, from (title, body) pairs; the folder."""

    def write(ant=(), saudi=()):
        folder = tmp_path / "assets"
        (folder / "saudinewsnet").mkdir(parents=True)
        with zipfile.ZipFile(folder / "antcorpus.zip", "w") as archive:
            for number, text in enumerate(ant):
                title, body = text.split("\n", 1)
                fields = f"<SRC>one</SRC><CAT>sport</CAT><TITLE>{title}</TITLE><TIME>2018</TIME><TEXT>\n{body}\n</TEXT>"
                archive.writestr(f"x/One/sport/ON-{number}.txt", f"<DOC>{fields}</DOC>")
        records = []
        for text in saudi:
            title, body = text.split("\n", 1)
            records.append(
                {"source": "two", "url": "http://x/sports/1", "date_extracted": "2015", "title": title, "content": body}
            )
        with zipfile.ZipFile(folder / "saudinewsnet" / "2015-01-01.zip", "w") as archive:
            archive.writestr("2015-01-01.json", json.dumps(records))
        return folder

    return write


@pytest.fixture
def raw(script, tmp_path):
    """Run public_raw.py on a folder of assets; id to text of what it wrote, and the counts."""

    def call(folder, *options):
        done = script("public_raw", folder, tmp_path / "raw.jsonl", *options)
        assert done.returncode == 0, done.stderr.decode()
        lines = (tmp_path / "raw.jsonl").read_text(encoding="utf-8").splitlines()
        counts = json.loads((tmp_path / "raw.json").read_text(encoding="utf-8"))
        return {record["id"]: record["text"] for record in map(json.loads, lines)}, counts

    return call


def test_both_collections_are_read_and_an_article_starts_with_its_title(assets, raw):
    found, counts = raw(assets(ant=[story(1)], saudi=[story(2)]))
    assert found == {"ant_multisource:ON-0": story(1), "saudinewsnet:2015-01-01:0": story(2)}
    assert counts["by outlet"] == {"ant/one": 1, "saudinewsnet/two": 1}


def test_held_out_ids_are_left_out_whatever_their_text(assets, raw, jsonl):
    held = jsonl({"id": "ant_multisource:ON-1", "text": "نص آخر"}, name="held.jsonl")
    found, counts = raw(assets(ant=[story(1), story(2)]), "--without", held)
    assert list(found) == ["ant_multisource:ON-0"]
    assert counts["dropped"] == {"held out": 1}


def test_near_copies_of_held_out_articles_are_left_out(assets, raw, jsonl):
    lines = story(1).split("\n")
    other_ending = "\n".join([*lines[:5], *story(3).split("\n")[1:]])
    within_a_longer_one = "\n".join(["عنوان آخر", *story(4, 30).split("\n")[1:], *lines[2:8]])
    folder = assets(ant=[story(2), other_ending], saudi=[story(1).replace("ا", "أ"), within_a_longer_one])
    found, counts = raw(folder, "--without", jsonl({"id": "h", "text": story(1)}, name="held.jsonl"))
    assert list(found) == ["ant_multisource:ON-0"]
    assert counts["dropped"] == {"near copy of a held-out article": 3}


def test_every_file_of_a_held_out_folder_is_left_out_by_id_and_with_near_copies(assets, raw, jsonl):
    held = jsonl({"id": "h", "text": story(1)}, name="my_real/open.jsonl").parent
    jsonl(
        {"id": "ant_multisource:ON-1", "text": "نص آخر"}, {"id": "i", "text": story(3)}, name="my_real/everyday.jsonl"
    )
    (held / "README.md").write_text("two yardsticks", encoding="utf-8")
    copies = (story(1).replace("ا", "أ"), story(3).replace("ا", "أ"))
    found, counts = raw(assets(ant=[story(2), story(4)], saudi=copies), "--without", held)
    assert list(found) == ["ant_multisource:ON-0"]
    assert counts["dropped"] == {"held out": 1, "near copy of a held-out article": 2}


def test_a_held_out_folder_without_articles_is_one_clear_line(script, assets, tmp_path):
    (tmp_path / "my_real").mkdir()
    done = script("public_raw", assets(ant=[story(1)]), tmp_path / "raw.jsonl", "--without", tmp_path / "my_real")
    assert done.returncode == 1 and not (tmp_path / "raw.jsonl").exists()
    assert done.stderr.decode().splitlines() == [
        f"error: {tmp_path / 'my_real'}: no .jsonl file in this folder; put gold articles there, or name a file"
    ]


def test_an_article_that_two_outlets_print_comes_once(assets, raw):
    reprint = story(1).replace("عنوان الخبر", "نقلا عن وكالة: خبر")
    found, counts = raw(assets(ant=[story(1)], saudi=[reprint, story(2)]))
    assert list(found) == ["ant_multisource:ON-0", "saudinewsnet:2015-01-01:1"]
    assert counts["dropped"] == {"near copy of another article": 1}


def test_markup_addresses_and_lines_of_the_page_are_gone(assets, raw):
    pages = [f"{story(n)}\nاضغط هنا لتحميل التطبيق" for n in range(6)]
    pages[0] = (
        pages[0].replace("صباح اليوم", "<b>صباح</b>&nbsp;اليوم", 1).replace("\n", "\n\n--------\n", 1)
        + "\nhttps://x.test/a"
    )
    found, _ = raw(assets(ant=pages))
    assert sorted(found.values()) == sorted(story(n) for n in range(6))


def test_short_articles_and_those_in_latin_letters_are_left_out(assets, raw):
    latin = "title\n" + "word " * 60
    _, counts = raw(assets(ant=[story(1), story(2, 2), latin]))
    assert counts["dropped"] == {"short": 1, "little Arabic": 1}


def test_the_limit_takes_the_same_articles_again_and_others_with_another_seed(assets, raw):
    folder = assets(saudi=[story(n) for n in range(8)])
    first, again, other = (set(raw(folder, "--limit", 3, "--seed", seed)[0]) for seed in (0, 0, 1))
    assert len(first) == 3 and first == again != other


def test_assets_that_cannot_be_read_give_one_clear_line(script, assets, tmp_path):
    folder = assets(ant=[story(1)])
    (folder / "antcorpus.zip").write_bytes(b"PK\x03\x04 cut off")
    output = tmp_path / "raw.jsonl"
    done = script("public_raw", folder, output)
    assert done.returncode == 1
    assert "antcorpus.zip: not a readable zip" in done.stderr.decode() and "download it again" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode() and not output.exists()
    done = script("public_raw", tmp_path / "nowhere", output)
    assert done.returncode == 1
    assert "fetch the assets first" in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_spellings_of_one_word_share_a_vector_and_training_reads_the_folder(script, jsonl, tmp_path):
    pytest.importorskip("floret", reason="floret is not installed: vectors are an option")
    import spacy
    from spacy.training.initialize import load_vectors_into_model

    pool = jsonl(*({"id": str(n), "text": story(n)} for n in range(40)), name="raw.jsonl")
    done = script("train_vectors", pool, tmp_path / "vectors", "--dim", 16, "--buckets", 200, "--epochs", 1)
    assert done.returncode == 0, done.stderr.decode()
    from ar_news.docs import blank_pipeline

    for nlp in (spacy.load(tmp_path / "vectors"), blank_pipeline()):
        load_vectors_into_model(nlp, tmp_path / "vectors")
        plain, marked, other = nlp("الإمارات الامَارَاتُ المدينة")
        assert plain.vector.any() and plain.vector.tolist() == marked.vector.tolist() != other.vector.tolist()


def test_vectors_do_not_replace_a_folder_that_holds_something_else(script, jsonl, tmp_path):
    (tmp_path / "mine").mkdir()
    done = script("train_vectors", jsonl({"id": "a", "text": story(1)}), tmp_path / "mine")
    assert done.returncode == 1
    assert "there already, and holds no vectors" in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_a_training_starts_from_the_pretrained_word_layers(script, jsonl, tmp_path):
    from spacy.training.initialize import init_nlp
    from spacy.util import load_config

    from conftest import ROOT, gold

    pool = jsonl(*({"id": str(n), "text": story(n)} for n in range(12)), name="raw.jsonl")
    done = script("train_pretrain", pool, tmp_path / "pretrained")
    assert done.returncode == 0, done.stderr.decode()
    train = jsonl(*gold("dev")[:3], name="train.jsonl")
    assert script("train_convert", tmp_path, tmp_path / "data", "--split", train.stem).returncode == 0
    data = str(tmp_path / "data" / "train.spacy")
    tables = {}
    for weights in (None, str(tmp_path / "pretrained" / "tok2vec.bin")):
        overrides = {"paths.train": data, "paths.dev": data, "paths.init_tok2vec": weights, "system.seed": 0}
        layer = init_nlp(load_config(ROOT / "configs" / "cpu.cfg", overrides=overrides)).get_pipe("tok2vec").model
        tables[weights] = layer.to_bytes()
    assert tables[None] != tables[weights]
    assert layer.from_bytes((tmp_path / "pretrained" / "tok2vec.bin").read_bytes()).to_bytes() == tables[weights]


def test_pretraining_reads_proclitics_apart_from_their_words(tmp_path):
    from spacy.util import load_model_from_config

    from ar_news.training.pretraining import pretraining
    from conftest import ROOT

    nlp = load_model_from_config(pretraining(ROOT / "configs" / "cpu.cfg", tmp_path / "raw.jsonl", 1, 0, {}))
    assert [token.text for token in nlp.make_doc("وترامب")] == ["و", "ترامب"]


def test_pretraining_on_no_article_gives_one_clear_line(script, jsonl, tmp_path):
    done = script("train_pretrain", jsonl(name="none.jsonl"), tmp_path / "pretrained")
    assert done.returncode == 1 and not (tmp_path / "pretrained").exists()
    assert "none.jsonl" in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_another_collection_is_one_entry_and_one_reader(assets, raw, monkeypatch):
    from ar_news.data.articles import Article
    from ar_news.public.collections import COLLECTIONS, Collection

    def read_pages(path):
        for number in (3, 4):
            yield Article(f"pages:{number}", story(number), (), {"outlet": "three", "date": "2020", "section": ""})

    monkeypatch.setitem(COLLECTIONS, "pages", Collection("pages-*.zip", read_pages, limited=True))
    folder = assets(ant=[story(1)], saudi=[story(2)])
    (folder / "pages-1.zip").write_bytes(b"")
    found, counts = raw(folder, "--limit", 1)
    assert list(found)[:2] == ["ant_multisource:ON-0", "saudinewsnet:2015-01-01:0"]
    assert counts["by outlet"] == {"ant/one": 1, "saudinewsnet/two": 1, "pages/three": 1}
    assert counts["dropped"] == {"over the limit": 1}


def test_a_folder_without_a_collection_is_told_all_that_may_be_in_it(script, tmp_path):
    done = script("public_raw", tmp_path, tmp_path / "raw.jsonl")
    assert done.returncode == 1
    assert b"no antcorpus*.zip and no saudinewsnet/*.zip in it" in done.stderr
