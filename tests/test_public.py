"""Public corpora: fetching and checking them, and the gold articles made of ANERcorp and NewsFANE."""

import hashlib
import json
import zipfile

import pytest

from ar_news.public.fetching import read_assets

ASSETS = read_assets()
SMALL = "training/assets/ANERCorp_CamelLab_test.txt"


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset["dest"].rpartition("/")[2])
def test_an_asset_has_a_public_address_a_checksum_and_a_licence(asset):
    assert asset["url"].startswith("https://")
    assert len(bytes.fromhex(asset["checksum"])) == 16
    assert "CC BY" in asset["description"] or "Apache" in asset["description"]


@pytest.fixture
def bad_mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "ANERCorp_CamelLab_test.txt").write_text("something else", encoding="utf-8")
    return folder


def test_a_damaged_file_is_refused_in_one_line_and_not_kept(script, tmp_path, bad_mirror):
    done = script("public_fetch", "ANERCorp_CamelLab_test", "--mirror", bad_mirror, "--root", tmp_path)
    found = hashlib.md5(b"something else").hexdigest()
    assert done.returncode == 1
    (line,) = [row for row in done.stderr.decode().split("\n") if row.startswith("error")]
    assert f"its md5 is {found}" in line
    assert list((tmp_path / "training" / "assets").iterdir()) == []


def test_files_that_are_missing_are_all_told(script, tmp_path):
    done = script("public_fetch", "ANERCorp", "--verify", "--root", tmp_path)
    assert done.returncode == 1
    assert done.stderr.decode().count("no such file; run python scripts/public_fetch.py") == 2


def test_a_mirror_that_is_not_there_is_one_line_a_file_and_no_traceback(script, tmp_path):
    done = script("public_fetch", "ANERCorp_CamelLab_test", "--mirror", tmp_path / "none", "--root", tmp_path)
    assert done.returncode == 1
    assert "cannot be fetched" in done.stderr.decode() and "Traceback" not in done.stderr.decode()


def test_an_asset_of_another_name_is_told(script, tmp_path):
    done = script("public_fetch", "nothing", "--root", tmp_path)
    assert done.returncode == 1 and b"no such asset" in done.stderr


def test_a_good_file_is_taken_and_a_zip_packed_anew_counts_by_its_content(tmp_path):
    from ar_news.public.fetching import checksum, fetch

    sums = []
    for number, level in enumerate((1, 9)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
            archive.writestr(f"top{number}/a.txt", "نص " * 500)
        sums.append(checksum(folder / "x.zip", "https://example.org/archive/1.zip"))
    assert sums[0] == sums[1]
    asset = {"dest": "training/assets/x.zip", "url": "https://example.org/archive/1.zip", "checksum": sums[0]}
    assert fetch(asset, tmp_path / "got" / "x.zip", str(tmp_path / "1")) == ""
    assert (tmp_path / "got" / "x.zip").exists()


ANER = """قال O
ماجد B-PERS
علان I-PERS
لصحيفة O
الرأي B-ORG
إن O
بلبنان B-LOC
خيرا O
. O

وصل O
سعيد B-PERS
إلى O
باريس B-LOC
. O

عاد O
سالم B-PERS
من O
مصر B-LOC
. O
"""
NEWS = """عاد\tO
سالم\tO
من\tO
مصر\tB-Nation
.\tO

قال\tO
ماجد\tB-Politician
علان\tI-Politician
ل\tO
صحيفة\tB-Media
الراي\tI-Media
ان\tO
بلبنان\tB-Nation
خيرا\tO
.\tO

وصل\tO
سعيد\tB-Other_PER
الي\tO
باريس\tB-Population-Center
.\tO
"""


@pytest.fixture
def public(script, tmp_path):
    """The gold made of two tiny corpora in their own formats."""
    for split, text in (("train", ANER), ("test", "عاش O\nسعيد B-PERS\n. O\n")):
        (tmp_path / f"ANERCorp_CamelLab_{split}.txt").write_text(text, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "WikiFANE_2014_Gold_standard.zip", "w") as archive:
        archive.writestr("x/NewsFANE_Gold.txt", NEWS)
    done = script("public_gold", tmp_path, tmp_path / "out")
    assert done.returncode == 0, done.stderr.decode()
    return {
        split: [
            json.loads(line)
            for line in (tmp_path / "out" / f"anercorp-{split}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for split in ("train", "test")
    }


def test_names_are_bare_and_the_generic_noun_of_an_outlet_is_outside(public):
    first = public["train"][0]
    assert first["text"] == "قال ماجد علان لصحيفة الرأي إن بلبنان خيرا."
    assert [(span["text"], span["label"]) for span in first["spans"]] == [
        ("ماجد علان", "PERSON"),
        ("الرأي", "MEDIA"),
        ("لبنان", "COUNTRY"),
    ]


def test_a_city_is_no_country(public):
    assert [span["text"] for span in public["train"][1]["spans"]] == ["سعيد"]


def test_a_sentence_that_the_corpora_see_differently_teaches_nothing(public):
    assert [record["text"] for record in public["train"]] == [
        "قال ماجد علان لصحيفة الرأي إن بلبنان خيرا.",
        "وصل سعيد إلى باريس.",
    ]


def test_gold_tells_which_labels_were_annotated(public):
    assert {tuple(record["ar_news"]["annotated_for"]) for record in public["train"]} == {("PERSON", "COUNTRY", "MEDIA")}
    assert [record["ar_news"] for record in public["test"]] == [{"annotated_for": ["PERSON"]}]


def test_a_sample_of_raw_articles_is_annotated_for_no_label(script, jsonl, tmp_path):
    from ar_news.data.articles import read_articles

    pool = jsonl(*({"id": str(i), "text": f"خبر {i}", "outlet": "x"} for i in range(9)))
    done = script("public_sample", pool, tmp_path / "sample.jsonl", "--number", 4)
    assert done.returncode == 0, done.stderr.decode()
    found = read_articles([tmp_path / "sample.jsonl"])
    assert [(article.annotated_for, article.spans, article.meta) for article in found] == [
        ((), (), {"outlet": "x"})
    ] * 4
    assert len({article.id for article in found}) == 4


def test_a_sample_can_be_of_one_collection(script, jsonl, tmp_path):
    pool = jsonl(*({"id": str(i), "text": f"خبر {i}", "source": ("ant", "saudinewsnet")[i % 2]} for i in range(9)))
    done = script("public_sample", pool, tmp_path / "sample.jsonl", "--number", 5, "--collection", "saudinewsnet")
    assert done.returncode == 0 and b"4 of 4 articles" in done.stdout
    assert (tmp_path / "sample.jsonl").read_text(encoding="utf-8").count('"source": "saudinewsnet"') == 4
    done = script("public_sample", pool, tmp_path / "other.jsonl", "--collection", "wiki")
    (line,) = done.stderr.decode().splitlines()
    assert line == "error: --collection wiki: no such collection; write ant or saudinewsnet"


def test_a_sample_takes_as_many_of_every_outlet_as_there_are(script, jsonl, tmp_path):
    pool = jsonl(*({"id": str(i), "text": f"خبر {i}", "outlet": "ab"[i > 1]} for i in range(40)))
    done = script("public_sample", pool, tmp_path / "sample.jsonl", "--number", 6, "--evenly", "outlet")
    assert done.returncode == 0, done.stderr.decode()
    lines = (tmp_path / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["outlet"] for line in lines]
    assert (found.count("a"), found.count("b")) == (2, 4)


def test_a_sample_can_be_of_a_length_and_with_a_word(script, jsonl, tmp_path):
    texts = {
        "short": "وقع الاتفاق",
        "bare": "قال إن اتفاق اليوم جيد",
        "behind": "قال وباتفاق اليوم كثيرا",
        "article": "عاد للاتفاق مع صاحبه اليوم",
        "other": "قال إن اتفاقا جديدا وقع اليوم",
        "long": "اتفاق " * 9,
    }
    pool = jsonl(*({"id": name, "text": text} for name, text in texts.items()))
    done = script("public_sample", pool, tmp_path / "s.jsonl", "--least", 4, "--most", 8, "--word", "اتفاق")
    assert done.returncode == 0, done.stderr.decode()
    lines = (tmp_path / "s.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {"bare", "behind", "article"}


def test_a_line_of_another_form_is_told_with_its_number(script, tmp_path):
    (tmp_path / "ANERCorp_CamelLab_test.txt").write_text("قال O\nخطأ\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "WikiFANE_2014_Gold_standard.zip", "w") as archive:
        archive.writestr("x/NewsFANE_Gold.txt", NEWS)
    done = script("public_gold", tmp_path, tmp_path / "out")
    assert done.returncode == 1
    assert "ANERCorp_CamelLab_test.txt:2: 'خطأ' is not a token and its tag" in done.stderr.decode()


def test_only_sure_names_become_silver_and_the_rest_teaches_nothing(nlp):
    import numpy

    from ar_news.data.articles import Article
    from ar_news.data.lists import known_names
    from ar_news.transformer.silver import silver

    doc = nlp.make_doc("زار سالم سعيد مصر")
    article = Article("a", doc.text, (), {}, annotated_for=())
    found = silver(article, doc, numpy.array([0, 1, 2, 3]), numpy.array([255, 255, 90, 250]), 0.8, known_names())
    assert [(span.start, span.end, span.label) for span in found.spans] == [(14, 17, "COUNTRY")]
    assert found.unsure == ((4, 8), (9, 13))
    assert found.annotated_for is None


def test_a_country_that_no_list_knows_is_unsure(nlp):
    import numpy

    from ar_news.data.articles import Article
    from ar_news.data.lists import known_names
    from ar_news.transformer.silver import silver

    doc = nlp.make_doc("زار القطب مصر")
    article = Article("a", doc.text, annotated_for=())
    found = silver(article, doc, numpy.array([0, 3, 3]), numpy.array([255] * 3), 0.8, known_names())
    assert [doc.text[span.start : span.end] for span in found.spans] == ["مصر"]
    assert found.unsure == ((4, 9),)


def test_an_outlet_that_no_list_knows_needs_a_noun_that_says_so(nlp):
    import numpy

    from ar_news.data.articles import Article
    from ar_news.data.lists import known_names
    from ar_news.transformer.silver import silver

    doc = nlp.make_doc("نفى القطب ما نقلته صحيفة المنار الجديد ورويترز عن العيد")
    number = {token.text: token.i for token in doc}
    tags = numpy.zeros(len(doc), int)
    tags[[number[word] for word in ("القطب", "المنار", "رويترز", "العيد")]] = 5
    tags[number["الجديد"]] = 6
    found = silver(
        Article("a", doc.text, annotated_for=()), doc, tags, numpy.array([255] * len(doc)), 0.8, known_names()
    )
    assert [doc.text[span.start : span.end] for span in found.spans] == ["المنار الجديد", "رويترز"]
    assert [doc.text[start:end] for start, end in found.unsure] == ["القطب", "العيد"]


def test_gold_labels_win_over_those_of_the_taggers(nlp):
    import numpy

    from ar_news.data.articles import Article, Span
    from ar_news.data.lists import known_names
    from ar_news.transformer.silver import silver

    doc = nlp.make_doc("زار سالم مصر")
    article = Article("a", doc.text, (Span(4, 8, "PERSON"),), annotated_for=("PERSON", "COUNTRY"), unsure=((0, 3),))
    found = silver(article, doc, numpy.array([0, 0, 3]), numpy.array([255] * 3), 0.8, known_names())
    assert [span.label for span in found.spans] == ["PERSON"]
    assert found.unsure == ((0, 3),)


def labels_file(path, labels):
    """Labels of an article of three tokens, whose last is of the second label."""
    import numpy

    names = {"labels": numpy.array(labels)} if labels else {}
    numpy.savez(
        path, tags=numpy.array([0, 0, 3], "u1"), sure=numpy.array([255] * 3, "u1"), size=numpy.array([3]), **names
    )
    return path


def silver_of(script, jsonl, labels):
    """The finished process that makes silver of one article, and its output."""
    record = {"id": "a", "text": "زار سالم مصر", "spans": [], "ar_news": {"annotated_for": []}}
    output = labels.with_name("silver.jsonl")
    return script("silver_select", jsonl(record), labels, "--output", output), output


def test_tags_stand_for_the_labels_that_their_file_names(script, jsonl, tmp_path):
    from ar_news.data.articles import read_articles
    from ar_news.data.labels import label_names

    done, output = silver_of(script, jsonl, labels_file(tmp_path / "labels.npz", label_names()))
    assert done.returncode == 0, done.stderr.decode()
    assert [span.label for span in read_articles([output])[0].spans] == ["COUNTRY"]


@pytest.mark.parametrize("theirs", [["COUNTRY", "PERSON", "AGREEMENT", "MEDIA"], ["PERSON", "COUNTRY"], []])
def test_tags_of_other_labels_are_refused_in_one_line(script, jsonl, tmp_path, theirs):
    from ar_news.data.labels import label_names

    labels = labels_file(tmp_path / "labels.npz", theirs)
    done, output = silver_of(script, jsonl, labels)
    what = f"its labels are {', '.join(theirs)}" if theirs else "it names no labels"
    wanted = ", ".join(label_names())
    (line,) = done.stderr.decode().splitlines()
    assert (
        line == f"error: {labels}: {what}, but those of configs/labels.json are {wanted}; write it with silver_label.py"
    )
    assert done.returncode == 1 and not output.exists()


@pytest.mark.parametrize("content", [None, b"", b"no zip", b"PK\x03\x04 cut off", "cut", "one array"])
def test_labels_that_are_missing_or_broken_give_one_clear_line(script, jsonl, tmp_path, content):
    import numpy

    labels = tmp_path / "labels.npz"
    if isinstance(content, bytes):
        labels.write_bytes(content)
    elif content == "cut":
        whole = labels_file(labels, ["PERSON"]).read_bytes()
        labels.write_bytes(whole[: len(whole) // 2])
    elif content:
        with open(labels, "wb") as file:
            numpy.save(file, numpy.zeros(3))
    done, output = silver_of(script, jsonl, labels)
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith(f"error: {labels}: ") and line.endswith("; write it with silver_label.py")
    assert done.returncode == 1 and not output.exists()
