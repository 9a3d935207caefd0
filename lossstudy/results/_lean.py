"""Records of large studies, kept small."""

import json
import zipfile
from pathlib import Path

import numpy as np

from lossstudy.results._records import write_record


def keep_lean(folder: Path, target: Path) -> None:
    """Copy a finished run without what can be had again, at a third of the size.

    Left out are pictures, the names of the labelled images (its ratio and seed give them) and the
    per-image counts of the images held out (their sums are in the record). The other counts lie
    class by class, which packs better, and are read like any `images.npz`.

    Args:
        folder: Of the run.
        target: Folder of the copy.
    """
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    record["data"]["labelled"] = None
    target.mkdir(parents=True, exist_ok=True)
    aside = target / "images.npz.tmp"
    with (
        np.load(folder / "images.npz") as arrays,
        zipfile.ZipFile(aside, "w", zipfile.ZIP_LZMA) as packed,
    ):
        for name in arrays:
            if not name.startswith("held_out"):
                entry = zipfile.ZipInfo(f"{name}.npy")  # of a fixed date: same counts, same bytes
                entry.compress_type = zipfile.ZIP_LZMA
                with packed.open(entry, "w") as file:
                    np.lib.format.write_array(file, np.asfortranarray(arrays[name]))
    aside.replace(target / "images.npz")
    write_record(target, record)
