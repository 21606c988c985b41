/* The night after a deadline: who may touch a participation at the same moment, and what a run makes of it.
 * docs/proof-model.md says what is left out; scripts/check-model runs this and its broken variants.
 *
 * READ COMMITTED: a transaction keeps what it writes to itself until it commits (one atomic step here, which also lets
 * go of its locks); a statement sees what was committed when it began; a row it had to wait for is read again, alone.
 */
#ifndef PEOPLE
#define PEOPLE 3
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#define SLICE 2      /* of the three people, so that a pass has more than one slice */
#define COMMITTED 2  /* what a person is given; a purchase costs 1 */

mtype = { accepted, bought, revoked };  /* states of a participation */
mtype = { none, open, closed };         /* states of the run */
mtype = { nothing, in_time, late };     /* when a purchase or its cancellation happened, by event time */

#define OWN 1        /* holds of a person: their own, that of the wave, and of a purchase taken back */
#define WAVE 2
#define TAKEN_BACK 4

/* The row of a participation: all that a slice decides by stands here. */
mtype state[PEOPLE] = accepted;
bool held[PEOPLE];
byte balance[PEOPLE] = COMMITTED;
byte lock[PEOPLE];                      /* which transaction has the row; 0: none */

/* Other tables, from which the audit works it out anew. */
bool known[PEOPLE];                     /* a purchase in time has been told */
bool cancelled[PEOPLE];
bool early[PEOPLE];                     /* a cancellation that came before its purchase */
byte holds[PEOPLE];
byte returned[PEOPLE];

byte sharers;                           /* the row of the wave: FOR SHARE by slices, FOR UPDATE by a hold of it */
bool wave_taken;

mtype stage = none;                     /* of the run */
byte run_sharers;                       /* the row of the run: FOR SHARE by slices, FOR UPDATE by whoever closes it */
byte done;                              /* what its slices have written down: how many they revoked */
bool watermark;                         /* the feed has delivered everything up to the deadline */
byte crashes;
byte delivering;                        /* how many still have something to tell */

/* What really happened; nobody but the assertions may look. */
mtype purchase[PEOPLE] = nothing;
mtype cancels[PEOPLE] = nothing;
bool by_feed[PEOPLE];                   /* told before the watermark moved, as a feed promises */
byte came_due;                          /* bits: whose hold was lifted since each worker's last look */

#define counts(p) (known[p] && !(cancelled[p] && cancels[p] == in_time))
#define due(p) (state[p] == accepted && !held[p])
#define spent(p) (known[p] && !cancelled[p])
#define should(p) (!counts(p) && holds[p] == 0)
#define bit(p) (1 << (p))

/* True after every commit: nobody known to have bought, or held, is revoked; money is in one place, and there once. */
inline consistent(p) {
    assert(!(state[p] == revoked && counts(p)));
    assert(!(state[p] == revoked && holds[p] != 0));
    assert(balance[p] + returned[p] + spent(p) == COMMITTED);
    assert((state[p] == revoked) == (returned[p] > 0))
}

inline take_row(p) { lock[p] == 0 -> lock[p] = _pid }

inline let_go() {
    q = 0;
    do
    :: q < PEOPLE -> if :: lock[q] == _pid -> lock[q] = 0 :: else fi; q++
    :: else -> break
    od;
    q = 0
}

/* training/purchases.sql, in the order of its steps. */
inline keep_cancellation(p) {
    cancelled[p] = true;
    balance[p]++;
    if
    :: cancels[p] == in_time ->         /* told when the deadline is over: a human decides */
        state[p] = accepted; held[p] = true; holds[p] = holds[p] | TAKEN_BACK
    :: else                             /* nothing was left for the person to do: it still counts */
    fi
}

inline keep_purchase(p) {
    if
    :: known[p] || purchase[p] == late  /* repeated, or too late: nothing moves */
#ifdef WITHOUT_REINSTATEMENT
    :: !known[p] && state[p] == revoked && purchase[p] == in_time
#endif
    :: else ->
        known[p] = true;
        if
#ifdef REINSTATED_WITHOUT_BOOKS
        :: state[p] == revoked -> balance[p] = returned[p]
#else
        :: state[p] == revoked -> balance[p] = returned[p]; returned[p] = 0    /* reinstated */
#endif
        :: else
        fi;
        state[p] = bought;
        balance[p]--;
        if :: early[p] -> keep_cancellation(p) :: else fi
    fi
}

/* A platform that tells each purchase at once, or behind its watermark. A transaction that is rolled back does to
 * others what a late purchase does: it has the row for a while and leaves it as it was. */
proctype Buyer(byte p) {
    byte q;
    atomic { take_row(p) };
    atomic { keep_purchase(p); consistent(p); let_go(); delivering-- }
}

proctype Canceller(byte p) {
    byte q;
    atomic { take_row(p) };
    atomic {
        if :: known[p] -> keep_cancellation(p) :: else -> early[p] = true fi;
        consistent(p);
        let_go();
        delivering--
    }
}

/* A feed as it should be: first everything, then the watermark. */
proctype Feed(byte p) {
    byte q;
    atomic { take_row(p) };
    atomic { keep_purchase(p); consistent(p); let_go() };
    atomic { watermark = true; delivering-- }
}

/* deadlines/deciding.py: a hold reaches whom it would have reached in time; who was revoked meanwhile is back. */
inline keep_hold(p, which) {
    if
    :: state[p] == revoked -> state[p] = accepted; balance[p] = returned[p]; returned[p] = 0
    :: else
    fi;
    holds[p] = holds[p] | which;
    held[p] = true
}

/* A hold of one person, that may be lifted again. */
proctype Holder(byte p) {
    byte q;
    atomic { take_row(p) };
    atomic { keep_hold(p, OWN); consistent(p); let_go() };
    if
    :: atomic { take_row(p) };
        atomic {
            holds[p] = holds[p] & ~OWN;
            held[p] = holds[p] != 0;
            came_due = 255;
            consistent(p);
            let_go()
        }
    :: skip
    fi;
    delivering--
}

/* A hold of everybody in the wave: it takes the wave, then the rows, and then looks whom it changes. */
proctype WaveHolder() {
    byte p, q, chosen;
#ifndef HOLD_WITHOUT_WAVE_LOCK
    atomic { sharers == 0 && !wave_taken -> wave_taken = true };
#endif
    d_step {
#ifdef HOLD_JUDGED_FIRST
        do
        :: p < PEOPLE -> if :: state[p] != revoked -> chosen = chosen | bit(p) :: else fi; p++
        :: else -> break
        od;
#else
        chosen = 255;
#endif
        p = 0
    };
    do
    :: p < PEOPLE -> atomic { take_row(p); p++ }
    :: else -> break
    od;
    atomic {
        p = 0;
        do
        :: p < PEOPLE ->
            if
            :: chosen & bit(p) ->
#ifdef HOLD_JUDGED_FIRST
                holds[p] = holds[p] | WAVE; held[p] = true
#else
                keep_hold(p, WAVE)
#endif
            :: else
            fi;
            consistent(p);
            p++
        :: else -> break
        od;
        let_go();
        wave_taken = false; chosen = 0; p = 0;
        delivering--
    }
}

/* deadlines/engine.py: an engine that opens the run or finds it open, and goes on with it until it is closed. */
inline next_seen() { do :: p < PEOPLE && !(seen & bit(p)) -> p++ :: else -> break od }

inline forget() { p = 0; seen = 0; taken = 0; size = 0; after = 0; found = false }

inline let_all_go() { let_go(); sharers = sharers - shares; run_sharers = run_sharers - shares_run; shares_run = false }

proctype Worker(byte mine) {
    byte p, q, seen, taken, size, after, audited;
    bool waits, found, looked, again, escaped, shares, shares_run;
begin:
    atomic {
        forget(); audited = 0; waits = false; looked = false; again = false; escaped = false; shares = false;
        if
#ifdef SKIP_WATERMARK
        :: stage == none -> stage = open
#else
        :: stage == none && watermark -> stage = open
#endif
#ifndef WITHOUT_RESUME
        :: stage == open
#endif
        :: stage == closed -> goto over
        fi;
        do                              /* the waves of the look-ahead: who is due or held is in them */
#ifdef WAVES_OF_THE_DUE
        :: p < PEOPLE -> shares = shares || due(p); p++
#else
        :: p < PEOPLE -> shares = shares || state[p] == accepted; p++
#endif
        :: else -> break
        od;
        p = 0
    };
slice:
    atomic {                            /* share_run */
        if
        :: stage != open -> goto over
        :: else
        fi;
#ifndef SLICE_WITHOUT_RUN
        shares_run = true;
        run_sharers++
#endif
    };
    atomic { !shares || !wave_taken ->  /* share_waves */
        sharers = sharers + shares;
        p = after;                      /* what the statement sees */
        do
        :: p < PEOPLE -> if :: due(p) -> seen = seen | bit(p) :: else fi; p++
        :: else -> break
        od;
        p = after;
        next_seen()
    };
rows:
    if
    :: atomic { p < PEOPLE && size < SLICE && !waits && lock[p] != 0 -> /* SKIP LOCKED */
        p++; next_seen(); goto rows }
    :: atomic { p < PEOPLE && size < SLICE && lock[p] == 0 ->
        lock[p] = _pid;
        if
#ifdef WITHOUT_ROW_PREDICATE
        :: true -> taken = taken | bit(p); size++
#else
        :: due(p) -> taken = taken | bit(p); size++ /* read again, now that nobody else can change it */
        :: else
#endif
        fi;
        p++; next_seen(); goto rows }
    :: atomic { (p == PEOPLE || size == SLICE) && taken -> after = p; p = 0 }
    :: atomic { (p == PEOPLE || size == SLICE) && !taken -> let_all_go(); goto passed }
    fi;
    atomic {
        if
        :: crashes < CRASHES -> crashes++; let_all_go(); goto begin
        :: true ->
            assert(stage == open);      /* a closed run stays as it is */
            do
            :: p < PEOPLE ->
                if
                :: taken & bit(p) ->
                    assert(state[p] == accepted);       /* nobody twice, and nobody who has bought */
                    assert(!by_feed[p]);                /* what a feed promised to tell was waited for */
                    assert(returned[p] == 0);
                    state[p] = revoked;
                    returned[p] = balance[p];
                    balance[p] = 0;
                    done++;
                    consistent(p)
                :: else
                fi;
                p++
            :: else -> break
            od;
            let_all_go();
            p = 0; seen = 0; taken = 0; size = 0; found = true; again = true;
            goto slice                  /* the next slice of this pass */
        fi
    };
passed:
    atomic {
        if
        :: found -> forget(); goto slice                /* only a pass that found nobody is the last */
        :: else -> forget()
        fi;
#ifndef CLOSE_WITHOUT_WAITING_PASS
        if :: !waits -> waits = true; goto slice :: else -> waits = false fi;
#endif
#ifdef STALE_FINDINGS
        assert(!(looked && !again && escaped && stage == open));
#endif
    };
audit:
    atomic { audited = done };          /* what the slices have written down, then deadlines/audit.sql */
    atomic {
        came_due = came_due & ~bit(mine);
        escaped = false;
#ifndef WITHOUT_AUDIT
        do
        :: p < PEOPLE ->
            assert(!(state[p] == revoked && !should(p)));
            escaped = escaped || (should(p) && state[p] != revoked);
            p++
        :: else -> break
        od;
        p = 0;
        if
        :: escaped && (!looked || again) -> looked = true; again = false; goto slice    /* a hold was lifted */
        :: else
        fi;
        assert(!(escaped && stage == open))             /* else a human is called, for nothing */
#endif
    };
    atomic { crashes < CRASHES || stage != open || run_sharers == 0 ->
        if
        :: crashes < CRASHES -> crashes++; goto begin
        :: stage == open && run_sharers == 0 ->         /* lock_run */
#ifndef CLOSE_WITHOUT_TOTALS
            if :: done != audited -> goto audit :: else fi;
#endif
            assert(done == audited);    /* it closes with exactly what was audited */
            stage = closed;
            do                          /* nobody escapes; whose hold was lifted since is due for the next run */
            :: p < PEOPLE ->
                assert(!(should(p) && state[p] != revoked) || (came_due & bit(mine)));
                p++
            :: else -> break
            od
        :: stage != open
        fi
    };
over:
    atomic { forget(); audited = 0; waits = false; looked = false; again = false; escaped = false; shares = false }
}

/* Stories of three people; which one comes true is chosen. */
init {
    byte p;
    atomic {
        if
        :: purchase[0] = in_time; if :: cancels[0] = in_time :: cancels[0] = late :: skip fi
        :: purchase[0] = late
        fi;
        delivering++; run Buyer(0);
        if :: cancels[0] != nothing -> delivering++; run Canceller(0) :: else fi;
        if
#ifndef HOLD_OF_ONE                     /* the stories with a hold of one person have no feed, else they are too many */
        :: purchase[1] = in_time; by_feed[1] = true; delivering++; run Feed(1)
#endif
        :: watermark = true
        fi;
#ifdef HOLD_OF_ONE
        if :: delivering++; run Holder(2) :: delivering++; run Holder(0) fi;
#endif
#ifdef HOLD_OF_WAVE
        delivering++; run WaveHolder();
#endif
        run Worker(0); run Worker(1)
    };
    atomic {
        stage == closed && delivering == 0 ->
        do
        :: p < PEOPLE ->
            assert(!(purchase[p] == in_time && cancels[p] != in_time && state[p] != bought));
            p++
        :: else -> break
        od
    }
}

ltl closes { <> (stage == closed) }
