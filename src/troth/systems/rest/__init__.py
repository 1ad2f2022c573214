"""One connector for simple REST systems, described in the systems file without code."""
