"""The command lines of the service: one module a command."""
