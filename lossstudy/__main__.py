"""`python -m lossstudy`, also under torchrun: `torchrun --nproc-per-node 2 -m lossstudy train`."""

import os
import sys

from lossstudy.cli import main

if __name__ == "__main__":
    if int(os.environ.get("RANK", "0")):  # of several processes the first one speaks
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(main())
