"""The platform: who asks, who sees, what is kept."""
