"""The HTTP service: recommendations, listens, rewards, epochs, and the page.

Owns routes, JSON, problem details, sign-in and what may be shown to whom. Refuses to rank, to build a
tree or to touch a driver itself: it is handed clients (`api.services`) and calls the packages below.
"""
