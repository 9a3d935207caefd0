"""Classes of the datasets, how their files encode them, and how the label spaces relate.

The tables beside this module are the datasets' own label definitions, as data: one row per raw
class, its id in each published encoding, whether the dataset's evaluation ignores it, its colour.
A label space is one of those encodings, named: the classes a network is trained to tell apart.

==============  =======  ==============================================================
label space     classes  train ids are
==============  =======  ==============================================================
`cityscapes19`  19       Cityscapes and KITTI `train_id` (IDD: `cs_train_id`)
`idd30`         30       IDD `level4_id`
`idd26`         26       IDD `level3_id`
`iddlite7`      7        ids of IDD Lite (IDD: `level1_id`)
`camvid11`      11       ids of the SegNet release of CamVid
`camvid32`      31       CamVid's 32 colours in the order of their names, without Void
==============  =======  ==============================================================

Several raw classes may share a train id. The shared class is named after the first of them that
has a Cityscapes train id, else after the first of them. In `idd30` that is 3 `sidewalk` (and rail
track), 15 `train` (and trailer, vehicle fallback), 23 `pole` (and polegroup) and 26 `bridge` (and
tunnel). `camvid11` is the grouping of CamVid's 32 classes that SegNet (Badrinarayanan et al. 2017)
was trained with, under the names of that release.

No torch here: results and plots need class names and colours too.
"""

from lossstudy.labels._encoding import UNDECLARED, color_table, encoding, name_table
from lossstudy.labels._mapping import LabelMapping, comparable, mapping, targets_of
from lossstudy.labels._spaces import LabelSpace, label_space, thin_classes
from lossstudy.labels._tables import IGNORED, LABEL_SPACES, spaces

__all__ = [
    "IGNORED",
    "LABEL_SPACES",
    "UNDECLARED",
    "LabelMapping",
    "LabelSpace",
    "color_table",
    "comparable",
    "encoding",
    "label_space",
    "mapping",
    "name_table",
    "spaces",
    "targets_of",
    "thin_classes",
]
