"""The road from certificate rows to path tables: `road.py` has the steps, `storing.py` the last of them."""

from cagraph.analysis.road import AnalysisReport, analyze, load_anchors, load_graph

__all__ = ["AnalysisReport", "analyze", "load_anchors", "load_graph"]
