/** Captures that are opened on the page: dropped on it, or chosen. One at a time. */

import { putIntoAddress } from '../address.ts';
import type { Problem } from '../feed/answers.ts';
import type { Page } from '../page.ts';
import type { DroppedProgress } from '../worker/dropped-file.ts';
import { Dropped } from './dropped.ts';
import type { PlayedSession } from './player.ts';
import { writeReplay } from './replay-address.ts';

export class PageFiles {
  readonly #page: Page;
  /** What is shown, or is to be shown as soon as it can be. */
  #dropped: Dropped | null = null;
  /** What is being opened, while something else is still shown. */
  #opening: Dropped | null = null;

  constructor(page: Page) {
    this.#page = page;
  }

  open(file: File): void {
    this.#opening?.close();
    this.#page.state.replayProblem = null;
    const dropped: Dropped = new Dropped(file, {
      ready: (session) => this.#show(dropped, session),
      grew: (session) => this.#grow(dropped, session),
      progress: (progress) => this.#tell(dropped, progress),
      failed: (problem) => this.#fail(dropped, problem),
    });
    this.#opening = dropped;
  }

  /** What was dropped is let go: live, or another session, is shown. */
  close(): void {
    if (this.#dropped === null) return;
    this.#dropped.close();
    this.#dropped = null;
    this.#page.state.reading = null;
    this.#page.askElsewhere(null, null);
  }

  #show(dropped: Dropped, session: PlayedSession): void {
    if (this.#opening !== dropped) return;
    this.#opening = null;
    this.#dropped?.close();
    this.#dropped = dropped;
    const { replay } = this.#page;
    this.#page.askElsewhere(dropped.answer, dropped.packets);
    // A link cannot show it to anybody else.
    putIntoAddress((query) => writeReplay(null, query));
    replay.open(session, dropped.file, {});
    this.#tellFacts(dropped);
  }

  #grow(dropped: Dropped, session: PlayedSession): void {
    if (this.#dropped !== dropped) return;
    this.#page.replay.player?.setSession(session);
    this.#tellFacts(dropped);
  }

  #tell(dropped: Dropped, { bytesRead, totalBytes, packets, packetsNotHeld }: DroppedProgress): void {
    if (this.#dropped !== dropped && this.#opening !== dropped) return;
    const share = totalBytes === 0 ? 1 : bytesRead / totalBytes;
    this.#page.state.reading = share >= 1 && packetsNotHeld === 0 ? null : { share, packets, packetsNotHeld };
  }

  #fail(dropped: Dropped, problem: Problem): void {
    if (this.#opening !== dropped) return;
    this.#opening = null;
    dropped.close();
    this.#page.state.reading = null;
    this.#page.state.replayProblem = problem;
    this.#page.updatePanels();
  }

  #tellFacts(dropped: Dropped): void {
    const { credits, ledger, sensors } = dropped;
    this.#page.replay.tellFacts({ credits, sensors, ...(ledger === null ? {} : { ledger }) });
  }
}

/** Files may be dropped anywhere on the page. */
export function listenToDrops(page: Page): void {
  const { classList } = document.documentElement;
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true;
  window.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    classList.add('dragging');
  });
  window.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) classList.remove('dragging');
  });
  window.addEventListener('drop', (event) => {
    classList.remove('dragging');
    if (!hasFiles(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) page.openFile(file);
  });
}
