/** What is in the capture, by a way that knows no server: `kurayami flows`. What is stored is held against it. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Fragment } from '../../shared/packet-batch.ts';
import { program } from '../support/program.ts';

export interface Truth {
  readonly capture: string;
  readonly packets: number;
  readonly bytes: number;
  /** Packets of each flow, however many records it may be stored in. */
  readonly byFlow: ReadonlyMap<string, number>;
  readonly bySecond: ReadonlyMap<string, number>;
}

/** What of a flow both `kurayami flows` and the API give to everyone. */
export interface KnownFlow {
  readonly first: string;
  readonly source: string;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly class: string;
  /** A number in what `kurayami flows` writes. */
  readonly protocol: string | number;
  readonly fragment: number;
  readonly tcpFlags: number;
  readonly ttl: number;
  readonly ipLength: number;
  readonly packets: number;
  readonly wireBytes: number;
}

/** Of a time as API and `flows` write it. */
export const secondOf = (time: string) => time.slice(0, 'YYYY-MM-DDThh:mm:ss'.length);

/** A capture made by the simulator, with what is in it. */
export async function makeTruth(folder: string, packetsPerSecond: number, seconds: number): Promise<Truth> {
  const capture = join(folder, 'made.pcap');
  const flows = join(folder, 'made.ndjson');
  await succeed(['simulate', '--rate', String(packetsPerSecond), '--duration', String(seconds), '--out', capture]);
  await succeed(['flows', '--format', 'ndjson', '--out', flows, capture]);
  const sum = new FlowSum();
  for await (const line of createInterface({ input: createReadStream(flows) })) sum.add(JSON.parse(line) as KnownFlow);
  return { capture, packets: sum.all.packets, bytes: sum.all.bytes, byFlow: sum.byFlow, bySecond: sum.bySecond };
}

async function succeed(words: readonly string[]): Promise<void> {
  const { code, stderr } = await program(words);
  if (code !== 0) throw new Error(`${words[0]} failed: ${stderr}`);
}

export const measures = ['packets', 'bytes', 'flows'] as const;
export type Sums = Record<(typeof measures)[number], number>;

export class FlowSum {
  readonly byFlow = new Map<string, number>();
  readonly bySecond = new Map<string, number>();
  readonly all: Sums = { packets: 0, bytes: 0, flows: 0 };
  /** Of those that have a port to be summed by. */
  readonly withPort: Sums = { packets: 0, bytes: 0, flows: 0 };

  add(flow: KnownFlow): void {
    const second = secondOf(flow.first);
    const { source, sourcePort, targetPort, tcpFlags, ttl, ipLength } = flow;
    const key = `${second} ${source} ${sourcePort} ${targetPort} ${flow.class} ${tcpFlags} ${ttl} ${ipLength}`;
    this.byFlow.set(key, (this.byFlow.get(key) ?? 0) + flow.packets);
    this.bySecond.set(second, (this.bySecond.get(second) ?? 0) + flow.packets);
    count(this.all, flow);
    if ((flow.protocol === 'tcp' || flow.protocol === 'udp') && flow.fragment !== Fragment.later)
      count(this.withPort, flow);
  }
}

function count(sums: Sums, { packets, wireBytes }: KnownFlow): void {
  sums.packets += packets;
  sums.bytes += wireBytes;
  sums.flows++;
}

/** What was stored more often than it came, and, where the whole capture should be there, less often. */
export function differences(
  stored: ReadonlyMap<string, number>,
  came: ReadonlyMap<string, number>,
  whole: boolean,
): string[] {
  const found: string[] = [];
  for (const [key, packets] of stored)
    if (packets > (came.get(key) ?? 0)) found.push(`${key}: ${packets} packets stored, ${came.get(key) ?? 0} came`);
  if (!whole) return found;
  for (const [key, packets] of came)
    if ((stored.get(key) ?? 0) < packets) found.push(`${key}: ${stored.get(key) ?? 0} packets stored, ${packets} came`);
  return found;
}
