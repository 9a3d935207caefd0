"""Figures a reader can set by hand, live in JupyterLab and on a page without a kernel.

One explorer, one class, in a module of its own with the script of the page beside it.
"""

from lossstudy.widgets._explorer import Explorer
from lossstudy.widgets.adaptive_weights import AdaptiveWeights
from lossstudy.widgets.imbalance import ImbalancePlayground
from lossstudy.widgets.leave_one_out import LeaveOneClassOut
from lossstudy.widgets.loss_curves import LossCurves
from lossstudy.widgets.predictions import Predictions
from lossstudy.widgets.trade_off import TradeOff

__all__ = [
    "AdaptiveWeights",
    "Explorer",
    "ImbalancePlayground",
    "LeaveOneClassOut",
    "LossCurves",
    "Predictions",
    "TradeOff",
]
