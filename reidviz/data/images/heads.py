"""Heads made unrecognisable, for images of real people that are passed on."""

from typing import Final

from PIL import Image, ImageFilter

SHARE: Final = 0.25
RULE: Final = (
    "the top quarter of every image, where the head is when a person was cropped upright and whole: it is reduced to a "
    "few blocks of colour and smoothed before the image is encoded, so that nothing of a face is left to be restored"
)
BLOCKS: Final = (4, 3)
"""Columns and rows that the top quarter is reduced to: twelve colours."""


def without_head(image: Image.Image) -> Image.Image:
    """A copy of an RGB image whose top quarter holds no more than BLOCKS colours, smoothed."""
    high = max(1, round(SHARE * image.height))
    head = image.crop((0, 0, image.width, high))
    blocks = head.resize(BLOCKS, Image.Resampling.BOX).resize(head.size, Image.Resampling.BILINEAR)
    made = image.copy()
    made.paste(blocks.filter(ImageFilter.GaussianBlur(max(image.width, high) / 8)), (0, 0))
    return made
