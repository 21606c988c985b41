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

/* A hold of one person, that may be lifted again. */
proctype Holder(byte p) {
    byte q;
    atomic { take_row(p) };
    atomic {
        if :: state[p] != revoked -> holds[p] = holds[p] | OWN; held[p] = true :: else fi;
        consistent(p);
        let_go()
    };
    if
    :: atomic { take_row(p) };
        atomic {
            if
            :: holds[p] & OWN ->
                holds[p] = holds[p] & ~OWN;
                held[p] = holds[p] != 0;
                came_due = 255
            :: else
            fi;
            consistent(p);
            let_go()
        }
    :: skip
    fi;
    delivering--
}

/* A hold of everybody in the wave: the holds are written down, then the rows are marked, one statement each. */
proctype WaveHolder() {
    byte p, q, written, marked;
#ifndef HOLD_WITHOUT_WAVE_LOCK
    atomic { sharers == 0 && !wave_taken -> wave_taken = true };
#endif
    d_step {
        p = 0;
        do
        :: p < PEOPLE -> if :: state[p] == accepted -> written = written | bit(p) :: else fi; p++
        :: else -> break
        od;
        p = 0
    };
    do
    :: p < PEOPLE ->
        if
        :: written & bit(p) ->
            atomic { take_row(p); if :: state[p] == accepted -> marked = marked | bit(p) :: else fi }
        :: else
        fi;
        p++
    :: else -> break
    od;
    atomic {
        p = 0;
        do
        :: p < PEOPLE ->
            if :: written & bit(p) -> holds[p] = holds[p] | WAVE :: else fi;
            if :: marked & bit(p) -> held[p] = true :: else fi;
            consistent(p);
            p++
        :: else -> break
        od;
        let_go();
        wave_taken = false; written = 0; marked = 0; p = 0;
        delivering--
    }
}

/* deadlines/engine.py: an engine that opens the run or finds it open, and goes on with it until it is closed. */
inline next_seen() { do :: p < PEOPLE && !(seen & bit(p)) -> p++ :: else -> break od }

inline forget() { p = 0; seen = 0; taken = 0; size = 0; after = 0; found = false }

proctype Worker(byte mine) {
    byte p, q, seen, taken, size, after;
    bool waits, found, looked, escaped, shares;
begin:
    atomic {
        forget(); waits = false; looked = false; escaped = false; shares = false;
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
        shares = true;
#ifdef WAVES_OF_LOOK_AHEAD
        shares = false;
        do
        :: p < PEOPLE -> shares = shares || due(p); p++
        :: else -> break
        od;
        p = 0
#endif
    };
slice:
    atomic { !shares || !wave_taken ->
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
    :: atomic { (p == PEOPLE || size == SLICE) && taken && stage != open -> /* the guard of the table of slices */
        let_go(); sharers = sharers - shares; goto over }
    :: atomic { (p == PEOPLE || size == SLICE) && taken && stage == open -> after = p; p = 0 }
    :: atomic { (p == PEOPLE || size == SLICE) && !taken -> let_go(); sharers = sharers - shares; goto passed }
    fi;
    atomic {
        if
        :: crashes < CRASHES -> crashes++; let_go(); sharers = sharers - shares; goto begin
        :: true ->
            do
            :: p < PEOPLE ->
                if
                :: taken & bit(p) ->
                    assert(state[p] == accepted);       /* revoked at most once, and nobody who has bought */
                    assert(!by_feed[p]);                /* what a feed promised to tell was waited for */
                    assert(returned[p] == 0);
                    state[p] = revoked;
                    returned[p] = balance[p];
                    balance[p] = 0;
                    consistent(p)
#ifdef CLOSED_RUN_STAYS
                    ; assert(stage == open)
#endif
                :: else
                fi;
                p++
            :: else -> break
            od;
            let_go(); sharers = sharers - shares;
            p = 0; seen = 0; taken = 0; size = 0; found = true;
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
        came_due = came_due & ~bit(mine);
#ifndef WITHOUT_AUDIT
        skip
    };
    atomic {                            /* deadlines/audit.sql: from the other tables */
        came_due = came_due & ~bit(mine);
        do
        :: p < PEOPLE ->
            assert(!(state[p] == revoked && !should(p)));
            escaped = escaped || (should(p) && state[p] != revoked);
            p++
        :: else -> break
        od;
        p = 0;
        if
        :: escaped && !looked -> looked = true; escaped = false; goto slice     /* a hold was lifted: look once more */
        :: else
        fi;
        assert(!escaped)                /* else a human is called, for nothing */
#endif
    };
    atomic {
        if
        :: crashes < CRASHES -> crashes++; goto begin
        :: stage == open ->
            stage = closed;
            do                          /* nobody escapes; whose hold was lifted since is due for the next run */
            :: p < PEOPLE ->
                assert(!(should(p) && state[p] != revoked) || (came_due & bit(mine)));
                p++
            :: else -> break
            od
        :: stage == closed
        fi
    };
over:
    atomic { forget(); waits = false; looked = false; escaped = false; shares = false }
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
        :: purchase[1] = in_time; by_feed[1] = true; delivering++; run Feed(1)
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
