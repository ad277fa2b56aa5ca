#!/usr/bin/env python3
"""Takes networks out of ONNX files; needs PyTorch and the package onnx (Debian's python3-onnx).

    python3 weights/onnx.py MODEL.onnx OUT.json

docs/onnx.md shows it. This file has the name of a package that it needs, and that others ask for
while this folder is in their path: whoever imports `onnx` gets the package.
"""
import importlib.util
import pathlib
import sys
from importlib.machinery import PathFinder


def _package():
    """Puts the package `onnx` of another folder where this file would be."""
    here = pathlib.Path(__file__).resolve().parent
    others = [folder for folder in sys.path if pathlib.Path(folder or ".").resolve() != here]
    found = PathFinder.find_spec("onnx", others)
    if found is None:
        raise ModuleNotFoundError("No module named 'onnx'", name="onnx")
    module = sys.modules["onnx"] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)


def main():
    import argparse

    import pytorch
    from exchange import onnx_checking, onnx_graph
    parser = argparse.ArgumentParser(description="Takes networks out of ONNX files.",
                                     epilog="Exit codes: 0 done, 2 usage, 3 bad input, "
                                     "4 input/output.")
    parser.add_argument("onnx", metavar="MODEL.onnx")
    parser.add_argument("description", metavar="OUT.json")
    pytorch.add_description_options(parser, input_required=False)
    parser.add_argument("--onnxruntime", metavar="FOLDER", help="compare with ONNX Runtime, from "
                        "the folder where `npm install onnxruntime-node` was run")
    arguments = parser.parse_args()
    model = onnx_graph.read(arguments.onnx)
    listing = onnx_graph.trace(model, arguments.input)
    pytorch.write(listing, arguments.description, arguments.mean, arguments.std, arguments.classes,
                  arguments.name)
    lines = onnx_checking.compare(model, arguments, listing)
    pytorch.report(arguments.description, [*listing.notes, *lines], arguments.viz)


if __name__ != "__main__":
    _package()
else:
    try:
        _package()
    except ModuleNotFoundError:
        sys.exit("onnx.py: error: needs the package onnx: apt-get install python3-onnx, or "
                 "pip install onnx")
    from pytorch import run
    run("onnx.py", main)
