"""AutoAttack's own code (github.com/fra31/auto-attack) on PyTorch's CPU build of an ONNX file; prints one JSON line.

Its members run one after the other on what the earlier ones left, exactly as `run_standard_evaluation` does, one call for each, so that each has a time and a list of survivors.
$GIBBON_AUTOATTACK (or --reference) names a checkout of that repository: it is not on PyPI.
"""

import argparse
import json
import os
import sys
import time


def fraction(text):
    """A number, or a fraction such as 8/255."""
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


class Counted:
    """The model, counting rows that go forward and rows that come back."""

    def __init__(self, model):
        self.model, self.forward, self.backward = model, 0, 0

    def __call__(self, x):
        self.forward += len(x)
        y = self.model(x)
        if y.requires_grad:
            y.register_hook(self.came_back)
        return y

    def came_back(self, gradient):
        self.backward += len(gradient)


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--reference", default=os.environ.get("GIBBON_AUTOATTACK"), help="a checkout of fra31/auto-attack")
    p.add_argument("--model", required=True, help="an ONNX file whose input is [N, C, H, W] in [0, 1]")
    p.add_argument("--data", required=True, help="an .npz with x (float32, NCHW) and y (labels)")
    p.add_argument("--epsilon", type=fraction, required=True)
    p.add_argument("--norm", default="Linf", choices=["Linf", "L2", "L1"])
    p.add_argument("--version", default="standard", choices=["standard", "plus", "rand"])
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--batch", type=int, default=250)
    p.add_argument("--first", type=int, default=0, help="the first image to take")
    p.add_argument("--limit", type=int, help="so many images from there")
    options = p.parse_args()
    if not options.reference or not os.path.isdir(os.path.join(options.reference, "autoattack")):
        p.error("--reference or $GIBBON_AUTOATTACK must name a checkout of github.com/fra31/auto-attack")
    return options


def evaluate(o):
    import numpy as np
    import torch

    sys.path.insert(0, o.reference)
    from autoattack import AutoAttack

    from onnx_torch import OnnxModule

    torch.set_num_threads(o.threads)
    archive = np.load(o.data)
    end = None if o.limit is None else o.first + o.limit
    x, y = torch.from_numpy(archive["x"][o.first:end]), torch.from_numpy(archive["y"][o.first:end].astype("int64"))
    model = Counted(OnnxModule(o.model, False))
    adversary = AutoAttack(model, norm=o.norm, eps=o.epsilon, seed=o.seed, version=o.version, device="cpu", verbose=False)
    with torch.no_grad():
        standing = (torch.cat([model(part) for part in x.split(o.batch)]).argmax(1) == y).nonzero().flatten()
    clean, members = len(standing), []
    for name in list(adversary.attacks_to_run):
        adversary.attacks_to_run = [name]
        model.forward = model.backward = 0
        start, cpu = time.monotonic(), time.process_time()
        if len(standing) > 0:
            adversarial = adversary.run_standard_evaluation(x[standing], y[standing], bs=o.batch)
            with torch.no_grad():
                kept = torch.cat([model(part) for part in adversarial.split(o.batch)]).argmax(1) == y[standing]
            standing = standing[kept]
        members.append(
            {"attack": name, "left": len(standing), "wall": time.monotonic() - start, "cpu": time.process_time() - cpu,
             "forward": model.forward, "backward": model.backward}
        )
        print(json.dumps(members[-1]), file=sys.stderr, flush=True)
    return {"n": len(x), "clean": clean, "members": members, "standing": [o.first + int(i) for i in standing]}


if __name__ == "__main__":
    options = parse()
    result = evaluate(options)
    print(json.dumps({k: v for k, v in vars(options).items() if k != "reference"} | result))
