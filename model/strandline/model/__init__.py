"""The reference model: pure values and functions, standard library only.

Read it in this order: :mod:`~strandline.model.log` (what is written down),
:mod:`~strandline.model.oracle` (what an answer means), :mod:`~strandline.model.memo`
(what a scanner remembers), :mod:`~strandline.model.world` (who may do what, when).
"""
