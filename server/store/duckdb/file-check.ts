/** Whether sealed files are there as they were written. What is not is said, and left out of answers, until it is back. */
import { stat } from 'node:fs/promises';
import { type Connections, inTransaction } from './connections.ts';
import { absolutePath, readParquet } from './flow-files.ts';
import type { FlowParts, HotPart, SealedFile } from './flow-parts.ts';
import { setFileState } from './flow-tables.ts';
import type { ProblemBook } from './problem-book.ts';
import { isOfCircumstances } from './store-errors.ts';

export class FileCheck {
  readonly #connections: Connections;
  readonly #parts: FlowParts;
  readonly #folder: string;
  readonly #problems: ProblemBook;

  constructor(connections: Connections, parts: FlowParts, folder: string, problems: ProblemBook) {
    this.#connections = connections;
    this.#parts = parts;
    this.#folder = folder;
    this.#problems = problems;
  }

  /** Every file against its length. At opening; files that are back count again. */
  async all(): Promise<void> {
    const [lost, back]: [SealedFile[], SealedFile[]] = [[], []];
    for (const file of this.#parts.files.values()) {
      // Retention counted it already, and could not delete it yet.
      if (file.state === 'expired') continue;
      const isThere = await this.#hasItsLength(file);
      if (isThere === (file.state === 'present')) continue;
      (isThere ? back : lost).push(file);
    }
    await this.#set(back, 'present');
    await this.#set(lost, 'missing');
    const missing = [...this.#parts.files.values()].filter(({ state }) => state === 'missing');
    this.#note(missing);
  }

  /** After a query failed: whether something it read is gone, so that it may be asked anew. Looks at contents last. */
  async isOutdated({ hot, files }: { hot: readonly HotPart[]; files: readonly SealedFile[] }): Promise<boolean> {
    // Who sealed or deleted may be about to say so.
    await this.#connections.write(async () => undefined);
    const isListed = (file: SealedFile) => this.#parts.files.get(file.path) === file && file.state === 'present';
    if (hot.some((part) => !this.#parts.hot.has(part)) || !files.every(isListed)) return true;
    const lost: SealedFile[] = [];
    for (const file of files) if (!(await this.#hasItsLength(file))) lost.push(file);
    if (lost.length === 0) for (const file of files) if (!(await this.#canBeRead(file))) lost.push(file);
    // Retention may have taken it while we looked: then it is not missing.
    const missing = lost.filter(isListed);
    await this.#set(missing, 'missing');
    this.#note(missing);
    return lost.length > 0;
  }

  #note(missing: readonly SealedFile[]): void {
    if (missing.length > 0)
      this.#problems.note('STORE_FILE_MISSING', sentenceOf(missing), `missing ${missing[0]!.path}`);
  }

  async #hasItsLength({ path, fileBytes }: SealedFile): Promise<boolean> {
    return await stat(absolutePath(this.#folder, path)).then(
      ({ size }) => size === fileBytes,
      () => false,
    );
  }

  async #canBeRead({ path }: SealedFile): Promise<boolean> {
    const source = readParquet([absolutePath(this.#folder, path)]);
    return await this.#connections.readPatiently(`SELECT bit_xor(hash(file)) FROM ${source} AS file`).then(
      () => true,
      // Where it could not be tried, it is not said to be lost.
      isOfCircumstances,
    );
  }

  async #set(files: readonly SealedFile[], state: 'present' | 'missing'): Promise<void> {
    if (files.length === 0) return;
    await this.#connections.write(async (writer) => {
      await inTransaction(writer, async () => {
        for (const file of files) await setFileState(writer, file, state);
      });
      for (const file of files) file.state = state;
    });
  }
}

function sentenceOf(files: readonly SealedFile[]): string {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const others = files.length > 1 ? ` and ${files.length - 1} more files are` : ' is';
  return (
    `flows/${files[0]!.path}${others} missing or damaged: ${rows} flows are not shown, and counted as missing; ` +
    'put the file back from a copy, and they are there after the next start'
  );
}
