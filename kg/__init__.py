"""Knowledge graphs from papers: sources, claims, resolution, stores, views."""
