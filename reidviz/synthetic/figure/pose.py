"""How a body stands in one moment of its walk: a skeleton of 3-D points."""

import math
from dataclasses import dataclass
from random import Random

from reidviz.synthetic.drawing.geometry import Point
from reidviz.synthetic.figure.appearance import Person

NECK, SHOULDER, HIP = 0.845, 0.805, 0.505
THIGH, SHIN, UPPER_ARM, FOREARM = 0.235, 0.235, 0.175, 0.15
ANKLE = 0.036


@dataclass(frozen=True)
class Leg:
    """Joints of a leg; toe and heel lie on the sole."""

    hip: Point
    knee: Point
    ankle: Point
    heel: Point
    toe: Point


@dataclass(frozen=True)
class Arm:
    """Joints of an arm; side is 1 on the left, -1 on the right."""

    side: int
    shoulder: Point
    elbow: Point
    wrist: Point
    hand: Point


@dataclass(frozen=True)
class Pose:
    """One moment: rise moves the trunk up or down, lean forward, both in statures; head_turn in radians."""

    legs: tuple[Leg, Leg]
    arms: tuple[Arm, Arm]
    rise: float
    lean: float
    head_turn: float


def pose(person: Person, rng: Random) -> Pose:
    """A random moment of the person's walk; now and then they stand still or look at a phone."""
    phase = rng.uniform(0, 2 * math.pi)
    swing = person.body.stride * rng.uniform(0.75, 1.1) * (0.12 if rng.random() < 0.12 else 1.0)
    legs = tuple(_leg(side, person, phase + (0 if side > 0 else math.pi), swing) for side in (1, -1))
    lowest = min(min(leg.heel.y, leg.toe.y) for leg in legs)
    left, right = (_lift_leg(leg, -lowest) for leg in legs)
    gesture = rng.choices(["swing", "phone", "pocket", "strap"], weights=[70, 9, 11, 10])[0]
    carries = person.bag.kind in ("hand", "plastic", "trolley")
    busy = -person.bag.side if carries else rng.choice([-1, 1])
    lean = rng.uniform(0.0, 0.022)
    arms = tuple(
        _arm(side, person, phase + (math.pi if side > 0 else 0), swing, gesture if side == busy else "swing", rng)
        for side in (1, -1)
    )
    raised = tuple(_lift_arm(arm, -lowest, lean) for arm in arms)
    return Pose((left, right), (raised[0], raised[1]), -lowest, lean, rng.gauss(0, 0.22))


def _leg(side: int, person: Person, phase: float, swing: float) -> Leg:
    thigh = 0.06 + 0.46 * swing * math.sin(phase)
    bend = 0.08 + 0.95 * swing * max(0.0, math.cos(phase)) ** 1.5
    hip = Point(side * 0.052 * person.body.hips, HIP, 0.0)
    knee = Point(hip.x * 0.92, hip.y - THIGH * math.cos(thigh), THIGH * math.sin(thigh))
    shin = thigh - bend
    ankle = Point(hip.x * 0.8, knee.y - SHIN * math.cos(shin), knee.z + SHIN * math.sin(shin))
    pitch = 0.5 * shin - 0.35 * bend + 0.05
    heel = Point(ankle.x, ankle.y - ANKLE * math.cos(pitch) + 0.03 * math.sin(-pitch), ankle.z - 0.03)
    toe = Point(
        ankle.x * 1.35,
        ankle.y - ANKLE * math.cos(pitch) + 0.088 * math.sin(pitch),
        ankle.z + 0.088 * math.cos(pitch),
    )
    return Leg(hip, knee, ankle, heel, toe)


def _arm(side: int, person: Person, phase: float, swing: float, gesture: str, rng: Random) -> Arm:
    reach = 0.118 * person.body.shoulders * (0.55 + 0.45 * person.body.build)
    shoulder = Point(side * reach, SHOULDER, 0.0)
    upper = 0.02 + 0.4 * swing * math.sin(phase)
    bend = 0.22 + 0.3 * max(0.0, math.sin(phase)) * swing
    spread = 0.1 + 0.07 * person.body.build + rng.uniform(-0.03, 0.05)
    inward = -0.08
    if gesture == "phone":
        upper, bend, inward = 0.25, 2.0, -0.45
    elif gesture == "pocket":
        upper, bend, spread, inward = -0.25, 0.55, 0.3, -0.4
    elif gesture == "strap":
        upper, bend, inward = 0.1, 2.35, -0.3
    elbow = Point(
        shoulder.x + side * UPPER_ARM * math.sin(spread),
        shoulder.y - UPPER_ARM * math.cos(upper) * math.cos(spread),
        shoulder.z + UPPER_ARM * math.sin(upper),
    )
    fore = upper + bend
    down = Point(side * math.sin(inward), -math.cos(fore) * math.cos(inward), math.sin(fore) * math.cos(inward))
    wrist = Point(elbow.x + FOREARM * down.x, elbow.y + FOREARM * down.y, elbow.z + FOREARM * down.z)
    hand = Point(wrist.x + 0.05 * down.x, wrist.y + 0.05 * down.y, wrist.z + 0.05 * down.z)
    return Arm(side, shoulder, elbow, wrist, hand)


def _lift(p: Point, up: float, forward: float = 0.0) -> Point:
    return Point(p.x, p.y + up, p.z + forward)


def _lift_leg(leg: Leg, up: float) -> Leg:
    return Leg(*(_lift(p, up) for p in (leg.hip, leg.knee, leg.ankle, leg.heel, leg.toe)))


def _lift_arm(arm: Arm, up: float, lean: float) -> Arm:
    return Arm(arm.side, *(_lift(p, up, lean) for p in (arm.shoulder, arm.elbow, arm.wrist, arm.hand)))
