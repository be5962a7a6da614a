/** Captures to start from: the real ones that `KURAYAMI_CAPTURES` names, and made ones of every link type. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { PcapngBlocks, pcapHeader } from '../support/capture-bytes.ts';
import { capturePath, readTruths } from '../support/captures.ts';
import { madeFrames, madeRecords } from '../support/filter-packets.ts';
import { concatenate, toHex, word32 } from '../support/hex.ts';
import { madeCapture } from './made-captures.ts';

export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Longer files are cut here: what is behind is more of the same, and every case reads all of it. */
const MAX_SAMPLE_BYTES = 1 << 16;
const GENERATED = 60;
const PACKETS_OF_LINK_TYPE = 60;

let loaded: readonly Sample[] | null = null;

/** The same for the same captures. They are read once. */
export function corpus(): readonly Sample[] {
  loaded ??= [...realSamples(), ...linkSamples(), ...generatedSamples()].filter(({ bytes }) => bytes.length > 0);
  return loaded;
}

function realSamples(): Sample[] {
  return readTruths().map(({ file }) => ({
    name: file,
    bytes: decompressed(new Uint8Array(readFileSync(capturePath(file)))).subarray(0, MAX_SAMPLE_BYTES),
  }));
}

/** Changes in compressed bytes reach no decoder: they have a property of their own. */
function decompressed(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return new Uint8Array(gunzipSync(bytes));
  } catch {
    return bytes;
  }
}

function linkSamples(): Sample[] {
  const blocks = new PcapngBlocks(true);
  return [...madeFrames.keys()].map((linkType, index) => {
    const records = madeRecords(linkType).slice(0, PACKETS_OF_LINK_TYPE);
    const parts = records.map(({ bytes, wireLength }) =>
      index % 2 === 0
        ? concatenate([...[1_700_000_000, index, bytes.length, wireLength].map((value) => word32(value, true)), bytes])
        : blocks.enhanced({ packet: toHex(bytes), ticks: 1_700_000_000_000_000n, wireLength }),
    );
    const head = index % 2 === 0 ? [pcapHeader({ linkType })] : [blocks.section(), blocks.interface({ linkType })];
    return { name: `made of link type ${linkType}`, bytes: concatenate([...head, ...parts]) };
  });
}

function generatedSamples(): Sample[] {
  return fc
    .sample(madeCapture, { seed: 1, numRuns: GENERATED })
    .map((bytes, index) => ({ name: `made at random, ${index}`, bytes }));
}
