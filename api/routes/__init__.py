"""The routes, one file a feature. Each reads its clients from `api.services` and returns a schema."""
