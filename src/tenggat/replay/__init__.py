"""The same engine under a borrowed clock: the waves of 2020 with invented people."""
