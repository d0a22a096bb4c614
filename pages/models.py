"""Models: which models stand here, and how does one of mine come in?"""

from reidviz.common import settings
from reidviz.ui.models.add_model import show_add
from reidviz.ui.models.model_list import show_added
from reidviz.ui.session.choice import current_choice
from reidviz.ui.widgets.messages import heading, say_read_only

heading("Models", "How does a model of my own come in, and what does it rank beside the others?")
choice = current_choice()
if settings.read_only():
    say_read_only()
else:
    show_add(choice)
show_added(choice)
