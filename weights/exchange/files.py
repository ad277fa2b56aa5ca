"""The two files of a network, a description and weights, as docs/model-format.md tells."""
import json
import os
import pathlib
import struct

import numpy
import torch


class FileError(ValueError):
    """A network or a file that is not as expected, in one line."""


FORMAT = 1  # of descriptions, as in nn/io/description.hpp
MOST_LAYERS, MOST_BYTES = 1000, 1 << 30  # as "Files from strangers" in docs/model-format.md


def json_text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _line(fields):
    return "{" + ", ".join(f"{json_text(key)}: {json_text(value)}"
                           for key, value in fields.items()) + "}"


def input_fields(shape, mean=None, std=None, usual=None, variation=None):
    """The description's `input`; raises FileError if the numbers do not go with the channels."""
    fields = {"shape": [int(size) for size in shape]}
    if (mean is None) != (std is None):
        raise FileError("expected mean and std, or neither")
    for field, numbers in (("mean", mean), ("std", std), ("usual", usual)):
        if numbers is None:
            continue
        if len(numbers) != shape[0]:
            raise FileError(f"{field}: expected one number per channel, got {len(numbers)}")
        fields[field] = [float(number) for number in numbers]
    if variation:
        fields["variation"] = float(variation)
    return fields


def check_classes(classes, shape):
    """Raises FileError unless the names suit an output of `shape`, as nn/io/description.cpp."""
    names = [str(name).strip(" ") for name in classes]
    for name in names:
        if names.count(name) > 1:
            raise FileError(f"two classes are called '{name}'")
        if name == "all" or name.startswith(("name:", "index:")):
            raise FileError(f"a class is called '{name}', which means something else to viz")
    expected = 2 if tuple(shape) == (1,) else len(names)
    if tuple(shape) not in ((1,), (len(names),)) or len(names) != expected:
        raise FileError(f"{len(names)} classes need an output {[1, len(names)]}, "
                        f"the last layer gives {[1, *shape]}")


def description_text(name, source, layers, weights, classes=None, maximise=None,
                     judge=None):
    """The same text as nn/io/description_writer.cpp; `source` is the description's `input`."""
    out = f'{{"format": {FORMAT},\n "name": {json_text(name)},\n "input": {_line(source)}'
    if classes:
        out += f',\n "classes": {json_text(list(classes))}'
    if maximise:
        options = {option: float(maximise[option]) for option in sorted(maximise)}
        out += f',\n "maximise": {_line(options)}'
    out += ',\n "layers": [' + ",\n            ".join(map(_line, layers))
    out += f'],\n "weights": {json_text(weights)}'
    if judge:
        out += f',\n "judge": {json_text(judge)}'
    return out + "}\n"


def write_safetensors(file, tensors):
    """The same bytes as nn/io/safetensors.cpp: sorted by key, the header padded to 8 bytes."""
    header, end = {}, 0
    for key in sorted(tensors):
        begin, end = end, end + 4 * tensors[key].numel()
        header[key] = {"data_offsets": [begin, end], "dtype": "F32",
                       "shape": list(tensors[key].shape)}
    text = json_text(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    for key in sorted(tensors):
        tensor = tensors[key].detach().cpu().contiguous()
        file.write(memoryview(tensor.numpy().astype("<f4", copy=False)).cast("B")
                   if tensor.numel() else b"")


def replace(files):
    """Calls the writers of {path: writer(file)}; no file takes its place before all are written."""
    temporary = [(path, path.with_name(path.name + ".tmp")) for path in files]
    try:
        for path, beside in temporary:
            with open(beside, "wb") as file:
                files[path](file)
        for path, beside in temporary:
            os.replace(beside, path)
    finally:
        for _, beside in temporary:
            beside.unlink(missing_ok=True)


def write(path, text, tensors):
    """A description at `path`, and its weights beside it, as its text calls them."""
    path = pathlib.Path(path)
    size = 4 * sum(tensor.numel() for tensor in tensors.values())
    if size > MOST_BYTES:
        raise FileError(f"the weights take {size} bytes, at most {MOST_BYTES} are read")
    replace({path.with_suffix(".safetensors"): lambda file: write_safetensors(file, tensors),
             path: lambda file: file.write(text.encode())})


def _read_safetensors(path):
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        if length > path.stat().st_size:
            raise ValueError("no header")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    values = numpy.memmap(path, mode="r", offset=8 + length) if header else None
    tensors = {}
    for key, entry in header.items():
        if key.endswith("num_batches_tracked"):
            continue
        if entry["dtype"] != "F32":
            raise FileError(f"{path}: '{key}': dtype {entry['dtype']!r}, only F32 is supported")
        begin, end = entry["data_offsets"]
        numbers = numpy.array(values[begin:end]).view("<f4").reshape(entry["shape"])
        tensors[key] = torch.from_numpy(numbers)
    return tensors


def _read_json_weights(path):
    return {key: torch.tensor(entry["data"], dtype=torch.float32).reshape(entry["shape"])
            for key, entry in json.loads(path.read_bytes()).items()}


def read_weights(path):
    """The tensors of a weight file, by key."""
    path = pathlib.Path(path)
    read = _read_json_weights if path.suffix == ".json" else _read_safetensors
    try:
        return read(path)
    except FileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError, struct.error) as error:
        raise FileError(f"{path}: expected weights, got something else or a damaged file") \
            from error
