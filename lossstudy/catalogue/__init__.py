"""What the book's pages about the losses are made of: their docstrings, and what they do.

- `docs` turns the docstring of a loss into Markdown;
- `probes` measures what a loss does to chosen pixels of a small scene, beside cross entropy;
- `namesakes` puts the losses of other libraries beside ours of the same name;
- `families` says what the losses of a page have in common.
"""
