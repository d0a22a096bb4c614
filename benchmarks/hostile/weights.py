"""Checkpoints: a safetensors file or its card changed, and everything that lists, loads or starts from one.

python -m benchmarks.hostile.weights [CASES]. A changed file's sha256 is put into its card, so that what it holds is
looked at and not only its digest.
"""

import json
import os
import struct
import sys
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save

from benchmarks.hostile import campaign
from benchmarks.hostile.mutations import ODD, in_its_place, other_bytes, other_json
from benchmarks.hostile.world import SMALL, lay, report, trainer
from reidviz.common.errors import ReidvizError
from reidviz.models.checkpoint import initialise_from, load_checkpoint
from reidviz.models.mtdnet import MTDnet
from reidviz.models.variants import build
from reidviz.training import resume_state
from reidviz.ui.session.models import damaged_models, known_rankers

DTYPES = ("F64", "F32", "F16", "BF16", "I64", "I32", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "C64", "U64", "F4", "ODD", "")
FAR = (0, 1, -1, 2, 8, 100, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**30)
SIZES = ("width", "height", "feat", "fc", "conv3", "conv4", "conv5", "conv1_padding")


def attempt(seed: int, work: Path) -> bytes:
    """Change a checkpoint, then list it, load it, start another from it, and go on from a snapshot with it."""
    rng = Random(seed)
    lay(work)
    file = work / "checkpoints" / "mtdnet.safetensors"
    change(file, rng, work)
    rankers, sentences = known_rankers(), damaged_models()
    if "mtdnet-rnk" not in rankers:
        raise AssertionError("a whole model is not offered")
    told = [repr(rankers), *sentences, *_loaded(file)]
    if any(str(work) in one for one in told[1:]):
        raise AssertionError("a sentence tells where things lie")
    shown = "\n".join(told).encode("utf-8", "backslashreplace")
    if campaign.SECRET not in shown and len(told) > 1:
        raise ReidvizError(told[1])
    return shown


def change(file: Path, rng: Random, work: Path) -> None:
    """One thing about the weights, or about their card."""
    card, kind = file.with_suffix(".json"), rng.random()
    if kind < 0.05:
        in_its_place(rng.choice((file, card)), rng, (work.parent / "secret.bin",))
        return
    if kind < 0.15:
        card.write_bytes(other_json(card.read_bytes(), rng))
        return
    if kind < 0.25:
        told = json.loads(card.read_bytes())
        told["architecture"][rng.choice(SIZES)] = rng.choice((*FAR, 20_000, 1024, 16_384, 4096))
        card.write_text(json.dumps(told))
        return
    data = file.read_bytes()
    made = other_bytes(data, rng) if kind < 0.4 else _other_header(data, rng) if kind < 0.75 else _other(data, rng)
    file.write_bytes(made)
    if rng.random() < 0.9:
        told = json.loads(card.read_bytes())
        card.write_text(json.dumps(told | {"sha256": sha256(made).hexdigest()}))


def _loaded(file: Path) -> list[str]:
    """What loading it says, for a user who reads with it, and for a training that starts from it or resumes."""
    said = []
    try:
        network, _ = load_checkpoint(file)
        assert isinstance(network, MTDnet)
        with torch.inference_mode():
            maps = network.maps(torch.zeros(1, 3, network.architecture.height, network.architecture.width))
            assert network.embed(maps).isfinite().all()
    except ReidvizError as error:
        said.append(str(error))
    try:
        initialise_from(build("mtdnet", SMALL), file)
    except ReidvizError as error:
        said.append(str(error))
    folder = file.parents[1] / "runs" / "whole" / "checkpoints"
    last = folder / "step-0000020.safetensors"
    if file.is_file():
        os.replace(file, last)
        facts = json.loads(last.with_suffix(".json").read_bytes())
        digest = sha256(last.read_bytes()).hexdigest()
        last.with_suffix(".json").write_text(json.dumps(facts | {"sha256": digest}))
        found, damaged = resume_state.restore(folder, trainer())
        if found is None or (found.step, damaged) not in ((10, [last.name]), (20, [])):
            raise AssertionError("a whole snapshot is not used")
    return said


def _other_header(data: bytes, rng: Random) -> bytes:
    """Other claims about the same bytes: lengths, types, shapes and places, keys more, fewer or twice."""
    length, body = _parted(data)
    header = json.loads(data[8 : 8 + length])
    name = rng.choice(sorted(set(header) - {"__metadata__"}))
    kind = rng.randrange(8)
    if kind == 0:
        header[name]["dtype"] = rng.choice((*DTYPES, *ODD[:6]))
    elif kind == 1:
        shape = header[name]["shape"]
        header[name]["shape"] = rng.choice(
            ([*shape, 1], shape[::-1], [rng.choice(FAR) for _ in shape], [], [0], [2**40] * 3)
        )
    elif kind == 2:
        header[name]["data_offsets"] = [rng.choice((*FAR, len(body))), rng.choice((*FAR, len(body)))]
    elif kind == 3:
        header[name] = header[rng.choice(sorted(header))]
    elif kind == 4:
        del header[name]
    elif kind == 5:
        header[rng.choice(("odd", "", "stem", "\u202e\n", "x" * 10**5, "network.", "optimiser.x.y"))] = header[name]
    elif kind == 6:
        header["__metadata__"] = rng.choice(({"a": "b"}, {"a": 1}, [], "x" * 10**6, {"a": {"b": "c"}}))
    else:
        return _whole(other_json(data[8 : 8 + length], rng), body)
    text = json.dumps(header).encode()
    claimed = len(text) if rng.random() < 0.8 else rng.choice([number % 2**64 for number in FAR])
    return _whole(text, body, claimed)


def _other(data: bytes, rng: Random) -> bytes:
    """Whole files: other numbers, types, sizes and layers."""
    weights: dict[str, Any] = load(data)
    name = rng.choice(sorted(weights))
    value = weights[name]
    kind = rng.randrange(7)
    if kind == 0:
        value = value.double()
        value.reshape(-1)[0] = rng.choice((np.nan, np.inf, -np.inf, 1e300, 65504.0 * 2))
        weights[name] = value if rng.random() < 0.5 else value.to(weights[name].dtype)
    elif kind == 1:
        weights[name] = value.to(rng.choice((torch.float64, torch.bfloat16, torch.int64, torch.int8, torch.bool)))
    elif kind == 2:
        weights[name] = torch.zeros(rng.choice(((), (0,), (1,), (1, 1), (20_000,), (3, 0, 3), (*value.shape, 1))))
    elif kind == 3:
        del weights[name]
    elif kind == 4:
        weights[rng.choice(("odd", "stem.conv1", "__class__", "network.x", "x" * 1000))] = value.clone()
    elif kind == 5:
        weights = {
            name: one.to(torch.bfloat16 if rng.random() < 0.5 else torch.float64) for name, one in weights.items()
        }
    else:
        weights = {rng.choice(("", "network.")) + name: one for name, one in weights.items()}
    return bytes(save(weights))


def _parted(data: bytes) -> tuple[int, bytes]:
    (length,) = struct.unpack("<Q", data[:8])
    return length, data[8 + length :]


def _whole(header: bytes, body: bytes, claimed: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if claimed is None else claimed) + header + body


if __name__ == "__main__":
    report(campaign.run("weights", int(sys.argv[1]) if len(sys.argv) > 1 else 1000, attempt))
