"""The store of threads as a product: what the commands ``threads`` and ``bench threads`` do.

The store needs none of it. How a command reads its options and shows what came of it is up to the
command line.
"""
