/**
 * Questions of panels to the API. A panel asks anew whenever it is updated; who is not shown does not, and what nobody asked
 * for lately is aborted. So a hidden panel, and a hidden tab, cost nothing.
 */
import { type Answer, AWAY, fetchAnswer, NO_ANSWER, QuestionError, unreadableError } from './answers.ts';
import { retryDelaySeconds } from './backoff.ts';

/** The server answers few at a time, of all who ask. */
const MOST_IN_FLIGHT = 4;
/** Panels are updated several times a second: who did not ask for this long is gone. */
const FORGOTTEN_MILLISECONDS = 3_000;
/** An answer of the server that says no is asked for again after this time: what it said may have become different. */
const REFUSED_MILLISECONDS = 30_000;
const MOST_KEPT = 96;
/** Without an end to a question a lost connection would wait for ever. */
const LONGEST_MILLISECONDS = 300_000;

export interface Asked<T> {
  /** Who asks: for one name there is one question at a time. */
  readonly name: string;
  /** Address below the page, such as `api/v1/top?by=port`. */
  readonly path: string;
  /** An answer that is older is asked for anew. */
  readonly keepSeconds: number;
  /** Throws QuestionError for what it cannot read. */
  read(body: unknown): T;
}

interface Slot {
  asked: Asked<unknown>;
  answer: Answer<unknown>;
  wantedMilliseconds: number;
  /** Not asked before this time. */
  againMilliseconds: number;
  failures: number;
  abort: AbortController | null;
}

interface Kept {
  readonly value: unknown;
  readonly cameMilliseconds: number;
}

type Fetching = typeof fetchAnswer;

export class Questions {
  readonly #arrived: () => void;
  readonly #fetch: Fetching;
  readonly #slots = new Map<string, Slot>();
  /** Answers by address, least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #inFlight = 0;
  #awayFailures = 0;
  #awayUntilMilliseconds = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `arrived` is called when an answer has changed. */
  constructor(arrived: () => void, fetching: Fetching = fetchAnswer) {
    this.#arrived = arrived;
    this.#fetch = fetching;
  }

  /** What is known now; and it is asked for, where it is not known or old. */
  ask<T>(asked: Asked<T>): Answer<T> {
    const now = Date.now();
    let slot = this.#slots.get(asked.name);
    if (slot === undefined) {
      slot = { asked, answer: NO_ANSWER, wantedMilliseconds: now, againMilliseconds: 0, failures: 0, abort: null };
      this.#slots.set(asked.name, slot);
      this.#turnTo(slot, asked);
    } else if (slot.asked.path !== asked.path) this.#turnTo(slot, asked);
    slot.wantedMilliseconds = now;
    return slot.answer as Answer<T>;
  }

  /** Who one is to the server has changed: what was answered is another's. */
  forget(): void {
    for (const slot of this.#slots.values()) slot.abort?.abort();
    this.#slots.clear();
    this.#kept.clear();
    this.#arrived();
  }

  /** The server is there again: nobody waits out the time until the next attempt. */
  retryNow(): void {
    this.#awayFailures = this.#awayUntilMilliseconds = 0;
  }

  /** Once for all that is asked in one go. */
  #workSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#work(), 0);
  }

  #turnTo(slot: Slot, asked: Asked<unknown>): void {
    this.#workSoon();
    slot.abort?.abort();
    slot.abort = null;
    slot.asked = asked;
    slot.failures = slot.againMilliseconds = 0;
    const kept = this.#kept.get(asked.path);
    const { value, cameMilliseconds } = kept ?? slot.answer;
    slot.answer = {
      ...NO_ANSWER,
      value,
      cameMilliseconds,
      isCurrent: kept !== undefined,
      isLoading: true,
    } as Slot['answer'];
    if (kept === undefined) return;
    slot.answer = { ...slot.answer, isLoading: false };
    slot.againMilliseconds = kept.cameMilliseconds + asked.keepSeconds * 1000;
  }

  /** Lets go of what nobody wants, and begins what may begin. */
  #work(): void {
    const now = Date.now();
    for (const [name, slot] of this.#slots) {
      if (now - slot.wantedMilliseconds <= FORGOTTEN_MILLISECONDS) continue;
      slot.abort?.abort();
      this.#slots.delete(name);
    }
    this.#timer = this.#slots.size === 0 ? undefined : setTimeout(() => this.#work(), 250);
    if (now < this.#awayUntilMilliseconds) return;
    for (const slot of this.#slots.values()) {
      if (this.#inFlight >= MOST_IN_FLIGHT) return;
      if (slot.abort === null && now >= slot.againMilliseconds) void this.#begin(slot);
    }
  }

  async #begin(slot: Slot): Promise<void> {
    const { asked } = slot;
    const abort = new AbortController();
    const tooLong = setTimeout(() => abort.abort(), LONGEST_MILLISECONDS);
    slot.abort = abort;
    this.#inFlight += 1;
    this.#tell(slot, { isLoading: true });
    const onProgress = (progress: number) => {
      if (slot.abort === abort) this.#tell(slot, { progress });
    };
    try {
      const value = asked.read(await this.#fetch(asked.path, abort.signal, onProgress));
      this.#awayFailures = 0;
      this.#keep(asked.path, value);
      if (slot.abort === abort) this.#took(slot, value);
    } catch (error) {
      if (slot.abort === abort) this.#failed(slot, error, abort.signal.aborted);
    } finally {
      clearTimeout(tooLong);
      this.#inFlight -= 1;
      if (slot.abort === abort) slot.abort = null;
      // The next in turn does not wait for the clock.
      this.#workSoon();
    }
  }

  #took(slot: Slot, value: unknown): void {
    slot.failures = 0;
    slot.againMilliseconds = Date.now() + slot.asked.keepSeconds * 1000;
    this.#tell(slot, { ...NO_ANSWER, value, isCurrent: true, cameMilliseconds: Date.now() });
  }

  /** The last answer stays, and it is said why there is no newer one. */
  #failed(slot: Slot, error: unknown, isTooLong: boolean): void {
    const { status, problem } = errorOf(error, isTooLong);
    const waitMilliseconds = retryDelaySeconds(slot.failures++, Math.random()) * 1000;
    const isRefused = status >= 200 && status < 500 && status !== 429 && problem.code !== 'API_BUSY';
    slot.againMilliseconds = Date.now() + (isRefused ? REFUSED_MILLISECONDS : waitMilliseconds);
    if (status === 0) {
      this.#awayUntilMilliseconds = Date.now() + retryDelaySeconds(this.#awayFailures++, Math.random()) * 1000;
    }
    this.#tell(slot, { isLoading: false, progress: null, problem });
  }

  #tell(slot: Slot, change: Partial<Answer<unknown>>): void {
    slot.answer = { ...slot.answer, ...change };
    this.#arrived();
  }

  #keep(path: string, value: unknown): void {
    this.#kept.delete(path);
    this.#kept.set(path, { value, cameMilliseconds: Date.now() });
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

/** Whatever it is, it is told and waited after: what is thrown on would be asked again at once, for ever. */
function errorOf(error: unknown, isTooLong: boolean): QuestionError {
  if (error instanceof QuestionError) return error;
  return isTooLong ? new QuestionError(0, { code: AWAY, detail: '' }) : unreadableError();
}
