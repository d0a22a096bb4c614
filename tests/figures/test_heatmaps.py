import numpy as np
from PIL import Image

from reidviz.figures.heatmaps import TILE, channel_tiles, energy, overlaid
from reidviz.figures.transfer import distances_figure, projection_figure


def test_energy_goes_from_the_weakest_to_the_strongest_place() -> None:
    maps = np.random.default_rng(0).random((3, 5, 4, 2), dtype=np.float32)
    found = energy(maps)
    strength = np.sqrt((maps**2).mean(1))
    assert found.min((1, 2)).tolist() == [0, 0, 0]
    assert found.max((1, 2)).tolist() == [1, 1, 1]
    assert (found.reshape(3, -1).argmax(1) == strength.reshape(3, -1).argmax(1)).all()
    assert not energy(np.zeros((1, 5, 4, 2), dtype=np.float32)).any()


def test_a_image_is_warm_where_the_map_is_strong() -> None:
    heat = np.zeros((8, 4), dtype=np.float32)
    heat[:4] = 1
    shown = np.asarray(overlaid(Image.new("RGB", (30, 60), (90, 90, 90)), heat, height=100)).astype(int)
    assert shown.shape == (100, 50, 3)
    red_over_blue = shown[..., 0] - shown[..., 2]
    assert red_over_blue[10].min() > 100
    assert red_over_blue[90].max() < 10


def test_every_channel_has_a_tile() -> None:
    maps = np.arange(5 * 4 * 2, dtype=np.float32).reshape(5, 4, 2)
    sheet = np.asarray(channel_tiles(maps, columns=3))
    assert sheet.shape == (2 * (TILE + 2), 3 * (TILE // 2 + 2), 3)
    assert sheet.max() == 255


def test_histograms_sum_to_all_comparisons() -> None:
    rng = np.random.default_rng(0)
    figure = distances_figure(rng.random((6, 8), dtype=np.float32), rng.random((6, 8)) < 0.5)
    assert [trace.name for trace in figure.data] == ["alike", "unlike"]
    for trace in figure.data:
        assert abs(sum(trace.y) - 100) < 1e-6


def test_a_projection_tells_domain_and_kind() -> None:
    plane = np.arange(8, dtype=np.float32).reshape(4, 2)
    figure = projection_figure(plane, np.array([True, True, False, False]), np.array([True, False, True, False]))
    assert [len(trace.x) for trace in figure.data] == [1, 1, 1, 1]
    assert len({(trace.marker.color, trace.marker.symbol) for trace in figure.data}) == 4
