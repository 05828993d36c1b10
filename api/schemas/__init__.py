"""The JSON of the API, one file a feature. Owns names, types and examples; refuses to compute."""
