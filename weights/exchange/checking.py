"""Whether two programs compute the same: logits, and gradients of pixels, of noise.

Differences are relative to the largest number. Rounding may put a number on the other side of a
ReLU's kink, or prefer another of two equal numbers under a max pooling, and around that place of
that picture the gradient goes another way. A mistake errs in the same place of every picture. So
three pictures are compared, and each pixel's gradient counts where it differs least.
"""
import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy
import torch

from . import layers as types
from .files import FileError

LOGITS, GRADIENTS = 1e-4, 1e-3  # what is taken for the same
_LAST = {"Softmax", "LogSoftmax", "Sigmoid"}


def normalised(pixels, description):
    """What the network sees of pixels[N,C,H,W] in [0, 1]."""
    if "mean" not in description["input"]:
        return pixels
    mean, std = (torch.tensor(description["input"][field]).reshape(1, -1, 1, 1)
                 for field in ("mean", "std"))
    return (pixels - mean) / std


def noise(shape):
    """Three pictures [1,C,H,W], the same at each call."""
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(1, *shape, generator=generator) for _ in range(3)]


def answer(network, pixels, k=None):
    """-> outputs and the gradient of one of them (the `k`th or the largest), and which it was."""
    pixels = pixels.clone().requires_grad_(True)
    outputs = network(pixels).flatten()
    k = int(outputs.argmax()) if k is None else k
    gradient, = torch.autograd.grad(outputs[k], pixels, allow_unused=True)
    return outputs.detach(), torch.zeros_like(pixels) if gradient is None else gradient, k


def distance(found, expected):
    """The largest difference, relative to the largest number that was expected."""
    size = float(expected.abs().max())
    far = float((found - expected).abs().max())
    return far / size if size > 0 else far


class Comparison:
    """The differences of one program from another, in words and as a verdict.

    `answers` are, for each picture, the outputs and the gradient that were found, and those that
    were expected.
    """

    def __init__(self, what, answers):
        logits, gradients = [], []
        for found, expected in answers:
            logits.append(distance(found[0], expected[0]))
            size = float(expected[1].abs().max()) or 1.0
            gradients.append((found[1] - expected[1]).abs() / size)
        self.what = what
        self.logits = float(torch.tensor(logits).max())
        self.gradients = float(torch.stack(gradients).amin(0).max())

    def __str__(self):
        return (f"{self.what}: outputs of noise differ by {self.logits:.1e} of the largest, "
                f"pixel gradients by {self.gradients:.1e}")

    def expect(self):
        if not (self.logits <= LOGITS and self.gradients <= GRADIENTS):
            raise FileError(f"the files were written, but do not compute the same: {self}")
        return self


def with_original(original, network, description):
    """The network that was read back against `original`, both functions of pixels in [0, 1]."""
    def answers():
        for pixels in noise(description["input"]["shape"]):
            with torch.enable_grad():
                expected = answer(original, pixels)
                yield answer(lambda x: network(normalised(x, description)), pixels,
                             expected[2]), expected
    return Comparison("read back into PyTorch", answers())


def find_viz(asked=None):
    """The program to compare with: as asked for, or as built here; None if there is none."""
    if asked:
        return asked
    built = pathlib.Path(__file__).resolve().parents[2] / "build/release/bin/viz"
    return str(built) if built.exists() else None


def _run(viz, *words):
    run = subprocess.run([viz, *map(str, words)], capture_output=True, text=True, check=False)
    if run.returncode:
        raise FileError(f"{viz} {words[0]}: {(run.stderr.splitlines() or ['failed'])[0]}")
    return run.stdout


def logits_of(network):
    """A function: `network` up to its logits, which nn/answers.cpp tells from probabilities."""
    layers = list(network)
    end = len(layers)
    while end and types.type_of(layers[end - 1]) in ("Flatten", "Dropout", "Identity"):
        end -= 1
    cut = layers[end - 1] if end and types.type_of(layers[end - 1]) in _LAST else None

    def compute(pixels):
        if cut is None:
            logits = network(pixels)
        else:
            seen = []
            hook = cut.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
            network(pixels)
            hook.remove()
            logits = seen[-1]
        logits = logits.flatten(1)
        return torch.cat([-logits, logits], 1) if logits.shape[1] == 1 else logits
    return compute


def with_viz(viz, path, network, description):
    """Our program against the network that was read back."""
    logits = logits_of(network)

    def answers():
        with tempfile.TemporaryDirectory() as folder:
            picture, gradients = pathlib.Path(folder, "noise.npy"), pathlib.Path(folder, "g.npy")
            for pixels in noise(description["input"]["shape"]):
                numpy.save(picture, pixels[0].numpy())
                with torch.enable_grad():
                    expected = answer(lambda x: logits(normalised(x, description)), pixels)
                ours = json.loads(_run(viz, "classify", path, picture, "--json"))["logits"]
                _run(viz, "saliency", path, picture, "--class", f"index:{expected[2]}", "--npy",
                     gradients, "-o", pathlib.Path(folder, "g.png"))
                yield (torch.tensor(ours).flatten(),
                       torch.from_numpy(numpy.load(gradients))), expected
    return Comparison(f"by {shutil.which(viz) or viz}", answers())
