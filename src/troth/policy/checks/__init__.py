"""What is checked beyond shape: names, consistency, completeness, the register. One registry, many small files."""
