"""torchattacks' OnePixel on PyTorch's CPU build of an ONNX file; prints one JSON line for each number of pixels: which images fell, and questions for each image.

The images are the first `limit` that the model gets right. torchattacks' `steps` are generations, and its `popsize` the candidates of each.
"""

import argparse
import json
import time


class Counted:
    def __init__(self, model):
        self.model, self.rows = model, 0

    def __call__(self, batch):
        self.rows += len(batch)
        return self.model(batch)


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="an ONNX file whose input is [N, C, H, W] in [0, 1]")
    p.add_argument("--data", required=True, help="an .npz with x (float32, NCHW) and y (labels)")
    p.add_argument("--pixels", default="1,3,5")
    p.add_argument("--limit", type=int, default=20)
    p.add_argument("--generations", type=int, default=75)
    p.add_argument("--population", type=int, default=400)
    p.add_argument("--seed", type=int, default=0)
    return p.parse_args()


def main():
    o = parse()
    import numpy as np
    import torch
    import torchattacks

    from onnx_torch import OnnxModule

    torch.set_num_threads(1)
    archive = np.load(o.data)
    x, y = torch.from_numpy(archive["x"]), torch.from_numpy(archive["y"].astype("int64"))
    model = OnnxModule(o.model)
    with torch.no_grad():
        right = (model(x).argmax(1) == y).nonzero().flatten()[: o.limit]

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.counted = Counted(model)
            self.register_buffer("nothing", torch.zeros(1))

        def forward(self, batch):
            return self.counted(batch)

    for pixels in map(int, o.pixels.split(",")):
        np.random.seed(o.seed)
        wrapped = Wrapped().eval()
        attack = torchattacks.OnePixel(wrapped, pixels=pixels, steps=o.generations, popsize=o.population, inf_batch=100)
        began, fell = time.process_time(), []
        for i in right.tolist():
            found = attack(x[i : i + 1], y[i : i + 1])
            with torch.no_grad():
                if (model(found).argmax(1) != y[i : i + 1]).item():
                    fell.append(i)
        print(
            json.dumps(
                {
                    "pixels": pixels,
                    "images": len(right),
                    "fell": fell,
                    "questions": wrapped.counted.rows / len(right),
                    "cpu": time.process_time() - began,
                    "torchattacks": torchattacks.__version__,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
