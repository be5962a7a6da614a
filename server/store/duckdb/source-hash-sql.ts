/** Sources hashed by the store, as StretchSums hashes them: what a sketch of distinct sources is made of. */
import type { Family } from '../../../shared/flow-batch.ts';
import { IPV6_SALT } from '../../replay/stretch-sums.ts';

const LOW_BITS = 4_294_967_295;

/** Rows of `hash` and of other columns, such as `slot`, out of `from`. Nested, since every step names the one before several times. */
export function sourceHashes(family: Family, from: string, others: readonly string[] = []): string {
  const kept = others.map((name) => `, ${name}`).join('');
  if (family === 4) return mixed(`SELECT source::UBIGINT AS hash${kept} ${from}`, kept);
  let rows = `SELECT 0::UBIGINT AS hash, source${kept} ${from}`;
  for (const shift of [96, 64, 32, 0])
    rows = mixed(
      `SELECT xor(hash, ((source >> ${shift}) & ${LOW_BITS})::UBIGINT) AS hash, source${kept} FROM (${rows})`,
      `, source${kept}`,
    );
  return `SELECT xor(hash, ${IPV6_SALT}::UBIGINT) AS hash${kept} FROM (${rows})`;
}

/** A sketch needs of all hashes that begin alike only the lowest: there are 4,096 beginnings, however many sources. */
export const HASH_BEGINNING = 'hash >> 20';

/** `mix32` of `hash`; `kept` is handed through. */
function mixed(rows: string, kept: string): string {
  const step = (inner: string, shift: number, factor: number) =>
    `SELECT (xor(hash, hash >> ${shift}) * ${factor}::UBIGINT) & ${LOW_BITS}::UBIGINT AS hash${kept} FROM (${inner})`;
  const twice = step(step(rows, 16, 0x85ebca6b), 13, 0xc2b2ae35);
  return `SELECT xor(hash, hash >> 16) AS hash${kept} FROM (${twice})`;
}
