"""An ONNX graph as a PyTorch module, for the operators of the benchmark's models; anything else is refused by name.

Constants are folded once at load (so uint8 weights are dequantised once), weights carry no gradient, and a value is dropped after its last use.
"""

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper


def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def split_pads(pads, rank=2):
    """ONNX pads [begin..., end...] as (symmetric or None, F.pad list)."""
    begin, end = pads[:rank], pads[rank:]
    flat = [p for axis in reversed(range(rank)) for p in (begin[axis], end[axis])]
    return (tuple(begin) if list(begin) == list(end) else None), flat


def refuse_auto_pad(op, a):
    if a.get("auto_pad", b"NOTSET") != b"NOTSET":
        raise NotImplementedError(f"{op} with auto_pad {a['auto_pad']}")


def conv(a):
    refuse_auto_pad("Conv", a)
    symmetric, flat = split_pads(a.get("pads", [0, 0, 0, 0]))
    stride, dilation, group = tuple(a.get("strides", (1, 1))), tuple(a.get("dilations", (1, 1))), a.get("group", 1)
    if symmetric is not None:
        return lambda x, w, b=None: F.conv2d(x, w, b, stride, symmetric, dilation, group)
    return lambda x, w, b=None: F.conv2d(F.pad(x, flat), w, b, stride, 0, dilation, group)


def pool(a, op, function):
    refuse_auto_pad(op, a)
    symmetric, _ = split_pads(a.get("pads", [0, 0, 0, 0]))
    if symmetric is None or a.get("ceil_mode", 0) or any(d != 1 for d in a.get("dilations", [1, 1])):
        raise NotImplementedError(f"{op} with {a}")
    if op == "AveragePool" and any(symmetric) and not a.get("count_include_pad", 0):
        raise NotImplementedError(f"{op} with {a}")
    kernel, stride = tuple(a["kernel_shape"]), tuple(a.get("strides", (1, 1)))
    return lambda x: function(x, kernel, stride, symmetric)


def gemm(a):
    alpha, beta, trans_a, trans_b = a.get("alpha", 1.0), a.get("beta", 1.0), a.get("transA", 0), a.get("transB", 0)
    if alpha == beta == 1.0 and not trans_a and trans_b:
        return lambda x, w, b=None: F.linear(x, w, b)

    def general(x, w, b=None):
        y = alpha * ((x.t() if trans_a else x) @ (w.t() if trans_b else w))
        return y if b is None else y + beta * b

    return general


def reshape(a):
    def run(x, shape):
        sizes = [int(s) for s in shape]
        return x.reshape([x.shape[i] if s == 0 and not a.get("allowzero", 0) else s for i, s in enumerate(sizes)])

    return run


def slice_(a):
    def run(x, starts, ends, axes=None, steps=None):
        rank = x.dim()
        axes = range(rank) if axes is None else axes.tolist()
        steps = [1] * len(starts) if steps is None else steps.tolist()
        index, flips = [slice(None)] * rank, []
        for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps):
            if step > 0:
                index[axis] = slice(start, end, step)
            elif step == -1 and start == -1 and end <= -x.shape[axis] - 1:
                flips.append(axis)
            else:
                raise NotImplementedError(f"Slice with start {start}, end {end}, step {step}")
        return x[tuple(index)].flip(flips) if flips else x[tuple(index)]

    return run


def pad(a):
    if a.get("mode", b"constant") != b"constant":
        raise NotImplementedError(f"Pad with mode {a['mode']}")

    def run(x, pads, value=None):
        sizes = [int(p) for p in pads]
        rank = len(sizes) // 2
        return F.pad(x, split_pads(sizes, rank)[1], value=0.0 if value is None else float(value))

    return run


def clip(x, low=None, high=None):
    if low is not None and high is not None:
        return F.hardtanh(x, float(low), float(high))
    return torch.clamp(x, None if low is None else float(low), None if high is None else float(high))


def dequantize(a):
    def run(x, scale, zero=None):
        axis = a.get("axis", 1)
        if scale.dim() == 1 and scale.numel() > 1:
            shape = [-1 if i == axis else 1 for i in range(x.dim())]
            scale, zero = scale.reshape(shape), None if zero is None else zero.reshape(shape)
        return (x.to(torch.int32) - (0 if zero is None else zero.to(torch.int32))).to(torch.float32) * scale

    return run


def cast(a):
    dtype = {1: torch.float32, 6: torch.int32, 7: torch.int64, 11: torch.float64}[a["to"]]
    return lambda x: x.to(dtype)


def constant_of_shape(a):
    value = torch.from_numpy(numpy_helper.to_array(a["value"]).copy()) if "value" in a else torch.zeros(1)
    return lambda shape: value.expand([int(s) for s in shape]).clone()


def unsqueeze(x, axes):
    for axis in sorted(axes.tolist()):
        x = x.unsqueeze(axis)
    return x


# Shapes stay small tensors, so that the batch size remains free.
RULES = {
    "Add": lambda a: torch.add,
    "AveragePool": lambda a: pool(a, "AveragePool", F.avg_pool2d),
    "Cast": cast,
    "Clip": lambda a: clip,
    "Concat": lambda a: lambda *xs: torch.cat(xs, a["axis"]),
    "ConstantOfShape": constant_of_shape,
    "Conv": conv,
    "DequantizeLinear": dequantize,
    "Div": lambda a: torch.div,
    "Flatten": lambda a: lambda x: x.flatten(a.get("axis", 1)) if a.get("axis", 1) == 1 else x.reshape(int(np.prod(x.shape[: a["axis"]])), -1),
    "Gather": lambda a: lambda x, i: x.index_select(a.get("axis", 0), i.reshape(-1)).reshape(x.shape[: a.get("axis", 0)] + i.shape + x.shape[a.get("axis", 0) + 1 :]),
    "Gemm": gemm,
    "GlobalAveragePool": lambda a: lambda x: F.adaptive_avg_pool2d(x, 1),
    "MaxPool": lambda a: pool(a, "MaxPool", F.max_pool2d),
    "Mul": lambda a: torch.mul,
    "Pad": pad,
    "Relu": lambda a: F.relu,
    "Reshape": reshape,
    "Shape": lambda a: lambda x: torch.tensor(x.shape, dtype=torch.int64),
    "Slice": slice_,
    "Sub": lambda a: torch.sub,
    "Transpose": lambda a: lambda x: x.permute(a["perm"]),
    "Unsqueeze": lambda a: unsqueeze,
}


class OnnxModule(torch.nn.Module):
    """Runs the graph's nodes in order; weights have no gradient."""

    def __init__(self, path, channels_last=False):
        super().__init__()
        graph = onnx.load(path).graph
        constants = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
        self.input = next(i.name for i in graph.input if i.name not in constants)
        self.output = graph.output[0].name
        unknown = sorted({n.op_type for n in graph.node if n.op_type not in RULES and n.op_type != "Constant"})
        if unknown:
            raise NotImplementedError(f"{path}: no PyTorch rule for {', '.join(unknown)}")
        nodes = [n for n in graph.node if not self.fold(n, constants)]
        last_use = {name: i for i, n in enumerate(nodes) for name in n.input}
        self.plan = []
        self.weights = torch.nn.ParameterList()  # so that a peer finds the device
        for i, node in enumerate(nodes):
            arguments = [(name, self.frozen(constants.get(name), channels_last)) for name in node.input]
            dead = [n for n in set(node.input) if last_use[n] == i and n not in constants and n != self.output]
            self.plan.append((RULES[node.op_type](attributes(node)), arguments, node.output[0], dead))
        self.eval()

    def frozen(self, constant, channels_last):
        """A constant as a weight without gradient; anything else unchanged."""
        if constant is None or not constant.is_floating_point():
            return constant
        if channels_last and constant.dim() == 4:
            constant = constant.contiguous(memory_format=torch.channels_last)
        self.weights.append(torch.nn.Parameter(constant, requires_grad=False))
        return self.weights[-1]

    @staticmethod
    def fold(node, constants):
        """Evaluates a node of constants; True where that was possible."""
        if node.op_type == "Constant":
            constants[node.output[0]] = torch.from_numpy(numpy_helper.to_array(attributes(node)["value"]).copy())
            return True
        if not all(name in constants or name == "" for name in node.input):
            return False
        constants[""] = None
        constants[node.output[0]] = RULES[node.op_type](attributes(node))(*[constants[name] for name in node.input])
        return True

    def forward(self, x):
        values = {self.input: x, "": None}
        for function, arguments, output, dead in self.plan:
            values[output] = function(*[values[name] if constant is None else constant for name, constant in arguments])
            for name in dead:
                values.pop(name, None)
        return values[self.output]
