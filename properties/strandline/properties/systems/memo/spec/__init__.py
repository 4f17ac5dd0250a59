"""What is claimed of the memo, and where: its laws, the small worlds, and what a world left in peace comes to."""
