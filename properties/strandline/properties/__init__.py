"""The laws, the engines that check them, the evidence they leave, and the command line."""

__version__ = "0.1.0"
