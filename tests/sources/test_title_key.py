import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.papers import title_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FooLM: A Model for Bar", "foolm -- a model\n for bar."),
        ("The “Foo” Problem", "The ``Foo'' problem"),
        (r"Schr{\"o}dinger-Bench", "Schrödinger–Bench"),
        (r"$\beta$-VAE and \emph{FooNet}", "β-VAE and FooNet"),
        ("Café", "Cafe\u0301"),
        ("ＦｏｏＬＭ", "FooLM"),
        ("悟道:大模型", "悟道：大模型"),
    ],
)
def test_one_title_written_twice(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FooLM 2", "FooLM 3"),
        ("Learning C", "Learning C++"),
        ("悟道", "悟空"),
        ("हिंदी", "हद"),
        ("???", "!!!"),
        ("が", "か"),
    ],
)
def test_two_titles(one: str, other: str) -> None:
    assert title_key(one) != title_key(other)


@given(st.text())
def test_a_key_looks_like_a_key(title: str) -> None:
    assert re.fullmatch("title:[0-9a-f]{20}", title_key(title))
