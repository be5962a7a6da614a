/** The packets of docs/fingerprints.md do what the page says. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { applyRules } from '../../../sensor/fingerprint/apply-rules.ts';
import { SourceMemory } from '../../../sensor/fingerprint/source-memory.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import { Tag, type TagName, tagNames } from '../../../shared/tags.ts';
import { hex } from '../../support/hex.ts';
import { recordBatch } from '../../support/packet-batch.ts';

const page = readFileSync(new URL('../../../docs/fingerprints.md', import.meta.url), 'utf8');
const sections = page.split('\n### ').slice(1);

/** Tags of the last of some packets. */
function lastTags(block: string): TagName[] {
  const records = recordBatch(
    101,
    block
      .trim()
      .split('\n')
      .map((line) => hex(line)),
  );
  const [decoder, ipv4, ipv6] = [new Decoder(), createPacketBatch(4), createPacketBatch(6)];
  decoder.decode(records, ipv4, ipv6);
  applyRules(records, decoder, { ipv4, ipv6 }, null, new SourceMemory({ seed: 1, onEvidence: null }));
  const bits = ipv4.tagsLow[records.length - 1]!;
  return tagNames.filter((name) => (bits & (1 << Tag[name])) !== 0);
}

test('every rule has its section, in the order of the tags', () => {
  expect(sections.map((section) => section.slice(1, section.indexOf('`', 1)))).toEqual(tagNames);
});

describe.for(sections)('%s', (section) => {
  const name = section.slice(1, section.indexOf('`', 1)) as TagName;
  const [matching, near] = [...section.matchAll(/```text\n([^`]+)```/g)].map(([, block]) => block!);
  test('the packet that matches', () => expect(lastTags(matching!)).toContain(name));
  test('the one that nearly does', () => expect(lastTags(near!)).not.toContain(name));
});
