/** However large a dropped capture is, and however well it is compressed: the worker never holds it whole. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { browserInstalled } from '../support/browser.ts';
import { peakMegabytes } from '../support/browser-memory.ts';
import { pcapHeader, pcapRecord } from '../support/capture-bytes.ts';
import { testFolder } from '../support/folders.ts';
import { IPV4, MACS, SYN } from '../support/link-frames.ts';
import { EnginePage } from './engine/engine-page.ts';

const MEGABYTES = 384;
const RECORD_BYTES = 1024;
const PACKETS = MEGABYTES * 1024;
/** What lies about until it is collected is most of it, and does not grow with the capture. */
const MAX_PEAK_MEGABYTES = 256;

/** The same packet over and over: what is found in it takes no room. */
function largeCapture(): Uint8Array {
  const packet = `${MACS} 0800 ${IPV4} ${SYN}`.replaceAll(' ', '').padEnd(2 * (RECORD_BYTES - 16), '0');
  const header = pcapHeader();
  const content = Buffer.alloc(header.length + PACKETS * RECORD_BYTES);
  content.set(header);
  return content.fill(pcapRecord({ seconds: 1, nanoseconds: 0, packet }), header.length);
}

test.skipIf(!browserInstalled).for([{ name: 'large.pcap' }, { name: 'large.pcap.gz' }])(
  '$name is read in bounded memory',
  async ({ name }) => {
    const path = join(await testFolder(), name);
    await writeFile(path, name.endsWith('.gz') ? gzipSync(largeCapture(), { level: 1 }) : largeCapture());
    const engine = await EnginePage.open();
    try {
      const peak = await peakMegabytes(engine.page, async () => {
        const [inspected] = await engine.inspect([path]);
        expect(inspected!.report).toMatchObject({ complete: true, packets: PACKETS });
      });
      expect(peak).toBeLessThan(MAX_PEAK_MEGABYTES);
    } finally {
      await engine.close();
    }
  },
);
