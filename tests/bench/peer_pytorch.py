"""The tasks of `bench`, in PyTorch: what compare.py runs in one Python or another.

    peer_pytorch.py version             what it is
    peer_pytorch.py TASK SECONDS        the median time of a step, in seconds
    peer_pytorch.py TASK FILE.onnx      the net of an `infer` task, for others to run
    peer_pytorch.py learn RECIPE        trains by compare.py's recipe on what comes by standard input;
                                        a line an epoch: test accuracy in %, seconds

OMP_NUM_THREADS and OPENBLAS_NUM_THREADS say how many threads work.
"""
import json
import math
import re
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def initialised(net):
    """With He's weights, lest activations of deep nets become too small to be normal numbers."""
    for parameter in net.parameters():
        if parameter.dim() > 1:
            nn.init.kaiming_uniform_(parameter, nonlinearity="relu")
    return net


def mnist_net():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1568, 128), nn.ReLU(), nn.Linear(128, 10))


def cifar_net():
    layers, channels = [], 3
    for width in (32, 64, 128):
        for _ in range(2):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            channels = width
        layers += [nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(2048, 256), nn.ReLU(), nn.Linear(256, 10))


def vgg16_net():
    layers, channels = [], 3
    for convolutions, width in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers += [nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(),
                       nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))


def conv_norm(inputs, outputs, kernel=1, stride=1, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs)]


class Sum(nn.Module):
    """branch(x) + skip(x), then `after`."""

    def __init__(self, branch, skip, after):
        super().__init__()
        self.branch, self.skip, self.after = nn.Sequential(*branch), nn.Sequential(*skip), after

    def forward(self, x):
        return self.after(self.branch(x) + self.skip(x))


def head(features):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(features, 1000)]


def resnet18_net():
    layers, channels = [*conv_norm(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for width in (64, 128, 256, 512):
        for _ in range(2):
            stride = 1 if channels == width else 2
            layers += [Sum([*conv_norm(channels, width, 3, stride), nn.ReLU(), *conv_norm(width, width, 3)],
                           conv_norm(channels, width, 1, stride) if stride > 1 else [], nn.ReLU())]
            channels = width
    return nn.Sequential(*layers, *head(channels))


def mobilenet_net():
    layers, channels = [*conv_norm(3, 32, 3, 2), nn.ReLU6()], 32
    for expansion, width, blocks, stage_stride in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
                                                   (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for stride in (stage_stride, *[1] * (blocks - 1)):
            wide = channels * expansion
            branch = [*(conv_norm(channels, wide) + [nn.ReLU6()] if expansion > 1 else []),
                      *conv_norm(wide, wide, 3, stride, wide), nn.ReLU6(), *conv_norm(wide, width)]
            layers += [Sum(branch, [], nn.Identity())] if stride == 1 and channels == width else branch
            channels = width
    return nn.Sequential(*layers, *conv_norm(channels, 1280), nn.ReLU6(), *head(1280))


def total_variation(x):
    """beta = 2, border cropped, as PyTorch users write it."""
    right = x[:, :, :-1, 1:] - x[:, :, :-1, :-1]
    down = x[:, :, 1:, :-1] - x[:, :, :-1, :-1]
    return (right * right + down * down + 1e-8).sum()


def maximise(net, shape, n):
    initialised(net).eval().requires_grad_(False)
    x = torch.randn(n, *shape, requires_grad=True)
    adam, classes = torch.optim.Adam([x], lr=0.05), (torch.arange(n) % 10)[:, None]

    def step():
        adam.zero_grad(set_to_none=True)
        (1e-3 * total_variation(x) - net(x).gather(1, classes).sum()).backward()
        adam.step()
    return step


def train(net, shape, n):
    initialised(net).train()
    x, labels = torch.randn(n, *shape), torch.arange(n) % 10
    adam = torch.optim.Adam(net.parameters())

    def step():
        adam.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), labels).backward()
        adam.step()
    return step


def infer(net, shape, n):
    initialised(net).eval()
    x = torch.randn(n, *shape)

    def step():
        with torch.no_grad():
            net(x)
    return step


def sgemm():
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    return lambda: a @ b


MNIST, CIFAR, PHOTO = (1, 28, 28), (3, 32, 32), (3, 224, 224)
TASKS = {
    "am_mnist_b1": lambda: maximise(mnist_net(), MNIST, 1),
    "am_mnist_b10": lambda: maximise(mnist_net(), MNIST, 10),
    "am_cifar_b1": lambda: maximise(cifar_net(), CIFAR, 1),
    "am_cifar_b10": lambda: maximise(cifar_net(), CIFAR, 10),
    "am_vgg16_b1": lambda: maximise(vgg16_net(), PHOTO, 1),
    "am_resnet18_b1": lambda: maximise(resnet18_net(), PHOTO, 1),
    "am_mobilenet_b1": lambda: maximise(mobilenet_net(), PHOTO, 1),
    "train_mnist_b64": lambda: train(mnist_net(), MNIST, 64),
    "train_cifar_b128": lambda: train(cifar_net(), CIFAR, 128),
    "infer_mnist_b256": lambda: infer(mnist_net(), MNIST, 256),
    "infer_cifar_b256": lambda: infer(cifar_net(), CIFAR, 256),
    "sgemm_1024": sgemm,
}


def median_time(step, seconds):
    for _ in range(3):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def write_onnx(task, path):
    net, shape = (mnist_net(), MNIST) if task == "infer_mnist_b256" else (cifar_net(), CIFAR)
    torch.onnx.export(initialised(net).eval(), torch.randn(256, *shape), path, input_names=["x"])


def augmented(x, recipe):
    """Each image mirrored or not, and shifted; what comes in at an edge mirrors the image."""
    if recipe["flip"]:
        x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)
    shift, (n, channels, height, width) = recipe["shift"], x.shape
    if not shift:
        return x
    def moved(size):
        at = torch.arange(size) + torch.randint(-shift, shift + 1, (n, 1))
        return torch.where(at < 0, -1 - at, torch.where(at >= size, 2 * size - 1 - at, at))
    rows = moved(height)[:, None, :, None].expand(n, channels, height, width)
    columns = moved(width)[:, None, None, :].expand(n, channels, height, width)
    return x.gather(2, rows).gather(3, columns)


def one_cycle(step, steps, highest):
    """As optim/schedule.cpp: two half cosines."""
    peak = max(0.0, 0.3 * steps - 1)
    if step < peak:
        start, end, at = highest / 25, highest, step / peak
    else:
        start, end, at = highest, highest / 25e4, (step - peak) / (steps - 1 - peak)
    return end + (start - end) / 2 * (1 + math.cos(math.pi * at))


def read_images(count, shape):
    size = count * math.prod(shape)
    pixels = torch.frombuffer(bytearray(sys.stdin.buffer.read(size)), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray(sys.stdin.buffer.read(count)), dtype=torch.uint8)
    return pixels.view(count, *shape).float() / 255, labels.long()


def accuracy(net, x, labels):
    net.eval()
    with torch.no_grad():
        given = torch.cat([net(part).argmax(1) for part in x.split(256)])
    return 100 * (given == labels).double().mean().item()


def learn(recipe):
    torch.manual_seed(recipe["seed"])
    net = mnist_net() if recipe["shape"][0] == 1 else cifar_net()
    parts = [read_images(count, recipe["shape"]) for count in recipe["images"]]
    normal = [torch.tensor(recipe[name])[:, None, None] for name in ("mean", "std")]
    (x, labels), validation, test = [((part - normal[0]) / normal[1], of) for part, of in parts]
    optimiser = (torch.optim.Adam(net.parameters()) if recipe["optimiser"] == "adam" else
                 torch.optim.SGD(net.parameters(), 1, 0.9, weight_decay=recipe["weight-decay"]))
    batch, epochs = recipe["batch"], recipe["epochs"]
    per_epoch = len(x) // batch
    start = time.perf_counter()
    for epoch in range(epochs):
        net.train()
        order = torch.randperm(len(x))
        for step in range(per_epoch):
            optimiser.param_groups[0]["lr"] = one_cycle(epoch * per_epoch + step, epochs * per_epoch,
                                                        recipe["lr"])
            chosen = order[step * batch:(step + 1) * batch]
            optimiser.zero_grad(set_to_none=True)
            F.cross_entropy(net(augmented(x[chosen], recipe)), labels[chosen],
                            label_smoothing=recipe["label-smoothing"]).backward()
            optimiser.step()
        accuracy(net, *validation)
        print(accuracy(net, *test), time.perf_counter() - start, flush=True)


def main(task, last=None):
    torch.manual_seed(0)
    if task == "version":
        print(re.match(r"[\d.]*\d", torch.__version__)[0])
    elif task == "learn":
        learn(json.loads(last))
    elif last.endswith(".onnx"):
        write_onnx(task, last)
    else:
        print(median_time(TASKS[task](), float(last)))


main(*sys.argv[1:])
