/** What one must know to read the picture right, in words and in order of weight. No DOM: header, wall strip and spoken words show it. */
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { standingOf } from '../feed/filter-state.ts';
import type { PageState } from '../state.ts';
import { formatCount, formatDuration } from '../text/format.ts';
import { fill, type Language, type Text } from '../text/text.ts';

/** `bad`: what is shown is old or wanting; `warn`: it is not what it seems; `note`: good to know. */
export interface Condition {
  /** The same as long as it is the same thing, whatever its figures say. */
  readonly kind: string;
  readonly weight: 'bad' | 'warn' | 'note';
  readonly words: string;
}

/** Health comes about once a second; a little more is nothing to speak of. */
const SILENT_SECONDS = 5;
const MOST_SENSORS = 3;

export function conditionsOf(state: PageState, text: Text, language: Language): Condition[] {
  const { totals, sampling } = state;
  const out: Condition[] = [...versionConditions(state, text, language)];
  if (totals !== null) out.push(...sensorConditions(totals, text));
  const late = totals?.ledger.server.packetsLate ?? 0;
  const count = (value: number) => formatCount(value, language);
  if (sampling !== null)
    out.push({ kind: 'sampled', weight: 'note', words: fill(text.sampledWords, { oneOf: count(sampling.oneOf) }) });
  if (late > 0) out.push({ kind: 'late', weight: 'note', words: fill(text.lateWords, { count: count(late) }) });
  if (totals?.storeProblems.includes('STORE_FILE_MISSING'))
    out.push({ kind: 'missing', weight: 'warn', words: text.missingWords });
  out.push(...filterConditions(state, text));
  return out;
}

/** `FILTER country JP`, or that it is not in force, and why. */
function filterConditions({ filter, filterInForce }: PageState, text: Text): Condition[] {
  const standing = standingOf(filter, filterInForce);
  if (filter === '' && standing !== 'silent') return [];
  if (standing === 'holds') return [{ kind: 'filter', weight: 'note', words: text.filterInForce }];
  if (standing === 'asked') return [{ kind: 'filter', weight: 'note', words: text.filterAsked }];
  const words = `${text.filterNotInForce}: ${text.filterNothingDrawn}`;
  return [{ kind: 'filter', weight: 'bad', words }];
}

/** The state in a word or two, to be read from afar: the heaviest thing that holds. */
export function stateWord(
  state: PageState,
  text: Text,
): { readonly weight: Condition['weight'] | 'good'; words: string } {
  const { totals, connection, paused } = state;
  if (connection !== 'connected' && !state.dropped)
    return { weight: 'bad', words: text[connection === 'lost' ? 'lostWord' : connection] };
  if (totals === null) return { weight: 'note', words: text.waitingWord };
  if (totals.storageFull) return { weight: 'bad', words: text.diskFullWord };
  if (totals.sensors.length > 0 && totals.sensors.every(isBlind)) return { weight: 'bad', words: text.blindWord };
  const source = sourceWord(state, totals, text);
  if (!paused) return source;
  // A picture that stands is of the same packets: that they are not real, or not of now, holds on.
  const words = source.weight === 'good' ? [text.paused] : [text.paused, source.words];
  return { weight: 'warn', words: words.join(' · ') };
}

function sourceWord({ replay }: PageState, { session }: LiveTotals, text: Text) {
  if (replay !== null && session.kind !== 'simulated') return { weight: 'note', words: text.replay } as const;
  if (session.kind === 'simulated') return { weight: 'warn', words: text.simulated } as const;
  if (session.kind === 'file') return { weight: 'note', words: text.replay } as const;
  return { weight: 'good', words: text.live } as const;
}

type Sensor = LiveTotals['sensors'][number];

/** Nothing can come from it now. */
const isBlind = ({ state, link }: Sensor) => state === 'lost' || (state === 'connected' && link === 'down');

function sensorConditions({ sensors }: LiveTotals, text: Text): Condition[] {
  const troubled = sensors.filter((sensor) => isBlind(sensor) || isSilent(sensor));
  const told = troubled.slice(0, MOST_SENSORS).map((sensor): Condition => {
    const values = { name: sensor.name, duration: formatDuration(sensor.silentSeconds) };
    if (sensor.state === 'lost')
      return { kind: `lost ${sensor.id}`, weight: 'bad', words: fill(text.sensorLostWords, values) };
    if (sensor.link === 'down')
      return { kind: `link ${sensor.id}`, weight: 'bad', words: fill(text.linkDownWords, values) };
    return { kind: `silent ${sensor.id}`, weight: 'warn', words: fill(text.sensorSilentWords, values) };
  });
  const more = troubled.length - told.length;
  return more > 0
    ? [...told, { kind: 'more', weight: 'bad', words: fill(text.moreSensorsWords, { count: more }) }]
    : told;
}

const isSilent = ({ state, silentSeconds }: Sensor) => state === 'connected' && silentSeconds > SILENT_SECONDS;

function versionConditions({ versions, connection }: PageState, text: Text, language: Language): Condition[] {
  const { otherServer, unread, newerPage } = versions;
  const out: Condition[] = [];
  if (unread > 0)
    out.push({
      kind: 'unread',
      weight: 'bad',
      words: fill(text.unreadWords, { count: formatCount(unread, language) }),
    });
  if (newerPage) out.push({ kind: 'page', weight: 'warn', words: text.newerPage });
  else if (otherServer !== '' && connection === 'connected')
    out.push({ kind: 'server', weight: 'warn', words: fill(text.otherServer, { software: otherServer }) });
  return out;
}
