"""Trained networks on disk: weights in safetensors, and beside them a card (JSON) that says what they are.

No pickle is ever read. A checkpoint is NAME.safetensors + NAME.json; the card holds the sha256 of the weights file.
"""

import hashlib
import logging
import os
import stat
from dataclasses import replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import open_at_once
from reidviz.common.printable import printable
from reidviz.models.model_card import Card, find_checkpoint, read_card, title, write_card
from reidviz.models.mtdnet import MTDnet, Network, subtracting
from reidviz.models.variants import build

LOG = logging.getLogger(__name__)
MAX_BYTES = 2 * 1024**3
TORCHVISION = {f"features.{place}": f"conv{number}" for number, place in enumerate((0, 3, 6, 8, 10), 1)}
"""What torchvision calls AlexNet's convolutions."""
DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64)
"""Those of weights, and of counts beside them."""


def save_checkpoint(path: Path, network: Network, card: Card) -> Card:
    """Write path (NAME.safetensors) and its card; matrices in half precision, vectors in single.

    Returns the card with its sha256. Raises ReidvizError when the disk is full; an older file is then left as it was.
    """
    weights = {
        name: value.detach().to("cpu", torch.float16 if value.ndim > 1 else value.dtype).contiguous()
        for name, value in network.state_dict().items()
    }
    data = save(weights)
    card = replace(card, sha256=hashlib.sha256(data).hexdigest())
    write_atomically(path, data)
    write_card(path, card)
    return card


def load_checkpoint(path: Path, sha256: str | None = None) -> tuple[Network, Card]:
    """The network at path, ready to be read (eval mode, CPU, single precision), and its card.

    sha256  of the weights that are meant: others may have taken their place since the card was looked at.
    Raises ReidvizError for a missing, truncated, altered or foreign file.
    """
    path = find_checkpoint(path)
    weights, digest = read_weights(path)
    card = read_card(path)
    if digest != card.sha256:
        raise ReidvizError(
            f"{title(path)} is damaged: its contents are not those its card was written for.", "Copy or train it again."
        )
    if sha256 not in (None, digest):
        raise ReidvizError(f"Other weights have taken the place of those in {title(path)}.", "Reload the page.")
    with torch.device("meta"):
        network = _built(card, path)
    _fit(network, weights, path)
    return network.eval(), card


def initialise_from(network: Network, path: Path) -> None:
    """Start a network from another checkpoint: every layer that has the same name and shape there.

    AlexNet's first two convolutions are the stem, by torchvision's names (features.0, features.3) or plain ones (conv1,
    conv2, as the ImageNet file has them); where conv4 and conv5 work in one group, its others start the deep branch, in
    which conv3 of a pair subtracts (mtdnet.subtracting). Raises ReidvizError when not even the stem fits.
    """
    found, _ = read_weights(find_checkpoint(path))
    weights = _renamed(found, network)
    own = network.state_dict()
    fitting = {k: v for k, v in weights.items() if k in own and own[k].shape == v.shape}
    if "stem.conv1.weight" not in fitting or "stem.conv2.weight" not in fitting:
        raise ReidvizError(
            f"{title(path)} does not fit this network: conv1 and conv2 have other sizes.",
            "The ImageNet weights go with the torchvision stem; a checkpoint goes with its own recipe and stem.",
        )
    own.update({k: v.to(own[k].dtype) for k, v in fitting.items()})
    network.load_state_dict(own)


def _renamed(found: dict[str, Tensor], network: Network) -> dict[str, Tensor]:
    """Weights by the names of this network's layers, where they are AlexNet's convolutions."""
    weights = {}
    for name, value in found.items():
        layer, _, kind = name.rpartition(".")
        layer = TORCHVISION.get(layer, layer)
        if layer in ("conv1", "conv2"):
            layer = f"stem.{layer}"
        elif layer in ("conv3", "conv4", "conv5") and network.architecture.groups == 1:
            pairs = isinstance(network, MTDnet)
            value = subtracting(value) if pairs and (layer, kind) == ("conv3", "weight") else value
            layer = f"pair.{layer}" if pairs else f"deep.{layer}"
        weights[f"{layer}.{kind}"] = value
    return weights


def read_weights(path: Path) -> tuple[dict[str, Tensor], str]:
    """The tensors of a safetensors file and its sha256. Raises ReidvizError when it is not a whole one."""
    name, hint = title(path), "reidviz reads .safetensors files only, never pickles (.pt, .pth)."
    try:
        with open_at_once(path) as opened:
            seen = os.fstat(opened.fileno())
            data = opened.read() if stat.S_ISREG(seen.st_mode) and seen.st_size <= MAX_BYTES else b""
    except OSError as error:
        raise ReidvizError(f"{name} can no longer be read: {error.strerror}.", "Copy or train it again.") from error
    if seen.st_size > MAX_BYTES:
        raise ReidvizError(f"{name} is larger than any checkpoint of reidviz.", hint)
    try:
        weights = load(data)
    except (SafetensorError, ValueError, KeyError, OverflowError, TypeError) as error:
        raise ReidvizError(f"{name} is not a safetensors file, or was cut short.", hint) from error
    unsound = [k for k, v in weights.items() if v.dtype not in DTYPES or not _finite(v)]
    if unsound:
        raise ReidvizError(
            f"{name} holds weights that are not numbers (first: {printable(unsound[0])[:100]}).",
            "Its training has likely diverged.",
        )
    LOG.info("read %s, %.1f MB", path, len(data) / 1e6)
    return weights, hashlib.sha256(data).hexdigest()


def _finite(value: Tensor) -> bool:
    """Whether it is, in the single precision that it is computed with."""
    return bool((value.float() if value.dtype == torch.float64 else value).isfinite().all())


def _built(card: Card, path: Path) -> Network:
    """The network of the card's sizes. ReidvizError where there can be none of these."""
    try:
        return build(card.variant, card.architecture)
    except (RuntimeError, ValueError, TypeError, ZeroDivisionError, OverflowError) as error:
        raise ReidvizError(
            f"The card of {title(path)} tells sizes of which no network can be made.",
            "Copy the checkpoint and its card again.",
        ) from error


def _fit(network: Network, weights: dict[str, Tensor], path: Path) -> None:
    """Give a network that has no weights yet those of the file: what its card claims takes no memory before."""
    own = network.state_dict()
    wrong = sorted(set(own) ^ set(weights)) or [k for k in own if not _alike(own[k], weights[k])]
    if wrong:
        raise ReidvizError(
            f"{title(path)} holds other layers than its card says (first: {printable(wrong[0])[:100]}).",
            "The card belongs to another file.",
        )
    network.load_state_dict({k: v.to(own[k].dtype) for k, v in weights.items()}, assign=True)


def _alike(own: Tensor, other: Tensor) -> bool:
    return own.shape == other.shape and own.is_floating_point() == other.is_floating_point()
