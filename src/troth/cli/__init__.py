"""The `troth` command, one module a command."""
