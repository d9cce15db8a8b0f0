/* Who may write a site's log: the lease, its epoch, and what a batch compares before it is stored.
 *
 * The model and the code:
 *
 *   Writer, from `standby`     router/leadership.win          waits until the lease is free
 *   the first atomic step      store/lease.Lease.acquire      one conditional update, epoch + 1
 *   from `rebuild`             router/memory.rebuild          a snapshot, then the log page by page
 *   renew, in `serve`          router/leadership.keep         one conditional update by epoch
 *   lookup, decide, append     router/service.Writer.carry_out
 *     lookup                   router/idempotency.Desk        is the command's outcome stored?
 *     decide                   router/core                    changes the memory before the log
 *     append, one atomic step  store/log.EventLog.append      one transaction; `_check_fence` is
 *                                                             EPOCH_FENCE and HEAD_FENCE, the key
 *                                                             (site, seq) is the last, UNIQUE
 *   publish, answer            router/service._take_turn      after append, never before
 *   snapshot = memory          Writer.keep_snapshot           not fenced, and never while ahead
 *   Clock                      a lease expires whenever it likes: no clock is trusted
 *   DIE                        kill -9, a power cut, LeaseLost, WrongWriter: the memory is gone
 *
 * Between any two steps a process may rest for as long as it likes, which is what a paused virtual
 * machine or a long garbage collection does. A command may be sent again at any time, to any writer.
 * A batch of one command stands for every batch: a batch is stored whole or not at all.
 *
 * Transactions are atomic steps because they are in the code: SQLite has one writer (BEGIN IMMEDIATE),
 * and in PostgreSQL a batch holds the lease row FOR SHARE until it commits, so that an acquisition
 * comes wholly before it or wholly after.
 *
 * What is proved, for every interleaving within the bounds: see the assertions, P1 to P6.
 */

#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef COMMANDS
#define COMMANDS 2
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#define LENGTH COMMANDS

/* The mutants: each takes one rule out. */
#ifdef NO_FENCE
#define NO_EPOCH_FENCE
#define NO_HEAD_FENCE
#define NO_UNIQUE
#endif

/* What became of a command. */
#define UNKNOWN 0
#define DONE 1
#define REFUSED 2

/* The database. */
byte lease_epoch = 0;
byte lease_holder = 0;
bool is_expired = true;
byte head = 0;
byte log_epoch[LENGTH + 1];
byte outcome[COMMANDS + 1];
byte snapshot = 0;

/* What the world was told. */
byte told[COMMANDS + 1];

/* P4: what was decided was decided on the log as it is, an event or a refusal. Without any fence the
 * worst is wanted, P2. */
#ifdef NO_FENCE
#define DECIDED_ON(seq) skip
#else
#define DECIDED_ON(seq) assert(seq == head)
#endif

#define DIE if :: skip :: goto standby fi

proctype Writer(byte me) {
  byte epoch, memory, command, answer;

standby:
  epoch = 0; memory = 0; command = 0; answer = UNKNOWN;

#ifdef REBUILD_FIRST
  memory = snapshot;
  do :: memory < head -> memory++ :: memory >= head -> break od;
#endif

end_standby:
  atomic {
    is_expired && lease_epoch < EPOCHS ->
    lease_epoch++; lease_holder = me; is_expired = false; epoch = lease_epoch
  }

rebuild:
  DIE;
#ifndef REBUILD_FIRST
  memory = snapshot;
  /* P1: a snapshot holds nothing that the log does not. */
  assert(memory <= head);
  do :: memory < head -> DIE; memory++ :: memory >= head -> break od;
#endif

serve:
  do
  :: atomic { /* renew */
       skip;
       if
       :: lease_epoch == epoch && lease_holder == me -> is_expired = false
       :: else -> goto standby
       fi
     }
  :: goto standby /* killed while idle */
  :: atomic { /* a clean stop: release */
       skip;
       if
       :: lease_epoch == epoch -> lease_holder = 0; is_expired = true
       :: else
       fi;
       goto standby
     }
  :: snapshot = memory
  :: select (command : 1 .. COMMANDS);
     answer = outcome[command]; /* lookup */
     DIE;
     if
     :: answer != UNKNOWN -> goto reply
     :: else
     fi;
     if /* decide */
     :: memory < LENGTH -> memory++; answer = DONE
     :: answer = REFUSED
     fi;
#ifdef SNAPSHOT_AHEAD
     if :: snapshot = memory :: skip fi;
#endif
     DIE;
#ifdef PUBLISH_FIRST
     assert(outcome[command] == answer);
#endif
     atomic { /* append */
       if
#ifndef NO_EPOCH_FENCE
       :: lease_epoch != epoch -> goto standby
#endif
#ifndef NO_HEAD_FENCE
       :: answer == DONE && memory != head + 1 -> goto standby
#endif
#ifndef NO_UNIQUE
       :: answer == DONE && log_epoch[memory] != 0 -> goto standby
       :: outcome[command] != UNKNOWN -> goto standby
#endif
       :: else ->
          if
          :: answer == DONE ->
             /* P2: no two epochs append to one position, so nothing stored is ever lost. */
             assert(log_epoch[memory] == 0);
             /* P3: who has been succeeded writes no more. */
             assert(memory == 1 || log_epoch[memory - 1] <= epoch);
             DECIDED_ON(memory - 1);
             log_epoch[memory] = epoch;
             head = memory
          :: else ->
             DECIDED_ON(memory)
          fi;
          outcome[command] = answer
       fi
     }
     DIE;
reply:
     /* P5: nothing is published or acknowledged that is not stored. */
     assert(outcome[command] == answer);
     /* P6: a command sent twice is answered the same way. */
     assert(told[command] == UNKNOWN || told[command] == answer);
     told[command] = answer;
     command = 0; answer = UNKNOWN
  od
}

proctype Clock() {
end_clock:
  do :: !is_expired -> is_expired = true od
}

init {
  byte number;
  atomic {
    run Clock();
    for (number : 1 .. WRITERS) { run Writer(number) }
  }
}
