import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.sources import ArxivId, abstract_url, parse_arxiv_id

NEW = "arxiv:2406.01234"


@pytest.mark.parametrize(
    ("text", "key", "version"),
    [
        ("2406.01234", NEW, None),
        ("2406.01234v2", NEW, 2),
        (" arXiv:2406.01234v3 ", NEW, 3),
        ("arxiv: 2406.01234", NEW, None),
        ("arXiv:2406.01234v1 [cs.CL] 5 Jun 2024", NEW, 1),
        ("oai:arXiv.org:2406.01234", NEW, None),
        ("https://arxiv.org/abs/2406.01234v12", NEW, 12),
        ("https://arxiv.org/pdf/2406.01234v2.pdf", NEW, 2),
        ("http://www.arxiv.org/pdf/2406.01234", NEW, None),
        ("export.arxiv.org/abs/2406.01234?context=cs", NEW, None),
        ("https://arxiv.org/html/2406.01234v1#S2", NEW, 1),
        ("https://huggingface.co/papers/2406.01234", NEW, None),
        ("https://hf.co/papers/2406.01234/", NEW, None),
        ("https://www.alphaxiv.org/abs/2406.01234", NEW, None),
        ("https://ar5iv.labs.arxiv.org/html/2406.01234", NEW, None),
        ("10.48550/arXiv.2406.01234", NEW, None),
        ("doi:10.48550/arxiv.2406.01234", NEW, None),
        ("https://doi.org/10.48550/arXiv.2406.01234", NEW, None),
        ("0704.0001", "arxiv:0704.0001", None),
        ("cs/0112019", "arxiv:cs/0112019", None),
        ("quant-ph/0112019", "arxiv:quant-ph/0112019", None),
        ("math.GT/0309136", "arxiv:math/0309136", None),
        ("cond-mat.mtrl-sci/0309136v2", "arxiv:cond-mat/0309136", 2),
        ("atom-ph/9609001v1", "arxiv:atom-ph/9609001", 1),
        ("HEP-TH/9901001V2", "arxiv:hep-th/9901001", 2),
        ("math-ph/0001001", "arxiv:math-ph/0001001", None),
        ("https://arxiv.org/pdf/cs/0112019v1.pdf", "arxiv:cs/0112019", 1),
        ("https://arxiv.org/abs/quant-ph%2F0112019", "arxiv:quant-ph/0112019", None),
        ("10.48550/arXiv.math/0309136", "arxiv:math/0309136", None),
    ],
)
def test_reads_every_form(text: str, key: str, version: int | None) -> None:
    assert parse_arxiv_id(text) == ArxivId(key, version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2406",
        "2413.01234",  # no such month
        "2400.01234",
        "0703.0001",  # before these ids began
        "2406.0123",  # a digit lost
        "1306.01234",
        "2406.012345",
        "٢٤٠٦.٠١٢٣٤",
        "foo/0112019",  # no archive
        "cs/0113019",
        "cs/0804001",
        "https://example.org/abs/2406.01234",
        "https://example.org/?q=arxiv.org/abs/2406.01234",
        "10.1000/2406.01234",
        "the paper 2406.01234",
        "x" * 100_000,
        "a." * 50_000,
    ],
)
def test_takes_nothing_else_for_an_id(text: str) -> None:
    assert parse_arxiv_id(text) is None


def test_papers_of_two_archives_stay_two_and_their_pages_are_right() -> None:
    ids = ["cs/0112019", "quant-ph/0112019", "math.GT/0309136", "atom-ph/9609001v1"]
    keys = [found.key for text in ids if (found := parse_arxiv_id(text))]
    assert len(set(keys)) == 4
    assert [abstract_url(key) for key in keys] == [
        "https://arxiv.org/abs/cs/0112019",
        "https://arxiv.org/abs/quant-ph/0112019",
        "https://arxiv.org/abs/math/0309136",
        "https://arxiv.org/abs/atom-ph/9609001",
    ]
    assert abstract_url("title:0123456789abcdef0123") is None


_number = st.one_of(
    st.builds("{:02d}{:02d}.{:05d}".format, st.integers(15, 99), st.integers(1, 12), st.integers(0, 99_999)),
    st.builds("{:02d}{:02d}.{:04d}".format, st.integers(8, 14), st.integers(1, 12), st.integers(0, 9_999)),
    st.builds(
        "{}/{:02d}{:02d}{:03d}".format,
        st.sampled_from(["cs", "math", "math-ph", "q-bio", "supr-con"]),
        st.integers(91, 99),
        st.integers(1, 12),
        st.integers(0, 999),
    ),
)


@given(
    _number,
    st.one_of(st.none(), st.integers(1, 99)),
    st.sampled_from(["", "arXiv:", "https://arxiv.org/abs/"]),
)
def test_an_id_survives_the_way_to_a_key_and_its_page_and_back(
    name: str, version: int | None, before: str
) -> None:
    found = parse_arxiv_id(before + name + (f"v{version}" if version else ""))
    assert found == ArxivId(f"arxiv:{name}", version)
    assert parse_arxiv_id(found.key) == ArxivId(found.key)
    assert parse_arxiv_id(abstract_url(found.key) or "") == ArxivId(found.key)


@given(st.text(max_size=400))
def test_any_text_has_an_answer(text: str) -> None:
    found = parse_arxiv_id(text)
    assert found is None or found.key.startswith("arxiv:")
