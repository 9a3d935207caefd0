"""How fast scenes are rendered."""

import time

from lossstudy.datasets.scenes import render


def measure(count: int = 60) -> str:
    """Count the scenes one core renders in a second of its own time, at 128x256.

    Args:
        count: Scenes of each domain.

    Returns:
        One line a domain.
    """
    lines = []
    for domain in ("cityscapes", "idd"):
        render(domain, 0, (128, 256))  # what is made once a process
        began = time.process_time()
        for index in range(count):
            render(domain, index, (128, 256))
        lines.append(f"{domain}: {count / (time.process_time() - began):.0f} scenes a second")
    return "\n".join(lines)
