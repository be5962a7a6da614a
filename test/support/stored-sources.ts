/** Which of the made-up packets are where: in the server's store, and in files of a spool. */
import { readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { SpoolSegment } from '../../sensor/output/spool-segment.ts';
import { nodePlatform } from '../../server/ingest/platform.ts';
import { formatIpv4, parseIpv4 } from '../../shared/address.ts';
import { frameToFlows } from '../../shared/wire/flow-frames.ts';
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { ask } from './api.ts';
import { testFolder } from './folders.ts';

/** Packets by source, of all flows of a session. */
export async function storedSources(url: string, session = 0): Promise<Map<number, number>> {
  const packets = new Map<number, number>();
  let cursor: string | null = null;
  do {
    const query = `flows?session=${session}&from=1970-01-01T00:00:00Z&limit=10000${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: { flows: { source: string; packets: number }[]; cursor: string | null } = await ask(url, query);
    for (const flow of page.flows) count(packets, parseIpv4(flow.source)!, flow.packets);
    cursor = page.cursor;
  } while (cursor !== null);
  return packets;
}

/** Of a copy: nobody's files are touched. */
export async function spooledSources(spool: string): Promise<Map<number, number>> {
  const copy = join(await testFolder(), 'copy');
  await cp(spool, copy, { recursive: true });
  const packets = new Map<number, number>();
  for (const name of readdirSync(copy, { recursive: true })
    .map(String)
    .filter((one) => one.endsWith('.frames'))) {
    const { segment } = SpoolSegment.recover(join(copy, name));
    for (let offset = 0; offset < segment.sums.bytes; ) {
      const { records, next } = segment.read(offset);
      for (const { bytes } of records) {
        const frame = decodeFrame(bytes, nodePlatform);
        if (frame.kind !== FrameKind.flows4) continue;
        const { batch } = frameToFlows(frame);
        for (let row = 0; row < batch.length; row++) count(packets, batch.source[row]!, batch.packets[row]!);
      }
      offset = next;
    }
  }
  return packets;
}

function count(packets: Map<number, number>, source: number, more: number): void {
  packets.set(source, (packets.get(source) ?? 0) + more);
}

/** Sources that came more than once, as text. */
export function repeated(packets: ReadonlyMap<number, number>): string[] {
  return [...packets].filter(([, times]) => times !== 1).map(([source, times]) => `${formatIpv4(source)}: ${times}`);
}
