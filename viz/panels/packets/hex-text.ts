/** Bytes as the usual dump of them: where, hexadecimal digits, and ASCII that can be seen. No DOM. */
import { printableText } from '../../text/safe-text.ts';

export const ROW_BYTES = 16;

export const offsetText = (at: number) => at.toString(16).padStart(4, '0');
export const byteText = (byte: number) => byte.toString(16).padStart(2, '0');

/** Lines of a packet; each packet's own begin at 0. */
export function hexText(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES);
    const digits = [row.subarray(0, 8), row.subarray(8)].map((half) => Array.from(half, byteText).join(' '));
    lines.push(`${offsetText(at).padStart(8, '0')}  ${digits.join('  ').padEnd(48)}  |${printableText(row)}|`);
  }
  return lines.join('\n');
}
