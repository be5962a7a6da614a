/** Real captures, dropped: what is counted is what `inspect` counts, and every decoded packet is in a flow. */
import { openAsBlob } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CaptureFile } from '../../../sensor/capture/capture-file.ts';
import { inspectCapture } from '../../../sensor/inspect/inspect-capture.ts';
import { sumCounts } from '../../../shared/counters.ts';
import { capturePath, capturesFolder, readTruths } from '../../support/captures.ts';
import { askPath, openDropped } from '../../support/dropped-session.ts';

const files = readTruths().map(({ file }) => file);

describe.skipIf(capturesFolder === null)('a real capture', () => {
  test.for(files)('%s', async (file) => {
    const path = capturePath(file);
    const report = await inspectCapture(new CaptureFile(path));
    const session = openDropped(await openAsBlob(path));
    const summary = await session.read();
    const { packets, format, compression, undecodable, uniqueSources, bytes } = report;
    expect(summary).toMatchObject({ packets, format, compression, balances: true, ledger: { undecodable } });
    expect(summary.damage === null).toBe(report.complete);
    expect(summary.packetsHeld).toBe(packets - sumCounts(summary.ledger.notIp) - sumCounts(summary.ledger.undecodable));
    const series = await askPath<{ points: { value: number }[] }>(session, 'series?step=31536000');
    expect(series.points.reduce((sum, { value }) => sum + value, 0)).toBe(summary.packetsHeld);
    const top = await askPath<{ rows: { packets: number; bytes: number }[] }>(session, 'top?by=source&limit=1000');
    expect(top.rows).toHaveLength(Math.min(1_000, uniqueSources));
    expect(top.rows.reduce((sum, row) => sum + row.bytes, 0)).toBeLessThanOrEqual(bytes);
    expect(await askPath(session, 'ledger')).toMatchObject({ balances: true });
  });
});
