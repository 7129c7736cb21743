"""Trains a spam filter on the SMS Spam Collection and exports it as ONNX with a string input, by scikit-learn and skl2onnx.

    python bench/export/sms.py $GIBBON_FIXTURES/text/SMSSpamCollection.tsv OUT

Writes OUT/sms.onnx (TF-IDF and logistic regression, input [N, 1] of strings) and OUT/sms-test.tsv (the messages that it has not seen).
Nothing else is written: audit the one on the other. Needs scikit-learn and skl2onnx (versions: requirements.txt).
"""
import argparse
from pathlib import Path

from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("out", type=Path)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rows = [line.split("\t", 1) for line in given.data.read_text(encoding="utf-8").splitlines()[1:]]
    train, test = train_test_split(rows, test_size=1000, random_state=0, stratify=[label for label, _ in rows])
    # Lower case would need ONNX Runtime's StringNormalizer, and with it a locale that slim systems lack.
    vectoriser = TfidfVectorizer(lowercase=False, token_pattern="[a-zA-Z0-9]+", max_features=3000)
    model = make_pipeline(vectoriser, LogisticRegression(C=30))
    model.fit([text for _, text in train], [label for label, _ in train])
    print("accuracy", model.score([text for _, text in test], [label for label, _ in test]))
    exported = to_onnx(
        model, initial_types=[("text", StringTensorType([None, 1]))], options={"zipmap": False}, target_opset={"": 17, "ai.onnx.ml": 3}
    )
    (given.out / "sms.onnx").write_bytes(exported.SerializeToString())
    (given.out / "sms-test.tsv").write_text("Label\tSMS\n" + "".join(f"{label}\t{text}\n" for label, text in test), encoding="utf-8")


main()
