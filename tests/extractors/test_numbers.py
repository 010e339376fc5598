"""Numbers as the grammar sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.numbers import find_numbers


def seen(text):
    return [(n.value, n.sign, n.unit) for n in find_numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reaches 90.5% accuracy", [(90.5, 0, "%")]),
        (r"reaches 90.5\% accuracy", [(90.5, 0, "%")]),
        ("gains +7.2 ROUGE-1", [(7.2, 1, None)]),
        ("a perplexity of −2.1 less", [(2.1, -1, None)]),
        ("is 3.4x faster", [(3.4, 0, "x")]),
        (r"is 3.4$\times$ faster", [(3.4, 0, "x")]),
        ("a twofold gain", [(2.0, 0, "x")]),
        ("a two-fold gain", [(2.0, 0, "x")]),
        ("halves the error", [(50.0, 0, "%")]),
        ("an order of magnitude faster", [(10.0, 0, "x")]),
        ("by 5 percentage points", [(5.0, 0, "points")]),
        ("by 5 points", [(5.0, 0, "points")]),
        ("12,500 tokens", [(12500.0, 0, None)]),
        ("from 71.2 → 74.9", [(71.2, 0, None), (74.9, 0, None)]),
        ("66.3 %rightarrow73.4 %", [(66.3, 0, "%"), (73.4, 0, "%")]),
        ("1.5x-2.4x less", [(1.5, 0, "x"), (2.4, 0, "x")]),
    ],
)
def test_values_and_units(text, expected):
    assert seen(text) == expected


def test_digits_inside_names_are_no_numbers():
    assert seen("Foo2.5-VL, GPT-4, nDCG@k, F1 and v2") == []


def test_sizes_and_spreads_are_marked():
    forms = {
        n.value: n.form for n in find_numbers("a 7B model, 10 million pairs, 85.3 ± 0.4, between 61 and 64")
    }
    assert forms == {7.0: 1, 10.0: 1, 85.3: 0, 0.4: 4, 61.0: 5, 64.0: 0}


@given(st.text(max_size=200))
def test_places_slice_the_text(text):
    for n in find_numbers(text):
        assert 0 <= n.start < n.end <= n.text_end <= len(text)


@given(st.floats(0.01, 9999, allow_nan=False).map(lambda x: round(x, 2)))
def test_any_score_is_found(value):
    assert value in [n.value for n in find_numbers(f"It reaches {value}% on FooBench.")]
