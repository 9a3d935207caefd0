"""Labels that are wrong on purpose."""

import numpy as np
import pytest

from lossstudy.datasets.scenes import Scene, compose
from lossstudy.datasets.scenes._domain import DOMAINS
from lossstudy.datasets.scenes._mistakes import CONFUSED

SIZE = (32, 64)
SCENES = 30


@pytest.fixture(scope="module", params=sorted(DOMAINS))
def scenes(request: pytest.FixtureRequest) -> list[Scene]:
    return [compose(request.param, index, SIZE) for index in range(SCENES)]


def evaluated(scene: Scene) -> np.ndarray:
    names = CONFUSED[scene.domain.name]
    return np.isin(scene.labels, [scene.domain.ids[name] for name in names])


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_the_share_of_wrong_pixels_is_the_one_asked_for(scenes: list[Scene], share: float) -> None:
    wrong, labelled = 0, 0
    for scene in scenes:
        inside = evaluated(scene)
        wrong += np.sum((scene.mislabelled(share).labels != scene.labels)[inside])
        labelled += inside.sum()
    assert wrong / labelled == pytest.approx(share, rel=0.12)


def test_only_the_labels_change_and_only_evaluated_ones(scenes: list[Scene]) -> None:
    for scene in scenes[:10]:
        noisy = scene.mislabelled(0.5)
        inside = evaluated(scene)
        assert noisy.image is scene.image
        assert np.array_equal(noisy.labels[~inside], scene.labels[~inside])
        assert evaluated(noisy)[inside].all()


def test_a_small_share_moves_outlines_and_a_large_one_whole_objects(scenes: list[Scene]) -> None:
    """Where a whole object changes its class, its number stays and its id does not."""

    def renamed(share: float) -> int:
        noisy = [scene.mislabelled(share) for scene in scenes]
        return sum(
            np.sum((n.codes // 256 == s.codes // 256) & (s.codes > 255) & (n.labels != s.labels))
            for n, s in zip(noisy, scenes, strict=True)
        )

    assert renamed(0.4) > 4 * renamed(0.05) > 0


def test_mistakes_depend_on_the_scene_alone(scenes: list[Scene]) -> None:
    first, again = scenes[0].mislabelled(0.3), scenes[0].mislabelled(0.3)
    assert np.array_equal(first.codes, again.codes)
    large = compose(scenes[0].domain.name, 0, (64, 128))
    exact = np.mean(large.labels[1::2, 1::2] == scenes[0].labels)
    assert np.mean(large.mislabelled(0.3).labels[1::2, 1::2] == first.labels) > exact - 0.1


def test_no_share_no_mistake(scenes: list[Scene]) -> None:
    assert np.array_equal(scenes[1].mislabelled(0.0).codes, scenes[1].codes)


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_confusions_stay_among_the_evaluated_classes(domain: str) -> None:
    ids = DOMAINS[domain].ids
    for name, others in CONFUSED[domain].items():
        assert set(others) <= set(CONFUSED[domain])
        assert all(ids[other] != ids[name] for other in others)
