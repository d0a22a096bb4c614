import numpy as np
import pytest

from reidviz.evaluation.explain.masking import box_mask
from reidviz.evaluation.explain.regions import BANDS, CELLS, REGIONS, STRIPS, cell_at, means


@pytest.mark.parametrize("regions", [CELLS, BANDS, STRIPS])
@pytest.mark.parametrize("size", [(160, 64), (128, 48), (61, 23)])
def test_the_regions_cover_an_image_once(regions: tuple, size: tuple[int, int]) -> None:
    covered = np.sum([box_mask(one.box, *size) for one in regions], axis=0)
    assert covered.min() == 1
    assert (covered > 1).mean() < 0.12  # a pixel where sides are no whole numbers
    assert sum(one.size for one in regions) == pytest.approx(1)


def test_each_region_has_a_name_of_its_own_and_the_smallest_come_first() -> None:
    assert len({one.name for one in REGIONS}) == len(REGIONS) == 23
    sizes = [round(one.size, 6) for one in REGIONS]
    assert sizes == sorted(sizes)


def test_a_box_lies_in_the_cell_of_its_middle() -> None:
    assert all(cell_at(cell.box) == cell for cell in CELLS)
    assert cell_at((0.0, 0.0, 1.0, 1.0)).name == "the centre"
    assert cell_at((1.0, 1.0, 1.0, 1.0)).name == "the bottom right"


def test_the_mean_of_each_cell() -> None:
    relevance = np.repeat(np.repeat(np.arange(15, dtype=np.float32).reshape(5, 3), 32, axis=0), 64, axis=1)
    np.testing.assert_allclose(means(relevance), np.arange(15), atol=0.15)
