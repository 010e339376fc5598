"""``kg`` itself: its manual page, its commands, and how it ends."""

from __future__ import annotations

from typing import Any

import click

from kg.cli.asking import query
from kg.cli.exits import MEANINGS, guarded
from kg.cli.looking import lookup, schema, stats
from kg.cli.reading import build, extract, load
from kg.cli.showing import export, html
from kg.cli.terminal import prepare_streams, use_utf8

_EXAMPLES = """\
  kg build papers.jsonl                     read papers into graph.kgl
  kg lookup qwen2.5                         what the papers say about a name
  kg query "MATCH (m:Model)-[r:BASED_ON]->(b) RETURN m.name, b.name, r.evidence"
  kg html GRPO -o grpo.html                 draw what lies around a name
  kg extract papers.jsonl -o - | kg load -  the two halves of build"""

_ENVIRONMENT = """\
  KG_STORE        the graph to use where --store is not given
  NEO4J_PASSWORD  the password of a neo4j:// store; NEO4J_USERNAME its user
  NO_COLOR        no colours; there are none in pipes and files anyway
  KG_DEBUG        show where an unexpected error came from"""


class Manual(click.Group):
    """The group of all commands; whatever goes wrong in one ends in one line and an exit status."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command line."""
        prepare_streams()
        return super().main(*args, **extra)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse the command line; this also prints help."""
        with guarded():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with guarded():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of their use."""
        return list(self.commands)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, exit statuses and environment."""
        statuses = "\n".join(f"  {status:>3}  {meaning}" for status, meaning in MEANINGS.items())
        for heading, text in (
            ("Examples", _EXAMPLES),
            ("Exit status", statuses),
            ("Environment", _ENVIRONMENT),
        ):
            formatter.write(f"\n{heading}:\n{text}\n")


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"paperkg {version('paperkg')}")
    except PackageNotFoundError:
        click.echo("paperkg, run from a checkout that is not installed")
    ctx.exit()


@click.group(cls=Manual, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def kg() -> None:
    """Read abstracts of machine-learning papers into a knowledge graph.

    Models, techniques, benchmarks, datasets, tasks, metrics and results become nodes; what the papers say about
    them becomes edges; and every edge opens to the sentence that says it. The graph is one file, graph.kgl, or a
    Neo4j database. "kg COMMAND --help" tells more about each command.
    """


for command in (build, extract, load, lookup, query, stats, schema, html, export):
    kg.add_command(command)


def main() -> None:
    """Entry point of ``kg``."""
    use_utf8()
    kg.main(prog_name="kg")
