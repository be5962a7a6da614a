import { expect, test } from 'vitest';
import { MemoryEvidence } from '../../../server/store/flow-memory/memory-evidence.ts';
import { evidenceBatch, sourceWords } from '../../support/evidence.ts';

const packet = (seconds: number) => ({ seconds, bytes: Uint8Array.of(0x45, seconds & 0xff) });
const secondsOf = (packets: readonly { seconds: number }[]) => packets.map(({ seconds }) => seconds);

test('rows of a rule add up, whatever their keys; packets of the key with most matches come first', () => {
  const evidence = new MemoryEvidence();
  evidence.add(
    evidenceBatch([
      { key: 1, matched: 1, candidates: 5, firstSeconds: 50, packets: [packet(50)] },
      { key: 2, matched: 3, candidates: 3, firstSeconds: 70, lastSeconds: 90, packets: [packet(70), packet(80)] },
      { key: 3, matched: 0, candidates: 9, firstSeconds: 0, lastSeconds: 0 },
      { source: '203.0.113.6', matched: 2 },
    ]),
  );
  evidence.add(
    evidenceBatch([
      { key: 2, matched: 2, candidates: 4, firstSeconds: 60, packets: [packet(60)] },
      { tag: 2, key: 2, matched: 1, candidates: 1, firstSeconds: 65 },
    ]),
  );
  const [masscan, mirai, ...others] = evidence.of(sourceWords('203.0.113.5'));
  expect(others).toEqual([]);
  expect(masscan).toMatchObject({ tag: 2, matched: 1, candidates: 1, keys: 1 });
  expect(mirai).toMatchObject({ tag: 3, matched: 6, candidates: 21, firstSeconds: 50, lastSeconds: 90, keys: 2 });
  expect(secondsOf(mirai!.packets)).toEqual([60, 70, 80, 50]);
  expect(evidence.account()).toEqual({ present: 9, expired: 0, givenUp: 0 });
  expect(evidence.of(sourceWords('203.0.113.9'))).toEqual([]);
});

test('what comes when it is full is given up, and counted', () => {
  const evidence = new MemoryEvidence(2);
  evidence.add(evidenceBatch([{ key: 1 }, { key: 2 }, { key: 3, matched: 7 }, { key: 1, matched: 4 }]));
  expect(evidence.account()).toEqual({ present: 6, expired: 0, givenUp: 7 });
  expect(evidence.matched).toBe(13);
});
