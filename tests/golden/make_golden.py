"""Makes small.safetensors, small-expected.json and small-training.safetensors from small.json, with
PyTorch (1.13 or later).
"""
import copy
import json
import pathlib
import sys

import torch
from torch.nn import functional

folder = pathlib.Path(__file__).parent
sys.path.insert(0, str(folder.parent.parent / "weights"))
sys.dont_write_bytecode = True
from exchange.checking import normalised
from exchange.files import write_safetensors
from exchange.network import build, tensors_of

description = json.loads((folder / "small.json").read_text())


def as_json(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.9g}") for v in tensor.flatten().tolist()]}


def write(name, tensors):
    with open(folder / f"{name}.safetensors", "wb") as file:
        write_safetensors(file, tensors)


def seen(pixels):
    return normalised(pixels, description)


def pixel_gradient(pixels, output):
    pixels = pixels.clone().requires_grad_(True)
    output(seen(pixels))[0, 3].backward()
    return pixels.grad


def train(name, make_optimiser, network, pixels, labels, results):
    """Ten steps on one batch. Dropout rests, because its random numbers differ. So does the bias
    before the batch normalisation: its gradient is zero but for rounding, of which Adam would make
    whole steps."""
    network = copy.deepcopy(network).train()
    network[7].eval()
    optimiser = make_optimiser([p for key, p in network.named_parameters() if key != "0.bias"])
    losses = []
    for _ in range(10):
        optimiser.zero_grad()
        loss = functional.cross_entropy(network(seen(pixels)), labels)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    results[f"{name}.loss"] = torch.tensor(losses)
    for key, tensor in tensors_of(network).items():
        results[f"{name}.{key}"] = tensor


torch.manual_seed(0)
model = build(description["layers"], folder / "small.json")
for _ in range(20):  # running means and variances that matter
    model(1 + 2 * torch.randn(8, *description["input"]["shape"]))
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if name.startswith("1."):
            parameter.uniform_(0.5, 1.5)
        else:  # so that the answers differ clearly
            parameter.mul_(2)
model.eval()

x = torch.rand(2, *description["input"]["shape"])
with torch.no_grad():
    y = model(seen(x))
write("small", tensors_of(model))
(folder / "small-expected.json").write_text(
    json.dumps({"input": as_json(x), "output": as_json(y)}) + "\n")

batch, labels = torch.rand(6, *description["input"]["shape"]), torch.tensor([0, 1, 2, 3, 4, 2])
results = {"batch": batch, "labels": labels.float(),
           "logits": model[:-1](seen(batch[:1])).detach(),
           "logit_gradient": pixel_gradient(batch[:1], model[:-1]),
           "log_probability_gradient": pixel_gradient(batch[:1], model)}
optim = torch.optim
train("sgd", lambda p: optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.01), model, batch,
      labels, results)
train("nesterov", lambda p: optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True), model, batch,
      labels, results)
train("adam", lambda p: optim.Adam(p, lr=0.002), model, batch, labels, results)
train("adamw", lambda p: optim.AdamW(p, lr=0.002, weight_decay=0.1), model, batch, labels, results)
write("small-training", results)
