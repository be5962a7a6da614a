/** What names a payload, in a browser: the same that sensor/output/digest.ts gives, and at once, which WebCrypto does not. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { PayloadDigest } from '../../sensor/payload/payload-table.ts';

/** First eight bytes of SHA-256. */
export function sha256Begin(bytes: Uint8Array): PayloadDigest {
  const hash = new DataView(sha256(bytes).buffer);
  return { high: hash.getUint32(0), low: hash.getUint32(4) };
}
