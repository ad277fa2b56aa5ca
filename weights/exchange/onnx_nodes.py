"""What each node of an ONNX graph computes of pictures: the table for `onnx_graph`.

A node is called with the graph, its attributes and its inputs: Values where they depend on the
picture, tensors where they are constants, None where they are left out. Defaults are those of the
operators' specification, https://github.com/onnx/onnx/blob/main/docs/Operators.md
"""
import math

import torch
from torch import nn

from . import arithmetic, onnx_windows
from .arrangement import Value
from .files import FileError
from .functions import KNOWN
from .layers import Add, type_of
from .onnx_constants import numbers


def _number(tensor):
    return None if tensor is None else tensor.item()


def _gemm(graph, node, input, weight, bias=None):
    if node.get("transA", 0):
        raise FileError("transposes the picture's rows")
    weight = weight if node.get("transB", 0) else weight.t()
    bias = None if bias is None else node.get("beta", 1.0) * bias.expand(len(weight))
    return KNOWN["linear"](graph.listing, input, node.get("alpha", 1.0) * weight, bias)


def _matmul(graph, node, a, b):
    if not isinstance(a, Value) or isinstance(b, Value) or b.dim() != 2:
        raise FileError("multiplies what depends on the picture with each other")
    return KNOWN["linear"](graph.listing, a, b.t())


def _batch_norm(graph, node, input, scale, bias, mean, var):
    return KNOWN["batch_norm"](graph.listing, input, mean, var, scale, bias, False,
                               eps=node.get("epsilon", 1e-5))


def _instance_norm(graph, node, input, scale, bias):
    """Also as exporters write a GroupNorm: of [N,groups,numbers]."""
    eps, places = node.get("epsilon", 1e-5), graph.listing.places(input)
    shape = graph.listing.shape(input.layer)
    if places.dim() == 3 and len(shape) == 3 and scale.eq(1).all() and bias.eq(0).all() \
            and places.flatten().equal(torch.arange(places.numel())):
        whole = Value(input.layer, None, input.picture)
        norm = nn.GroupNorm(places.shape[1], shape[0], eps, affine=False)
        return graph.listing.arranged(graph.listing.layer(norm, whole), places)
    return KNOWN["instance_norm"](graph.listing, input, None, None, scale, bias, True, 0.1, eps)


def _layer_norm(graph, node, input, scale, bias=None):
    rank = len(graph.listing.shape(input)) + 1
    if node.get("axis", -1) % rank != rank - scale.dim():
        raise FileError("normalises over other dimensions than its weights have")
    return KNOWN["layer_norm"](graph.listing, input, tuple(scale.shape), scale, bias,
                               node.get("epsilon", 1e-5))


def _lrn(graph, node, input):
    return KNOWN["local_response_norm"](graph.listing, input, node["size"], node.get("alpha", 1e-4),
                                        node.get("beta", 0.75), node.get("bias", 1.0))


def _softmax(name):
    def softmax(graph, node, input):
        axis = node.get("axis", -1 if graph.opset >= 13 else 1)
        return KNOWN[name](graph.listing, input, axis)
    return softmax


def _clip(graph, node, input, low=None, high=None):
    low, high = (node.get(name, _number(tensor)) for name, tensor in (("min", low), ("max", high)))
    low = None if low is None or low < -1e30 else low
    high = None if high is None or high > 1e30 else high
    if low is None and type_of(graph.module(input)) == "ReLU":
        low = 0
    return input if low is high is None else KNOWN["clamp"](graph.listing, input, low, high)


def _hard_sigmoid(graph, node, input):
    slope, offset = node.get("alpha", 0.2), node.get("beta", 0.5)
    input = arithmetic.affine(graph.listing, input, 6 * slope, 6 * offset - 3)
    return KNOWN["hardsigmoid"](graph.listing, input)


class Erf:
    """factor * erf(value) + shift, on its way to a GELU: half * x * (1 + erf(x / sqrt(2)))."""

    def __init__(self, value, factor=1.0, shift=0.0):
        self.value, self.factor, self.shift = value, factor, shift


def _erf(graph, node, input):
    return Erf(input)


def _gelu_with(graph, erf, other):
    """A product with an Erf."""
    if not isinstance(other, Value):
        return Erf(erf.value, erf.factor * _number(other), erf.shift * _number(other))
    source, scale, offset = graph.source(erf.value)
    same, scale_of_other, offset_of_other = graph.source(other)
    ratio = scale / scale_of_other
    times = float(ratio[0]) * math.sqrt(2)  # other * times is what GELU is of
    if source.layer != same.layer or erf.factor != erf.shift or not torch.allclose(
            ratio, ratio[:1].expand_as(ratio)) or not torch.allclose(
                offset, ratio * offset_of_other, 1e-4, 1e-6):
        raise FileError("has an Erf that is not part of a GELU")
    input = other if abs(times - 1) < 1e-5 else arithmetic.affine(graph.listing, other, times, 0)
    gelu = KNOWN["gelu"](graph.listing, input)
    return arithmetic.affine(graph.listing, gelu, 2 * erf.factor / times, 0)


def _add(graph, node, a, b):
    if isinstance(a, Erf) or isinstance(b, Erf):
        erf, other = (a, b) if isinstance(a, Erf) else (b, a)
        return Erf(erf.value, erf.factor, erf.shift + _number(other))
    if not isinstance(a, Value):
        a, b = b, a
    return KNOWN["add"](graph.listing, a, b) if isinstance(b, Value) else graph.affine_of(a, 1, b)


def _sub(graph, node, a, b):
    if not isinstance(b, Value):
        return graph.affine_of(a, 1, -b)
    return KNOWN["sub"](graph.listing, a, b)


def _mul(graph, node, a, b):
    if isinstance(a, Erf) or isinstance(b, Erf):
        return _gelu_with(graph, *((a, b) if isinstance(a, Erf) else (b, a)))
    for gate, other in ((a, b), (b, a)):  # x * sigmoid(x)
        if isinstance(gate, Value) and isinstance(other, Value):
            known = {"Sigmoid": "silu", "Hardsigmoid": "hardswish"}.get(type_of(graph.module(gate)))
            if known and graph.reads(gate) == [other.layer] and other.places is gate.places is None:
                return KNOWN[known](graph.listing, other)
    if isinstance(a, Value) and isinstance(b, Value):
        return KNOWN["mul"](graph.listing, a, b)
    return graph.affine_of(*((a, b) if isinstance(a, Value) else (b, a)), 0)


def _div(graph, node, a, b):
    if isinstance(b, Value):
        raise FileError("divides by what depends on the picture")
    return graph.affine_of(a, 1 / b.double(), 0)


def _extreme(low):
    def extreme(graph, node, a, b):
        if isinstance(a, Value) and isinstance(b, Value):
            raise FileError("takes the larger or smaller of two layers")
        value, constant = (a, b) if isinstance(a, Value) else (b, a)
        return KNOWN["clamp"](graph.listing, value, *([_number(constant), None] if low else
                                                      [None, _number(constant)]))
    return extreme


def _pow(graph, node, a, exponent):
    return KNOWN["pow"](graph.listing, a, _number(exponent))


def _concat(graph, node, *inputs):
    return KNOWN["cat"](graph.listing, inputs, node["axis"])


def _sum(graph, node, *inputs):
    return inputs[0] if len(inputs) == 1 else arithmetic.merge(graph.listing, Add(), list(inputs))


def _reduce(average):
    def reduce(graph, node, input, axes=None):
        rank = len(graph.listing.shape(input)) + 1
        axes = node.get("axes", numbers(axes)) or list(range(rank))
        return arithmetic.pool(graph.listing, input, axes, bool(node.get("keepdims", 1)), average)
    return reduce


def _global(average):
    def pool(graph, node, input):
        return arithmetic.pool(graph.listing, input, [2, 3], True, average)
    return pool


def _same(graph, node, input, *_):
    return input


def _prelu(graph, node, input, slope):
    return KNOWN["prelu"](graph.listing, input, slope)


def _as(name, **attributes):
    """The function of that name; each attribute with its default is one more argument."""
    def add(graph, node, input):
        return KNOWN[name](graph.listing, input,
                           *[node.get(key, default) for key, default in attributes.items()])
    return add


OF_PICTURES = {
    "Conv": onnx_windows.conv, "Gemm": _gemm, "MatMul": _matmul, "BatchNormalization": _batch_norm,
    "InstanceNormalization": _instance_norm, "LayerNormalization": _layer_norm, "LRN": _lrn,
    "Relu": _as("relu"), "LeakyRelu": _as("leaky_relu", alpha=0.01), "Elu": _as("elu", alpha=1.0),
    "Selu": _as("selu"), "PRelu": _prelu, "Sigmoid": _as("sigmoid"), "Tanh": _as("tanh"),
    "HardSwish": _as("hardswish"), "HardSigmoid": _hard_sigmoid, "Clip": _clip, "Erf": _erf,
    "Softmax": _softmax("softmax"), "LogSoftmax": _softmax("log_softmax"),
    "MaxPool": onnx_windows.pool(False), "AveragePool": onnx_windows.pool(True),
    "GlobalAveragePool": _global(True), "GlobalMaxPool": _global(False),
    "ReduceMean": _reduce(True), "ReduceMax": _reduce(False), "Pad": onnx_windows.pad,
    "Add": _add, "Sub": _sub, "Mul": _mul, "Div": _div, "Neg": _as("neg"), "Pow": _pow,
    "Sum": _sum, "Max": _extreme(True), "Min": _extreme(False), "Concat": _concat,
    "Identity": _same, "Dropout": _same, "Cast": _same,
}
