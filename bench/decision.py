"""Attacks that see labels only, of Foolbox and ART, with their defaults on PyTorch's CPU build of an ONNX file; prints one JSON line.

`distances` holds for each budget of questions one number for each image: the distance of the nearest point that fooled the model among all that were asked
within the budget (which may be nearer than what the attack would have returned), 0 where the model is wrong already, null where none did.
`cpuPerQuestion` is the CPU time of the attack without that bookkeeping, in seconds; `modelPerQuestion` what of it is the model's forward pass.
"""

import argparse
import json
import math
import os
import tempfile
import time


PACKAGES = {"foolbox": "foolbox", "art": "adversarial-robustness-toolbox"}


class Enough(Exception):
    """Every image has had its questions."""


class Counted:
    """The model; counts the questions about each image of a batch and keeps the nearest point that fooled it, for each budget."""

    def __init__(self, model, x, y, norm, budgets):
        self.model, self.x, self.y, self.norm, self.budgets = model, x.flatten(1), y, norm, budgets
        self.asked = 0
        self.best = [[math.inf] * len(x) for _ in budgets]
        self.own = self.forward = 0.0

    def __call__(self, batch):
        """`batch` holds one row for each image or, where there is one image, any number of rows about it."""
        import torch

        # ART hands over float64.
        batch = batch.float()
        begun = time.process_time()
        with torch.no_grad():
            logits = self.model(batch)
        self.forward += time.process_time() - begun
        begun = time.process_time()
        self.keep(batch.flatten(1), logits.argmax(1))
        self.own += time.process_time() - begun
        if self.asked >= self.budgets[-1]:
            raise Enough
        return logits

    def keep(self, rows, labels):
        import torch

        away = torch.linalg.vector_norm(rows - self.x, math.inf if self.norm == "linf" else 2, dim=1)
        fooled = (labels != self.y).tolist()
        for i, (distance, yes) in enumerate(zip(away.tolist(), fooled)):
            image, number = (i, self.asked) if len(self.x) > 1 else (0, self.asked + i)
            for best, budget in zip(self.best, self.budgets):
                if yes and number < budget:
                    best[image] = min(best[image], distance)
        self.asked += 1 if len(self.x) > 1 else len(rows)


def foolbox_attack(kind):
    import foolbox.attacks as fa

    kinds = {
        "hop-skip-jump l2": lambda: fa.HopSkipJumpAttack(steps=1000),
        "hop-skip-jump linf": lambda: fa.HopSkipJumpAttack(steps=1000, constraint="linf"),
        "boundary l2": lambda: fa.BoundaryAttack(),
    }
    return kinds[kind]()


def run_foolbox(kind, counted, x, y):
    """All images in one batch, which is how Foolbox is fastest."""
    import foolbox
    import torch

    class Wrapped(torch.nn.Module):
        def forward(self, batch):
            return counted(batch)

    model = foolbox.PyTorchModel(Wrapped().eval(), bounds=(0, 1), device="cpu")
    try:
        foolbox_attack(kind).run(model, x, foolbox.criteria.Misclassification(y))
    except Enough:
        pass


def run_art(kind, counted, x):
    """One image: ART attacks one after the other whatever it is given."""
    import numpy as np
    import torch

    # GeoDA of ART 1.20 asks for a name that NumPy 2 has dropped.
    np.mat = np.asmatrix
    from art.attacks.evasion import GeoDA, HopSkipJump
    from art.estimators.classification import PyTorchClassifier

    class Wrapped(torch.nn.Module):
        def forward(self, batch):
            return counted(batch)

    classifier = PyTorchClassifier(
        Wrapped(), torch.nn.CrossEntropyLoss(), tuple(x.shape[1:]), 10, clip_values=(0, 1), device_type="cpu"
    )
    attack, norm = kind.split()
    order = np.inf if norm == "linf" else 2
    if attack == "hop-skip-jump":
        made = HopSkipJump(classifier, norm=order, max_iter=1000, verbose=False)
    else:
        made = GeoDA(classifier, norm=order, max_iter=counted.budgets[-1], verbose=False)
    # GeoDA leaves a file where it stands.
    os.chdir(tempfile.gettempdir())
    try:
        made.generate(x.numpy())
    except Enough:
        pass


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="an ONNX file whose input is [N, C, H, W] in [0, 1]")
    p.add_argument("--data", required=True, help="an .npz with x (float32, NCHW) and y (labels)")
    p.add_argument("--peer", required=True, choices=["foolbox", "art"])
    p.add_argument("--attack", required=True, help="such as 'hop-skip-jump l2'")
    p.add_argument("--budgets", default="1000,5000,10000", help="questions for each image, rising")
    p.add_argument("--limit", type=int, help="only the first so many images")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--seed", type=int, default=0)
    return p.parse_args()


def main():
    o = parse()
    import numpy as np
    import torch

    from importlib.metadata import version

    from onnx_torch import OnnxModule

    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    np.random.seed(o.seed)
    budgets = [int(one) for one in o.budgets.split(",")]
    archive = np.load(o.data)
    x = torch.from_numpy(archive["x"][: o.limit])
    y = torch.from_numpy(archive["y"][: o.limit].astype("int64"))
    model = OnnxModule(o.model)
    with torch.no_grad():
        right = (model(x).argmax(1) == y).nonzero().flatten()
    norm = o.attack.split()[1]
    groups = [right] if o.peer == "foolbox" else [one.reshape(1) for one in right]
    distances = [[0.0] * len(x) for _ in budgets]
    cpu, forward, asked = 0.0, 0.0, 0
    for group in groups:
        counted = Counted(model, x[group], y[group], norm, budgets)
        begun = time.process_time()
        if o.peer == "foolbox":
            run_foolbox(o.attack, counted, x[group], y[group])
        else:
            run_art(o.attack, counted, x[group])
        cpu += time.process_time() - begun - counted.own
        forward += counted.forward
        asked += counted.asked * (len(group) if o.peer == "foolbox" else 1)
        for at, best in zip(distances, counted.best):
            for image, distance in zip(group.tolist(), best):
                at[image] = distance
    finite = [[one if math.isfinite(one) else None for one in at] for at in distances]
    print(
        json.dumps(
            {
                "attack": o.attack,
                "peer": o.peer,
                "model": os.path.basename(o.model),
                "versions": {PACKAGES[o.peer]: version(PACKAGES[o.peer])},
                "cpuPerQuestion": cpu / asked,
                "modelPerQuestion": forward / asked,
                "distances": finite,
            }
        )
    )


if __name__ == "__main__":
    main()
