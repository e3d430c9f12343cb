"""Parts of shared workflows: the one way of writing them, from whichever page they stand on."""
