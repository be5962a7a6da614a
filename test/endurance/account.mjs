/** What became of the packets that reached the interface between two moments of rest. */

const sum = (counts) => Object.values(counts ?? {}).reduce((all, count) => all + count, 0);

/** Running totals of the live session. */
export async function totalsOf(world, wires) {
  const { sensors, balances, stored } = await world.ask('ledger?session=0');
  const totals = {
    reached: wires.reached(),
    watched: 0,
    droppedByKernel: 0,
    leftAtStop: 0,
    lostInCaptureCrash: 0,
    lostInCrash: 0,
    crashes: 0,
    notDecoded: 0,
    spoolDropped: 0,
    refused: 0,
    stored: 0,
    twice: 0,
  };
  for (const { counts, server } of sensors) {
    totals.watched += counts.rxPackets ?? 0;
    totals.droppedByKernel += counts.droppedByKernel ?? 0;
    totals.leftAtStop += counts.leftAtStop ?? 0;
    totals.lostInCaptureCrash += counts.lostInCaptureCrash ?? 0;
    totals.lostInCrash += counts.lostInCrash;
    totals.crashes += counts.crashes;
    totals.notDecoded += sum(counts.notIp) + sum(counts.undecodable) + counts.filteredOut;
    totals.spoolDropped += counts.packetsSpoolDropped;
    totals.refused += sum(server.packetsRefused);
    totals.stored += server.packetsStored;
  }
  const checks = [...sensors.flatMap((entry) => entry.checks), ...stored];
  return {
    totals,
    isAtRest: balances && sensors.every(({ counts }) => counts.packetsSpooled + counts.packetsInOpenFlows === 0),
    broken: checks.filter(({ holds }) => !holds),
  };
}

const EXPLAINED = [
  'droppedByKernel',
  'leftAtStop',
  'lostInCaptureCrash',
  'lostInCrash',
  'notDecoded',
  'spoolDropped',
  'refused',
];

/** net.core.netdev_max_backlog, for each processor. */
const KERNEL_QUEUE = 2_000;

/**
 * Of the packets that reached the interface: those that are explained, and the rest. Where the sensor was away, what came
 * meanwhile is the difference between the interface's count and the sensor's own reading of it.
 */
export function account(before, after, { restartsSensor = false, takesLink = false }) {
  const change = Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]]));
  const explained = EXPLAINED.reduce((all, name) => all + change[name], 0);
  const rest = change.reached - explained - change.stored;
  // Nobody was there, or who was there was killed: the two cannot be told apart from outside, and the ledger says that it happened.
  const unwatched = restartsSensor ? rest : 0;
  const withLink = takesLink && rest > 0 && rest <= KERNEL_QUEUE ? rest : 0;
  return { ...change, unwatched, withLink, unexplained: rest - unwatched - withLink };
}

const COLUMNS = ['reached', 'stored', ...EXPLAINED, 'unwatched', 'withLink', 'unexplained'];

export function tableOf(rows) {
  const used = COLUMNS.filter(
    (name) => ['reached', 'stored', 'unexplained'].includes(name) || rows.some((row) => row.account[name] !== 0),
  );
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const body = rows.map(({ fault, times, account: counts }) =>
    line([fault, times, ...used.map((name) => counts[name].toLocaleString('en'))]),
  );
  return [line(['fault', 'times', ...used]), line(['---', ...used.map(() => '--:'), '--:']), ...body].join('\n');
}

export function addAccounts(a, b) {
  return Object.fromEntries(Object.keys(b).map((name) => [name, (a?.[name] ?? 0) + b[name]]));
}
