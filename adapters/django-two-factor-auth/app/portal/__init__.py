"""A small site with django-two-factor-auth."""
