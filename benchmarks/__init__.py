"""Measurements as commands: each prints what it measured and beside what."""
