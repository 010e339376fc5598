"""Cypher made fit for kglite, and text that it would take for a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.stores.base import QueryError
from kg.stores.dialect import prepare, quote, written_name
from kg.stores.values import GUARD, clean, guard, unguard

GUARDED = f"'[\"a\"]{GUARD}'"


@pytest.mark.parametrize(
    ("cypher", "text"),
    [
        ("MATCH (n) RETURN n", "MATCH (n) RETURN n"),
        ("MATCH /* a */ (n) // b\nRETURN n", "MATCH         (n)     \nRETURN n"),
        ("RETURN '/* a */ // b; .end'", "RETURN '/* a */ // b; .end'"),
        ("RETURN `a;//b`", "RETURN `a;//b`"),
        ("RETURN r.end, r.ending, r. end", "RETURN r.`end`, r.ending, r. `end`"),
        ("CREATE ({end: 1, start: 2})", "CREATE ({`end`: 1, start: 2})"),
        ("RETURN CASE WHEN true THEN r.end END", "RETURN CASE WHEN true THEN r.`end` END"),
        ("RETURN [1][..end]", "RETURN [1][..end]"),
        ("RETURN 1;", "RETURN 1 "),
        ("RETURN 1; // the end\n ; ", "RETURN 1" + " " * 12 + "\n   "),
        ("""WHERE n.x = '["a"]'""", f"WHERE n.x = {GUARDED}"),
        ("""WHERE n.x CONTAINS '["a"]'""", """WHERE n.x CONTAINS '["a"]'"""),
        ("""WHERE n.x =~ '["a"]'""", """WHERE n.x =~ '["a"]'"""),
        ("WHERE n.x = '[a]'", "WHERE n.x = '[a]'"),
        ("RETURN 'unfinished", "RETURN 'unfinished"),
    ],
)
def test_what_kglite_gets(cypher: str, text: str) -> None:
    assert prepare(cypher).text == text


@pytest.mark.parametrize("cypher", ["RETURN 1; RETURN 2", "RETURN 1;\n'x'", "RETURN 1; `x`", "; RETURN 1"])
def test_one_statement_at_a_time(cypher: str) -> None:
    with pytest.raises(QueryError, match=r"^line \d, column \d+: one statement at a time"):
        prepare(cypher)


def test_a_second_statement_is_pointed_at() -> None:
    with pytest.raises(QueryError, match="line 2, column 3"):
        prepare("RETURN 1; // one\n  RETURN 2")


def test_columns_count_in_what_was_written() -> None:
    written = """RETURN r.end, '["a"]', WRONG"""
    made = prepare(written)
    assert made.column(1, made.text.index("WRONG") + 1) == written.index("WRONG") + 1
    lines = prepare(f"RETURN 1,\n{written}")
    column = lines.text.splitlines()[1].index("WRONG") + 1
    assert lines.column(2, column) == written.index("WRONG") + 1


def test_columns_are_named_as_written() -> None:
    assert written_name(prepare("r.end").text) == "r.end"
    assert written_name(prepare("""'["a"]'""").text) == """'["a"]'"""


@given(st.text())
def test_preparing_never_fails_otherwise(cypher: str) -> None:
    try:
        prepare(cypher)
    except QueryError as error:
        if ";" not in cypher:
            raise AssertionError(cypher) from error


@given(st.text(alphabet='[]"a,1\u2060 \\'))
def test_guarded_text_comes_back(text: str) -> None:
    assert unguard(guard(text)) == text


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5)
)
def test_cleaning_twice_is_cleaning_once(value: object) -> None:
    once = clean(value)
    assert clean(once) == once


def test_names_are_quoted() -> None:
    assert quote("a`b") == "`a``b`"
