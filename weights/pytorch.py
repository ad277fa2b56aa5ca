#!/usr/bin/env python3
"""Takes networks from PyTorch and to PyTorch; needs nothing else but PyTorch, 1.13 or later.

    import pytorch                                    # with weights/ in the PYTHONPATH
    pytorch.save(network, "model.json", input_shape=(1, 28, 28))
    network, description = pytorch.load("model.json")

docs/pytorch.md shows both, docs/model-format.md describes the files.
"""
import argparse
import copy
import io
import json
import os
import pathlib
import struct
import sys
from collections import OrderedDict

import torch
from torch import nn


class FileError(ValueError):
    """A network or a file that is not as expected, in one line."""


FORMAT = 1  # of descriptions, as in nn/io/description.hpp
REQUIRED = object()
# For each type: the fields of a description with PyTorch's defaults, and the attributes that have
# only one value here.
TYPES = {
    "Conv2d": ({"in_channels": REQUIRED, "out_channels": REQUIRED, "kernel_size": REQUIRED,
                "stride": 1, "padding": 0, "bias": True},
               {"dilation": 1, "groups": 1, "padding_mode": "zeros"}),
    "Linear": ({"in_features": REQUIRED, "out_features": REQUIRED, "bias": True}, {}),
    "BatchNorm2d": ({"num_features": REQUIRED, "eps": 1e-5, "momentum": 0.1},
                    {"affine": True, "track_running_stats": True}),
    "ReLU": ({}, {}),
    "LeakyReLU": ({"negative_slope": 0.01}, {}),
    "ELU": ({"alpha": 1.0}, {}),
    "Tanh": ({}, {}),
    "Sigmoid": ({}, {}),
    "MaxPool2d": ({"kernel_size": REQUIRED, "stride": None, "padding": 0},
                  {"dilation": 1, "ceil_mode": False, "return_indices": False}),
    "AvgPool2d": ({"kernel_size": REQUIRED, "stride": None, "padding": 0},
                  {"ceil_mode": False, "count_include_pad": True, "divisor_override": None}),
    "AdaptiveAvgPool2d": ({"output_size": REQUIRED}, {"output_size": 1}),
    "Dropout": ({"p": 0.5}, {}),
    "Flatten": ({}, {"start_dim": 1, "end_dim": -1}),
    "Softmax": ({}, {"dim": 1}),
    "LogSoftmax": ({}, {"dim": 1}),
}


def _value(layer, field):
    """What the constructor was given; of sizes that are square, one number."""
    value = getattr(layer, field)
    if field == "bias":
        return value is not None
    if isinstance(value, (tuple, list)):
        return value[0] if len(set(value)) == 1 else list(value)
    return value


def _layer(index, name, layer):
    """One line of a description."""
    kind = type(layer).__name__
    where = f"layer {name} ({kind})"
    if type(layer) is nn.Sequential:
        raise FileError(f"{where}: expected a layer; write nested Sequentials as one, "
                        "nn.Sequential(*first, *second)")
    if kind not in TYPES or type(layer) is not getattr(nn, kind):
        raise FileError(f"{where}: unknown type (known: {', '.join(TYPES)})")
    fields, only = TYPES[kind]
    for attribute, expected in only.items():
        value = _value(layer, attribute)
        if value != expected:
            raise FileError(f"{where}: {attribute} is {value!r}, only {expected!r} is supported")
    if layer._forward_hooks or layer._forward_pre_hooks:
        raise FileError(f"{where}: has forward hooks, which descriptions do not know")
    out = {"type": kind}
    if name != str(index):
        if name.isdigit():
            raise FileError(f"{where}: is at place {index}; number the layers anew, "
                            "nn.Sequential(*network)")
        out["name"] = name
    for field, default in fields.items():
        value = _value(layer, field)
        if value is None or isinstance(value, str):
            raise FileError(f"{where}: {field} is {value!r}, expected a number")
        if field == "stride" and default is None:
            default = _value(layer, "kernel_size")
        if value != default:
            out[field] = value
    return out


def tensors_of(network):
    """The tensors of a weight file: batch counters, on which no result depends, are left out."""
    return {key: tensor for key, tensor in network.state_dict().items()
            if not key.endswith("num_batches_tracked")}


def _check_output(network, input_shape, classes):
    try:
        with torch.no_grad():
            shape = list(copy.deepcopy(network).eval()(torch.zeros(1, *input_shape)).shape)
    except (RuntimeError, ValueError, IndexError) as error:
        message = str(error).splitlines()[0]
        raise FileError(f"the layers do not fit an input {[1, *input_shape]}: {message}") from error
    names = [str(name).strip(" ") for name in classes or []]
    for name in names:
        if names.count(name) > 1:
            raise FileError(f"two classes are called '{name}'")
        if name == "all" or name.startswith(("name:", "index:")):
            raise FileError(f"a class is called '{name}', which means something else to viz")
    if classes and shape != [1, len(classes)]:
        raise FileError(f"{len(classes)} classes need an output {[1, len(classes)]}, "
                        f"the last layer gives {shape}")


def _text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _line(fields):
    return "{" + ", ".join(f"{_text(key)}: {_text(value)}" for key, value in fields.items()) + "}"


def _description(network, weights, name, input_shape, mean, std, classes, variation, maximise):
    """The same text as nn/io/description_writer.cpp."""
    shape = {"shape": [int(size) for size in input_shape]}
    if (mean is None) != (std is None):
        raise FileError("expected mean and std, or neither")
    for field, numbers in (("mean", mean), ("std", std)):
        if numbers is None:
            continue
        if len(numbers) != input_shape[0]:
            raise FileError(f"{field}: expected one number per channel, got {len(numbers)}")
        shape[field] = [float(number) for number in numbers]
    if variation:
        shape["variation"] = float(variation)
    out = f'{{"format": {FORMAT},\n "name": {_text(name)},\n "input": {_line(shape)}'
    if classes:
        out += f',\n "classes": {_text(list(classes))}'
    if maximise:
        options = {option: float(maximise[option]) for option in sorted(maximise)}
        out += f',\n "maximise": {_line(options)}'
    layers = [_line(_layer(index, *named)) for index, named in enumerate(network._modules.items())]
    return (out + ',\n "layers": [' + ",\n            ".join(layers)
            + f'],\n "weights": {_text(weights)}}}\n')


def _replace(files):
    """Writes all files beside their places before the first takes its place."""
    temporary = [(path, path.with_name(path.name + ".tmp")) for path in files]
    try:
        for path, beside in temporary:
            beside.write_bytes(files[path])
        for path, beside in temporary:
            os.replace(beside, path)
    finally:
        for _, beside in temporary:
            beside.unlink(missing_ok=True)


def to_safetensors(tensors):
    """The same bytes as nn/io/safetensors.cpp: sorted by key, the header padded to 8 bytes."""
    header, data = {}, bytearray()
    for key in sorted(tensors):
        tensor = tensors[key].detach().cpu().contiguous()
        value = tensor.numpy().astype("<f4").tobytes()
        header[key] = {"data_offsets": [len(data), len(data) + len(value)], "dtype": "F32",
                       "shape": list(tensor.shape)}
        data += value
    text = _text(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def save(network, path, input_shape, mean=None, std=None, classes=None, name=None, variation=None,
         maximise=None):
    """Writes the description at `path` of a Sequential, and its weights beside it.

    `mean` and `std` are those by which pixels in [0, 1] were normalised for the network, one number
    per channel. Raises FileError if the network has anything that descriptions do not know.
    """
    path = pathlib.Path(path)
    if type(network) is not nn.Sequential:
        raise FileError(f"expected a Sequential, got {type(network).__name__}")
    if len(input_shape) != 3:
        raise FileError(f"input_shape: expected (channels, height, width), got {input_shape}")
    weights = path.with_suffix(".safetensors")
    description = _description(network, weights.name, path.stem if name is None else name,
                               input_shape, mean, std, classes, variation, maximise)
    tensors = tensors_of(network)
    for key, tensor in tensors.items():
        if tensor.dtype != torch.float32:
            raise FileError(f"'{key}' is {tensor.dtype}, expected torch.float32; network.float()")
    _check_output(network, input_shape, classes)
    _replace({weights: to_safetensors(tensors), path: description.encode()})


def _read_safetensors(data, path):
    length = struct.unpack("<Q", data[:8])[0]
    header, values = json.loads(data[8:8 + length]), data[8 + length:]
    header.pop("__metadata__", None)
    tensors = {}
    for key, entry in header.items():
        if key.endswith("num_batches_tracked"):
            continue
        if entry["dtype"] != "F32":
            raise FileError(f"{path}: '{key}': dtype {entry['dtype']!r}, only F32 is supported")
        begin, end = entry["data_offsets"]
        tensors[key] = torch.frombuffer(bytearray(values[begin:end]), dtype=torch.float32)
        tensors[key] = tensors[key].reshape(entry["shape"])
    return tensors


def _read_json_weights(data, path):
    return {key: torch.tensor(entry["data"], dtype=torch.float32).reshape(entry["shape"])
            for key, entry in json.loads(data).items()}


def read_weights(path):
    """The tensors of a weight file, by key."""
    path = pathlib.Path(path)
    read = _read_json_weights if path.suffix == ".json" else _read_safetensors
    data = path.read_bytes()
    try:
        return read(data, path)
    except FileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, struct.error) as error:
        raise FileError(f"{path}: expected weights, got something else or a damaged file") from error


def _build_layer(path, index, layer):
    fields = dict(layer)
    kind, name = fields.pop("type", None), fields.pop("name", str(index))
    where = f"{path}: layer {index} ({kind})"
    if kind not in TYPES:
        raise FileError(f"{where}: unknown type (known: {', '.join(TYPES)})")
    known, only = TYPES[kind]
    for field, value in fields.items():
        if field not in known and value != only.get(field):
            raise FileError(f"{where}: {field} {value!r} is not supported")
    if kind in ("Softmax", "LogSoftmax"):
        fields["dim"] = 1
    try:
        built = getattr(nn, kind)(**{field: tuple(value) if isinstance(value, list) else value
                                     for field, value in fields.items()})
    except (TypeError, ValueError, RuntimeError) as error:
        raise FileError(f"{where}: {str(error).splitlines()[0]}") from error
    return name, built


def build(layers, path):
    """The Sequential of a description's `layers`, with random weights; `path` is for messages."""
    return nn.Sequential(OrderedDict(_build_layer(path, *layer) for layer in enumerate(layers)))


def _set_weights(network, path):
    tensors, expected = read_weights(path), tensors_of(network)
    for key in sorted(tensors.keys() | expected.keys()):
        shapes = [list(t[key].shape) if key in t else None for t in (tensors, expected)]
        if shapes[0] != shapes[1]:
            raise FileError(f"{path}: '{key}' is {shapes[0] or 'missing'}, expected "
                            f"{shapes[1] or 'no such tensor'}")
    network.load_state_dict(tensors, strict=False)


def load(path):
    """-> the network that a description names, as a Sequential in eval mode, and the description.

    The network does not normalise: give it `normalised(pixels, description)`.
    """
    path = pathlib.Path(path)
    data = path.read_bytes()
    try:
        description = json.loads(data)
        if description.get("format", 1) > FORMAT:
            raise FileError(f"{path}: format {description['format']}: written by a newer version, "
                            f"this one reads up to {FORMAT}")
        layers, weights = description["layers"], description.get("weights")
        network = build(layers, path)
    except FileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"{path}: expected a model description in JSON") from error
    if weights:
        _set_weights(network, path.parent / weights)
    return network.eval(), description


def normalised(pixels, description):
    """What the network sees of pixels[N,C,H,W] in [0, 1]."""
    if "mean" not in description["input"]:
        return pixels
    mean, std = (torch.tensor(description["input"][field]).reshape(1, -1, 1, 1)
                 for field in ("mean", "std"))
    return (pixels - mean) / std


def _numbers(kind):
    def read(text):
        return [kind(word) for word in text.split(",")]
    read.__name__ = "list"  # in the messages of argparse
    return read


def _arguments():
    parser = argparse.ArgumentParser(
        description="Takes networks from PyTorch and to PyTorch. PyTorch's files are programs: open "
        "only those whose authors you trust.",
        epilog="Exit codes: 0 done, 2 usage, 3 bad input, 4 input/output.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="a Sequential, saved whole by torch.save, becomes a "
                                 "description and weights")
    export.add_argument("checkpoint", metavar="NETWORK.pt")
    export.add_argument("description", metavar="MODEL.json")
    export.add_argument("--input", type=_numbers(int), required=True, metavar="C,H,W")
    export.add_argument("--mean", type=_numbers(float), metavar="M,..", help="one per channel")
    export.add_argument("--std", type=_numbers(float), metavar="S,..", help="one per channel")
    export.add_argument("--classes", type=_numbers(str), metavar="NAME,..")
    export.add_argument("--name")
    other = commands.add_parser("import", help="the reverse, for torch.load")
    other.add_argument("description", metavar="MODEL.json")
    other.add_argument("checkpoint", metavar="NETWORK.pt")
    return parser.parse_args()


def _read_checkpoint(path):
    with open(path, "rb") as file:
        try:
            return torch.load(file, map_location="cpu", weights_only=False)
        except OSError:
            raise
        except Exception as error:  # a pickle fails in any way it likes
            raise FileError(f"{path}: expected a network saved by torch.save") from error


def _main():
    arguments = _arguments()
    if arguments.command == "export":
        network = _read_checkpoint(arguments.checkpoint)
        save(network, arguments.description, arguments.input, arguments.mean, arguments.std,
             arguments.classes, arguments.name)
    else:
        network, _ = load(arguments.description)
        checkpoint = io.BytesIO()
        torch.save(network, checkpoint)
        _replace({pathlib.Path(arguments.checkpoint): checkpoint.getvalue()})


if __name__ == "__main__":
    try:
        _main()
    except FileError as error:
        sys.exit(print(f"pytorch.py: error: {error}", file=sys.stderr) or 3)
    except OSError as error:
        sys.exit(print(f"pytorch.py: error: {error}", file=sys.stderr) or 4)
