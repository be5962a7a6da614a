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

interface ReadFile {
  readonly stamp: string;
  readonly list: string;
  readonly blocks: readonly ScannerBlock[];
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
    const files = this.#readFolder((message) => told.add(message));
    for (const message of told) if (!this.#told.has(message)) this.#log(message);
    this.#told = told;
    const isSame =
      files.size === this.#files.size && [...files].every(([name, file]) => this.#files.get(name) === file);
    if (isSame) return;
    this.#files = files;
    this.#arrange();
  }

  #readFolder(tell: (message: string) => void): Map<string, ReadFile> {
    const files = new Map<string, ReadFile>();
    let names: string[];
    try {
      names = readdirSync(this.#folder)
        .filter((name) => ENDINGS.has(extname(name)) && !name.startsWith('.'))
        .sort();
    } catch (error) {
      tell(`lists of scanners: ${(error as Error).message} [SCANNERS_UNREADABLE]`);
      // What was read before holds on: a folder that is away for a moment says nothing about scanners.
      return this.#files;
    }
    if (names.length > MAX_FILES)
      tell(`lists of scanners: ${names.length} files; the first ${MAX_FILES} are read [SCANNERS_TOO_LARGE]`);
    for (const name of names.slice(0, MAX_FILES)) {
      const file = this.#readOne(name, tell);
      if (file !== null) files.set(name, file);
    }
    return files;
  }

  #readOne(name: string, tell: (message: string) => void): ReadFile | null {
    const path = join(this.#folder, name);
    const before = this.#files.get(name) ?? null;
    try {
      const { size, mtimeMs, ino } = statSync(path);
      const stamp = `${size} ${mtimeMs} ${ino}`;
      if (before?.stamp === stamp) {
        // What is wrong with a file stays said.
        for (const message of this.#told) if (message.startsWith(`list of scanners ${name}:`)) tell(message);
        return before;
      }
      if (size > MAX_LIST_BYTES) {
        tell(`list of scanners ${name}: larger than ${MAX_LIST_BYTES} bytes, and not read [SCANNERS_TOO_LARGE]`);
        return null;
      }
      const list = name.slice(0, -extname(name).length);
      const { blocks, problems } = readScannerList(readFileSync(path, 'utf8'), list);
      for (const problem of problems) tell(`list of scanners ${name}: ${problem} [SCANNERS_BAD_LINE]`);
      return { stamp, list, blocks };
    } catch (error) {
      tell(`list of scanners ${name}: ${(error as Error).message} [SCANNERS_UNREADABLE]`);
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
