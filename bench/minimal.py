"""Foolbox's minimal-norm attacks, with their defaults but for the steps, on PyTorch's CPU build of an ONNX file; prints one JSON line.

`distances` holds one number for each image, in the attack's norm: 0 where the model is wrong already, null where the attack found nothing that fools it.
"""

import argparse
import json
import os
import time


def mended_l2_fmn():
    """L2FMNAttack of Foolbox 3.3.4 never projects: it scales by norms / norms. Here it projects onto the ball, as algorithm 1 of arXiv:2102.12827 says."""
    import eagerpy as ep
    import foolbox

    class Mended(foolbox.attacks.L2FMNAttack):
        def project(self, x, x0, epsilon):
            away = x - x0
            norms = ep.maximum(away.flatten(start=1).norms.l2(axis=-1), 1e-12)
            factor = ep.minimum(1, epsilon / norms)
            return x0 + away * factor.reshape(factor.shape + (1,) * (x.ndim - 1))

    return Mended


def attacks():
    """By id and norm; a `mended` one beside an attack that Foolbox has wrong."""
    import foolbox.attacks as fa

    return {
        "carlini-wagner l2": fa.L2CarliniWagnerAttack,
        "deepfool l2": fa.L2DeepFoolAttack,
        "deepfool linf": fa.LinfDeepFoolAttack,
        "ead l1": fa.EADAttack,
        "fmn l1": fa.L1FMNAttack,
        "fmn l2": fa.L2FMNAttack,
        "fmn l2 mended": mended_l2_fmn(),
        "fmn linf": fa.LInfFMNAttack,
    }


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="an ONNX file whose input is [N, C, H, W] in [0, 1]")
    p.add_argument("--data", required=True, help="an .npz with x (float32, NCHW) and y (labels)")
    p.add_argument("--attack", required=True, help="such as 'deepfool l2'")
    p.add_argument("--steps", type=int, help="the attack's default when absent")
    p.add_argument("--limit", type=int, help="only the first so many images")
    p.add_argument("--batch", type=int, default=50)
    p.add_argument("--threads", type=int, default=1)
    return p.parse_args()


def distances(model, attack, x, y):
    """Distances of one batch; what the model itself does not get wrong is no success, whatever the attack says."""
    import foolbox
    import torch

    fmodel = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    found = attack(fmodel, x, foolbox.criteria.Misclassification(y), epsilons=None)[1]
    with torch.no_grad():
        wrong, lost = model(found).argmax(1) != y, model(x).argmax(1) != y
    away = attack.distance(x, found)
    return [0.0 if l else float(d) if w else None for d, w, l in zip(away, wrong, lost)]


def main():
    o = parse()
    import numpy as np
    import torch

    from onnx_torch import OnnxModule
    from peers import versions

    torch.set_num_threads(o.threads)
    kinds = attacks()
    if o.attack not in kinds:
        raise SystemExit(f"no attack {o.attack}; there are {', '.join(kinds)}")
    archive = np.load(o.data)
    x = torch.from_numpy(archive["x"][: o.limit])
    y = torch.from_numpy(archive["y"][: o.limit].astype("int64"))
    model = OnnxModule(o.model)
    attack = kinds[o.attack](**({} if o.steps is None else {"steps": o.steps}))
    start, found = time.perf_counter(), []
    for bx, by in zip(x.split(o.batch), y.split(o.batch)):
        found += distances(model, attack, bx, by)
    print(
        json.dumps(
            {
                "attack": o.attack,
                "model": os.path.basename(o.model),
                "versions": versions(),
                "wall": time.perf_counter() - start,
                "distances": found,
            }
        )
    )


if __name__ == "__main__":
    main()
