"""The command line: a file for each verb, and the options that they share."""
