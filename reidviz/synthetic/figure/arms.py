"""Draws arms, sleeves and hands."""

from reidviz.synthetic.drawing.canvas import Canvas
from reidviz.synthetic.drawing.colours import mix
from reidviz.synthetic.drawing.geometry import Point, mid
from reidviz.synthetic.figure.appearance import Person
from reidviz.synthetic.figure.pose import FOREARM, UPPER_ARM, Arm

LENGTH = UPPER_ARM + FOREARM


def draw_arm(canvas: Canvas, person: Person, arm: Arm, far: bool) -> None:
    """One arm; the far one lies in the shade of the body."""
    dim = 0.8 if far else 1.0
    heavy = 0.55 + 0.45 * person.body.build
    top = person.top
    shoulder = Point(arm.shoulder.x * 0.9, arm.shoulder.y - 0.026, arm.shoulder.z)
    joints = [shoulder, arm.elbow, arm.wrist]
    if not far:
        canvas.shadow(joints, [0.05 * heavy, 0.046 * heavy, 0.04 * heavy], 100)
    skin = person.body.skin
    canvas.tube([arm.wrist, arm.hand], [0.017, 0.017], skin, dim)
    if top.sleeve < 0.95:
        canvas.tube(joints, [0.031 * heavy, 0.026 * heavy, 0.018], skin, dim)
    if top.sleeve == 0.0:
        return
    radii = [0.034 * heavy + top.loose * 0.5, 0.029 * heavy + top.loose * 0.6, 0.021 * heavy + top.loose * 0.7]
    cloth_joints, cloth_radii = _cut(joints, radii, top.sleeve)
    plain = top.second if top.pattern == "raglan" else top.colour
    canvas.tube(cloth_joints, cloth_radii, plain, dim, hem=True)
    if top.pattern == "block" and top.count % 2:
        canvas.tube_band(
            (cloth_joints[0], cloth_joints[1]), (cloth_radii[0], cloth_radii[1]), (0, 0.4), (-1, 1), top.second
        )
    if top.pattern in ("bands", "checks"):
        colour = top.second if top.pattern == "bands" else mix(top.colour, top.second, 60)
        thick = 0.5 if top.pattern == "bands" else 0.28
        for k in range(len(cloth_joints) - 1):
            ends, sizes = (cloth_joints[k], cloth_joints[k + 1]), (cloth_radii[k], cloth_radii[k + 1])
            count = 3 if top.sleeve > 0.5 or k else 2
            for n in range(count):
                canvas.tube_band(ends, sizes, ((n + 0.2) / count, (n + 0.2 + thick) / count), (-1, 1), colour)
    if top.pattern in ("pinstripes", "checks"):
        for k in range(len(cloth_joints) - 1):
            ends, sizes = (cloth_joints[k], cloth_joints[k + 1]), (cloth_radii[k], cloth_radii[k + 1])
            canvas.tube_band(ends, sizes, (0, 1), (-0.12, 0.2), mix(top.colour, top.second, 60))
    if top.sleeve > 0.95:
        x, y = canvas.view.pixel(arm.elbow)
        w = radii[1] * canvas.view.scale
        width = max(1, round(canvas.view.scale * 0.007))
        canvas.dark_line([(round(x - w), round(y - w * 0.3)), (round(x + w * 0.6), round(y + w * 0.2))], 98, width)


def _cut(joints: list[Point], radii: list[float], sleeve: float) -> tuple[list[Point], list[float]]:
    """The arm down to a share (0-1) of its length."""
    reach = sleeve * LENGTH
    if reach <= UPPER_ARM:
        return [joints[0], mid(joints[0], joints[1], reach / UPPER_ARM)], [radii[0], radii[1] * 1.12]
    f = min(1.0, (reach - UPPER_ARM) / FOREARM)
    return [joints[0], joints[1], mid(joints[1], joints[2], f)], radii
