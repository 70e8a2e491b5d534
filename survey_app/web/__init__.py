"""Pages and the API: one blueprint per audience, its guard on the line that registers it."""
