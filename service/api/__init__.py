"""The HTTP dialects: each parses, makes one call, and renders the answer."""
