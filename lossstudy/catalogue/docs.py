r"""The docstring of a loss as Markdown: mathematics, arguments and example included.

A docstring writes formulas as `\( \)` and `\[ \]`, and its arguments in Google's style. Markdown
as notebooks and the book read it has dollars, tables and fenced code in their place.
"""

import inspect
import re
from typing import Any

from lossstudy import registry
from lossstudy.catalogue.tables import table
from lossstudy.losses import SegmentationLoss, loss_names, loss_parameters

_PACKAGE = "lossstudy.losses"
_SECTION = re.compile(r"^(Args|Example):\n", re.MULTILINE)
_DISPLAYED = re.compile(r"\\\[(.*?)\\\]", re.DOTALL)
_INLINE = re.compile(r"\\\((.*?)\\\)", re.DOTALL)
_ARGUMENT = re.compile(r"^(\w+): (.*?)(?=^\w|\Z)", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`(\w+)`")
_WIDE = 150
"""Characters of LaTeX beyond which the parts of a formula stand below each other."""


def family_losses(family: str) -> tuple[str, ...]:
    """Return the names of the losses of a family, cross entropy first.

    Example:
        >>> family_losses("pixels")[0]
        'cross_entropy'
    """
    names = [name for name in loss_names() if _class(name).family == family]
    return tuple(sorted(names, key=lambda name: (name != "cross_entropy", name)))


def heading(name: str) -> str:
    """Return the heading of a loss's part of its page, as HTML: a place to link to."""
    return f'<h3 id="{name}"><code>{name}</code></h3>'


def overview(family: str) -> str:
    """Return a table of the losses of a family and what can be set of them."""
    rows = []
    for name in family_losses(family):
        summary = docstring(name).partition("\n")[0]
        settings = [f"`{key} = {_shown(value)}`" for key, value in loss_parameters(name).items()]
        cells = [f"`{name}`", summary, "<br>".join(settings) or "–"]
        rows.append([_math_and_links(cell) for cell in cells])
    return table(["loss", "what it is", "parameters and defaults"], rows)


def description(name: str) -> str:
    """Return what the docstring of a loss says, as Markdown.

    Args:
        name: A name of `loss_names()`.
    """
    # what stands before the first section, then each section's name and body in turn
    text, *sections = _SECTION.split(docstring(name))
    parts = [_math_and_links(text.strip(), name)]
    for section, body in zip(sections[::2], sections[1::2], strict=True):
        content = inspect.cleandoc(body)
        if section == "Args":
            parts.append(table(["argument", "default", "meaning"], _arguments(name, content)))
        else:
            parts.append(f"```pycon\n{content}\n```")
    return "\n\n".join(parts)


def docstring(name: str) -> str:
    """Return the docstring of a loss without its indentation."""
    text = inspect.getdoc(_class(name))
    assert text, f"{name} has no docstring"
    return text


def _arguments(name: str, content: str) -> list[list[str]]:
    """Return the rows of the table of arguments: name, default, what the docstring says of it."""
    given = inspect.signature(_class(name)).parameters
    rows = []
    for argument, meaning in _ARGUMENT.findall(content):
        default = given[argument].default
        shown = "–" if default is inspect.Parameter.empty else f"`{_shown(default)}`"
        rows.append([f"`{argument}`", shown, _math_and_links(" ".join(meaning.split()), name)])
    return rows


def _math_and_links(text: str, page_of: str = "") -> str:
    """Turn formulas into dollars, and names of losses into links to their part of a page."""
    text = _DISPLAYED.sub(lambda found: f"\n\n$$\n{_stacked(found[1].strip())}\n$$\n\n", text)
    text = _INLINE.sub(lambda found: f"${' '.join(found[1].split())}$", text)
    return _CODE.sub(lambda found: _reference(found[1], page_of), text)


def _stacked(formula: str) -> str:
    """Return a wide formula with its parts, between which it leaves space, one a line."""
    if len(formula) <= _WIDE or "\\qquad" not in formula:
        return formula
    parts = [part.strip() for part in formula.split("\\qquad")]
    return "\\begin{gathered}\n" + " \\\\[0.6em]\n".join(parts) + "\n\\end{gathered}"


def _reference(word: str, page_of: str) -> str:
    """Return a link for the name of a loss or of its class, and code for any other word."""
    names = {name: name for name in loss_names()} | {_class(n).__name__: n for n in loss_names()}
    if word not in names or names[word] == page_of:
        return f"`{names.get(word, word)}`"
    name = names[word]
    return f'<a href="losses-{_class(name).family}.html#{name}"><code>{name}</code></a>'


def _shown(value: Any) -> str:
    """Return a default as the page shows it: 4/3 need not have sixteen decimals."""
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


def _class(name: str) -> type[Any]:
    return registry.get(_PACKAGE, SegmentationLoss, name)
