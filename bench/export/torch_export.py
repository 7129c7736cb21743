"""Exports a PyTorch module with one of PyTorch's two exporters, and records what the module answers."""

import warnings

import numpy as np
import torch

from assets import file_of, record, versions

warnings.filterwarnings("ignore")

# One thread: the sums of training are then in one order.
torch.set_num_threads(1)


def seeded(make, seed=0):
    """A module with random weights, none of them trivial: zeros, ones and tiny scales would hide operators and branches."""
    torch.manual_seed(seed)
    model = make()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.numel() < 2 or parameter.std() > 1e-3:
                continue
            size = parameter.abs().max()
            if size == 0:
                parameter.normal_(0, 0.05)
            else:
                parameter.copy_((0.3 if size < 1e-3 else parameter) * (1 + 0.3 * torch.randn_like(parameter)))
    return model


def gratings(rows, side=32, seed=1, classes=10):
    """Coloured gratings on the 8-bit grid in [0, 1], and their labels: a class is an orientation; phase, colours and noise are random."""
    generator = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    angle = (np.pi * labels / classes)[:, None, None]
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    wave = np.sin((np.cos(angle) * across + np.sin(angle) * down) * 0.9 + generator.uniform(0, 2 * np.pi, (rows, 1, 1)))
    colour, base = generator.uniform(0.15, 0.4, (rows, 3, 1, 1)), generator.uniform(0.4, 0.6, (rows, 3, 1, 1))
    images = base + colour * wave[:, None] + generator.normal(0, 0.08, (rows, 3, side, side))
    return torch.from_numpy((images.clip(0, 1) * 255).round().astype(np.float32) / 255), torch.from_numpy(labels)


def taught(model, inputs, labels, steps=120, size=32, rate=2e-3, seed=0):
    """The module after some steps of Adam: its outputs depend on its inputs, and its batch normalisation has seen data."""
    torch.manual_seed(seed)
    optimiser = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=rate)
    model.train()
    for _ in range(steps):
        rows = torch.randint(len(labels), (size,))
        loss = torch.nn.functional.cross_entropy(first(model(*(value[rows] for value in inputs))), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    return settled(model, [value[:256] for value in inputs])


def settled(model, inputs):
    """The module with statistics of batch normalisation from these inputs: some networks' momentum is too small for a short training."""
    for layer in model.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            layer.reset_running_stats()
            layer.momentum = None
    with torch.no_grad():
        model(*inputs)
    return model.eval()


def accuracy(model, inputs, labels):
    with torch.no_grad():
        return float((first(model.eval()(*inputs)).argmax(1) == labels).float().mean())


def first(outputs):
    return tensors(outputs)[0]


def tensors(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    values = outputs.values() if hasattr(outputs, "values") else outputs
    return [tensor for value in values if value is not None for tensor in tensors(value)]


def export(
    name,
    model,
    inputs,
    *,
    exercises,
    dynamo,
    opset,
    library="torch",
    output_names=("logits",),
    dynamic=None,
    tolerance=1e-4,
    keep=None,
    **more,
):
    """`inputs`: named examples; `dynamic`: free dimensions by input, else the batch alone; `keep`: keywords of the exporter."""
    model.eval()
    names = list(inputs)
    with torch.no_grad():
        expected = [tensor.numpy() for tensor in tensors(model(*inputs.values()))]
    axes = dynamic if dynamic is not None else {n: {0: "batch"} for n in names}
    given = tuple(inputs.values())
    common = {"input_names": names, "output_names": list(output_names), "opset_version": opset, "verbose": False, **(keep or {})}
    path = str(file_of(name))
    if dynamo:
        shapes = tuple({d: torch.export.Dim.DYNAMIC for d in axes.get(n, {})} for n in names)
        torch.onnx.export(model, given, path, dynamo=True, dynamic_shapes=shapes, **{"external_data": False, **common})
    else:
        torch.onnx.export(model, given, path, dynamo=False, dynamic_axes=axes, **common)
    record(
        name,
        library=versions("torch") | (versions(library) if library != "torch" else {}),
        exporter=f"torch.onnx.export, {'torch.export (dynamo)' if dynamo else 'TorchScript'}",
        exercises=exercises,
        inputs={n: value.numpy() for n, value in inputs.items()},
        expected=expected,
        tolerance=tolerance,
        **more,
    )


def tokens(rows, length, size, seed=2):
    """Random token ids, and a mask of 1 that ends earlier in every later row."""
    generator = np.random.default_rng(seed)
    ids = generator.integers(5, size, (rows, length))
    mask = np.ones((rows, length), np.int64)
    for row in range(1, rows):
        mask[row, length - 2 * row :] = 0
    return torch.from_numpy(ids * mask), torch.from_numpy(mask)
