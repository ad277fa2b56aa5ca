"""The flat list of layers that grows while somebody follows a network from its input on.

`arrangement` tells what flows in between, `arithmetic` what joins it.
"""
import math

import torch
from torch import nn

from . import layers as types
from .arrangement import Value, arranging, one_by_one, selection, with_weights
from .files import FileError

INPUT = -1  # where a layer's number stands for the picture


class Again(Exception):
    """The network has to be followed anew, with what was learnt meanwhile."""


class Listing:
    """The layers so far. `batch` pictures of `shape` (C, H, W) are followed at once.

    `as_convs` holds the numbers of those Linear layers that are to be Conv2d of 1x1; Again adds.
    """

    def __init__(self, shape, batch=2, as_convs=()):
        self.batch, self.as_convs = batch, set(as_convs)
        self._linears = {}  # layer -> its number among the Linear layers that the network calls
        self._linear_count, self._choosing, self._rows_of_convs = 0, 0, set()
        self.modules, self.reads, self.names, self.notes = [], [], [], []
        self._shapes = [tuple(shape)]  # the last is the input's, so that INPUT finds it
        self.affine = {}  # layer -> the value of which it is scale * value + shift, and both
        self.input = Value(INPUT)
        self.scale = self.shift = None  # of the picture, before all layers

    def shape(self, value):
        """Of one picture: of a Value or of a layer by its number."""
        if not isinstance(value, Value):
            return self._shapes[value]
        return self._shapes[value.layer] if value.places is None else tuple(value.places.shape[1:])

    def places(self, value):
        """Where its numbers stand in what its layer gives, as Value tells."""
        if value.places is not None:
            return value.places
        shape = (self.batch, *self.shape(value))
        return torch.arange(math.prod(shape)).reshape(shape)

    def arrange(self, value, move):
        """The value after `move`, which takes and gives a tensor and only moves numbers."""
        return self.arranged(value, move(self.places(value)))

    def arranged(self, value, places):
        """The numbers of the layer of `value` at these places."""
        whole = Value(value.layer, None, value.picture)
        if places.dim() and places.shape[0] != self.batch:
            raise FileError(f"gives {list(places.shape)} for {self.batch} pictures, "
                            "expected one row for each")
        same = places.equal(self.places(whole))
        return whole if same else Value(value.layer, places.contiguous(), value.picture)

    def add(self, module, *reads):
        """A layer that reads the layers `reads`. -> its number"""
        with torch.no_grad():
            given = [torch.zeros(1, *self.shape(layer)) for layer in reads]
            shape = tuple(module(*given).shape[1:])
        if len(shape) not in (1, 3):
            raise FileError(f"gives {list(shape)} for a picture, expected [C,H,W] or [F]")
        self.modules.append(module)
        self.reads.append(list(reads))
        self.names.append("")
        self._shapes.insert(-1, shape)
        return len(self.modules) - 1

    def layer(self, module, value):
        """The value after a layer of one input."""
        if types.type_of(module) == "Linear":
            return self._linear(module, value)
        if types.type_of(module) in types.ELEMENTWISE and value.places is not None:
            if value.layer in self._rows_of_convs or not self._settles(value):
                layer = self.add(module, value.layer)
                self._rows_of_convs |= {layer} if value.layer in self._rows_of_convs else set()
                return self.arranged(Value(layer), value.places)
        return Value(self.add(module, self.settle(value)))

    def _settles(self, value):
        try:
            self.settle(value)
        except FileError:
            return False
        return True

    def settle(self, value):
        """-> the number of the layer that gives this value, which is added if there is none."""
        try:
            return self._settle(value)
        except FileError as error:
            by = f" (by {value.origin})" if value.origin else ""
            raise FileError(f"{error}{by}") from error

    def _settle(self, value):
        if value.layer == INPUT and value.picture != self.input.picture:
            raise FileError("reads the picture before its normalisation, other layers after it")
        if value.places is None:
            return value.layer
        shape, first = self.shape(value.layer), value.places[0]
        size = math.prod(shape)
        for n in range(self.batch):
            if not value.places[n].equal(torch.where(first < 0, first, first + n * size)):
                raise FileError("mixes the numbers of several pictures")
        if len(shape) == 3 and first.dim() == 1 and first.equal(torch.arange(size)):
            layer = self.add(nn.Flatten(), value.layer)
        elif len(shape) == 3 and first.dim() == 3:
            layer = value.layer
            for module in arranging(shape, first):
                self._choosing += types.type_of(module) == "Conv2d"
                layer = self.add(module, layer)
        elif len(shape) == 1 and first.shape == (size, 1, 1) and first.flatten().equal(
                torch.arange(size)):
            raise Again(self._linears_before(value.layer))
        elif len(shape) == 1 and first.dim() == 1:
            layer = self.add(with_weights(nn.Linear(size, len(first), bias=False),
                                          weight=selection(first, size)), value.layer)
        else:
            raise FileError(f"arranges {list(shape)} anew as {list(first.shape)}, "
                            "which no layer does")
        value.layer, value.places = layer, None
        return layer

    def _linear(self, module, value):
        """A Linear, as itself or, where rows are channels of pictures of 1x1, as a Conv2d.

        Of [N,C,H,W] in another order, as channels last, the weights' columns are moved back.
        """
        shape, rank = self.shape(value.layer), len(self.shape(value))
        ordinal = self._linear_count
        self._linear_count += 1
        first = self.places(value)[0]
        if rank == 3 and len(shape) == 3 and self.channels_last(value):
            conv = self.add(one_by_one(module.weight, module.bias), value.layer)
            return self.arrange(Value(conv), lambda x: x.permute(0, 2, 3, 1))
        if ordinal in self.as_convs and rank == 1 and shape[1:] == (1, 1):
            self.settle(Value(value.layer, value.places[:, :, None, None], value.picture))
            conv = self.add(one_by_one(module.weight, module.bias), value.layer)
            self._rows_of_convs.add(conv)
            return self.arrange(Value(conv), lambda x: x.flatten(1))
        if rank != 1:
            raise FileError(f"Linear reads {list(self.shape(value))}, expected one row a picture")
        if len(shape) == 3 and value.places is not None and not first.equal(
                torch.arange(len(first))) and first.sort()[0].equal(torch.arange(math.prod(shape))):
            moved = torch.empty_like(module.weight.detach())
            moved[:, first] = module.weight.detach()
            size = (module.in_features, module.out_features)
            module = with_weights(nn.Linear(*size, device="meta"), weight=moved, bias=module.bias)
            value = self.arrange(Value(value.layer), lambda x: x.flatten(1))
        layer = self.add(module, self.settle(value))
        self._linears[layer] = ordinal
        return Value(layer)

    def channels_last(self, value):
        """Whether it is [N,H,W,C] of its layer's [N,C,H,W]."""
        last = value.places is not None and value.places.dim() == 4
        return last and value.places.permute(0, 3, 1, 2).equal(self.places(Value(value.layer)))

    def _linears_before(self, layer):
        """Which Linear layers lead from pictures of 1x1 to this row."""
        found = set()
        while len(self.shape(layer)) == 1:
            kind = types.type_of(self.modules[layer])
            if kind == "Linear":
                found.add(self._linears[layer])
            elif kind not in types.ELEMENTWISE and kind != "Flatten":
                raise FileError(f"makes channels of the rows of a {kind}, which no layer does")
            layer = self.reads[layer][0]
        return found | self.as_convs

    def finish(self, value):
        """Ends the list with this value, and drops the layers that do not lead to it."""
        if self.places(value).dim() == 1:  # one number a picture
            value = self.arrange(value, lambda x: x[:, None])
        last = self.settle(value)
        if last == INPUT:
            last = self.add(nn.Identity(), INPUT)
        needed = set()
        for layer in range(last, -1, -1):
            if layer == last or layer in needed:
                needed |= {layer, *self.reads[layer]}
        kept = [layer for layer in range(last + 1) if layer in needed]
        number = {layer: i for i, layer in enumerate(kept)} | {INPUT: INPUT}
        self.reads = [[number[read] for read in self.reads[layer]] for layer in kept]
        self._shapes = [self._shapes[layer] for layer in kept] + self._shapes[-1:]
        self.modules = [self.modules[layer] for layer in kept]
        self.names = [self.names[layer] for layer in kept]
        if self._choosing:
            self.notes.append(f"channels are chosen {self._choosing} times, by a Conv2d of ones "
                              "and zeros")

    def described(self):
        """-> the `layers` of a description, and the tensors by their keys."""
        entries, tensors, keys = [], {}, []
        for i, module in enumerate(self.modules):
            entry = types.describe(module)
            name = self._free_name(self.names[i], keys)
            keys.append(name or str(i))
            if self.reads[i] != [i - 1]:
                reads = ["input" if read == INPUT else keys[read] for read in self.reads[i]]
                entry = {"inputs": reads, **entry}
            if name:
                entry = {"name": name, **entry}
            entries.append({"type": types.type_of(module), **entry})
            for part, tensor in types.tensors_of(module).items():
                tensors[f"{keys[i]}.{part}"] = tensor
        return entries, tensors

    @staticmethod
    def _free_name(name, taken):
        """Numbers are left out, since layers without a name are called by theirs."""
        if not name or name.isdigit():
            return ""
        name = "input_" if name == "input" else name
        return next(free for free in (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3)))
                    if free not in taken)
