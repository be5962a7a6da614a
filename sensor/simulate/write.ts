/** Simulations into files and pipes. */
import { open } from 'node:fs/promises';
import { nowhere, openSink } from '../output/byte-sink.ts';
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
  const sink = out === undefined ? nowhere : await openSink(out);
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
    await sink.close(true);
  }
  if (truth !== undefined) await writeTruth(truth, simulation.truth());
  return { packets: simulation.packets, bytes };
}

async function writeTruth(path: string, actors: readonly TruthActor[]): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const actor of actors) await file.write(`${JSON.stringify(actor)}\n`);
  } finally {
    await file.close();
  }
}
