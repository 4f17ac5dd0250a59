"""The command ``strandline threads``: one module for verbs that read, that write, and that concern the whole folder."""
