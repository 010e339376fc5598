"""Names without markup, and forms that are one name."""

import pytest

from extractors.latex import plain_name
from extractors.names import form_key


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (r"\textbf{FooNet}", "FooNet"),
        (r"\emph{Foo Net}", "Foo Net"),
        (r"\myname{BarNet}", "BarNet"),
        ("F_{1}", "F1"),
        ("F$_1$", "F1"),
        (r"$\beta$-VAE", "β-VAE"),
        ("top-$k$", "top-k"),
        ("Foo~Net", "Foo Net"),
        (r"90.5\%", "90.5%"),
        ("Foo  Net\n v2", "Foo Net v2"),
        ("GPT-4o", "GPT-4o"),
        ("{", "{"),
    ],
)
def test_plain_name(form, name):
    assert plain_name(form) == name


def test_form_key():
    assert form_key("Diffusion Models") == form_key("diffusion-model")
    assert form_key("Foo-7B") != form_key("Foo-72B")
    assert form_key(r"\textbf{FooNet}") == form_key("FooNet")
