"""Keeper jobs, one a file: `async def run(context, progress) -> JobReport`, safe to repeat."""
