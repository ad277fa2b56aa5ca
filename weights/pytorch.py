#!/usr/bin/env python3
"""Takes networks from PyTorch and to PyTorch; needs nothing else but PyTorch, 1.13 or later.

    import pytorch                                    # with weights/ in the PYTHONPATH
    pytorch.save(network, "model.json", input_shape=(1, 28, 28))
    network, description = pytorch.load("model.json")

docs/pytorch.md shows both, docs/model-format.md describes the files.
"""
import argparse
import contextlib
import copy
import pathlib
import sys

import numpy
import torch
from torch import nn

from exchange import checking, files, opening, tracing
from exchange.checking import normalised
from exchange.files import FileError, read_weights
from exchange.network import load

__all__ = ["FileError", "load", "normalised", "read_weights", "save"]


@contextlib.contextmanager
def _answering(network):
    """`network` in eval mode and, as a trace wants it, on the processor; afterwards as it was."""
    modes = {module: module.training for module in network.modules()}
    if any(tensor.device.type != "cpu" for tensor in network.state_dict().values()):
        network = copy.deepcopy(network).cpu()
    try:
        yield network.eval()
    finally:
        for module, training in modes.items():
            module.training = training


def _with_mean_of(listing, mean, std):
    """`mean` and `std` followed by the normalisation with which the network itself begins."""
    if listing.scale is None:
        return mean, std
    channels = len(listing.scale)
    outer = zip(mean or [0.0] * channels, std or [1.0] * channels)
    parts = [(m - float(shift / scale) * s, s / float(scale))
             for (m, s), scale, shift in zip(outer, listing.scale, listing.shift)]
    return [[float(str(numpy.float32(part[i]))) for part in parts] for i in (0, 1)]


def write(listing, path, mean=None, std=None, classes=None, name=None, variation=None,
          maximise=None, usual=None, judge=None):
    """Writes the two files of a traced network."""
    path = pathlib.Path(path)
    shape = listing.shape(listing.input)
    mean, std = _with_mean_of(listing, mean, std)
    source = files.input_fields(shape, mean, std, usual, variation)
    if classes:
        files.check_classes(classes, listing.shape(len(listing.modules) - 1))
    layers, tensors = listing.described()
    if len(layers) > files.MOST_LAYERS:
        raise FileError(f"{len(layers)} layers, at most {files.MOST_LAYERS} are read")
    text = files.description_text(path.stem if name is None else name, source, layers,
                                  path.with_suffix(".safetensors").name, classes, maximise,
                                  judge)
    files.write(path, text, tensors)


def save(network, path, input_shape, mean=None, std=None, classes=None, name=None, variation=None,
         maximise=None, usual=None, judge=None):
    """Writes the description at `path` of a network, any module, and its weights beside it.

    `mean` and `std` are those by which pixels in [0, 1] were normalised for the network, one number
    per channel; `variation`, `maximise`, `usual` and `judge` are as in descriptions. Both files are
    read again and compared with the network. Returns what is worth knowing, lines of text. Raises
    FileError if the network has anything that descriptions do not know.
    """
    if len(input_shape) != 3:
        raise FileError(f"input_shape: expected (channels, height, width), got {input_shape}")
    if isinstance(network, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        network = network.module
    for key, tensor in network.state_dict().items():
        if tensor.is_floating_point() and tensor.dtype != torch.float32:
            raise FileError(f"'{key}' is {tensor.dtype}, expected torch.float32; network.float()")
    with _answering(network) as whole:
        rows = tracing.takes_rows(whole, input_shape)
        listing = tracing.trace(whole, input_shape, rows)
        write(listing, path, mean, std, classes, name, variation, maximise, usual, judge)
        given = {"input": files.input_fields(input_shape, mean, std)}

        def original(pixels):
            pixels = normalised(pixels, given)
            return tracing.output(whole(pixels.flatten(1) if rows else pixels))
        compared = checking.with_original(original, *load(path))
    return [*listing.notes, str(compared.expect())]


def _numbers(kind):
    def read(text):
        return [kind(word) for word in text.split(",")]
    read.__name__ = "list"  # in the messages of argparse
    return read


def add_description_options(command, input_required=True):
    """The options of all commands that write descriptions."""
    command.add_argument("--input", type=_numbers(int), required=input_required, metavar="C,H,W",
                         help="channels, height and width of its pictures")
    command.add_argument("--mean", type=_numbers(float), metavar="M,..", help="one per channel")
    command.add_argument("--std", type=_numbers(float), metavar="S,..", help="one per channel")
    command.add_argument("--classes", type=_numbers(str), metavar="NAME,..")
    command.add_argument("--name", help="what reports call it")
    command.add_argument("--viz", metavar="PROGRAM", help="also compare with this viz; default: "
                         "build/release/bin/viz, if it is there")


def _arguments():
    parser = argparse.ArgumentParser(
        description="Takes networks from PyTorch and to PyTorch.",
        epilog="Exit codes: 0 done, 2 usage, 3 bad input, 4 input/output.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    export = commands.add_parser("export", help="a network becomes a description and weights")
    export.add_argument("network", metavar="net.py:Net",
                        help="a class or function in your file, with arguments if it needs some: "
                        "'net.py:Net(10)'; or NETWORK.pt, saved whole by torch.save")
    export.add_argument("description", metavar="MODEL.json")
    export.add_argument("--weights", metavar="NET.pth",
                        help="its state_dict, or a checkpoint with it")
    add_description_options(export)
    export.add_argument("--trust-code", action="store_true",
                        help="open files that run code when they are opened, as whole networks do")
    other = commands.add_parser("import", help="the reverse, for torch.load")
    other.add_argument("description", metavar="MODEL.json")
    other.add_argument("checkpoint", metavar="NETWORK.pt")
    return parser.parse_args()


def report(path, lines, viz):
    """Prints what was written and how it was compared; with our program too, if there is one."""
    network, description = load(path)
    layers, weights = len(description["layers"]), sum(p.numel() for p in network.parameters())
    print(f"{path}: {layers} layers, {weights} weights")
    print("\n".join(lines))
    viz = checking.find_viz(viz)
    if viz:
        print(checking.with_viz(viz, path, network, description).expect())
    else:
        print("no viz in build/release/bin to compare with: --viz tells where it is")


def _export(arguments):
    if ".py:" in arguments.network:
        network = opening.network_of_class(arguments.network)
        if arguments.weights:
            opening.set_weights(network, arguments.weights, arguments.trust_code)
        else:
            print("no --weights: the network is written as it was constructed, untrained")
    else:
        network = opening.whole_network(arguments.network, arguments.trust_code)
    lines = save(network, arguments.description, arguments.input, arguments.mean, arguments.std,
                 arguments.classes, arguments.name)
    report(arguments.description, lines, arguments.viz)


def main():
    arguments = _arguments()
    if arguments.command == "export":
        _export(arguments)
    else:
        network, _ = load(arguments.description)
        files.replace({pathlib.Path(arguments.checkpoint): lambda file: torch.save(network, file)})


def run(program, main):
    """Calls `main`; a FileError or an OSError becomes one line and an exit code."""
    try:
        main()
    except FileError as error:
        sys.exit(print(f"{program}: error: {error}", file=sys.stderr) or 3)
    except OSError as error:
        sys.exit(print(f"{program}: error: {error}", file=sys.stderr) or 4)


if __name__ == "__main__":
    run("pytorch.py", main)
