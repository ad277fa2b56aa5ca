"""Follows a network of PyTorch by torch.fx, and lists its layers.

Each operation is also computed, on two grey pictures, so that what does not depend on the pixels
(sizes, lengths, decisions upon them) is what it is while the network runs; only the rest is
followed.
"""
import collections
import linecache
import os
import sys
import traceback

import torch
from torch import fx, nn

from . import functions, modules
from . import layers as types
from .arrangement import Value
from .files import FileError
from .listing import Again, Listing

_OURS = (os.path.dirname(os.path.abspath(__file__)) + os.sep,
         os.path.dirname(torch.__file__) + os.sep, "<")


_DECIDES = "decides by the picture's numbers; a list of layers is the same for every picture"
_SAME_FOR_ALL = {"size", "dim", "ndimension", "numel", "nelement", "stride", "is_floating_point",
                 "is_complex", "is_contiguous", "get_device", "element_size", "type", "len"}


class _Whole(nn.Module):
    """The network as torch.fx should follow it: one picture in, whatever comes out kept aside."""

    def __init__(self, network, rows):
        super().__init__()
        self.network, self.rows = network, rows
        self.result = []

    def forward(self, x):
        self.result.append(self.network(x.flatten(1) if self.rows else x))


class _Traced(fx.Proxy):
    """Stands for a tensor that depends on the picture: where it comes from, and its numbers.

    `value` is a FileError where no layer gives it; that matters only if the result depends on it.
    """

    def __init__(self, node, tracer, value, tensor):
        super().__init__(node, tracer)
        self.value, self.tensor = value, tensor

    def __getattr__(self, name):
        if name in ("data", "T", "mT"):
            return self if name == "data" else self.permute(*range(self.tensor.dim() - 1, -1, -1))
        known = getattr(self.tensor, name)
        return super().__getattr__(name) if callable(known) else known

    def __len__(self):
        return len(self.tensor)

    def __iter__(self):
        return (self[i] for i in range(len(self.tensor)))


def _mapped(arguments, change):
    """`arguments` with each _Traced in them changed."""
    if isinstance(arguments, _Traced):
        return change(arguments)
    if isinstance(arguments, (tuple, list)):
        return type(arguments)([_mapped(part, change) for part in arguments])
    if isinstance(arguments, dict):
        return {key: _mapped(part, change) for key, part in arguments.items()}
    return arguments


def _traced(arguments):
    found = []
    _mapped(arguments, found.append)
    return found


def _place(frames):
    """The innermost of (frame, line) that is in the network's own code, and what stands there."""
    place = ""
    for frame, line in frames:
        file = frame.f_code.co_filename
        if frame.f_code is _Whole.forward.__code__:
            place = ""  # what is outside of it called us
        elif not file.startswith(_OURS):
            code = linecache.getline(file, line).strip()
            place = f"{os.path.basename(file)}:{line}: {code}: "
    return place


def _here():
    """The place that is running now."""
    return _place(reversed(list(traceback.walk_stack(sys._getframe()))))


class _Tracer(fx.Tracer):
    def __init__(self, listing):
        super().__init__()
        self.listing, self.uses = listing, collections.Counter()

    def getattr(self, attr, attr_val, parameter_proxy_cache):
        return attr_val  # a weight is a constant

    def path_of_module(self, mod):
        return self.submodule_paths.get(mod, "")

    def create_proxy(self, kind, target, args, kwargs, *_, **__):
        if kind == "placeholder":
            shape = self.listing.batch, *self.listing.shape(self.listing.input)
            return self._wrap(self.listing.input, torch.full(shape, 0.5))
        name = target if isinstance(target, str) else target.__name__
        function = getattr(torch.Tensor, target) if kind == "call_method" else target
        return self._follow(name, "", function, functions.find(name, function), args, kwargs)

    def call_module(self, m, forward, args, kwargs):
        path = self.path_of_module(m)[len("network."):]
        known = types.type_of(m) or self.is_leaf_module(m, path)
        if not known or not _traced((args, kwargs)):
            return forward(*args, **kwargs)
        what = f"layer {path or len(self.listing.modules)} ({type(m).__name__})"

        def add(listing, *values):
            if m._forward_hooks or any(not str(hook.__class__.__module__).startswith("torch.nn")
                                       for hook in m._forward_pre_hooks.values()):
                raise FileError("has forward hooks, which descriptions do not know")
            return modules.add(listing, m, *values)
        self.uses[what] += any(True for _ in m.parameters())
        return self._follow(path.replace(".", "_"), what, forward, add, args, kwargs)

    def _follow(self, name, what, function, add, args, kwargs):
        """Computes, and lists it if the picture decides. -> a proxy, or what it always is."""
        inputs = _traced((args, kwargs))
        versions = [proxy.tensor._version for proxy in inputs]
        try:
            result = function(*_mapped(args, lambda proxy: proxy.tensor),
                              **_mapped(kwargs, lambda proxy: proxy.tensor))
        except (RuntimeError, ValueError, IndexError) as error:
            shape, message = [1, *self.listing.shape(self.listing.input)], str(error).splitlines()
            raise FileError(f"{_here()}{what or name}: the layers do not fit an input {shape}: "
                            f"{(message or [''])[0]}") from error
        parts = result if isinstance(result, (tuple, list)) else [result]
        if not parts or not all(isinstance(part, torch.Tensor) for part in parts):
            if result is None or name in _SAME_FOR_ALL:
                return result
            raise FileError(f"{_here()}{name} {_DECIDES}")
        count = len(self.listing.modules)
        errors = [proxy.value for proxy in inputs if isinstance(proxy.value, FileError)]
        if add is None and not errors:
            errors = [FileError(f"{_here()}{name} has no layer here; "
                                "docs/pytorch.md lists what has")]
        try:
            value = errors[0] if errors else add(self.listing,
                                                 *_mapped(args, lambda proxy: proxy.value),
                                                 **_mapped(kwargs, lambda proxy: proxy.value))
        except (FileError, TypeError, RuntimeError) as error:
            value = FileError(f"{_here()}{what or name}: {str(error).splitlines()[0]}")
        for part in value if isinstance(value, tuple) else [value]:
            if isinstance(part, Value) and part.places is not None and not part.origin:
                part.origin = f"{_here()}{what or name}"
        if what and isinstance(value, Value) and value.layer >= count:
            self.listing.names[value.layer] = name
        for proxy, version in zip(inputs, versions):
            if result is proxy.tensor and proxy.tensor._version != version:
                proxy.value = value  # it was changed in its place
        if isinstance(result, torch.Tensor):
            return self._wrap(value, result)
        values = value if isinstance(value, tuple) else [value] * len(parts)
        return type(result)(list(map(self._wrap, values, parts)))

    def _wrap(self, value, tensor):
        return _Traced(self.create_node("placeholder", "value", (), {}), self, value, tensor)


def output(result):
    """The only one, of whatever a network returns."""
    if isinstance(result, dict):
        result = tuple(result.values())
    if not isinstance(result, (tuple, list)):
        result = (result,)
    found = [part for part in result if part is not None]
    if len(found) != 1:
        raise FileError(f"the network returns {len(found)} results in eval mode, expected one")
    return found[0]


def takes_rows(network, input_shape):
    """Whether it takes [N,F] instead of pictures, which its users flatten before."""
    def fits(x):
        try:
            network(x)
        except Exception:  # the network's own code may fail in any way
            return False
        return True
    picture = torch.zeros(2, *input_shape)
    with torch.no_grad():
        return not fits(picture) and fits(picture.flatten(1))


def _run(network, listing, rows):
    tracer, whole = _Tracer(listing), _Whole(network, rows)
    try:
        tracer.trace(whole)
    except (FileError, Again):
        raise
    except fx.proxy.TraceError as error:
        place = _place(traceback.walk_tb(error.__traceback__))
        raise FileError(f"{place}{_DECIDES}") from error
    except Exception as error:  # the network's own code may fail in any way
        place = _place(traceback.walk_tb(error.__traceback__))
        message = (str(error).splitlines() or [""])[0]
        raise FileError(f"{place}{type(error).__name__}: {message}") from error
    result = output(whole.result[0])
    if not isinstance(result, _Traced):
        raise FileError("the network returns what does not depend on the picture")
    if isinstance(result.value, FileError):
        raise result.value  # what could not be said on the way, and did matter
    listing.finish(result.value)
    for what, count in tracer.uses.items():
        if count > 1:
            listing.notes.append(f"{what} is used {count} times, and written once for each")
    return listing


def trace(network, input_shape, rows=False):
    """-> the Listing of a network in eval mode, for pictures of `input_shape` (C, H, W).

    With `rows` the network is given them as rows of numbers, [N,C*H*W].
    """
    if isinstance(network, torch.jit.ScriptModule):
        raise FileError("TorchScript has no code that could be followed: take the module that it "
                        "was made of")
    again = set()
    with torch.no_grad():
        while True:
            try:
                return _run(network, Listing(input_shape, as_convs=again), rows)
            except Again as learnt:
                again, = learnt.args
