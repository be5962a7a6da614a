/** What a page asks for: its filter. All of it is bounded, and what is wrong is answered with a code. */

import { parseFilter, printFilter } from '../../shared/filter/index.ts';
import { MAX_TEXT_CHARACTERS } from '../../shared/filter/lexer.ts';
import { decodeFrame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { ErrorMessage, FilterRequest } from '../../shared/wire/messages.ts';
import { WireError } from '../../shared/wire/wire-error.ts';
import { resolveFilter } from '../api/filter.ts';
import { ApiError, asApiError } from '../api/problem.ts';
import { nodePlatform } from '../ingest/platform.ts';
import type { LiveHub } from './live-hub.ts';
import type { Viewer } from './viewer.ts';

/** A filter of the longest text is shorter, however it is written in JSON. */
export const MAX_REQUEST_BYTES = 65_536;
/** So many may come at once, and then so many a second, as a page does when somebody clicks through numbers. */
const BURST_REQUESTS = 10;
const REQUESTS_PER_SECOND = 2;

export class ViewerRequests {
  readonly #viewer: Viewer;
  readonly #live: LiveHub;
  #budget = BURST_REQUESTS;
  #budgetAt = performance.now();
  /** Counts requests: an answer that comes behind that of a later one is void. */
  #newest = 0;

  constructor(viewer: Viewer, live: LiveHub) {
    this.#viewer = viewer;
    this.#live = live;
  }

  async take(bytes: Uint8Array): Promise<void> {
    if (!this.#mayAsk()) {
      this.#say({ code: 'TOO_MANY_MESSAGES', message: `a page may ask ${REQUESTS_PER_SECOND} times a second` });
      this.#viewer.close(1008, 'TOO_MANY_MESSAGES');
      return;
    }
    try {
      const request = readRequest(bytes);
      if (request !== null) await this.#setFilter(request.filter);
    } catch (error) {
      this.#refuse(error as Error);
    }
  }

  #mayAsk(): boolean {
    const now = performance.now();
    const earned = ((now - this.#budgetAt) / 1000) * REQUESTS_PER_SECOND;
    this.#budget = Math.min(BURST_REQUESTS, this.#budget + earned) - 1;
    this.#budgetAt = now;
    return this.#budget >= 0;
  }

  async #setFilter(text: string): Promise<void> {
    const asked = ++this.#newest;
    try {
      const { filter } = await resolveFilter(text, this.#live.catalog, this.#viewer.seesTargets);
      if (asked !== this.#newest) return;
      const key = filter === undefined ? '' : printFilter(parseFilter(text));
      this.#live.setFilter(this.#viewer, filter === undefined ? null : { key, condition: filter, text });
    } catch (error) {
      if (asked !== this.#newest) return;
      // What was not asked for is not shown in its place.
      this.#live.holdBack(this.#viewer);
      this.#refuse(error as Error, text);
    }
  }

  #refuse(error: Error, filter?: string): void {
    const { code, message, position } =
      error instanceof WireError ? new ApiError(400, error.code, error.message) : asApiError(error);
    this.#say({ code, message, ...(filter === undefined ? {} : { filter }), ...(position ? { position } : {}) });
  }

  #say(message: ErrorMessage): void {
    this.#viewer.send(encodeJsonFrame(FrameKind.error, message));
  }
}

/** Null for kinds that belong to later pages. Throws WireError, ApiError. */
function readRequest(bytes: Uint8Array): FilterRequest | null {
  if (bytes.length > MAX_REQUEST_BYTES) throw tooLarge(`a message of ${bytes.length} bytes`);
  const frame = decodeFrame(bytes, { crc32: nodePlatform.crc32 });
  if (frame.kind !== FrameKind.filter) return null;
  const message = decodeJsonFrame(frame) as Partial<FilterRequest> | null;
  const filter = message?.filter;
  if (typeof filter !== 'string') throw new WireError('WIRE_BAD_MESSAGE', 'the message names no filter');
  // Not repeated in the answer, as others are.
  if (filter.length > MAX_TEXT_CHARACTERS) throw tooLarge(`a filter of ${filter.length} characters`);
  return { filter };
}

function tooLarge(what: string): ApiError {
  return new ApiError(400, 'FILTER_TOO_LARGE', `${what}: filters of up to ${MAX_TEXT_CHARACTERS} characters are read`);
}
