/** Simulations into files and pipes. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Simulation, TruthActor } from './simulation.ts';

export interface SimulationProgress {
  readonly packets: number;
  readonly bytes: number;
}

export interface WriteSimulationOptions {
  readonly simulation: Simulation;
  /** Capture time to generate; may be infinite if `signal` or the reader of the pipe ends it. */
  readonly durationSeconds: number;
  /** A file for the packets, or `-` for standard output; without it they are only counted. */
  readonly out?: string;
  /** A file for the truth: one JSON object a line, one line an actor. */
  readonly truth?: string;
  /** Ends early; what was written stays whole, and the truth is that of what was written. */
  readonly signal?: AbortSignal;
  /** Called after each piece of about a megabyte. */
  onProgress?(progress: SimulationProgress): void;
}

const PIECE_BYTES = 1 << 20;

/** Writes a whole capture and the truth about it; each piece is taken before the next is made. */
export async function writeSimulation(options: WriteSimulationOptions): Promise<SimulationProgress> {
  const { simulation, durationSeconds, out, truth, signal, onProgress } = options;
  const sink = await openSink(out);
  let bytes = 0;
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    let taken = await sink.write(simulation.header);
    bytes += simulation.header.length;
    while (taken && !signal?.aborted) {
      const length = simulation.fill(piece, durationSeconds);
      if (length === 0) break;
      taken = await sink.write(piece.subarray(0, length));
      bytes += length;
      onProgress?.({ packets: simulation.packets, bytes });
    }
  } finally {
    await sink.close();
  }
  if (truth !== undefined) await writeTruth(truth, simulation.truth());
  return { packets: simulation.packets, bytes };
}

/** Takes bytes; they may be overwritten once `write` is done. It yields false when nobody reads any more. */
interface Sink {
  write(bytes: Uint8Array): Promise<boolean>;
  close(): Promise<void>;
}

async function openSink(out: string | undefined): Promise<Sink> {
  if (out === undefined) return { write: async () => true, close: async () => {} };
  if (out === '-') return openStandardOutput();
  const file = await open(out, 'w');
  return {
    write: async (bytes) => {
      await writeWhole(file, bytes);
      return true;
    },
    close: () => file.close(),
  };
}

async function writeWhole(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
}

/** A pipe whose reader leaves, such as `head`, is an end and no error. */
function openStandardOutput(): Sink {
  // The error also comes to the callback below; without a listener it would end the process.
  const ignore = () => {};
  process.stdout.on('error', ignore);
  return {
    write: (bytes) => {
      return new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => {
          if (!error) resolve(true);
          else if ('code' in error && error.code === 'EPIPE') resolve(false);
          else reject(error);
        });
      });
    },
    close: async () => {
      process.stdout.off('error', ignore);
    },
  };
}

async function writeTruth(path: string, actors: readonly TruthActor[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const actor of actors) await file.write(`${JSON.stringify(actor)}\n`);
  } finally {
    await file.close();
  }
}
