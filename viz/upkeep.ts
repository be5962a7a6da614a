/** What the page looks after now and then: the camera in the address, and whether the server has a newer page. */
import { putIntoAddress, putIntoQuery } from './address.ts';
import { isNewerPageThere, runningParts } from './feed/versions.ts';
import type { Page } from './page.ts';
import { writeReplay } from './replay/replay-address.ts';
import { formatCamera } from './scene/camera.ts';

const CAMERA_MILLISECONDS = 1_000;
const MOMENT_MILLISECONDS = 1_000;
/** A wall of pages does not ask all at once when the server comes back. */
const MOST_WAIT_MILLISECONDS = 5_000;
/** A page may change without a new connection, behind a proxy or another host. */
const ASK_MILLISECONDS = 3_600_000;

export class Upkeep {
  readonly #page: Page;
  readonly #parts = runningParts();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Page) {
    this.#page = page;
  }

  start(): void {
    setInterval(() => this.#writeMoment(), MOMENT_MILLISECONDS);
    setInterval(() => this.#writeCamera(), CAMERA_MILLISECONDS);
    setInterval(() => this.askForNewerPage(), ASK_MILLISECONDS);
  }

  /** Soon; asked for again meanwhile, it is asked once. */
  askForNewerPage(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#compare(), Math.random() * MOST_WAIT_MILLISECONDS);
  }

  async #compare(): Promise<void> {
    const newerPage = await isNewerPageThere(this.#parts);
    const { state } = this.#page;
    if (newerPage !== null) state.versions = { ...state.versions, newerPage };
  }

  /** Of a replay; browsers allow an address to change a few times a second. What was dropped on the page is no link. */
  #writeMoment(): void {
    const { replay, dropped } = this.#page.state;
    if (replay === null || dropped) return;
    putIntoAddress((query) => writeReplay(replay, query));
  }

  /** At most once a second, however it is dragged; nothing while a kiosk shows its views in turn. */
  #writeCamera(): void {
    const { orbit, state } = this.#page;
    if (orbit === null || state.kioskSeconds !== null || document.hidden) return;
    const { held } = orbit;
    putIntoAddress((query) => putIntoQuery(query, 'camera', held === null ? '' : formatCamera(held)));
  }
}
