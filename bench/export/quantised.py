"""A digits network and other exports in reduced precision: q8 and q4 as transformers.js uses them, QDQ, QOperator, half; and fused."""

import logging

import numpy as np
import onnx
import onnxruntime
import torch
from onnxconverter_common import float16
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers import optimizer
from sklearn.datasets import load_digits
from torch import nn

from assets import file_of, record, session, versions
from sequence import sentences
from torch_export import accuracy, export, gratings, seeded, taught

logging.getLogger().setLevel(logging.ERROR)

# How far quantised logits may lie from those of the original here: a few steps of 8 bits over their range. It guards the export.
NEAR = 0.35


def digits(train):
    data = load_digits()
    x = (data.images / 16).astype(np.float32)[:, None]
    order = np.random.default_rng(0).permutation(len(x))
    rows = order[300:] if train else order[:300]
    return torch.from_numpy(x[rows]), torch.from_numpy(data.target[rows])


def digits_network():
    return nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1),
        nn.BatchNorm2d(12),
        nn.ReLU(),
        nn.Conv2d(12, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(384, 32),
        nn.ReLU(),
        nn.Linear(32, 10),
    )


def digits_float():
    x, y = digits(train=True)
    held, answers = digits(train=False)
    model = taught(seeded(digits_network), [x], y, steps=500)
    how = f"500 steps on 1497 of scikit-learn's digits; {accuracy(model, [held], answers):.1%} on the other 300"
    export(
        "digits-ts17",
        model,
        {"image": held[:4]},
        exercises="a trained network of 8x8 digits in [0, 1]",
        dynamo=False,
        opset=17,
        trained=how,
    )
    return held.numpy(), answers.numpy()


class Rows(CalibrationDataReader):
    def __init__(self, batches):
        self.batches = iter(batches)

    def get_next(self):
        return next(self.batches, None)


def original_answers(name, inputs):
    return session(file_of(name)).run(None, inputs)


def share(name, inputs, labels):
    return f"{(session(file_of(name)).run(None, inputs)[0].argmax(1) == labels).mean():.1%} right"


def reduced(name, source, how, inputs, exercises, held=None, tolerance=NEAR):
    """Records a reduced form beside the answers of the network that it was made from."""
    record(
        name,
        library=versions("onnxruntime", "onnx"),
        exporter=how,
        exercises=exercises,
        inputs=inputs,
        expected=original_answers(source, inputs),
        tolerance=tolerance,
        trained=f"from {source}" + (f"; {share(name, *held)} on held-out data" if held else ""),
    )


def dynamic(name, source, inputs, weights, held=None, **options):
    quantize_dynamic(file_of(source), file_of(name), weight_type=weights, **options)
    reduced(
        name, source, f"quantize_dynamic, {weights.name}", inputs, "dynamic q8: DynamicQuantizeLinear, MatMulInteger, ConvInteger", held
    )


def static(name, source, batches, inputs, form, held=None, tolerance=NEAR, prepare=True, **options):
    ready = file_of(f"{name}-prepared")
    if prepare:
        quant_pre_process(str(file_of(source)), str(ready), skip_symbolic_shape=True)
    quantize_static(ready if prepare else file_of(source), file_of(name), Rows(batches), quant_format=form, **options)
    ready.unlink(missing_ok=True)
    settings = ", ".join(f"{k}={getattr(v, 'name', v)}" for k, v in options.items())
    reduced(name, source, f"quantize_static, {form.name}, {settings}", inputs, f"static quantisation, {form.name}", held, tolerance)


def of_digits(x, y):
    inputs, held = {"image": x[:4]}, ({"image": x}, y)
    batches = [{"image": x[i : i + 50]} for i in range(0, 300, 50)]
    dynamic("digits-q8", "digits-ts17", inputs, QuantType.QUInt8, held)
    dynamic(
        "digits-q8-signed-per-channel",
        "digits-ts17",
        inputs,
        QuantType.QInt8,
        held,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )
    qdq = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    static("digits-qdq", "digits-ts17", batches, inputs, QuantFormat.QDQ, held, per_channel=True, **qdq)
    static(
        "digits-qdq-int16",
        "digits-ts17",
        batches,
        inputs,
        QuantFormat.QDQ,
        held,
        activation_type=QuantType.QUInt16,
        weight_type=QuantType.QInt8,
    )
    static("digits-qlinear", "digits-ts17", batches, inputs, QuantFormat.QOperator, held, **qdq)
    half = float16.convert_float_to_float16(onnx.load(file_of("digits-ts17")), keep_io_types=True)
    onnx.save(half, file_of("digits-fp16"))
    reduced("digits-fp16", "digits-ts17", "onnxconverter_common.float16", inputs, "half precision inside, float32 outside", held, 0.1)
    half = float16.convert_float_to_float16(onnx.load(file_of("digits-ts17")), keep_io_types=False)
    onnx.save(half, file_of("digits-fp16-io"))
    halves = {"image": x[:4].astype(np.float16)}
    expected = [value.astype(np.float16) for value in original_answers("digits-ts17", inputs)]
    record(
        "digits-fp16-io",
        library=versions("onnxconverter-common", "onnx"),
        exporter="onnxconverter_common.float16",
        exercises="half precision, inputs and outputs too",
        inputs=halves,
        expected=expected,
        tolerance=0.1,
        trained="from digits-ts17",
    )


def of_others():
    images, _ = gratings(64, 32, seed=2)
    batches = [{"image": images[i : i + 2].numpy()} for i in range(0, 64, 2)]
    inputs = {"image": images[3:5].numpy()}
    qdq = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    static("mobilenet-v3-qdq", "mobilenet-v3-torchvision-ts13", batches, inputs, QuantFormat.QDQ, tolerance=3, **qdq)
    static("resnet-qlinear", "resnet-timm-ts11", batches, inputs, QuantFormat.QOperator, tolerance=0.5, **qdq)
    static(
        "regnet-qdq-signed",
        "regnet-torchvision-ts12",
        batches,
        inputs,
        QuantFormat.QDQ,
        tolerance=0.3,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
        extra_options={"ActivationSymmetric": True},
    )
    tokens, _ = sentences(300, 6)
    pair = {n: tokens[n][:3].numpy() for n in ("input_ids", "attention_mask")}
    dynamic("distilbert-q8", "distilbert-ts13", pair, QuantType.QUInt8)
    triple = {n: value[:3].numpy() for n, value in tokens.items()}
    model = onnx.load(file_of("bert-ts14"))
    small = MatMulNBitsQuantizer(model, block_size=32, is_symmetric=True)
    small.process()
    onnx.save(small.model.model, file_of("bert-q4"))
    reduced("bert-q4", "bert-ts14", "MatMulNBitsQuantizer, block 32", triple, "q4: com.microsoft.MatMulNBits", tolerance=0.1)
    fused = optimizer.optimize_model(str(file_of("bert-ts14")), model_type="bert", num_heads=4, hidden_size=24, opt_level=0)
    fused.save_model_to_file(str(file_of("bert-fused")))
    reduced(
        "bert-fused", "bert-ts14", "onnxruntime.transformers.optimizer", triple, "com.microsoft fusions of a transformer", tolerance=1e-4
    )
    fused = optimizer.optimize_model(str(file_of("gpt2-ts17")), model_type="gpt2", num_heads=4, hidden_size=24, opt_level=0)
    fused.save_model_to_file(str(file_of("gpt2-fused")))
    reduced("gpt2-fused", "gpt2-ts17", "onnxruntime.transformers.optimizer", pair, "com.microsoft fusions of a decoder", tolerance=1e-4)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(file_of("regnet-runtime-fused"))
    onnxruntime.InferenceSession(str(file_of("regnet-torchvision-ts12")), options, providers=["CPUExecutionProvider"])
    reduced(
        "regnet-runtime-fused",
        "regnet-torchvision-ts12",
        "ONNX Runtime's optimised_model_filepath, extended",
        inputs,
        "FusedConv, FusedGemm and the like",
        tolerance=1e-4,
    )


if __name__ == "__main__":
    of_digits(*digits_float())
    of_others()
