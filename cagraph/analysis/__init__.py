"""The road from certificate rows to path tables: `road.py` has the steps, `storing.py` the last of them."""

from cagraph.analysis.road import AnalysisReport as AnalysisReport
from cagraph.analysis.road import analyze as analyze
from cagraph.analysis.road import load_anchors as load_anchors
from cagraph.analysis.road import load_graph as load_graph
