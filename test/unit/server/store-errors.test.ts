/** What an error says of what was read: a file that could not be looked at is not one that is lost. */
import { expect, test } from 'vitest';
import { isOfCircumstances, workError } from '../../../server/store/duckdb/store-errors.ts';
import { StoreError } from '../../../server/store/stores.ts';

test.for([
  'INTERRUPT Error: Interrupted!',
  'Out of Memory Error: failed to allocate data of size 16.0 MiB (511.9 MiB/512.0 MiB used)',
  'IO Error: Could not write file "/data/tmp": No space left on device',
])('%s: of circumstances', (message) => {
  expect(isOfCircumstances(workError(new Error(message)))).toBe(true);
});

test.for([
  'Invalid Input Error: No magic bytes found at end of file',
  'IO Error: Cannot open file "flows4.parquet": No such file or directory',
  'Serialization Error: ZSTD Decompression failure, out of memory it says',
])('%s: of the file', (message) => {
  expect(isOfCircumstances(workError(new Error(message)))).toBe(false);
});

test('nor does a store say anything that is busy, closed, or asked by nobody', () => {
  for (const code of ['STORE_BUSY', 'STORE_GONE'] as const)
    expect(isOfCircumstances(new StoreError(code, 'no'))).toBe(true);
  expect(isOfCircumstances(workError(new StoreError('STORE_FAILED', 'the store is closed')))).toBe(true);
});
