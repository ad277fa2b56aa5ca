"""What test_pytorch.cpp runs in one process: `test_pytorch.py ROOT FOLDER`.

FOLDER has described models, some with an .input.safetensors beside them. Random networks are added.
For each, X.expected.safetensors gets PyTorch's answers and again/X.json the model, written anew.
"""
import contextlib
import io
import json
import os
import pathlib
import random
import subprocess
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # many threads on a busy machine wait for each other
import torch
import torch.nn.functional as F
from torch import nn

root, folder = map(pathlib.Path, sys.argv[1:])
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.path.insert(0, str(root / "weights"))
import pytorch
from exchange.files import write_safetensors
from exchange.layers import MERGING, TYPES


def random_network(rng, shape):
    """All types of layers that do not merge appear within a few of these."""
    kernel, stride = rng.choice([3, (3, 5), (1, 2)]), rng.choice([1, 2, (1, 2)])
    activations = [nn.ReLU(), nn.LeakyReLU(0.2), nn.PReLU(), nn.ELU(0.5), nn.Tanh(), nn.Sigmoid(),
                   nn.ReLU6(), nn.SiLU(), nn.GELU(), nn.GELU("tanh"), nn.Hardswish(), nn.Hardsigmoid(),
                   nn.Identity()]
    network = nn.Sequential(
        nn.Conv2d(shape[0], 6, kernel, stride, padding=rng.choice([0, 1, (1, 2)]),
                  bias=rng.random() < 0.5),
        nn.BatchNorm2d(6, eps=rng.choice([1e-5, 0.01]), momentum=0.2),
        rng.choice(activations),
        rng.choice([nn.MaxPool2d((2, 3), rng.choice([None, 2]), (1, 0), ceil_mode=True),
                    nn.MaxPool2d(2, rng.choice([None, 1]), 1, dilation=2),
                    nn.AvgPool2d((2, 3), rng.choice([None, 2]), (1, 0)),
                    nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=rng.random() < 0.5)]),
        rng.choice([nn.Dropout(0.3), nn.Dropout2d(0.3)]),
        rng.choice([nn.Conv2d(6, 4, 2, padding=1),
                    nn.Conv2d(6, 4, (2, 3), padding="same", groups=2, dilation=(1, 2)),
                    nn.Sequential(nn.ZeroPad2d((0, 1, 2, 0)),
                                  nn.Conv2d(6, 4, 2, padding="valid"))]),
        rng.choice([nn.GroupNorm(2, 4), nn.LocalResponseNorm(3, 0.01, 0.6, 1.5), nn.Identity()]),
        rng.choice(activations),
        rng.choice([nn.AdaptiveAvgPool2d(1), nn.AdaptiveAvgPool2d((3, 2)), nn.AdaptiveMaxPool2d(2),
                    nn.AvgPool2d(2, padding=1), nn.MaxPool2d(2)]),
        nn.Flatten())
    size = network.eval()(torch.zeros(1, *shape)).shape[1]
    network.add_module("norm", rng.choice([nn.BatchNorm1d(size), nn.LayerNorm(size)]))
    network.add_module("head", nn.Linear(size, 4, bias=rng.random() < 0.5))
    network.add_module("last", rng.choice([nn.Softmax(1), nn.LogSoftmax(-1), nn.Tanh()]))
    for norm in (network[1], network.norm):
        for tensor in (*norm.buffers(), norm.weight.data):
            tensor.copy_(0.5 + torch.rand(tensor.shape)) if tensor.dim() else None
    return network


def add_random_networks():
    torch.manual_seed(0)
    rng = random.Random(0)
    for i in range(40):
        shape = (rng.choice([1, 3]), 13, 11)
        network = random_network(rng, shape)
        pytorch.save(network, folder / f"random{i}.json", shape, [0.4] * shape[0], [0.3] * shape[0])
    seen = {layer["type"] for path in folder.glob("*.json")
            for layer in json.loads(path.read_text())["layers"]}
    assert seen >= set(TYPES) - set(MERGING), set(TYPES) - set(MERGING) - seen


def answer(path):
    network, description = pytorch.load(path)
    given = path.with_suffix(".input.safetensors")
    pixels = (pytorch.read_weights(given)["input"] if given.exists()
              else torch.rand(2, *description["input"]["shape"]))
    pixels.requires_grad_(True)
    output = network(pytorch.normalised(pixels, description))
    output[0, 1].backward()
    with open(path.with_suffix(".expected.safetensors"), "wb") as file:
        write_safetensors(file, {"input": pixels, "output": output, "gradient": pixels.grad})
    source = description["input"]
    pytorch.save(network, folder / "again" / path.name, source["shape"], source.get("mean"),
                 source.get("std"), description.get("classes"), description["name"],
                 source.get("variation"), description.get("maximise"), source.get("usual"),
                 description.get("judge"))


def hooked():
    layer = nn.ReLU()
    layer.register_forward_hook(lambda *_: None)
    return layer


class Refused(nn.Module):
    """A function of the picture, given as text so that messages can name its line."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


REFUSED = [
    (nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect"), "padding_mode is 'reflect'"),
    (nn.MaxPool2d(2, return_indices=True), "returns 2 results"),
    (nn.AvgPool2d(2, divisor_override=3), "divisor_override is 3"),
    (nn.BatchNorm2d(1, track_running_stats=False), "each changes the others' answers"),
    (nn.Flatten(2), "layer 1 (Flatten)"),
    (nn.Softmax(0), "dim is 0"),
    (nn.Softplus(), "layer 1 (Softplus): has no layer here"),
    (hooked(), "forward hooks"),
    (nn.Conv2d(1, 2, 3).double(), "torch.float64, expected torch.float32"),
    (nn.Linear(3, 2), "do not fit an input [1, 1, 8, 8]"),
    (Refused(lambda x: torch.einsum("nchw->nc", x)),
     '"nchw->nc", x)),: einsum has no layer here'),
    (Refused(lambda x: x if x.mean() > 0 else -x), "decides by the picture's numbers"),
    (Refused(lambda x: x * x.max().item()), "item decides by the picture's numbers"),
    (Refused(lambda x: F.dropout(x)), "write training=self.training"),
    (Refused(lambda x: (x, -x)), "returns 2 results"),
    (Refused(lambda x: torch.zeros(1, 2)), "does not depend on the picture"),
    (Refused(lambda x: x.view(-1, 2)), "[64, 2] for 2 pictures, expected one row for each"),
    (Refused(lambda x: x.flip(3)), "flip has no layer here"),
    (Refused(lambda x: x[:, :, 1:]), "takes a part of the picture's height or width"),
    (Refused(lambda x: x.transpose(2, 3)), "anew as [1, 8, 8], which no layer does"),
    (Refused(lambda x: x + torch.rand(8, 8)), "differ from pixel to pixel"),
    (Refused(lambda x: x / (x + 1)), "divides by what depends on the picture"),
    (Refused(lambda x: x + x.amax((2, 3), keepdim=True)), "Add of [1, 8, 8] and [1, 1, 1]"),
]


def check_refusals():
    place = folder / "refused"
    place.mkdir()
    for layer, part in REFUSED:
        try:
            pytorch.save(nn.Sequential(nn.ReLU(), layer), place / "model.json", (1, 8, 8))
        except pytorch.FileError as error:
            assert part in str(error) and "\n" not in str(error), (part, str(error))
            if isinstance(layer, Refused) and not part.startswith(("returns", "does not")):
                line = layer.function.__code__.co_firstlineno
                assert f"test_pytorch.py:{line}: " in str(error), str(error)
        else:
            raise AssertionError(f"{layer} was not refused")
        assert not list(place.iterdir()), f"{layer} left files"


def check_command():
    """The exit codes and what is said; processes of their own, so few."""
    (folder / "not-torch.pt").write_text("no network")
    (folder / "net.py").write_text((root / "tests" / "pytorch_networks.py").read_text())
    sys.path.insert(0, str(folder))
    import net
    network = net.ResNet20(7)
    subprocess.run([sys.executable, "-c", "import torch\nclass Own(torch.nn.Module): pass\n"
                    "torch.save(Own(), 'own.pt')"], cwd=folder, check=True)
    torch.save({"epoch": 3, "state_dict": {f"module.{key}": tensor for key, tensor
                                           in network.state_dict().items()}}, folder / "net.pth")
    program = [sys.executable, str(root / "weights" / "pytorch.py")]
    size = ["--input", "3,32,32"]
    for code, said, *arguments in [
            (2, "usage: ", "export"),
            (3, "expected a file written by torch.save", "export", "not-torch.pt", "a.json", *size),
            (4, "nowhere.json", "import", "nowhere.json", "a.pt"),
            (0, "", "import", "tiny.json", "tiny.pt"),
            (3, "--trust-code", "export", "tiny.pt", "a.json", *size),
            (0, "read back", "export", "tiny.pt", "again/tiny-command.json", "--input",
             "1,28,28", "--trust-code"),
            (3, "name its class", "export", "net.pth", "a.json", *size),
            (3, "Can't get attribute 'Own'", "export", "own.pt", "a.json", *size, "--trust-code"),
            (3, "arguments are given so: 'net.py:BasicBlock(10)'", "export", "net.py:BasicBlock",
             "a.json", *size),
            (3, "net.py has no 'Nett'; it has ", "export", "net.py:Nett", "a.json", *size),
            (3, "'linear.bias' is [7], expected [10]", "export", "net.py:ResNet20", "a.json", *size,
             "--weights", "net.pth"),
            (0, "read back into PyTorch: ", "export", "net.py:ResNet20(7)", "again/command.json",
             *size, "--weights", "net.pth")]:
        run = subprocess.run(program + arguments, cwd=folder, capture_output=True, text=True)
        assert run.returncode == code, (arguments, run.stderr)
        assert code in (0, 2) or run.stderr.count("\n") == 1, run.stderr
        assert said in run.stdout + run.stderr, run.stdout + run.stderr
    assert ((folder / "again/tiny-command.safetensors").read_bytes()
            == (folder / "tiny.safetensors").read_bytes())
    written, _ = pytorch.load(folder / "again/command.json")
    assert written.state_dict()["linear.weight"].equal(network.linear.weight)


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
