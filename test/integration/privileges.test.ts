/** What a sensor that was started as root may still do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { setprivWords, userOf } from '../../sensor/privileges.ts';
import { testFolder } from '../support/folders.ts';
import { interrupt, runProgram, until } from '../support/program.ts';

const NOBODY = 65_534;
const has = (command: string) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
const possible = process.getuid?.() === 0 && has('setpriv') && has('ip') && has('tcpdump') && canMakeNamespaces();
if (!possible) console.warn('not root, or ip, setpriv or tcpdump is missing: giving up rights is not tested');

function canMakeNamespaces(): boolean {
  const name = `kurayami-right-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0;
  if (made) spawnSync('ip', ['netns', 'delete', name]);
  return made;
}

function makeNamespace(): string[] {
  const name = `kurayami-rights-${process.pid}`;
  const inside = (...words: string[]) => execFileSync('ip', ['netns', 'exec', name, ...words]);
  execFileSync('ip', ['netns', 'add', name]);
  onTestFinished(() => void spawnSync('ip', ['netns', 'delete', name]));
  inside('sysctl', '-q', '-w', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1');
  inside('ip', 'link', 'set', 'lo', 'up');
  inside('ip', 'link', 'add', 'sky', 'type', 'veth', 'peer', 'name', 'dark');
  for (const end of ['sky', 'dark']) inside('ip', 'link', 'set', end, 'up');
  return ['ip', 'netns', 'exec', name];
}

/** Rights of a process and of all that it started. */
function rightsBelow(pid: number): Record<string, string>[] {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const fields = Object.fromEntries(status.split('\n').map((line) => line.split(':\t')));
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [fields, ...children.flatMap(rightsBelow)];
}

const NET_RAW = '0000000000002000';
const NET_RAW_AND_USER = '00000000000020e0';

test.skipIf(!possible).for([
  { sudo: { SUDO_UID: String(NOBODY), SUDO_GID: String(NOBODY) }, uid: NOBODY, rights: NET_RAW },
  { sudo: {}, uid: 0, rights: NET_RAW_AND_USER },
])(
  'started as root with %j, everything that works has few rights',
  { timeout: 60_000 },
  async ({ sudo, uid, rights }) => {
    const before = makeNamespace();
    const folder = await testFolder();
    chownSync(folder, uid, uid);
    const words = ['start', '--port', '8600', '--data', join(folder, 'data'), '--interface', 'dark'];
    const running = runProgram([...words, '--backend', 'tcpdump'], { before, environment: sudo });
    const listening = async () =>
      readdirSync(join(folder, 'data')).includes('sensor.token') ? rightsBelow(running.process.pid!) : [];
    const found = await until(
      'tcpdump',
      () => listening().catch(() => []),
      (all) => all.some(({ Name }) => Name === 'tcpdump'),
    );
    // The first is the one that was started as root: it only waits.
    const working = found.slice(1).filter(({ Name }) => Name !== 'setpriv');
    expect(working.length).toBeGreaterThanOrEqual(3);
    for (const { Name, Uid, CapEff, CapBnd, NoNewPrivs } of working) {
      if (Name === 'tcpdump' && uid === 0) continue;
      expect([Name, Uid!.split('\t')[0], CapEff, CapBnd, NoNewPrivs]).toEqual([Name, String(uid), rights, rights, '1']);
    }
    const ended = await interrupt(running);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('CAP_NET_RAW');
    // Nothing is left over, whoever it belongs to by now.
    for (const { Pid } of found) expect(existsSync(`/proc/${Pid}`)).toBe(false);
  },
);

test.skipIf(!possible)(
  'it ends with the one that was started as root, however that ends',
  { timeout: 60_000 },
  async () => {
    const before = makeNamespace();
    const folder = await testFolder();
    const words = ['start', '--port', '8600', '--data', join(folder, 'data'), '--interface', 'dark'];
    const running = runProgram([...words, '--backend', 'tcpdump'], { before });
    const found = await until(
      'tcpdump',
      async () => rightsBelow(running.process.pid!),
      (all) => all.some(({ Name }) => Name === 'tcpdump'),
    );
    // `ip netns exec` becomes the program: its process is the one that waits.
    running.process.kill('SIGKILL');
    const left = async () => found.slice(1).filter(({ Pid }) => existsSync(`/proc/${Pid}`)).length;
    await until('everything’s end', left, (count) => count === 0, 20_000);
  },
);

test('who called sudo is whom the sensor becomes; what is no user is nobody', () => {
  expect(userOf({ SUDO_UID: '1000', SUDO_GID: '1000' })).toEqual({ uid: 1000, gid: 1000 });
  for (const uid of ['0', '-1', '1 000', '', '1e3', undefined])
    expect(userOf({ SUDO_UID: uid, SUDO_GID: '1000' })).toBeNull();
});

test('nothing but the right to capture is left to a user', () => {
  expect(setprivWords({ uid: 7, gid: 8 })).toEqual([
    '--reuid=7',
    '--regid=8',
    '--clear-groups',
    '--inh-caps=-all,+net_raw',
    '--ambient-caps=-all,+net_raw',
    '--bounding-set=-all,+net_raw',
    '--no-new-privs',
  ]);
});
