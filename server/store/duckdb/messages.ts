/** What the thread that owns the database and the thread that asks say to each other. */
import { StoreError } from '../stores.ts';
import type { DuckDbOptions, OperationName } from './operations.ts';

export interface WorkerStart {
  readonly folder: string;
  readonly options: DuckDbOptions;
  /** One shared word: 0 while the database may be in use, 1 once it is closed. Can be waited for without an event loop. */
  readonly closed: Int32Array;
}

/** Arguments are those of the operation; `close` has none. `canEnd`: behind them stood a signal, which crosses no border. */
export interface WorkerRequest {
  readonly id: number;
  readonly operation: OperationName | 'close';
  readonly values: readonly unknown[];
  readonly canEnd?: boolean;
}

/** Nobody waits for the answer to this question any more. */
export interface WorkerGone {
  readonly gone: number;
}

/** Errors cross the border as their parts: a class does not survive the copy. */
export interface ErrorParts {
  readonly kind: 'store' | 'range' | 'other';
  readonly code: StoreError['code'] | null;
  readonly message: string;
}

export type WorkerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorParts }
  | { readonly opened: readonly string[] }
  | { readonly refused: ErrorParts };

export function partsOf(error: unknown): ErrorParts {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError) return { kind: 'store', code: error.code, message };
  return { kind: error instanceof RangeError ? 'range' : 'other', code: null, message };
}

export function errorOf({ kind, code, message }: ErrorParts): Error {
  if (kind === 'store') return new StoreError(code ?? 'STORE_FAILED', message);
  return kind === 'range' ? new RangeError(message) : new StoreError('STORE_FAILED', message);
}
