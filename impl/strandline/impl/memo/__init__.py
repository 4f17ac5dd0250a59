"""The memo-keeping scanner: for real use, and the subject that the laws judge.

Read the scanner in this order: :mod:`~strandline.impl.memo.answer` (what comes out),
:mod:`~strandline.impl.memo.memo` (what is remembered), :mod:`~strandline.impl.memo.scan` (one read),
:mod:`~strandline.impl.memo.effects` and :mod:`~strandline.impl.memo.refresh` (the gates and the core),
:mod:`~strandline.impl.memo.host` (what executes the effects), then the two shells,
:mod:`~strandline.impl.memo.scanner` and :mod:`~strandline.impl.memo.trio`.

What it knows of codex is apart from that: :mod:`~strandline.impl.memo.codex` (what facts make),
:mod:`~strandline.impl.memo.parse` (what a body says), :mod:`~strandline.impl.memo.structure` and
:mod:`~strandline.impl.memo.debugprint` (how a body is taken apart).
"""
