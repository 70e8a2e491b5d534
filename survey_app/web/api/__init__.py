"""The programs' door: JSON in, JSON out."""
