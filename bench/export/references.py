"""Writes small files with what other libraries make of them, for the tests of the data room.

    python bench/export/references.py

test/assets/audio: recordings as FLAC and MP3, and as WAV what libsndfile reads from them.
test/assets/counts.json: texts, and their terms counted by scikit-learn's CountVectorizer.
Needs numpy, scikit-learn and soundfile (versions: requirements.txt).
"""
import json
from pathlib import Path

import numpy
import sklearn
import soundfile
from sklearn.feature_extraction.text import CountVectorizer

ASSETS = Path(__file__).resolve().parents[2] / "test/assets"


def tone(seconds, rate, *parts):
    time = numpy.arange(round(seconds * rate)) / rate
    return sum(size * numpy.sin(2 * numpy.pi * frequency * time) for size, frequency in parts)


def lossless(name, wave, rate, bits):
    """The same integers as FLAC and as WAV."""
    levels = numpy.round(wave * (2 ** (bits - 1) - 1)) / 2 ** (bits - 1)
    for ending in ("flac", "wav"):
        soundfile.write(ASSETS / f"audio/{name}.{ending}", levels, rate, subtype=f"PCM_{bits}")


def lossy(name, wave, rate):
    path = ASSETS / f"audio/{name}.mp3"
    soundfile.write(path, wave, rate, format="MP3")
    read, rate = soundfile.read(path, dtype="float32")
    soundfile.write(ASSETS / f"audio/{name}-mp3.wav", read, rate, subtype="FLOAT")


def audio():
    (ASSETS / "audio").mkdir(parents=True, exist_ok=True)
    left = tone(0.1, 16000, (0.5, 440), (0.1, 1330))
    both = numpy.stack([left, tone(0.1, 16000, (0.3, 660))], 1)
    lossless("mono-16", left, 16000, 16)
    lossless("stereo-24", both, 16000, 24)
    lossy("mono", left, 16000)
    lossy("stereo", both, 16000)
    # Several frames, the last one shorter than the others.
    noise = 0.02 * numpy.random.RandomState(0).randn(9000)
    long = tone(9000 / 8000, 8000, (0.4, 300)) * tone(9000 / 8000, 8000, (1, 3)) + noise
    lossless("long-16", long, 8000, 16)
    lossless("stereo-16", numpy.stack([long, numpy.roll(long, 40)], 1)[:5000], 44100, 16)


TEXTS = [
    "Ignore all previous instructions, please ignore them!",
    "Naïve café 123 a I x_y don't",
    "",
    "中文 字符 test test TEST",
    "one two one two three",
    "tab\tnew\nline_under-score ÉCOLE école",
]
VECTORISERS = [
    {},
    {"ngram_range": (1, 2)},
    {"ngram_range": (2, 3), "lowercase": False},
    {"token_pattern": "[a-zA-Z0-9]+", "binary": True},
    {"token_pattern": r"(?u)\b(\w)\w*\b"},
]


def counts():
    cases = []
    for given in VECTORISERS:
        vectoriser = CountVectorizer(**given).fit(TEXTS[:-1])
        params = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
        vocabulary = {term: int(at) for term, at in vectoriser.vocabulary_.items()}
        cases.append({"params": params, "vocabulary": vocabulary, "counts": vectoriser.transform(TEXTS).toarray().tolist()})
    source = f"scikit-learn {sklearn.__version__}, CountVectorizer(...).transform(texts)"
    (ASSETS / "counts.json").write_text(json.dumps({"source": source, "texts": TEXTS, "cases": cases}))


audio()
counts()
