"""Makes small.safetensors and small-expected.json from small.json, with PyTorch (1.13 or later).

Fields of a description are PyTorch's constructor arguments, so the network is built from it as is.
"""
import collections
import json
import pathlib
import struct

import torch

folder = pathlib.Path(__file__).parent
description = json.loads((folder / "small.json").read_text())


def build(layers):
    named = collections.OrderedDict()
    for index, layer in enumerate(layers):
        arguments = {k: v for k, v in layer.items() if k not in ("type", "name")}
        named[layer.get("name", str(index))] = getattr(torch.nn, layer["type"])(**arguments)
    return torch.nn.Sequential(named)


def save_safetensors(path, state):
    """What safetensors.torch.save_file does, for systems without that package."""
    names = {torch.float32: "F32", torch.int64: "I64"}
    header, data = {}, b""
    for key, tensor in state.items():
        value = tensor.contiguous().numpy().tobytes()
        header[key] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape),
                       "data_offsets": [len(data), len(data) + len(value)]}
        data += value
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def as_json(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.9g}") for v in tensor.flatten().tolist()]}


torch.manual_seed(0)
model = build(description["layers"])
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
mean, std = (torch.tensor(description["input"][k]).reshape(1, -1, 1, 1) for k in ("mean", "std"))
with torch.no_grad():
    y = model((x - mean) / std)
save_safetensors(folder / "small.safetensors", model.state_dict())
(folder / "small-expected.json").write_text(
    json.dumps({"input": as_json(x), "output": as_json(y)}) + "\n")
