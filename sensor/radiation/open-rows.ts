/** Rows of a batch that have no class yet. A rule keeps those that it does not match, so that later rules see fewer. */
export class OpenRows {
  rows: Uint32Array;
  count = 0;

  constructor(capacity: number) {
    this.rows = new Uint32Array(capacity);
  }

  clear(capacity: number): void {
    if (this.rows.length < capacity) this.rows = new Uint32Array(capacity);
    this.count = 0;
  }
}
