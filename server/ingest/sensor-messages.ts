/** What a sensor may say in messages, checked before use: it is a stranger until then. */
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import Value from 'typebox/value';
import { parsePrefix } from '../../shared/address.ts';
import type { SensorHealth, SensorHello } from '../../shared/wire/messages.ts';
import { WireError } from '../../shared/wire/wire-error.ts';

const Name = Type.String({ minLength: 1, maxLength: 200 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const NullableCount = Type.Union([Count, Type.Null()]);
/** By names such as `0x0806`, `link 195`, `tooDeep`. */
const Counts = Type.Record(Type.String({ pattern: '^[0-9A-Za-z ]{1,40}$' }), Count, {
  maxProperties: 2_000,
  additionalProperties: false,
});
const Epoch = Type.Integer({ minimum: 1, maximum: 0xffffffff });
/** A sensor keeps 256. */
const MAX_EARLIER = 300;
const Seconds = Type.Number({ minimum: -1e12, maximum: 1e12 });

const Clock = Type.Object({
  mode: Type.Union([Type.Literal('live'), Type.Literal('paced'), Type.Literal('max')]),
  speed: Type.Number({ minimum: 0, maximum: 100_000 }),
});

const Ledger = Type.Object({
  received: NullableCount,
  droppedByKernel: NullableCount,
  droppedByInterface: NullableCount,
  // What was left in the kernel at stop is a difference of two counters: it is negative when they disagree, and shown so.
  leftAtStop: Type.Union([Type.Integer(), Type.Null()]),
  // Sensors before 0.2 do not count these three.
  rxPackets: Type.Optional(NullableCount),
  lostInCaptureCrash: Type.Optional(NullableCount),
  captureCrashes: Type.Optional(Count),
  captured: Count,
  filteredOut: Count,
  notIp: Counts,
  undecodable: Counts,
  decoded: Count,
  faults: Counts,
  lostInCrash: Count,
  crashes: Count,
  packetsInOpenFlows: Count,
  packetsInClosedFlows: Count,
  flowsClosed: Count,
  // Sensors before 0.2 do not count them.
  flowsClosedEarly: Type.Optional(Count),
  flowsSent: Count,
  packetsSent: Count,
  flowsAcknowledged: Count,
  packetsAcknowledged: Count,
  flowsSpooled: Count,
  packetsSpooled: Count,
  flowsSpoolDropped: Count,
  packetsSpoolDropped: Count,
  findingsDropped: Type.Optional(Count),
});

const Spool = Type.Object({
  flows: Count,
  packets: Count,
  bytes: Count,
  maxBytes: Count,
  oldestSeconds: Type.Union([Seconds, Type.Null()]),
  hoursLeft: Type.Union([Type.Number({ minimum: 0, maximum: 1e6 }), Type.Null()]),
  isDiskFull: Type.Boolean(),
  cutBytes: Count,
});

const Health = Type.Object({
  ledger: Ledger,
  link: Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('none')]),
  clock: Clock,
  captureSeconds: Type.Union([Seconds, Type.Null()]),
  skippedGaps: Count,
  lastSkippedGap: Type.Union([Type.Object({ fromSeconds: Seconds, toSeconds: Seconds }), Type.Null()]),
  damage: Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 20 }),
  finished: Type.Boolean(),
  run: Type.Optional(Epoch),
  recovered: Type.Optional(Type.Object({ flows: Count, packets: Count })),
  spool: Type.Optional(Type.Union([Spool, Type.Null()])),
  lagSeconds: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
  clockSteps: Type.Optional(Count),
  evidence: Type.Optional(Type.Object({ sourcesHeld: Count, sourcesGivenUp: Count, rowsSent: Count })),
  payloads: Type.Optional(
    Type.Object({ packets: Count, packetsSent: Count, packetsHeld: Count, packetsNotKept: Count, rowsSent: Count }),
  ),
  rawPackets: Type.Optional(
    Type.Object({ packets: Count, packetsSent: Count, packetsHeld: Count, packetsNotSent: Count }),
  ),
});

const Hello = Type.Object({
  software: Name,
  name: Name,
  epoch: Epoch,
  session: Type.Object({
    kind: Type.Union([Type.Literal('live'), Type.Literal('file'), Type.Literal('simulated')]),
    name: Type.String({ maxLength: 200 }),
  }),
  place: Type.Union([
    Type.Object({
      name: Type.String({ maxLength: 80 }),
      latitude: Type.Number({ minimum: -90, maximum: 90 }),
      longitude: Type.Number({ minimum: -180, maximum: 180 }),
    }),
    Type.Null(),
  ]),
  prefixes: Type.Array(Type.String({ maxLength: 50 }), { maxItems: 10_000 }),
  clock: Clock,
  run: Type.Optional(Epoch),
  backlog: Type.Optional(Type.Boolean()),
  earlier: Type.Optional(
    Type.Array(Type.Object({ epoch: Epoch, run: Epoch, lastWord: Type.Optional(Health) }), { maxItems: MAX_EARLIER }),
  ),
});

/** Later sensors may say more than this server knows: that is left out, and so is whatever else they write. */
function withoutUnknown(schema: TSchema, sent: unknown): unknown {
  return Value.Clean(schema, sent);
}

const checkHello = Compile(Hello);
const checkHealth = Compile(Health);

/** Throws WireError. */
export function readHello(sent: unknown): SensorHello {
  const message = withoutUnknown(Hello, sent);
  if (!checkHello.Check(message))
    throw new WireError('WIRE_BAD_MESSAGE', `the hello is not as it should be: ${problem(checkHello.Errors(message))}`);
  const hello: Static<typeof Hello> = message;
  if (hello.prefixes.some((prefix) => parsePrefix(prefix) === null))
    throw new WireError('WIRE_BAD_MESSAGE', 'the hello names a prefix that is none');
  const { earlier = [], ...rest } = hello;
  const withWords = earlier.map(({ lastWord, ...entry }) =>
    lastWord === undefined ? entry : { ...entry, lastWord: withAllCounts(lastWord) },
  );
  return withWords.length === 0 ? rest : { ...rest, earlier: withWords };
}

/** Throws WireError. */
export function readHealth(sent: unknown): SensorHealth {
  const message = withoutUnknown(Health, sent);
  if (!checkHealth.Check(message))
    throw new WireError(
      'WIRE_BAD_MESSAGE',
      `the health report is not as it should be: ${problem(checkHealth.Errors(message))}`,
    );
  const health: Static<typeof Health> = message;
  return withAllCounts(health);
}

/** Earlier versions of sensors do not have all of them. */
function withAllCounts(health: Static<typeof Health>): SensorHealth {
  const { ledger } = health;
  return {
    ...health,
    ledger: {
      ...ledger,
      rxPackets: ledger.rxPackets ?? null,
      lostInCaptureCrash: ledger.lostInCaptureCrash ?? null,
      captureCrashes: ledger.captureCrashes ?? 0,
      flowsClosedEarly: ledger.flowsClosedEarly ?? 0,
      findingsDropped: ledger.findingsDropped ?? 0,
    },
  };
}

function problem(errors: Iterable<{ instancePath: string; message: string }>): string {
  for (const { instancePath, message } of errors) return `${instancePath} ${message}`;
  return 'unknown';
}
