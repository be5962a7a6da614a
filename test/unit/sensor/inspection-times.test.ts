import { expect, test } from 'vitest';
import { Inspection } from '../../../sensor/inspect/inspection.ts';
import { recordBatch } from '../../support/packet-batch.ts';

const NONE = Number.NaN;

/** The first and last time of records in batches that have these seconds. */
function timesOf(...batches: readonly (readonly number[])[]) {
  const inspection = new Inspection();
  for (const seconds of batches) {
    const batch = recordBatch(
      1,
      seconds.map(() => Uint8Array.of(0)),
    );
    batch.seconds.set(seconds);
    batch.nanoseconds.fill(5);
    inspection.addRecords(batch);
  }
  return [inspection.first, inspection.last];
}

test.for([
  { name: 'in file order, not in that of time', batches: [[7, 3, 9, 5]], times: ['7.000000005', '5.000000005'] },
  { name: 'none', batches: [[NONE, NONE], [NONE]], times: [null, null] },
  { name: 'around records without time', batches: [[NONE, 3, NONE, 4, NONE]], times: ['3.000000005', '4.000000005'] },
  { name: 'one', batches: [[NONE], [NONE, 3], [NONE]], times: ['3.000000005', '3.000000005'] },
  { name: 'from batch to batch', batches: [[1], [NONE], [2, NONE], [NONE]], times: ['1.000000005', '2.000000005'] },
  { name: 'of nothing', batches: [[]], times: [null, null] },
])('times are of the first and last record that have one: $name', ({ batches, times }) => {
  expect(timesOf(...batches)).toEqual(times);
});
