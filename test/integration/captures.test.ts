/** The whole path over the real captures: every one of them gives a ledger that balances to the packet. */
import { expect, test } from 'vitest';
import { CaptureError } from '../../sensor/capture/capture-source.ts';
import { FileSource } from '../../sensor/capture/file-source.ts';
import { inspectFile } from '../../sensor/commands/inspect.ts';
import { runSensor } from '../../sensor/main.ts';
import { loadServerConfig } from '../../server/config.ts';
import { startServer } from '../../server/main.ts';
import { ask, ledgerOf } from '../support/api.ts';
import { capturePath, capturesFolder, isStrict, readTruths } from '../support/captures.ts';
import { testFolder } from '../support/folders.ts';
import { projectFolder } from '../support/program.ts';

/** What begins as no capture that this program reads is refused, and says so; the rest is read as far as it goes. */
async function send(path: string, url: string, token: string) {
  return runSensor({
    source: new FileSource([path], 0),
    software: 'test',
    name: 'captures',
    server: url.replace('http', 'ws'),
    token: () => token,
    place: null,
    prefixes: [],
    stop: new AbortController().signal,
    log: () => undefined,
  });
}

test.skipIf(capturesFolder === null)(
  'every real capture gives a ledger that balances to the packet',
  { timeout: 600_000 },
  async () => {
    const config = loadServerConfig(undefined, projectFolder, { port: 0, data: await testFolder() });
    const server = await startServer({
      config,
      programFolder: projectFolder,
      software: 'kurayami 0.0.0',
      log: () => undefined,
    });
    const { token } = server.tokens.add('sensor', 'captures');
    const wrong: string[] = [];
    let read = 0;
    let strictRead = 0;
    try {
      for (const truth of readTruths()) {
        const path = capturePath(truth.file);
        try {
          const { ledger, delivered } = await send(path, server.url, token);
          read++;
          if (!delivered) wrong.push(`${truth.file}: not all was acknowledged`);
          const inspected = await inspectFile(path);
          if (ledger.captured !== inspected.packets)
            wrong.push(`${truth.file}: captured ${ledger.captured}, inspect says ${inspected.packets}`);
          const sessions = await ask<{ id: number }[]>(server.url, 'sessions');
          const answer = await ledgerOf(server.url, sessions.at(-1)!.id);
          if (!answer.balances)
            wrong.push(
              `${truth.file}: ${JSON.stringify([...answer.sensors.flatMap(({ checks }) => checks), ...answer.stored].filter(({ holds }) => !holds))}`,
            );
          if (answer.sensors[0]?.server.packetsStored !== ledger.decoded)
            wrong.push(`${truth.file}: stored ${answer.sensors[0]?.server.packetsStored}, decoded ${ledger.decoded}`);
          if (!isStrict(truth)) continue;
          strictRead++;
          if (ledger.captured !== truth.packets.wireshark)
            wrong.push(`${truth.file}: captured ${ledger.captured} instead of ${truth.packets.wireshark}`);
        } catch (error) {
          if (!(error instanceof CaptureError && error.code === 'CAPTURE_NOT_A_CAPTURE')) throw error;
        }
      }
    } finally {
      await server.stop();
    }
    expect(wrong).toEqual([]);
    // Some captures of the set are of formats that are not read yet; a set that is hardly read at all is a mistake.
    expect(read).toBeGreaterThan(200);
    expect(strictRead).toBeGreaterThan(200);
  },
);

test.skipIf(capturesFolder === null)(
  'what inspect says of real captures is what others say',
  { timeout: 300_000 },
  async () => {
    const strict = readTruths().filter(isStrict);
    const exact = [];
    for (const truth of strict) {
      const report = await inspectFile(capturePath(truth.file));
      const { ip4 = 0, ip6 = 0, arp = 0 } = truth.tshark.l3 ?? {};
      const same =
        report.packets === truth.packets.wireshark &&
        report.outermost.ipv4 === ip4 &&
        report.outermost.ipv6 === ip6 &&
        report.outermost.arp === arp;
      if (same) exact.push(truth.file);
    }
    // What is missing are link types that are not read yet: they are counted by number, and nothing is made up.
    expect(exact.length).toBeGreaterThanOrEqual(190);
  },
);

if (capturesFolder === null) console.warn('KURAYAMI_CAPTURES is not set: the tests over real captures are skipped');
