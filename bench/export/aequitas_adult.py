"""Group metrics of Aequitas on its own sample of Adult predictions, as expected values of test/conformance/fairness.test.ts.

    python bench/export/aequitas_adult.py $GIBBON_FIXTURES/tabular/adult_rf_binary_aequitas.csv > test/assets/fairness/adult-aequitas.json

Needs aequitas 1.1.0 and pandas. Aequitas counts the score 1 as positive; disparities are to the largest group of each attribute.
"""
import json
import sys
from importlib.metadata import version

import pandas
from aequitas.bias import Bias
from aequitas.group import Group

FIGURES = [
    "group_size", "tp", "fp", "fn", "tn", "tpr", "fpr", "fnr", "tnr", "precision", "fdr", "for", "npv", "pprev", "prev",
    "pprev_disparity", "tpr_disparity", "fpr_disparity", "fnr_disparity", "precision_disparity", "fdr_disparity", "for_disparity",
]


def main():
    table = pandas.read_csv(sys.argv[1])
    crosstabs, _ = Group().get_crosstabs(table.drop(columns=["entity_id"]), attr_cols=["gender", "race"])
    found = Bias().get_disparity_major_group(crosstabs, original_df=table, alpha=0.05)
    groups = [
        {"attribute": row["attribute_name"], "group": row["attribute_value"], **{name: float(row[name]) for name in FIGURES}}
        for _, row in found.iterrows()
    ]
    json.dump({"source": f"aequitas {version('aequitas')}, Group.get_crosstabs and Bias.get_disparity_major_group", "groups": groups}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
