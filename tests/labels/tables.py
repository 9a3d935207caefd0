"""The label tables, read without the package."""

import csv
from importlib import resources


def rows(table):
    text = resources.files("lossstudy.labels").joinpath(f"{table}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def ids(table, name, column="id"):
    return int(next(row[column] for row in rows(table) if row["name"] == name))
