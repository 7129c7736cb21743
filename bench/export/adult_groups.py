"""Trains two small classifiers of UCI Adult for tests of fairness: neither takes sex or race, both decide by what goes with them.

    python bench/export/adult_groups.py $GIBBON_FIXTURES/tabular/adult.data test/assets/tables

Writes adult-income.onnx (logistic regression, one input for each of ten columns, four of them strings) and adult-numbers.onnx
(a network on the six numbers as one matrix, with gradients). The table itself is not kept: tests read it from the fixtures.
Needs pandas, scikit-learn 1.9.1, skl2onnx 1.20.0 (requirements.txt).
"""
import sys
from pathlib import Path

import numpy
import pandas
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

COLUMNS = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship",
    "race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]
NUMBERS = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
TEXTS = ["workclass", "marital-status", "occupation", "relationship"]
OPSET = {"": 17, "ai.onnx.ml": 3}


def read(path):
    table = pandas.read_csv(path, names=COLUMNS, skipinitialspace=True)
    labels = table.pop("income").str.rstrip(".")
    return table.astype({name: "float32" if name in NUMBERS else "object" for name in table.columns}), labels


def main():
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    table, labels = read(data)
    test, truth = read(data.with_name("adult.test"))
    encoder = ColumnTransformer([("numbers", StandardScaler(), NUMBERS), ("texts", OneHotEncoder(handle_unknown="ignore"), TEXTS)])
    income = Pipeline([("columns", encoder), ("model", LogisticRegression(max_iter=2000))]).fit(table[NUMBERS + TEXTS], labels)
    inputs = [(name, FloatTensorType([None, 1])) for name in NUMBERS] + [(name, StringTensorType([None, 1])) for name in TEXTS]
    exported = convert_sklearn(income, initial_types=inputs, target_opset=OPSET, options={id(income): {"zipmap": False}})
    (out / "adult-income.onnx").write_bytes(exported.SerializeToString())
    print("adult-income", income.score(test[NUMBERS + TEXTS], truth))
    selected = income.predict(test[NUMBERS + TEXTS]) == ">50K"
    rate = {sex: selected[(test.sex == sex).to_numpy()].mean() for sex in ("Female", "Male")}
    print("selected among women for each man", rate["Female"] / rate["Male"])  # test/e2e/fairness.test.ts
    matrix = table[NUMBERS].to_numpy(numpy.float32)
    network = MLPClassifier((16,), random_state=0, max_iter=40, early_stopping=True)
    numbers = make_pipeline(StandardScaler(), network).fit(matrix, labels)
    exported = convert_sklearn(numbers, initial_types=[("X", FloatTensorType([None, 6]))], target_opset=OPSET, options={id(numbers): {"zipmap": False}})
    (out / "adult-numbers.onnx").write_bytes(exported.SerializeToString())
    print("adult-numbers", numbers.score(test[NUMBERS].to_numpy(numpy.float32), truth))


if __name__ == "__main__":
    main()
