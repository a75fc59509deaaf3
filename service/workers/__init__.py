"""gunicorn's worker: how requests come to the application, and answers go out."""
