#!/usr/bin/python3
"""Times `bench` beside PyTorch on the CPU: the same nets, the same work, task by task in turn.

    compare_pytorch.py BENCH [--threads 1 2] [--seconds 2] [--rounds 3] [--task NAME ...]

prints a Markdown table of medians. Needs PyTorch (Debian: python3-torch libopenblas0-pthread).
"""
import argparse
import ctypes
import json
import statistics
import subprocess
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


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


MNIST, CIFAR = (1, 28, 28), (3, 32, 32)
TASKS = {
    "am_mnist_b1": lambda: maximise(mnist_net(), MNIST, 1),
    "am_mnist_b10": lambda: maximise(mnist_net(), MNIST, 10),
    "am_cifar_b1": lambda: maximise(cifar_net(), CIFAR, 1),
    "am_cifar_b10": lambda: maximise(cifar_net(), CIFAR, 10),
    "train_mnist_b64": lambda: train(mnist_net(), MNIST, 64),
    "train_cifar_b128": lambda: train(cifar_net(), CIFAR, 128),
    "infer_mnist_b256": lambda: infer(mnist_net(), MNIST, 256),
    "infer_cifar_b256": lambda: infer(cifar_net(), CIFAR, 256),
    "sgemm_1024": sgemm,
}


def set_threads(count):
    """PyTorch's own setting does not reach the BLAS that it was linked to."""
    torch.set_num_threads(count)
    try:
        ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(count)
    except OSError:
        print("libopenblas.so.0 was not found: its number of threads is unknown")


def median_time(step, seconds):
    for _ in range(3):
        step()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def glassgrad_time(args, task, threads):
    command = [args.bench, "--json", "--threads", str(threads), "--seconds", str(args.seconds),
               "--task", task]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["median_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", metavar="BENCH", help="build/release/bin/bench")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--task", nargs="+", choices=TASKS, default=list(TASKS))
    args = parser.parse_args()

    print(f"PyTorch {torch.__version__}; median ms of {args.rounds} rounds in turn\n")
    print("| task | threads | PyTorch | glassgrad | ratio |\n|---|---:|---:|---:|---:|")
    for task in args.task:
        for threads in args.threads:
            set_threads(threads)
            torch.manual_seed(0)
            step, ours, theirs = TASKS[task](), [], []
            for _ in range(args.rounds):
                theirs.append(median_time(step, args.seconds))
                ours.append(glassgrad_time(args, task, threads))
            a, b = statistics.median(theirs), statistics.median(ours)
            print(f"| {task} | {threads} | {1e3 * a:.3f} | {1e3 * b:.3f} | {a / b:.2f} |",
                  flush=True)


if __name__ == "__main__":
    main()
