"""Finds a network of PyTorch as people have it: a class in a file, and weights beside it."""
import ast
import importlib.util
import os
import pathlib
import pickle
import sys
import traceback

import torch
from torch import nn

from .files import FileError, read_weights

_INSIDE = ("state_dict", "model_state_dict", "model", "net", "network", "weights")


def _own_line(error, path):
    """Where in the user's file it failed, and how, in one line."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__)
             if frame.f_code.co_filename == str(path)]
    where = f"{path.name}:{lines[-1]}" if lines else path.name
    message = (str(error).splitlines() or [""])[0]
    return FileError(f"{where}: {type(error).__name__}: {message}")


def _module(path):
    """The user's file, run as a program may import it."""
    path = pathlib.Path(path).resolve()
    if not path.exists():
        raise FileNotFoundError(2, os.strerror(2), str(path))
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # a program fails in any way it likes
        raise _own_line(error, path) from error
    for name, value in vars(module).items():  # as pickles call what was saved by that program
        if isinstance(value, type) and value.__module__ == path.stem:
            vars(sys.modules["__main__"]).setdefault(name, value)
    return module


def network_of_class(words):
    """`net.py:Net`, `net.py:make` or `net.py:Net(10, width=2)` -> the network that it makes."""
    file, _, call = words.partition(".py:")
    path = pathlib.Path(file + ".py").resolve()
    try:
        parsed = ast.parse(call, mode="eval").body
        name = parsed.func if isinstance(parsed, ast.Call) else parsed
        arguments = [ast.literal_eval(word) for word in getattr(parsed, "args", [])]
        named = {word.arg: ast.literal_eval(word.value) for word in getattr(parsed, "keywords", [])}
        name = name.id
    except (SyntaxError, ValueError, AttributeError) as error:
        raise FileError(f"{words}: expected a class or a function after the colon, with numbers or "
                        "texts as its arguments, such as net.py:Net or 'net.py:Net(10)'") from error
    module = _module(path)
    made = getattr(module, name, None)
    if made is None:
        have = [key for key, value in vars(module).items()
                if isinstance(value, type) and issubclass(value, nn.Module)]
        raise FileError(f"{path.name} has no '{name}'" + (f"; it has {', '.join(have)}"
                                                          if have else ""))
    try:
        network = made if isinstance(made, nn.Module) else made(*arguments, **named)
    except TypeError as error:
        raise FileError(f"{_own_line(error, path)}; arguments are given so: "
                        f"'{path.name}:{name}(10)'") from error
    except Exception as error:
        raise _own_line(error, path) from error
    if not isinstance(network, nn.Module):
        raise FileError(f"{words} makes a {type(network).__name__}, expected a torch.nn.Module")
    return network


def _load(path, trust_code):
    """What torch.save wrote; of strangers only tensors, numbers and texts."""
    with open(path, "rb") as file:
        try:
            return torch.load(file, map_location="cpu", weights_only=not trust_code)
        except OSError:
            raise
        except pickle.UnpicklingError as error:
            if trust_code or file.seek(0) or file.read(2) not in (b"PK", b"\x80\x02"):
                raise FileError(f"{path}: expected a file written by torch.save") from error
            raise FileError(
                f"{path}: holds more than weights, and to open that runs code of the file: only if "
                "you trust whoever wrote it, with --trust-code") from error
        except (AttributeError, ImportError) as error:
            raise FileError(f"{path}: {error}: name the file with its class, such as net.py:Net, "
                            f"and --weights {path}") from error
        except Exception as error:  # a pickle fails in any way it likes
            raise FileError(f"{path}: expected a file written by torch.save") from error


def whole_network(path, trust_code):
    """A network that torch.save wrote whole."""
    found = _load(path, trust_code)
    if not isinstance(found, nn.Module):
        raise FileError(f"{path}: holds weights without their network: name its class, such as "
                        f"net.py:Net, and --weights {path}")
    return found


def _tensors_in(found, path):
    """The state_dict in whatever a training program keeps."""
    if isinstance(found, nn.Module):
        return found.state_dict()
    inside = [found] if isinstance(found, dict) else []
    inside += [found[key] for key in _INSIDE if inside and key in found]
    for tensors in inside:
        if isinstance(tensors, nn.Module):
            return tensors.state_dict()
        if isinstance(tensors, dict) and tensors and all(
                isinstance(value, torch.Tensor) for value in tensors.values()):
            return tensors
    have = f", found {', '.join(map(str, found))}" if isinstance(found, dict) else ""
    raise FileError(f"{path}: expected a state_dict, or one under {' or '.join(_INSIDE[:3])}{have}")


def set_weights(network, path, trust_code=False):
    """Gives `network` the weights of a file; a prefix of all keys, as "module.", is left out."""
    tensors = (read_weights(path) if str(path).endswith(".safetensors")
               else _tensors_in(_load(path, trust_code), path))
    expected = network.state_dict()

    def counted(key):
        return not key.endswith("num_batches_tracked")
    while not tensors.keys() & expected.keys():
        first = {key.partition(".")[0] for key in tensors}
        if len(first) != 1 or not all("." in key for key in tensors):
            break
        tensors = {key.partition(".")[2]: tensor for key, tensor in tensors.items()}
    wrong = [f"'{key}' is missing" for key in expected.keys() - tensors.keys() if counted(key)]
    wrong += [f"'{key}' is not of this network" for key in tensors.keys() - expected.keys()
              if counted(key)]
    wrong += [f"'{key}' is {list(tensors[key].shape)}, expected {list(expected[key].shape)}"
              for key in tensors.keys() & expected.keys() if counted(key)
              and tensors[key].shape != expected[key].shape]
    if wrong:
        raise FileError(f"{path}: {len(wrong)} tensors do not fit the network: " +
                        "; ".join(sorted(wrong)[:3]))
    network.load_state_dict(tensors, strict=False)
