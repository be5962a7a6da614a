/** Keeps the screen awake, where the browser can (it wants TLS or the loopback). */

export class ScreenWatch {
  /** Until `signal` says that it is enough. The browser lets go whenever the page is hidden. */
  keepAwake(signal: AbortSignal): void {
    let lock: WakeLockSentinel | null = null;
    const hold = async () => {
      if (document.hidden || signal.aborted) return;
      // Refused on a battery that runs low, among others: the screen then sleeps when it wants to.
      const held = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
      if (signal.aborted) void held?.release();
      else lock = held;
    };
    void hold();
    document.addEventListener('visibilitychange', () => void hold(), { signal });
    signal.addEventListener('abort', () => void lock?.release());
  }
}
