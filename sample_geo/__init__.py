"""A synthetic district with the real names of Lixia, made from one seed."""
