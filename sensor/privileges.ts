/**
 * A sensor that was started as root begins anew with the one right it needs, to open packet sockets, and as the user who
 * called sudo. Node cannot give up rights and keep one: setpriv(1) of util-linux can, for a process that it starts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';

/** Set for the process that was started with less, so that it does not start another. */
const MARK = 'KURAYAMI_FEWER_RIGHTS';
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Resolves to the exit code of the process that did the work in this one's place, or to null where there is nothing to
 * give up (or no way to), and this process goes on. `paths` are files and folders that it works with: where one is root's,
 * it goes on as root, without root's rights.
 */
export async function withFewerRights(
  log: (message: string) => void,
  paths: readonly string[],
): Promise<number | null> {
  const environment = process.env;
  if (process.getuid?.() !== 0 || environment[MARK] !== undefined || process.platform !== 'linux') return null;
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    log('goes on as root: setpriv of util-linux, by which it would give that up, is not there');
    return null;
  }
  const user = paths.some(isRoots) ? null : userOf(environment);
  const words = setprivWords(user);
  const tried = spawnSync('setpriv', [...words, process.execPath, '--version'], { encoding: 'utf8' });
  if (tried.status !== 0) {
    log(`goes on as root: giving that up does not work here (${tried.stderr.trim().slice(0, 200)})`);
    return null;
  }
  log(
    user === null
      ? 'started as root: goes on as root with the rights to capture (CAP_NET_RAW), and to start and end tcpdump as another user, alone'
      : `started as root: goes on as user ${user.uid} with the right to capture (CAP_NET_RAW) alone`,
  );
  return await runWith(words, environment);
}

/** Who called sudo; null where nobody did, for then there is no user of whom it is known that he can read the token. */
export function userOf({ SUDO_UID, SUDO_GID }: NodeJS.ProcessEnv): User | null {
  const [uid, gid] = [SUDO_UID, SUDO_GID].map((text) => (/^\d{1,10}$/.test(text ?? '') ? Number(text) : 0));
  return uid! > 0 && gid! > 0 ? { uid: uid!, gid: gid! } : null;
}

/** As root, tcpdump becomes another user by itself: it needs the rights to, and the sensor one to end it. */
export function setprivWords(user: User | null): string[] {
  const rights = user === null ? '+net_raw,+kill,+setuid,+setgid' : '+net_raw';
  const who = user === null ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return [
    ...who,
    `--inh-caps=-all,${rights}`,
    `--ambient-caps=-all,${rights}`,
    `--bounding-set=-all,${rights}`,
    '--no-new-privs',
  ];
}

function isRoots(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.uid === 0;
}

async function runWith(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn('setpriv', [...words, process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    // By the channel it learns, and stops, when this process is ended in a way that cannot be handed on.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...environment, [MARK]: '1' },
  });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}
