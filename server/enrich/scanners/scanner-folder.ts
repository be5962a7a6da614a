/** The operator's lists of research scanners: the files of a folder, read again when they change. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { MAX_LIST_BYTES, networkOf, readScannerList, type ScannerBlock, wordsNumber } from './scanner-list.ts';

const LOOK_EVERY_MILLISECONDS = 10_000;
const MAX_FILES = 100;
const ENDINGS = new Set(['.txt', '.list', '.json']);

export interface Scanner {
  readonly name: string;
  /** The file, without its ending. */
  readonly list: string;
}

/** Explained in docs/errors.md. */
type ScannerCode = 'SCANNERS_BAD_LINE' | 'SCANNERS_TOO_LARGE' | 'SCANNERS_UNREADABLE';
/** `file`: null for the folder itself. */
type Tell = (code: ScannerCode, file: string | null, message: string) => void;

interface ReadFile {
  readonly stamp: string;
  readonly list: string;
  readonly blocks: readonly ScannerBlock[];
  readonly problems: readonly string[];
}

export class ScannerFolder {
  readonly #folder: string;
  readonly #log: (message: string) => void;
  #files = new Map<string, ReadFile>();
  /** By length of the prefix, then network. */
  #byLength = new Map<number, Map<bigint, Scanner>>();
  /** Longest first: the narrowest block says most. */
  #lengths: number[] = [];
  #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** No folder (an empty name): no lists. `log` hears of what cannot be read, once. */
  constructor(folder: string, log: (message: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  start(): void {
    if (this.#folder === '') return;
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Of an address of four words; null where no list has it. */
  find(source: ArrayLike<number>): Scanner | null {
    const number = wordsNumber(source);
    for (const length of this.#lengths) {
      const found = this.#byLength.get(length)!.get(networkOf(number, length));
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Reads what changed since the last look; happens by itself. */
  look(): void {
    const told = new Set<string>();
    const files = this.#readFolder((code, file, message) => {
      told.add(`${nameOf(file)} ${message} [${code}]`);
    });
    for (const message of told) if (!this.#told.has(message)) this.#log(message);
    this.#told = told;
    const isSame =
      files.size === this.#files.size && [...files].every(([name, file]) => this.#files.get(name) === file);
    if (isSame) return;
    this.#files = files;
    this.#arrange();
  }

  #readFolder(tell: Tell): Map<string, ReadFile> {
    const files = new Map<string, ReadFile>();
    let names: string[];
    try {
      names = readdirSync(this.#folder)
        .filter((name) => ENDINGS.has(extname(name)) && !name.startsWith('.'))
        .sort();
    } catch (error) {
      tell('SCANNERS_UNREADABLE', null, (error as Error).message);
      // What was read before holds on: a folder that is away for a moment says nothing about scanners.
      return this.#files;
    }
    if (names.length > MAX_FILES)
      tell('SCANNERS_TOO_LARGE', null, `${names.length} files; the first ${MAX_FILES} are read`);
    for (const name of names.slice(0, MAX_FILES)) {
      const file = this.#readOne(name, tell);
      if (file === null) continue;
      files.set(name, file);
      for (const problem of file.problems) tell('SCANNERS_BAD_LINE', name, problem);
    }
    return files;
  }

  #readOne(name: string, tell: Tell): ReadFile | null {
    const path = join(this.#folder, name);
    const before = this.#files.get(name) ?? null;
    try {
      const { size, mtimeMs, ino } = statSync(path);
      const stamp = `${size} ${mtimeMs} ${ino}`;
      if (before?.stamp === stamp) return before;
      if (size > MAX_LIST_BYTES) {
        tell('SCANNERS_TOO_LARGE', name, `larger than ${MAX_LIST_BYTES} bytes, and not read`);
        return null;
      }
      const list = name.slice(0, -extname(name).length);
      const { blocks, problems } = readScannerList(readFileSync(path, 'utf8'), list);
      return { stamp, list, blocks, problems };
    } catch (error) {
      tell('SCANNERS_UNREADABLE', name, (error as Error).message);
      return before;
    }
  }

  /** Of equal blocks in several lists, the first list's holds. */
  #arrange(): void {
    const byLength = new Map<number, Map<bigint, Scanner>>();
    for (const { list, blocks } of this.#files.values())
      for (const { network, prefixLength, name } of blocks) {
        const networks = byLength.get(prefixLength) ?? new Map<bigint, Scanner>();
        byLength.set(prefixLength, networks);
        if (!networks.has(network)) networks.set(network, { name, list });
      }
    this.#byLength = byLength;
    this.#lengths = [...byLength.keys()].sort((a, b) => b - a);
  }
}

function nameOf(file: string | null): string {
  return file === null ? 'lists of scanners:' : `list of scanners ${file}:`;
}
