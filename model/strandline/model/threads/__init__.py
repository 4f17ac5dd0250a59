"""The reference model of a live thread: pure values and functions, standard library only.

Read it in this order: :mod:`~strandline.model.threads.facts` (what lines say together),
:mod:`~strandline.model.threads.state` (what there is at one moment),
:mod:`~strandline.model.threads.core` (what a thread decides),
:mod:`~strandline.model.threads.world` (who may do what, when).
"""
