"""The quick path on every Python that is found here: the lock, a wheel, ten lines. Minutes each: python -m pytest -m slow"""

import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
WHEEL = ROOT / "training" / "packages" / "ent_news_sm"
TEN_LINES = """
import spacy
nlp = spacy.load("ar_ent_news_sm")
doc = nlp("نقلت وكالة رويترز عن ماكرون قوله إن لفرنسا مصلحة في اتفاق باريس")
names = [(ent.text, ent.label_) for ent in doc.ents]
assert ("رويترز", "MEDIA") in names and ("فرنسا", "COUNTRY") in names, names
nlp.to_disk("saved")
assert [ent.text for ent in spacy.load("saved")(doc.text).ents] == [text for text, _ in names]
assert spacy.explain("MEDIA")
print("read", len(names), "names")
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_lock_installs_and_the_wheel_reads_names(version, tmp_path):
    python = shutil.which(f"python{version}")
    wheels = sorted(WHEEL.glob("*.whl"))
    works = python and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    if not works:
        pytest.skip(f"needs Python {version} on the path")
    if not wheels:
        pytest.skip("needs the wheel of `spacy project run all`")

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(python, "-m", "venv", "--upgrade-deps", tmp_path / "venv")
    own = tmp_path / "venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    run(own, "-m", "pip", "install", "-q", "--require-hashes", "-r", ROOT / "requirements.lock")
    run(own, "-m", "pip", "install", "-q", "--no-deps", wheels[-1])
    assert run(own, "-c", TEN_LINES).startswith("read ")
