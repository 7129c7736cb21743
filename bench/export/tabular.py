"""Pipelines of scikit-learn and boosted trees on the data that comes with scikit-learn, and on a seeded table with string columns."""

import warnings

import lightgbm
import numpy as np
import pandas
import xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as BoostedFloat
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from assets import ROOT, file_of, record, versions

warnings.filterwarnings("ignore")

HELD = 60


def split(table, target, seed=0):
    order = np.random.default_rng(seed).permutation(len(table))
    test, train = order[:HELD], order[HELD:]
    return table.iloc[train], target.iloc[train], table.iloc[test], target.iloc[test]


def bundled(loader):
    data = loader(as_frame=True)
    names = [name.replace(" ", "_").replace("/", "_per_") for name in data.data.columns]
    return split(
        data.data.set_axis(names, axis=1).astype(np.float32),
        pandas.Series(data.target_names[data.target] if len(data.target_names) < 10 else data.target),
    )


def credit(rows=900, seed=11):
    """A seeded table with strings, integers and reals, and whether a loan is repaid; no real persons."""
    generator = np.random.default_rng(seed)
    housing = generator.choice(["own", "rent", "free"], rows, p=[0.5, 0.35, 0.15])
    purpose = generator.choice(["car", "education", "furniture", "repairs"], rows)
    table = pandas.DataFrame(
        {
            "age": generator.integers(19, 75, rows),
            "amount": np.round(generator.lognormal(8, 0.7, rows), 2).astype(np.float32),
            "months": generator.choice([6, 12, 18, 24, 36, 48], rows),
            "housing": housing,
            "purpose": purpose,
        }
    )
    score = 0.03 * table.age - 0.0002 * table.amount - 0.03 * table.months + 0.8 * (housing == "own") - 0.6 * (purpose == "education")
    noise = generator.logistic(0, 0.4, rows)
    return split(table, pandas.Series(np.where(score - score.median() + noise > 0, "repaid", "default")))


def save_csv(name, table, target):
    """The held-out rows with their labels in a column of its own: data for audits."""
    path = ROOT / "data" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    table.assign(label=target).to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    return f"data/{path.name}"


def save(model, name):
    file_of(name).write_bytes(model.SerializeToString())


def finish(name, pipeline, inputs, features, test, exercises, data, exporter, library, scores=True):
    x, y = test
    accuracy = (np.asarray(pipeline.predict(x)).astype(str) == np.asarray(y).astype(str)).mean()
    labels = np.asarray(pipeline.predict(features))
    probabilities = pipeline.predict_proba(features).astype(np.float32) if scores else None
    record(
        name,
        library=library,
        exporter=exporter,
        exercises=exercises,
        inputs=inputs,
        expected=[labels.astype(object) if labels.dtype.kind in "OUS" else labels.astype(np.int64), probabilities],
        tolerance=2e-5,
        trained=f"on the rows that are not held out; {accuracy:.0%} on the {HELD} held-out rows",
        data=data,
    )


def matrix(name, classifier, parts, data, exercises, zipmap=False, opset=None, options=None):
    """A pipeline over one float matrix."""
    x, y, test, answers = parts
    pipeline = classifier.fit(x.to_numpy(np.float32), y)
    rows = test.to_numpy(np.float32)[:5]
    zipped = {id(pipeline): {"zipmap": zipmap, **(options or {})}}
    save(to_onnx(pipeline, x.to_numpy(np.float32)[:1], options=zipped, target_opset=opset), name)
    inputs = {"X": rows}
    finish(
        name,
        pipeline,
        inputs,
        rows,
        (test.to_numpy(np.float32), answers),
        exercises,
        data,
        "skl2onnx.to_onnx",
        versions("scikit-learn", "skl2onnx"),
    )


def columns(name, pipeline, parts, data, exercises, zipmap, opset=None):
    """A pipeline over one input for each column."""
    x, y, test, answers = parts
    pipeline = pipeline.fit(x, y)
    rows = test.iloc[:5]
    types, inputs = [], {}
    for column in x.columns:
        kind = x[column].dtype.kind
        declared, dtype = {"f": (FloatTensorType, np.float32), "i": (Int64TensorType, np.int64)}.get(kind, (StringTensorType, object))
        types.append((column, declared([None, 1])))
        inputs[column] = rows[[column]].to_numpy(dtype)
    save(to_onnx(pipeline, initial_types=types, options={id(pipeline): {"zipmap": zipmap}}, target_opset=opset), name)
    finish(name, pipeline, inputs, rows, (test, answers), exercises, data, "skl2onnx.to_onnx", versions("scikit-learn", "skl2onnx"))


def on_wine(wine, csv):
    matrix(
        "sklearn-logistic-wine",
        make_pipeline(StandardScaler(), LogisticRegression()),
        wine,
        csv,
        "scaler and logistic regression, string classes, no ZipMap",
    )
    matrix(
        "sklearn-logistic-wine-zipmap",
        make_pipeline(StandardScaler(), LogisticRegression()),
        wine,
        csv,
        "the same with ZipMap (a list of maps)",
        True,
        {"": 15, "ai.onnx.ml": 2},
    )
    columns(
        "sklearn-logistic-wine-columns",
        make_pipeline(StandardScaler(), LogisticRegression()),
        wine,
        csv,
        "one input for each column, ZipMap",
        True,
    )
    matrix(
        "sklearn-mlp-wine",
        make_pipeline(MinMaxScaler(), MLPClassifier((16,), max_iter=800, random_state=0)),
        wine,
        csv,
        "a multi-layer perceptron as MatMul",
        opset={"": 13, "ai.onnx.ml": 1},
    )
    matrix(
        "sklearn-svc-wine",
        make_pipeline(StandardScaler(), SVC(probability=True, random_state=0)),
        wine,
        csv,
        "a support vector machine (SVMClassifier) with probabilities",
    )
    matrix("sklearn-tree-wine", DecisionTreeClassifier(max_depth=4, random_state=0), wine, csv, "one decision tree")
    matrix(
        "sklearn-neighbours-wine",
        make_pipeline(StandardScaler(), KNeighborsClassifier(5)),
        wine,
        csv,
        "nearest neighbours: distances by Scan, TopK",
    )
    matrix("sklearn-bayes-wine", GaussianNB(), wine, csv, "Gaussian naive Bayes: logarithms, ReduceLogSumExp")


def on_cancer(cancer, csv):
    matrix(
        "sklearn-forest-cancer",
        RandomForestClassifier(20, max_depth=5, random_state=0),
        cancer,
        csv,
        "a random forest (TreeEnsembleClassifier)",
    )
    matrix(
        "sklearn-forest-cancer-zipmap",
        RandomForestClassifier(10, max_depth=4, random_state=0),
        cancer,
        csv,
        "a random forest with ZipMap",
        True,
    )
    matrix(
        "sklearn-boosting-cancer",
        GradientBoostingClassifier(n_estimators=25, max_depth=3, random_state=0),
        cancer,
        csv,
        "gradient boosting, two classes",
    )
    calibrated = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression())
    matrix("sklearn-imputed-cancer", calibrated, cancer, csv, "imputation of missing values before the scaler")


def mixed(classifier):
    """Strings one-hot, numbers scaled, then `classifier`."""
    transformer = ColumnTransformer(
        [
            ("text", OneHotEncoder(handle_unknown="ignore"), ["housing", "purpose"]),
            ("numbers", StandardScaler(), ["age", "amount", "months"]),
        ]
    )
    return make_pipeline(transformer, classifier)


def ordinal(classifier):
    transformer = ColumnTransformer(
        [("text", OrdinalEncoder(), ["housing", "purpose"]), ("numbers", "passthrough", ["age", "amount", "months"])]
    )
    return make_pipeline(transformer, classifier)


def on_credit(parts, csv):
    columns(
        "sklearn-columns-credit",
        mixed(LogisticRegression()),
        parts,
        csv,
        "string columns one-hot, integer and real columns scaled, no ZipMap",
        False,
    )
    columns(
        "sklearn-columns-credit-zipmap",
        mixed(LogisticRegression()),
        parts,
        csv,
        "the same with ZipMap, older opsets",
        True,
        {"": 12, "ai.onnx.ml": 1},
    )
    columns(
        "sklearn-columns-forest-credit",
        mixed(RandomForestClassifier(20, max_depth=5, random_state=0)),
        parts,
        csv,
        "string columns before a random forest",
        True,
    )
    columns(
        "sklearn-columns-boosting-credit",
        ordinal(GradientBoostingClassifier(n_estimators=20, random_state=0)),
        parts,
        csv,
        "ordinal codes before gradient boosting",
        False,
    )


def boosted(name, model, convert, parts, data, exercises, library):
    x, y, test, answers = parts
    classes, codes = np.unique(y.astype(str), return_inverse=True)
    model.fit(x.to_numpy(), codes)
    rows = test.to_numpy(np.float32)[:5]
    save(
        convert(model, initial_types=[("input", BoostedFloat([None, x.shape[1]]))], **({"zipmap": False} if library == "lightgbm" else {})),
        name,
    )
    answers = np.searchsorted(classes, answers.astype(str))
    finish(
        name,
        model,
        {"input": rows},
        rows,
        (test.to_numpy(np.float32), answers),
        exercises,
        data,
        "onnxmltools",
        versions(library, "onnxmltools"),
    )


def on_text(rows=400, seed=12):
    """TF-IDF over sentences by template, logistic regression: a string tensor is the only input."""
    generator = np.random.default_rng(seed)
    words = {"praise": ["lovely", "great", "superb", "kind"], "complaint": ["broken", "late", "rude", "awful"]}
    things = ["parcel", "service", "shop", "phone", "lamp"]
    labels = generator.choice(list(words), rows)
    lines = [
        f"the {generator.choice(things)} was {generator.choice(words[label])} and {generator.choice(['i told them', 'that is all', 'i said so'])}"
        for label in labels
    ]
    table = pandas.DataFrame({"text": lines})
    x, y, test, answers = split(table, pandas.Series(labels))
    pipeline = make_pipeline(TfidfVectorizer(token_pattern=r"[a-z]+", lowercase=False), LogisticRegression()).fit(x["text"], y)
    options = {TfidfVectorizer: {"tokenexp": "[a-z]+"}, id(pipeline): {"zipmap": False}}
    save(to_onnx(pipeline, initial_types=[("text", StringTensorType([None, 1]))], options=options), "sklearn-tfidf-text")
    shown = test["text"].to_numpy(object)[:5]
    data = save_csv("reviews", test, answers)
    finish(
        "sklearn-tfidf-text",
        pipeline,
        {"text": shown[:, None]},
        shown,
        (test["text"], answers),
        "Tokenizer and TfIdfVectorizer over a string tensor",
        data,
        "skl2onnx.to_onnx",
        versions("scikit-learn", "skl2onnx"),
    )


def main():
    wine, cancer, loans, digits = bundled(load_wine), bundled(load_breast_cancer), credit(), bundled(load_digits)
    names = {"wine": wine, "cancer": cancer, "credit": loans, "digits": digits}
    csv = {name: save_csv(name, parts[2], parts[3]) for name, parts in names.items()}
    on_wine(wine, csv["wine"])
    on_cancer(cancer, csv["cancer"])
    on_credit(loans, csv["credit"])
    boosted(
        "xgboost-wine",
        xgboost.XGBClassifier(n_estimators=12, max_depth=3),
        convert_xgboost,
        wine,
        csv["wine"],
        "boosted trees, three classes",
        "xgboost",
    )
    boosted(
        "xgboost-cancer",
        xgboost.XGBClassifier(n_estimators=20, max_depth=3),
        convert_xgboost,
        cancer,
        csv["cancer"],
        "boosted trees, two classes",
        "xgboost",
    )
    boosted(
        "lightgbm-digits",
        lightgbm.LGBMClassifier(n_estimators=6, num_leaves=12, verbose=-1),
        convert_lightgbm,
        digits,
        csv["digits"],
        "boosted trees, ten classes",
        "lightgbm",
    )
    on_text()


if __name__ == "__main__":
    main()
