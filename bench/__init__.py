"""Scripts whose figures the README quotes; each says in its first lines how to run it."""
