"""Image networks of torchvision and timm in small, by both of PyTorch's exporters."""

import sys
from functools import partial

import timm
import torch
import torchvision.models as tv
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.efficientnet import MBConvConfig
from torchvision.models.mobilenetv3 import InvertedResidualConfig
from torchvision.models.regnet import BlockParams
from torchvision.models.segmentation.fcn import FCNHead

from torch_export import accuracy, export, gratings, seeded, taught

SIDE = 32


def resnet():
    return timm.models.ResNet(
        timm.models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=10, channels=(8, 12, 16, 24), stem_width=8, stem_type="deep"
    )


def mobilenet_v3():
    block = partial(InvertedResidualConfig, width_mult=1.0)
    setting = [
        block(8, 3, 16, 8, True, "RE", 2, 1),
        block(8, 3, 24, 12, False, "RE", 1, 1),
        block(12, 5, 32, 16, True, "HS", 2, 1),
        block(16, 5, 48, 16, True, "HS", 1, 2),
    ]
    return tv.MobileNetV3(setting, last_channel=64, num_classes=10)


def efficientnet():
    block = partial(MBConvConfig, width_mult=1.0, depth_mult=1.0)
    setting = [block(1, 3, 1, 8, 8, 1), block(4, 3, 2, 8, 12, 2), block(4, 5, 2, 12, 16, 1)]
    return tv.EfficientNet(setting, dropout=0.2, num_classes=10, last_channel=64)


def convnext():
    setting = [CNBlockConfig(8, 16, 1), CNBlockConfig(16, 24, 1)]
    return tv.ConvNeXt(setting, num_classes=10)


def vit():
    return tv.VisionTransformer(image_size=SIDE, patch_size=8, num_layers=1, num_heads=4, hidden_dim=24, mlp_dim=48, num_classes=10)


def swin():
    return tv.SwinTransformer(
        patch_size=[4, 4], embed_dim=8, depths=[2, 1], num_heads=[1, 2], window_size=[4, 4], mlp_ratio=1.0, num_classes=10
    )


def densenet():
    return tv.DenseNet(growth_rate=8, block_config=(2, 2), num_init_features=16, bn_size=2, num_classes=10)


def regnet():
    parameters = BlockParams(
        depths=[1, 2], widths=[16, 24], group_widths=[8, 8], bottleneck_multipliers=[1.0, 1.0], strides=[2, 2], se_ratio=0.25
    )
    return tv.RegNet(parameters, num_classes=10, stem_width=8)


def shufflenet():
    return tv.ShuffleNetV2([1, 2, 1], [8, 16, 32, 48, 64], num_classes=10)


def mixer():
    return timm.models.MlpMixer(num_classes=10, img_size=SIDE, patch_size=8, embed_dim=16, num_blocks=2)


def coatnet():
    transformer = timm.models.maxxvit.MaxxVitTransformerCfg(dim_head=8, rel_pos_type="bias")
    cfg = timm.models.maxxvit.MaxxVitCfg(embed_dim=(8, 16), depths=(1, 1), block_type=("C", "T"), stem_width=8, transformer_cfg=transformer)
    return timm.models.MaxxVit(cfg, img_size=SIDE, num_classes=10)


def nfnet():
    cfg = timm.models.nfnet.NfCfg(
        depths=(1, 1, 1, 1), channels=(8, 8, 16, 16), stem_type="3x3", stem_chs=8, group_size=8, act_layer="silu", num_features=48
    )
    return timm.models.NormFreeNet(cfg, num_classes=10)


def timm_model(name, **options):
    return partial(timm.create_model, name, num_classes=10, **options)


class Segmenter(torch.nn.Module):
    """A fully convolutional network whose map of classes is enlarged to the image's size and then averaged: Resize with computed sizes."""

    def __init__(self):
        super().__init__()
        self.down = torch.nn.Sequential(
            torch.nn.Conv2d(3, 12, 3, stride=2, padding=1),
            torch.nn.GroupNorm(3, 12),
            torch.nn.SiLU(),
            torch.nn.Conv2d(12, 16, 3, stride=2, padding=1),
            torch.nn.BatchNorm2d(16),
            torch.nn.ReLU(),
        )
        self.head = FCNHead(16, 10)

    def forward(self, x):
        scores = torch.nn.functional.interpolate(self.head(self.down(x)), size=x.shape[-2:], mode="bilinear", align_corners=False)
        return (scores * x.mean(1, keepdim=True)).mean((2, 3)), scores.amax((2, 3))


class Pyramid(torch.nn.Module):
    """Feature pyramid: nearest and bilinear (corners aligned) enlargement, additions between levels, adaptive pooling."""

    def __init__(self):
        super().__init__()
        conv = lambda i, o, s: torch.nn.Sequential(
            torch.nn.Conv2d(i, o, 3, stride=s, padding=1), torch.nn.InstanceNorm2d(o, affine=True), torch.nn.ELU()
        )
        self.first, self.second, self.third = conv(3, 8, 2), conv(8, 12, 2), conv(12, 16, 2)
        self.side2, self.side1 = torch.nn.Conv2d(12, 16, 1), torch.nn.Conv2d(8, 16, 1)
        self.mix = torch.nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1)
        self.head = torch.nn.Linear(8 * 4, 10)

    def forward(self, x):
        one = self.first(x)
        two = self.second(one)
        three = self.third(two)
        p2 = self.side2(two) + torch.nn.functional.interpolate(three, scale_factor=2, mode="nearest")
        p1 = self.side1(one) + torch.nn.functional.interpolate(p2, scale_factor=2, mode="bilinear", align_corners=True)
        pooled = torch.nn.functional.adaptive_avg_pool2d(torch.nn.functional.hardswish(self.mix(p1)), 2)
        return self.head(pooled.flatten(1))


# name, maker, library, dynamo, opset, what it exercises
MODELS = [
    ("resnet-timm-ts11", resnet, "timm", False, 11, "residual blocks, deep stem, opset 11"),
    ("resnet-timm-dynamo18", resnet, "timm", True, 18, "the same network by the newer exporter"),
    (
        "mobilenet-v3-torchvision-ts13",
        mobilenet_v3,
        "torchvision",
        False,
        13,
        "depthwise and dilated Conv, squeeze and excitation, HardSwish, HardSigmoid",
    ),
    ("efficientnet-torchvision-ts17", efficientnet, "torchvision", False, 17, "SiLU, squeeze and excitation, stochastic depth off"),
    (
        "convnext-torchvision-dynamo18",
        convnext,
        "torchvision",
        True,
        18,
        "LayerNormalization over channels, Gelu, layer scale, 7x7 depthwise Conv",
    ),
    ("convnext-torchvision-ts17", convnext, "torchvision", False, 17, "the same network by the older exporter: LayerNormalization, Erf"),
    (
        "vit-torchvision-ts14",
        vit,
        "torchvision",
        False,
        14,
        "attention as MatMul and Softmax, LayerNormalization in parts, class token by Expand",
    ),
    ("vit-torchvision-dynamo23", vit, "torchvision", True, 23, "attention as one Attention operator where the exporter emits it, opset 23"),
    (
        "swin-torchvision-dynamo20",
        swin,
        "torchvision",
        True,
        20,
        "shifted windows: roll, gathered position biases, masks, merging of patches",
    ),
    ("densenet-torchvision-dynamo20", densenet, "torchvision", True, 20, "Concat of many features, AveragePool"),
    ("regnet-torchvision-ts12", regnet, "torchvision", False, 12, "grouped Conv, squeeze and excitation, opset 12"),
    ("shufflenet-torchvision-ts15", shufflenet, "torchvision", False, 15, "Split, channel shuffle by Reshape and Transpose"),
]

TIMM = [
    (
        "vit-timm-dynamo18",
        timm_model("vit_tiny_patch16_224", img_size=SIDE, patch_size=8, embed_dim=24, depth=2, num_heads=2, mlp_ratio=2),
        True,
        18,
        "timm's attention",
    ),
    (
        "swin-v2-timm-ts17",
        timm_model("swinv2_cr_tiny_ns_224", img_size=SIDE, patch_size=4, window_size=(4, 4), embed_dim=12, depths=(2,), num_heads=(2,)),
        False,
        17,
        "shifted windows: Slice and Concat as roll, masks, cosine attention, log-spaced position biases",
    ),
    ("mlp-mixer-timm-dynamo21", mixer, True, 21, "token mixing, opset 21"),
    ("coatnet-timm-dynamo18", coatnet, True, 18, "convolution and attention with relative positions"),
    ("nfnet-timm-ts17", nfnet, False, 17, "weight standardisation, scaled activations"),
]


# Networks that the usual 250 steps at a rate of 4e-3 leave untrained: steps, rate.
SLOWER = {"convnext-torchvision": (900, 1e-3), "vit-timm": (250, 1e-3)}


def main(only=""):
    images, labels = gratings(640, SIDE)
    held, answers = gratings(200, SIDE, seed=2)
    x = held[3:5]

    def trained(make, name):
        steps, rate = next((plan for prefix, plan in SLOWER.items() if name.startswith(prefix)), (250, 4e-3))
        model = taught(seeded(make), [images], labels, steps, rate=rate)
        return model, f"{steps} steps on coloured gratings, 10 orientations; {accuracy(model, [held], answers):.0%} on 200 others"

    rows = [*MODELS, *((name, make, "timm", dynamo, opset, what) for name, make, dynamo, opset, what in TIMM)]
    for name, make, library, dynamo, opset, what in rows:
        if not name.startswith(only):
            continue
        try:
            model, how = trained(make, name)
            print(how)
            export(name, model, {"image": x}, exercises=what, library=library, dynamo=dynamo, opset=opset, trained=how)
        except Exception as e:
            print("FAILED", name, type(e).__name__, str(e)[-600:])
    for dynamo, opset in [(False, 11), (True, 18)]:
        tag = f"{'dynamo' if dynamo else 'ts'}{opset}"
        sizes = {"image": {0: "batch", 2: "height", 3: "width"}}
        for name, make, names, dynamic in [("segmenter", Segmenter, ("logits", "peaks"), sizes), ("pyramid", Pyramid, ("logits",), None)]:
            if not name.startswith(only):
                continue
            try:
                model, how = trained(make, name)
                print(how)
                export(
                    f"{name}-{tag}",
                    model,
                    {"image": x},
                    exercises="Resize",
                    dynamo=dynamo,
                    opset=opset,
                    output_names=names,
                    dynamic=dynamic,
                    trained=how,
                )
            except Exception as e:
                print("FAILED", name, tag, type(e).__name__, str(e)[-600:])


if __name__ == "__main__":
    main(*sys.argv[1:])
