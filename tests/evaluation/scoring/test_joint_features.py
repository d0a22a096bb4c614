import numpy as np
import torch

from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.image_pairs import Pairs
from reidviz.evaluation.scoring.joint_features import features_of, joint_maps
from reidviz.models.mtdnet import to_input
from tests.conftest import SMALL
from tests.evaluation.conftest import CPU, lively_pairs


def test_maps_and_features_are_those_of_the_network_on_stacked_maps(people: str) -> None:
    made = lively_pairs()
    pixels = Pixels(load(people), SMALL.height, SMALL.width)
    pairs = Pairs(np.array([0, 5, 0]), np.array([3, 5, 9]), np.array([True, True, False]))
    found = joint_maps(made, pixels, pairs, CPU)
    first, second = (to_input(torch.from_numpy(pixels[places])) for places in (pairs.first, pairs.second))
    with torch.inference_mode():
        stacked = torch.cat([made.maps(first), made.maps(second)], dim=1)
        joint = made.pair.joint(made.pair.conv3(stacked))
        hidden = made.pair.fc7(torch.relu(made.pair.fc6(made.pair.pool(joint).flatten(1))))
    np.testing.assert_allclose(found, joint, atol=1e-4)
    np.testing.assert_allclose(features_of(made, found, "conv5", CPU), joint.flatten(1), atol=1e-4)
    np.testing.assert_allclose(features_of(made, found, "fc7", CPU), torch.nn.functional.normalize(hidden), atol=1e-4)
