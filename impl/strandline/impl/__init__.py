"""The real systems: for real use, and the subjects that the laws judge.

Read the scanner in this order: :mod:`~strandline.impl.answer` (what comes out),
:mod:`~strandline.impl.memo` (what is remembered), :mod:`~strandline.impl.scan` (one read),
:mod:`~strandline.impl.effects` and :mod:`~strandline.impl.refresh` (the gates and the core),
:mod:`~strandline.impl.host` (what executes the effects), then the two shells,
:mod:`~strandline.impl.scanner` and :mod:`~strandline.impl.trio`.

What it knows of codex is apart from that: :mod:`~strandline.impl.codex` (what facts make),
:mod:`~strandline.impl.parse` (what a body says), :mod:`~strandline.impl.structure` and
:mod:`~strandline.impl.debugprint` (how a body is taken apart).
"""
