"""Checks that onnx_torch.py gives the same logits as ONNX Runtime (pip install onnxruntime): python check_conversion.py model.onnx..."""

import sys

import numpy as np
import onnxruntime
import torch

from onnx_torch import OnnxModule

failed = False
for path in sys.argv[1:]:
    session = onnxruntime.InferenceSession(path)
    entry = session.get_inputs()[0]
    x = np.random.default_rng(0).random([4, *entry.shape[1:]], dtype=np.float32)
    expected = session.run(None, {entry.name: x})[0]
    for channels_last in (False, True):
        module, image = OnnxModule(path, channels_last), torch.from_numpy(x).requires_grad_(True)
        logits = module(image)
        (gradient,) = torch.autograd.grad(logits.sum(), image)
        error = float(np.abs(expected - logits.detach().numpy()).max())
        ok = error < 1e-4 and bool(gradient.abs().sum() > 0) and not any(p.requires_grad for p in module.parameters())
        failed |= not ok
        print(f"{'ok  ' if ok else 'FAIL'} {path} channels_last={channels_last}: largest difference {error:.1e} of logits up to {np.abs(expected).max():.1f}")
sys.exit(failed)
