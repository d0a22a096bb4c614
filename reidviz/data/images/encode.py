"""Images as data URIs, so that a page or a file carries them itself."""

import base64
import io

from PIL import Image

HEIGHT = 180


def data_uri(image: Image.Image, height: int = HEIGHT) -> str:
    """An RGB image as a JPEG data URI, at most so many pixels high."""
    if image.height > height:
        image = image.resize((max(1, round(image.width * height / image.height)), height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
