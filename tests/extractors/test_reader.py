"""The default reader, with its trained weights, on texts of our own."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import ReaderNotFoundError, load_reader, paper_pipeline

TITLE = "FooLM: A Compact Language Model for Code Generation"
ABSTRACT = (
    "We introduce FooLM, a 7B language model for code generation. FooLM is fine-tuned from BarLM-2-7B on the BazCode "
    "dataset with group relative policy optimization (GRPO). On the ZapBench benchmark, FooLM reaches 63.2% accuracy, "
    "outperforming QuxLM by 4.1 points. We release the model and the code."
)


@pytest.fixture(scope="module")
def reader():
    return load_reader()


def read(reader, text):
    return next(iter(reader.read([(text, None)])))[0]


@pytest.fixture(scope="module")
def claims(reader):
    return read(reader, f"{TITLE}\n{ABSTRACT}")


def named(claims):
    return {form: e for e in claims["entities"] for form in e["surface_forms"]}


def relations(claims):
    names = {e["id"]: e["name"] for e in claims["entities"]} | {"paper": "paper"}
    return {(names[r["head"]], r["type"], names[r["tail"]]) for r in claims["relations"]}


def test_entities_and_their_types(claims):
    found = named(claims)
    assert found["FooLM"]["type"] == "Model"
    assert found["FooLM"]["introduced"]
    assert found["BarLM-2-7B"]["type"] == "Model"
    assert not found["BarLM-2-7B"]["introduced"]
    assert found["ZapBench"]["type"] == "Benchmark"
    assert found["accuracy"]["type"] == "Metric"


def test_long_form_and_abbreviation_are_one_entity(claims):
    found = named(claims)
    assert found["GRPO"]["id"] == found["group relative policy optimization"]["id"]


def test_relations_have_the_right_direction(claims):
    found = relations(claims)
    assert ("FooLM", "BASED_ON", "BarLM-2-7B") in found
    assert ("BarLM-2-7B", "BASED_ON", "FooLM") not in found
    assert ("FooLM", "EVALUATED_ON", "ZapBench") in found


def test_results(claims):
    ids = {e["id"]: e["name"] for e in claims["entities"]}
    by_value = {r["value"]: r for r in claims["results"]}
    assert {63.2, 4.1} <= set(by_value)
    assert 7.0 not in by_value
    assert ids[by_value[63.2]["benchmark"]] == "ZapBench"
    assert by_value[63.2]["unit"] == "%"
    assert by_value[63.2]["kind"] == "absolute"
    assert by_value[4.1]["kind"] == "delta"


def test_every_claim_has_its_sentence_and_confidence(claims):
    text = f"{TITLE}\n{ABSTRACT}"
    for claim in itertools.chain(claims["entities"], claims["relations"], claims["results"]):
        e = claim["evidence"]
        assert text[e["start"] : e["end"]] == e["sentence"]
        assert 0 < claim["confidence"] < 1
    for r in claims["results"]:
        assert text[slice(*r["mention"])] == r["text"]


def test_mentions_slice_the_text(claims):
    text = f"{TITLE}\n{ABSTRACT}"
    for e in claims["entities"]:
        assert {text[a:b] for a, b in e["mentions"]} <= set(e["surface_forms"])


def test_names_are_spans_of_tokens():
    doc = paper_pipeline()(
        "Hybrids\nWe compare a Qwen9-based system, a non-LoRA baseline and a FooGPT-4-level system with FooNet's head, "
        "trained by Foo Inc. We test them on GLUE."
    )
    mentions = {m for e in doc._.entities for m in e.mentions}
    assert {(s.start_char, s.end_char) for s in doc.spans["entities"]} == mentions
    assert {"Qwen9", "LoRA", "FooGPT-4", "FooNet", "GLUE"} <= {s.text for s in doc.spans["entities"]}


def test_no_name_crosses_from_the_title_into_the_abstract():
    doc = paper_pipeline()("FooLM\nLLaMA and FooLM are compared on GLUE.")
    assert not any("\n" in s.text for s in doc.spans["entities"])


def outcome(reader, sentence):
    claims = read(reader, f"A study\nWe study language models. {sentence}")
    names = {e["id"]: e["name"] for e in claims["entities"]}
    return {
        (names[r["head"]], names[r["tail"]]): r["outcome"]
        for r in claims["relations"]
        if r["type"] == "COMPARED_WITH" and r["head"] != "paper"
    }


def test_who_beats_whom(reader):
    assert outcome(reader, "FooLM-7B outperforms QuxLM-7B on ZapBench.")["FooLM-7B", "QuxLM-7B"] == "better"
    assert (
        outcome(reader, "FooLM-7B is outperformed by QuxLM-7B on ZapBench.").get(("FooLM-7B", "QuxLM-7B"))
        != "better"
    )


def test_the_same_text_gives_the_same_claims_in_any_batch(reader):
    texts = [
        (f"{TITLE}\n{ABSTRACT}", 0),
        ("T\nBarNet beats BERT on GLUE.", 1),
        (f"{TITLE}\n{ABSTRACT} More.", 2),
    ]
    alone = [read(reader, t) for t, _ in texts]
    assert [c for c, _ in reader.read(texts, batch_size=3)] == alone
    assert [c for c, _ in reader.read(reversed(texts), batch_size=2)] == alone[::-1]


def test_the_last_sentence_of_a_long_text_is_read(reader):
    filler = "This sentence only fills the page with plain words about nothing in particular at all. " * 60
    last = "On the ZapBench benchmark, FooLM reaches 63.2% accuracy, outperforming QuxLM."
    found = read(reader, f"{TITLE}\n{filler}{last}")
    assert 63.2 in [r["value"] for r in found["results"]]
    assert {"ZapBench", "QuxLM"} <= set(named(found))


def test_things_that_only_stand_together_are_not_related(reader):
    found = relations(
        read(reader, "FooLM\nLLaMA and C4 are widely used. We fine-tune FooLM from BarLM on BazText. "
                     "FooLM is outperformed by QuxLM on ZapBench.")
    )  # fmt: skip
    assert ("LLaMA", "TRAINED_ON", "C4") not in found
    assert ("BarLM", "BASED_ON", "FooLM") not in found


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "FooNet\n", "\nOnly an abstract.",
        "悟道\n我们提出了悟道模型，在 FooBench 上达到 87.2%。", "😀 FooNet\nWe 😀 beat BERT.",
        "T\n" + "$\\alpha_{1}^{2}$ \\textbf{FooNet} \\cite{x} " * 20, "T\n" + "word " * 3000, "T\n" + "x" * 5000,
        "T\u2028\u0000\ufeff\nFooNet \u202e beats BERT",
    ],
)  # fmt: skip
def test_unusual_texts_are_read(reader, text):
    found = read(reader, text)
    for e in found["entities"]:
        assert all(text[a:b] in e["surface_forms"] for a, b in e["mentions"])


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=150), st.text(max_size=300))
def test_any_text_is_read(title, abstract):
    text = f"{title}\n{abstract}"
    found = read(load_shared(), text)
    for claim in itertools.chain(found["entities"], found["relations"], found["results"]):
        e = claim["evidence"]
        assert text[e["start"] : e["end"]] == e["sentence"]


_shared = []


def load_shared():
    if not _shared:
        _shared.append(load_reader())
    return _shared[0]


def test_unknown_reader_is_named():
    with pytest.raises(ReaderNotFoundError, match="no reader 'nobody'; there are: default"):
        load_reader("nobody")
