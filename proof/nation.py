"""The people of the crashes: one in five has bought, 20,000 are due in one night."""

from bench.world import Nation

DUE = 20_000
NATION = Nation(people=25_000, seed=3, due_share=0.8)
