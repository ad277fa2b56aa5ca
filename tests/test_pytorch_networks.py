"""What test_pytorch.cpp runs for the networks of pytorch_networks.py and torchvision:
`test_pytorch_networks.py [--torchvision] ROOT FOLDER`.

Each becomes FOLDER/X.json; X.expected.safetensors gets its own answers to noise, three pictures.
"""
import os
import pathlib
import sys

os.environ["OMP_NUM_THREADS"] = "1"  # many threads on a busy machine wait for each other
import torch
from torch import nn

root, folder = map(pathlib.Path, sys.argv[-2:])
sys.dont_write_bytecode = True
sys.path[:0] = [str(root / "weights"), str(root / "tests")]
import pytorch
import pytorch_networks
from exchange.files import write_safetensors

# Of pictures of 64x64, so that our program without its fast kernels takes seconds, not minutes.
TORCHVISION = ["alexnet", "vgg11_bn", "resnet18", "squeezenet1_1", "mobilenet_v2", "densenet121",
               "googlenet"]


def of_torchvision():
    import torchvision
    for name in TORCHVISION:
        torch.manual_seed(0)
        more = {"init_weights": True} if name == "googlenet" else {}
        network = getattr(torchvision.models, name)(weights=None, num_classes=10, **more)
        if name in ("alexnet", "vgg11_bn"):  # most of their weights are here
            size = next(layer.in_features for layer in network.classifier
                        if isinstance(layer, nn.Linear))
            network.classifier = nn.Sequential(nn.Dropout(), nn.Linear(size, 32), nn.ReLU(True),
                                               nn.Linear(32, 10))
        yield name, network, (3, 64, 64)


def expect(name, network, shape):
    network.train()
    modes = [module.training for module in network.modules()]
    pytorch.save(network, folder / f"{name}.json", shape)
    assert modes == [module.training for module in network.modules()], name
    pixels = torch.rand(3, *shape, generator=torch.Generator().manual_seed(1), requires_grad=True)
    output = network.eval()(pixels.flatten(1) if name == "rows" else pixels)
    output = output[0] if isinstance(output, tuple) else output.reshape(3, -1)
    output[:, -1].sum().backward()
    with open(folder / f"{name}.expected.safetensors", "wb") as file:
        write_safetensors(file, {"input": pixels, "output": output, "gradient": pixels.grad})


def check_said():
    """What the lists look like where several would compute the same."""
    network, description = pytorch.load(folder / "mnist-example.json")
    assert [type(layer).__name__ for layer in network] == [
        "Conv2d", "ReLU", "Conv2d", "ReLU", "MaxPool2d", "Dropout", "Flatten", "Linear", "ReLU",
        "Dropout", "Linear", "LogSoftmax"]
    assert list(network._modules)[:6] == ["conv1", "1", "conv2", "3", "4", "dropout1"]
    _, description = pytorch.load(folder / "normalised.json")
    assert description["input"]["mean"] == [0.5, 0.4, 0.3], description["input"]
    assert description["input"]["std"] == [0.25] * 3, description["input"]
    network, description = pytorch.load(folder / "resnet20.json")
    names = [layer["name"] for layer in description["layers"] if "name" in layer]
    assert names[:4] == ["conv1", "bn1", "blocks_0_conv1", "blocks_0_bn1"], names[:4]
    assert not any(isinstance(layer, nn.Linear)
                   for layer in list(pytorch.load(folder / "squeeze-excite.json")[0])[:-1])
    notes = pytorch.save(pytorch_networks.Shared(), folder / "noted.json", (3, 10, 9))
    assert any(note.startswith("layer again (Conv2d) is used 2 times") for note in notes), notes
    for name in ("noted.json", "noted.safetensors"):
        os.remove(folder / name)


if "--torchvision" in sys.argv:
    for found in of_torchvision():
        expect(*found)
else:
    for name, (network, shape) in pytorch_networks.small().items():
        expect(name, network, shape)
    check_said()
