"""Ways to look at the graph: a page to click through, files for other tools."""
