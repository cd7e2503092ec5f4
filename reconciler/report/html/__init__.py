"""A plan as one HTML file that needs no network: template, style and script, and what fills them."""
