/** Times of records, one after the other: what a packet's time is when its record has none, or an impossible one. */
import { Fault } from '../../shared/counters.ts';
import type { RecordBatch } from '../../shared/packet-batch.ts';
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';

export class RecordClock {
  seconds = 0;
  nanoseconds = 0;

  /** A packet without a time is placed at the time of the one before, so that it is in a flow beside its neighbours. */
  set(seconds: number, nanoseconds: number): Fault {
    if (seconds >= 0 && seconds < MAX_CAPTURE_SECONDS) {
      this.seconds = seconds;
      this.nanoseconds = nanoseconds;
      return Fault.none;
    }
    if (Number.isNaN(seconds)) return Fault.timeMissing;
    this.seconds = seconds > 0 ? MAX_CAPTURE_SECONDS - 1 : 0;
    this.nanoseconds = 0;
    return Fault.timeOutOfRange;
  }

  /** As if each of the records had set it. */
  setToEndOf({ seconds, nanoseconds, length }: RecordBatch): void {
    let last = length - 1;
    while (last >= 0 && Number.isNaN(seconds[last])) last--;
    if (last >= 0) this.set(seconds[last]!, nanoseconds[last]!);
  }
}
