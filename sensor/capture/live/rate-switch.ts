/** Which profile suits the rate of packets, with hysteresis: a rate about a threshold switches nothing to and fro. */
import type { Profile } from './tcpdump-child.ts';

/** Well below what `prompt` can carry on a slow machine, since what it does not carry is not seen here. */
const BULK_FROM_PACKETS_PER_SECOND = 20_000;
const PROMPT_BELOW_PACKETS_PER_SECOND = 8_000;
/** While it is too much for `prompt`, the kernel's buffer fills: of a second of a million packets it holds a fourth. */
const BUSY_MILLISECONDS = 400;
const CALM_MILLISECONDS = 10_000;
/** In bulk, packets of a second come at once: the rate is that of a longer time. */
const WINDOW_MILLISECONDS: Readonly<Record<Profile, number>> = { prompt: 1, bulk: 2_000 };

export class RateSwitch {
  #packets = 0;
  #at: number;
  /** For so long the rate has called for the other profile. */
  #forMilliseconds = 0;

  constructor(nowMilliseconds: number) {
    this.#at = nowMilliseconds;
  }

  /** Called now and then with a running total: the profile to be in. */
  profile(current: Profile, packets: number, nowMilliseconds: number): Profile {
    const milliseconds = nowMilliseconds - this.#at;
    if (milliseconds < WINDOW_MILLISECONDS[current]) return current;
    const rate = ((packets - this.#packets) * 1000) / milliseconds;
    this.#packets = packets;
    this.#at = nowMilliseconds;
    const wantsOther =
      current === 'prompt' ? rate >= BULK_FROM_PACKETS_PER_SECOND : rate < PROMPT_BELOW_PACKETS_PER_SECOND;
    this.#forMilliseconds = wantsOther ? this.#forMilliseconds + milliseconds : 0;
    if (this.#forMilliseconds < (current === 'prompt' ? BUSY_MILLISECONDS : CALM_MILLISECONDS)) return current;
    this.#forMilliseconds = 0;
    return current === 'prompt' ? 'bulk' : 'prompt';
  }
}
