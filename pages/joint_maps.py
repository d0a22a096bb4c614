"""Joint maps: what did cross-domain training transfer?"""

from reidviz.ui.joint_maps.comparison import compare
from reidviz.ui.joint_maps.metrics import show_distances, show_numbers, show_projection
from reidviz.ui.joint_maps.pair_heatmaps import show_pair
from reidviz.ui.session.choice import current_choice
from reidviz.ui.widgets.messages import heading

heading("Joint maps", "What did cross-domain training transfer from the source to the target?")
comparison = compare(current_choice())
show_numbers(comparison)
show_pair(comparison)
show_distances(comparison)
show_projection(comparison)
