"""The commands of `tunefi`, one file each."""
