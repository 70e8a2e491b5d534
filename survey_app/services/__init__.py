"""Services: one transaction each, no Flask."""
