"""The program itself: it knows all the rooms, and none of them knows it."""
