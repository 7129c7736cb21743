"""Text networks of transformers with tiny configurations, recurrent classifiers, and raw-audio networks."""

import sys

import numpy as np
import torch
import transformers
from torch import nn

from torch_export import accuracy, export, seeded, taught, tokens

VOCABULARY = 90
LENGTH = 12
SIZES = {"num_labels": 3, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


class Logits(nn.Module):
    """A transformers classifier as a function of tensors to its logits."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


class LogitsOfSegments(Logits):
    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits


def classifier(kind, attention="eager", **options):
    config = getattr(transformers, f"{kind}Config")(vocab_size=VOCABULARY, **{**SIZES, **options})
    config._attn_implementation = attention
    return getattr(transformers, f"{kind}ForSequenceClassification")(config)


BERT = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48, "max_position_embeddings": 64}
GPT2 = {
    "n_positions": 64,
    "n_embd": 24,
    "n_layer": 1,
    "n_head": 4,
    "pad_token_id": 0,
    "num_labels": 3,
    "resid_pdrop": 0.0,
    "attn_pdrop": 0.0,
    "embd_pdrop": 0.0,
}
DISTIL = {
    "dim": 24,
    "n_layers": 2,
    "n_heads": 4,
    "hidden_dim": 48,
    "max_position_embeddings": 64,
    "dropout": 0.0,
    "attention_dropout": 0.0,
    "seq_classif_dropout": 0.0,
}
PAIR = ("input_ids", "attention_mask")
TRIPLE = (*PAIR, "token_type_ids")

# name, kind, options, inputs, dynamo, opset, what it exercises
TEXT = [
    ("bert-ts14", "Bert", BERT, TRIPLE, False, 14, "three integer inputs, attention mask by Where, Gelu by Erf, free batch and sequence"),
    ("bert-dynamo18", "Bert", {**BERT, "attention": "sdpa"}, TRIPLE, True, 18, "scaled dot-product attention by the newer exporter"),
    ("distilbert-ts13", "DistilBert", DISTIL, PAIR, False, 13, "two integer inputs, opset 13"),
    ("distilbert-dynamo20", "DistilBert", DISTIL, PAIR, True, 20, "two integer inputs, opset 20"),
    (
        "roberta-ts17",
        "Roberta",
        {**BERT, "num_hidden_layers": 1, "type_vocab_size": 1, "pad_token_id": 1},
        PAIR,
        False,
        17,
        "positions by CumSum of what is not padding",
    ),
    ("albert-ts17", "Albert", {**BERT, "embedding_size": 16, "hidden_act": "gelu_new"}, TRIPLE, False, 17, "tanh Gelu, shared layers"),
    ("gpt2-ts17", "GPT2", GPT2, PAIR, False, 17, "causal mask, the last token that is no padding decides"),
    ("gpt2-dynamo18", "GPT2", GPT2, PAIR, True, 18, "causal mask by the newer exporter"),
    (
        "deberta-v2-ts17",
        "DebertaV2",
        {**BERT, "num_hidden_layers": 1, "relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
        PAIR,
        False,
        17,
        "disentangled attention by GatherElements",
    ),
]


def sentences(rows, seed):
    """Token ids whose label is the sign of a count: which of two sets of words occurs more often; mask, segment ids, labels."""
    ids, mask = tokens(rows, LENGTH, VOCABULARY, seed)
    generator = np.random.default_rng(seed)
    short = torch.from_numpy(generator.integers(5, LENGTH + 1, rows))
    mask = (torch.arange(LENGTH)[None] < short[:, None]).long()
    ids = torch.where(mask == 1, torch.from_numpy(generator.integers(5, VOCABULARY, (rows, LENGTH))), torch.zeros_like(mask))
    low, high = ((ids > 4) & (ids < 35)).sum(1), (ids >= 60).sum(1)
    labels = torch.where(low > high, 0, torch.where(low < high, 2, 1))
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "token_type_ids": (torch.arange(LENGTH)[None] > short[:, None] // 2).long() * mask,
    }, labels


def text(only):
    data, labels = sentences(1500, 5)
    held, answers = sentences(300, 6)
    for name, kind, options, names, dynamo, opset, what in TEXT:
        if not name.startswith(only):
            continue
        try:
            given = dict(data)
            pad = options.get("pad_token_id", 0)
            for each in (given, shown := dict(held)):
                each["input_ids"] = torch.where(each["attention_mask"] == 1, each["input_ids"], pad)
            model = (Logits if len(names) == 2 else LogitsOfSegments)(seeded(lambda: classifier(kind, **options)))
            model = taught(model, [given[n] for n in names], labels, steps=150, rate=3e-3)
            how = f"150 steps on seeded token counts, 3 classes; {accuracy(model, [shown[n] for n in names], answers):.0%} on 300 others"
            print(how)
            inputs = {n: shown[n][:3] for n in names}
            dynamic = {n: {0: "batch", 1: "sequence"} for n in names}
            export(name, model, inputs, exercises=what, library="transformers", dynamo=dynamo, opset=opset, dynamic=dynamic, trained=how)
        except Exception as e:
            print("FAILED", name, type(e).__name__, str(e)[-800:])


class Recurrent(nn.Module):
    """Embedding or features, a recurrent layer, and the mean over time."""

    def __init__(self, kind, bidirectional=False, vocabulary=None, features=6, layers=1):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, 16) if vocabulary else nn.Identity()
        self.recur = getattr(nn, kind)(16 if vocabulary else features, 20, num_layers=layers, batch_first=True, bidirectional=bidirectional)
        self.head = nn.Linear(40 if bidirectional else 20, 3)

    def forward(self, x):
        states, last = self.recur(self.embed(x))
        last = last[0] if isinstance(last, tuple) else last
        return self.head(states.mean(1) + torch.cat([last[-1]] * (states.shape[-1] // last.shape[-1]), -1))


def series(rows, seed, length=16, features=6):
    """Random walks whose label is the channel group that rises most."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, rows)
    steps = generator.normal(0, 0.3, (rows, length, features))
    steps[np.arange(rows), :, labels * 2] += 0.12
    return torch.from_numpy(steps.cumsum(1).astype(np.float32)), torch.from_numpy(labels)


def recurrent(only):
    ids, answers = sentences(1200, 7)
    walks, ups = series(1200, 8)
    rows = [
        (
            "lstm-text-ts11",
            lambda: Recurrent("LSTM", vocabulary=VOCABULARY),
            ids["input_ids"],
            answers,
            False,
            11,
            "LSTM over embedded tokens, free sequence",
        ),
        (
            "lstm-text-bidirectional-ts17",
            lambda: Recurrent("LSTM", True, VOCABULARY),
            ids["input_ids"],
            answers,
            False,
            17,
            "bidirectional LSTM",
        ),
        ("gru-series-ts13", lambda: Recurrent("GRU"), walks, ups, False, 13, "GRU with linear_before_reset over real series"),
        ("gru-series-bidirectional-ts17", lambda: Recurrent("GRU", True), walks, ups, False, 17, "bidirectional GRU"),
        ("rnn-series-ts14", lambda: Recurrent("RNN"), walks, ups, False, 14, "Elman network, tanh"),
        ("lstm-series-dynamo18", lambda: Recurrent("LSTM"), walks, ups, True, 18, "LSTM by the newer exporter"),
    ]
    for name, make, x, y, dynamo, opset, what in rows:
        if not name.startswith(only):
            continue
        try:
            model = taught(seeded(make), [x], y, steps=200, rate=5e-3)
            how = f"200 steps on seeded sequences, 3 classes; {accuracy(model, [x], y):.0%} on the same"
            print(how)
            dynamic = {"sequence": {0: "batch"} if dynamo else {0: "batch", 1: "length"}}
            export(name, model, {"sequence": x[:3]}, exercises=what, dynamo=dynamo, opset=opset, dynamic=dynamic, trained=how)
        except Exception as e:
            print("FAILED", name, type(e).__name__, str(e)[-800:])


class Spectrogram(nn.Module):
    """Waveform, short-time Fourier transform, log power, two convolutions."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(64))
        self.net = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Conv2d(8, 12, 3, stride=2),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.head = nn.Linear(12, 4)

    def forward(self, wave):
        spectrum = torch.stft(wave, 64, 32, 64, self.window, center=False, return_complex=False, onesided=True)
        power = (spectrum**2).sum(-1)
        return self.head(self.net(torch.log(power + 1e-3).unsqueeze(1)))


class Waves(nn.Module):
    """Convolutions over the raw waveform, as M5 (Dai et al., 2017) in small."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(1, 8, 24, stride=4),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.MaxPool1d(4),
            nn.Conv1d(8, 12, 4, padding="same"),
            nn.Tanh(),
            nn.Conv1d(12, 16, 3, padding=2, dilation=2),
            nn.GroupNorm(4, 16),
            nn.PReLU(16),
            nn.AvgPool1d(4, ceil_mode=True, count_include_pad=False, padding=1),
            nn.Conv1d(16, 16, 3, groups=4),
            nn.LeakyReLU(),
            nn.AdaptiveAvgPool1d(1),
            nn.Flatten(),
        )
        self.head = nn.Linear(16, 4)

    def forward(self, wave):
        return self.head(self.net(wave.unsqueeze(1)))


def tones(rows, seed, length=1024):
    """Waveforms in [-1, 1] at 8 kHz: a class is a band of pitches."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, rows)
    pitch = 200 * 2.0 ** (labels + generator.uniform(0, 0.6, rows))
    time = np.arange(length) / 8000
    wave = generator.uniform(0.2, 0.8, (rows, 1)) * np.sin(2 * np.pi * (pitch[:, None] * time + generator.uniform(0, 1, (rows, 1))))
    wave = (wave + generator.normal(0, 0.05, (rows, length))).clip(-1, 1)
    return torch.from_numpy((np.round(wave * 32767) / 32768).astype(np.float32)), torch.from_numpy(labels)


def audio(only):
    waves, bands = tones(600, 9)
    rows = [
        ("audio-stft-dynamo18", Spectrogram, True, 18, "STFT of the waveform inside the graph, log power"),
        ("audio-stft-ts17", Spectrogram, False, 17, "STFT by the older exporter"),
        ("audio-conv1d-ts13", Waves, False, 13, "Conv 1-D: strides, dilation, groups; AveragePool with ceil_mode, PRelu"),
        ("audio-conv1d-dynamo18", Waves, True, 18, "the same network by the newer exporter"),
    ]
    for name, make, dynamo, opset, what in rows:
        if not name.startswith(only):
            continue
        try:
            model = taught(seeded(make), [waves], bands, steps=200, rate=5e-3)
            how = f"200 steps on seeded tones, 4 bands; {accuracy(model, [waves], bands):.0%} on the same"
            print(how)
            export(name, model, {"waveform": waves[:3]}, exercises=what, dynamo=dynamo, opset=opset, trained=how)
        except Exception as e:
            print("FAILED", name, type(e).__name__, str(e)[-800:])


if __name__ == "__main__":
    for part in (text, recurrent, audio):
        part(*(sys.argv[1:] or [""]))
