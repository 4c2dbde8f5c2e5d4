/** A test by the file it stands in and its name, or a part of it. */
export interface Proof {
  readonly spec: string;
  readonly test: string;
}

/** One fault that this machine, or another, can suffer, and what must hold nevertheless. */
export interface Row {
  readonly id: `F${number}`;
  readonly fault: string;
  /** Invariants of docs/architecture.md that it tries to break. */
  readonly keeps: string;
  readonly bar: string;
  readonly proven: readonly Proof[];
  /** Why it is not proven, or which part of it is not. A row without a proof has one. */
  readonly without?: string;
}

const at = (spec: string, test: string): Proof => ({ spec, test });

/** Every fault, each once. docs/faults.md is made of them; `npm run docs:check` refuses a row that nothing proves and that does not say why. */
export const ROWS: readonly Row[] = [
  {
    id: 'F1',
    fault: 'gateway killed: before a commit, after it and before its answer, after the answer',
    keeps: 'I1, I2',
    bar: 'every crash point; 0 lost, 0 double effects',
    proven: [
      at(
        'test/faults/crash-points.faults-spec.ts',
        'loses nothing, does nothing twice, and discloses nothing that is not logged',
      ),
      at('test/faults/schedule.faults-spec.ts', 'lose none, have one effect each'),
    ],
  },
  {
    id: 'F2',
    fault: 'relay killed: before publishing, before the confirm, between confirm and mark',
    keeps: 'I1',
    bar: 'every crash point; repeats on the wire alone, no more than a batch per crash',
    proven: [
      at(
        'test/faults/crash-points.faults-spec.ts',
        'loses nothing, does nothing twice, and discloses nothing that is not logged',
      ),
      at('test/faults/schedule.faults-spec.ts', 'lose none, have one effect each'),
    ],
  },
  {
    id: 'F3',
    fault: 'consumer killed: before its transaction, in it, between commit and ack',
    keeps: 'I2',
    bar: 'every crash point; 0 double effects, delivered again within 5 s',
    proven: [
      at(
        'test/faults/crash-points.faults-spec.ts',
        'loses nothing, does nothing twice, and discloses nothing that is not logged',
      ),
      at('test/faults/messaging.faults-spec.ts', 'another has it within five seconds, and it has one effect'),
    ],
  },
  {
    id: 'F4',
    fault: 'ledger or signer killed within a batch',
    keeps: 'I3, I4',
    bar: 'every crash point; the log verifies without a gap',
    proven: [
      at(
        'test/faults/crash-points.faults-spec.ts',
        'loses nothing, does nothing twice, and discloses nothing that is not logged',
      ),
      at('test/faults/killed-ledger.faults-spec.ts', 'lose no entry, make none a leaf twice, and sign no fork'),
    ],
  },
  {
    id: 'F5',
    fault: 'RabbitMQ killed, one node',
    keeps: 'I1',
    bar: '0 lost; longest gap under 30 s',
    proven: [
      at('test/faults/servers.faults-spec.ts', 'lose nothing when RabbitMQ is killed'),
      at('test/faults/schedule.faults-spec.ts', 'lose none, have one effect each'),
    ],
  },
  {
    id: 'F6',
    fault: 'leader of a queue killed, of three nodes, three times',
    keeps: 'I1',
    bar: '0 lost; longest gap under 10 s',
    proven: [
      at('test/faults/cluster.faults-spec.ts', 'confirms again within 10 s when the leader of a queue is killed'),
    ],
  },
  {
    id: 'F7',
    fault: 'leader of a queue cut off for 30 s, then back',
    keeps: 'I1',
    bar: '0 lost; longest gap under 25 s; the minority confirms nothing',
    proven: [at('test/faults/cluster.faults-spec.ts', 'goes on within 25 s when the leader of a queue is cut off')],
  },
  {
    id: 'F8',
    fault: 'one-way partition, majority ring, a partition every 5 s',
    keeps: 'I1',
    bar: '0 lost; steady within 60 s',
    proven: [at('test/faults/cluster.faults-spec.ts', 'loses nothing by a one-way partition, a ring of majorities')],
  },
  {
    id: 'F9',
    fault: "RabbitMQ's disk or memory alarm: connections are blocked",
    keeps: 'I1',
    bar: 'publishing gives up after 10 s; readiness red within 5 s; 503 when the outbox is full; never a hang',
    proven: [
      at('test/faults/servers.faults-spec.ts', 'hang nobody while RabbitMQ has an alarm'),
      at(
        'test/faults/back-pressure.faults-spec.ts',
        'of a broker that is away a gateway accepts until its outbox is full, says so, and sends all when it is back',
      ),
    ],
  },
  {
    id: 'F10',
    fault: 'PostgreSQL killed under load, postmaster and children',
    keeps: 'I1 to I4',
    bar: '0 lost; first write after 5 s at most',
    proven: [
      at('test/faults/servers.faults-spec.ts', 'lose nothing when PostgreSQL is killed'),
      at('test/faults/servers.faults-spec.ts', 'set no message aside while PostgreSQL is away'),
      at('test/faults/schedule.faults-spec.ts', 'lose none, have one effect each'),
    ],
  },
  {
    id: 'F11',
    fault: 'PostgreSQL restarted fast and immediate; back ends ended in the middle of a transaction',
    keeps: 'I1, I2',
    bar: 'no process exits; 0 lost',
    proven: [
      at('test/faults/servers.faults-spec.ts', 'end no process when PostgreSQL is restarted'),
      at('test/faults/schedule.faults-spec.ts', 'lose none, have one effect each'),
    ],
  },
  {
    id: 'F12',
    fault: 'PostgreSQL fails over to a streaming replica',
    keeps: 'I1',
    bar: '0 lost with a synchronous replica; what is lost without one is told',
    proven: [
      at('test/faults/failover.faults-spec.ts', 'loses nothing of what was accepted where the replica is synchronous'),
      at('test/faults/failover.faults-spec.ts', 'loses what was accepted last where it is not: the control'),
    ],
  },
  {
    id: 'F13',
    fault: "PostgreSQL's disk full",
    keeps: 'I1, I2',
    bar: '503, no partial effect, goes on by itself; ambiguous commits resolved by id',
    proven: [
      at('test/faults/servers.faults-spec.ts', 'answer 503 while the disk of PostgreSQL is full'),
      at('test/ambiguous-commits.integration-spec.ts', 'is settled by its id when it comes again'),
    ],
  },
  {
    id: 'F14',
    fault: "disk of the processes' own logs full",
    keeps: 'I1, I4',
    bar: '0 failed requests',
    proven: [at('test/faults/processes.faults-spec.ts', 'F14: fail no request while the disk of their logs is full')],
  },
  {
    id: 'F15',
    fault: 'latency of 100 ms to 5 s, 1 KB/s, reset, half-open connections',
    keeps: 'I1',
    bar: 'p99 under the timeout; live memory flat',
    proven: [
      at('test/faults/servers.faults-spec.ts', 'answer within the time of a request whatever the network does'),
      at('test/faults/support/proxy.unit-spec.ts', 'is late by the latency there and back'),
      at('test/faults/support/live-memory.unit-spec.ts', 'counts what is held, in the heap and beside it'),
    ],
  },
  {
    id: 'F16',
    fault: 'clock 10 minutes fast, 10 minutes slow, a day on, jumping; per service',
    keeps: 'I1, I4',
    bar: '0 wrongly accepted; alarm over 2 s',
    proven: [
      at('test/faults/processes.faults-spec.ts', 'F16: go by the right time when the clock of their machine jumps'),
      at('libs/platform/src/clock.spec.ts', 'does not jump with the machine’s clock'),
    ],
    without:
      'the clock that jumps is that of one process, by a file loaded beside it; that a database whose clock is wrong moves no service is tried in unit tests alone',
  },
  {
    id: 'F17',
    fault: 'a message delivered once more, ten times, a thousand times; on two consumers at once',
    keeps: 'I2',
    bar: '1 effect',
    proven: [
      at('test/messaging.integration-spec.ts', 'are neither lost nor had twice when connections are cut at both ends'),
      at('test/faults/messaging.faults-spec.ts', 'comes once more, ten times and a thousand times'),
    ],
  },
  {
    id: 'F18',
    fault: 'messages delivered in another order',
    keeps: 'I1, I2',
    bar: 'order per case where it is promised; all else ends the same',
    proven: [at('test/faults/processes.faults-spec.ts', 'F18: end what they are given in another order')],
  },
  {
    id: 'F19',
    fault: 'a poisonous message: crashes, throws, hangs its reader',
    keeps: 'I1',
    bar: 'set aside within 60 s; its neighbours go on',
    proven: [
      at('test/faults/messaging.faults-spec.ts', 'hangs its handler, is set aside, and keeps no neighbour waiting'),
      at('test/faults/messaging.faults-spec.ts', 'kills whoever reads it, and takes none of those with it'),
      at('test/messaging.integration-spec.ts', 'are set aside once when their handler fails'),
    ],
  },
  {
    id: 'F20',
    fault: 'a consumer crashes on one message while it holds twenty',
    keeps: 'I1',
    bar: '0 innocent messages set aside',
    proven: [
      at('test/faults/messaging.faults-spec.ts', 'kills whoever reads it, and takes none of those with it'),
      at('test/messaging.integration-spec.ts', 'are dead letters for no number of restarts of a consumer that waits'),
    ],
  },
  {
    id: 'F21',
    fault: 'queue of dead letters missing or full',
    keeps: 'I1',
    bar: '0 lost; alarm within 60 s',
    proven: [
      at('test/faults/dead-letters.faults-spec.ts', 'that is missing is told, and keeps no innocent waiting'),
      at('test/faults/dead-letters.faults-spec.ts', 'has it all when it is read again'),
      at('test/faults/dead-letters.faults-spec.ts', 'has it all when its limit was taken away, and a high one set'),
    ],
    without:
      'full is told by its reader, that takes nothing. A limit that is taken away while it is reached keeps waiting what it stopped, by a fault of RabbitMQ until 3.13, and nothing tells that (docs/broker.md); the deploy step sets none',
  },
  {
    id: 'F22',
    fault: 'a slow consumer, and a long queue before it',
    keeps: 'I1',
    bar: 'a queue of 300,000 drains at 70 % of the undisturbed rate at least; memory flat',
    proven: [at('test/faults/backlog.faults-spec.ts', 'of the undisturbed rate at least, with memory flat')],
    without:
      '`npm run test:backlog` queues 300,000 and takes an hour; what has been run to its end stands under “Measured”',
  },
  {
    id: 'F23',
    fault: 'queue deleted while it is read',
    keeps: 'I1',
    bar: 'read again within 10 s',
    proven: [at('test/messaging.integration-spec.ts', 'are read again when their queue was deleted and made anew')],
  },
  {
    id: 'F24',
    fault: 'channel closed for an error while its connection lives',
    keeps: 'I1',
    bar: 'a new channel within 5 s',
    proven: [at('test/messaging.integration-spec.ts', 'are read on a new channel when theirs was closed for an error')],
  },
  {
    id: 'F25',
    fault: 'signing key replaced with messages queued',
    keeps: 'I1, I6',
    bar: '0 rejected',
    proven: [
      at('test/faults/rotation.faults-spec.ts', 'lose no message and reject none when each is replaced with overlap'),
    ],
  },
  {
    id: 'F26',
    fault: 'key revoked with messages queued',
    keeps: 'I6',
    bar: 'in effect within 60 s; nothing disclosed after it is known',
    proven: [
      at('test/faults/rotation.faults-spec.ts', 'let nothing go to one that was revoked with messages queued'),
      at(
        'test/faults/rotation.faults-spec.ts',
        'let nothing go that one signed which was revoked with messages queued',
      ),
      at(
        'test/faults/rotation.faults-spec.ts',
        'are gone by within a minute by nobody when one is revoked while messages are under way',
      ),
    ],
  },
  {
    id: 'F27',
    fault: "recipient's sealing key replaced, or lost",
    keeps: 'I1, I2',
    bar: '0 unreadable without notice',
    proven: [
      at('test/faults/rotation.faults-spec.ts', 'lose no message and reject none when each is replaced with overlap'),
      at('test/faults/every-end.faults-spec.ts', 'delivered as a second attempt, once, when its recipient had lost'),
    ],
  },
  {
    id: 'F28',
    fault: 'certificate expired, not yet valid, of another authority, for another name',
    keeps: 'I6',
    bar: 'all refused; alarm 30, 14 and 7 days before',
    proven: [
      at('test/faults/certificates.faults-spec.ts', 'is refused: nothing passes meanwhile, nothing is lost'),
      at('test/faults/certificates.faults-spec.ts', 'that nears its end is told of before'),
      at('libs/platform/src/certificates.spec.ts', 'is told of 30, 14 and 7 days before, once each'),
    ],
    without:
      'RabbitMQ, PostgreSQL and HTTPS before the ledger; what a service itself answers by is set up in front of it by whoever deploys it',
  },
  {
    id: 'F29',
    fault: 'keys log unreachable, or no longer witnessed',
    keeps: 'I6, I8',
    bar: 'goes on for as long as is documented, then fails closed',
    proven: [
      at('test/faults/release-in-flight.faults-spec.ts', 'is there after a restart without the registry'),
      at('test/faults/witnesses.faults-spec.ts', 'are not there when two are down: nothing is released'),
    ],
    without: 'that it stops after 15 minutes, and not before, is tried in unit tests alone',
  },
  {
    id: 'F30',
    fault: 'a process out of memory',
    keeps: 'I1, I2',
    bar: '0 lost; back within 10 s',
    proven: [at('test/faults/processes.faults-spec.ts', 'F30: are back within 10 s after they ran out of memory')],
  },
  {
    id: 'F31',
    fault: 'event loop blocked for 5 s; process stopped for 60 s',
    keeps: 'I2',
    bar: 'liveness says so; 0 double effects',
    proven: [
      at('test/faults/processes.faults-spec.ts', 'F31: do nothing twice when they are stopped'),
      at('test/faults/processes.faults-spec.ts', 'F31: go on after their event loop was blocked'),
    ],
  },
  {
    id: 'F32',
    fault: 'SIGTERM with work in hand',
    keeps: 'I1, I2',
    bar: 'exit within 30 s; 0 delivered again',
    proven: [
      at('test/messaging.integration-spec.ts', 'in hand are settled by a drain, and none of them comes again'),
      at('test/faults/processes.faults-spec.ts', 'F32: end within 30 s at load when they are asked to'),
      at('test/faults/messaging.faults-spec.ts', 'is in hand when its consumer is told to stop'),
    ],
  },
  {
    id: 'F33',
    fault: 'upgrade under load, old and new version at the same time, and two services back to the old one',
    keeps: 'I1, I2',
    bar: '0 answers of 5xx; 0 lost, 0 double effects; each version reads what the other wrote',
    proven: [
      at(
        'test/faults/rolling.faults-spec.ts',
        'goes on while the deploy step changes tables and queues under the earlier version',
      ),
      at('test/faults/rolling.faults-spec.ts', 'goes on while one service after the other is replaced'),
      at(
        'test/faults/rolling.faults-spec.ts',
        'goes on while two of them go back to the earlier version, on the new tables, and forward again',
      ),
      at('test/faults/rolling.faults-spec.ts', 'has lost nothing, done nothing twice, and answered nobody with 5xx'),
    ],
    without:
      'in full alone, and not without the history of the repository; one process of each gateway takes in calls, so nobody listens while it starts again: no balancer stands before two',
  },
  {
    id: 'F34',
    fault: 'migration under traffic',
    keeps: 'I1',
    bar: 'p99 under 1 s; no lock waited for longer than 2 s',
    proven: [at('test/faults/migrations.faults-spec.ts', 'keeps nobody behind it waiting for two seconds')],
  },
  {
    id: 'F35',
    fault: 'two deploys migrate at once',
    keeps: 'I1',
    bar: '0 failures',
    proven: [
      at('test/migrations.integration-spec.ts', 'runs each migration once when two deploys run at the same time'),
    ],
  },
  {
    id: 'F36',
    fault: 'pool of database connections used up',
    keeps: 'I1',
    bar: '503 within 2 s',
    proven: [
      at(
        'test/back-pressure.integration-spec.ts',
        'of a pool whose connections are all taken: told within 2 s, and well again when one is given back',
      ),
    ],
  },
  {
    id: 'F37',
    fault: 'file descriptors used up',
    keeps: 'I1',
    bar: '503; goes on within 10 s',
    proven: [
      at(
        'test/faults/processes.faults-spec.ts',
        'F37: answer 503 where they can answer, and go on within 10 s after they could open no file',
      ),
    ],
    without: 'nobody can be answered who has no connection yet',
  },
  {
    id: 'F38',
    fault: 'rows of the log altered, removed, reordered, or its whole end rewritten by the superuser',
    keeps: 'I4',
    bar: 'every attack noticed',
    // A test for each attack, by its name and by who notices it.
    proven: [at('test/faults/tampered-log.faults-spec.ts', '%s: %j')],
  },
  {
    id: 'F39',
    fault: 'database restored from a backup',
    keeps: 'I1, I2',
    bar: 'no old id sent as new; what is missing is asked for',
    proven: [
      at('test/faults/signer-state.faults-spec.ts', 'signs nothing over a database that was put back from before'),
      at(
        'test/faults/restore.faults-spec.ts',
        'asks the exchange for what it misses, learns what it had sent, and does neither twice',
      ),
    ],
  },
  {
    id: 'F40',
    fault: 'power lost, or a disk that lies',
    keeps: 'I1',
    bar: 'what was acknowledged survives',
    proven: [],
    without: 'not to be had here: a process that is killed leaves the page cache as it was. Untested',
  },
  {
    id: 'F41',
    fault: 'gateway and systems killed while events are told; webhooks slow, failing, silent, dead, answers lost',
    keeps: 'I2',
    bar: 'each event once in effect and in case order, by pull, stream and webhook; a dead one delays nobody',
    proven: [
      at(
        'test/faults/subscribers.faults-spec.ts',
        'are told beside those that are slow, fail, are silent or dead as if there were none',
      ),
      at('test/faults/subscribers.faults-spec.ts', 'are told while they and their gateways are killed and start again'),
      at('test/faults/subscribers.faults-spec.ts', 'have each event once and in the order of its case'),
    ],
  },
];
