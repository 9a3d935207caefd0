"""Commands as a shell would run them."""

from lossstudy.cli import main


def refused(argv, capsys):
    """Run a command that fails and return what it said."""
    try:
        status = main(argv)
    except SystemExit as stop:  # argparse
        status = stop.code
    assert status == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err
