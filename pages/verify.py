"""Verify: which pairs are worth a look, what do people say of them, and what does that teach?"""

from reidviz.common import settings
from reidviz.ui.marks.agree import show_agreement
from reidviz.ui.marks.ask import show_questions
from reidviz.ui.marks.correct import show_correction
from reidviz.ui.marks.teach import show_teach
from reidviz.ui.pairs.verification import tested_or_stop
from reidviz.ui.results.results_table import provenance
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.keys import VERIFY_VIEW
from reidviz.ui.widgets.messages import heading, say_read_only
from reidviz.ui.widgets.views import choose_view

heading("Verify", "Do these two images show one person? Your answers mend the data and teach a model.")
choice = current_choice()
view = choose_view("view", VERIFY_VIEW, ["Mark", "Agreement", "Corrected data", "Teach"])
if settings.read_only():
    say_read_only()
if view == "Agreement":
    show_agreement(choice)
elif view == "Corrected data":
    show_correction(choice)
elif view == "Teach":
    show_teach(choice)
else:
    show_questions(choice, tested_or_stop(choice, results_or_progress(choice)))
    provenance(choice)
