"""The types of layers in descriptions, and which of PyTorch's modules each of them is."""
import torch
from torch import nn

from .files import FileError


class Add(nn.Module):
    """The sum of inputs of the same shape."""

    def forward(self, first, *others):
        for other in others:
            first = first + other
        return first


class Multiply(nn.Module):
    """The product of inputs of the same shape; [N,C,1,1] scales the channels of [N,C,H,W]."""

    def forward(self, first, *others):
        for other in others:
            first = first * other
        return first


class Concat(nn.Module):
    """The channels of all inputs, one after the other."""

    def forward(self, *inputs):
        return torch.cat(inputs, 1)


REQUIRED = object()
_SIZES = {"in_channels": REQUIRED, "out_channels": REQUIRED, "kernel_size": REQUIRED}
_NORM = {"num_features": REQUIRED, "eps": 1e-5, "momentum": 0.1}
_TRACKED = {"affine": True, "track_running_stats": True}
# For each type: the fields of a description with PyTorch's defaults, and the attributes that have
# only one value here.
TYPES = {
    "Conv2d": ({**_SIZES, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True},
               {"padding_mode": "zeros"}),
    "ZeroPad2d": ({"padding": REQUIRED}, {}),
    "Linear": ({"in_features": REQUIRED, "out_features": REQUIRED, "bias": True}, {}),
    "BatchNorm2d": (_NORM, _TRACKED),
    "BatchNorm1d": (_NORM, _TRACKED),
    "GroupNorm": ({"num_groups": REQUIRED, "num_channels": REQUIRED, "eps": 1e-5, "affine": True},
                  {}),
    "LayerNorm": ({"normalized_shape": REQUIRED, "eps": 1e-5, "elementwise_affine": True}, {}),
    "LocalResponseNorm": ({"size": REQUIRED, "alpha": 1e-4, "beta": 0.75, "k": 1.0}, {}),
    "ReLU": ({}, {}),
    "ReLU6": ({}, {}),
    "LeakyReLU": ({"negative_slope": 0.01}, {}),
    "PReLU": ({"num_parameters": 1}, {}),
    "ELU": ({"alpha": 1.0}, {}),
    "SiLU": ({}, {}),
    "GELU": ({"approximate": "none"}, {}),
    "Hardswish": ({}, {}),
    "Hardsigmoid": ({}, {}),
    "Tanh": ({}, {}),
    "Sigmoid": ({}, {}),
    "MaxPool2d": ({"kernel_size": REQUIRED, "stride": None, "padding": 0, "dilation": 1,
                   "ceil_mode": False}, {"return_indices": False}),
    "AvgPool2d": ({"kernel_size": REQUIRED, "stride": None, "padding": 0, "ceil_mode": False,
                   "count_include_pad": True}, {"divisor_override": None}),
    "AdaptiveAvgPool2d": ({"output_size": REQUIRED}, {}),
    "AdaptiveMaxPool2d": ({"output_size": REQUIRED}, {"return_indices": False}),
    "Identity": ({}, {}),
    "Dropout": ({"p": 0.5}, {}),
    "Dropout2d": ({"p": 0.5}, {}),
    "Flatten": ({}, {"start_dim": 1, "end_dim": -1}),
    "Softmax": ({}, {"dim": 1}),
    "LogSoftmax": ({}, {"dim": 1}),
    "Add": ({}, {}),
    "Multiply": ({}, {}),
    "Concat": ({}, {}),
}
MERGING = {"Add": Add, "Multiply": Multiply, "Concat": Concat}
# Those that treat each number alone, so that the order of the numbers does not matter.
ELEMENTWISE = {"ReLU", "ReLU6", "LeakyReLU", "ELU", "SiLU", "GELU", "Hardswish", "Hardsigmoid",
               "Tanh", "Sigmoid", "Identity", "Dropout"}


def _class(kind):
    return MERGING.get(kind) or getattr(nn, kind)


def type_of(module):
    """The type of layer that `module` is; None if it is none, or has a forward() of its own."""
    for base in type(module).__mro__:
        known = base.__name__ in TYPES and base is _class(base.__name__)
        if known and type(module).forward is base.forward:
            return base.__name__
    return None


def _value(module, field):
    """What the constructor was given; of sizes that are square, one number."""
    value = getattr(module, field)
    if field == "bias":
        return value is not None
    if isinstance(value, (tuple, list)):
        same = len(set(value)) == 1 and (field != "normalized_shape" or len(value) == 1)
        return value[0] if same else list(value)
    return value


def describe(module):
    """The fields of one layer, as a description has them; raises FileError."""
    kind = type_of(module)
    fields, only = TYPES[kind]
    for attribute, expected in only.items():
        value = _value(module, attribute)
        if value != expected:
            raise FileError(f"{attribute} is {value!r}, only {expected!r} is supported")
    out = {}
    for field, default in fields.items():
        value = _value(module, field)
        if value is None:
            raise FileError(f"{field} is {value!r}, expected a number")
        if field == "stride" and default is None:
            default = _value(module, "kernel_size")
        if value != default:
            out[field] = value
    return out


def tensors_of(module):
    """The tensors of one layer, by the last part of their keys. Batch counters, on which no result
    depends, are left out, and of weights that are computed from others those that come out.
    """
    names = ("weight", "bias", "running_mean", "running_var")
    return {name: getattr(module, name).detach() for name in names
            if isinstance(getattr(module, name, None), torch.Tensor)}


def build(layer, where):
    """The module of one layer of a description, with random weights; `where` is for messages."""
    fields = {field: value for field, value in layer.items() if field not in ("name", "inputs")}
    kind = fields.pop("type", None)
    if kind not in TYPES:
        raise FileError(f"{where}: unknown type (known: {', '.join(TYPES)})")
    known, only = TYPES[kind]
    for field, value in fields.items():
        if field not in known and value != only.get(field):
            raise FileError(f"{where}: {field} {value!r} is not supported")
    if kind == "Concat":
        fields = {}
    if kind in ("Softmax", "LogSoftmax"):
        fields["dim"] = 1
    try:
        return _class(kind)(**{field: tuple(value) if isinstance(value, list) else value
                               for field, value in fields.items()})
    except (TypeError, ValueError, RuntimeError) as error:
        raise FileError(f"{where}: {str(error).splitlines()[0]}") from error
