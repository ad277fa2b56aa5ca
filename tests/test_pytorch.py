"""What test_pytorch.cpp runs in one process: `test_pytorch.py ROOT FOLDER`.

FOLDER has described models, some with an .input.safetensors beside them. Random networks are added.
For each, X.expected.safetensors gets PyTorch's answers and again/X.json the model, written anew.
"""
import contextlib
import io
import os
import pathlib
import random
import subprocess
import sys

import torch
from torch import nn

root, folder = map(pathlib.Path, sys.argv[1:])
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.path.insert(0, str(root / "weights"))
import pytorch


def random_network(rng, shape):
    """All types of layers appear within a few of these."""
    kernel, stride = rng.choice([3, (3, 5), (1, 2)]), rng.choice([1, 2, (1, 2)])
    network = nn.Sequential(
        nn.Conv2d(shape[0], 6, kernel, stride, padding=rng.choice([0, 1, (1, 2)]),
                  bias=rng.random() < 0.5),
        nn.BatchNorm2d(6, eps=rng.choice([1e-5, 0.01]), momentum=0.2),
        rng.choice([nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.5), nn.Tanh(), nn.Sigmoid()]),
        rng.choice([nn.MaxPool2d, nn.AvgPool2d])((2, 3), rng.choice([None, 2]), (1, 0)),
        nn.Dropout(0.3),
        nn.Conv2d(6, 5, 2, padding=1),
        rng.choice([nn.ReLU(), nn.LeakyReLU(), nn.ELU(), nn.Tanh(), nn.Sigmoid()]),
        rng.choice([nn.AdaptiveAvgPool2d(1), nn.AvgPool2d(2, padding=1), nn.MaxPool2d(2)]),
        nn.Flatten())
    size = network.eval()(torch.zeros(1, *shape)).shape[1]
    network.add_module("head", nn.Linear(size, 4, bias=rng.random() < 0.5))
    network.add_module("last", rng.choice([nn.Softmax(1), nn.LogSoftmax(1), nn.Tanh()]))
    for buffer in (network[1].running_mean, network[1].running_var, network[1].weight.data):
        buffer.uniform_(0.5, 1.5)
    return network


def add_random_networks():
    torch.manual_seed(0)
    rng = random.Random(0)
    seen = set()
    for i in range(16):
        shape = (rng.choice([1, 3]), 13, 11)
        network = random_network(rng, shape)
        seen |= {type(layer).__name__ for layer in network}
        pytorch.save(network, folder / f"random{i}.json", shape, [0.4] * shape[0], [0.3] * shape[0])
    assert seen == set(pytorch.TYPES), set(pytorch.TYPES) - seen


def answer(path):
    network, description = pytorch.load(path)
    given = path.with_suffix(".input.safetensors")
    pixels = (pytorch.read_weights(given)["input"] if given.exists()
              else torch.rand(2, *description["input"]["shape"]))
    pixels.requires_grad_(True)
    output = network(pytorch.normalised(pixels, description))
    output[0, 1].backward()
    path.with_suffix(".expected.safetensors").write_bytes(pytorch.to_safetensors(
        {"input": pixels, "output": output, "gradient": pixels.grad}))
    source = description["input"]
    pytorch.save(network, folder / "again" / path.name, source["shape"], source.get("mean"),
                 source.get("std"), description.get("classes"), description["name"],
                 source.get("variation"), description.get("maximise"))


def hooked():
    layer = nn.ReLU()
    layer.register_forward_hook(lambda *_: None)
    return layer


REFUSED = [
    (nn.Conv2d(1, 2, 3, dilation=2), "dilation is 2"),
    (nn.Conv2d(2, 2, 3, groups=2), "groups is 2"),
    (nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), "padding_mode is 'reflect'"),
    (nn.Conv2d(1, 2, 3, padding="same"), "padding is 'same'"),
    (nn.MaxPool2d(2, ceil_mode=True), "ceil_mode is True"),
    (nn.MaxPool2d(2, dilation=2), "dilation is 2"),
    (nn.MaxPool2d(2, return_indices=True), "return_indices is True"),
    (nn.AvgPool2d(2, ceil_mode=True), "ceil_mode is True"),
    (nn.AvgPool2d(2, padding=1, count_include_pad=False), "count_include_pad is False"),
    (nn.AvgPool2d(2, divisor_override=3), "divisor_override is 3"),
    (nn.AdaptiveAvgPool2d(2), "output_size is 2"),
    (nn.BatchNorm2d(1, affine=False), "affine is False"),
    (nn.BatchNorm2d(1, track_running_stats=False), "track_running_stats is False"),
    (nn.BatchNorm2d(1, momentum=None), "momentum is None"),
    (nn.Flatten(2), "start_dim is 2"),
    (nn.Softmax(0), "dim is 0"),
    (nn.LogSoftmax(-1), "dim is -1"),
    (nn.Dropout2d(), "Dropout2d): unknown type (known: Conv2d, "),
    (nn.GELU(), "GELU): unknown type"),
    (nn.Sequential(nn.ReLU()), "nested"),
    (hooked(), "forward hooks"),
    (nn.Conv2d(1, 2, 3).double(), "torch.float64, expected torch.float32"),
    (nn.Linear(3, 2), "do not fit an input [1, 1, 8, 8]"),
]


def check_refusals():
    place = folder / "refused"
    place.mkdir()
    for layer, part in REFUSED:
        try:
            pytorch.save(nn.Sequential(nn.ReLU(), layer), place / "model.json", (1, 8, 8))
        except pytorch.FileError as error:
            assert part in str(error) and "\n" not in str(error), (part, str(error))
        else:
            raise AssertionError(f"{layer} was not refused")
        assert not list(place.iterdir()), f"{layer} left files"


def check_command():
    """The exit codes; processes of their own, so few."""
    (folder / "not-torch.pt").write_text("no network")
    program = [sys.executable, str(root / "weights" / "pytorch.py")]
    for code, *arguments in [
            (2, "export"), (3, "export", "not-torch.pt", "a.json", "--input", "1,28,28"),
            (4, "import", "nowhere.json", "a.pt"), (0, "import", "tiny.json", "tiny.pt"),
            (0, "export", "tiny.pt", "again/tiny-command.json", "--input", "1,28,28")]:
        run = subprocess.run(program + arguments, cwd=folder, capture_output=True, text=True)
        assert run.returncode == code, (arguments, run.stderr)
        assert code in (0, 2) or run.stderr.count("\n") == 1, run.stderr
    assert ((folder / "again/tiny-command.safetensors").read_bytes()
            == (folder / "tiny.safetensors").read_bytes())


def python_blocks(page):
    """Each block with the text that it should print, or None."""
    parts = page.read_text().split("```")
    for kind, following in zip(parts[1::2], parts[3::2] + [""]):
        if kind.startswith("python\n"):
            printed = following[len("text\n"):] if following.startswith("text\n") else None
            yield kind[len("python\n"):], printed


def check_pages():
    (folder / "page").mkdir()
    os.chdir(folder / "page")
    for name in ("weights", "docs"):
        os.symlink(root / name, name)
    count = 0
    for page in sorted((root / "docs").rglob("*.md")):
        names = {}
        for code, printed in python_blocks(page):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(code, names)
            assert printed is None or out.getvalue() == printed, (page, code, out.getvalue())
            count += 1
    assert count >= 4, count


(folder / "again").mkdir()
add_random_networks()
for description in sorted(folder.glob("*.json")):
    answer(description)
check_refusals()
check_command()
check_pages()
