"""python -m reidviz"""

from reidviz.cli import main

raise SystemExit(main())
