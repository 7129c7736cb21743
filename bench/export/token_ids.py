"""Records the token ids of Hugging Face's tokenizers library for difficult texts (test/assets/tokens.json), by the tokenisers of the exports."""

import json

import tokenizers

from assets import ROOT

CUT = 48
FOLDERS = ("hf-text", "hf-text-bpe")
PATH = ROOT.parent / "tokens.json"


def recorded(folder, texts):
    tokenizer = tokenizers.Tokenizer.from_file(str(ROOT / folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    whole = [tokenizer.encode(text) for text in texts]
    tokenizer.enable_truncation(CUT)
    cut = [tokenizer.encode(text).ids for text in texts]
    size = tokenizer.get_vocab_size(with_added_tokens=False)
    return {"ids": [each.ids for each in whole], "types": [each.type_ids for each in whole], "cut48": cut, "vocabulary": size}


def main():
    texts = json.loads(PATH.read_text())["texts"]
    source = f"tokenizers {tokenizers.__version__}, Tokenizer.from_file(...).encode(text)"
    PATH.write_text(json.dumps({"source": source, "texts": texts, **{name: recorded(name, texts) for name in FOLDERS}}) + "\n")


if __name__ == "__main__":
    main()
