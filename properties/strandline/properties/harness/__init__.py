"""What drives real code: child processes, the sandbox, the audit of accesses, and interrupts."""
