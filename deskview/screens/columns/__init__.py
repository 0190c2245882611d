"""The columns of the lists: what each list has, what the user chose, and the overlay to choose in."""
