/** A page that hands files to workers and asks about them, for dropped-file.test.ts. */
import { decodeFrame } from '../../../shared/wire/frame.ts';
import { decodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { frameToStreaks } from '../../../shared/wire/streaks.ts';
import { type StretchHead, type StretchRequest, splitFrames } from '../../../shared/wire/stretch.ts';
import { QuestionError } from '../../../viz/feed/answers.ts';
import {
  type DroppedFile,
  type DroppedProgress,
  type DroppedSummary,
  type FlowPacketsQuery,
  type OpenOptions,
  openDroppedFile,
} from '../../../viz/worker/dropped-file.ts';

export type Told<Value> =
  | { readonly value: Value }
  | { readonly status: number; readonly code: string; detail: string };

export interface ToldStreaks {
  readonly family: number;
  readonly time: readonly number[];
  readonly source: readonly number[];
  readonly target: readonly number[] | null;
  readonly country: readonly number[];
  readonly place: readonly number[];
}

export interface ToldStretch {
  readonly head: StretchHead;
  readonly streaks: readonly ToldStreaks[];
  /** Of all bytes of the body. */
  readonly digest: string;
}

const input = document.querySelector('input')!;
const signal = () => new AbortController().signal;
const opened: { file: DroppedFile; progress: DroppedProgress[] }[] = [];
const fileOf = (handle: number) => opened[handle]!.file;

async function told<Value>(asking: Promise<Value>): Promise<Told<Value>> {
  try {
    return { value: await asking };
  } catch (error) {
    if (!(error instanceof QuestionError)) return { status: -1, code: String(error), detail: '' };
    return { status: error.status, ...error.problem };
  }
}

async function readStretch(body: Uint8Array<ArrayBuffer>): Promise<ToldStretch> {
  const [head, ...streaks] = splitFrames(body).map((frame) => decodeFrame(frame));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return {
    head: decodeJsonFrame(head!) as StretchHead,
    streaks: streaks.map((frame) => {
      const { family, time, source, target, country, place } = frameToStreaks(frame);
      const list = (column: ArrayLike<number>) => Array.from(column);
      return {
        family,
        time: list(time),
        source: list(source),
        target: target && list(target),
        country: list(country),
        place: list(place),
      };
    }),
    digest: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

const dropped = {
  open(index: number, options: Omit<OpenOptions, 'onProgress'> = {}): number {
    const progress: DroppedProgress[] = [];
    const file = openDroppedFile(input.files![index]!, { ...options, onProgress: (now) => progress.push(now) });
    return opened.push({ file, progress }) - 1;
  },

  done: (handle: number): Promise<Told<DroppedSummary>> => told(fileOf(handle).done),
  progress: (handle: number): DroppedProgress[] => opened[handle]!.progress,

  async stretch(handle: number, request: StretchRequest): Promise<Told<ToldStretch>> {
    return told(fileOf(handle).stretch(request, signal()).then(readStretch));
  },

  answer: (handle: number, path: string): Promise<Told<unknown>> =>
    told(fileOf(handle).answer(path, signal(), () => undefined)),

  packets: (handle: number, query: FlowPacketsQuery) =>
    told(
      fileOf(handle)
        .packets(query, signal())
        .then(({ packets, isCut }) => ({
          isCut,
          packets: packets.map(({ bytes, ...packet }) => ({ ...packet, bytes: Array.from(bytes) })),
        })),
    ),

  /** What an answer says that is aborted at once. */
  async aborted(handle: number, path: string): Promise<string> {
    const controller = new AbortController();
    const asking = fileOf(handle).answer(path, controller.signal, () => undefined);
    controller.abort(new Error('stopped by the test'));
    return asking.then(
      () => 'answered',
      (error: Error) => error.message,
    );
  },

  close: (handle: number): void => fileOf(handle).close(),

  /** Milliseconds until the first stretch of the file is there, while the rest is read, and the longest that this thread was kept. */
  async firstPicture(
    index: number,
  ): Promise<{ milliseconds: number; longestBlock: number; bytesRead: number; all: number }> {
    const begun = performance.now();
    let longestBlock = 0;
    let before = begun;
    const beat = setInterval(() => {
      const now = performance.now();
      longestBlock = Math.max(longestBlock, now - before);
      before = now;
    }, 5);
    let file!: DroppedFile;
    const { firstSeconds, bytesRead } = await new Promise<DroppedProgress>((resolve) => {
      file = openDroppedFile(input.files![index]!, {
        onProgress(progress) {
          if (progress.readySeconds !== null && progress.firstSeconds !== null) resolve(progress);
        },
      });
    });
    const fromSeconds = Math.floor(firstSeconds!);
    await file.stretch({ session: 1, fromSeconds, toSeconds: fromSeconds + 1, filter: '', most: 60_000 }, signal());
    const milliseconds = performance.now() - begun;
    await file.done;
    clearInterval(beat);
    const all = performance.now() - begun;
    file.close();
    return { milliseconds, longestBlock, bytesRead, all };
  },
};

export type Dropped = typeof dropped;
Object.assign(window, { dropped });
