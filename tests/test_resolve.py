from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.names import name_key, names_nothing, names_paper, numbers, plain_name
from kg.resolve import Own, Resolver, defines, own_name

DIFFERENT = [
    ("Qwen2.5-7B", "Qwen2.5-72B"),
    ("GPT-4", "GPT-4o"),
    ("MMLU", "MMLU-Pro"),
    ("AIME 2024", "AIME 2025"),
    ("DPO", "PPO"),
    ("BERT", "BART"),
    ("FooBench-v1", "FooBench-v2"),
    ("CIFAR-10", "CIFAR-100"),
    ("FooLM 1.5", "FooLM 15"),
    ("FooLM-2 7B", "FooLM-27B"),
    ("C++", "C#"),
    ("C++", "C"),
    ("Recall@1", "Recall@10"),
    ("Recall@1", "Recall1"),
    ("Foo*", "Foo"),
    ("∞Foo", "Foo"),
    ("FooLM+", "FooLM"),
    ("悟道", "悟空"),
    ("कि", "की"),
]
SAME = [
    ("FooNet", "foo-net", "Foo Net", "FOO_NET", "foo–net", r"\textbf{FooNet}", r"\textsc{Foo}Net", "FooNet™", "FooNets"),
    ("F1", "F_1", "F_{1}", r"$F_1$", r"F$_1$", r"$\mathrm{F}_{1}$", "Ｆ１", "F₁"),
    (r"Schr{\"o}dinger-Bench", r"Schr\"odinger Bench", "Schrödinger-Bench", "Schro\u0308dinger-Bench"),
    (r"$\beta$-FooVAE", "β-FooVAE", "beta-FooVAE", r"{\beta}FooVAE"),
    ("grouped policy optimisation", "Grouped Policy Optimization", "grouped-policy optimizations"),
    ("tokeniser", "tokenizers"),
    ("behaviour modelling", "behavior modeling"),
    ("nDCG@10", "NDCG @ 10"),
    ("1,024 tokens", "1024 tokens"),
    ("FLMs", "FLM"),
    ("search strategies", "search strategy"),
    ("FooNet's", "FooNet"),
    ("悟道 3.0", "悟道3.0", "悟道-3.0"),
    ("Foo (Verified)", "Foo-verified", "FOO Verified"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_case_20_names_that_differ_in_a_number_or_a_letter_stay_apart(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
    assert not defines(one, other)
    assert not defines(other, one)


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_spellings_of_one_name_have_one_key(names: tuple[str, ...]) -> None:
    assert {name_key(name) for name in names} == {name_key(names[0])}


def test_case_36_names_that_look_like_lists_are_names_of_their_own() -> None:
    names = ["ReAct", '["ReAct"]', "[1]", "1", "[]", '["']
    assert len({name_key(name) for name in names}) == 6


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        (r"Schr{\"o}dinger-Bench", "Schrödinger-Bench"),
        (r"{\L}{\'o}d\'z corpus", "Łódź corpus"),
        (r"F$_1$", "F1"),
        (r"$\beta$-VAE", "β-VAE"),
        (r"\emph{FooNet}", "FooNet"),
        (r"\myname{BarNet}", "BarNet"),
        (r"90.5\%", "90.5%"),
        (r"top-$k$", "top-k"),
        ("a~b", "a b"),
        (r"\$5", "$5"),
        (r"foo\_bar", "foo_bar"),
        ("foo_bar", "foo_bar"),
        (r"\textcolor{red}{Foo}Bar", "FooBar"),
        (r"$\times$4", "×4"),
        ("Foo \n  Bar", "Foo Bar"),
        ("$", "$"),
        ("{}", "{}"),
    ],
)
def test_case_6_names_come_out_without_markup(written: str, plain: str) -> None:
    assert plain_name(written) == plain


@given(st.text(min_size=1, max_size=40))
def test_any_visible_name_has_a_key(name: str) -> None:
    key = name_key(name)
    visible = any(unicodedata.category(char)[0] in "LNSP" for char in name)
    assert key or not visible
    assert not any(char.isspace() for char in key)
    assert name_key(f"  {name}\n") == key


@given(
    st.from_regex(r"[A-Za-z]{2,6}[- ]?[0-9]{1,3}(\.[0-9])?[BM]?([- ][0-9]{1,2}B?)?", fullmatch=True),
    st.data(),
)
def test_case_blanks_and_hyphens_do_not_matter_but_numbers_do(name: str, data: st.DataObject) -> None:
    assert name_key(name.upper()) == name_key(name.lower()) == name_key(name)
    assert name_key(name.replace(" ", "-")) == name_key(name)
    assert name_key(rf"\textbf{{{name}}}") == name_key(name)
    place = data.draw(st.sampled_from([i for i, char in enumerate(name) if char.isdigit()]))
    other = name[:place] + str((int(name[place]) + 1) % 10) + name[place + 1 :]
    assert numbers(name_key(other)) != numbers(name_key(name))


@pytest.mark.parametrize(
    "name", ["our method", "Ours", r"\ours", r"\method", "the proposed framework", "this paper"]
)
def test_what_only_points_at_the_paper_is_no_name(name: str) -> None:
    assert names_paper(name)
    assert names_nothing(name)


@pytest.mark.parametrize("name", ["baseline", "baselines", "SOTA", "state-of-the-art", "strong baseline"])
def test_case_25_what_names_anything_names_nothing(name: str) -> None:
    assert names_nothing(name)
    assert not names_paper(name)


@pytest.mark.parametrize("name", ["OurNet", "Method of Moments", "FooBaseline", "Toolformer", "NameNet"])
def test_names_that_only_begin_so_are_names(name: str) -> None:
    assert not names_nothing(name)


@pytest.mark.parametrize(
    ("name", "forms", "own"),
    [
        ("FooNet", ["FooNet"], "foonet"),
        ("GFPO", ["GFPO", "Grouped Filter Policy Optimization"], "gfpo = groupedfilterpolicyoptimization"),
        ("Grouped Filters (GF)", ["Grouped Filters (GF)"], "gf = groupedfilter"),
        ("FooNet", ["FooNet", "our method", "the foo network"], "foonet"),
        ("our method", ["our method", "FooNet"], "foonet"),
        ("Foo Net 2", ["Foo Net 2", "FN"], "foonet2"),  # the numbers differ
        ("reasoning", ["reasoning", "Efficient Reasoning"], "reasoning"),
        ("ACE", ["ACE", "Adaptive Code Editing", "Agentic Curriculum Evolution"], "adaptivecodeediting"),
        ("our method", ["our method"], "None"),
    ],
)
def test_what_a_paper_calls_a_thing(name: str, forms: list[str], own: str) -> None:
    found = own_name("Technique", name, forms)
    assert str(found) == own
    if found is not None:
        assert Own.parse("Technique", str(found)) == found


def ace(long: str, times: int = 1) -> list[Own]:
    found = own_name("Technique", long, [long, "ACE"])
    assert found is not None
    return [found] * times


def resolver(*papers: list[Own]) -> Resolver:
    made = Resolver()
    for owns in papers:
        for own in owns:
            made.add([own])
    return made


BARE = Own("Technique", "ace")


def test_case_22_two_meanings_of_an_abbreviation_stay_two() -> None:
    wrong = own_name("Technique", "ACE", ["ACE", "Adaptive Code Editing", "Agentic Curriculum Evolution"])
    assert wrong is not None
    editing, evolution = ace("Adaptive Code Editing", 3), ace("Agentic Curriculum Evolution", 3)
    made = resolver(editing, evolution, [wrong])
    keys = {made.key(own) for own in (editing[0], evolution[0], BARE)}
    assert len(keys) == 3  # "ACE" by itself is neither
    # Of an uneven two, the clear majority has the abbreviation.
    made.add(ace("Adaptive Code Editing"))
    assert made.key(editing[0]) == made.key(BARE) == "technique:ace"
    assert made.key(evolution[0]) == "technique:agenticcurriculumevolution"


def test_a_definition_joins_and_its_loss_parts() -> None:
    long = Own("Technique", "adaptivecodeediting")
    made = Resolver()
    assert made.key(long) != made.key(BARE)
    made.add(ace("Adaptive Code Editing"))
    assert made.key(long) == made.key(BARE) == "technique:ace"
    assert Resolver().key(Own("Task", "ace")) == "task:ace"
    made.add(ace("Adaptive Code Editing"), -1)
    assert made.key(long) == "technique:adaptivecodeediting"


LONGS = ["Adaptive Code Editing", "Agentic Curriculum Evolution", "Any Corpus Ever", "adaptive code edition"]


@given(st.lists(st.sampled_from(LONGS), max_size=12), st.randoms(use_true_random=False))
def test_keys_do_not_depend_on_the_order_of_papers(longs: list[str], random: object) -> None:
    one = resolver(*map(ace, longs))
    shuffled = list(longs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = resolver(*map(ace, [*shuffled, "Adaptive Code Editing"]))
    other.add(ace("Adaptive Code Editing"), -1)
    for long in LONGS:
        assert one.key(ace(long)[0]) == other.key(ace(long)[0])
    # No node ever holds two long forms.
    assert len({one.key(ace(long)[0]) for long in LONGS}) == len(LONGS)
