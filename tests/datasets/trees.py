"""Parts of tiny datasets, from which the fixtures of `conftest` are built."""

import csv
import zipfile
from importlib import resources

import numpy as np
from PIL import Image

HEIGHT, WIDTH = 12, 16


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def table_rows(table):
    text = resources.files("lossstudy.labels").joinpath(f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def column_values(table, column):
    return np.array([int(row[column]) for row in table_rows(table)])


def drawn_rows(table, generator):
    """A label image as rows of the label table, of which each has an id a file can hold."""
    drawable = np.flatnonzero(column_values(table, "id") >= 0)
    return generator.choice(drawable, size=(HEIGHT, WIDTH))


def photo(generator):
    return generator.integers(0, 256, size=(HEIGHT, WIDTH, 3), dtype=np.uint8)


def annotation(*objects, size=(WIDTH, HEIGHT)):
    """The JSON of a polygon annotation; objects are pairs of a label and its points."""
    objects = [{"label": label, "polygon": points} for label, points in objects]
    return {"imgWidth": size[0], "imgHeight": size[1], "objects": objects}


def zipped(folder, archive, *, below="", compression=zipfile.ZIP_DEFLATED):
    """Pack the files of a folder as the releases do, beside a licence."""
    with zipfile.ZipFile(archive, "w", compression) as target:
        target.writestr("license.txt", archive.name)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            target.write(path, f"{below}{path.relative_to(folder).as_posix()}")
    return archive
