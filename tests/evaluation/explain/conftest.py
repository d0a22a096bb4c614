"""Drawn persons, two of whom differ in one region only: a bag of a colour of its own, which the probe wears, too."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from onnx import TensorProto, helper
from PIL import Image

from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.evaluation.explain.masking import box_mask
from reidviz.evaluation.explain.regions import CELLS, Region
from reidviz.evaluation.pipeline.adding import keep_network
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.models.added.cards import Preprocessing
from reidviz.models.added.onnx_defaults import default_reading
from reidviz.models.added.onnx_worker import Worker
from reidviz.synthetic.render import draw_image

HEIGHT, WIDTH = 160, 60
BAG = (250, 40, 200)
PLANTED = next(cell for cell in CELLS if cell.name == "the lower right")


@dataclass(frozen=True, eq=False)
class Planted:
    """A probe, and a gallery of its true match (place 0), its double without the bag, of the double with it (place 1)
    and of others; the region of the bag."""

    dataset: Dataset
    split: Split
    region: Region = PLANTED


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    root = tmp_path_factory.mktemp("planted")
    rng = np.random.default_rng(0)
    first = np.asarray(draw_image("cuhk01", "1", "1", "A", 0).convert("RGB").resize((WIDTH, HEIGHT))).astype(int)
    bag = first.copy()
    bag[box_mask(PLANTED.box, HEIGHT, WIDTH)] = BAG
    noisy = np.clip(bag + rng.integers(-6, 7, bag.shape), 0, 255)
    people = {"p0": {"A_0": noisy, "B_0": first}, "p1": {"B_0": bag}}
    for i in range(2, 8):
        other = draw_image("cuhk01", str(i), str(i), "A", 0).convert("RGB").resize((WIDTH, HEIGHT))
        people[f"p{i}"] = {"B_0": np.asarray(other).astype(int)}
    for person, shots in people.items():
        (root / person).mkdir()
        for name, pixels in shots.items():
            Image.fromarray(pixels.astype(np.uint8)).save(root / person / f"{name}.png")
    dataset = load(f"folder:{root}")
    at = {sample.id: i for i, sample in enumerate(dataset.samples)}
    probe = next(i for one, i in at.items() if "p0" in one and "A_0" in one)
    gallery = [i for _, i in sorted(at.items()) if i != probe]
    split = Split("planted", np.array([], dtype=np.int64), np.array([probe]), np.array(gallery))
    return Planted(dataset, split)


@pytest.fixture(scope="module")
def pixels(tmp_path_factory: pytest.TempPathFactory) -> Ranker:
    """A network in ONNX whose feature is the image itself, so that its distances can be told by hand."""
    folder = tmp_path_factory.mktemp("onnx")
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", HEIGHT, WIDTH, 3])
    feature = helper.make_tensor_value_info("feature", TensorProto.FLOAT, ["n", HEIGHT * WIDTH * 3])
    graph = helper.make_graph([helper.make_node("Flatten", ["image"], ["feature"])], "net", [image], [feature])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    file = folder / "net.onnx"
    file.write_bytes(made.SerializeToString())
    worker = Worker(file, "net.onnx")
    how = default_reading(worker.file, "net.onnx")
    how = replace(how, distance="euclidean", preprocessing=Preprocessing(HEIGHT, WIDTH, scale="0-1"))
    kept = keep_network(file, worker, how, "pixels", None, folder / "models")
    worker.close()
    return rankers_of(kept)[0]
