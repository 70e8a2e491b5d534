"""Checks on a real Spark, run by `make test-spark`; their names keep them out of `make test`, which has no Java."""
