"""Abbreviations that a text defines, and brackets that define none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.abbreviations import definitions


@pytest.mark.parametrize(
    "text",
    [
        "large language models (Doe et al., 2020)",
        "our method (ours)",
        "Transformer models (7B)",
        "accuracy (+3.2)",
        "many encoders (e.g., FooBERT)",
        "reward models (see Table 2)",
        "we evaluate Foo (Foo2.5-7B)",
        "BERT (base)",
        "models (FooLM, BarLM)",
        "two data sets (Figure 3)",
        "trained for long (72 hours)",
        "an earlier study (Roe, 2019)",
        "better scores (top-5)",
        "the loss (Eq. 4)",
        "results (left)",
    ],
)
def test_brackets_that_define_nothing(text):
    assert definitions(text) == []


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        ("we use group relative policy optimization (GRPO) to", "group relative policy optimization", "GRPO"),
        ("a mixture of experts (MoE) layer", "mixture of experts", "MoE"),
        ("large language models (LLMs) are", "large language models", "LLMs"),
        ("Prompt Tuning with MOdel Tuning (ProMoT)", "Prompt Tuning with MOdel Tuning", "ProMoT"),
        ("Foo Question Answering Dataset v2 (FooQuAD v2)", "Foo Question Answering Dataset v2", "FooQuAD v2"),
        ("chain-of-thought (CoT) prompting", "chain-of-thought", "CoT"),
        ("text-to-image (T2I) generation", "text-to-image", "T2I"),
        ("visual question answering (VQA; Doe et al.)", "visual question answering", "VQA"),
        ("BLEU (bilingual evaluation understudy)", "bilingual evaluation understudy", "BLEU"),
        ("FOTR (FOo TRansformer) is", "FOo TRansformer", "FOTR"),
        ("First. Then low-rank adaptation (LoRA) helps", "low-rank adaptation", "LoRA"),
    ],
)
def test_definitions(text, long, short):
    assert definitions(text) == [(long, short)]


def test_inside_one_name():
    assert definitions("graphical user interface (GUI) grounding", whole=True) == [
        ("graphical user interface", "GUI")
    ]
    assert definitions("a graphical user interface (GUI)", whole=True) == []


@given(st.text(max_size=300))
def test_any_text_gives_parts_of_itself(text):
    for long, short in definitions(text):
        assert long in text
        assert short in text
