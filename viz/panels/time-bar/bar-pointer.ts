/** The pointer on the time bar: a click goes there, a drag chooses a span, a drag of the moment itself scrubs. */
export interface BarPointerOptions {
  /** Place of the moment that is shown, between 0 and 1 of the width. */
  head(): number;
  seek(share: number): void;
  choose(fromShare: number, toShare: number): void;
  /** While it is dragged; null when that ends. */
  preview(shares: readonly [number, number] | null): void;
  zoom(share: number, factor: number): void;
  whole(): void;
}

/** A hand is not still. */
const DRAG_PIXELS = 5;
const HEAD_PIXELS = 9;
/** A moment is asked for so often while one scrubs. */
const SCRUB_MILLISECONDS = 150;
const ZOOM = 1.25;

export function listenOnBar(bar: HTMLElement, options: BarPointerOptions): void {
  let begin: { readonly share: number; readonly x: number; readonly isScrub: boolean } | null = null;
  let isDragged = false;
  const scrub = new Scrub(options.seek);
  const shareOf = ({ clientX }: MouseEvent) => {
    const { left, width } = bar.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left) / Math.max(1, width)));
  };
  bar.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const share = shareOf(event);
    const pixels = Math.abs(share - options.head()) * bar.clientWidth;
    begin = { share, x: event.clientX, isScrub: event.shiftKey || pixels <= HEAD_PIXELS };
    isDragged = false;
    bar.setPointerCapture(event.pointerId);
  });
  bar.addEventListener('pointermove', (event) => {
    if (begin === null) return;
    isDragged ||= Math.abs(event.clientX - begin.x) >= DRAG_PIXELS;
    if (!isDragged) return;
    if (!begin.isScrub) options.preview([begin.share, shareOf(event)]);
    else scrub.to(shareOf(event));
  });
  bar.addEventListener('pointerup', (event) => {
    if (begin === null) return;
    const { share, isScrub } = begin;
    begin = null;
    scrub.stop();
    options.preview(null);
    if (isDragged && !isScrub) options.choose(Math.min(share, shareOf(event)), Math.max(share, shareOf(event)));
    else options.seek(shareOf(event));
  });
  bar.addEventListener('pointercancel', () => {
    begin = null;
    scrub.stop();
    options.preview(null);
  });
  bar.addEventListener('dblclick', options.whole);
  bar.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      options.zoom(shareOf(event), event.deltaY > 0 ? ZOOM : 1 / ZOOM);
    },
    { passive: false },
  );
}

/** Asks for moments now and then while one scrubs, and for the one at which the hand rests. */
class Scrub {
  readonly #seek: (share: number) => void;
  #askedMilliseconds = Number.NEGATIVE_INFINITY;
  #wanted = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(seek: (share: number) => void) {
    this.#seek = seek;
  }

  to(share: number): void {
    this.#wanted = share;
    const left = this.#askedMilliseconds + SCRUB_MILLISECONDS - performance.now();
    if (left <= 0) this.#ask();
    else this.#timer ??= setTimeout(() => this.#ask(), left);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ask(): void {
    this.stop();
    this.#askedMilliseconds = performance.now();
    this.#seek(this.#wanted);
  }
}
