/** Time stamps of classic pcap: seconds, and a count of micro- or nanoseconds that should stay below a second. */

const NANOSECONDS_PER_SECOND = 1_000_000_000;

/**
 * Nanoseconds of a record, from 0 to 999,999,999.
 *
 * A count of a second or more is damage, and neither libpcap nor Wireshark minds it: both print it as it is behind the
 * seconds. It cannot stand in a nanosecond column, and carrying it into the seconds would give another time than every
 * other tool shows. So this does what Wireshark's text comes to, that captures can be compared: it keeps the count in a
 * signed 32-bit number of nanoseconds, and its first nine digits are those behind the point. (What overflows into a
 * negative count is printed there with a minus sign before the whole time, which is left out here.)
 */
export function subsecondNanoseconds(units: number, nanosecondsPerUnit: number): number {
  const nanoseconds = units * nanosecondsPerUnit;
  if (nanoseconds < NANOSECONDS_PER_SECOND) return nanoseconds;
  const wrapped = Math.abs(Math.imul(units, nanosecondsPerUnit));
  return wrapped < NANOSECONDS_PER_SECOND ? wrapped : Math.floor(wrapped / 10);
}
