"""Tokens: names whole, offsets exact, and cuts where a name ends inside a token."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.tokenizer import paper_tokenizer, split_at


@pytest.fixture(scope="module")
def tokenizer():
    return paper_tokenizer(spacy.blank("en"))


@pytest.mark.parametrize(
    "name",
    [
        "Foo2.5-VL-7B",
        "FooT-4o",
        "nDCG@10",
        "F_{1}",
        "R1-CI-14B",
        r"\textbf{FooNet}",
        "pass@1",
        "$F_1$",
        "Foo++",
    ],
)
def test_names_stay_whole(tokenizer, name):
    assert name in [t.text for t in tokenizer(f"We test {name}, then ({name}) and {name}.")]


def test_web_addresses_stay_whole(tokenizer):
    url = "https://example.org/foo-net/v2?x=1"
    assert url in [t.text for t in tokenizer(f"Code: {url}.")]


def test_names_come_apart_from_what_is_glued_to_them(tokenizer):
    text = "a Foo9-based, non-BaRA, FooGPT-4-level system; BARE/RoBARE hybrids; FooNet's head; by Foo Inc."
    tokens = [t.text for t in tokenizer(text)]
    assert {"Foo9", "BaRA", "FooGPT-4", "BARE", "RoBARE", "FooNet"} <= set(tokens)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_tokens_join_to_the_text(text):
    doc = paper_tokenizer(spacy.blank("en"))(text)
    assert doc.text == text


def test_cut_inside_a_token(tokenizer):
    doc = tokenizer("Use Foo9xBar here.")
    assert split_at(doc, [8, 4, 0]) == 1
    assert doc.text == "Use Foo9xBar here."
    assert doc.char_span(4, 8).text == "Foo9"


@settings(deadline=None)
@given(st.text(min_size=1, max_size=80), st.lists(st.integers(0, 90), max_size=8))
def test_any_cut_keeps_the_text(text, places):
    doc = paper_tokenizer(spacy.blank("en"))(text)
    split_at(doc, places)
    assert doc.text == text
    edges = {t.idx for t in doc} | {t.idx + len(t) for t in doc}
    assert all(p in edges or p >= len(text) or text[p].isspace() for p in places)
