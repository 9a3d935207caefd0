"""That the measurements measure what they say; how fast is for `lossstudy bench` to print."""

from lossstudy.bench import scenes
from lossstudy.bench._turns import take_turns


def test_contenders_take_turns_and_the_warm_up_does_not_count():
    order = []
    seconds = {"a": iter([100.0, 1.0, 3.0, 2.0]), "b": iter([100.0, 5.0, 5.0, 50.0])}

    def once(name):
        order.append(name)
        return next(seconds[name])

    assert take_turns({"a": "a", "b": "b"}, once, 3) == {"a": 2.0, "b": 5.0}
    assert order == ["a", "b"] * 4


def test_scenes_of_both_domains_are_counted():
    lines = scenes.measure(count=1).splitlines()
    assert [line.split(":")[0] for line in lines] == ["cityscapes", "idd"]
