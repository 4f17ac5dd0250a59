"""Live threads: a durable history, with its metadata projected behind the append.

Read it in this order: :mod:`~strandline.impl.threads.patch` and :mod:`~strandline.impl.threads.fold`
(what lines mean), :mod:`~strandline.impl.threads.rollout` (the history),
:mod:`~strandline.impl.threads.database` (the rows), :mod:`~strandline.impl.threads.effects` and
:mod:`~strandline.impl.threads.projector` (the gates and the core of one thread),
:mod:`~strandline.impl.threads.agenda` and :mod:`~strandline.impl.threads.host` (the queue of a store,
and what executes the effects), then the two faces, :mod:`~strandline.impl.threads.store` and
:mod:`~strandline.impl.threads.trio`.
"""
