"""Makes attribution.safetensors, and the networks attribution-*.json in it, with PyTorch (1.13 or later):
maps of attributions, by formulas that are written down here once more.

Keys are "plain.gradient" and so on, named as `viz attribute` names its methods; and of all networks
"image" and "baseline".
"""
import math
import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional as F

folder = pathlib.Path(__file__).parent
sys.path.insert(0, str(folder.parent.parent / "weights"))
sys.dont_write_bytecode = True
import pytorch
from exchange import files

SHAPE, MEAN, STD, CLASS = (3, 12, 10), [0.4, 0.5, 0.6], [0.3, 0.2, 0.25], 2
SAMPLES, NOISE, SEED, STEPS, WINDOW, STRIDE = 6, 0.2, 3, 16, 4, 3


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 8, 3, padding=1)
        self.hidden, self.last = nn.Linear(8 * 6 * 5, 16), nn.Linear(16, 4)
        self.activation = nn.ReLU()

    def maps(self, x):
        return self.activation(self.conv2(F.avg_pool2d(self.activation(self.conv1(x)), 2)))

    def forward(self, x):
        return self.last(self.activation(self.hidden(torch.flatten(self.maps(x), 1))))


class Normalised(nn.Module):
    """Batch-normalised, and its rectifiers end at 6."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 6, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(6)
        self.conv2, self.bn2 = nn.Conv2d(6, 8, 3, bias=False), nn.BatchNorm2d(8)
        self.last = nn.Linear(8, 4)
        self.activation = nn.ReLU6()

    def maps(self, x):
        return self.activation(self.bn2(self.conv2(self.activation(self.bn1(self.conv1(x))))))

    def forward(self, x):
        return self.last(torch.flatten(F.adaptive_avg_pool2d(self.maps(x), 1), 1))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.conv1, self.bn1 = nn.Conv2d(6, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8)
        self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8)
        self.shortcut, self.last = nn.Conv2d(6, 8, 1, 2, bias=False), nn.Linear(8, 4)
        self.activation = nn.ReLU()

    def maps(self, x):
        x = self.activation(self.stem(x))
        y = self.bn2(self.conv2(self.activation(self.bn1(self.conv1(x)))))
        return self.activation(y + self.shortcut(x))

    def forward(self, x):
        return self.last(torch.flatten(F.adaptive_avg_pool2d(self.maps(x), 1), 1))


class Rng:
    """The random numbers of this project (autograd/random.hpp)."""
    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & self.MASK
            z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & self.MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & self.MASK
            self.state.append(z ^ (z >> 31))

    def rotate(self, x, k):
        return ((x << k) | (x >> (64 - k))) & self.MASK

    def bits(self):
        a, b, c, d = self.state
        result = (self.rotate((a + d) & self.MASK, 23) + a) & self.MASK
        shifted = (b << 17) & self.MASK
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        self.state = [a, b, c ^ shifted, self.rotate(d, 45)]
        return result

    def uniform(self):
        return (self.bits() >> 11) * 2.0 ** -53

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        return radius * math.cos(2 * math.pi * self.uniform())


class GuidedReLU(torch.autograd.Function):
    @staticmethod
    def forward(context, z, most):
        context.save_for_backward(z)
        context.most = most
        return z.clamp(0, most)

    @staticmethod
    def backward(context, gradient):
        z, = context.saved_tensors
        return gradient * (gradient > 0) * (z > 0) * (z < context.most), None


def logit(network, pixels):
    mean, std = (torch.tensor(numbers).view(1, 3, 1, 1) for numbers in (MEAN, STD))
    return network((pixels - mean) / std)[:, CLASS]


def gradient(network, pixels):
    pixels = pixels.clone().requires_grad_(True)
    return torch.autograd.grad(logit(network, pixels).sum(), pixels)[0]


def smoothgrad(network, image):
    rng, total = Rng(SEED), 0
    for _ in range(SAMPLES):
        noise = torch.tensor([rng.normal() for _ in range(image.numel())]).view(image.shape)
        total = total + gradient(network, image + NOISE * (image.max() - image.min()) * noise)
    return total / SAMPLES


def integrated(network, image, baseline):
    steps = (torch.arange(STEPS) + 0.5) / STEPS
    way = torch.stack([baseline[0] + step * (image - baseline)[0] for step in steps])
    return (image - baseline) * gradient(network, way).mean(0, keepdim=True)


def guided(network, image):
    most = 6.0 if isinstance(network.activation, nn.ReLU6) else math.inf
    network.activation.forward = lambda z: GuidedReLU.apply(z, most)
    found = gradient(network, image)
    del network.activation.forward
    return found


def grad_cam(network, image):
    kept, maps = [], network.maps
    network.maps = lambda x: kept.append(maps(x)) or kept[0]
    value = logit(network, image).sum()
    del network.maps
    weights = torch.autograd.grad(value, kept[0])[0].mean((2, 3), keepdim=True)
    cam = F.relu((weights * kept[0]).sum(1, keepdim=True))
    return F.interpolate(cam, image.shape[2:], mode="bilinear", align_corners=False)


def places(size):
    return [*range(0, size - WINDOW, STRIDE), size - WINDOW]


def occlusion(network, image, baseline):
    total, count = torch.zeros(1, 1, *SHAPE[1:]), torch.zeros(1, 1, *SHAPE[1:])
    for top in places(SHAPE[1]):
        for left in places(SHAPE[2]):
            window = (..., slice(top, top + WINDOW), slice(left, left + WINDOW))
            hidden = image.clone()
            hidden[window] = baseline[window]
            total[window] += (logit(network, image) - logit(network, hidden)).item()
            count[window] += 1
    return total / count


torch.manual_seed(0)
image, baseline = torch.rand(1, *SHAPE), torch.rand(1, *SHAPE)
results = {"image": image, "baseline": baseline}
for name, network in ("plain", Plain()), ("batchnorm", Normalised()), ("residual", Residual()):
    with torch.no_grad():
        for _ in range(20):  # running means and variances that matter
            network(1 + 2 * torch.randn(8, *SHAPE))
        for key, parameter in network.named_parameters():
            if "bn" in key:
                parameter.uniform_(0.5, 1.5)
    network.eval()
    pytorch.save(network, folder / f"attribution-{name}.json", SHAPE, MEAN, STD)
    network.requires_grad_(False)
    slope = gradient(network, image)
    found = {"gradient": slope, "gradient-x-input": image * slope,
             "smoothgrad": smoothgrad(network, image),
             "integrated-gradients": integrated(network, image, baseline),
             "guided-backpropagation": guided(network, image),
             "grad-cam": grad_cam(network.requires_grad_(True), image).detach(),
             "occlusion": occlusion(network, image, baseline)}
    results |= {f"{name}.{method}": map for method, map in found.items()}
with open(folder / "attribution.safetensors", "wb") as file:
    files.write_safetensors(file, results)
