"""Follows a network in an ONNX file from its picture on, and lists its layers.

What depends on no picture (sizes, weights computed from others) is computed; the rest is listed by
`onnx_nodes`. Pictures may be [N,C,H,W] or, as Keras and TensorFlow have them, [N,H,W,C].
"""
import collections

import numpy
import onnx
import torch
from onnx import numpy_helper

from . import onnx_constants, onnx_nodes
from .arithmetic import fold
from .arrangement import Value
from .files import FileError
from .listing import INPUT, Again, Listing


def _tensor(stored):
    numbers = numpy.array(numpy_helper.to_array(stored))
    return torch.from_numpy(numbers.astype(numpy.float32) if numbers.dtype.kind == "f" else
                            numbers.astype(bool if numbers.dtype.kind == "b" else numpy.int64))


def _attributes(node):
    """By name; tensors as torch has them."""
    found = {"outputs": len(node.output)}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        found[attribute.name] = _tensor(value) if isinstance(value, onnx.TensorProto) else value
    return found


def read(path):
    """An ONNX file, with opset 9 to 17 or whatever else has the same operators."""
    try:
        model = onnx.load(str(path))
    except OSError:
        raise
    except Exception as error:  # what protobuf raises depends on its version
        raise FileError(f"{path}: expected an ONNX file") from error
    if not model.graph.node:
        raise FileError(f"{path}: expected an ONNX file with a network")
    return model


def input_of(model):
    """-> the name of the picture, and its sizes, None where the file leaves them open."""
    constants = {stored.name for stored in model.graph.initializer}
    inputs = [given for given in model.graph.input if given.name not in constants]
    if len(inputs) != 1:
        raise FileError(f"expected one input, found {[given.name for given in inputs]}")
    dims = [dim.dim_value or None for dim in inputs[0].type.tensor_type.shape.dim]
    return inputs[0].name, dims


def layout(dims, asked):
    """-> the picture's (C, H, W), the batch, and how to bring [N,C,H,W] into the file's order."""
    batch = dims[0] or 2
    last = len(dims) == 4 and dims[3] in (1, 2, 3, 4) and dims[1] not in (1, 2, 3, 4)
    sizes = list(dims[1:])
    if len(sizes) == 3:
        sizes = [sizes[2], *sizes[:2]] if last else sizes
    elif len(sizes) == 2:
        sizes = [1, *sizes]
    else:
        sizes = [None] * 3
    if asked:
        if any(size not in (None, want) for size, want in zip(sizes, asked)):
            raise FileError(f"--input: the file's pictures are {sizes} (channels, height, width)")
        sizes = list(asked)
    if None in sizes:
        raise FileError(f"its input {dims} leaves sizes open: tell them, --input C,H,W")
    if last:
        return sizes, batch, lambda x: x.permute(0, 2, 3, 1)
    return sizes, batch, lambda x: x.reshape(len(x), *([-1] if len(dims) == 2 else
                                                       sizes[-len(dims) + 1:]))


class Graph:
    """What the nodes' inputs are so far: Values that depend on the picture, and constants."""

    def __init__(self, model, listing, move):
        self.listing, self.known = listing, {"": None}
        self.opset = max([used.version for used in model.opset_import if not used.domain] or [9])
        self._uses = collections.Counter(name for node in model.graph.node for name in node.input)
        self._uses.update(output.name for output in model.graph.output)
        self._node = None
        name, _ = input_of(model)
        for stored in model.graph.initializer:
            self.known[stored.name] = _tensor(stored)
        self.known[name] = listing.arrange(listing.input, move)

    def module(self, value):
        """The layer that gives a value; None for the picture."""
        return None if value.layer == INPUT else self.listing.modules[value.layer]

    def reads(self, value):
        return None if value.layer == INPUT else self.listing.reads[value.layer]

    def source(self, value):
        """-> the value of which this one is scale * value + shift, and both."""
        one = torch.ones(1, dtype=torch.float64)
        return self.listing.affine.get(value.layer, (value, one, 0 * one))

    def affine_of(self, value, scale, shift):
        """scale * value + shift, within the layer of `value` if nobody else reads that."""
        alone = all(self._uses[name] == 1 for name in self._node.input
                    if isinstance(self.known[name], Value))
        return fold(self.listing, value, scale, shift, alone)

    def follow(self, node):
        """Adds one node."""
        self._node, attributes = node, _attributes(node)
        try:
            inputs = [self.known[name] for name in node.input]
            results = self._results(node.op_type, attributes, inputs)
        except (FileError, TypeError, ValueError, RuntimeError, KeyError, AttributeError) as error:
            where = f"node {node.name or node.output[0]} ({node.op_type})"
            error = FileError(f"{where}: {(str(error).splitlines() or [''])[0]}")
            results = [error] * len(node.output)
        for name, result in zip(node.output, results):
            self.known[name] = result

    def _results(self, kind, attributes, inputs):
        failed = [given for given in inputs if isinstance(given, FileError)]
        if failed:
            return failed[:1] * attributes["outputs"]
        of_pictures = any(isinstance(given, (Value, onnx_nodes.Erf)) for given in inputs)
        if kind == "Constant":
            value = next(value for name, value in attributes.items() if name.startswith("value"))
            return [value if isinstance(value, torch.Tensor) else torch.tensor(value)]
        if kind == "Shape" and of_pictures:
            return [torch.tensor([self.listing.batch, *self.listing.shape(inputs[0])])]
        if kind in onnx_constants.MOVING:
            def move(x):
                return onnx_constants.MOVING[kind](attributes, x, *inputs[1:])
            moved = move(self.listing.places(inputs[0]) if of_pictures else inputs[0])
            moved = moved if isinstance(moved, tuple) else (moved,)
            return [self.listing.arrange(inputs[0], lambda _, part=part: part) if of_pictures
                    else part for part in moved]
        table = onnx_nodes.OF_PICTURES if of_pictures else onnx_constants.OF_CONSTANTS
        if kind not in table:
            raise FileError("has no layer here; docs/onnx.md lists what has")
        first = [self] if of_pictures else []
        return [table[kind](*first, attributes, *inputs)]


def _named(listing, graph, node, count):
    """Layers are called as the tensors of their weights are, where these tell."""
    for name in node.input[1:2]:
        path, dot, last = name.rpartition(".")
        value = graph.known.get(node.output[0])
        if dot and last == "weight" and isinstance(value, Value) and value.layer >= count:
            listing.names[value.layer] = path.replace(".", "_")


def _run(model, dims, asked, as_convs):
    sizes, batch, move = layout(dims, asked)
    listing = Listing(sizes, batch, as_convs)
    graph = Graph(model, listing, move)
    for node in model.graph.node:
        count = len(listing.modules)
        graph.follow(node)
        _named(listing, graph, node, count)
    if len(model.graph.output) != 1:
        raise FileError(f"expected one output, found {[out.name for out in model.graph.output]}")
    result = graph.known[model.graph.output[0].name]
    if isinstance(result, FileError):
        raise result
    if not isinstance(result, Value):
        raise FileError("its output does not depend on the picture")
    listing.finish(result)
    return listing


def trace(model, asked=None):
    """-> the Listing of a network for pictures of the file's size, or of `asked` (C, H, W)."""
    again, (_, dims) = set(), input_of(model)
    with torch.no_grad():
        while True:
            try:
                return _run(model, dims, asked, again)
            except Again as learnt:
                again, = learnt.args
