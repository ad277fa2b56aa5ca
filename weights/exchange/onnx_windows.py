"""Convolutions, poolings and paddings of an ONNX graph: what `onnx_nodes` has of windows."""
import math

from .files import FileError
from .functions import KNOWN
from .layers import type_of
from .onnx_constants import numbers


def _same_pads(node, input, kernel, strides, dilations):
    """The paddings of auto_pad [top, left, bottom, right]."""
    auto = node.get("auto_pad", b"NOTSET").decode()
    if auto == "NOTSET":
        return node.get("pads", [0, 0, 0, 0])
    totals = [0, 0]
    if auto.startswith("SAME"):
        totals = [max((math.ceil(size / stride) - 1) * stride + dilation * (k - 1) + 1 - size, 0)
                  for size, k, stride, dilation in zip(input[1:], kernel, strides, dilations)]
    less, more = [total // 2 for total in totals], [total - total // 2 for total in totals]
    return less + more if auto != "SAME_LOWER" else more + less


def conv(graph, node, input, weight, bias=None):
    strides, dilations = node.get("strides", [1, 1]), node.get("dilations", [1, 1])
    if weight.dim() != 4:
        raise FileError(f"has a kernel of {weight.dim() - 2} dimensions, only two can be said")
    shape = graph.listing.shape(input)
    top, left, bottom, right = _same_pads(node, shape, weight.shape[2:], strides, dilations)
    if (top, left) != (bottom, right):
        input = KNOWN["pad"](graph.listing, input, (left, right, top, bottom))
        top = left = 0
    return KNOWN["conv2d"](graph.listing, input, weight, bias, tuple(strides), (top, left),
                           tuple(dilations), node.get("group", 1))


def pool(average):
    def add(graph, node, input):
        kernel = node["kernel_shape"]
        strides, dilations = node.get("strides", [1, 1]), node.get("dilations", [1, 1])
        shape, ceil = graph.listing.shape(input), bool(node.get("ceil_mode", 0))
        top, left, bottom, right = _same_pads(node, shape, kernel, strides, dilations)
        include = bool(node.get("count_include_pad", 0))
        if (top, left) != (bottom, right):
            if _hangs_over(shape, kernel, strides, dilations, (top, left), (bottom, right)) \
                    and not include:
                ceil = True
            elif include or not average and type_of(graph.module(input)) in _NOT_NEGATIVE:
                input = KNOWN["pad"](graph.listing, input, (left, right, top, bottom))
                top = left = 0
            else:
                raise FileError("pads more at one side, and not with zeros")
        if average:
            include = include or (top, left) == (0, 0) and not ceil
            return KNOWN["avg_pool2d"](graph.listing, input, tuple(kernel), tuple(strides),
                                       (top, left), ceil, include)
        return KNOWN["max_pool2d"](graph.listing, input, tuple(kernel), tuple(strides), (top, left),
                                   tuple(dilations), ceil)
    return add


_NOT_NEGATIVE = {"ReLU", "ReLU6", "Sigmoid", "Hardsigmoid", "Softmax"}


def _hangs_over(shape, kernel, strides, dilations, before, after):
    """Whether one more window, which ceil_mode adds, does what the larger padding after does."""
    for size, k, stride, dilation, first, last in zip(shape[1:], kernel, strides, dilations, before,
                                                      after):
        reach = size + 2 * first - dilation * (k - 1) - 1
        steps = math.ceil(reach / stride)
        if (reach + last - first) // stride != steps or steps * stride >= size + first:
            return False
    return True


def pad(graph, node, input, pads=None, value=None, axes=None):
    pads = node.get("pads", numbers(pads))
    filling = node.get("value", 0 if value is None else value.item())
    if node.get("mode", b"constant") != b"constant" or filling:
        raise FileError("pads with something else than zeros")
    if axes is not None:
        raise FileError("names its axes: export opset 17 or earlier")
    half = len(pads) // 2
    pairs = [(pads[i], pads[i + half]) for i in reversed(range(half))]
    return KNOWN["pad"](graph.listing, input, [size for pair in pairs for size in pair])
