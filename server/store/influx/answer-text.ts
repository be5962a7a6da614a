/** Of an answer, no more is read: a server that sends without end is cut off. */
export const MAX_ANSWER_BYTES = 65_536;

export async function textOf(response: Response, maxBytes = MAX_ANSWER_BYTES): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes).toString('utf8');
}
