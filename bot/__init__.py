"""The process: how the desk is put together and run."""
