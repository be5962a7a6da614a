/** Times as RFC 3339 in UTC with microseconds: `2026-01-31T12:00:00.123456Z`, as the API gives them. */
import type { TextBuffer } from './text-buffer.ts';

const MINUTE_SECONDS = 60;
const Z = 0x5a;
const DOT = 0x2e;

/** Most times lie in the same minute as the one before: its date is kept. */
let minute = Number.NaN;
let minuteText = '';

/** `micros` after `seconds` (whole, since 1970), which lies before the year 10,000. Up to 27 bytes. */
export function putTime(out: TextBuffer, seconds: number, micros: number): void {
  const whole = seconds + Math.floor(micros / 1_000_000);
  const newMinute = Math.floor(whole / MINUTE_SECONDS);
  if (newMinute !== minute) {
    minute = newMinute;
    minuteText = new Date(newMinute * MINUTE_SECONDS * 1000).toISOString().slice(0, 17);
  }
  out.putAscii(minuteText);
  out.putPadded(whole - newMinute * MINUTE_SECONDS, 2);
  out.putByte(DOT);
  out.putPadded(micros % 1_000_000, 6);
  out.putByte(Z);
}
