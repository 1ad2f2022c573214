"""Dated legal rules: clocks, working days, regimes. Pure; imports nothing of ours."""
