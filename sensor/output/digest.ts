/** What names a payload, by Node.js. */
import { createHash } from 'node:crypto';
import type { PayloadDigest } from '../payload/payload-table.ts';

/** First eight bytes of SHA-256. */
export function sha256Begin(bytes: Uint8Array): PayloadDigest {
  const hash = createHash('sha256').update(bytes).digest();
  return { high: hash.readUInt32BE(0), low: hash.readUInt32BE(4) };
}
