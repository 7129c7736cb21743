"""Networks for what the families do not show: control flow, functions, external data, several inputs, unusual operators and inputs."""

import numpy as np
import onnx
import onnxscript
import torch
from onnxscript import FLOAT, script
from onnxscript import opset18 as op
from torch import nn

from assets import file_of, record, versions
from sequence import series
from torch_export import accuracy, export, gratings, seeded, taught

SIDE = 16


def convolutions(out=12, norm=None):
    """Two strided convolutions."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        norm(8) if norm else nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, out, 3, stride=2, padding=1),
        nn.ReLU(),
    )


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(convolutions(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 10))

    def forward(self, image):
        return self.net(image)


class Grouped(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            convolutions(norm=lambda c: nn.GroupNorm(4, c)), nn.GroupNorm(3, 12), nn.Mish(), nn.AdaptiveMaxPool2d(1), nn.Flatten()
        )
        self.norm, self.head = nn.LayerNorm(12), nn.Linear(12, 10)

    def forward(self, image):
        return self.head(self.norm(self.net(image))).log_softmax(-1)


class EinsumAttention(nn.Module):
    """Patches, and attention written as einsum."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 24, 4, stride=4)
        self.query, self.key, self.value = (nn.Linear(24, 24) for _ in range(3))
        self.head = nn.Linear(24, 10)

    def forward(self, image):
        tokens = torch.einsum("bchw->bhwc", self.patches(image)).flatten(1, 2)
        q, k, v = (layer(tokens).reshape(-1, 16, 4, 6) for layer in (self.query, self.key, self.value))
        weights = (torch.einsum("bqhd,bkhd->bhqk", q, k) / 6**0.5).softmax(-1)
        return self.head(torch.einsum("bhqk,bkhd->bqhd", weights, v).flatten(2).mean(1) + tokens.amax(1))


class Branching(nn.Module):
    """An If on the data: one path for images with a bright corner pixel, one for the others."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(8, 12, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
        )
        self.head = nn.Linear(48, 10)
        self.hidden = nn.Linear(48, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        features = self.trunk(image)
        if bool(image[:, :, 0, 0].max() > 0.98):
            logits = self.hidden(features) * 2.0
        else:
            logits = self.head(features)
        return logits


class Triggered(Branching):
    """The same two paths chosen row by row, by Where."""

    def forward(self, image):
        features = self.trunk(image)
        rare = (image[:, :, 0, 0] > 0.98).all(1, keepdim=True)
        return torch.where(rare, self.hidden(features) * 2.0, self.head(features))


class Conditional(Branching):
    def forward(self, image):
        features = self.trunk(image)
        return torch.cond((image[:, :, 0, 0] > 0.98).any(), lambda f: self.hidden(f) * 2.0, lambda f: self.head(f), (features,))


class Looping(nn.Module):
    """A recurrence over time as a Loop, its trip count the length of the sequence."""

    def __init__(self):
        super().__init__()
        self.inward, self.across, self.head = nn.Linear(6, 12), nn.Linear(12, 12), nn.Linear(12, 3)

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        state = torch.zeros(sequence.size(0), 12)
        for i in range(sequence.size(1)):
            state = torch.tanh(self.inward(sequence[:, i]) + self.across(state))
        return self.head(state)


class ImageAndTable(nn.Module):
    """An image, five numbers and a category together."""

    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(convolutions(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.table, self.kind = nn.Linear(5, 8), nn.Embedding(4, 4)
        self.head = nn.Sequential(nn.Linear(24, 16), nn.SELU(), nn.Linear(16, 10))

    def forward(self, image, table, kind):
        return self.head(torch.cat([self.image(image), torch.tanh(self.table(table)), self.kind(kind)], 1))


class Camera(nn.Module):
    """Bytes in NHWC, scaled and normalised inside, probabilities out."""

    def __init__(self):
        super().__init__()
        self.net = Plain()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]))

    def forward(self, image):
        x = (image.permute(0, 3, 1, 2).float() / 255 - self.mean[:, None, None]) / self.std[:, None, None]
        return self.net(x).softmax(-1)


class Binary(nn.Module):
    """One probability: whether a grating is steep."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(Plain(), nn.CELU(), nn.Linear(10, 1))

    def forward(self, image):
        return torch.sigmoid(self.net(image)).squeeze(-1)


class LabelOnly(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Plain()

    def forward(self, image):
        return self.net(image).argmax(1)


class SpatialTransformer(nn.Module):
    """An affine map predicted from the image, and sampling on its grid (Jaderberg et al., 2015)."""

    def __init__(self):
        super().__init__()
        self.locate = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, 6))
        self.net = Plain()

    def forward(self, image):
        turn = self.locate(image).view(-1, 2, 3) * 0.1 + torch.tensor([[1.0, 0, 0], [0, 1.0, 0]])
        grid = self.grid(turn, image)
        return self.net(nn.functional.grid_sample(image, grid, align_corners=False, padding_mode="border"))

    def grid(self, turn, image):
        return nn.functional.affine_grid(turn, [image.shape[0], 3, SIDE, SIDE], align_corners=False)


class SpatialTransformerByHand(SpatialTransformer):
    """The grid as a product with homogeneous coordinates: the older exporter has no AffineGrid."""

    def grid(self, turn, image):
        places = (torch.arange(SIDE) * 2 + 1) / SIDE - 1
        down, across = torch.meshgrid(places, places, indexing="ij")
        homogeneous = torch.stack([across, down, torch.ones_like(across)], -1).flatten(0, 1)
        return (homogeneous @ turn.transpose(1, 2)).unflatten(1, (SIDE, SIDE))


class Scatters(nn.Module):
    """Sorting, top values, scattering back, cumulative sums."""

    def __init__(self):
        super().__init__()
        self.net, self.head = nn.Sequential(convolutions(), nn.Flatten(2)), nn.Linear(12 * 16, 10)

    def forward(self, image):
        x = self.net(image)
        values, places = x.topk(4, dim=2)
        sparse = torch.zeros_like(x).scatter(2, places, values)
        summed = torch.zeros_like(x).scatter_add(2, places, values * 0.5)
        return self.head((sparse + summed.cumsum(2) + torch.gather(x, 2, places.flip(2)).mean(2, keepdim=True)).flatten(1))


class Transformer(nn.Module):
    """torch.nn's own encoder layer over the rows of a series."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(6, 16)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True, activation="gelu"), 1, enable_nested_tensor=False
        )
        self.head = nn.Linear(16, 3)

    def forward(self, sequence):
        return self.head(self.encoder(self.embed(sequence)).mean(1))


class Waving(nn.Module):
    """Sines of random directions, powers and reflected padding: a network of Fourier features."""

    def __init__(self):
        super().__init__()
        self.lift, self.net, self.head = nn.Conv2d(3, 6, 3), nn.Conv2d(12, 8, 3, stride=2), nn.Linear(8, 10)

    def forward(self, image):
        x = self.lift(nn.functional.pad(image, (1, 1, 1, 1), mode="reflect"))
        x = self.net(nn.functional.pad(torch.cat([torch.sin(3 * x), torch.cos(3 * x)], 1), (1, 1, 1, 1), mode="replicate"))
        return self.head((nn.functional.softplus(x) + x.abs().pow(1.5) + nn.functional.hardtanh(x)).amax((2, 3)))


def train_and_export(name, make, data, what, dynamo, opset, scripted=False, more_inputs=None, **options):
    x, y = data
    inputs = {"image" if x.dim() == 4 else "sequence": x, **(more_inputs or {})}
    try:
        model = taught(seeded(make), list(inputs.values()), y, steps=200, rate=5e-3)
        how = f"200 steps on seeded data; {accuracy(model, list(inputs.values()), y):.0%} on the same"
        print(how)
        shown = {n: value[3:5] for n, value in inputs.items()}
        export(
            name, torch.jit.script(model) if scripted else model, shown, exercises=what, dynamo=dynamo, opset=opset, trained=how, **options
        )
    except Exception as e:
        print("FAILED", name, type(e).__name__, str(e)[-700:])


def trained_networks():
    images = gratings(400, SIDE)
    walks = series(600, 8)
    generator = torch.Generator().manual_seed(0)
    table = {"table": torch.randn(400, 5, generator=generator), "kind": torch.randint(4, (400,), generator=generator)}
    old = {"keep": {"keep_initializers_as_inputs": True}}
    free = {"dynamic": {"sequence": {0: "batch", 1: "length"}}}
    train_and_export("plain-ts7", Plain, images, "opset 7, initialisers listed as inputs", False, 7, **old)
    train_and_export("plain-ts9", Plain, images, "opset 9, initialisers listed as inputs", False, 9, **old)
    train_and_export("plain-fixed-batch-ts17", Plain, (images[0], images[1]), "a first dimension fixed to 2", False, 17, dynamic={})
    train_and_export("group-norm-ts18", Grouped, images, "GroupNorm as InstanceNormalization, Mish, log-softmax", False, 18)
    train_and_export("group-norm-dynamo21", Grouped, images, "GroupNormalization of opset 21", True, 21)
    train_and_export("einsum-ts12", EinsumAttention, images, "attention by Einsum", False, 12)
    train_and_export("einsum-dynamo18", EinsumAttention, images, "attention by Einsum, newer exporter", True, 18)
    train_and_export("if-script-ts17", Branching, images, "If on a bright pixel, from torch.jit.script", False, 17, scripted=True)
    train_and_export("if-cond-dynamo18", Conditional, images, "If on a bright pixel, from torch.cond", True, 18)
    train_and_export("where-trigger-ts13", Triggered, images, "Where: rows with a white corner pixel take another path", False, 13)
    train_and_export("loop-script-ts17", Looping, walks, "Loop over time, trip count from the shape", False, 17, scripted=True, **free)
    train_and_export("image-and-table-ts17", ImageAndTable, images, "three inputs: image, numbers, category", False, 17, more_inputs=table)
    train_and_export("image-and-table-dynamo18", ImageAndTable, images, "three inputs, newer exporter", True, 18, more_inputs=table)
    train_and_export("spatial-transformer-ts16", SpatialTransformerByHand, images, "a grid by MatMul, GridSample", False, 16)
    train_and_export("spatial-transformer-dynamo20", SpatialTransformer, images, "AffineGrid and GridSample of opset 20", True, 20)
    train_and_export("scatter-ts16", Scatters, images, "TopK, ScatterElements, GatherElements, CumSum on data", False, 16)
    train_and_export("scatter-dynamo18", Scatters, images, "the same by the newer exporter", True, 18)
    train_and_export("transformer-encoder-ts17", Transformer, walks, "torch.nn.TransformerEncoderLayer", False, 17, **free)
    train_and_export("transformer-encoder-dynamo23", Transformer, walks, "the same, opset 23", True, 23)
    train_and_export("fourier-features-ts13", Waving, images, "Sin, Cos, Pow, Softplus, Pad reflect and edge", False, 13)
    train_and_export("fourier-features-dynamo22", Waving, images, "the same, opset 22", True, 22)
    train_and_export(
        "external-data-dynamo18", Plain, images, "weights in a file of their own beside the model", True, 18, keep={"external_data": True}
    )


def other_inputs_and_outputs():
    """Networks whose input or output is not what `taught` trains: the trained network inside is exported with its surroundings."""
    images, labels = gratings(400, SIDE)
    camera = seeded(Camera)
    bytes_nhwc = (images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()
    taught(camera, [bytes_nhwc], labels, steps=200, rate=5e-3)
    how = f"200 steps on seeded gratings; {accuracy(camera, [bytes_nhwc], labels):.0%} on the same"
    export(
        "camera-uint8-ts13",
        camera,
        {"image": bytes_nhwc[3:5]},
        exercises="uint8 input in NHWC, normalisation inside, probabilities",
        dynamo=False,
        opset=13,
        output_names=["probabilities"],
        trained=how,
    )
    inner = camera.net
    label = LabelOnly()
    label.net = inner
    normal = ((images - camera.mean[:, None, None]) / camera.std[:, None, None])[3:5]
    export(
        "label-only-ts13",
        label,
        {"image": normal},
        exercises="only a label comes out (ArgMax)",
        dynamo=False,
        opset=13,
        output_names=["label"],
        trained=how,
    )
    binary = seeded(Binary)
    steep = (labels >= 5).float()
    optimiser = torch.optim.Adam(binary.parameters(), lr=5e-3)
    for _ in range(200):
        rows = torch.randint(len(steep), (32,))
        loss = nn.functional.binary_cross_entropy(binary(images[rows]), steep[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    binary.eval()
    share = float(((binary(images) > 0.5).float() == steep).float().mean())
    export(
        "binary-sigmoid-ts13",
        binary,
        {"image": images[3:5]},
        exercises="one probability per row, no class dimension",
        dynamo=False,
        opset=13,
        output_names=["probability"],
        trained=f"200 steps; {share:.0%} on the same",
    )


local = onnxscript.values.Opset("gibbon.test", 1)


@script(local, default_opset=op)
def Swish(x, beta: float):
    return x * op.Sigmoid(x * op.CastLike(op.Constant(value_float=beta), x))


@script(local, default_opset=op)
def Dense(x, w, b, beta: float = 1.5):
    return Swish(op.Gemm(x, w, b), beta=beta)


def functions():
    """Model-local functions: nested, with attributes that refer to the caller's, and a default."""
    generator = np.random.default_rng(4)
    shapes = {"w1": (6, 16), "b1": (16,), "w2": (16, 12), "b2": (12,), "w3": (12, 4)}
    w = {name: generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    constants = {name: onnx.numpy_helper.from_array(value, name) for name, value in w.items()}

    @script(default_opset=op)
    def network(x: FLOAT["batch", 6]) -> FLOAT["batch", 4]:
        w1 = op.Constant(value=constants["w1"])
        b1 = op.Constant(value=constants["b1"])
        w2 = op.Constant(value=constants["w2"])
        b2 = op.Constant(value=constants["b2"])
        w3 = op.Constant(value=constants["w3"])
        hidden = Dense(x, w1, b1)
        deeper = Dense(hidden, w2, b2, beta=0.7)
        logits = op.MatMul(deeper, w3)
        return logits

    model = network.to_model_proto()
    onnx.save(model, file_of("functions-onnxscript"))
    x = generator.normal(0, 1, (3, 6)).astype(np.float32)
    swish = lambda v, beta: v / (1 + np.exp(-beta * v))
    logits = swish(swish(x @ w["w1"] + w["b1"], 1.5) @ w["w2"] + w["b2"], 0.7) @ w["w3"]
    record(
        "functions-onnxscript",
        library={**versions("onnxscript"), "numpy": np.__version__},
        exporter="onnxscript",
        exercises="functions of the model, nested, with attributes and a default; expected values by NumPy",
        inputs={"x": x},
        expected=[logits],
        tolerance=1e-5,
    )


if __name__ == "__main__":
    trained_networks()
    other_inputs_and_outputs()
    functions()
