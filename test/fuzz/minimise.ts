/** Bytes that fail, made fewer as long as they fail: a person has to read them. */

/** Leaves away ever smaller parts. Gives what it has when the time is over. */
export async function minimise(
  bytes: Uint8Array,
  fails: (candidate: Uint8Array) => Promise<boolean>,
  milliseconds: number,
): Promise<Uint8Array> {
  const deadline = performance.now() + milliseconds;
  let best = bytes;
  for (let part = best.length >> 1; part >= 1; part >>= 1) {
    for (let at = 0; at < best.length; ) {
      if (performance.now() > deadline) return best;
      const candidate = new Uint8Array([...best.subarray(0, at), ...best.subarray(at + part)]);
      if (await fails(candidate)) best = candidate;
      else at += part;
    }
  }
  return best;
}
