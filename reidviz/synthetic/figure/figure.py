"""Draws one whole person as a camera sees them."""

from collections.abc import Callable
from random import Random

from PIL import Image

from reidviz.synthetic.drawing.canvas import Canvas
from reidviz.synthetic.drawing.geometry import View
from reidviz.synthetic.drawing.texture import cloth
from reidviz.synthetic.figure.appearance import Person
from reidviz.synthetic.figure.arms import draw_arm
from reidviz.synthetic.figure.bags import bag_place, draw_bag
from reidviz.synthetic.figure.head import draw_head
from reidviz.synthetic.figure.legs import draw_leg, draw_pelvis
from reidviz.synthetic.figure.pose import Pose
from reidviz.synthetic.figure.torso import draw_strap, draw_trunk

Step = tuple[float, Callable[[], None]]


def figure(
    person: Person, pose: Pose, view: View, size: tuple[int, int], rng: Random
) -> tuple[Image.Image, Image.Image]:
    """The lit figure (RGB) and its outline (L), both of the size given."""
    canvas = Canvas(size, view)
    steps = _steps(canvas, person, pose, view)
    for _, draw in sorted(steps, key=lambda step: step[0]):
        draw()
    return canvas.finish(cloth(rng, size)), canvas.mask


def _steps(canvas: Canvas, person: Person, pose: Pose, view: View) -> list[Step]:
    """What to draw, with its depth: the far parts first."""
    near_leg, far_leg = sorted(pose.legs, key=lambda leg: -view.depth(leg.knee))
    steps: list[Step] = [
        (-0.03, lambda: draw_leg(canvas, person, far_leg, True)),
        (-0.02, lambda: draw_leg(canvas, person, near_leg, False)),
        (-0.01, lambda: draw_pelvis(canvas, person, pose)),
        (0.0, lambda: draw_trunk(canvas, person, pose)),
        (0.001, lambda: draw_strap(canvas, person, pose)),
    ]
    facing = view.faces(0.0)
    steps.append((0.09 if facing < -0.3 else 0.002, lambda: draw_head(canvas, person, pose)))
    for arm in pose.arms:
        depth = (view.depth(arm.shoulder) + view.depth(arm.elbow) + view.depth(arm.hand)) / 3
        far = depth < -0.06
        steps.append((depth if far else max(0.003, depth), lambda arm=arm, far=far: draw_arm(canvas, person, arm, far)))  # type: ignore[misc]
    place = bag_place(person, pose)
    if place is not None:
        depth = view.depth(place)
        steps.append((depth if abs(depth) > 0.04 else 0.05, lambda: draw_bag(canvas, person, pose)))
    return steps
