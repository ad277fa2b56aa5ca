"""The tasks of `bench`, in PyTorch: what compare.py runs in one Python or another.

    peer_pytorch.py version           what it is
    peer_pytorch.py TASK SECONDS      the median time of a step, in seconds
    peer_pytorch.py TASK FILE.onnx    the net of an `infer` task, for others to run

OMP_NUM_THREADS and OPENBLAS_NUM_THREADS say how many threads work.
"""
import re
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def initialised(*layers):
    """With He's weights, lest activations of deep nets become too small to be normal numbers."""
    net = nn.Sequential(*layers)
    for parameter in net.parameters():
        if parameter.dim() > 1:
            nn.init.kaiming_uniform_(parameter, nonlinearity="relu")
    return net


def mnist_net():
    return initialised(
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
    return initialised(*layers, nn.Flatten(), nn.Linear(2048, 256), nn.ReLU(), nn.Linear(256, 10))


def vgg16_net():
    layers, channels = [], 3
    for convolutions, width in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
        layers += [nn.MaxPool2d(2)]
    return initialised(*layers, nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(),
                       nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))


def total_variation(x):
    """beta = 2, border cropped, as PyTorch users write it."""
    right = x[:, :, :-1, 1:] - x[:, :, :-1, :-1]
    down = x[:, :, 1:, :-1] - x[:, :, :-1, :-1]
    return (right * right + down * down + 1e-8).sum()


def maximise(net, shape, n):
    net.eval().requires_grad_(False)
    x = torch.randn(n, *shape, requires_grad=True)
    adam, classes = torch.optim.Adam([x], lr=0.05), (torch.arange(n) % 10)[:, None]

    def step():
        adam.zero_grad(set_to_none=True)
        (1e-3 * total_variation(x) - net(x).gather(1, classes).sum()).backward()
        adam.step()
    return step


def train(net, shape, n):
    net.train()
    x, labels = torch.randn(n, *shape), torch.arange(n) % 10
    adam = torch.optim.Adam(net.parameters())

    def step():
        adam.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), labels).backward()
        adam.step()
    return step


def infer(net, shape, n):
    net.eval()
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
    torch.onnx.export(net.eval(), torch.randn(256, *shape), path, input_names=["x"])


def main(task, last=None):
    torch.manual_seed(0)
    if task == "version":
        print(re.match(r"[\d.]*\d", torch.__version__)[0])
    elif last.endswith(".onnx"):
        write_onnx(task, last)
    else:
        print(median_time(TASKS[task](), float(last)))


main(*sys.argv[1:])
