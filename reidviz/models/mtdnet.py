"""MTDnet: ranking after two convolutions, pair classification after five, in one network.

Chen, Chen, Zhang, Huang: A Multi-task Deep Network for Person Re-identification, AAAI 2017. Shapes beside each step are
those of the paper's recipe with the `caffenet` stem: 227x227 images, 79.9 M parameters.
"""

from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from reidviz.models.architecture import Architecture
from reidviz.models.rows import rows

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def to_input(pixels: Tensor) -> Tensor:
    """uint8 images (B, H, W, 3), 0-255, to normalised network input (B, 3, H, W)."""
    mean = torch.tensor(MEAN, device=pixels.device) * 255
    std = torch.tensor(STD, device=pixels.device) * 255
    return ((pixels.float() - mean) / std).permute(0, 3, 1, 2)


def pooled(size: int) -> int:
    """The side of a map after a 3/2 max-pool in ceil mode, as Caffe pools."""
    return -(-(size - 3) // 2) + 1


def standardised(x: Tensor, share: float) -> Tensor:
    """Network input (B, 3, H, W) with the mean and deviation of each image's colours taken out by that share (0-1)."""
    deviation, mean = torch.std_mean(x, dim=(2, 3), keepdim=True)
    out: Tensor = (x - share * mean) / (1 - share + share * deviation.clamp(min=0.05))
    return out


class ResponseNorm(nn.Module):
    """Local response normalisation over 5 channels: x / (1 + 1e-4 x the mean of their squares) ** 0.75.

    In single precision at least: in half, 1 + 1e-4 x the mean rounds to 1. nn.LocalResponseNorm has no gradient that
    is the same each time on a GPU, and takes twice as long.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Of maps (B, C, H, W)."""
        x = x.to(torch.promote_types(x.dtype, torch.float32))
        channels = x.shape[1]
        squares = F.pad(x.square(), (0, 0, 0, 0, 2, 2))
        mean = sum(squares[:, i : i + channels] for i in range(5)) / 5
        return x / (1 + 1e-4 * mean) ** 0.75


class Stem(nn.Module):
    """conv1 and conv2, shared by all streams: images to low-level maps."""

    def __init__(self, a: Architecture) -> None:
        super().__init__()
        caffenet = a.stem == "caffenet"
        first, self.channels = (96, 256) if caffenet else (64, 192)
        self.conv1 = nn.Conv2d(3, first, 11, stride=4, padding=a.conv1_padding)
        each, after = a.batch_norm and a.stem_norm == "each", a.batch_norm and a.stem_norm == "after"
        self.norm1 = nn.BatchNorm2d(first) if each else nn.Identity()
        self.conv2 = nn.Conv2d(first, self.channels, 5, padding=2, groups=2 if caffenet else 1)
        self.norm2 = nn.BatchNorm2d(self.channels) if each else nn.Identity()
        self.norm = nn.BatchNorm2d(self.channels) if after else nn.Identity()
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.lrn = ResponseNorm() if caffenet else nn.Identity()
        self.standardise = a.standardise
        self.height, self.width = (
            pooled(pooled((side + 2 * a.conv1_padding - 11) // 4 + 1)) for side in (a.height, a.width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """The low-level maps of images: (B, 3, 227, 227) -> (B, 256, 13, 13)."""
        if self.standardise:
            x = standardised(x, self.standardise)
        x = F.relu(self.norm1(self.conv1(x)))  # (B, 96, 55, 55)
        x = self.lrn(self.pool(x))  # (B, 96, 27, 27)
        x = F.relu(self.norm2(self.conv2(x)))  # (B, 256, 27, 27)
        out: Tensor = self.norm(self.lrn(self.pool(x)))  # (B, 256, 13, 13)
        return out


class Feature(nn.Module):
    """The ranking branch: one fully connected layer from the low-level maps, L2-normalised."""

    def __init__(self, a: Architecture, stem: Stem) -> None:
        super().__init__()
        self.fc = nn.Linear(stem.channels * stem.height * stem.width, a.feat)

    def forward(self, maps: Tensor) -> Tensor:
        """Features of unit length of low-level maps: (B, 256, 13, 13) -> (B, 512)."""
        return F.normalize(self.fc(maps.flatten(1)))


class DeepBranch(nn.Module):
    """conv3 to fc8. On stacked maps of two images it is the pair branch; on one image's maps, the whole AlexNet."""

    def __init__(self, a: Architecture, stem: Stem, in_channels: int, outputs: int) -> None:
        super().__init__()

        def norm(channels: int) -> nn.Module:
            return nn.BatchNorm2d(channels) if a.batch_norm else nn.Identity()

        self.conv3 = nn.Conv2d(in_channels, a.conv3, 3, padding=1)
        self.norm3 = norm(a.conv3)
        self.conv4 = nn.Conv2d(a.conv3, a.conv4, 3, padding=1, groups=a.groups)
        self.norm4 = norm(a.conv4)
        self.conv5 = nn.Conv2d(a.conv4, a.conv5, 3, padding=1, groups=a.groups)
        self.norm5 = norm(a.conv5)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.fc6 = nn.Linear(a.conv5 * pooled(stem.height) * pooled(stem.width), a.fc)
        self.fc7 = nn.Linear(a.fc, a.fc)
        self.fc8 = nn.Linear(a.fc, outputs)
        self.dropout = nn.Dropout(a.dropout)

    def as_first(self, maps: Tensor) -> Tensor:
        """What images add to conv3 as first of a pair: maps (B, C, h, w) -> (B, conv3, h, w), the bias included.

        conv3 is linear in the stacked maps: as_first(a) + as_second(b) equals conv3 on the maps of a and b stacked.
        """
        return F.conv2d(maps, self.conv3.weight.chunk(2, dim=1)[0], self.conv3.bias, padding=1)

    def as_second(self, maps: Tensor) -> Tensor:
        """What images add to conv3 as second of a pair, without the bias."""
        return F.conv2d(maps, self.conv3.weight.chunk(2, dim=1)[1], padding=1)

    def joint(self, conv3: Tensor) -> Tensor:
        """The joint feature map from the output of conv3: (B, 384, 13, 13) -> (B, 256, 13, 13)."""
        x = F.relu(self.norm3(conv3))
        x = F.relu(self.norm4(self.conv4(x)))  # (B, 384, 13, 13)
        return F.relu(self.norm5(self.conv5(x)))  # (B, 256, 13, 13)

    def head(self, joint: Tensor) -> Tensor:
        """fc6 to fc8: (B, 256, 13, 13) -> (B, outputs)."""
        return self.classify(self.pool(joint).flatten(1))  # (B, 9216)

    def hidden(self, pooled: Tensor) -> Tensor:
        """fc6 and fc7, before its ReLU, on the pooled joint feature map: (B, 9216) -> (B, 4096)."""
        out: Tensor = self.fc7(self.dropout(F.relu(self.fc6(pooled))))
        return out

    def classify(self, pooled: Tensor) -> Tensor:
        """fc6 to fc8 on the pooled joint feature map: (B, 9216) -> (B, outputs)."""
        return self.decide(self.hidden(pooled))

    def decide(self, hidden: Tensor) -> Tensor:
        """fc8 on what fc7 gives: (B, 4096) -> (B, outputs)."""
        out: Tensor = self.fc8(self.dropout(F.relu(hidden)))
        return out

    def forward(self, maps: Tensor) -> Tensor:
        """From low-level maps, those of two images stacked for pairs: (B, 256 or 512, 13, 13) -> (B, outputs)."""
        return self.head(self.joint(self.conv3(maps)))


class MTDnet(nn.Module):
    """Stem, ranking branch and pair branch. With ranking=False it is the single-task classifier mtdnet-cls."""

    def __init__(self, a: Architecture, ranking: bool = True) -> None:
        super().__init__()
        self.architecture = a
        self.stem = Stem(a)
        self.feature = Feature(a, self.stem) if ranking else None
        self.pair = DeepBranch(a, self.stem, 2 * self.stem.channels, outputs=2)

    def maps(self, images: Tensor) -> Tensor:
        """Images (B, 3, H, W) to low-level maps (B, C, h, w)."""
        out: Tensor = self.stem(images)
        return out

    def embed(self, maps: Tensor) -> Tensor:
        """Low-level maps to unit vectors (B, feat)."""
        assert self.feature is not None, "mtdnet-cls has no ranking branch"
        out: Tensor = self.feature(maps)
        return out

    def pair_logits(self, maps: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """Logits (P, 2) of the pairs (first[i], second[i]); both are positions in maps, shape (P,). Order matters."""
        return self.pair.head(self.pair_joint(maps, first, second))

    def pair_joint(self, maps: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """Joint feature maps (P, 256, 13, 13) of the same pairs."""
        a, at_first = torch.unique(first, return_inverse=True)
        b, at_second = torch.unique(second, return_inverse=True)
        conv3 = rows(self.pair.as_first(rows(maps, a)), at_first) + rows(self.pair.as_second(rows(maps, b)), at_second)
        return self.pair.joint(conv3)


def narrowed(network: MTDnet, directions: Tensor) -> MTDnet:
    """The same network with its ranking feature projected onto orthonormal directions (feat, k), k units long."""
    assert network.feature is not None, "mtdnet-cls has no ranking branch"
    made = MTDnet(replace(network.architecture, feat=directions.shape[1]))
    fc = network.feature.fc
    shorter = {"feature.fc.weight": directions.T @ fc.weight, "feature.fc.bias": directions.T @ fc.bias}
    made.load_state_dict(network.state_dict() | shorter)
    return made.eval()


class RankingNet(nn.Module):
    """mtdnet-rnk: a whole AlexNet for ranking alone; fc8 is the feature."""

    def __init__(self, a: Architecture) -> None:
        super().__init__()
        self.architecture = a
        self.stem = Stem(a)
        self.deep = DeepBranch(a, self.stem, self.stem.channels, outputs=a.feat)

    def maps(self, images: Tensor) -> Tensor:
        """Images (B, 3, H, W) to low-level maps (B, C, h, w)."""
        out: Tensor = self.stem(images)
        return out

    def embed(self, maps: Tensor) -> Tensor:
        """Low-level maps to unit vectors (B, feat)."""
        return F.normalize(self.deep(maps))


Network = MTDnet | RankingNet


def initialise(network: Network) -> None:
    """Fresh weights.

    The release's gaussians: 0.01 for convolutions and fc8, 0.005 for feat, fc6, fc7; biases 0, feat's 0.1. With batch
    norm He's instead, and the pair branch's conv3 starts by subtracting the second image's maps from the first's
    (half of its filters the other way round): classifier rank-1 on CUHK01 after 400 steps 22.6 against 15.6, one run
    of each.
    """
    normalised = network.architecture.batch_norm
    for name, module in network.named_modules():
        if not isinstance(module, nn.Conv2d | nn.Linear):
            continue
        layer = name.rsplit(".", 1)[-1]
        if normalised and layer != "fc8":
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        else:
            nn.init.normal_(module.weight, std=0.005 if layer in {"fc", "fc6", "fc7"} else 0.01)
        assert module.bias is not None
        nn.init.constant_(module.bias, 0.1 if name == "feature.fc" and not normalised else 0.0)
    if normalised and isinstance(network, MTDnet):
        weight = network.pair.conv3.weight.data
        filters, channels = weight.shape[0] // 2, weight.shape[1] // 2
        weight[filters:, :channels] = weight[:filters, :channels]
        weight.copy_(subtracting(weight[:, :channels]))


def subtracting(weight: Tensor) -> Tensor:
    """conv3 of one image (filters, C, 3, 3) as conv3 of a pair (filters, 2C, 3, 3): the second image's maps are
    subtracted from the first's, in the later half of the filters the other way round."""
    signs = torch.ones(len(weight), 1, 1, 1)
    signs[len(weight) // 2 :] = -1
    return torch.cat([signs * weight, -signs * weight], dim=1)
