/** Payloads as sensors send them, made from datagrams. */
import { Decoder } from '../../sensor/decode/decoder.ts';
import { sha256Begin } from '../../sensor/output/digest.ts';
import { PayloadWatch } from '../../sensor/payload/payload-watch.ts';
import { createPacketBatch } from '../../shared/packet-batch.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../shared/wire/frame.ts';
import { payloadsToFrame } from '../../shared/wire/payloads.ts';
import { datagrams, type MadeDatagram } from './datagrams.ts';

export function payloadFrame(made: readonly MadeDatagram[], epoch: number, sequence: number): Frame {
  let frame: Frame | null = null;
  const onRows = (rows: Parameters<typeof payloadsToFrame>[0]) => {
    frame = decodeFrame(encodeFrame(payloadsToFrame(rows, epoch, sequence)));
  };
  const watch = new PayloadWatch({ keepBytes: 128, seed: [1, 2], digest: sha256Begin, canWait: false, onRows });
  const records = datagrams(made);
  const [ipv4, ipv6] = [createPacketBatch(4, made.length), createPacketBatch(6, made.length)];
  new Decoder({ checksums: false }).decode(records, ipv4, ipv6);
  watch.add(records, ipv4, ipv6);
  watch.flush();
  return frame!;
}
