"""Arithmetic between values, and with constants: what it adds to the list."""
import math

import torch
from torch import nn

from . import layers as types
from .arrangement import Value, with_weights
from .files import FileError
from .listing import INPUT


def _by_channel(listing, value, constant):
    """A constant that is to be added to `value`, or multiplied with it, as one number a channel."""
    shape, first = listing.shape(value.layer), listing.places(value)[0]
    constant = torch.as_tensor(constant, dtype=torch.float64)
    whole = constant.expand(listing.batch, *first.shape)
    channels = torch.empty(math.prod(shape), dtype=torch.float64)
    channels[first.flatten()] = whole[0].flatten()
    channels = channels.reshape(shape[0], -1)
    if not whole.equal(whole[:1].expand_as(whole)) or not channels.equal(
            channels[:, :1].expand_as(channels)):
        raise FileError("has constants that differ from pixel to pixel")
    return channels[:, 0]


def affine(listing, value, scale, shift):
    """scale * value + shift, of constants that have one number a channel or a single one.

    Of the picture this is its normalisation, and of anything else a batch normalisation. One after
    another become a single one.
    """
    places = listing.places(value)[0].flatten()
    if not places.sort()[0].equal(torch.arange(math.prod(listing.shape(value.layer)))):
        listing.settle(value)
    scale, shift = (_by_channel(listing, value, constant) for constant in (scale, shift))
    if value.layer in listing.affine:
        source, before, offset = listing.affine[value.layer]
        value = listing.arranged(source, listing.places(value))
        scale, shift = scale * before, scale * offset + shift
    if torch.allclose(scale, torch.ones_like(scale), 1e-6) and shift.eq(0).all():
        return value
    whole = Value(value.layer, None, value.picture)
    if value.layer == INPUT and not any(INPUT in reads for reads in listing.reads) \
            and scale.gt(0).all() and value.picture == listing.input.picture:
        before = (1, 0) if listing.scale is None else (listing.scale, listing.shift)
        listing.scale, listing.shift = scale * before[0], scale * before[1] + shift
        listing.input = Value(INPUT, None, listing.input.picture + 1)
        return Value(INPUT, value.places, listing.input.picture)
    norm = (nn.BatchNorm2d if len(listing.shape(whole)) == 3 else nn.BatchNorm1d)(len(scale))
    with_weights(norm, weight=(scale * math.sqrt(1 + norm.eps)).float(), bias=shift.float())
    layer = listing.add(norm, listing.settle(whole))
    listing.affine[layer] = whole, scale, shift
    return listing.arranged(Value(layer), listing.places(value))


def _check_shapes(kind, shapes):
    wide = max(shapes, key=math.prod)
    for shape in shapes:
        if shape != wide and not (kind == "Multiply" and shape == (wide[0], 1, 1)):
            raise FileError(f"{kind} of {list(wide)} and {list(shape)}: expected the same shape" +
                            (" or one number a channel" if kind == "Multiply" else ""))


def merge(listing, module, values):
    """The value after a layer of several inputs."""
    first = values[0]
    if types.type_of(module) == "Multiply":
        values = [_thin(listing, value) for value in values]
    elif all(value.places is not None and value.places.equal(listing.places(first))
             for value in values) and types.type_of(module) == "Add":
        layers = [value.layer for value in values]
        return listing.arranged(Value(listing.add(module, *layers)), first.places)
    if types.type_of(module) != "Concat":
        _check_shapes(types.type_of(module), [listing.shape(value) for value in values])
    return Value(listing.add(module, *[listing.settle(value) for value in values]))


def _thin(listing, value):
    """[C,1,1] instead of the same number in a whole [C,H,W]."""
    if value.places is None or value.places.dim() != 4:
        return value
    thin = value.places[..., :1, :1]
    same = thin.expand_as(value.places).equal(value.places)
    return listing.arranged(value, thin) if same else value


def concat(listing, values, dim):
    """One after the other along `dim` of [N,C,H,W], [N,H,W,C] or [N,F]."""
    rank = len(listing.shape(values[0])) + 1
    if len(values) == 1:
        return values[0]
    if dim % rank == 3 and all(listing.channels_last(value) for value in values):
        joined = Value(listing.add(types.Concat(), *[value.layer for value in values]))
        return listing.arrange(joined, lambda x: x.permute(0, 2, 3, 1))
    if dim % rank != 1:
        raise FileError(f"joins along dimension {dim}, only channels can be joined")
    return merge(listing, types.Concat(), values)


def pool(listing, value, dims, keepdim, average=True):
    """The mean or the largest over rows, columns or both, in whatever arrangement."""
    places, shape = listing.places(value), listing.shape(value.layer)
    dims = [dim % places.dim() for dim in dims]
    count = math.prod(places.shape[dim] for dim in dims)
    if count == 1:
        return listing.arranged(value, places.amin(dims, keepdim))
    if len(shape) == 3:
        kind = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)[not average]
        window = (nn.AvgPool2d, nn.MaxPool2d)[not average]
        _, height, width = shape
        for size, module, group in (
                (height * width, lambda: kind(1), places // (height * width)),
                (width, lambda: window((1, width)), places // width),
                (height, lambda: window((height, 1)),
                 places // (height * width) * width + places % width)):
            low, high = group.amin(dims, keepdim), group.amax(dims, keepdim)
            if count == size and low.equal(high) and (places >= 0).all():
                whole = listing.settle(Value(value.layer, None, value.picture))
                return listing.arranged(Value(listing.add(module(), whole)), low)
    raise FileError(f"reduces dimensions {dims} of {list(places.shape)}, "
                    "only whole rows and columns of pictures can be")


def fold(listing, value, scale, shift, alone):
    """`affine`, but in the convolution or Linear before, if `alone`: if nobody else reads that."""
    module = None if value.layer == INPUT else listing.modules[value.layer]
    if not alone or types.type_of(module) not in ("Conv2d", "Linear") or \
            any(value.layer in reads for reads in listing.reads):
        return affine(listing, value, scale, shift)
    scale, shift = (_by_channel(listing, value, constant).float() for constant in (scale, shift))
    bias = 0 if module.bias is None else scale * module.bias
    rows = scale.reshape(-1, *[1] * (module.weight.dim() - 1))
    with_weights(module, weight=rows * module.weight, bias=bias + shift)
    return value
