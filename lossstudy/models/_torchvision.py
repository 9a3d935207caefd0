"""The one place that imports torchvision: `from lossstudy.models._torchvision import torchvision`.

PyPI's torchvision is compiled against the CUDA build of torch. Beside a CPU-only torch its library
cannot be loaded, the operators `nms` and `qnms` stay undeclared, and `import torchvision` fails
where it registers their shape functions. Declaring the two schemas first cures the import. They
remain without an implementation, which is no loss here: only detection models call them.

Where the library loads, nothing is declared and torchvision is exactly what was installed.

Import this module late: torchvision adds about a second to the start of a process.
"""

from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import torch

_SUPPRESSION = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def _library_loads() -> bool:
    spec = find_spec("torchvision")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise ModuleNotFoundError("torchvision is not installed; the ResNet backbones need it")
    for suffix in EXTENSION_SUFFIXES:
        library = Path(folders[0], f"_C{suffix}")
        if library.is_file():
            try:
                torch.ops.load_library(library)  # type: ignore[no-untyped-call]
            except OSError:
                return False
            return True
    return False


if not _library_loads():
    # The declarations live as long as this object does, hence the module-level name.
    _SCHEMAS = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for _name in ("nms", "qnms"):
        _SCHEMAS.define(_name + _SUPPRESSION)  # type: ignore[no-untyped-call]

import torchvision.transforms.v2  # noqa: E402 - the declarations above have to come first

__all__ = ["torchvision"]
