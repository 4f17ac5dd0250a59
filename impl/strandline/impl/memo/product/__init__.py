"""The scanner as a product: what the commands ``turns``, ``doctor`` and ``writer`` do.

The scanner needs none of it. Nothing here judges: whoever wants answers compared brings a
:class:`~strandline.impl.memo.product.follow.Judge`. The writer, below ``writer``, imports nothing of the scanner, so
that it can write what the scanner would get wrong. How a command reads its options and shows its progress is up to the
command line.
"""
