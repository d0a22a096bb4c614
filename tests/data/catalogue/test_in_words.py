"""What stands below images."""

import pytest

from reidviz.data.catalogue.in_words import camera_in_words


@pytest.mark.parametrize(("name", "said"), [("2", "cam 2"), ("cam2", "cam2"), ("Camera 2", "Camera 2"), ("", "")])
def test_a_camera_is_not_called_one_twice(name: str, said: str) -> None:
    assert camera_in_words(name) == said
