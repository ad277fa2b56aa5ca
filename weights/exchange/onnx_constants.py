"""What nodes of an ONNX graph do that need no layer: they move numbers, or compute with constants.

A node is called with its attributes and its inputs, tensors.
"""
import math

import torch
import torch.nn.functional as F


def numbers(tensor):
    """A constant as a list; None if it is left out."""
    return None if tensor is None else tensor.flatten().tolist()


def _reshape(node, x, shape):
    sizes = [x.shape[i] if size == 0 and not node.get("allowzero", 0) else size
             for i, size in enumerate(numbers(shape))]
    return x.reshape(sizes)


def _axes(node, axes):
    return node.get("axes", numbers(axes))


def _squeeze(node, x, axes=None):
    wanted = _axes(node, axes)
    wanted = [i for i in range(x.dim()) if x.shape[i] == 1] if wanted is None else wanted
    return x.reshape([size for i, size in enumerate(x.shape)
                      if i not in {axis % x.dim() for axis in wanted}])


def _unsqueeze(node, x, axes=None):
    wanted = _axes(node, axes)
    for axis in sorted(axis % (x.dim() + len(wanted)) for axis in wanted):
        x = x.unsqueeze(axis)
    return x


def _flatten(node, x):
    axis = node.get("axis", 1) % (x.dim() + 1)
    return x.reshape(math.prod(x.shape[:axis]), -1)


def _slice(node, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = node.get("starts", numbers(starts)), node.get("ends", numbers(ends))
    axes = _axes(node, axes) or list(range(len(starts)))
    for axis, start, end, step in zip(axes, starts, ends, numbers(steps) or [1] * len(starts)):
        places = range(x.shape[axis])[start:end:step]
        x = x.index_select(axis, torch.tensor(places))
    return x


def _split(node, x, sizes=None):
    axis, sizes = node.get("axis", 0), node.get("split", numbers(sizes))
    parts = node["outputs"]
    return x.split(sizes if sizes else math.ceil(x.shape[axis] / parts), axis)


def _gather(node, x, index):
    axis = node.get("axis", 0) % x.dim()
    index = torch.where(index < 0, index + x.shape[axis], index)
    return x.index_select(axis, index.flatten()).reshape(
        (*x.shape[:axis], *index.shape, *x.shape[axis + 1:]))


def _expand(node, x, shape):
    return x.expand(torch.broadcast_shapes(x.shape, numbers(shape)))


# Those that only move numbers, of constants and of pictures alike.
MOVING = {"Reshape": _reshape, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "Flatten": _flatten,
          "Slice": _slice, "Split": _split, "Gather": _gather, "Expand": _expand,
          "Transpose": lambda node, x: x.permute(node.get("perm", list(reversed(range(x.dim())))))}


def _cast(node, x):
    return x.to({1: torch.float32, 10: torch.float32, 11: torch.float32, 9: torch.bool}.get(
        node["to"], torch.int64))


def _divide(node, a, b):
    return a / b if a.is_floating_point() else torch.div(a, b, rounding_mode="trunc")


# Those that exporters leave between constants, mostly to compute sizes.
OF_CONSTANTS = {
    "Add": lambda node, a, b: a + b, "Sub": lambda node, a, b: a - b,
    "Mul": lambda node, a, b: a * b, "Div": _divide, "Neg": lambda node, a: -a,
    "Sqrt": lambda node, a: a.sqrt(), "Reciprocal": lambda node, a: 1 / a,
    "Pow": lambda node, a, b: a ** b, "Floor": lambda node, a: a.floor(),
    "Ceil": lambda node, a: a.ceil(), "Cast": _cast, "Identity": lambda node, a: a,
    "Concat": lambda node, *parts: torch.cat(parts, node["axis"]),
    "Shape": lambda node, a: torch.tensor(a.shape), "Size": lambda node, a: torch.tensor(a.numel()),
    "ConstantOfShape": lambda node, a: torch.full(numbers(a), node["value"].item()
                                                  if "value" in node else 0.0),
    "Range": lambda node, a, b, c: torch.arange(a.item(), b.item(), c.item()),
    "Equal": lambda node, a, b: a == b, "Where": lambda node, c, a, b: torch.where(c, a, b),
    "ReduceProd": lambda node, a: a.prod().reshape([1] * a.dim() * node.get("keepdims", 1)),
    "Pad": lambda node, a, pads: F.pad(a, numbers(pads)), "Exp": lambda node, a: a.exp(),
}
