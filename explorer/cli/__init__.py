"""The command line, a third face of the library: a module a command."""
