"""Joint maps: what did cross-domain training transfer?"""

from reidviz.ui.joint_comparison import compare
from reidviz.ui.joint_maps import show_distances, show_numbers, show_projection
from reidviz.ui.joint_pairs import show_pair
from reidviz.ui.messages import heading
from reidviz.ui.state import current

heading("Joint maps", "What did cross-domain training transfer from the source to the target?")
comparison = compare(current())
show_numbers(comparison)
show_pair(comparison)
show_distances(comparison)
show_projection(comparison)
