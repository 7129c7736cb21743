"""auto_LiRPA's CROWN and alpha-CROWN on one ONNX network: lower bounds of logit[label] - logit[j], CPU seconds and peak memory.

--lirpa names a checkout of auto_LiRPA where the package is not installed. One thread, denormals flushed.
"""

import argparse
import json
import resource
import sys
import time

import numpy as np
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--images", required=True, help="npz with x [n, ...] and y [n]")
parser.add_argument("--eps", type=float, required=True)
parser.add_argument("--method", choices=["CROWN", "CROWN-Optimized"], required=True)
parser.add_argument("--lirpa")
args = parser.parse_args()
if args.lirpa:
    sys.path.insert(0, args.lirpa)

from auto_LiRPA import BoundedModule, BoundedTensor, PerturbationLpNorm  # noqa: E402
from onnx_torch import OnnxModule  # noqa: E402

torch.set_num_threads(1)
torch.set_flush_denormal(True)
data = np.load(args.images)
x, y = torch.from_numpy(data["x"]), data["y"]
model = OnnxModule(args.model)
bounded = BoundedModule(model, torch.zeros_like(x[:1]), bound_opts={"optimize_bound_args": {"iteration": 20, "lr_alpha": 0.1}})
margins, cpu = [], []
for i in range(len(y)):
    low, high = (x[i : i + 1] - args.eps).clamp(0, 1), (x[i : i + 1] + args.eps).clamp(0, 1)
    others = [j for j in range(10) if j != y[i]]
    c = torch.zeros(1, len(others), 10)
    for row, j in enumerate(others):
        c[0, row, y[i]], c[0, row, j] = 1, -1
    start = time.process_time()
    point = BoundedTensor(x[i : i + 1], PerturbationLpNorm(norm=np.inf, x_L=low, x_U=high))
    lower, _ = bounded.compute_bounds(x=(point,), C=c, method=args.method, bound_upper=False)
    cpu.append(time.process_time() - start)
    margins.append(lower[0].detach().tolist())
print(json.dumps({"margins": margins, "cpu": cpu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "torch": torch.__version__}))
