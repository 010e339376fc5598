"""Sentence borders."""

from hypothesis import given
from hypothesis import strategies as st

from extractors.sentences import sentence_spans


def cut(text):
    return [text[a:b] for a, b in sentence_spans(text)]


def test_title_and_sentences():
    text = "FooNet: a net\nIt reaches 87.2. BarNet gets 85.0 vs. 84.1 of Baz v2.0, i.e. less. We stop."
    assert cut(text) == [
        "FooNet: a net",
        "It reaches 87.2.",
        "BarNet gets 85.0 vs. 84.1 of Baz v2.0, i.e. less.",
        "We stop.",
    ]


def test_no_cut_after_abbreviations_and_in_numbers():
    text = "T\nAs Doe et al. show, cf. Fig. 3 and e.g. Foo 2.5, it holds. Yes?"
    assert len(cut(text)) == 3


def test_latex_at_the_end():
    assert cut("T\nWe gain $5.2$. Then \\textbf{Foo}. It works (well). Done!") == [
        "T", "We gain $5.2$.", "Then \\textbf{Foo}.", "It works (well).", "Done!"]  # fmt: skip


def test_wrapped_title_is_one_sentence():
    assert cut("A long\n  title\nText.") == ["A long\n  title", "Text."]


@given(st.text(alphabet=st.sampled_from("ab. \n?!AB1$)"), max_size=120))
def test_nothing_is_lost(text):
    spans = sentence_spans(text)
    covered = {i for a, b in spans for i in range(a, b)}
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)
    assert all(a < b for a, b in spans)
    assert spans == sorted(spans)
