"""Makes layers.safetensors from layers.json, with PyTorch (1.13 or later): what each layer there gives
for random input, and its gradients.

Keys begin with the layer's place in the list: "3.input", "3.output", "3.seed", the gradient that comes
to the output, "3.input.grad" and, of each parameter, "3.weight" and "3.weight.grad". A second pass of
a BatchNorm is in evaluation: "3.eval", and "3.running_mean" before it.
"""
import json
import pathlib
import sys

import torch

folder = pathlib.Path(__file__).parent
sys.path.insert(0, str(folder.parent.parent / "weights"))
sys.dont_write_bytecode = True
from exchange.files import write_safetensors

torch.manual_seed(0)
results = {}
for i, case in enumerate(json.loads((folder / "layers.json").read_text())):
    arguments = {key: tuple(value) if isinstance(value, list) else value
                 for key, value in case["layer"].items()}
    layer = getattr(torch.nn, arguments.pop("type"))(**arguments)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    # Wide enough for all branches of activations.
    pixels = (3 * torch.randn(case["input"])).requires_grad_(True)
    output = layer(pixels)
    seed = torch.randn_like(output)
    output.backward(seed)
    found = {"input": pixels, "output": output, "seed": seed, "input.grad": pixels.grad}
    for key, parameter in layer.named_parameters():
        found |= {key: parameter, f"{key}.grad": parameter.grad}
    for key, buffer in layer.named_buffers():
        if key.startswith("running"):
            found[key] = buffer
    if "running_mean" in found:
        found["eval"] = layer.eval()(pixels)
    results |= {f"{i}.{key}": tensor.detach() for key, tensor in found.items()}
with open(folder / "layers.safetensors", "wb") as file:
    write_safetensors(file, results)
