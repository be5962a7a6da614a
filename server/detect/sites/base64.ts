/** Texts that stand in a payload as base64 (RFC 4648, both alphabets). */

const LEAST_CHARACTERS = 16;
const MOST_RUNS = 8;
const LEAST_PRINTABLE = 0.9;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Map<string, number>([...ALPHABET].map((character, value) => [character, value]));
values.set('-', 62).set('_', 63);

/** Those that are mostly printable: binary data is no command. A path such as /Base64/… hides where a run begins: each part is tried. */
export function base64Texts(text: string): string[] {
  const found: string[] = [];
  let runs = 0;
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{16,}/g)) {
    if (runs++ === MOST_RUNS) break;
    for (const start of startsOf(run)) {
      const decoded = decodeBase64(run.slice(start));
      if (decoded !== null) found.push(decoded);
    }
  }
  return found;
}

function startsOf(run: string): number[] {
  const starts = [0];
  for (let at = run.indexOf('/'); at >= 0 && starts.length < MOST_RUNS; at = run.indexOf('/', at + 1))
    if (run.length - at > LEAST_CHARACTERS) starts.push(at + 1);
  return starts;
}

/** As Latin-1; null for what is not mostly printable ASCII. */
export function decodeBase64(run: string): string | null {
  let text = '';
  let bits = 0;
  let held = 0;
  let printable = 0;
  for (const character of run) {
    held = ((held << 6) | values.get(character)!) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const byte = (held >> bits) & 0xff;
    if ((byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13) printable++;
    text += String.fromCharCode(byte);
  }
  return text.length > 0 && printable >= text.length * LEAST_PRINTABLE ? text : null;
}
