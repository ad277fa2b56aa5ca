"""What test_pytorch.cpp runs for ONNX files: `test_onnx.py ROOT FOLDER`.

Networks of PyTorch, exported, and some as Keras' tools write them; each becomes FOLDER/X.json, and
X.expected.safetensors gets PyTorch's own answers to noise, three pictures.
"""
import os
import pathlib
import subprocess
import sys
import warnings

os.environ["OMP_NUM_THREADS"] = "1"  # many threads on a busy machine wait for each other
import torch
import torch.nn.functional as F
from torch import nn

root, folder = map(pathlib.Path, sys.argv[-2:])
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.path[:0] = [str(root / "weights"), str(root / "tests")]
import onnx  # the package, though weights/onnx.py comes first in the path
from onnx import TensorProto, helper, numpy_helper

import pytorch
import pytorch_networks
from exchange import onnx_checking, onnx_graph
from exchange.files import write_safetensors


class Exported(nn.Module):
    """What exporters take apart: GELU, GroupNorm, clipped and gated numbers, normalisation."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, 2, 1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=8)
        self.norm = nn.GroupNorm(2, 8)
        self.batch = nn.BatchNorm2d(8)
        self.squeeze, self.excite = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)
        self.head = nn.Linear(16, 4)
        with torch.no_grad():
            for tensor in (*self.norm.parameters(), *self.batch.parameters(),
                           self.batch.running_var, self.batch.running_mean):
                tensor.uniform_(0.5, 1.5)

    def forward(self, x):
        x = (x - torch.tensor([0.5, 0.4, 0.3]).view(3, 1, 1)) / 0.25
        x = F.gelu(self.norm(self.conv(x)))
        x = F.relu6(self.batch(self.depthwise(x))) - F.leaky_relu(x, 0.2) * 0.5
        gate = torch.sigmoid(self.excite(F.silu(self.squeeze(x.mean((2, 3), keepdim=True)))))
        x = F.hardswish(x * gate) + F.elu(x)
        x = torch.cat([F.max_pool2d(x, 3, 2, 1), F.avg_pool2d(x, 3, 2, 1)], 1)
        return F.log_softmax(self.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1)), 1)


def exported(network, shape, opset, batch):
    """As torch.onnx writes it, for one picture or for any number."""
    path = folder / "exported.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network.eval(), torch.rand(1, *shape), str(path), opset_version=opset,
                          input_names=["x"], dynamic_axes={"x": {0: "n"}} if batch else None)
    return onnx_graph.read(path)


def graph(nodes, constants, shape, outputs=4):
    """A model of nodes [(type, inputs, output, attributes)], whose picture `x` has this shape."""
    made = [helper.make_node(kind, inputs, [output], name=f"{kind}_{i}", **attributes)
            for i, (kind, inputs, output, attributes) in enumerate(nodes)]
    stored = [numpy_helper.from_array(tensor.detach().numpy(), name)
              for name, tensor in constants.items()]
    result = helper.make_tensor_value_info(nodes[-1][2], TensorProto.FLOAT, ["n", outputs])
    picture = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    return helper.make_model(helper.make_graph(made, "g", [picture], [result], stored),
                             opset_imports=[helper.make_opsetid("", 13)])


class Keras(nn.Module):
    """The same as `keras`, for [N,C,H,W]; "same" with a stride of two pads after the picture."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, 2), nn.Conv2d(6, 5, 3, padding=1)
        self.hidden, self.head = nn.Linear(5 * 5 * 11, 7), nn.Linear(7, 4)

    def forward(self, x):
        x = F.relu(self.first(F.pad(x, (0, 1, 0, 1))))
        x = torch.cat([self.second(x) * 1.5 + 0.25, F.max_pool2d(F.pad(x, (0, 1, 0, 1)), 2, 1)], 1)
        x = F.max_pool2d(x, 2, ceil_mode=True).permute(0, 2, 3, 1).flatten(1)
        x = torch.clamp(self.hidden(x) * 0.2 + 0.5, 0, 1)
        return F.softmax(self.head(x), 1)


def keras(network):
    """Channels last, each operation of pictures between two transpositions, biases added apart."""
    to, back = {"perm": [0, 3, 1, 2]}, {"perm": [0, 2, 3, 1]}
    nodes = [
        ("Transpose", ["x"], "x1", to),
        ("Conv", ["x1", "w1"], "c1", {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("Transpose", ["c1"], "c2", back), ("Add", ["c2", "b1"], "c3", {}),
        ("Relu", ["c3"], "r1", {}), ("Transpose", ["r1"], "r2", to),
        ("Conv", ["r2", "w2"], "d1", {"pads": [1, 1, 1, 1]}),
        ("Transpose", ["d1"], "d2", back), ("Add", ["b2", "d2"], "d3", {}),
        ("Mul", ["d3", "slope"], "d4", {}), ("Add", ["d4", "offset"], "d5", {}),
        ("MaxPool", ["r2"], "m1", {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER"}),
        ("Transpose", ["m1"], "m2", back), ("Concat", ["d5", "m2"], "j1", {"axis": -1}),
        ("Transpose", ["j1"], "j2", to),
        ("MaxPool", ["j2"], "p1", {"kernel_shape": [2, 2], "strides": [2, 2],
                                   "auto_pad": "SAME_UPPER"}),
        ("Transpose", ["p1"], "p2", back), ("Shape", ["p2"], "s1", {}),
        ("Gather", ["s1", "zero"], "s2", {}), ("Concat", ["s2", "minus"], "s3", {"axis": 0}),
        ("Reshape", ["p2", "s3"], "f1", {}), ("MatMul", ["f1", "w3"], "f2", {}),
        ("Add", ["f2", "b3"], "f3", {}), ("HardSigmoid", ["f3"], "f4", {}),
        ("MatMul", ["f4", "w4"], "f5", {}), ("Add", ["f5", "b4"], "f6", {}),
        ("Softmax", ["f6"], "y", {})]
    constants = {
        "w1": network.first.weight, "b1": network.first.bias, "w2": network.second.weight,
        "b2": network.second.bias, "w3": network.hidden.weight.t().contiguous(),
        "b3": network.hidden.bias, "w4": network.head.weight.t().contiguous(),
        "b4": network.head.bias, "slope": torch.full((1, 1, 1, 5), 1.5),
        "offset": torch.full((5,), 0.25), "zero": torch.tensor([0]), "minus": torch.tensor([-1])}
    return graph(nodes, constants, ["n", 20, 20, 3])


def expect(name, model, network, shape, types=None):
    listing = onnx_graph.trace(model)
    pytorch.write(listing, folder / f"{name}.json")
    read, description = pytorch.load(folder / f"{name}.json")
    assert types is None or [type(layer).__name__ for layer in read] == types, read
    pixels = torch.rand(3, *shape, generator=torch.Generator().manual_seed(1), requires_grad=True)
    output = network.eval()(pixels)
    output = output[0] if isinstance(output, tuple) else output
    output[:, -1].sum().backward()
    ours = read(pytorch.normalised(pixels, description))
    assert (ours - output).abs().max() < 1e-5 * output.abs().max(), name
    assert onnx_checking.differences(read, description) < 1e-5, name
    with open(folder / f"{name}.expected.safetensors", "wb") as file:
        write_safetensors(file, {"input": pixels, "output": output, "gradient": pixels.grad})


def expect_refused(part, nodes, shape=(1, 1, 8, 8), **constants):
    try:
        onnx_graph.trace(graph(nodes, {"c": torch.ones(2), **constants}, shape))
    except pytorch.FileError as error:
        assert part in str(error) and "\n" not in str(error), (part, str(error))
    else:
        raise AssertionError(f"{part}: was not refused")


def check_refusals():
    expect_refused("node Einsum_0 (Einsum): has no layer here",
                   [("Einsum", ["x"], "y", {"equation": "nchw->nc"})])
    expect_refused("node Conv_0 (Conv): has a kernel of 1 dimensions",
                   [("Conv", ["x", "w"], "y", {})], w=torch.ones(1, 1, 3))
    expect_refused("pads with something else than zeros",
                   [("Pad", ["x", "p"], "y", {"mode": "reflect"})], p=torch.ones(8).long())
    expect_refused("leaves sizes open: tell them, --input C,H,W", [("Relu", ["x"], "y", {})],
                   ("n", 3, "h", "w"))
    expect_refused("does not depend on the picture", [("Neg", ["c"], "y", {})])
    expect_refused("node Add_0 (Add): has constants that differ from pixel to pixel",
                   [("Add", ["x", "d"], "y", {})], d=torch.rand(8, 8))
    expect_refused("node Mul_1 (Mul): has an Erf that is not part of a",
                   [("Erf", ["x"], "e", {}), ("Mul", ["e", "x"], "y", {})])


def check_command():
    (folder / "none.onnx").write_text("no network")
    torch.manual_seed(0)
    onnx.save(keras(Keras()), str(folder / "keras.onnx"))
    program = [sys.executable, str(root / "weights" / "onnx.py")]
    for code, said, *arguments in [
            (2, "usage: ", "none.onnx"), (3, "expected an ONNX file", "none.onnx", "a.json"),
            (4, "nowhere.onnx", "nowhere.onnx", "a.json"),
            (3, "are [3, 20, 20]", "keras.onnx", "a.json", "--input", "3,32,32"),
            (0, "by finite differences in double", "keras.onnx", "command.json", "--classes",
             "a,b,c,d", "--mean", "0,0,0", "--std", ",".join(["0.00392157"] * 3))]:
        run = subprocess.run(program + arguments, cwd=folder, capture_output=True, text=True)
        assert run.returncode == code, (arguments, run.stderr)
        assert said in run.stdout + run.stderr, (said, run.stdout + run.stderr)
        assert code in (0, 2) or run.stderr.count("\n") == 1, run.stderr
    for name in ("command.json", "command.safetensors"):
        os.remove(folder / name)


def main():
    assert hasattr(onnx, "load") and pathlib.Path(onnx.__file__).parent != root / "weights"
    small = pytorch_networks.small()
    for opset in (9, 11, 13, 17):
        torch.manual_seed(0)
        network = Exported()
        expect(f"exported{opset}", exported(network, (3, 16, 13), opset, opset > 9), network,
               (3, 16, 13))
        network, shape = small["mnist-example"]
        expect(f"mnist{opset}", exported(network, shape, opset, opset > 9), network, shape,
               ["Conv2d", "ReLU", "Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "ReLU",
                "Linear", "LogSoftmax"])
    for name in ("cifar-tutorial", "lenet5", "squeeze-excite", "shared", "channels-last"):
        network, shape = small[name]
        expect(name, exported(network, shape, 12, False), network, shape)
    torch.manual_seed(0)
    network = Keras()
    expect("keras", keras(network), network, (3, 20, 20),
           ["ZeroPad2d", "Conv2d", "ReLU", "Conv2d", "ZeroPad2d", "MaxPool2d", "Concat",
            "MaxPool2d", "Flatten", "Linear", "BatchNorm1d", "Hardsigmoid", "Linear", "Softmax"])
    check_refusals()
    check_command()


main()
