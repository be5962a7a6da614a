/** Lines that the server will never take, with its reason: put aside, not lost; and bounded. */
import { appendFile, stat } from 'node:fs/promises';

export const MAX_REFUSED_FILE_BYTES = 64 * 1024 * 1024;

export class RefusedFile {
  readonly #path: string;
  readonly #maxBytes: number;
  /** Lines for which there was no room or no disk. */
  notKept = 0;

  constructor(path: string, maxBytes = MAX_REFUSED_FILE_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
  }

  async add(lines: readonly string[], retentionPolicy: string, reason: string): Promise<void> {
    const head = `# ${new Date().toISOString()} retention policy ${retentionPolicy}: ${reason.replaceAll('\n', ' ')}`;
    const text = `${head}\n${lines.join('\n')}\n`;
    const size = await stat(this.#path).then(
      (file) => file.size,
      () => 0,
    );
    if (size + text.length > this.#maxBytes) this.notKept += lines.length;
    // A full disk must not keep the lines that are good from being written.
    else
      await appendFile(this.#path, text, { mode: 0o600 }).catch(() => {
        this.notKept += lines.length;
      });
  }
}
