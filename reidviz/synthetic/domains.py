"""The five synthetic domains: their cameras, sizes and looks, after the five real data sets."""

from dataclasses import dataclass

from reidviz.synthetic.drawing.geometry import Light
from reidviz.synthetic.drawing.sensor import Sensor


@dataclass(frozen=True)
class Camera:
    """One camera of a domain.

    yaws     main walking directions in degrees (0 towards the camera, 90 to the right, 180 away)
    spread   how far a person strays from them, in degrees
    pitch    how far it looks down, in degrees
    base     where the walls meet the ground, as a share of the image's height
    places   how many different spots it looks at
    site     where it stands: cameras of one site share the colours of ground and walls
    sun      strength of the shadow on the ground, 0-1
    """

    sensor: Sensor
    scene: str
    yaws: tuple[int, ...]
    spread: float
    pitch: float
    base: float
    light: Light
    places: int = 1
    site: str = ""
    sun: float = 0.4


@dataclass(frozen=True)
class Domain:
    """One data set.

    size       native width and height; grow: range of the random factor on it
    crop       jitter of the person in the crop, as a share of its size
    occluders  what may stand in front, with the probability of any
    passers    probability of somebody in the background
    luggage    probability of a rolling suitcase
    turn       whether the second camera's direction follows from the first's, turned by 45-180 degrees
    """

    name: str
    size: tuple[int, int]
    grow: tuple[float, float]
    cameras: dict[str, Camera]
    crop: float
    occluders: tuple[str, ...]
    occlusion: float
    passers: float
    luggage: float = 0.0
    turn: bool = False


def _sensor(
    gains: tuple[float, float, float],
    gamma: float = 1.0,
    contrast: float = 1.0,
    saturation: float = 1.0,
    lift: int = 0,
    exposure: float = 0.18,
    blur: tuple[float, float] = (0.3, 0.8),
    motion: float = 0.2,
    loss: tuple[float, float] = (1.1, 2.1),
    noise: float = 0.12,
    quality: int = 84,
) -> Sensor:
    return Sensor(gains, gamma, contrast, saturation, lift, exposure, blur, motion, loss, noise, quality)


_CUHK03 = Domain(
    name="cuhk03",
    size=(72, 176),
    grow=(0.86, 1.16),
    crop=0.08,
    occluders=("pole", "person", "bike"),
    occlusion=0.25,
    passers=0.3,
    cameras={
        "1A": Camera(
            _sensor((1.03, 1.0, 0.96), 1.02, exposure=0.1),
            "campus",
            (0, 180),
            28,
            14,
            0.42,
            Light(-0.6, 0.6, 0.5),
            site="1",
        ),
        "1B": Camera(
            _sensor((0.98, 1.0, 1.03), 0.97, 0.97, 0.92, 2, 0.1),
            "campus",
            (80, 280),
            30,
            9,
            0.46,
            Light(0.5, 0.7, 0.38),
            site="1",
        ),
        "2A": Camera(
            _sensor((1.0, 1.02, 0.96), 1.04, 1.03, 0.98, exposure=0.1),
            "campus",
            (30, 200),
            28,
            10,
            0.45,
            Light(0.7, 0.55, 0.58),
            site="2",
            sun=0.6,
        ),
        "2B": Camera(
            _sensor((1.03, 1.0, 0.95), 0.98, 0.97, 0.92, 2, 0.1),
            "campus",
            (110, 290),
            30,
            16,
            0.38,
            Light(-0.3, 0.7, 0.36),
            site="2",
        ),
        "3A": Camera(
            _sensor((0.97, 1.0, 1.03), 0.96, 0.95, 0.9, 4, 0.1),
            "campus",
            (150, 330),
            30,
            12,
            0.44,
            Light(0.2, 0.74, 0.32),
            site="3",
        ),
        "3B": Camera(
            _sensor((1.01, 1.01, 0.98), 1.05, 1.0, 0.98, exposure=0.1),
            "campus",
            (60, 240),
            30,
            13,
            0.4,
            Light(-0.7, 0.56, 0.55),
            site="3",
            sun=0.6,
        ),
    },
)
_VIPER = Domain(
    name="viper",
    size=(48, 128),
    grow=(1.0, 1.0),
    crop=0.06,
    occluders=("pole", "person"),
    occlusion=0.1,
    passers=0.15,
    turn=True,
    cameras={
        "a": Camera(
            _sensor((1.06, 1.01, 0.93), 0.88, 1.05, 1.0, 4, 0.24, (0.2, 0.6)),
            "lawn",
            (0, 45, 90, 135, 180, 225, 270, 315),
            8,
            8,
            0.46,
            Light(0.75, 0.46, 0.72),
            places=4,
            sun=0.75,
            site="a",
        ),
        "b": Camera(
            _sensor((0.92, 0.98, 1.07), 1.12, 0.95, 0.8, 4, 0.26, (0.3, 0.8)),
            "street",
            (0, 45, 90, 135, 180, 225, 270, 315),
            8,
            10,
            0.4,
            Light(-0.5, 0.6, 0.5),
            places=4,
            sun=0.5,
            site="b",
        ),
    },
)
_ILIDS = Domain(
    name="ilids",
    size=(64, 160),
    grow=(0.8, 1.3),
    crop=0.07,
    occluders=("luggage", "person", "person", "trolley", "pole"),
    occlusion=0.5,
    passers=0.6,
    luggage=0.25,
    cameras={
        "1": Camera(
            _sensor((1.06, 1.0, 0.86), 0.95, 0.9, 0.75, 10, 0.2, (0.4, 1.0), 0.3, (1.0, 1.7)),
            "hall",
            (0, 20, 340),
            25,
            17,
            0.3,
            Light(0.3, 0.72, 0.34),
            places=2,
            sun=0.2,
        ),
        "2": Camera(
            _sensor((0.92, 1.0, 1.0), 1.15, 0.95, 0.6, 4, 0.2, (0.4, 1.0), 0.3, (1.0, 1.7)),
            "hall",
            (70, 180, 290, 200),
            30,
            12,
            0.38,
            Light(-0.4, 0.7, 0.36),
            places=2,
            sun=0.2,
        ),
    },
)
_PRID = Domain(
    name="prid2011",
    size=(64, 128),
    grow=(1.0, 1.0),
    crop=0.03,
    occluders=("pole", "bike", "person"),
    occlusion=0.04,
    passers=0.12,
    cameras={
        "a": Camera(
            _sensor((0.97, 1.03, 0.93), 1.05, 0.76, 0.7, 10, 0.12, (0.4, 0.9), 0.2, (1.0, 1.5)),
            "street",
            (70, 250, 90, 270),
            18,
            26,
            0.08,
            Light(-0.5, 0.66, 0.44),
            places=2,
            sun=0.35,
        ),
        "b": Camera(
            _sensor((0.9, 0.95, 1.12), 0.95, 0.72, 0.6, 12, 0.12, (0.4, 0.9), 0.2, (1.0, 1.5)),
            "street",
            (20, 200, 340, 160),
            20,
            30,
            0.05,
            Light(0.6, 0.56, 0.56),
            places=2,
            sun=0.6,
        ),
    },
)
_CUHK01 = Domain(
    name="cuhk01",
    size=(60, 160),
    grow=(1.0, 1.0),
    crop=0.06,
    occluders=("pole", "person", "bike"),
    occlusion=0.2,
    passers=0.2,
    cameras={
        "A": Camera(
            _sensor((1.03, 1.0, 0.96), 1.0, 1.0, 0.95),
            "campus",
            (0, 180),
            14,
            13,
            0.36,
            Light(0.4, 0.66, 0.44),
            places=2,
        ),
        "B": Camera(
            _sensor((0.96, 1.0, 1.04), 1.04, 1.0, 0.88),
            "campus",
            (90, 270),
            14,
            10,
            0.44,
            Light(-0.6, 0.54, 0.56),
            places=2,
            sun=0.55,
        ),
    },
)

DOMAINS: dict[str, Domain] = {d.name: d for d in (_CUHK03, _VIPER, _ILIDS, _PRID, _CUHK01)}
