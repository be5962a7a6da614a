/** A capture that lies in a file, or comes through standard input. `open` throws CaptureError. */

import { Capture } from './bytes/capture.ts';
import { openBytes, openRaw } from './open-bytes.ts';

export class CaptureFile extends Capture {
  readonly path: string;

  constructor(path: string) {
    super({ openRaw: () => openRaw(path), openBytes: (raw) => openBytes(raw, path) });
    this.path = path;
  }
}
