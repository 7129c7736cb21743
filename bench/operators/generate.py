"""Writes the operator test models of PyPI's onnx package into a folder, seeded: python generate.py folder (pip install -r requirements.txt)."""

import json
import os
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.model import collect_testcases as model_cases
from onnx.backend.test.case.node import collect_testcases as node_cases

SERIALISERS = {"map_type": numpy_helper.from_dict, "sequence_type": numpy_helper.from_list, "optional_type": numpy_helper.from_optional}


def serialised(value, port):
    """One input or output as the protobuf message that the suite's own tool writes."""
    if isinstance(value, TensorProto):
        return value.SerializeToString()
    for kind, serialise in SERIALISERS.items():
        if port.type.HasField(kind):
            return serialise(value, port.name).SerializeToString()
    return numpy_helper.from_array(np.asarray(value), port.name).SerializeToString()


def write(folder, case):
    """model.onnx and test_data_set_*/{input,output}_*.pb of one case; returns why not, where a value cannot be written."""
    path = os.path.join(folder, case.kind, case.name)
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, "model.onnx"), "wb") as file:
        file.write(case.model.SerializeToString())
    for i, (inputs, outputs) in enumerate(case.data_sets):
        at = os.path.join(path, f"test_data_set_{i}")
        os.makedirs(at, exist_ok=True)
        for what, values, ports in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
            for j, value in enumerate(values):
                with open(os.path.join(at, f"{what}_{j}.pb"), "wb") as file:
                    file.write(serialised(value, ports[j]))


def versions():
    """The operator sets in which each operator was defined anew, by qualified name; a deprecation ends the list with 0."""
    found = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        name = schema.name if schema.domain == "" else f"{schema.domain}.{schema.name}"
        found.setdefault(name, []).append((schema.since_version, schema.deprecated))
    return {name: [0 if deprecated else version for version, deprecated in sorted(rows)] for name, rows in sorted(found.items())}


def main():
    folder = sys.argv[1]
    np.random.seed(0)
    warnings.simplefilter("ignore")
    count = 0
    for case in node_cases() + model_cases():
        if case.model is not None:
            write(folder, case)
            count += 1
    data = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data")
    for kind in ("simple", "pytorch-converted", "pytorch-operator"):
        if os.path.isdir(os.path.join(data, kind)):
            shutil.copytree(os.path.join(data, kind), os.path.join(folder, kind), dirs_exist_ok=True)
    with open(os.path.join(folder, "version.txt"), "w") as file:
        file.write(onnx.__version__ + "\n")
    with open(os.path.join(folder, "versions.json"), "w") as file:
        json.dump(versions(), file)
    print(f"onnx {onnx.__version__}: {count} generated cases and the stored ones in {folder}")


main()
