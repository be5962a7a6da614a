/** From packets to the list of malicious sites: real exploits, and those of the simulator. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest } from '../support/api.ts';
import { capturePath, capturesFolder } from '../support/captures.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

interface Site {
  url: string;
  tool: string;
  steps: string[];
  packets: number;
  sources: number;
  sample: string[];
  sensors: string[];
  ids: string[];
}
interface Payload {
  id: string;
  packets: number;
  sites: number;
  hex: string;
}
interface PayloadSheet extends Payload {
  siteList: Site[];
  sample: string[];
}

const textOf = (hex: string) => Buffer.from(hex, 'hex').toString('latin1');
const sitesOf = ({ sites }: { sites: Site[] }) =>
  sites.map(({ tool, url, packets }) => `${packets} ${tool} ${url}`).sort();

async function startReading(capture: string, folder: string, ...options: string[]) {
  const data = join(folder, 'data');
  const made = await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data]);
  const analyst = { authorization: `Bearer ${made.stdout.trim()}` };
  const running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max', ...options]);
  const url = await addressOf(running, 60_000);
  const ledger = await ledgerAtRest(url, 60_000);
  const asks = <T>(path: string) => ask<T>(url, path, analyst);
  return { running, url, asks, ledger };
}

const exploits: Record<string, string[]> = {
  'arkime+arkime/pcap/adb.pcap': [
    '1 curl hxxp[:]//213[.]209[.]143[.]62/c.sh',
    '1 curl hxxp[:]//213[.]209[.]143[.]62/wget.sh',
    '1 wget hxxp[:]//213[.]209[.]143[.]62/w.sh',
    '1 wget hxxp[:]//213[.]209[.]143[.]62/wget.sh',
  ],
  'corelight+cve-2021-44228/testing/Traces/spcap-CEXKLs3NQWdEM2CoMj-1639421287179170294-1.pcap': [
    '1 jndi ldap[:]//45[.]83[.]193[.]150:1389/Exploit',
  ],
  // Hidden in the look-ups of Log4j, and behind percent signs.
  'fox-it+log4shell-pcaps/log4shell-ldap-pcaps/ldap-uri-params-ev3.pcap': [
    '1 jndi ldap[:]//34[.]91[.]73[.]37:1389/Basic/Command/Base64/cGluZyAtYyAxMCAxLjEuMS4x',
  ],
};

test.skipIf(capturesFolder === null).for(Object.entries(exploits))(
  'what the exploits in %s would fetch is listed, defanged, with who sent it',
  { timeout: 240_000 },
  async ([file, expected]) => {
    const { running, url, asks, ledger } = await startReading(capturePath(file), await testFolder());
    const stored = ledger.stored.find(({ sum }) => sum.startsWith('payloadPackets'))!;
    expect(stored).toMatchObject({ holds: true, inFlight: 0 });
    expect(stored.left).toBeGreaterThan(0);
    expect(ledger.sensors[0]!.payloads).toMatchObject({
      packets: stored.left,
      packetsSent: stored.left,
      packetsHeld: 0,
    });
    const list = await asks<{ total: number; sites: Site[] }>('malicious-sites');
    expect(sitesOf(list)).toEqual(expected);
    expect(list.total).toBe(expected.length);
    for (const site of list.sites) {
      expect(site.sources).toBe(1);
      expect(site.sample).toHaveLength(1);
      const sheet = await asks<PayloadSheet>(`payloads/${site.ids[0]}`);
      expect(sheet.siteList.map((one) => one.url)).toContain(site.url);
      expect(sheet.sample).toEqual(site.sample);
    }
    for (const path of ['payloads', 'malicious-sites']) await expect(ask(url, path), 'a viewer').rejects.toThrow(/403/);
    await interrupt(running);
  },
);

test('commands of the simulator: as they stand and hidden in base64; none without payloads', {
  timeout: 240_000,
}, async () => {
  const folder = await testFolder();
  const capture = join(folder, 'a.pcap');
  await program(['simulate', '--duration', '60', '--seed', '4', '--out', capture]);
  const { running, asks } = await startReading(capture, folder);
  const { sites } = await asks<{ sites: Site[] }>('malicious-sites');
  expect(sites.length).toBeGreaterThan(0);
  expect(sites.every((site) => /\[\.\]/.test(site.url) && !/https?:/.test(site.url))).toBe(true);
  const { payloads } = await asks<{ payloads: Payload[] }>('payloads?sites=true&order=packets');
  expect(payloads.length).toBeGreaterThan(0);
  for (const { hex, sites: count } of payloads) {
    expect(textOf(hex)).toMatch(/^(orf;|AA\0\0AAAA )/);
    expect(count).toBeGreaterThan(0);
  }
  await interrupt(running);

  const off = await startReading(capture, await testFolder(), '--payload-bytes', '0');
  expect(await off.asks('payloads')).toMatchObject({ total: 0 });
  await interrupt(off.running);
});
