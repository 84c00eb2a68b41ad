"""Routes: each parses, calls one service and answers. None decides a rule."""
