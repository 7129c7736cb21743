"""Trains classifiers of UCI Adult and exports them as ONNX: pipelines with string columns, one input per column, and a network on numbers.

    python bench/export/adult.py $GIBBON_FIXTURES/tabular/adult.data OUT [--estimators 200]

Writes OUT/adult-lightgbm.onnx (15 columns but the label as 14 inputs), OUT/adult-logistic.onnx (the same with a linear model)
and OUT/adult-forest.onnx (random forest on the six numbers as one matrix). Nothing is written beside them: audit them on adult.test.
Needs scikit-learn, pandas, skl2onnx, lightgbm, onnxmltools (versions: requirements.txt).
"""
import argparse
from pathlib import Path

import pandas
from lightgbm import LGBMClassifier
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from pandas.api.types import is_numeric_dtype
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

COLUMNS = [
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship",
    "race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
]
OPSET = {"": 17, "ai.onnx.ml": 3}


def register_lightgbm():
    update_registered_converter(
        LGBMClassifier, "LightGbmLGBMClassifier", calculate_linear_classifier_output_shapes, convert_lightgbm,
        options={"nocl": [True, False], "zipmap": [True, False, "columns"]},
    )


def inputs_of(frame):
    """One input [N, 1] for each column."""
    return [
        (name, FloatTensorType([None, 1]) if is_numeric_dtype(dtype) else StringTensorType([None, 1]))
        for name, dtype in frame.dtypes.items()
    ]


def save(path, model):
    path.write_bytes(model.SerializeToString())
    print(path, path.stat().st_size)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--estimators", type=int, default=200)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    table = pandas.read_csv(given.data, names=COLUMNS, skipinitialspace=True)
    labels = table.pop("income")
    numeric = [name for name, dtype in table.dtypes.items() if is_numeric_dtype(dtype)]
    types = {name: "float32" if name in numeric else "object" for name in table.columns}
    table = table.astype(types)
    strings = [name for name in table.columns if name not in numeric]
    register_lightgbm()
    encoder = lambda scaler: ColumnTransformer([("numbers", scaler, numeric), ("texts", OneHotEncoder(handle_unknown="ignore"), strings)])
    boosted = Pipeline([("columns", encoder("passthrough")), ("model", LGBMClassifier(n_estimators=given.estimators, random_state=0, verbose=-1))])
    boosted.fit(table, labels)
    save(given.out / "adult-lightgbm.onnx", convert_sklearn(boosted, initial_types=inputs_of(table), target_opset=OPSET))
    linear = Pipeline([("columns", encoder(StandardScaler())), ("model", LogisticRegression(max_iter=2000))])
    linear.fit(table, labels)
    save(given.out / "adult-logistic.onnx", convert_sklearn(linear, initial_types=inputs_of(table), target_opset=OPSET, options={id(linear): {"zipmap": False}}))
    forest = RandomForestClassifier(n_estimators=30, max_depth=8, random_state=0).fit(table[numeric].to_numpy(), labels)
    save(given.out / "adult-forest.onnx", convert_sklearn(forest, initial_types=[("X", FloatTensorType([None, len(numeric)]))], target_opset=OPSET))
    test = given.data.with_name("adult.test")
    if test.exists():
        held = pandas.read_csv(test, names=COLUMNS, skipinitialspace=True)
        truth = held.pop("income").str.rstrip(".")
        held = held.astype(types)
        print("test accuracy: boosted", boosted.score(held, truth), "linear", linear.score(held, truth), "forest", forest.score(held[numeric].to_numpy(), truth))


if __name__ == "__main__":
    main()
