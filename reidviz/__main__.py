"""python -m reidviz."""

from reidviz.cli.main import main

raise SystemExit(main())
