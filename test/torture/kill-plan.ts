/** Who is killed, when, and how: the same seed plans the same kills. */
import { caseSeed, FuzzRandom } from '../fuzz/random.ts';

export type Victim = 'server' | 'sensor' | 'influxdb';

/**
 * `load`: some time after new packets were stored; `write`: with the next change of a file that the victim writes;
 * `start`: before it may be ready; `stop`: while it ends, as it was asked to.
 */
export const moments = ['load', 'write', 'start', 'stop'] as const;
export type Moment = (typeof moments)[number];

export interface KillPlan {
  readonly moment: Moment;
  /** In this order. */
  readonly victims: readonly Victim[];
  readonly restartOrder: readonly Victim[];
  /** From what the moment waits for to the kill. */
  readonly delayMilliseconds: number;
  /** Between the first victim and the second. */
  readonly gapMilliseconds: number;
  /** The sensor is held still from the kill on, so that what stands after the restart is seen before anything comes again. */
  readonly holdSensor: boolean;
  /** What is stored is read flow by flow, which takes long; else second by second. */
  readonly everyFlow: boolean;
}

export interface PartOfTorture {
  readonly name: string;
  readonly about: string;
  readonly victims: readonly Victim[];
  readonly needsInflux: boolean;
  /** The sensor's frames lie on its disk: what one run leaves, the next delivers. */
  readonly spool?: true;
}

export const parts: readonly PartOfTorture[] = [
  { name: 'server', about: 'the server is killed', victims: ['server'], needsInflux: false },
  { name: 'sensor', about: 'the sensor is killed', victims: ['sensor'], needsInflux: false },
  {
    name: 'spool',
    about: 'server and a sensor with a spool are killed',
    victims: ['server', 'sensor'],
    needsInflux: false,
    spool: true,
  },
  { name: 'influxdb', about: 'InfluxDB is killed', victims: ['influxdb'], needsInflux: true },
  { name: 'both', about: 'server and InfluxDB are killed', victims: ['server', 'influxdb'], needsInflux: true },
];

const MAX_DELAY_MILLISECONDS: Record<Moment, number> = { load: 2_000, write: 1_000, start: 1_500, stop: 500 };
/** Most kills come under load; each of the others often enough to be seen in a short run. */
const MOMENTS_BY_WEIGHT: readonly Moment[] = ['load', 'load', 'write', 'write', 'write', 'start', 'stop'];
const EVERY_FLOW_ONE_IN = 5;
const MAX_GAP_MILLISECONDS = 500;

export function planKill(part: PartOfTorture, seed: number, index: number): KillPlan {
  const random = new FuzzRandom(caseSeed(seed, part.name, index));
  const moment = random.pick(MOMENTS_BY_WEIGHT);
  return {
    moment,
    victims: shuffled(part.victims, random),
    restartOrder: shuffled(part.victims, random),
    delayMilliseconds: random.below(MAX_DELAY_MILLISECONDS[moment]),
    gapMilliseconds: random.below(MAX_GAP_MILLISECONDS),
    holdSensor: random.oneIn(2),
    everyFlow: random.oneIn(EVERY_FLOW_ONE_IN),
  };
}

/** How fast the sensor plays the capture in a run: near what a telescope sees, in bursts, and as fast as it goes. */
export function planSpeed(part: PartOfTorture, seed: number, run: number): string {
  return new FuzzRandom(caseSeed(seed, `${part.name}/speed`, run)).pick(['2', '4', 'max']);
}

function shuffled(victims: readonly Victim[], random: FuzzRandom): Victim[] {
  return random.oneIn(2) ? [...victims] : victims.toReversed();
}
