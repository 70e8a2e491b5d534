"""Tests of signed publications."""
