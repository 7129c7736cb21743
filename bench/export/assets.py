"""Where an export goes: the file, what the framework and ONNX Runtime say of a seeded input, and its line in the manifest."""

import base64
import fcntl
import importlib.metadata
import json
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

ROOT = Path(__file__).resolve().parents[2] / "test" / "assets" / "exports"
LARGEST = 300_000

# So that onnxruntime-node 1.30, which the tests run, accepts every file.
NEWEST_IR = 12

# Above this size an exporter's notes on nodes are left out.
NOTED = 50_000

# What no committed file may hold: paths of the exporting machine.
PATHS = [str(ROOT.parents[2]).encode(), b"site-packages", b"/home/", b"/tmp/"]


def session(path, level=onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def packed(array):
    """An array as JSON: little-endian bytes, deflated (zlib), in base64; strings as they are."""
    array = np.asarray(array)
    if array.dtype.kind in "OUS":
        return {"type": "string", "shape": list(array.shape), "strings": [str(s) for s in array.ravel()]}
    array = np.ascontiguousarray(array)
    return {"type": str(array.dtype), "shape": list(array.shape), "deflated": base64.b64encode(zlib.compress(array.tobytes(), 9)).decode()}


def unpacked(value):
    """The numbers of a packed array."""
    return np.frombuffer(zlib.decompress(base64.b64decode(value["deflated"])), value["type"]).reshape(value["shape"])


def packed_output(value):
    """Also the answer of a ZipMap: a list of maps from class to score becomes keys and a matrix."""
    if isinstance(value, list):
        keys = list(value[0])
        scores = np.array([[row[key] for key in keys] for row in value], np.float32)
        return {"keys": [str(key) for key in keys], **packed(scores)}
    return packed(value)


def difference(a, b):
    """The largest absolute difference of two packed outputs; for strings and integers 0 or infinite."""
    if a["type"] == "string":
        return 0.0 if a["strings"] == b["strings"] else float("inf")
    first, second = (unpacked(p).astype(np.float64) for p in (a, b))
    return float(np.abs(first - second).max(initial=0)) if first.shape == second.shape else float("inf")


def spread(outputs):
    """How much a real output differs between the rows, for whoever exports: 0 means that the network ignores its input."""
    arrays = [unpacked(o) for o in outputs if o["type"].startswith("float")]
    return " ".join(f"{np.ptp(a.reshape(len(a), -1), axis=0).max(initial=0):.2g}/{np.abs(a).max(initial=0):.2g}" for a in arrays)


def walk(graph, visit):
    """Calls `visit` for a graph, or function, and for all nodes and graphs inside."""
    visit(graph)
    for node in graph.node:
        visit(node)
        for attribute in node.attribute:
            for inner in [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]:
                walk(inner, visit)


def without_notes(thing, every):
    """Removes stack traces of the exporting machine, and in large files every note of the exporter: they are half the file."""
    kept = [] if every else [(p.key, p.value) for p in thing.metadata_props if not p.key.endswith("stack_trace")]
    del thing.metadata_props[:]
    for key, value in kept:
        thing.metadata_props.add(key=key, value=value)


def operators(model):
    """How often each operator occurs, subgraphs and functions included."""
    count = Counter()

    def visit(thing):
        if isinstance(thing, onnx.NodeProto):
            count[f"{thing.domain}.{thing.op_type}" if thing.domain not in ("", "ai.onnx") else thing.op_type] += 1

    for part in [model.graph, *model.functions]:
        walk(part, visit)
    return dict(sorted(count.items()))


def port(value):
    tensor = value.type.tensor_type
    kind = value.type.WhichOneof("value")
    if kind != "tensor_type":
        return {"name": value.name, "type": kind.removesuffix("_type")}
    shape = [d.dim_value if d.HasField("dim_value") else d.dim_param or None for d in tensor.shape.dim]
    return {"name": value.name, "type": onnx.TensorProto.DataType.Name(tensor.elem_type).lower(), "shape": shape}


def versions(*packages):
    return {package: importlib.metadata.version(package) for package in packages}


def prepared(path):
    """The model at `path`, its IR version one that the tests' runtime reads, and without traces of the exporting machine."""
    model = onnx.load(path, load_external_data=False)
    every = model.ByteSize() > NOTED
    without_notes(model, False)
    for part in [model.graph, *model.functions]:
        walk(part, lambda thing: without_notes(thing, every))
    model.ir_version = min(model.ir_version, NEWEST_IR)
    onnx.save(model, path)
    assert not (found := [p for p in PATHS if p in path.read_bytes()]), f"{path.name} names {found}"
    return model


def file_of(name):
    path = ROOT / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def record(name, *, library, exporter, exercises, inputs, expected=None, tolerance=1e-4, trained=None, data=None, source=None):
    """Checks the file `name`.onnx, and writes its expected outputs and its line in the manifest.

    `expected`: the framework's outputs in the order of the model's, None for an output that it does not have.
    `source`: what the inputs were made from (texts, image files), for tests of tokenisers and preprocessing.
    `tolerance`: the largest absolute difference that is allowed between the framework and ONNX Runtime.
    """
    path = file_of(name)
    model = prepared(path)
    size = path.stat().st_size
    assert size < LARGEST, f"{name} has {size} bytes"
    outputs = [packed_output(v) for v in session(path).run(None, inputs)]
    names = [value.name for value in model.graph.output]
    framework = {n: packed(np.asarray(v)) for n, v in zip(names, expected or []) if v is not None}
    apart = {n: difference(value, outputs[names.index(n)]) for n, value in framework.items()}
    assert all(d <= tolerance for d in apart.values()), f"{name}: framework and runtime differ by {apart}"
    answer = {
        **({"source": source} if source else {}),
        "inputs": {n: packed(v) for n, v in inputs.items()},
        "framework": framework,
        "onnxruntime": dict(zip(names, outputs)),
    }
    (ROOT / "expected").mkdir(exist_ok=True)
    target = ROOT / "expected" / f"{name.replace('/', '-')}.json"
    target.write_text(json.dumps(answer, separators=(",", ":")) + "\n")
    constants = {c.name for c in model.graph.initializer}
    add_line(
        {
            "name": name,
            "file": f"{name}.onnx",
            "expected": f"expected/{target.name}",
            "bytes": size,
            "library": library,
            "exporter": exporter,
            "ir": model.ir_version,
            "opsets": {s.domain or "ai.onnx": s.version for s in model.opset_import},
            "inputs": [port(v) for v in model.graph.input if v.name not in constants],
            "outputs": [port(v) for v in model.graph.output],
            "exercises": exercises,
            "operators": operators(model),
            "differs": max(apart.values(), default=None),
            "tolerance": tolerance,
            **({"trained": trained} if trained else {}),
            **({"data": data} if data else {}),
        }
    )
    print(spread(outputs), end=" ")
    print(f"{name:32} {size:7} bytes, opset {model.opset_import[0].version}, differs by {max(apart.values(), default=float('nan')):.1e}")


def add_line(line):
    """Adds or replaces a line of the manifest; several scripts may do so at a time."""
    path = ROOT / "manifest.json"
    with open(path, "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        known = json.loads(file.read() or '{"exports": []}')["exports"]
        lines = sorted([*(other for other in known if other["name"] != line["name"]), line], key=lambda each: each["name"])
        each = ",\n".join(json.dumps(one) for one in lines)
        file.truncate(0)
        file.write(f'{{"onnxruntime": "{onnxruntime.__version__}", "exports": [\n{each}\n]}}\n')
