"""Text to claims: a spaCy pipeline whose components each do one thing."""
