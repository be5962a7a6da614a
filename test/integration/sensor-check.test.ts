/** `kurayami sensor --check`: what it says where all is well, and where it is not. */

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { pcapFile } from '../support/capture-bytes.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, program, runProgram } from '../support/program.ts';

const RECORD = { seconds: 1_700_000_000, nanoseconds: 0, packet: '00'.repeat(60) };

/** A file stands for the interface: it needs no right. */
async function check(server: string, token: string, more: string[] = []) {
  const folder = await testFolder();
  const capture = join(folder, 'made.pcap');
  await writeFile(capture, pcapFile([RECORD]));
  const tokenFile = join(folder, 'token');
  await writeFile(tokenFile, token);
  const words = [
    'sensor',
    '--check',
    '--read',
    capture,
    '--speed',
    'max',
    '--server',
    server,
    '--token-file',
    tokenFile,
  ];
  const { code, stdout, stderr } = await program([...words, ...more]);
  expect(stderr).toBe('');
  return { code, lines: stdout.trim().split('\n') };
}

async function serverWithTokens() {
  const folder = await testFolder();
  const running = runProgram(['server', '--port', '0', '--data', folder]);
  const address = await addressOf(running);
  const add = async (role: string) =>
    (await program(['token', 'add', '--role', role, '--name', `a ${role}`, '--data', folder])).stdout.trim();
  return { address: address.replace('http', 'ws').replace(/\/$/, ''), add };
}

test('where all is well it says so, line by line', async () => {
  const { address, add } = await serverWithTokens();
  const { code, lines } = await check(address, await add('sensor'), ['--spool', join(await testFolder(), 'spool')]);
  expect(lines).toEqual([
    expect.stringMatching(/^ok {7}capture {2}made\.pcap: 1 packets in a second$/),
    'ok       spool    can be written',
    expect.stringMatching(/^ok {7}server {3}127\.0\.0\.1:\d+ knows this sensor's token$/),
    'ok       clock    as the server’s, to the second',
  ]);
  expect(code).toBe(0);
});

test('a token that is none, or not a sensor’s, is told', async () => {
  const { address, add } = await serverWithTokens();
  const wrong = await check(address, 'kura_nothing');
  expect(wrong.code).toBe(1);
  expect(wrong.lines[2]).toMatch(/^PROBLEM {2}server .*refuses the token.*token add.*\[ACCESS_/);
  const viewer = await check(address, await add('viewer'));
  expect(viewer.code).toBe(1);
  expect(viewer.lines[2]).toContain('--role sensor');
});

test('a server that is away, and one that is another, are told', async () => {
  const away = await check('ws://127.0.0.1:1', 'any');
  expect(away.code).toBe(1);
  expect(away.lines[2]).toContain('127.0.0.1:1 cannot be reached');
  expect(away.lines[3]).toMatch(/^PROBLEM {2}clock/);
  const another = createServer((_, response) => {
    response.setHeader('date', new Date(Date.now() - 90_000).toUTCString());
    response.end('<html>'.repeat(100_000));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void another.close());
  await once(another, 'listening');
  const { port } = another.address() as AddressInfo;
  const { code, lines } = await check(`ws://127.0.0.1:${port}`, 'any');
  expect(code).toBe(1);
  expect(lines[2]).toContain('no Kurayami server (status 200)');
  expect(lines[3]).toMatch(/clock is (89|90)\.\d s ahead of the server's: set both by NTP/);
});
