"""Numbers in another arrangement than a layer gives them, and the layers that arrange them.

What flows between layers is a `Value`: what a layer gives or, after operations that only move
numbers (view, permute, slices, padding with zeros), those numbers in another arrangement. An
arrangement is known by its numbers' places, and becomes layers only when a layer reads it: in most
networks all of them together are one Flatten.
"""
import torch
from torch import nn

from .files import FileError


class Value:
    """Numbers out of `layer`: as it gives them or, with `places`, arranged anew.

    `places` has the shape of the numbers, pictures first, and tells of each where it stands in what
    the layer gives for all pictures, counted in order; -1 for a zero of a padding.
    """

    def __init__(self, layer, places=None, picture=0):
        self.layer, self.places, self.picture = layer, places, picture
        self.origin = ""  # what arranged it, for messages


def with_weights(module, **tensors):
    """`module` with these tensors instead of its own; those that are None it goes without."""
    for name, tensor in tensors.items():
        if tensor is None:
            setattr(module, name, None)
        elif name.startswith("running"):
            setattr(module, name, tensor.detach())
        else:
            setattr(module, name, nn.Parameter(tensor.detach(), requires_grad=False))
    return module.eval()


def one_by_one(weight, bias=None, stride=1):
    """A Conv2d with a kernel of 1x1 and these weights[out,in]."""
    out, inputs = weight.shape
    conv = nn.Conv2d(1, 1, 1, stride, bias=bias is not None)
    conv.in_channels, conv.out_channels = inputs, out
    return with_weights(conv, weight=weight[:, :, None, None], bias=bias)


def selection(chosen, size):
    """The matrix [out,size] that takes `chosen` of `size` numbers, and 0 where that is -1."""
    return torch.where((chosen < 0)[:, None], 0.0, torch.eye(size)[chosen.clamp(min=0)])


def _steps(places, size):
    """-> zeros before, zeros after and the step of `places`, if they walk through all of `size`."""
    inside = places[places >= 0]
    before = int((places >= 0).int().argmax())
    step = int(inside[1] - inside[0]) if len(inside) > 1 else size
    whole = step > 0 and inside.equal(torch.arange(0, size, step))
    if not whole or not (places[before:before + len(inside)] >= 0).all():
        raise FileError("takes a part of the picture's height or width, which no layer does")
    return before, len(places) - before - len(inside), step


def arranging(shape, places):
    """The layers that make [C',H',W'] with these places of [C,H,W]: chosen channels, every so many
    rows and columns, zeros around.
    """
    channels, height, width = shape

    def along(what, others):
        return torch.where(places < 0, places, what).amax(others)
    chosen = along(places // (height * width), (1, 2))
    rows = along(places % (height * width) // width, (0, 2))
    columns = along(places % width, (0, 1))
    parts = chosen[:, None, None], rows[:, None], columns
    rebuilt = (parts[0] * height + parts[1]) * width + parts[2]
    for part in parts:
        rebuilt = torch.where(part < 0, -1, rebuilt)
    if not rebuilt.equal(places):
        raise FileError(f"arranges {list(shape)} anew as {list(places.shape)}, which no layer does")
    top, bottom, stride_h = _steps(rows, height)
    left, right, stride_w = _steps(columns, width)
    stride = (stride_h if height > 1 else 1, stride_w if width > 1 else 1)
    made = []
    if not chosen.equal(torch.arange(channels)):
        made.append(one_by_one(selection(chosen, channels), stride=stride))
    elif stride != (1, 1):
        made.append(nn.MaxPool2d(1, stride))
    if any((left, right, top, bottom)):
        made.append(nn.ZeroPad2d((left, right, top, bottom)))
    return made
