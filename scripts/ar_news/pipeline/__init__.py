"""What ships in wheels: this folder is copied into each of them, and imports nothing of the rest of the project."""
