"""What each function and method of PyTorch adds to the list: the table for `tracing`.

Each is called with the listing and the arguments of the call, where tensors that depend on the
picture are Values. Names are without underscores at their ends: `relu` is F.relu, torch.relu,
x.relu() and x.relu_().
"""
import torch
import torch.nn.functional as F
from torch import nn

from . import arithmetic
from .arrangement import Value, with_weights
from .files import FileError
from .layers import Add, Multiply

# Those that only move numbers.
MOVING = {"view", "reshape", "flatten", "squeeze", "unsqueeze", "permute", "transpose", "movedim",
          "getitem", "chunk", "split", "tensor_split", "narrow", "expand", "expand_as", "view_as",
          "reshape_as", "unflatten", "repeat", "unbind", "swapaxes", "select", "moveaxis",
          "channel_shuffle", "pixel_unshuffle"}
# Those that change nothing.
PASSING = {"contiguous", "clone", "float", "to", "type_as", "cpu", "positive", "pos"}


def _conv2d(listing, input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    out, inputs, *kernel = weight.shape
    conv = nn.Conv2d(inputs * groups, out, tuple(kernel), stride, padding, dilation, groups,
                     device="meta")
    return listing.layer(with_weights(conv, weight=weight, bias=bias), input)


def _linear(listing, input, weight, bias=None):
    linear = nn.Linear(weight.shape[1], len(weight), device="meta")
    return listing.layer(with_weights(linear, weight=weight, bias=bias), input)


def _batch_norm(listing, input, running_mean, running_var, weight=None, bias=None, training=False,
                momentum=0.1, eps=1e-5):
    if training or running_mean is None:
        raise FileError("takes the mean of the pictures that it is given together, "
                        "so that each changes the others' answers")
    kind = nn.BatchNorm2d if len(listing.shape(input)) == 3 else nn.BatchNorm1d
    norm = kind(len(running_mean), eps, 0.1 if momentum is None else momentum)
    given = {"weight": weight, "bias": bias, "running_mean": running_mean,
             "running_var": running_var}
    return listing.layer(with_weights(norm, **{name: tensor for name, tensor in given.items()
                                               if tensor is not None}), input)


def _group_norm(listing, input, num_groups, weight=None, bias=None, eps=1e-5):
    norm = nn.GroupNorm(num_groups, listing.shape(input)[0], eps, weight is not None)
    return listing.layer(with_weights(norm, weight=weight, bias=_zeros(weight, bias)), input)


def _instance_norm(listing, input, running_mean=None, running_var=None, weight=None, bias=None,
                   use_input_stats=True, momentum=0.1, eps=1e-5):
    if not use_input_stats:
        return _batch_norm(listing, input, running_mean, running_var, weight, bias, False, momentum,
                           eps)
    return _group_norm(listing, input, listing.shape(input)[0], weight, bias, eps)


def _layer_norm(listing, input, normalized_shape, weight=None, bias=None, eps=1e-5):
    norm = nn.LayerNorm(normalized_shape, eps, weight is not None)
    return listing.layer(with_weights(norm, weight=weight, bias=_zeros(weight, bias)), input)


def _zeros(weight, bias):
    return torch.zeros_like(weight) if weight is not None and bias is None else bias


def _max_pool2d(listing, input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False,
                return_indices=False):
    stride = stride or None  # as traces write it
    return listing.layer(nn.MaxPool2d(kernel_size, stride, padding, dilation, return_indices,
                                      ceil_mode), input)


def _avg_pool2d(listing, input, kernel_size, stride=None, padding=0, ceil_mode=False,
                count_include_pad=True, divisor_override=None):
    return listing.layer(nn.AvgPool2d(kernel_size, stride or None, padding, ceil_mode,
                                      count_include_pad, divisor_override), input)


def _adaptive(kind):
    def pool(listing, input, output_size, return_indices=False):
        size = output_size if isinstance(output_size, (tuple, list)) else (output_size,) * 2
        own = listing.shape(input)[-2:]
        return listing.layer(kind(tuple(want or have for want, have in zip(size, own))), input)
    return pool


def _softmax(kind):
    def softmax(listing, input, dim=None, _stacklevel=3, dtype=None):
        rank = len(listing.shape(input)) + 1
        if dim is None and rank != 3:
            dim = 1  # as PyTorch takes it
        return listing.layer(kind(dim if dim is None or dim >= 0 else dim + rank), input)
    return softmax


def _dropout(kind):
    def dropout(listing, input, p=0.5, training=True, inplace=False):
        if training:
            raise FileError("drops numbers in eval mode too: write training=self.training")
        return listing.layer(kind(p), input)
    return dropout


def _pad(listing, input, pad, mode="constant", value=0):
    if mode != "constant" or value:
        raise FileError(f"pads with {value if mode == 'constant' else mode!r}, "
                        "only zeros can be said")
    return listing.arrange(input, lambda x: F.pad(x, pad, value=-1))


def _clamp(listing, input, min=None, max=None):
    """ReLU or ReLU6, on a scale of their own."""
    if min is None:
        return arithmetic.affine(listing, _clamp(listing, arithmetic.affine(listing, input, -1, 0),
                                                 -max), -1, 0)
    scale = 1 if max is None else (max - min) / 6
    input = arithmetic.affine(listing, input, 1 / scale, -min / scale)
    input = listing.layer(nn.ReLU() if max is None else nn.ReLU6(), input)
    return arithmetic.affine(listing, input, scale, min)


def _hardtanh(listing, input, min_val=-1.0, max_val=1.0, inplace=False):
    return _clamp(listing, input, min_val, max_val)


def _prelu(listing, input, weight):
    layer = nn.PReLU(weight.numel())
    layer.weight.data = weight.detach().reshape(-1)
    return listing.layer(layer, input)


def _selu(listing, input, inplace=False):
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return arithmetic.affine(listing, listing.layer(nn.ELU(alpha), input), scale, 0)


def _sum_of(one, other):
    """one * a + other * b, of values and constants."""
    def add(listing, a, b, alpha=1, out=None):
        of_a, of_b = one, other * alpha
        if not isinstance(b, Value):
            return arithmetic.affine(listing, a, of_a, b * of_b)
        if not isinstance(a, Value):
            return arithmetic.affine(listing, b, of_b, a * of_a)
        return arithmetic.merge(listing, Add(), [arithmetic.affine(listing, a, of_a, 0),
                                                 arithmetic.affine(listing, b, of_b, 0)])
    return add


def _mul(listing, a, b):
    if not isinstance(b, Value):
        return arithmetic.affine(listing, a, b, 0)
    if not isinstance(a, Value):
        return arithmetic.affine(listing, b, a, 0)
    return arithmetic.merge(listing, Multiply(), [a, b])


def _div(listing, a, b, rounding_mode=None):
    if isinstance(b, Value) or rounding_mode:
        raise FileError("divides by what depends on the picture")
    return arithmetic.affine(listing, a, 1 / torch.as_tensor(b, dtype=torch.float64), 0)


def _pow(listing, a, exponent):
    if exponent not in (2, 3, 4):
        raise FileError(f"is to the power of {exponent}, only 2, 3 and 4 can be said")
    return arithmetic.merge(listing, Multiply(), [a] * int(exponent))


def _cat(listing, tensors, dim=0):
    return arithmetic.concat(listing, list(tensors), dim)


def _reduce(average):
    def reduce(listing, input, dim=None, keepdim=False, dtype=None):
        rank = len(listing.shape(input)) + 1
        dims = range(1, rank) if dim is None else [dim] if isinstance(dim, int) else dim
        return arithmetic.pool(listing, input, list(dims), keepdim, average)
    return reduce


def _max(listing, input, dim=None, keepdim=False):
    """The largest numbers; their places, which come with them, are of no use here."""
    if not isinstance(dim, int):
        raise FileError("compares layers, only numbers of one can be compared")
    return (arithmetic.pool(listing, input, [dim], keepdim, False),
            FileError("max gives places, which no layer does"))


def _moving(function):
    def move(listing, input, *args, **kwargs):
        args = [listing.places(a) if isinstance(a, Value) else a for a in args]  # for their shapes
        moved = function(listing.places(input), *args, **kwargs)
        if isinstance(moved, (tuple, list)):
            return tuple(listing.arrange(input, lambda _, part=part: part) for part in moved)
        return listing.arrange(input, lambda _: moved)
    return move


def _passing(listing, input, *_, **__):
    return input


def _stochastic_depth(listing, input, p=0.5, mode="row", training=True):
    if training:
        raise FileError("drops numbers in eval mode too: write training=self.training")
    return input


_dropout1 = _dropout(nn.Dropout)
KNOWN = {
    "conv2d": _conv2d, "linear": _linear, "batch_norm": _batch_norm, "group_norm": _group_norm,
    "instance_norm": _instance_norm, "layer_norm": _layer_norm,
    "local_response_norm": lambda listing, input, size, alpha=1e-4, beta=0.75, k=1.0: listing.layer(
        nn.LocalResponseNorm(size, alpha, beta, k), input),
    "relu": lambda listing, input, inplace=False: listing.layer(nn.ReLU(), input),
    "relu6": lambda listing, input, inplace=False: listing.layer(nn.ReLU6(), input),
    "leaky_relu": lambda listing, input, negative_slope=0.01, inplace=False: listing.layer(
        nn.LeakyReLU(negative_slope), input),
    "elu": lambda listing, input, alpha=1.0, inplace=False: listing.layer(nn.ELU(alpha), input),
    "selu": _selu, "prelu": _prelu, "clamp": _clamp, "clip": _clamp, "hardtanh": _hardtanh,
    "clamp_min": lambda listing, input, min: _clamp(listing, input, min),
    "silu": lambda listing, input, inplace=False: listing.layer(nn.SiLU(), input),
    "gelu": lambda listing, input, approximate="none": listing.layer(nn.GELU(approximate), input),
    "hardswish": lambda listing, input, inplace=False: listing.layer(nn.Hardswish(), input),
    "hardsigmoid": lambda listing, input, inplace=False: listing.layer(nn.Hardsigmoid(), input),
    "tanh": lambda listing, input: listing.layer(nn.Tanh(), input),
    "sigmoid": lambda listing, input: listing.layer(nn.Sigmoid(), input),
    "softmax": _softmax(nn.Softmax), "log_softmax": _softmax(nn.LogSoftmax),
    "max_pool2d": _max_pool2d, "avg_pool2d": _avg_pool2d,
    "adaptive_avg_pool2d": _adaptive(nn.AdaptiveAvgPool2d),
    "adaptive_max_pool2d": _adaptive(nn.AdaptiveMaxPool2d),
    "dropout": _dropout1, "alpha_dropout": _dropout1, "dropout1d": _dropout1,
    "dropout2d": _dropout(nn.Dropout2d), "feature_dropout": _dropout(nn.Dropout2d),
    "stochastic_depth": _stochastic_depth, "pad": _pad,
    "add": _sum_of(1, 1), "radd": _sum_of(1, 1), "iadd": _sum_of(1, 1), "sub": _sum_of(1, -1),
    "subtract": _sum_of(1, -1), "isub": _sum_of(1, -1), "rsub": _sum_of(-1, 1),
    "mul": _mul, "rmul": _mul, "imul": _mul, "multiply": _mul, "div": _div, "truediv": _div,
    "true_divide": _div, "divide": _div,
    "neg": lambda listing, input: arithmetic.affine(listing, input, -1, 0),
    "pow": _pow, "square": lambda listing, input: _pow(listing, input, 2),
    "cat": _cat, "concat": _cat, "concatenate": _cat,
    "mean": _reduce(True), "amax": _reduce(False), "max": _max,
    **dict.fromkeys(PASSING, _passing),
}


def find(name, function):
    """What is to be called with the listing and the arguments of `function`; None if unknown."""
    name = name.strip("_")
    return _moving(function) if name in MOVING else KNOWN.get(name)
