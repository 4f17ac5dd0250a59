"""Where the search was before the engines had a room of their own; worlds that were written for it still load."""
