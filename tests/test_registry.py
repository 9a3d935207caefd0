import itertools
import sys

import pytest

from lossstudy import registry

NUMBERS = itertools.count()


class Base:
    pass


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Builder of an importable package from file names and sources; returns its name."""
    monkeypatch.syspath_prepend(tmp_path)

    def build(**sources):
        name = f"a_registry_{next(NUMBERS)}"  # what a name discovers is cached
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        for module, source in sources.items():
            (tmp_path / name / f"{module}.py").write_text(
                f"from {__name__} import Base\n{source}\n"
            )
        return name

    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    return build


def test_public_modules_are_the_choices(package, tmp_path):
    name = package(
        zebra="class Z(Base): pass",
        ant="class A(Base): pass\nclass Helper: pass",
        _private="class P(Base): pass",
    )
    (tmp_path / name / "folder").mkdir()
    (tmp_path / name / "folder" / "__init__.py").write_text("raise RuntimeError('not imported')")
    found = registry.discover(name, Base)
    assert {key: cls.__name__ for key, cls in found.items()} == {"ant": "A", "zebra": "Z"}
    assert list(found) == ["ant", "zebra"]


def test_imported_class_is_not_the_modules_own(package):
    name = package(first="class One(Base): pass")
    other = package(second=f"from {name}.first import One\nclass Two(One): pass")
    assert registry.discover(other, Base)["second"].__name__ == "Two"


@pytest.mark.parametrize(
    ("source", "count"), [("", 0), ("class A(Base): pass\nclass B(Base): pass", 2)]
)
def test_a_module_holds_exactly_one(source, count, package):
    name = package(module=source)
    with pytest.raises(AssertionError, match=rf"module \w+ {count} Bases"):
        registry.discover(name, Base)


def test_unknown_name_lists_what_is_registered(package):
    name = package(ant="class A(Base): pass", bee="class B(Base): pass")
    assert registry.get(name, Base, "bee").__name__ == "B"
    with pytest.raises(ValueError, match=f"'bea' in {name}; known: ant, bee"):
        registry.get(name, Base, "bea")


def test_private_module_cannot_be_asked_for(package):
    name = package(ant="class A(Base): pass", _hidden="class H(Base): pass")
    with pytest.raises(ValueError, match="_hidden"):
        registry.get(name, Base, "_hidden")


def test_parameters_are_the_keyword_only_ones():
    class Example:
        def __init__(self, num_classes, ignore_index=255, *, gamma=2.0, lam=1.0):
            pass

    found = registry.parameters(Example)
    assert {name: item.default for name, item in found.items()} == {"gamma": 2.0, "lam": 1.0}
