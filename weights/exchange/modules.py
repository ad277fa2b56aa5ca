"""PyTorch's modules that become layers: most as they are, some as something equal."""
from torch import nn

from . import arithmetic, functions
from . import layers as types
from .files import FileError


def _flatten(listing, module, input):
    whole = (module.start_dim, module.end_dim) == (1, -1) and input.places is None
    return listing.layer(module, input) if whole else listing.arrange(input, module.forward)


def _batch_norm(listing, module, input):
    if module.affine and module.track_running_stats and module.momentum is not None:
        return listing.layer(module, input)
    return functions.KNOWN["batch_norm"](
        listing, input, module.running_mean, module.running_var, module.weight, module.bias,
        not module.track_running_stats, module.momentum, module.eps)


def _layer_norm(listing, module, input):
    if not module.elementwise_affine or module.bias is not None:
        return listing.layer(module, input)
    return functions.KNOWN["layer_norm"](listing, input, module.normalized_shape, module.weight,
                                         None, module.eps)


def _instance_norm(listing, module, input):
    return functions.KNOWN["instance_norm"](
        listing, input, module.running_mean, module.running_var, module.weight, module.bias,
        not module.track_running_stats, module.momentum, module.eps)


def _call(name, *attributes):
    """As the function of that name, with these attributes of the module."""
    def add(listing, module, input):
        return functions.KNOWN[name](listing, input,
                                     *[getattr(module, attribute) for attribute in attributes])
    return add


def _arranged(listing, module, input):
    return listing.arrange(input, module.forward)


SPECIAL = {
    "Flatten": _flatten, "Unflatten": _arranged, "ChannelShuffle": _arranged,
    "BatchNorm1d": _batch_norm, "BatchNorm2d": _batch_norm, "LayerNorm": _layer_norm,
    "InstanceNorm2d": _instance_norm,
    "AdaptiveAvgPool2d": _call("adaptive_avg_pool2d", "output_size"),
    "AdaptiveMaxPool2d": _call("adaptive_max_pool2d", "output_size", "return_indices"),
    "Softmax": _call("softmax", "dim"), "LogSoftmax": _call("log_softmax", "dim"),
    "PReLU": _call("prelu", "weight"), "Hardtanh": _call("hardtanh", "min_val", "max_val"),
    "SELU": _call("selu"), "ZeroPad2d": lambda listing, module, input: listing.layer(module, input),
    "ConstantPad2d": lambda listing, module, input: functions.KNOWN["pad"](
        listing, input, module.padding, "constant", module.value),
    "AlphaDropout": lambda listing, module, input: listing.layer(nn.Dropout(module.p), input),
}


def add(listing, module, *inputs):
    """The value after `module`; raises FileError if there is nothing like it."""
    kind = types.type_of(module) or type(module).__name__
    if kind in SPECIAL:
        return SPECIAL[kind](listing, module, *inputs)
    if kind in types.MERGING:
        return arithmetic.merge(listing, module, list(inputs))
    if kind not in types.TYPES:
        raise FileError("has no layer here; docs/pytorch.md lists what has")
    types.describe(module)
    return listing.layer(module, *inputs)
