/** From the shapes' ISO 3166-1 numbers to the two letters that the server counts by. */
import codes from 'i18n-iso-countries/codes.json' with { type: 'json' };

const byNumber = new Map((codes as string[][]).map(([letters = '', , number = '']) => [Number(number), letters]));

/** All two-letter codes of ISO 3166-1. */
export const countryCodes: readonly string[] = [...byNumber.values()].sort();

/** Places that Natural Earth draws and ISO 3166-1 does not number. */
const byName: Readonly<Record<string, string>> = { Kosovo: 'XK' };

/** Two letters of a shape, or empty when there are none. */
export function countryCode(id: string | number | undefined, name: string): string {
  return (id === undefined ? undefined : byNumber.get(Number(id))) ?? byName[name] ?? '';
}

/** Two letters from a streak's 16 bits. */
export function lettersOf(code: number): string {
  return code === 0 ? '' : String.fromCharCode(code >> 8, code & 0xff);
}
