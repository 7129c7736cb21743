"""Folders as the Hugging Face Hub has them: two text classifiers with tokenisers of their own, and an image classifier."""

import csv
import json
import shutil

import numpy as np
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from PIL import Image
from sklearn.datasets import load_digits
from tokenizers import ByteLevelBPETokenizer, Tokenizer
from tokenizers.implementations import BertWordPieceTokenizer
from tokenizers.processors import BertProcessing, RobertaProcessing
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ResNetConfig,
    ResNetForImageClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from assets import ROOT, file_of, record, session, versions
from sequence import BERT, Logits, LogitsOfSegments
from torch_export import accuracy, export, seeded, taught

LENGTH = 48

NAMES = ["Anna", "Ben", "Carla", "Deniz", "Emil", "Farah", "Greta", "Hugo", "Ines", "Jonas"]
THINGS = ["dinner", "the meeting", "football", "the train", "your keys", "the cake", "our trip", "the report", "swimming", "the film"]
PRIZES = ["holiday", "phone", "gift card", "cash prize", "laptop", "cruise", "shopping voucher", "car"]
FIRMS = ["MobileClub", "WinNow", "TopDeals", "LuckyLine", "QuickLoan", "StarBonus"]
HAM = [
    "Hi {name}, are you coming to {thing} at {hour}?",
    "Sorry I am late, the bus was full. See you at {hour}",
    "Did you remember {thing}? {name} asked me again today",
    "ok no problem, call me when you are home",
    "Thanks for {thing} yesterday, {name} loved it :)",
    "Can you pick up {name} at {hour}? I still have to work",
    "lol that was so funny, tell {name} about {thing}",
    "I'll be there in {number} minutes, wait for me please",
    "Happy birthday {name}! Hope you have a lovely day",
    "Mum says {thing} is on sunday, bring {name} too",
    "Just won at cards against {name} again, call me later",
    "The free parking is behind the station, see you at {hour}",
]
SPAM = [
    "Congratulations! You have won a {prize}. Call {phone} now to claim",
    "URGENT: your {firm} account expires today, reply YES to {short}",
    "FREE {prize} for the first {number} callers! Text WIN to {short}",
    "{firm}: you were selected for a {prize} worth {money}. Visit {firm}.example/claim",
    "Last chance {name}! Claim your {prize} before {hour}, only {money} postage",
    "Get a loan of {money} today, no questions asked. Reply LOAN to {short}",
    "Your number was drawn in our {prize} lottery. Call {phone}, code {number}",
    "{firm} offer: unlimited calls, {money} a month. Text GO to {short}, STOP to end",
    "You have 1 new voice message from a secret admirer. Call {phone}",
    "Hi {name}, your parcel is held at {firm}, pay {money} at {firm}.example",
]


def sentence(generator, templates):
    pick = lambda items: items[generator.integers(len(items))]
    return pick(templates).format(
        name=pick(NAMES),
        thing=pick(THINGS),
        prize=pick(PRIZES),
        firm=pick(FIRMS),
        hour=f"{generator.integers(1, 12)} {pick(['am', 'pm'])}",
        number=generator.integers(10, 99),
        phone=f"0800 {generator.integers(100000, 999999)}",
        short=generator.integers(60000, 89999),
        money=f"£{generator.integers(5, 999)}",
    )


def messages(rows, seed):
    """Sentences by template, labels 0 (ham) and 1 (spam) evenly; no sentence twice."""
    generator = np.random.default_rng(seed)
    seen = {}
    while len(seen) < rows:
        label = len(seen) % 2
        seen.setdefault(sentence(generator, SPAM if label else HAM), label)
    return list(seen), torch.tensor(list(seen.values()))


def word_pieces(texts):
    """Its training orders ties by chance: another run gives other ids."""
    trained = BertWordPieceTokenizer(lowercase=True)
    trained.train_from_iterator(texts, vocab_size=420, min_frequency=2, show_progress=False)
    names = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
    inner = Tokenizer.from_str(trained.to_str())
    sep, cls = (inner.token_to_id(t) for t in ("[SEP]", "[CLS]"))
    inner.post_processor = BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return inner, names


def byte_pairs(texts):
    trained = ByteLevelBPETokenizer()
    names = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>"}
    trained.train_from_iterator(texts, vocab_size=480, min_frequency=2, show_progress=False, special_tokens=list(names.values()))
    inner = Tokenizer.from_str(trained.to_str())
    inner.post_processor = RobertaProcessing(("</s>", inner.token_to_id("</s>")), ("<s>", inner.token_to_id("<s>")))
    return inner, names | {"cls_token": "<s>", "sep_token": "</s>"}


def emptied(folder):
    """The folder without what was in it, and the tokeniser that was."""
    path = folder / "tokenizer.json"
    kept = Tokenizer.from_file(str(path)) if path.exists() else None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return kept


def save_tokenizer(tokenizer, names, folder, kind):
    tokenizer.save_pretrained(folder)
    (folder / "special_tokens_map.json").write_text(json.dumps(names, indent=2, sort_keys=True) + "\n")
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text()) | {"tokenizer_class": kind}
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def text_folder(name, make_tokenizer, tokenizer_class, make_model, wrapper, columns, dynamo, opset):
    folder = ROOT / name
    kept = emptied(folder)
    texts, labels = messages(1600, 21)
    known = set(texts)
    fresh = [(text, label) for text, label in zip(*messages(400, 22)) if text not in known][:120]
    held, answers = [text for text, _ in fresh], torch.tensor([int(label) for _, label in fresh])
    trained, names = make_tokenizer(texts)
    # A tokeniser that is there stays: tests hold its ids.
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=kept or trained, model_max_length=LENGTH, **names)
    save_tokenizer(tokenizer, names, folder, tokenizer_class)
    encode = lambda lines: [
        torch.from_numpy(np.array(tokenizer(lines, padding=True, truncation=True, max_length=LENGTH, return_token_type_ids=True)[c]))
        for c in columns
    ]
    model = seeded(lambda: make_model(len(tokenizer)))
    network = taught(wrapper(model), encode(texts), labels, steps=250, rate=3e-3)
    how = f"250 steps on 1600 seeded messages; {accuracy(network, encode(held), answers):.1%} on 120 others"
    model.config.save_pretrained(folder)
    with open(folder / "messages.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["text", "label"])
        writer.writerows((text, model.config.id2label[int(label)]) for text, label in zip(held, answers))
    shown = dict(zip(columns, encode(held[:4])))
    free = {c: {0: "batch", 1: "sequence"} for c in columns}
    common = {"trained": how, "data": f"{name}/messages.csv", "source": {"texts": held[:4]}}
    export(
        f"{name}/onnx/model",
        network,
        shown,
        exercises="a Hugging Face folder with text",
        library="transformers",
        dynamo=dynamo,
        opset=opset,
        dynamic=free,
        **common,
    )
    quantize_dynamic(file_of(f"{name}/onnx/model"), file_of(f"{name}/onnx/model_quantized"), weight_type=QuantType.QUInt8)
    inputs = {c: value.numpy() for c, value in shown.items()}
    expected = session(file_of(f"{name}/onnx/model")).run(None, inputs)
    record(
        f"{name}/onnx/model_quantized",
        library=versions("onnxruntime"),
        exporter="quantize_dynamic, QUInt8",
        exercises="q8 in a Hugging Face folder",
        inputs=inputs,
        expected=expected,
        tolerance=0.5,
        **common,
    )


LABELS = {
    "num_labels": 2,
    "id2label": {0: "ham", 1: "spam"},
    "label2id": {"ham": 0, "spam": 1},
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


def bert(size):
    config = BertConfig(vocab_size=size, **{**BERT, **LABELS, "num_hidden_layers": 1}, architectures=["BertForSequenceClassification"])
    config._attn_implementation = "eager"
    return BertForSequenceClassification(config)


def roberta(size):
    config = RobertaConfig(
        vocab_size=size,
        type_vocab_size=1,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        **{**BERT, **LABELS, "num_hidden_layers": 1},
        architectures=["RobertaForSequenceClassification"],
    )
    config._attn_implementation = "eager"
    return RobertaForSequenceClassification(config)


WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SIDE, STORED = 24, 36
MEAN, STD = [0.5, 0.45, 0.4], [0.25, 0.3, 0.35]


def picture(digit, generator):
    """A digit of 8x8 as a colour picture of 36x36: ink on paper, both of random colour."""
    grey = (
        np.asarray(Image.fromarray((digit * 255 / 16).astype(np.uint8)).resize((STORED, STORED), Image.Resampling.BICUBIC), np.float32)[
            ..., None
        ]
        / 255
    )
    paper, ink = generator.uniform(0, 90, 3), generator.uniform(140, 255, 3)
    return Image.fromarray((paper + grey * (ink - paper)).round().astype(np.uint8))


def pixels(images):
    """What preprocessor_config.json says: bilinear to 24x24, times 1/255, mean and standard deviation by channel."""
    small = np.stack([np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)) for image in images])
    values = (small.astype(np.float32) * np.float32(1 / 255) - np.float32(MEAN)) / np.float32(STD)
    return torch.from_numpy(values.transpose(0, 3, 1, 2).copy())


class Pixels(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model(pixel_values=pixel_values).logits


def image_folder(name="hf-image"):
    folder = ROOT / name
    shutil.rmtree(folder, ignore_errors=True)
    data, generator = load_digits(), np.random.default_rng(5)
    order = generator.permutation(len(data.images))
    images = [picture(data.images[i], generator) for i in order]
    labels = torch.from_numpy(data.target[order])
    x = pixels(images)
    config = ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16, 24],
        depths=[1, 1, 1],
        layer_type="basic",
        num_labels=10,
        id2label=dict(enumerate(WORDS)),
        label2id={w: i for i, w in enumerate(WORDS)},
        architectures=["ResNetForImageClassification"],
    )
    network = taught(Pixels(seeded(lambda: ResNetForImageClassification(config))), [x[300:]], labels[300:], steps=400)
    how = f"400 steps on 1497 of scikit-learn's digits in colour; {accuracy(network, [x[:300]], labels[:300]):.1%} on the other 300"
    files = []
    for digit, word in enumerate(WORDS):
        (folder / "images" / word).mkdir(parents=True)
        for count, at in enumerate([i for i in range(300) if labels[i] == digit][:6]):
            files.append((at, f"images/{word}/{count}.png"))
            images[at].save(folder / files[-1][1], optimize=True)
    config.save_pretrained(folder)
    preprocessor = {
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": MEAN,
        "image_processor_type": "ViTImageProcessor",
        "image_std": STD,
        "resample": int(Image.Resampling.BILINEAR),
        "rescale_factor": 1 / 255,
        "size": {"height": SIDE, "width": SIDE},
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor, indent=2) + "\n")
    shown = files[::16]
    given = {"pixel_values": x[[at for at, _ in shown]]}
    export(
        f"{name}/onnx/model",
        network,
        given,
        exercises="a Hugging Face folder with images",
        library="transformers",
        dynamo=False,
        opset=17,
        dynamic={"pixel_values": {0: "batch_size", 2: "height", 3: "width"}},
        trained=how,
        data=f"{name}/images",
        source={"files": [path for _, path in shown]},
    )


if __name__ == "__main__":
    text_folder(
        "hf-text", word_pieces, "BertTokenizer", bert, LogitsOfSegments, ("input_ids", "attention_mask", "token_type_ids"), False, 14
    )
    text_folder("hf-text-bpe", byte_pairs, "RobertaTokenizer", roberta, Logits, ("input_ids", "attention_mask"), True, 18)
    image_folder()
