/** Time stamps of pcapng: 64-bit counts of units that each interface chooses. */

/** Units a second, and how their remainder becomes nanoseconds. */
export interface TickScale {
  readonly unitsPerSecond: number;
  /** Too fine for exact arithmetic in doubles: BigInt is used. */
  readonly big: bigint | null;
  /** So fine that the largest count there is comes to less than a nanosecond. */
  readonly tooFine: boolean;
}

const MAX_TICKS = 2n ** 64n - 1n;

/** From `if_tsresol`: 10^-n, or 2^-n when the top bit is set. */
export function tickScale(resolution: number): TickScale {
  const exponent = resolution & 0x7f;
  const decimal = (resolution & 0x80) === 0;
  const big = decimal ? 10n ** BigInt(exponent) : 2n ** BigInt(exponent);
  // Remainders are shifted by 16 bits, or multiplied by 10^9, in a double: both must stay below 2^53.
  const exact = decimal ? exponent <= 9 : exponent <= 23;
  return {
    unitsPerSecond: Number(big),
    big: exact ? null : big,
    tooFine: MAX_TICKS * 1_000_000_000n < big,
  };
}

/** Sets `time` from the two halves of a count of units since 1970. */
export function readTicks(
  high: number,
  low: number,
  scale: TickScale,
  time: { seconds: number; nanoseconds: number },
): void {
  if (scale.tooFine) {
    time.seconds = 0;
    time.nanoseconds = 0;
    return;
  }
  if (scale.big !== null) {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    time.seconds = Number(ticks / scale.big);
    time.nanoseconds = Number(((ticks % scale.big) * 1_000_000_000n) / scale.big);
    return;
  }
  // Long division by 16-bit digits: every intermediate value is exact in a double.
  const units = scale.unitsPerSecond;
  let quotient = 0;
  let rest = 0;
  for (let digit = 0; digit < 4; digit++) {
    const word = digit < 2 ? high : low;
    const current = rest * 65_536 + (digit % 2 === 0 ? word >>> 16 : word & 0xffff);
    const part = Math.floor(current / units);
    rest = current - part * units;
    quotient = quotient * 65_536 + part;
  }
  time.seconds = quotient;
  time.nanoseconds = Math.floor((rest * 1_000_000_000) / units);
}
