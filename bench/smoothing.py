"""CERTIFY and PREDICT of the published code of randomised smoothing (core.py of github.com/locuslab/smoothing) on an ONNX file, image by image, as JSON.

python smoothing.py FOLDER_OF_CORE_PY model.onnx images.idx3-ubyte labels.idx1-ubyte SIGMA COUNT N > rows.json
"""
import json
import sys

import numpy as np
import onnxruntime
import scipy.stats
import torch

# What the code asks of SciPy and of the machine, as it is today: the test has another name, and there is no GPU.
scipy.stats.binom_test = lambda k, n, p: scipy.stats.binomtest(int(k), int(n), p).pvalue
randn_like = torch.randn_like
torch.randn_like = lambda x, device: randn_like(x)

core, model, images, labels, sigma, count, n = sys.argv[1:]
sys.path.insert(0, core)
from core import Smooth  # noqa: E402


class Onnx(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(path, options)
        self.name = self.session.get_inputs()[0].name

    def forward(self, x):
        return torch.from_numpy(self.session.run(None, {self.name: x.numpy().astype(np.float32)})[0])


torch.manual_seed(0)
x = np.frombuffer(open(images, "rb").read()[16:], np.uint8).reshape(-1, 1, 28, 28)
y = np.frombuffer(open(labels, "rb").read()[8:], np.uint8)
smooth = Smooth(Onnx(model), 10, float(sigma))
rows = []
for i in range(int(count)):
    row = torch.from_numpy(x[i].astype(np.float32) / 255)
    label, radius = smooth.certify(row, 100, int(n), 0.001, 1000)
    rows.append({"index": i, "label": int(y[i]), "certified": int(label), "radius": float(radius), "predicted": int(smooth.predict(row, 1000, 0.001, 1000))})
json.dump({"sigma": float(sigma), "n": int(n), "rows": rows}, sys.stdout)
