"""The reference model of the memo: pure values and functions, standard library only.

Read it in this order: :mod:`~strandline.model.memo.log` (what is written down),
:mod:`~strandline.model.memo.oracle` (what an answer means), :mod:`~strandline.model.memo`
(what a scanner remembers), :mod:`~strandline.model.memo.world` (who may do what, when).
"""
