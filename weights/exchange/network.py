"""Reads the two files of a network back, as a network of PyTorch."""
import json
import pathlib
from collections import OrderedDict

from torch import nn

from . import layers as types
from .files import FORMAT, FileError, read_weights


class Network(nn.Sequential):
    """Layers in order, as a description lists them, each with the numbers of those that it reads.

    -1 is the input. Of a description in which each layer reads the one before, `load` makes a plain
    nn.Sequential.
    """

    def __init__(self, layers, reads):
        super().__init__(layers)
        self.reads = reads

    def forward(self, x):
        values = {-1: x}
        last_reader = {read: i for i, reads in enumerate(self.reads) for read in reads}
        for i, (layer, reads) in enumerate(zip(self, self.reads)):
            values[i] = layer(*[values[read] for read in reads])
            for read in set(reads):
                if last_reader[read] == i:
                    del values[read]
        return values[len(self) - 1]


def _alias(kinds, i):
    """The type in small letters and its count, as "Calling a layer" in docs/model-format.md."""
    stem = kinds[i].removesuffix("2d").lower()
    return stem + str(sum(kind.removesuffix("2d") == kinds[i].removesuffix("2d")
                          for kind in kinds[:i + 1]))


def _reads(layers, where):
    """The numbers of the layers that each layer reads."""
    names, found = [layer.get("name") for layer in layers], []
    kinds = [layer["type"] for layer in layers]
    for i, layer in enumerate(layers):
        called = {_alias(kinds, j): j for j in range(i)} | {str(j): j for j in range(i)}
        called |= {name: j for j, name in enumerate(names[:i]) if name} | {"input": -1}
        try:
            found.append([called[str(word)] for word in layer["inputs"]]
                         if "inputs" in layer else [i - 1])
        except KeyError as error:
            raise FileError(f"{where}: layer {i} ({kinds[i]}): inputs: there is no earlier layer "
                            f"{error}") from error
    return found


def build(layers, path):
    """The network of a description's `layers`, with random weights; `path` is for messages."""
    built = OrderedDict((layer.get("name", str(i)),
                         types.build(layer, f"{path}: layer {i} ({layer.get('type')})"))
                        for i, layer in enumerate(layers))
    reads = _reads(layers, path)
    chain = reads == [[i - 1] for i in range(len(layers))]
    return nn.Sequential(built) if chain else Network(built, reads)


def tensors_of(network):
    """The tensors of a weight file: batch counters, on which no result depends, are left out."""
    return {key: tensor for key, tensor in network.state_dict().items()
            if not key.endswith("num_batches_tracked")}


def _set_weights(network, path):
    tensors, expected = read_weights(path), tensors_of(network)
    for key in sorted(tensors.keys() | expected.keys()):
        shapes = [list(t[key].shape) if key in t else None for t in (tensors, expected)]
        if shapes[0] != shapes[1]:
            raise FileError(f"{path}: '{key}' is {shapes[0] or 'missing'}, expected "
                            f"{shapes[1] or 'no such tensor'}")
    network.load_state_dict(tensors, strict=False)


def load(path):
    """-> the network that a description names, in eval mode, and the description.

    A Sequential or, if the description branches, a Network. It does not normalise: give it
    `normalised(pixels, description)`.
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
