"""The policy language: YAML text → checked, compiled, frozen `Policy`. Pure: it reads policy files and nothing else."""
