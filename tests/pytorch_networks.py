"""Networks as people bring them, for test_pytorch.py: name -> (module, input shape)."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm


class Mnist(nn.Module):
    """As PyTorch's own "basic MNIST" example."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = self.dropout1(F.max_pool2d(x, 2))
        x = F.relu(self.fc1(torch.flatten(x, 1)))
        return F.log_softmax(self.fc2(self.dropout2(x)), dim=1)


class Cifar(nn.Module):
    """As PyTorch's CIFAR-10 tutorial, one pooling module for both places."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(-1, 16 * 5 * 5)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class LeNet5(nn.Module):
    """Sigmoid-like units and average pooling, in nested Sequentials."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
            nn.Sequential(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)))
        self.classifier = nn.Sequential(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84),
                                        nn.Tanh(), nn.Linear(84, 10))

    def forward(self, x):
        return self.classifier(self.features(x).view(x.size(0), -1))


class BasicBlock(nn.Module):
    """Of ResNet-20, whose shortcut has no weights: every other pixel, and channels of zeros."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.more = (outputs - inputs) // 2

    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.more:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.more, self.more), "constant", 0)
        out += x
        return F.relu(out)


class ResNet20(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        inputs, self.blocks = 16, nn.ModuleList()
        for outputs in (16, 32, 64):
            for i in range(3):
                self.blocks.append(BasicBlock(inputs, outputs, 2 if outputs > inputs else 1))
                inputs = outputs
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for block in self.blocks:
            x = block(x)
        x = F.avg_pool2d(x, x.size()[3])
        return self.linear(x.view(x.size(0), -1))


class SqueezeExcite(nn.Module):
    """Channels scaled by what rows of them say, expanded as people write it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.fc = nn.Sequential(nn.Linear(16, 4, bias=False), nn.ReLU(inplace=True),
                                nn.Linear(4, 16), nn.Sigmoid())
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = self.conv(x)
        b, c, _, _ = x.size()
        y = self.fc(F.adaptive_avg_pool2d(x, 1).view(b, c)).view(b, c, 1, 1)
        return self.head((x * y.expand_as(x)).mean(-1).mean(-1))


class Normalised(nn.Module):
    """Weights that are computed from others, and the normalisation inside of the network."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1))
        self.conv1 = weight_norm(nn.Conv2d(3, 8, 3, padding="same"))
        self.conv2 = spectral_norm(nn.Conv2d(8, 8, 3, groups=2, dilation=2))
        self.norm = nn.GroupNorm(4, 8)
        self.fc = nn.utils.parametrizations.orthogonal(nn.Linear(8, 6))

    def forward(self, x):
        x = (x - self.mean) / 0.25
        x = F.silu(self.conv1(x))
        x = self.norm(F.gelu(self.conv2(x), approximate="tanh"))
        return self.fc(x.mean((2, 3)))


class Shared(nn.Module):
    """One convolution in two places, activations in place, branches by chunk and cat."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.again = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = nn.BatchNorm1d(8, affine=False)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = self.first(x)
        F.relu_(x)
        x = x + 0.5 * self.again(self.again(x).relu_())
        a, b = x.chunk(2, dim=1)
        x = torch.cat([F.hardswish(b), F.leaky_relu(a, 0.1), a * torch.sigmoid(b)], 1)
        x = x.permute(0, 2, 3, 1)[..., :8].permute(0, 3, 1, 2)
        x = F.adaptive_max_pool2d(x, (1, 1)).squeeze(3).squeeze(2)
        return self.fc(F.dropout(self.norm(1 - x), 0.2, self.training)), None


class ChannelsLast(nn.Module):
    """Rows in the order of Keras, by which the next layer's columns are permuted."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 5, 3)
        self.fc = nn.Linear(5 * 5 * 4, 3)

    def forward(self, x):
        x = self.conv(F.pad(x, (0, 1, 0, 1)))
        if x.shape[2] > 3 and len(x) > 0:
            x = F.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)
        return F.softmax(self.fc(F.dropout(F.relu(x), training=self.training)), -1)


class Rows(nn.Module):
    """Given pictures that somebody flattened; one number for two classes, without its dimension."""

    def __init__(self):
        super().__init__()
        self.hidden, self.head = nn.Linear(64, 12), nn.Linear(12, 1)

    def forward(self, x):
        return torch.sigmoid(self.head(torch.tanh(self.hidden(x)))).squeeze()


def small():
    """Our own, all with random weights and running values."""
    torch.manual_seed(0)
    networks = {"mnist-example": (Mnist(), (1, 28, 28)), "cifar-tutorial": (Cifar(), (3, 32, 32)),
                "lenet5": (LeNet5(), (1, 28, 28)), "resnet20": (ResNet20(), (3, 32, 32)),
                "squeeze-excite": (SqueezeExcite(), (3, 9, 8)),
                "normalised": (Normalised(), (3, 12, 12)), "shared": (Shared(), (3, 10, 9)),
                "channels-last": (ChannelsLast(), (2, 11, 9)), "rows": (Rows(), (1, 8, 8))}
    for network, _ in networks.values():
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.running_mean.uniform_(-0.2, 0.2)
                module.running_var.uniform_(0.5, 1.5)
    return networks
