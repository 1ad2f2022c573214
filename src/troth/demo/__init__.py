"""The demo world: sandbox systems, a product database of synthetic people, logs, and the story played on them."""
