"""usage: pytest; env EX, STEPS, ONLY, SEED"""

import os, time, collections
from proof.stateful.machine import Machine
from proof.stateful.world import World
from hypothesis import settings, HealthCheck, Phase, seed
from hypothesis.stateful import run_state_machine_as_test

C = collections.Counter()
T = collections.Counter()


def wrap(cls, n):
    f = getattr(World, n)

    def g(self, *a, **k):
        b = time.perf_counter()
        try:
            return f(self, *a, **k)
        finally:
            C[n] += 1
            T[n] += time.perf_counter() - b

    setattr(World, n, g)


def test_run(committed, tmp_path):
    from tenggat.deadlines import engine

    engine.SLICE = 2
    w = World(tmp_path)
    for n in "begin join announce courses feed remind deliver revoke beside crash approve reinstate release report report_as_of verify".split():
        wrap(World, n)
    only = frozenset(filter(None, os.environ.get("ONLY", "").split(",")))
    S = collections.Counter()

    class M(Machine):
        world = w

        def teardown(self):
            for p in self.oracle.people.values():
                S[p.state] += 1
                if p.held:
                    S["held"] += 1
                if p.revocations and not p.revoked:
                    S["reinstated"] += 1
            S["run " + str(self.oracle.run and "open")] += 1
            super().teardown()

    M.only = only
    b = time.perf_counter()
    st = settings(
        max_examples=int(os.environ.get("EX", "30")),
        stateful_step_count=int(os.environ.get("STEPS", "30")),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if os.environ.get("SHRINK") else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        run_state_machine_as_test(M, settings=st)
    finally:
        print(f"{time.perf_counter() - b:.1f}s", dict(S))
        for n in C:
            print(n, C[n], f"{T[n] / C[n] * 1000:.1f} ms")
